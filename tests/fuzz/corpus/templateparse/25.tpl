{{ with .Values.m }}{{ .x }}{{ $.Values.s }}{{ else }}no{{ end }}
