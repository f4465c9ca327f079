{{ $x := 0 }}{{ $i := 0 }}{{ range $i, $x = .Values.l }}{{ end }}{{ $i }}{{ $x }}
