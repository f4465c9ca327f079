{{ $v := mustMerge (dict "_0" "日本" "b" (toStrings (list (dict "a" "slice") (concat) .Values.t))) }}{{ typeOf $v }} {{ quote $v }} {{ $v }}
