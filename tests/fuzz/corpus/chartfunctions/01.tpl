{{ $x := (dict "b" 5) }}{{ $y := merge $x (deepCopy .Values.m) (dict 1 .Values.neg) }}{{ printf "%T %v %v" $y $x $y }}
