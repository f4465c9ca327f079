{{ if eq .Values.s "str" | not }}x{{ else }}y{{ end }}
