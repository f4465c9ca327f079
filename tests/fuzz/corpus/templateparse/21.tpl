{{ block "b" .Values.m }}[{{ .x }}]{{ end }}
