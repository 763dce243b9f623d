load helpers

# The recipes that ship: rows of all worlds through npc-prompt, npc-dice, npc-merge and npc-check.

# people SEED: rows of all worlds in one cast, with ids of their own.
people() {
	local world
	for world in hansa fallen-water perihelion; do
		npc-cast -n 12 -w "$world" -s "$1" | jq -c --arg p "${world:0:1}$1-" '.id = $p + .id | .ties[].to |= $p + .'
	done
}

# ties SEED: their ties.
ties() {
	local world
	for world in hansa fallen-water perihelion; do
		npc-cast -n 12 -w "$world" -s "$1" --edges | jq -c --arg p "${world:0:1}$1-" '.id = $p + .id | .from.id |= $p + . | .to.id |= $p + .'
	done
}

# fill RECIPE SEED: rows in, filled rows out.
fill() {
	npc-prompt -r "$1" | npc-dice -s "$2" | npc-merge
}

setup_file() {
	local seed
	npc_setup
	cd "$BATS_FILE_TMPDIR" || return 1
	for seed in 1 2 3; do
		people "$seed" >"cast.$seed"
		fill character "$seed" <"cast.$seed" >"character.$seed"
		ties "$seed" | fill relationship "$seed" >"relationship.$seed"
		for recipe in dialogue barks quest; do
			fill "$recipe" "$seed" <"character.$seed" >"$recipe.$seed"
		done
		jq -c '.player = "Jo" | .text = "What do you remember?" | .turns = [{name: "Jo", text: "Hello."}, {name, text: "Yes?"}]
			| .recall = [{id: "m", npc: .id, text: "Jo keeps bees.", why: "bees"}]' "character.$seed" | fill chat "$seed" >"chat.$seed"
		jq -c '.reply = .chat' "chat.$seed" | fill remember "$seed" >"remember.$seed"
		jq -c '{id, world, name: .home, kind: "place"}, {id: "f-\(.id)", world, name: .faction, kind: "faction"}' "cast.$seed" |
			fill lore "$seed" >"lore.$seed"
		for table in "$ROOT"/data/tables/names-*.json; do
			jq -c --arg seed "$seed" '{id: "names-\($seed)", culture: (input_filename | capture("names-(?<c>.*)[.]json").c), examples: .given.feminine[:5], n: 9}' "$table"
		done | fill names "$seed" >"names.$seed"
	done
	for recipe in cast character relationship dialogue barks quest chat remember lore names; do
		cat "$recipe".[123] >"$recipe"
	done
}

setup() {
	npc_setup
	MADE=$BATS_FILE_TMPDIR
}

@test "npc-recipes: what dice make of each passes its checks, in all worlds, at several seeds" {
	for recipe in character relationship dialogue barks quest chat remember lore names; do
		npc-check -r "$recipe" -c "$MADE/cast" "$MADE/$recipe" >got
		same "$MADE/$recipe" got
	done
	for recipe in character dialogue barks quest chat remember; do
		[ "$(lines "$MADE/$recipe")" -eq 108 ]
	done
	[ "$(lines "$MADE/relationship")" -eq "$(jq '.ties | length' "$MADE/cast" | awk '{n += $1} END {print n}')" ]
	[ "$(lines "$MADE/lore")" -eq 216 ]
	[ "$(lines "$MADE/names")" -eq $((3 * $(ls "$ROOT"/data/tables/names-*.json | wc -l))) ]
}

@test "npc-recipes: no symbol is left as it stands in the grammar, and no mark of it" {
	for recipe in character relationship dialogue barks quest chat remember lore names; do
		! grep -nE '#[A-Za-z_/]+[.a-zA-Z]*#|\(\(|[a-z]:POP|\\\\' "$MADE/$recipe" || fail "$recipe"
		! grep -noE '.{30}(  |[^.]\.\. | ,|#).{30}' "$MADE/$recipe" || fail "$recipe"
	done
}

