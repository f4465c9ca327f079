{{ range .Values.l }}{{ if eq . 2.0 }}{{continue}}{{end}}{{ . }};{{end}}
