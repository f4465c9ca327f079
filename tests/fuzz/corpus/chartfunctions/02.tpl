{{ printf "%[1]T %#[1]v" (typeIsLike (lower (trim "\n")) .Values.t) }}
