{{ define "a" }}A{{ . }}{{ end }}{{ template "a" 5 }}{{ template "a" }}{{ include "a" "z" }}
