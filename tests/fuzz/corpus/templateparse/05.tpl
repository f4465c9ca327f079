{{ range $i, $e := .Values.l }}{{ $i }}={{ $e }};{{ if eq $e 2.0 }}{{break}}{{end}}{{end}}
