{{ $x := 1 }}{{ define "v" }}{{ $x }}{{ end }}
