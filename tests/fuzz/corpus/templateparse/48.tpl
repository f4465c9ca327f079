{{ $x := 0 }}{{ range $x = .Values.l }}{{ end }}{{ $x }}
