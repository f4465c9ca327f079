{{ range . }}{{ end }}
