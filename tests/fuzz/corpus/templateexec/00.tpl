{{- range $i, $e := .l }}{{ $i }}={{ $e }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ else }}none{{ end }}
{{- with $x := .m }}{{ $x._0 | printf "%5s|%q" "a" }}{{ end }}
{{ define "a" }}{{ . | len }}{{ end }}{{ include "a" "text" }}{{ template "a" (list 1 2 nil) }}
