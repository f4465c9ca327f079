{{ printf "%[1]T %#[1]v" (get (dict "_0" "map" "c" (splitList "" "a\xc3b") "a" (list (dict "c" "\n"))) "1e3") }}
