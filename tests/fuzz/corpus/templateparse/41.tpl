{{ printf "%q" "é\x00" }} {{ print 1 2 "a" "b" 3 }} {{ println "a" 1 }}
