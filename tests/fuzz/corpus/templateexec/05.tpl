{{ $s := "x" }}{{ range 100 }}{{ $s = print $s $s }}{{ end }}
