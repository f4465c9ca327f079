{{ $x := 1 }}{{ range 3 }}{{ $x = print $x . }}{{ end }}{{ $x }}
{{ and .n .n.x }}{{ or .b (index .l 5) }}{{ not .i }}{{ eq .i 3 4 }}{{ lt 1 .i }}
{{ tpl "{{ define \"q\" }}{{ . }}{{ end }}{{ template \"q\" .i }}" . }}
