load helpers
load server

setup_file() {
	npc_setup
	cd "$BATS_FILE_TMPDIR" || return 1
	npc-cast -n 40 >cast
	npc-prompt -r character cast | npc-dice | npc-merge >character
	npc-cast -n 40 --edges | npc-prompt -r relationship | npc-dice | npc-merge >relationship
	for recipe in dialogue barks quest; do
		npc-prompt -r "$recipe" character | npc-dice | npc-merge >"$recipe"
	done
	jq -c '.text = "Who are you?"' character | npc-prompt -r chat | npc-dice | npc-merge >chat
	jq -c '.reply = .chat' chat | npc-prompt -r remember | npc-dice | npc-merge >remember
	jq -c '{id, name: .home, kind: "place", world}' cast | npc-prompt -r lore | npc-dice | npc-merge >lore
	jq -c '{id, culture, examples: ["Ann", "Bo"], n: 3}' cast | npc-prompt -r names | npc-dice | npc-merge >names
}

setup() {
	npc_setup
	MADE=$BATS_FILE_TMPDIR
}

teardown() {
	stop_servers
}

# plant RECIPE FILTER FAULT: puts a good row into RECIPE.in, and after it the same row as the filter
# spoils it. FAULT is in what is said about it; after a '+' other faults may stand beside it.
plant() {
	local n
	n=$(($(cat "$1.want" 2>/dev/null | wc -l) % 20 + 1))
	sed -n "${n}p" "$MADE/$1" >good
	jq -c "$2" good >bad
	! jq -c . good | cmp -s - bad || fail "$2 spoils nothing"
	cat good bad >>"$1.in"
	cat good >>"$1.good"
	printf '%s\n' "$3" >>"$1.want"
}

# harvest RECIPE: every planted fault is found, and no more.
harvest() {
	local i want got
	run -1 --separate-stderr npc-check -r "$1" -c "$MADE/cast" --rejects rejects "$1.in"
	[ "$output" = "$(cat "$1.good")" ]
	assert_equal "$(lines rejects)" "$(lines "$1.want")"
	for ((i = 1; i <= $(lines rejects); i++)); do
		want=$(sed -n "${i}p" "$1.want") got=$(sed -n "${i}p" rejects | jq -r '.feedback // .error.message')
		[[ $got == *"${want#+}"* ]] || fail "not found: $want: $got"
		[[ $want == +* || $got != *$'\n'* ]] || fail "more than was planted: $want: $got"
		[[ ${stderr_lines[i - 1]} == "npc-check: $1.in:$((2 * i)): npc-"* ]] || fail "${stderr_lines[i - 1]}"
	done
	rm "$1.in" "$1.want" "$1.good"
}

@test "npc-check: usage" {
	run -0 npc-check -h
	assert_line --index 0 --partial 'usage: npc-check'
	assert_output --partial '--rejects'
	run -2 npc-check </dev/null
	assert_output --partial 'a recipe is needed'
	assert_line --partial 'usage: npc-check'
	run -2 npc-check --what
	assert_output --partial 'usage: npc-check'
	run -2 npc-check -r nowhere </dev/null
	assert_output --partial 'recipes/nowhere: not found'
	run -2 npc-check -r ../quest </dev/null
	assert_output --partial 'no such recipe'
	run -2 npc-check -r 'a b' </dev/null
	run -2 npc-check -r quest -c missing </dev/null
	assert_output --partial 'missing: cannot open'
	run -2 npc-check -r quest missing.ndjson
	assert_output --partial 'missing.ndjson: cannot open'
	run -2 npc-check -r quest -w ./missing.json </dev/null
	assert_output --partial 'missing.json'
	run -3 npc-check -r quest --rejects no/such/folder/rejects </dev/null
	run -0 npc-check -r quest </dev/null
	assert_output ''
}

@test "npc-check: good rows pass byte for byte, of all recipes" {
	for recipe in character relationship dialogue barks quest chat remember lore names; do
		npc-check -r "$recipe" -c "$MADE/cast" --rejects rejects "$MADE/$recipe" >got
		same "$MADE/$recipe" got
		[ ! -s rejects ]
	done
	printf '%s\r\n\n \n%s' '{ "id":"a","chat":"hm","name":1.50,"x":"\u00e9 {{y}} é" }' '{"id":"b","chat":"no"}' >in
	npc-check -r chat in - <"$MADE/chat" >got || { npc-check -r chat in; return 1; }
	{ printf '%s\n' '{ "id":"a","chat":"hm","name":1.50,"x":"\u00e9 {{y}} é" }' '{"id":"b","chat":"no"}'; cat "$MADE/chat"; } >want
	same got want
}

