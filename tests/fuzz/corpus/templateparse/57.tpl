{{- end }}
