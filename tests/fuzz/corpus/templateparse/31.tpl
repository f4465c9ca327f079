{{ range $a, $b, $c := .Values.l }}{{ end }}