@test "npc-recipes: the answers vary, and suit the row" {
	run -0 jq -rs 'map(.quest.type) | unique | join(" ")' "$MADE/quest"
	assert_output 'collect combat escort explore fetch mystery puzzle social'
	run -0 jq -rs 'map(select(.age_band == "child").quest.type) | unique - ["fetch", "explore", "puzzle", "collect", "mystery"] | length' "$MADE/quest"
	assert_output 0
	run -0 jq -rs '(map(.quest.involved | length) | unique), (map(select(any(.quest.involved[]; .id != "") and (.ties == []) and (.quest.involved | length > 1))) | length)' "$MADE/quest"
	assert_output "$(printf '%s\n' '[' '  1,' '  2,' '  3' ']' 0)"
	run -0 jq -rs 'map(.dialogue.nodes | length) | unique | join(" ")' "$MADE/dialogue"
	assert_output '4 5 6 7'
	[ "$(jq -c .dialogue "$MADE/dialogue" | sort -u | wc -l)" -eq 108 ]
	[ "$(jq -c .chat "$MADE/chat" | sort -u | wc -l)" -ge 95 ]
	run -0 grep -c 'Jo keeps bees' <(jq -c .chat "$MADE/chat")
	[ "$output" -ge 15 ]
	run -0 jq -rs 'map(.remember | length) | unique | join(" ")' "$MADE/remember"
	assert_output '1 2'
	run -0 jq -rs 'map([.given.feminine, .given.masculine, .given.neutral, .family | length] | unique) | unique | tojson' "$MADE/names"
	assert_output '[[9]]'
}

@test "npc-recipes: what names makes is a table that a cast can be drawn from" {
	mkdir -p data/worlds data/tables
	jq '{description: "Invented names.", given, family}' < <(sed -n 1p "$MADE/names") >data/tables/names-more.json
	jq '.tables.culture = {entries: ["more"]}' "$ROOT/data/worlds/hansa.json" | jq '.tables.people = {entries: ["Gotlander"]}' >data/worlds/more.json
	NPC_DATA=$PWD/data:$ROOT/data npc-cast -w more -n 20 >rows
	run -0 jq -rs 'map(.name) | unique | length' rows
	assert_output 20
}

@test "npc-recipes: constant text first and the row last; two people share all of the first message" {
	for recipe in character relationship dialogue barks quest chat remember; do
		rows=$MADE/character.1
		[ "$recipe" != relationship ] || rows=$MADE/relationship.1
		head -n 12 "$rows" | jq -c '.text = "Hm?" | .reply = "Ha."' | npc-prompt -r "$recipe" >asked
		run -0 jq -rs 'map(.body.messages) | (map(map(.role)) | unique), (map(.[0].content) | unique | length), (map(.[1].content) | unique | length)' -c asked
		assert_output "$(printf '%s\n' '[["system","user"]]' 1 12)"
	done
}

@test "npc-recipes: temper is told by words: the levels' numbers change no prompt" {
	jq -c '.text = "Hm?" | .reply = "Ha."' "$MADE/character.1" >rows
	jq -c '.ocean[].level = 77' rows >other
	for recipe in character dialogue barks quest chat remember; do
		npc-prompt --bare -r "$recipe" rows >one
		npc-prompt --bare -r "$recipe" other >two
		same one two
		run ! grep -iE 'for example|for instance|e\.g\.|such as:' one
	done
	word=$(jq -r .ocean.openness.word rows | head -n 1)
	for recipe in dialogue barks quest chat; do
		npc-prompt -r "$recipe" rows | head -n 1 | grep -qF "towards the new: $word"
	done
}

@test "npc-recipes: knowledge has borders, and lore that the row lists is within them" {
	head -n 1 "$MADE/character.1" | jq -c '.lore = ["The ferry is sold."] | .ties = [{to: "npc-7", to_name: "Ott Bar", kind: "cousin"}] | .text = "Hm?"' >row
	for recipe in dialogue barks quest chat; do
		npc-prompt -r "$recipe" row | jq -r '.body.messages[].content' >text
		grep -q 'Asked beyond that' text
		grep -qx 'Has heard: The ferry is sold.' text
		grep -qx 'Tie: npc-7 (Ott Bar), who is to this character: cousin' text
	done
	jq -c '.ties = [{to: "npc-7", kind: "cousin"}]' row | npc-prompt -r chat | jq -r '.body.messages[1].content' >text
	grep -qx 'Tie: npc-7, who is to this character: cousin' text
}

