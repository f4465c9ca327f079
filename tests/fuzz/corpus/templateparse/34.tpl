{{ with $a, $b := 5 }}{{end}}
