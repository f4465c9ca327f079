{{ default 1 }}{{ default 1 nil }}{{ default 1 "" }}{{ default 1 false }}{{ default 1 0 }}{{ default 1 (list) }}{{ default 1 (dict) }}{{ default 1 2 }}{{ default 1 .Values.f }}{{ default 1 0.0 }}{{ default nil nil | kindOf }}{{ default 1 nil 2 }}
{{ empty nil }}{{ empty "a" }}{{ empty 0 }}{{ empty (splitList "," "") }}
{{ coalesce nil "" 0 "x" "y" }}{{ coalesce | kindOf }}{{ coalesce nil 0 | kindOf }}
{{ all 1 "a" }}{{ all 1 "" }}{{ all }}{{ any 0 "" }}{{ any 0 1 }}{{ any }}
{{ ternary 1 2 true }}{{ ternary 1 2 false }}{{ true | ternary "a" nil }}
{{ typeOf nil }}|{{ typeOf 1 }}|{{ typeOf 1.5 }}|{{ typeOf "a" }}|{{ typeOf 'a' }}|{{ typeOf true }}|{{ typeOf (list) }}|{{ typeOf (dict) }}|{{ typeOf (splitList "" "") }}|{{ typeOf (split "" "") }}|{{ typeOf (int64 1) }}
{{ kindOf nil }}|{{ kindOf 1 }}|{{ kindOf 1.5 }}|{{ kindOf "a" }}|{{ kindOf 'a' }}|{{ kindOf true }}|{{ kindOf (list) }}|{{ kindOf (dict) }}|{{ kindOf (splitList "" "") }}|{{ kindOf (split "" "") }}
{{ kindIs "map" (dict) }}{{ kindIs "slice" (list) }}{{ kindIs "invalid" nil }}{{ typeIs "string" "a" }}{{ typeIs "<nil>" nil }}{{ typeIsLike "int" 1 }}{{ typeIsLike "nt" 1 }}
{{ deepEqual (list 1 (dict "a" nil)) (list 1 (dict "a" nil)) }}{{ deepEqual 1 1.0 }}{{ deepEqual 1 (int64 1) }}{{ deepEqual nil nil }}{{ deepEqual (list) (concat) }}{{ deepEqual (list "a") (splitList "," "a") }}
{{ toString nil }}{{ toString 1 }}{{ toString .Values.f }}{{ toString (list 1 "a") }}{{ toString "x" | typeOf }}{{ toString 1e6 }}
{{ int nil }} {{ int "" }} {{ int true }} {{ int 1.9 }} {{ int -1.9 }} {{ int "12" }} {{ int "-7" }} {{ int "0x1F" }} {{ int "1.00" }} {{ int "1.0.0" }} {{ int ".0" }} {{ int "1." }} {{ int "1_000" }} {{ int "08" }} {{ int "017" }} {{ int " 1" }} {{ int (list 1) }} {{ int 1e30 }} {{ int "9223372036854775808" }} {{ int 'a' }} {{ int "1e3" }} {{ int "-0.0" }} {{ int "0.00" }} {{ int "00.0" }}
{{ typeOf (int 1.5) }}{{ typeOf (int64 1) }}{{ typeOf (float64 1) }}{{ int64 "0b11" }}{{ int64 (int64 5) }}
{{ float64 nil }} {{ float64 "1.50" }} {{ float64 "1e3" }} {{ float64 "0x1p4" }} {{ float64 "x" }} {{ float64 "1_0.5" }} {{ float64 true }} {{ float64 7 }} {{ float64 "inf" }} {{ float64 "1e999" }} {{ float64 "NaN" }} {{ float64 (list) }} {{ float64 "" }} {{ float64 "+.5" }}
{{ atoi "12" }} {{ atoi "-3" }} {{ atoi "0x1" }} {{ atoi "" }} {{ atoi "1.0" }} {{ atoi "99999999999999999999" }} {{ atoi "-99999999999999999999" }} {{ atoi "+5" }} {{ atoi "1_0" }}
{{ toDecimal "777" }} {{ toDecimal 777 }} {{ toDecimal 8 }} {{ toDecimal "0o17" }} {{ toDecimal nil }} {{ toDecimal "-17" }} {{ toDecimal 10.0 }} {{ toDecimal "0777" }} {{ toDecimal "7777777777777777777777777" }}
