{{ append (toStrings (list 2 (toStrings (list (list))) 1)) 3 }}
