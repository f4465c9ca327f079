{{ printf "%[1]T %#[1]v" (substr -2 1 "日本") }}