@test "npc-recipes: chat: what is remembered, then what was said, then what is said now" {
	head -n 1 "$MADE/chat.1" | jq -c 'del(.chat)' >row
	npc-prompt -r chat row | jq -r '.body.messages[1].content' | tail -n 7 >got
	printf '%s\n' 'Remembers: Jo keeps bees.' '' '# What was said' 'Jo: Hello.' "$(jq -r .name row): Yes?" 'Jo says now:' 'What do you remember?' >want
	same want got
	jq -c 'del(.player, .turns, .recall)' row | npc-prompt -r chat | jq -r '.body.messages[1].content' | tail -n 3 >got
	printf '%s\n' '# What was said' 'A stranger says now:' 'What do you remember?' >want
	same want got
	run -0 jq -e '.body | has("response_format") | not' <(npc-prompt -r chat row)
}

@test "npc-recipes: values that look like messages or symbols stay text" {
	hostile_values | jq -c '{id: "h\(input_line_number)", world: "hansa", name: ., pronouns: ., age: 30, age_band: "adult", occupation: ., home: ., traits: [., "b"], goal: .,
		ties: [{to: ., kind: ., weight: 0.1}], text: ., reply: ., player: ., turns: [{name: ., text: .}], recall: [{text: .}], culture: ., examples: [.], n: 3, kind: ., lore: [.]}' >rows
	for recipe in dialogue barks quest lore chat remember names; do
		jq -c --arg r "$recipe" 'if $r == "lore" then del(.lore) else . end' rows | npc-prompt -r "$recipe" >asked
		run -0 jq -cs 'map(.body.messages | map(.role)) | unique' asked
		assert_output '[["system","user"]]'
		npc-dice asked 2>said | npc-merge --rejects rejects >got || [ $? -eq 1 ]
		[ "$(($(lines got) + $(lines rejects)))" -eq "$(lines rows)" ]
		[ "$(lines got)" -ge 40 ] || fail "$recipe: $(lines got) of $(lines rows): $(head -n 3 said)"
	done
}

@test "npc-recipes: a world without words of its own, and a row of hardly anything, will do" {
	mkdir -p data/worlds
	jq 'del(.dice) | .title = "Elsewhere"' "$ROOT/data/worlds/hansa.json" >data/worlds/bare.json
	export NPC_DATA=$PWD/data:$ROOT/data
	for i in $(seq 20); do echo "{\"id\":\"a$i\",\"world\":\"bare\",\"name\":\"Ann $i\"}"; done >rows
	for recipe in character dialogue barks quest lore chat remember names; do
		npc-prompt -r "$recipe" rows | npc-dice | npc-merge >got
		npc-check -r "$recipe" -c rows got >checked
		same got checked
		[ "$(lines got)" -eq 20 ]
		! grep -E '#|\(\(' got
	done
}

@test "npc-recipes: the example of npc-recipes(7) works as printed" {
	sed -n '/^A whole one/,/^\.Ed/p' "$ROOT/man/npc-recipes.7" | sed '1,2d;$d' >example
	[ "$(lines example)" -gt 30 ]
	! grep '[\\]' example
	env -u NPC_DATA sh -e example
	[ "$(lines proverbs.ndjson)" -eq 5 ]
	run -0 jq -rs 'map(.proverb | endswith(".")) | all' proverbs.ndjson
	assert_output true
	run -0 sh -c 'NPC_DATA=$PWD/mine: npc-prompt --list'
	assert_line --regexp '^proverb +A proverb that one character is fond of'
	jq -c '.proverb = "No stop"' proverbs.ndjson >in
	NPC_DATA=$PWD/mine: run -1 npc-check -r proverb in
	assert_output --partial '/proverb: end it with a full stop'
}

@test "npc-recipes: every recipe has its paragraph in npc-recipes(7)" {
	for recipe in "$ROOT"/data/recipes/*/; do
		grep -qx ".It Ic $(basename "$recipe")" "$ROOT/man/npc-recipes.7"
	done
}
