{{ printf "%[1]T %#[1]v" (uniq (list)) }}
