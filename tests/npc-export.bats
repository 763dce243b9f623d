load helpers

setup() {
	npc_setup
}

# a_talk ID NODE...: a row whose dialogue has these nodes.
a_talk() {
	jq -nc --arg id "$1" '{$id, name: $id, dialogue: {start: $ARGS.positional[0],
		nodes: [$ARGS.positional[] | {id: ., text: ("in " + .), replies: [{text: "on", goto: "END"}]}]}}' --args "${@:2}"
}

@test "npc-export: manners" {
	run -0 npc-export --help
	assert_line --index 0 --partial 'usage: npc-export'
	for wrong in '' 'nothing' '../x' 'yarn --no-such-option' 'card-v2' 'yarn --picture x.png' "yarn -o ." 'card-v2 -o -'; do
		# shellcheck disable=SC2086 # split on purpose
		run -2 npc-export $wrong </dev/null
		assert_line --partial 'usage: npc-export'
	done
	run -0 npc-export --list
	assert_line --regexp '^card-v2 +Character Card V2'
	[ "${#lines[@]}" -eq "$(find "$ROOT/data/export" -name '*.jq' | wc -l)" ]
	a_talk a hello >rows
	run -2 --separate-stderr npc-export mermaid missing.ndjson rows
	assert_line --partial '"a"'
	[ "$stderr" = 'npc-export: missing.ndjson: cannot open' ]
	run -2 npc-export mermaid --edges missing.ndjson rows
	assert_output 'npc-export: missing.ndjson: cannot open'
	run -2 npc-export card-png -o out --picture missing.png rows
	assert_line --partial 'missing.png: cannot open'
}

@test "npc-export: no rows are an empty cast, in every format" {
	for format in $(npc-export --list | cut -d' ' -f1); do
		run -0 npc-export "$format" -o "out-$format" </dev/null
		assert_output ''
	done
	[ "$(find out-* -type f | wc -l)" -eq 10 ]
	run -0 jq -c . out-sillytavern-world
	assert_output '{"entries":{}}'
	run -0 jq -c . out-unreal-json
	assert_output '[]'
}

