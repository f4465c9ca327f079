{{ printf "%[1]T %#[1]v" (set (dict "c" .Values.missing "_0" `it's "q"` "k" (list)) (repeat 1 "true") (list (list "YWJj" true) (dict "c" (dict "a" (list .Values.n .Values.n) "k" nil)) 2)) }}
