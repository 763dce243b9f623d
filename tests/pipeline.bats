load helpers

setup() {
	npc_setup
}

@test "pipeline: cast, prompt, dice, merge: twenty rows that meet the schema, the same every time" {
	run_once() {
		npc-cast -n 20 | npc-prompt -r character | npc-dice | npc-merge
	}
	run_once >first
	run_once >second
	same first second
	[ "$(lines first)" -eq 20 ]
	jq -c '{custom_id: .id, error: null, recipe: "character", row: {id}, response: {status_code: 200, body: {choices: [{finish_reason: "stop",
		message: {content: ({appearance, background, personality, skills, secrets, greeting} | tojson)}}]}}}' first | npc-merge >third
	[ "$(lines third)" -eq 20 ]
}

@test "pipeline: hostile rows come through unchanged, or fail as records of their own" {
	hostile_values | jq -c '{id: "h\(input_line_number)", world: "hansa", name: ., pronouns: "she/her", age: 30, age_band: "adult", people: ., class: "craftsfolk",
		occupation: ., home: ., faction: ., traits: [., "b", "c"], flaw: ., goal: ., fear: ., quirk: ., speech: .}' >rows
	npc-prompt -r character rows | npc-dice | npc-merge --rejects rejects >got || [ $? -eq 1 ]
	[ "$(($(lines got) + $(lines rejects)))" -eq "$(lines rows)" ]
	jq -c 'del(.appearance, .background, .personality, .skills, .secrets, .greeting, .error, .feedback)' got rejects | sort >back
	jq -c . rows | sort >want
	same back want
	[ "$(lines got)" -gt 30 ]
}

@test "pipeline: a row of 10 MB passes all of them" {
	{ printf '{"id":"a","world":"hansa","big":"'; head -c 10000000 /dev/zero | tr '\0' 'x'; printf '","name":"Ann","pronouns":"she/her","age":30,"age_band":"adult","people":"p","class":"craftsfolk","occupation":"cooper","home":"h","faction":"f","traits":["a","b","c"],"flaw":"f","goal":"to go","fear":"f","quirk":"q","speech":"s"}\n'; } >row
	npc-prompt -r character row | npc-dice | npc-merge >got
	[ "$(jq -r '.big | length' got)" -eq 10000000 ]
	jq -e '.greeting' got
}

@test "pipeline: npc-generate writes everything, and the same again" {
	npc-generate -n 12 -s 3 -o one
	npc-generate -n 12 -s 3 -o two
	diff -r one two
	[ "$(ls one | tr '\n' ' ')" = 'cast.ndjson characters.ndjson edges.ndjson relationships.ndjson ' ]
	[ "$(lines one/characters.ndjson)" -eq 12 ]
	[ "$(lines one/edges.ndjson)" -eq "$(jq '.ties | length' one/cast.ndjson | awk '{n += $1} END {print n}')" ]
	run -0 jq -sc 'map(keys == ["description", "from", "to", "weight"]) | all' one/edges.ndjson
	assert_output true
	jq -r .id one/cast.ndjson >want
	jq -r .id one/characters.ndjson >got
	same got want
	ls -A one | grep -v ndjson && return 1
	for world in "$ROOT"/data/worlds/*.json; do
		npc-generate -n 3 -w "$(basename "$world" .json)" -o "world" || return 1
		[ "$(lines world/characters.ndjson)" -eq 3 ]
	done
}

@test "pipeline: npc-generate asks again with the reason, at most three times, and accounts for all" {
	mkdir bin
	# Answers badly until a row carries feedback; npc-0002 never learns.
	cat >bin/npc-dice <<-'SH'
	#!/bin/sh
	exec "$REAL/npc-dice" "$@" | jq -c --unbuffered 'if .custom_id == "npc-0002" or (.row.feedback | not)
		then .response.body.choices[0].message.content = "{\"greeting\":1}" else . end | .row.asked = (.row.asked // 0) + 1'
	SH
	chmod +x bin/npc-dice
	REAL=$ROOT/${OBJ:-build} PATH=$PWD/bin:$PATH run -1 npc-generate -n 4 -o out
	assert_output --partial '1 answers were no good after 3 rounds'
	run -0 jq -c '[.id, .asked, has("feedback")]' out/characters.ndjson
	assert_output "$(printf '%s\n' '["npc-0001",2,false]' '["npc-0003",2,false]' '["npc-0004",2,false]')"
	run -0 jq -c '[.id, .asked, (.feedback | length > 0)]' out/characters.rejects.ndjson
	assert_output '["npc-0002",3,true]'
}

@test "pipeline: npc-generate uses a model only when told to, and says what is missing" {
	printf '#!/bin/sh\ntouch called\n' >npc-llm
	chmod +x npc-llm
	OPENAI_API_KEY=sk-stray NPC_API_KEY=x PATH=$PWD:$PATH npc-generate -n 2 -o out
	[ ! -e called ]
	run -2 npc-generate -n 2
	assert_output --partial 'usage: npc-generate'
	run -2 npc-generate --what -o out
	assert_output --partial 'usage: npc-generate'
	run -2 npc-generate -n 2 -w nowhere -o out
	assert_output --partial 'nowhere'
	run -0 npc-generate -h
	assert_output --partial '--rounds'
	: >file
	run -3 npc-generate -n 2 -o file/out
}

@test "pipeline: installed programs find their data, and uninstall removes all of it" {
	for dir in stage; do
		make -s -C "$ROOT" OBJ="${OBJ:-build}" ${SANITIZE:+SANITIZE=$SANITIZE} DESTDIR="$PWD/$dir" PREFIX=/usr/local install
	done
	run -0 env -u NPC_DATA PATH="$PWD/stage/usr/local/bin:/usr/bin:/bin" sh -c 'npc-cast -n 3 | npc-prompt -r character | npc-dice | npc-merge | wc -l'
	assert_output 3
	env -u NPC_DATA PATH="$PWD/stage/usr/local/bin:/usr/bin:/bin" npc-generate -n 2 -o made
	[ -e stage/usr/local/share/man/man1/npc-merge.1 ]
	[ -e stage/usr/local/share/man/man7/npc.7 ]
	make -s -C "$ROOT" DESTDIR="$PWD/stage" PREFIX=/usr/local uninstall
	[ "$(find stage -type f | wc -l)" -eq 0 ]
}

@test "pipeline: under valgrind, one run of each program is clean" {
	[ "${OBJ:-build}" = build ] || skip 'not under the sanitizers'
	command -v valgrind >/dev/null || skip 'no valgrind'
	check() {
		valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible "$@"
	}
	check "$ROOT/build/npc-cast" -n 70 >rows
	check "$ROOT/build/npc-cast" -n 10 --edges >edges
	check "$ROOT/build/npc-prompt" -r character -m m -p seed=1 rows >requests
	check "$ROOT/build/npc-dice" -s 2 requests >responses
	check "$ROOT/build/npc-merge" -b rows --rejects rejects --stats stats responses >merged
	[ "$(lines merged)" -eq 70 ]
}
