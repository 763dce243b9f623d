# What npc-check knows, from the ban list, the recipe's schema, all worlds and tables, and the people:
# $ban and $schema are paths, $name the recipe's, $world and $usual worlds' names.

def set: map({key: ., value: true}) | from_entries;

def stem: rtrimstr(".json") | split("/");

# The trades of grown-ups, and those that a child may have.
def trades:
	[.[]? | if type == "string" then {value: .} else . end | select(.value? | type == "string")
		| {trade: (.value | ascii_downcase), child: (.when.age_band == null or (.when.age_band | index("child") != null))}]
	| ([.[] | select(.child).trade] | set) as $child
	| {$child, adult: ([.[] | select(.child | not).trade | select($child[.] | not)] | set)};

[inputs | {file: input_filename, data: .}] as $all
| (reduce ($all[] | select(.file | stem[-2] == "tables")) as $t ({}; .[$t.file | stem[-1]] //= $t.data.entries)) as $tables
| {
	cast: (if $people == [] then null else {
		names: ($people | map({key: .id?, value: .name?} | select(.key)) | from_entries),
		first: ($people | map(select(.words? | length > 1)) | group_by(.words[0])
			| map({key: .[0].words[0], value: map(.words | join(" "))}) | from_entries)} end),
	members: ([$all[] | select(.file == $schema).data.properties // {} | keys_unsorted[]] | if $schema == "" then [$name] else . end),
	banned: ($all[] | select(.file == $ban).data | {all: (.entries + (.words // []) | set), words: (.words // [] | set)}),
	trades: (reduce ($all[] | select(.file | stem[-2] | IN("tables", "recipes", $name) | not)) as $w ({};
		.[$w.file | stem[-1]] //= ($w.data.tables.occupation | if type == "string" then $tables[.] else .entries? end | trades))),
	$usual
} + if $world == "" then {} else {$world} end
