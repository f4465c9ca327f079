{{ with .Values.nope }}x{{ else with .Values.s }}{{ . }}{{ end }}
