# All rows that read.jq found, as the page wants them. The first line is what was wrong, a list of
# [file, line, why]; the others are one JSON object: people, each with what every file says of them,
# their ties, and rows that are about nobody of the cast. $world: the world file, or null;
# $title: the page's title, or empty; $folder: what it is called without either.

# known: the rows by kind and id; under "//", which is no such name, the lines that say it again.
def known:
	reduce .[] as [$kind, $line, $row, $why] ({};
		("\($kind) \($row.id)") as $key
		| if $kind == "edges" or $why then .
		  elif has($key) then ."//" += [[$kind, $line, "\($row.id | tostring | .[:64]) stands twice"]]
		  else .[$key] = $row end);

# told($kinds): the rows of these kinds by id; what comes later adds, and where $last is true replaces.
def told($known; $kinds; $last):
	reduce ($kinds[] as $kind | .[] | select(.[0] == $kind and .[2]) | $known["\($kind) \(.[2].id)"]) as $row ({};
		.[$row.id] = if $last then .[$row.id] + $row else $row + .[$row.id] end);

def ended: if type == "object" then .id else . end;

# own_ties: a row's ties, as the file of relationships would have them.
def own_ties:
	.id as $from
	| .ties | arrays | .[] | objects
	| select(.to | type == "string")
	| {from: $from} + .;

# tied: one object for each tie; what is said first stays.
def tied:
	reduce .[] as $tie ({};
		("\($tie.from) \($tie.to)") as $pair
		| (if has($pair) and (.[$pair].kind // $tie.kind) != ($tie.kind // .[$pair].kind) then "\($pair) \($tie.kind)" else $pair end) as $key
		| .[$key] = $tie + .[$key])
	| [.[]];

# listed: a JSON array, an element a line.
def listed: to_entries[] | (if .key > 0 then "," else "" end) + (.value | tojson);

[inputs] as $all
| ($all | known) as $known
| ($all | told($known; ["cast", "characters"]; true)) as $cast
| ($all | map(.[0]) | unique - ["cast", "characters", "edges", "relationships"]) as $more
| ($all | told($known; $more; false)) as $told
| [$cast[] | . + ($told[.id] // {}) + .] as $people
| [$told[] | select($cast[.id] | not)] as $others
| [("relationships", "edges") as $kind | $all[] | select(.[0] == $kind and .[2]) | .[2]
	| del(.id, .world) | .from |= ended | .to |= ended] as $ties
| (($world[0] | objects) // {}) as $world
| (if $title != "" then $title else ($world.title | strings) // $folder end) as $title
| ([$all[] | select(.[3]) | [.[0], .[1], .[3]]] + ($known["//"] // []) | tojson),
  "{\"title\":\($title | tojson),",
  "\"world\":\($world | {title, description, era, time_period} | tojson),",
  "\"people\":[", ($people | listed), "],",
  "\"ties\":[", ($ties + [$people[] | own_ties] | tied | listed), "],",
  "\"others\":[", ($others | listed), "]}"
