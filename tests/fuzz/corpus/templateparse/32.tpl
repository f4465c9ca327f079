{{ range $a, 5 := .Values.l }}{{ end }}
