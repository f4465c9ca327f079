{{ range .Values.nope }}x{{ else }}empty{{ end }}
