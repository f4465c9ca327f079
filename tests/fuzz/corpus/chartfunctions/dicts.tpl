{{ dict "a" 1 2 "b" .Values.f nil "c" }}{{ dict }}{{ dict "a" 1 "a" 2 }}{{ dict (list 1) nil }}
{{ get (dict "a" 1) "a" }}{{ get (dict) "a" | quote }}{{ get (dict "a" nil) "a" | kindOf }}{{ get nil "a" | quote }}
{{ $d := dict }}{{ $e := set $d "a" 1 }}{{ $_ := set $e "b" $d.a }}{{ $d }}
{{ $d := dict "a" 1 }}{{ unset $d "a" }}{{ unset $d "b" }}{{ $d }}{{ unset nil "a" }}
{{ hasKey (dict "a" nil) "a" }}{{ hasKey (dict) "a" }}{{ hasKey nil "a" }}
{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" nil) }}{{ pluck "a" }}{{ pluck "a" nil }}
{{ dig "a" "b" "x" (dict "a" (dict "b" 1)) }}{{ dig "a" "b" "x" (dict "a" (dict)) }}{{ dig "a" "b" "x" (dict) }}{{ dig "a" "x" (dict "a" nil) | kindOf }}
{{ keys (dict "b" 1 "a" 2) | sortAlpha }}{{ keys (dict "b" 1) (dict "b" 2) }}{{ keys }}{{ keys nil }}{{ typeOf (keys) }}
{{ values (dict "b" 1) }}{{ values nil }}{{ typeOf (values (dict)) }}
{{ pick (dict "a" 1 "b" 2 "c" nil) "a" "c" "x" }}{{ pick nil "a" }}{{ pick (dict "a" 1) }}
{{ omit (dict "a" 1 "b" 2) "a" "x" }}{{ omit nil "a" }}{{ omit (dict "a" 1) }}
{{ merge (dict "a" 1 "b" 0 "c" "" "d" nil "e" (list)) (dict "a" 2 "b" 2 "c" 2 "d" 2 "e" (list 2) "f" 0) }}
{{ mergeOverwrite (dict "a" 1 "b" 2 "c" 3 "d" 4 "e" (list 5) "f" 6) (dict "a" nil "b" 0 "c" "" "d" false "e" (list) "f" (dict)) }}
{{ merge (dict "m" (dict "x" 1 "y" (dict))) (dict "m" (dict "x" 2 "y" (dict "z" 3) "w" nil)) }}
{{ mergeOverwrite (dict "m" (dict "x" 1 "y" (dict "k" 1))) (dict "m" (dict "x" 2 "y" (dict "z" 3) "w" nil)) }}
{{ mergeOverwrite (dict "m" (dict "x" 1)) (dict "m" (dict)) }}{{ mergeOverwrite (dict "m" (dict "x" 1)) (dict "m" 1) }}{{ mergeOverwrite (dict "m" 1) (dict "m" (dict "x" 1)) }}{{ merge (dict "m" 1) (dict "m" (dict "x" 1)) }}{{ merge (dict "m" 0) (dict "m" (dict "x" 1)) }}
{{ merge (dict "a" (list 1)) (dict "a" (list 2) "b" (list)) (dict "b" (list 3) "c" 4) }}
{{ mustMerge (dict) nil (dict "a" 1) }}{{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) (dict "a" 3) }}{{ merge nil (dict "a" 1) }}{{ merge nil nil }}{{ merge (dict "a" 1) }}
{{ $s := dict "k" (dict "x" 1) }}{{ $d := merge (dict) $s }}{{ $_ := set $d.k "z" 1 }}{{ $s }}
{{ $s := dict "k" (dict) }}{{ $d := merge (dict "k" (dict)) $s }}{{ $_ := set $d.k "z" 1 }}{{ $s }}
{{ $s := dict "k" (dict "n" nil) }}{{ $d := merge (dict "k" (dict)) $s }}{{ $_ := set $d.k "z" 1 }}{{ $s }}{{ $d }}
{{ $s := dict "k" (dict "x" 1) }}{{ $d := merge (dict "k" (dict "y" 1)) $s }}{{ $_ := set $d.k "z" 1 }}{{ $s }}
{{ $d := dict "a" 1 }}{{ $e := mergeOverwrite $d (dict "b" 2) }}{{ $d }}{{ $_ := set $e "c" 3 }}{{ $d }}
{{ merge (dict "a" (split "." "x.y")) (dict "a" (split "." "1.2.3")) }}{{ merge (dict "a" (dict "_0" "")) (dict "a" (split "." "1.2.3")) }}
{{ $d := dict "a" (dict "b" (list (dict "c" 1))) }}{{ $e := deepCopy $d }}{{ $_ := set $e.a "x" 1 }}{{ $_ := set (first $e.a.b) "y" 1 }}{{ $d }}{{ $e }}
{{ deepCopy 1 }}{{ mustDeepCopy "a" }}{{ deepCopy (list) }}{{ deepCopy (splitList "," "a,b") | typeOf }}
