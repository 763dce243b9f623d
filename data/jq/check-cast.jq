# Who exists: names by id, by their first word, and as heads has them; or a text that says which line is no good.
[foreach inputs as $text (0; . + 1;
	. as $line
	| $text
	| select(test("[^ \t\r]"))
	| try (fromjson
		| if type == "object" and (.id | type) == "string" then . else error("a row must be an object with a string id") end
		| {id, name: (.name | strings // "")}
		| .words = (.name | flat | split(" ") | map(select(length > 0))))
	catch "\($line): \(.)")]
| ([.[] | strings][0] // null) as $bad
| if $bad then $bad else
	[.[].words | select(length > 1) | join(" ")] as $known
	| {
		names: (reduce .[] as $one ({}; . + {($one.id): $one.name})),
		first: ($known | by(split(" ")[0])),
		heads: ($known | heads)
	}
end
