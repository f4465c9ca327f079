{{ range 2.5 }}x{{end}}
