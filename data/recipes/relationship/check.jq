wrong_names($row; $answer),
(($row.from, $row.to) | objects
	| grown_trades(.; $row; $answer), grown_row(.; $row),
	(select(.id | somebody(.) | not) | {row: "the tie is with \(.id | tojson), whom nobody is called"}))