@test "npc-check: bad lines are named by file and line, and are rejects of their own" {
	{ head -n 1 "$MADE/barks"; printf '%s\n' '{' '[]' '"x"' '' '{"id":"a"} {'; sed -n 2p "$MADE/barks"; } >in
	run -1 --separate-stderr npc-check -r barks --rejects rejects in
	[ "$output" = "$(head -n 2 "$MADE/barks")" ]
	for line in 2 3 4 6; do
		[[ $stderr == *"npc-check: in:$line: "* ]]
	done
	run -0 jq -sc 'map([(keys | join(",")), .error.code] | join(":")) | unique' rejects
	assert_output '["error:invalid_row"]'
	[ "$(lines rejects)" -eq 4 ]
	printf '%s\n' '{"id":"a","name":"A B"}' '{"name":"x"}' >cast
	run -2 npc-check -r barks -c cast "$MADE/barks"
	assert_output --partial 'cast:2: a row must be an object with a string id'
	run -1 sh -c 'printf "\033[31m\n" | npc-check -r barks'
	assert_output --partial 'standard input:1: '
	[ "$(printf %s "$output" | tr -d '\n' | LC_ALL=C tr -d '[:print:]' | wc -c)" -eq 0 ]
}

@test "npc-check: a rejected row can be asked again with the reason, and then is good" {
	sed -n 2p "$MADE/dialogue" | jq -c '.dialogue.nodes[0].replies[0].goto = "cellar"' >bad
	run -1 npc-check -r dialogue -c "$MADE/cast" --rejects rejects bad
	run -0 jq -c 'has("dialogue"), (keys - ["feedback"]), .id' rejects
	assert_output "$(jq -c 'false, keys, .id' <(sed -n 2p "$MADE/character"))"
	npc-prompt -r dialogue rejects >asked
	grep -q 'could not be used.*no node is called .*cellar' asked
	npc-dice asked | npc-merge | npc-check -r dialogue -c "$MADE/cast" >got
	run -0 jq -c '[.id, has("dialogue"), has("feedback")]' got
	assert_output "[\"$(jq -r .id rejects)\",true,false]"
}

@test "npc-check: names: nobody else's, none that is worn out; those that the row names are welcome" {
	local other
	other=$(sed -n 30p "$MADE/cast" | jq -r .name)
	plant character ".personality += \" Nobody liked $other’s way of laughing.\"" "/personality: $other is somebody else"
	plant quest ".quest.hook += \" Ask $other.\"" '/quest/hook: '
	plant dialogue ".dialogue.nodes[1].replies[0].text = \"And $other?\"" '/dialogue/nodes/1/replies/0/text: '
	plant relationship ".history += \" It was $other who saw it.\"" '/history: '
	plant barks '.barks.idle[1] = "Elara would have known."' '/barks/idle/1: Elara is a worn-out name'
	plant character '.secrets[0] = "was once called Raven and paid for it"' '/secrets/0: Raven is a worn-out name'
	plant character '.background.family = "A certain Willow Petersen brought them all up, and nobody else would have done it."' 'Willow'
	plant lore '.lore[0].text += " It was Lyra who said so first of all."' '/lore/0/text: Lyra'
	for recipe in character quest dialogue relationship barks lore; do
		harvest "$recipe"
	done
	head -n 40 "$MADE/character" | jq -c --slurpfile cast "$MADE/cast" '. as $row | ($cast | map({key: .id, value: .name}) | from_entries) as $names
		| .personality += " Sage grows at the door. Willow bark helps. \(.name) knows \([.ties[].to | $names[.]] | join(" and ")); the two meet often."' >in
	npc-check -r character -c "$MADE/cast" in >got
	same in got
	jq -c '.topic = "a letter from Elara"' "$MADE/quest" | jq -c '.quest.hook += " It is about Elara."' >in
	npc-check -r quest -c "$MADE/cast" in >got
	same in got
}

@test "npc-check: a name is found after every mark, and whatever letter it begins with" {
	printf '%s\n' '{"id":"a","name":"Anna Berg"}' '{"id":"b","name":"Änne D’Arc"}' '{"id":"c","name":"山 Taro"}' >cast
	jq -cn '("(Änne D'"'"'Arc)", "\n山 Taro’s", "\tAnna Berg", "x/Anna Berg", "“Änne D’Arc”", "Anna \nBerg", "Nyx’s", "\\ Nyx", "\"Nyx\"")
		| {id: "z", chat: "So \(.), they say."}' >in
	run -1 --separate-stderr npc-check -r chat -c cast in
	assert_output "$(sed -n 6p in)"
	assert_equal "${#stderr_lines[@]}" 8
	jq -cn '("McAnna Berg", "Anna Bergs", "anna berg", "Anna", "Onyx", "NyxNyx") | {id: "z", chat: "So \(.), they say."}' >in
	npc-check -r chat -c cast in | cmp - in
	# One name that begins with no capital, and all of them are looked for word by word.
	echo '{"id":"d","name":"ibn Sina"}' >>cast
	jq -cn '("ibn Sina", "Anna Berg", "Änne D’Arc") | {id: "z", chat: "So \(.), they say."}' >in
	run -1 --separate-stderr npc-check -r chat -c cast in
	assert_output ''
	assert_equal "${#stderr_lines[@]}" 3
	run -1 --separate-stderr npc-check -r chat -c /dev/stdin in <cast
	assert_equal "${#stderr_lines[@]}" 3
}