@test "npc-export: bad lines are told with their place, and cost nobody else" {
	{
		a_talk a hello
		printf '%s\n' '{' '[]' '' '{"name":"x"}' '{"id":"../x"}' '{"id":"a","name":"again"}' '{"id":5}'
		printf '{"id":"b"}\r\n{"id":"c"}'
	} >rows
	printf '%s' '{"id":"d"}' >more
	run -1 --separate-stderr npc-export mermaid rows - more <<<'{"id":"e"} x'
	[ "$(grep -c '\["' <<<"$output")" -eq 4 ]
	[ "$(sed 's/^npc-export: \([^:]*:[0-9]*\): .*/\1/' <<<"$stderr" | tr '\n' ' ')" = 'rows:2 rows:3 rows:5 rows:6 rows:7 rows:8 standard input:1 ' ]
	printf '%s\n' '{"from":"a"}' '{' >edges
	run -1 --separate-stderr npc-export mermaid -e edges more
	[ "$(sed 's/^npc-export: \([^:]*:[0-9]*\): .*/\1/' <<<"$stderr" | tr '\n' ' ')" = 'edges:1 edges:2 ' ]
	run -1 npc-export mermaid <<<'{"id":"a","x":"'$'\033''"'
	[ "$(printf %s "$output" | tr -d '\n' | LC_ALL=C tr -d '[:print:]' | wc -c)" -eq 0 ]
}

@test "npc-export: members of another kind than they should be lose nobody" {
	printf '%s\n' '{"id":"a","name":5,"ties":"x","dialogue":[],"barks":7,"quest":"q","appearance":"s","background":[1],"traits":"a","secrets":{"a":1},"greeting":{"x":1}}' \
		'{"id":"b","ties":[1,{"to":5},{"to":"a"},{}],"dialogue":{"start":"5","nodes":[1,{"id":5,"text":["x"],"replies":{"a":1}}]},"barks":{"idle":"x","hurt":[1,null]},"quest":{"title":5,"objectives":"x","involved":[1,{}]}}' \
		'{"id":"c"}' '{"id":"d","dialogue":{"start":true,"nodes":{}},"ties":{"to":"x"},"barks":{"":["x"]},"secrets":[{"a":1}]}' >rows
	for format in $(npc-export --list | cut -d' ' -f1); do
		run -0 npc-export "$format" -o "out/$format" rows
		assert_output ''
	done 3>&-
	for format in card-v2 card-v3 card-png foundry; do
		[ "$(find "out/$format" -type f | wc -l)" -eq 4 ]
	done
	[ "$(jq length out/unreal-json)" -eq 4 ]
	[ "$(lines out/unreal-csv)" -eq 5 ]
	[ "$(grep -cE '^"[abcd]",' out/csv)" -eq 4 ]
	[ "$(grep -c '^## ' out/markdown)" -eq 4 ]
	[ "$(jq '.entries | length' out/sillytavern-world)" -eq 6 ]
}

@test "npc-export: nodes have names of their own in a whole project" {
	{
		a_talk a-b c d_e
		a_talk a_b c d-e
		a_talk a b_c b-c b_c_2
		a_talk a-b_c 'd' END 'true' 1
		a_talk 1 not
		a_talk end else
	} >rows
	npc-export yarn rows | sed -n 's/^title: //p' >yarn
	npc-export ink rows | sed -n 's/^=== \(.*\) ===$/\1/p' >ink
	npc-export twee rows | sed -n 's/^:: \([^ ]*\).*/\1/p' | tail -n +4 >twee
	same yarn ink
	same yarn twee
	[ "$(LC_ALL=C sort -u yarn | wc -l)" -eq 19 ]
	[ "$(lines yarn)" -eq 19 ]
	! grep -vE '^[a-zA-Z_][a-zA-Z0-9_]*$' yarn
	! grep -ixE 'end|done|else|true|not' yarn
}

@test "npc-export: a dialogue that leads nowhere is told, and ends there" {
	a_talk a hello | jq -c '.dialogue.nodes[0].replies[0].goto = "gone"' >rows
	run -1 --separate-stderr npc-export ink rows
	assert_line '+ [on] -> DONE'
	[ "$stderr" = 'npc-export: rows:1: a reply leads to "gone", which is no node: it ends the dialogue' ]
	a_talk a hello | jq -c '.dialogue.start = "gone"' >rows
	run -1 --separate-stderr npc-export ink rows
	assert_line -- '-> a_hello'
	[[ $stderr == *'the dialogue'\''s start, "gone", is no node'* ]]
}

@test "npc-export: files stand under their names when they are whole" {
	a_talk a hello >rows
	echo old >cast.ink
	mkfifo fifo
	npc-export ink -o cast.ink fifo 3>&- &
	exec 5>fifo
	cat rows >&5
	[ "$(cat cast.ink)" = old ]
	exec 5>&-
	wait
	grep -q 'a_hello' cast.ink
	npc-export ink rows | cmp - cast.ink
	npc-export ink -o - rows | cmp - cast.ink
	npc-export card-v2 -o deep/cards rows
	echo mine >deep/cards/other
	npc-export card-v2 -o deep/cards rows
	[ "$(find deep -type f | sort | tr '\n' ' ')" = 'deep/cards/a.json deep/cards/other ' ]
	run -3 npc-export card-v2 -o rows/x rows
	run -3 npc-export ink -o no/such/folder/x rows
	run -3 sh -c 'npc-export ink rows >/dev/full'
	assert_output --partial 'cannot write'
	run -3 npc-export ink -o /dev/full rows
	[ "$(find . -name '*.ink?*' -o -name '.npc-export*' | wc -l)" -eq 0 ]
	jq -nc 'range(40) | {id: "r\(.)", name: ("x" * 5000)}' >many
	run -0 --separate-stderr bash -c 'npc-export markdown many | head -n 1; echo "${PIPESTATUS[0]}" >status'
	[ -z "$stderr" ]
	[ "$(cat status)" -eq 141 ]
}

@test "npc-export: a format of one's own is a file among the data" {
	mkdir -p mine/export
	printf '%s\n' '# Names, one a line' '.[] | name, "\n"' >mine/export/names.jq
	printf '%s\n' '# A card of paper' '# A file each: ID.txt' '"\(name)\n\(.secrets | list | join("\n"))\n"' >mine/export/paper.jq
	printf '%s\n' '# Not right' 'nosuch' >mine/export/bad.jq
	printf '%s\n' '# Not right' '# A file each: ID/../x' '.' >mine/export/worse.jq
	printf '%s\n' '# Mine' '"mine"' >mine/export/ink.jq
	export NPC_DATA=$PWD/mine:
	printf '%s\n' '{"id":"a","name":"Ann","secrets":["@b","c\u0000"]}' '{"id":"b","name":"Bob"}' >rows
	run -0 npc-export names rows
	assert_output $'Ann\nBob'
	npc-export paper -o out rows
	printf 'Ann\n@b\nc\0\n' >want
	run -0 cat out/b.txt
	assert_output Bob
	run -0 sed -n 2p out/a.txt
	assert_output '@b'
	run -0 npc-export ink rows
	assert_output mine
	run -0 npc-export --list
	assert_line --regexp '^names +Names, one a line$'
	assert_line --regexp '^ink +Mine$'
	assert_line --regexp '^yarn '
	run -3 npc-export bad rows
	assert_output --partial 'bad.jq: '
	run -2 npc-export worse -o out rows
	assert_output --partial 'second line'
}

@test "npc-export: ties are told by both, with what there is to say about them" {
	printf '%s\n' '{"id":"a","name":"Ann","ties":[{"to":"b","kind":"sister","weight":0.5}]}' '{"id":"b","name":"Bob"}' >rows
	echo '{"from":{"id":"a"},"to":{"id":"b"},"kind":"sister","description":"They share a room.","from_hides":"A letter.","to_hides":"A key."}' >relationships
	npc-export card-v2 -e relationships -o out rows
	run -0 jq -c '.data.character_book.entries[] | [.keys, .content]' out/a.json
	assert_output '[["Bob"],"Ann on Bob: sister\nThey share a room.\nWhat Bob is not told: A letter."]'
	run -0 jq -c '.data.character_book.entries[] | [.keys, .content]' out/b.json
	assert_output '[["Ann"],"Ann on Bob: sister\nThey share a room.\nWhat Ann is not told: A key."]'
	jq -c '{from: .from.id, to: .to.id, description, weight: 0.1}' relationships >edges
	npc-export unreal-json -e edges rows >table
	run -0 jq -c '.[].Ties' table
	assert_output $'[{"To":"b","Kind":"sister","Weight":0.5,"Description":"They share a room."}]\n[]'
}

@test "npc-export: a picture for a PNG card, or a folder of them" {
	printf '%s\n' '{"id":"a","name":"Ann"}' '{"id":"b","name":"Bob"}' >rows
	echo 'graph { x }' | dot -Tpng >given.png 2>/dev/null
	npc-export card-png -o one --picture given.png rows
	mkdir pictures
	cp given.png pictures/b.png
	npc-export card-png -o two --picture pictures rows
	size=$(($(wc -c <given.png) - 12))
	cmp -n $size given.png one/a.png
	cmp -n $size given.png two/b.png
	! cmp -s -n $size given.png two/a.png
	echo broken >pictures/a.png
	run -1 npc-export card-png -o three --picture pictures rows
	assert_output --partial 'pictures/a.png: not a PNG'
	[ "$(ls three)" = b.png ]
}
