{{ $x := (dict "k" 3 "_0" "A") }}{{ $y := mergeOverwrite $x (deepCopy .Values.m) }}{{ printf "%T %v %v" $y $x $y }}
