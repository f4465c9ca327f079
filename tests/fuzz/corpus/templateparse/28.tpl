{{ range $e := .Values.nl }}{{ $e.x }}{{ end }}
