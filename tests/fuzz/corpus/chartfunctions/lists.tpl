{{ first (list 1 2) }}{{ first (list) }}{{ first (splitList "," "a,b") }}
{{ last (list 1 2) }}{{ last (list) }}
{{ rest (list 1 2 3) }}{{ rest (list 1) }}{{ rest (list) }}{{ rest (splitList "," "a,b") | typeOf }}
{{ initial (list 1 2 3) }}{{ initial (list) }}{{ initial (splitList "," "a,b") }}
{{ slice (list 1 2 3) }}{{ slice (list 1 2 3) 1 }}{{ slice (list 1 2 3) 1 2 }}{{ slice (list 1 2 3) "1" 1.9 }}{{ slice (list) 3 }}{{ slice (list 1 2 3) 3 }}
{{ slice (splitList "," "a,b,c") 1 | typeOf }}
{{ list }}{{ tuple 1 "a" nil }}{{ typeOf (list) }}
{{ append (list 1) 2 }}{{ append (list) nil }}{{ push (splitList "," "a") 1 }}{{ append (list 1) (list 2) }}
{{ $a := list 1 }}{{ $b := append $a 2 }}{{ $c := append $a 3 }}{{ $d := append $b 4 }}{{ $e := append $b 5 }}{{ $a }}{{ $b }}{{ $c }}{{ $d }}{{ $e }}
{{ $l := list }}{{ range list 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 }}{{ $l = append $l . }}{{ end }}{{ $l }}
{{ prepend (list 1) 2 }}{{ prepend (list) nil }}
{{ concat (list 1) (list) (splitList "," "a,b") (list nil) }}{{ concat }}{{ typeOf (concat) }}
{{ $a := list 1 }}{{ $b := concat $a (list 2) }}{{ $c := concat $a (list 3) }}{{ $d := concat $b $c }}{{ $a }}{{ $b }}{{ $c }}{{ $d }}
{{ reverse (list 1 2 3) }}{{ reverse (list) }}
{{ compact (list 1 0 "" "a" nil false (list) (dict) .Values.f) }}
{{ uniq (list 1 1 "1" .Values.f 1.5 nil nil (list 1) (list 1) (dict "a" 1) (dict "a" 1) (dict "a" 2) true true 0.0 -0.0) }}
{{ uniq (list 1 (int64 1) 1.0 "1") }}{{ uniq (list) }}{{ uniq (splitList "," "b,a,b") }}
{{ without (list 1 2 1 "1") 1 }}{{ without (list 1 nil) nil }}{{ without (list 1 2) }}{{ without (list (list 1) 2) (list 1) }}
{{ has 1 (list 1) }}{{ has 1 (list "1") }}{{ has 1.0 (list 1) }}{{ has nil nil }}{{ has nil (list nil) }}{{ has "a" (splitList "," "b,a") }}
{{ sortAlpha (list "b" 10 "a" 9 nil .Values.f) }}{{ sortAlpha nil }}{{ sortAlpha "x" }}{{ sortAlpha (list) }}
{{ $l := splitList "," "b,a" }}{{ $s := sortAlpha $l }}{{ $l }}
{{ $l := splitList "," "b,a" }}{{ $i := initial $l }}{{ $s := sortAlpha $l }}{{ $i }}
{{ chunk 2 (list 1 2 3 4 5) }}{{ chunk 9 (list 1) }}{{ chunk 2 (list) }}{{ chunk 2 (list 1 2 3 4) }}{{ chunk -3 (list 1) }}{{ chunk -3 (list 1 2) }}
