{{ tpl "{{ .Values.s }}{{ define \"q\" }}Q{{ end }}{{ template \"q\" }}" . }}
