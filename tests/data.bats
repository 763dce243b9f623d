load helpers

# The data that ships, held against what its programs take for granted.

setup() {
	npc_setup
	cd "$ROOT/data" || return 1
}

# none FILTER FILE...: the jq filter, over all files at once, finds nothing.
none() {
	run -0 jq -n -r "$@"
	assert_output ''
}

@test "data: every file is one JSON object, and every table says what it is" {
	for file in worlds/*.json tables/*.json recipes/*/*.json; do
		jq -e 'type == "object"' "$file" >/dev/null || fail "$file"
	done
	none 'inputs | select(.description | type != "string" or length < 10) | input_filename' tables/*.json worlds/*.json
}

@test "data: three worlds, each with all of its setting" {
	[ "$(ls worlds/*.json | wc -l)" -ge 3 ]
	none 'inputs | . as $w | ("Environment", "Social and Economic Aspects", "Livelihood", "Social Hierarchy", "Cultural Norms",
		"Natural Environment", "Political Climate") as $d | select(($w.detail[$d] | length) < 200) | "\(input_filename): \($d)"' worlds/*.json
	none 'inputs | select((.era | length) == 0 or (.time_period | length) == 0 or (.guardrails | length) == 0) | input_filename' worlds/*.json
}

@test "data: naming cultures have names enough, none twice, none banned" {
	[ "$(ls tables/names-*.json | wc -l)" -ge 8 ]
	none 'inputs | select(([.given[][]] | length) < 100 or (.family | length) < 100) | input_filename' tables/names-*.json
	none 'inputs | ([.given[][]] | group_by(ascii_downcase)[] | select(length > 1)[0]), (.family | group_by(ascii_downcase)[] | select(length > 1)[0]) | "\(input_filename): \(.)"' tables/names-*.json
	none 'inputs | .given[][] | select(contains(" ")) | "\(input_filename): \(.)"' tables/names-*.json
	none --slurpfile banned tables/banned-names.json '($banned[0].entries | map(ascii_downcase)) as $b | inputs | (.given[][], .family[])
		| select(ascii_downcase | splits("[ -]+") | IN($b[])) | "\(input_filename): \(.)"' tables/names-*.json
}

@test "data: traits: two hundred, opposites symmetric, each of them a trait itself" {
	none '(input.entries) as $t | ($t | map({key: .value, value: .}) | from_entries) as $by
		| ($t | select(length < 200) | "too few"), ($t | group_by(.value)[] | select(length > 1) | "twice: \(.[0].value)"),
		($t[] | .value as $v | ("opposites", "alike") as $k | (.[$k] // [])[] | select(($by[.][$k] // []) | index($v) | not) | "\($v) \($k) \(.)")' tables/traits.json
}

@test "data: what a table asks of another field exists there" {
	for world in worlds/*.json; do
		jq -r '.tables | to_entries[] | select(.value | type == "string") | .value' "$world" | while IFS= read -r table; do
			[ -e "tables/$table.json" ] || fail "$world: $table"
		done
		# All tables of the world in one object, then every value in a "when" against its field.
		jq -r '.tables | to_entries[] | select(.value | type == "string") | "\(.key)\t\(.value)"' "$world" | while IFS=$'\t' read -r field table; do
			jq -c --arg f "$field" '{($f): .}' "tables/$table.json"
		done | jq -s 'add' >"$BATS_TEST_TMPDIR/named"
		none --slurpfile named "$BATS_TEST_TMPDIR/named" 'input | (.tables | map_values(select(type == "object"))) as $inline
			| ($named[0] + $inline) as $all
			| ($all | map_values((.entries // []) | map(if type == "object" then .value else . end))) as $values
			| $all | to_entries[] | .key as $field | (.value.entries // [])[] | select(type == "object") | (.when // {}) | to_entries[]
			| .key as $on | .value[] | select(. as $v | $values[if $on == "age_band" then "age" else $on end] | index([$v]) | not)
			| "\($field): when \($on) is \(.)"' "$world"
	done
}

@test "data: every world makes a cast of 3,000, at every seed tried" {
	for world in worlds/*.json; do
		for seed in 1 2 3; do
			npc-cast -w "$(basename "$world" .json)" -n 1000 -s "$seed" >/dev/null
		done
	done
}

@test "data: every recipe loads, describes itself, and has an answer by dice" {
	for recipe in recipes/*/; do
		name=$(basename "$recipe")
		run -0 npc-prompt --list
		assert_line --regexp "^$name +[A-Z]"
		run -0 npc-prompt -r "$name" </dev/null
		[ -e "recipes/$name/dice.json" ]
	done
}
