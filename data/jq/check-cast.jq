# Who exists: id, name and the name's words of each row; a text for a line that is no good.
foreach inputs as $text (0; . + 1;
	. as $line
	| $text
	| select(test("[^ \t\r]"))
	| try (fromjson
		| if type == "object" and (.id | type) == "string" then . else error("a row must be an object with a string id") end
		| {id, name: (.name | strings // "")}
		| .words = (.name | flat | split(" ") | map(select(length > 0))))
	catch "\($line): \(.)")
