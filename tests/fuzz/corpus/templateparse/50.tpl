{{ template "a" . }}{{ define "a" }}{{ range .Values.l }}{{ template "b" . }}{{ end }}{{ end }}{{ define "b" }}{{ .x }}{{ end }}
