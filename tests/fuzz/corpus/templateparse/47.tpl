{{ range $x = .Values.l }}{{ end }}
