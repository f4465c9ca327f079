{{ b64enc "" }}|{{ b64enc "a" }}|{{ b64enc "ab" }}|{{ b64enc "abc" }}|{{ b64enc "\xff\xfe\x00" }}
{{ b64dec "" }}|{{ b64dec "YQ==" }}|{{ b64dec "YWI=" }}|{{ b64dec "YWJj" }}|{{ b64dec "Y\nQ=\r\n=\n" }}|{{ b64dec "YR==" }}|{{ b64dec "/+8=" | quote }}
{{ b64dec "YWJj!" }}|{{ b64dec "YWJ" }}|{{ b64dec "YWJjYW" }}|{{ b64dec "YW Jj" }}|{{ b64dec "=" }}|{{ b64dec "Y=" }}|{{ b64dec "YQ=" }}|{{ b64dec "YQ=x" }}|{{ b64dec "YQ==x" }}|{{ b64dec "YWI=YQ==" }}|{{ b64dec "YWJj\nYW\n" }}|{{ b64dec "YQ=\n" }}|{{ b64dec "-_" }}|{{ b64dec "YQ=\nx" }}
{{ b32enc "" }}|{{ b32enc "a" }}|{{ b32enc "ab" }}|{{ b32enc "abc" }}|{{ b32enc "abcd" }}|{{ b32enc "abcde" }}|{{ b32enc "abcdef\xff" }}
{{ b32dec "" }}|{{ b32dec "ME======" }}|{{ b32dec "MFRA====" }}|{{ b32dec "MFRGG===" }}|{{ b32dec "MFRGGZA=" }}|{{ b32dec "MFRGGZDF" }}|{{ b32dec "MFRG\nGZDF\r\n" }}
{{ b32dec "a" }}|{{ b32dec "MFRGG" }}|{{ b32dec "M=======" }}|{{ b32dec "MFR=====" }}|{{ b32dec "MFRGGZ==" }}|{{ b32dec "ME=====" }}|{{ b32dec "ME===x==" }}|{{ b32dec "ME======ME" }}|{{ b32dec "MFRGGZDF1" }}|{{ b32dec "ME=" }}|{{ b32dec "=" }}|{{ b32dec "MFRGGZDFME" }}|{{ b32dec "ME=====\nx" }}
{{ sha1sum "" }} {{ sha1sum "abc" }}
{{ sha256sum "" }} {{ sha256sum "a\x00b" }}
{{ sha512sum "abc" }}
{{ adler32sum "" }} {{ adler32sum "Wikipedia" }} {{ adler32sum (repeat 9000 "\xff") }}
