{{ $v := dig .Values.t (dict "c" 2 "_0" "0x1F") }}{{ typeOf $v }} {{ quote $v }} {{ $v }}
