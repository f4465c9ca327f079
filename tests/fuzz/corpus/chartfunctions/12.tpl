{{ hasSuffix "a\xc3b" "true" }}
