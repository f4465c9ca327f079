{{ $x := (unset (dict 1 (splitList "" "YWJj")) (upper "\xff")) }}{{ $y := mergeOverwrite $x (dict) }}{{ printf "%T %v %v" $y $x $y }}
