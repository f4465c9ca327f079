{{ index .l 0 | printf "%*d" }}{{ slice "abc" 1 2 }}{{ html "<" }}{{ js "'" }}{{ urlquery "a b" }}
