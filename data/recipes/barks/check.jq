usual($row; $answer),
([.barks | to_entries[] | .key as $occasion | .value[] | {line: ascii_downcase, $occasion}]
	| group_by(.line)[] | select(length > 1)
	| "/barks: \(.[0].line | tojson) stands under \(map(.occasion) | unique | join(" and ")) more than once")
