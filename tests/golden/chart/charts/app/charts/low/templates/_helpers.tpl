{{ define "who" }}low{{ end }}
{{ define "only.low" }}only low {{ .Chart.Name }}{{ end }}
