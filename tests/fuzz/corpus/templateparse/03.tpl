{{ range $e := 3 }}{{ $e }},{{end}}
