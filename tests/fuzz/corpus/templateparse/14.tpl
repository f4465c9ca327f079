{{ if true }}{{ else if false }}{{ else }}{{ end }}{{ else }}
