{{ range .Values.nl }}{{ . }}|{{ .x }}{{ end }}
