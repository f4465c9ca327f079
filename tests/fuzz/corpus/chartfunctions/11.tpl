{{ printf "%[1]T %#[1]v" (htmlDateInZone .Values.missing (b64enc "1e3")) }}