@test "npc-check: a child has no grown-up's trade, in the answer or in the row" {
	jq -c 'select(.age_band == "child")' "$MADE/character" >children
	[ "$(lines children)" -ge 2 ]
	for claim in 'She is the innkeeper of the Blue Pike.' 'I am a blacksmith, if you must know.' '\(.name) is our herring merchant.' \
		'Since spring he works as a ship carpenter on the mole.' '\(.name), the midwife of the quarter, sleeps badly.' 'They are the youngest miller there is.'; do
		jq -c ".personality += \" $claim\"" children
	done >in
	run -1 --separate-stderr npc-check -r character -c "$MADE/cast" --rejects rejects in
	[ -z "$output" ] || fail "$(jq -r .personality <<<"$output")"
	assert_equal "$(lines rejects)" "$(lines in)"
	run -0 jq -rs 'map(.feedback | test("^/personality: a child has no grown-up.s trade [(][^\n]*$")) | all' rejects
	assert_output true
	for fine in "She is the innkeeper's daughter." 'Her uncle is an innkeeper.' 'He is not a miller yet.' 'The blacksmith is a friend.' \
		'They are a helper of the innkeeper.' 'He is no judge of people.' 'I am a child, and the captain knows it.' '\(.name) is \(.occupation).'; do
		jq -c ".personality += \" $fine\"" children
	done >in
	npc-check -r character -c "$MADE/cast" in >got
	same in got
	# A trade's word may be a child's family name, and then a trade is one all the same.
	for text in 'Annet Smith is forbidden to go there.' 'Annet Smith, always late.' 'They call Annet Smith.' 'Annet is a smith.' 'Annet Smith is a smith.'; do
		head -n 1 children | jq -c --arg text "$text" '.name = "Annet Smith" | .personality = "She likes it here. \($text)"'
	done >in
	run -1 --separate-stderr npc-check -r character in
	assert_output "$(head -n 3 in)"
	jq -c 'select(.age_band == "adult") | .personality += " She is the innkeeper of the Blue Pike. \(.name) is a judge."' "$MADE/character" >in
	npc-check -r character -c "$MADE/cast" in >got
	same in got
	jq -c '.occupation = "herring merchant"' children | head -n 1 >in
	run -1 --separate-stderr npc-check -r character --rejects rejects in
	run -0 jq -r '.error | .code, .message' rejects
	assert_line --index 0 invalid_row
	assert_line --index 1 --partial "has a grown-up's trade: herring merchant"
}

@test "npc-check: dialogue: every goto exists, every node is reached, every way can end" {
	plant dialogue '.dialogue.nodes[2].replies[0].goto = "cellar"' '+/dialogue/nodes/2/replies/0/goto: no node is called "cellar"'
	plant dialogue '.dialogue.nodes += [{id: "island", text: "Nobody comes here.", replies: [{text: "Oh.", goto: "END"}]}]' '/dialogue/nodes: nothing leads from the start to "island"'
	plant dialogue '.dialogue.nodes[0].replies[0].goto = "pit" | .dialogue.nodes += [{id: "pit", text: "Round it goes.", replies: [{text: "On.", goto: "pit"}]}]' '+from "pit" no way leads to END'
	plant dialogue '.dialogue.start = "nowhere"' '+/dialogue/start: no node is called "nowhere"'
	plant dialogue '.dialogue.nodes += [.dialogue.nodes[1]]' "/dialogue/nodes: two nodes are called"
	harvest dialogue
}

@test "npc-check: quests and ties refer to people who exist" {
	plant quest '.quest.involved[0].id = "npc-0039"' '/quest/involved/0/id: "npc-0039" is neither the character nor somebody of its ties'
	plant quest '.quest.involved = [{id: .id, role: "asks"}, {id: .id, role: "pays"}]' 'is there twice'
	plant quest '.ties = [{to: "npc-9999", kind: "friend"}] | .quest.involved = [{id: .id, role: "asks"}]' 'a tie leads to "npc-9999", whom nobody is called'
	harvest quest
	run -0 jq -r '.error.code' rejects
	assert_output "$(printf 'null\nnull\ninvalid_row')"
	plant relationship '.to.id = "npc-9999"' 'the tie is with "npc-9999"'
	harvest relationship
	jq -c '.to.id = "npc-9999"' "$MADE/relationship" | npc-check -r relationship >got
	[ "$(lines got)" -eq "$(lines "$MADE/relationship")" ]
}

