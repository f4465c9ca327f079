{{ hello }}
{{ trim " \t\n a b\u2028\u00a0 " }}
{{ trim "\u0085a\u3000" | quote }}
{{ trimAll "-é" "é-aé-é" }}
{{ trimall "$" "$5.00$" }}
{{ trimAll "" " a " | quote }}
{{ trimAll "\xff" "\xfea\ufffd" | quote }}
{{ trimPrefix "a" "aab" }}{{ trimPrefix "b" "a" }}
{{ trimSuffix "-" "a--" }}{{ trimSuffix "" "a" }}
{{ trunc 2 "abc" }}{{ trunc 5 "abc" }}{{ trunc 0 "abc" }}
{{ trunc -2 "abc" }}{{ trunc -5 "abc" }}{{ trunc 1 "é" | quote }}
{{ trunc -9223372036854775808 "abc" }}
{{ substr 1 2 "abc" }}{{ substr -1 2 "abc" }}{{ substr 1 -1 "abc" }}{{ substr 1 9 "abc" }}
{{ contains "" "" }}{{ contains "b" "abc" }}{{ contains "x" "abc" }}{{ contains "abcd" "abc" }}
{{ hasPrefix "a" "ab" }}{{ hasPrefix "" "" }}{{ hasPrefix "abc" "ab" }}{{ hasSuffix "b" "ab" }}{{ hasSuffix "aab" "ab" }}
{{ upper "aßéǆǅ\u0131ﬁ" }}{{ lower "AÉİǅΣ" }}
{{ upper "a\xffé" | quote }}{{ lower "a\xff" | quote }}
{{ repeat 3 "ab" }}{{ repeat 0 "ab" }}{{ repeat 1000000000000 "" }}
{{ indent 2 "a\n\nb\n" }}|
{{ indent 0 "a\nb" }}|{{ indent 3 "" }}|
{{ nindent 2 "a\nb" }}
{{ replace "a" "bb" "banana" }}{{ replace "aa" "a" "aaaaa" }}{{ replace "x" "y" "abc" }}
{{ replace "" "-" "aé" }}{{ replace "" "" "ab" }}{{ replace "" "-" "" }}
{{ quote "a\"b\\" 1 nil 1.5 true }}{{ quote }}{{ quote nil }}
{{ quote "\x07\n\u00a0\U0001f600é\xc3" }}
{{ quote (list 1 "a" nil) (dict "k" "v") }}
{{ squote "it's" 1 nil .Values.f }}{{ squote }}
{{ cat "a" nil 1 .Values.f true (list 1 "b") }}|{{ cat }}|{{ cat " a " "" }}|
{{ splitList "," "a,b,,c," | quote }}{{ splitList "" "aé\xff" | quote }}{{ splitList "," "" | len }}{{ splitList "" "" | len }}
{{ split "." "a.b" }}{{ split "" "" }}{{ (split "$" "foo$bar")._1 }}
{{ splitn "," 2 "a,b,c" }}{{ splitn "," 0 "a,b" }}{{ splitn "," -1 "a,b" }}{{ splitn "" 2 "abc" }}{{ splitn "," 1 "a,b" }}{{ splitn "," 9 "" }}
{{ join "-" (list "a" nil 1 .Values.f true (list 1)) }}{{ join "-" nil }}{{ join "-" (dict "a" 1) }}{{ join "," "x" }}
{{ toStrings (list 1 nil "a") | join "|" }}{{ toStrings nil }}{{ toStrings "x" }}{{ typeOf (toStrings 1) }}
