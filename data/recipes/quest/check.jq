usual($row; $answer),
(.quest.involved
	| ([$row.id, $row.ties[]?.to?]) as $known
	| (to_entries[] | select(.value.id | IN($known[]) | not)
		| "/quest/involved/\(.key)/id: \(.value.id | tojson) is neither the character nor somebody of its ties: take one of \($known | map(tostring) | join(", "))"),
	(to_entries[] | select(.value.id | IN($known[]) and (somebody(.) | not))
		| {row: "a tie leads to \(.value.id | tojson), whom nobody is called"}),
	(group_by(.id)[] | select(length > 1) | "/quest/involved: \(.[0].id | tojson) is there twice"))