@test "npc-check: barks, lore, chat, remember, names: what else can be wrong" {
	plant barks '.barks.hurt[0] = .barks.flee[0]' 'stands under'
	plant lore '.lore[1].topic = (.lore[0].topic | ascii_upcase)' '/lore: two entries are about'
	plant lore '.lore[1].text = .lore[0].text' '/lore: two entries say the same'
	plant chat '.chat = "As an AI language model I cannot be a cooper."' '+nobody in this world says "as an ai"'
	plant chat '.turns = [{name: "Jo", text: "Well, well!"}] | .chat = "Well well"' 'only repeats'
	plant chat '.chat = "caf\ufffd"' 'U+FFFD'
	plant remember '.remember = [{text: "Jo owes a mark.", importance: 5}, {text: "jo owes a mark.", importance: 6}]' 'twice the same'
	plant names '.given.feminine |= .[:2]' '/given/feminine: 2 names, where 3 are wanted'
	plant names '.family = []' '/family: 0 names'
	plant names '.given.masculine[0] = "ann"' '/given/masculine: ann is among the examples'
	plant names '.given.neutral = [.given.feminine[0]]' 'is there twice'
	plant names '.family[0] = "Blackwood"' 'worn-out'
	plant names '.given.feminine[0] = "Anna Lise"' 'has a blank'
	plant names '.family[0] = "<b>"' 'is no name'
	for recipe in barks lore chat remember names; do
		harvest "$recipe"
	done
}

@test "npc-check: a recipe's own check; one without; one that is wrong; one that breaks" {
	a_recipe shout
	echo '{"id":"a","shout":"HEY"}' >in
	npc-check -r shout in | cmp - in
	printf '# comment at the end\nselect(.shout | test("[a-z]")) | "/shout: louder", {row: "x"} # really' >data/recipes/shout/check.jq
	npc-check -r shout in | cmp - in
	npc-check -r data/recipes/shout in | cmp - in
	run -1 npc-check -r shout <<<'{"id":"a","shout":"hey"}'
	echo '"/shout: why?", $row.id, ($answer | keys[])' >data/recipes/shout/check.jq
	run -1 npc-check -r shout --rejects rejects in
	run -0 jq -c . rejects
	assert_output '{"id":"a","feedback":"/shout: why?\na\nshout"}'
	echo 'nonsense(' >data/recipes/shout/check.jq
	run -2 npc-check -r shout in
	assert_output --partial 'data/recipes/shout/check.jq: '
	echo '.shout.x' >data/recipes/shout/check.jq
	run -1 npc-check -r shout --rejects rejects in
	assert_output --partial 'the check could not be made'
	run -0 jq -c '[.id, .shout, .error.code]' rejects
	assert_output '["a",null,"check_failed"]'
}

@test "npc-check: hostile rows break nothing" {
	hostile_values | jq -c '{id: "a", name: ., age: ., age_band: ., occupation: ., ties: ., world: ., from: ., to: ., turns: ., topic: ., chat: .}' >in
	hostile_values | jq -c '{id: "a", name: "A B", age_band: "child", ties: [{to: .}, ., 1], chat: "\(.) \(.)", examples: [.], "npc check": .}' >>in
	npc-check -r chat --rejects rejects in >got 2>messages || [ $? -eq 1 ]
	[ "$(($(lines got) + $(lines rejects)))" -eq "$(lines in)" ]
	grep -v '^npc-check: in:[0-9]*: ' messages && return 1
	run -0 jq -rs 'map(.error.code // empty) | unique | join(" ")' rejects
	refute_output --partial check_failed
}

@test "npc-check: full disks and closed pipes" {
	run -3 sh -c 'npc-check -r barks "$1" >/dev/full' sh "$MADE/barks"
	assert_output --partial 'cannot write'
	mkfifo pipe
	timeout 20 cat pipe >got &
	npc-check -r barks --rejects pipe "$MADE/barks" >/dev/null
	wait $!
	[ -p pipe ]
	run -3 npc-check -r barks --rejects . "$MADE/barks"
	assert_line 'npc-check: cannot write .'
	run -0 --separate-stderr bash -c 'for i in {1..60}; do cat "$1"; done | npc-check -r names | head -n 1; echo "${PIPESTATUS[1]}" >status' bash "$MADE/names"
	[ "${#lines[@]}" -eq 1 ]
	[ "$(cat status)" -ne 0 ]
	[ -z "$(find . -name 'rejects*')" ]
}
