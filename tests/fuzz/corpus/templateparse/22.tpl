{{ define "a" }}{{ .Values.q.r }}{{ end }}x{{ include "a" . | upper }}
