usual($row; $answer),
(.lore | group_by(.topic | ascii_downcase)[] | select(length > 1) | "/lore: two entries are about \(.[0].topic | tojson)"),
(.lore | group_by(.text | ascii_downcase)[] | select(length > 1) | "/lore: two entries say the same: \(.[0].text[:60] | tojson)")
