{{ define "v" }}{{ $x }}{{ end }}{{ $x := 1 }}
