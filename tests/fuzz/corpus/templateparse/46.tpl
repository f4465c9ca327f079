{{ range $i := until 3 }}{{ $i }}{{ end }} {{ range $i, $_ := until 2 }}{{ $i }}{{ end }}
