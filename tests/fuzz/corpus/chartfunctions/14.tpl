{{ printf "%[1]T %#[1]v" (join "0" (list "😀" -2.5 (splitList "" "-"))) }}
