{{ $v := seq }}{{ typeOf $v }} {{ quote $v }} {{ $v }}
