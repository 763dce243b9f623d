load helpers
load server

# npc-generate against a server that answers with every kind of bad content.

setup() {
	npc_setup
	export NPC_MODEL=m
}

teardown() {
	stop_servers
}

# good: a character that suits anybody.
good() {
	jq -cn '"Somebody was there before and left it so, and nobody has asked about it since that day." as $text | {
		appearance: {description: $text, height: "middling", weight: "middling", hair: "brown", eyes: "brown"},
		background: {hometown: "a village", family: $text, motivation: $text}, personality: $text,
		skills: ["waiting", "listening", "looking"], secrets: ["knows who left it so"], greeting: "Who is there?"}'
}

# rule MATCH CONTENT [FINISH]: what is answered where the request holds MATCH.
rule() {
	jq -cn --arg match "$1" --arg content "$2" --arg finish "${3:-stop}" '{$match, $content, $finish}'
}

# about NAME CONTENT [FINISH]: the same for the character of that name.
about() {
	rule "Name: $1\\nPronouns" "${@:2}"
}

# name_of LINE: of the cast.
name_of() {
	sed -n "$1p" cast | jq -r .name
}

@test "npc-generate: every kind of bad content is asked again with the reason, at most three times" {
	local child good
	good=$(good)
	npc-cast -n 30 >all
	child=$(jq -r 'select(.age_band == "child").name' all | head -n 1)
	npc-cast -n 12 >cast
	jq -r .name cast | grep -qxF "$child"
	mapfile -t names < <(jq -r .name cast | grep -vxF "$child")
	{
		rule 'nothing around it: description, history' '{"description":"They nod to each other when they meet, and leave it at that.","history":"They met over a bowl of soup, and neither has mentioned it since.","from_hides":"It was the wrong soup.","to_hides":"The bowl was borrowed."}'
		about "${names[0]}" 'I would rather not.'
		rule 'could not be used' "$good"
		about "${names[1]}" $'```json\n'"$good"$'\n```'
		about "${names[2]}" "Here it is: $good"
		about "${names[3]}" "${good%\}},}"
		about "${names[4]}" "${good:0:300}" length
		about "${names[5]}" "$(jq -c '.greeting = 7' <<<"$good")"
		about "${names[6]}" "$(jq -c 'del(.skills)' <<<"$good")"
		about "$child" "$(jq -c '.personality += " I am the innkeeper of the Blue Pike, ask anybody."' <<<"$good")"
		about "${names[7]}" "$(jq -c --arg name "${names[8]}" '.secrets[0] += ", and so does \($name)"' <<<"$good")"
		about "${names[8]}" "$(jq -c '.background.family += " It was Elara who said so."' <<<"$good")"
		rule '' "$good"
	} >rules
	start_server --rules rules
	NPC_BASE_URL=$SERVER_URL/v1 run -1 npc-generate -n 12 --llm -o out
	assert_output --partial '1 answers were no good after 3 rounds'
	for what in "grown-up's trade (innkeeper)" "${names[8]} is somebody else" 'Elara is a worn-out name'; do
		assert_output --partial "$what"
	done
	jq -r .name out/characters.ndjson | cat - <(jq -r .name out/characters.rejects.ndjson) | sort >got
	jq -r .name cast | sort >want
	same got want
	run -0 jq -r '.name, (.feedback | length > 0)' out/characters.rejects.ndjson
	assert_output "${names[0]}"$'\ntrue'
	run -0 jq -rs 'map(has("feedback") or .greeting != "Who is there?" or (tojson | test("Elara|innkeeper"))) | any' out/characters.ndjson
	assert_output false
	jq -r .id out/characters.ndjson >got
	sort -V got | cmp - got
	# One request each, and nine that were asked twice. The one that never learns is asked a third time
	# with the same words as the second, which the cache has an answer for.
	run -0 server_stats .requests
	assert_output "$((12 + 9 + $(jq '.ties | length' cast | awk '{n += $1} END {print n}')))"
}

@test "npc-generate: -r: a conversation that leads nowhere is asked again" {
	local lost found
	lost='{"dialogue":{"start":"a","nodes":[{"id":"a","text":"Yes?","replies":[{"text":"Oh.","goto":"cellar"},{"text":"Bye.","goto":"END"}]},{"id":"b","text":"No.","replies":[{"text":"Ah.","goto":"END"}]},{"id":"c","text":"So.","replies":[{"text":"Hm.","goto":"END"}]},{"id":"d","text":"Go.","replies":[{"text":"Eh.","goto":"d"}]}]}}'
	found=$(jq -c '.dialogue.nodes[0].replies = [("b", "c", "d") | {text: "On to \(.).", goto: .}] | .dialogue.nodes[3].replies[0].goto = "END"' <<<"$lost")
	{
		rule 'could not be used' "$found"
		rule 'nothing around it: dialogue' "$lost"
		rule 'nothing around it: description, history' '{}'
		rule '' "$(good)"
	} >rules
	start_server --rules rules
	NPC_BASE_URL=$SERVER_URL/v1 run -1 npc-generate -n 3 -r dialogue --rounds 2 --llm -o out
	assert_output --partial 'no node is called "cellar"'
	run -0 jq -c '.dialogue == $found.dialogue' --argjson found "$found" out/dialogue.ndjson
	assert_output $'true\ntrue\ntrue'
	[ ! -e out/dialogue.rejects.ndjson ]
	[ "$(lines out/relationships.rejects.ndjson)" -eq "$(npc-cast -n 3 --edges | wc -l)" ]
	rm -r out
	npc-generate -n 4 -r barks -r quest -o out
	[ "$(jq -s 'map(.barks.idle | length > 1) | length' out/barks.ndjson)" -eq 4 ]
	[ "$(jq -s 'map(.quest.title) | length' out/quest.ndjson)" -eq 4 ]
	for name in cast edges ../x ''; do
		run -2 npc-generate -n 2 -r "$name" -o out
		assert_output --partial 'is no name for a file of its own'
	done
	run -2 npc-generate -n 2 -r nowhere -o out
	assert_output --partial 'nowhere'
}
