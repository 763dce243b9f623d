# Twee 3, for Twine's SugarCube: a passage for each node, and one that leads to everybody
# What SugarCube might take for markup is written as HTML's entities.
def escaped:
	if test("[\\\\\\[\\]|<>{}`~^=#&\"$@_*/%!]|--|''") then
		[explode[] | if IN(92, 91, 93, 124, 60, 62, 123, 125, 96, 126, 94, 61, 35, 38, 34, 36, 64, 95, 42, 47, 37, 33) then "&#\(.);" else [.] | implode end] | add
		| part("--"; "&#45;&#45;") | part("''"; "&#39;&#39;")
	else . end;
def opened: if begins_plainly or startswith("&#") then . else "&#\(explode[0]);" + .[1:] end;

# The usual link shows its text as it is; what it has no escape for takes a macro.
def link($to): if escaped == . then "[[\(.)|\($to)]]" else "<<link \"\(escaped)\" \"\($to)\">><</link>>" end;
def passage($name; $tags; lines): ":: \($name)\($tags)\n" + ([lines] | join("\n")) + "\n\n";

# A UUID that is the same for the same people.
def ifid:
	def digits: if . == 0 then [] else (. / 16 | floor | digits) + [. % 16] end;
	def hashed($salt): reduce explode[] as $c ($salt; (. * 31 + $c) % 4294967291) | digits | [range(8 - length) | 0] + . | .[-8:];
	[hashed(7, 11, 13, 17)[]] | .[12] = 4 | .[16] = 8 + .[16] % 4 | map("0123456789ABCDEF"[.:. + 1]) | add
	| "\(.[:8])-\(.[8:12])-\(.[12:16])-\(.[16:20])-\(.[20:])";

([rows.id] | join(" ") | ifid) as $ifid
| ([rows.world | line | select(. != "")][0] // "") as $world
| passage("StoryTitle"; ""; if $world == "" then "A cast" else "The cast of \($world)" end),
passage("StoryData"; ""; "{\n\t\"ifid\": \"\($ifid)\",\n\t\"format\": \"SugarCube\",\n\t\"format-version\": \"2.36.1\",\n\t\"start\": \"Start\"\n}"),
passage("Start"; ""; rows | $known[0].scripts[.id].entry as $to | name | link($to)),
(rows
	| name as $speaker
	| (.id | "[" + . + "]") as $tags
	| ($speaker | escaped | opened) as $name
	| ([facts[] | select(.label | IN("Pronouns", "Age", "Occupation", "Home", "Appearance")) | "\(.label): \(.text | escaped)"]) as $facts
	| script($known[0].scripts)
	| def says: "\($name): \(escaped)";
	passage(.entry; " \($tags)"; $name, $facts[], (.start | values as $to | "Talk" | link($to)), (.quest | values | .name as $to | .title | link($to)),
		(.barks[] | .name as $to | "Overhear: \(.occasion)" | link($to)), ("Back" | link("Start"))),
	(.entry as $entry
		| (.nodes[] | passage(.name; " \($tags)"; (.text | says), (.replies[] | (.to // $entry) as $to | .text | link($to)))),
		(.barks[] | passage(.name; " \($tags)"; (.lines[] | says), ("Back" | link($entry)))),
		(.quest | values | passage(.name; " \($tags)"; (.title | escaped | opened), (.hook | says), ("Back" | link($entry))))))
