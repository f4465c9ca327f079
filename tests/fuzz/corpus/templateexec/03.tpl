{{ $m := dict }}{{ $_ := set $m "m" $m }}{{ $m }}{{ range $k, $v := $m }}{{ len $v }}{{ end }}
