{{ range .Values.s }}x{{ else }}empty{{ end }}
