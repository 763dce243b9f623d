# What npc-export knows: all rows, and what the formats need to know of all of them at once. The input is
# lines of text: a file's name, then its lines with a blank before each; then, after an empty line, the
# same of the edges. A message for each line that is no good goes to standard error, as JSON.

def short: tostring | if length > 200 then .[:200] + "…" else . end;
def masked: explode | map(if . < 32 or . == 127 then 63 else . end) | implode;
def complain($at; $why): ["npc-export: \($at): \($why | short)" | masked] | stderr | empty;
def unbroken: split("\n") | join(" ");

# Each line that is not blank, as {at, text, edges}.
def lines:
	foreach inputs as $text ({edges: false, file: "", line: 0};
		if $text == "" then .edges = true | .text = null
		elif $text[:1] != " " then {edges, file: $text, line: 0}
		else .line += 1 | .text = ($text[1:] | rtrimstr("\r"))
		end;
		select(.text | values | test("[^ \t]")) | {at: "\(.file):\(.line)", text, edges});

def parsed:
	.at as $at
	| . + (try {value: (.text | fromjson | if type == "object" then . else error("a row must be an object, not \(type)") end)}
		catch (unbroken | complain($at; .)));

# The id of one end of an edge: as relationship rows have it, or edges.
def end_id: if type == "object" then .id else . end | strings;

def usable:
	.at as $at
	| if .edges then
		if [.value | .from, .to | end_id] | length == 2 then . else complain($at; "an edge must have from and to") end
	elif (.value.id | type) != "string" or (.value.id | test("^[A-Za-z0-9_-]{1,64}$") | not) then
		complain($at; "a row must have an id of 1 to 64 of A-Z a-z 0-9 _ -")
	else . end;

# What of a dialogue cannot be followed is told; it ends the conversation.
def loose_ends:
	. as {$at, $value}
	| ($value.dialogue? | objects | .nodes? | arrays | map(objects)) as $nodes
	| ([$nodes[].id | tostring]) as $ids
	| if ($value.dialogue.start | tostring | IN($ids[]) | not) and $ids != [] then
		complain($at; "the dialogue's start, \($value.dialogue.start | tojson | short), is no node: it begins with the first")
	else empty end,
	($nodes[] | .replies? | arrays | .[] | objects.goto | tostring | select(. != "END" and (IN($ids[]) | not))
		| complain($at; "a reply leads to \(tojson | short), which is no node: it ends the dialogue"));

# A word that every script takes for a name.
def word:
	[explode[] | if . >= 97 and . <= 122 or . >= 65 and . <= 90 or . >= 48 and . <= 57 then . else 95 end] | implode
	| if . == "" or test("^[0-9]") then "n" + . else . end
	| if ascii_downcase | IN("end", "done", "else", "false", "function", "list", "not", "or", "and", "mod", "has", "hasnt", "return", "temp",
		"true", "var", "const", "include", "external", "ref", "start", "storytitle", "storydata") then . + "_" else . end;

# {taken, names}: the next name that nobody has.
def named($wanted):
	.taken as $taken
	| (if $taken[$wanted] then first(range(2; infinite) | "\($wanted)_\(.)" | select($taken[.] | not)) else $wanted end) as $name
	| .taken[$name] = true | .names += [$name];

# The names of a character's nodes, of its barks and its quest: what the scripts call them.
def script_of($row; $entry):
	[$row.dialogue? | objects | .nodes? | arrays | .[] | objects | .id | tostring | word] as $nodes
	| [$row.barks? | objects | to_entries[] | select(.value | type == "array" and length > 0) | .key] as $occasions
	| reduce ($nodes[], ($occasions[] | "bark_" + word), (if $row.quest? | type == "object" then "quest" else empty end)) as $node
		(.names = []; named(if $entry == "" then $node else "\($entry)_\($node)" end))
	| .script = {
		entry: $entry,
		nodes: .names[:$nodes | length],
		barks: ([$occasions, .names[$nodes | length:][:$occasions | length]] | transpose | map({key: .[0], value: .[1]}) | from_entries),
		quest: (if $row.quest? | type == "object" then .names[-1] else null end)};

def with_row($row):
	named($row.id | word) as $with_entry
	| $with_entry.names[-1] as $entry
	| $with_entry | script_of($row; $entry)
	| .scripts[$row.id] = .script;

def text: if type == "string" then . elif . == null then "" else tojson end;

reduce (lines | parsed | usable) as $line ({rows: [], edges: [], seen: {}};
	if $line.edges then .edges += [$line.value]
	elif .seen[$line.value.id] then ($line | complain(.at; "'\(.value.id)' stood before: passed over")), . | objects
	else (($line | loose_ends), .) | objects | .rows += [$line.value] | .seen[$line.value.id] = true
	end)
| .rows as $rows
| {
	$rows,
	names: (
		([.edges[] | .from, .to | objects | select(.id | strings) | {key: .id, value: (.name | text)}]
			+ [$rows[].ties? | arrays | .[] | objects | select((.to | strings) and (.to_name | strings)) | {key: .to, value: .to_name}]
			+ [$rows[] | {key: .id, value: (.name | text)}])
		| map(select(.value != "")) | from_entries),
	edges: (reduce (.edges[] | del(.from, .to) + {from: (.from | end_id), to: (.to | end_id)}) as $edge ({};
		.[$edge.from] += [$edge] | .[$edge.to] += [$edge])),
	scripts: (reduce $rows[] as $row ({taken: {}, names: [], scripts: {}}; with_row($row)) | .scripts),
	own: (reduce $rows[] as $row ({}; . as $own | {taken: {}} | script_of($row; "") | .script as $script | $own | .[$row.id] = $script))
}
