{{ $x := (dict "k" (list) "a" "\x00") }}{{ $y := merge $x (dict "b" (splitList "b" "a") 1 (unset (dict "_0" true "a" .Values.l) "k") 1 (upper "abc") "b" "a") }}{{ printf "%T %v %v" $y $x $y }}
