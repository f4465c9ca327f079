{{ range $ }}{{ . }}{{ end }}
