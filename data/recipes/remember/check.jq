banned($row; $answer),
(.remember | group_by(.text | ascii_downcase)[] | select(length > 1) | "/remember: twice the same: \(.[0].text[:60] | tojson)")
