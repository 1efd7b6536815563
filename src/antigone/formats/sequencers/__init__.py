"""What sequencers write: reports of ForenSeq, lists of STRait Razor, and their sequences checked against lengths."""
