{{ define "a" }}A{{ end }}{{ define "a" }} {{ end }}{{ template "a" }}
