{{ mustRegexSplit "日本" `it's "q"` 10 }}
