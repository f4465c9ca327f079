{{ if .Values.s }}yes{{ end }}  {{- if .Values.e }}yes{{ else }}no{{ end -}}  .
