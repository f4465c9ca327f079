{{ $x := (dict "c" (b64enc "-")) }}{{ $y := mustMerge $x (deepCopy .Values.m) (dict "a" .Values.f) }}{{ printf "%T %v %v" $y $x $y }}
