load helpers
load recall
load server

setup() {
	npc_setup
	recall_setup
}

teardown() {
	stop_servers
}

@test "embed: requests that carry the memories, without an embedding of their own" {
	printf '%s\n' '{"id":"a", "npc":"bob","text":"the \u006dill \/","x":1.50}' '{"npc":"bob","text":"two","embedding":[1,2],"embedding_model":"m","recalls":2}' >in
	run -0 npc-recall embed --model x in
	echo "$output" >got
	assert_equal "$(lines got)" 1
	cat >want <<-'W'
	{"custom_id":"ID","method":"POST","url":"/v1/embeddings","body":{"model":"x","input":["the \u006dill \/","two"]},"memories":[{"id":"a", "npc":"bob","text":"the \u006dill \/","x":1.50},{"npc":"bob","text":"two","recalls":2}]}
	W
	sed -E 's/embed-[0-9a-f]{24}/ID/' got | same - want
	npc-recall embed --model x in | same - got
	run -0 npc-recall embed --dimensions 7 in
	assert_equal "$(jq -c '[.body.model, .body.dimensions]' <<<"$output")" '["test-embed",7]'
	env -u NPC_EMBED_MODEL npc-recall embed in >out
	jq -e '.body | has("model") | not' out
}

@test "embed: --batch, bytes of text, and a long text alone" {
	memories 1 200 >in
	[ "$(npc-recall embed in | jq '.memories | length' | xargs)" = '64 64 64 8' ]
	[ "$(npc-recall embed --batch 150 in | jq '.memories | length' | xargs)" = '150 50' ]
	[ "$(npc-recall embed --batch 1 in | wc -l)" -eq 200 ]
	[ "$(npc-recall embed in | jq -r .custom_id | sort -u | wc -l)" -eq 4 ]
	# The same again in one run is another request.
	[ "$(npc-recall embed --batch 200 in in | jq -r .custom_id | sort -u | wc -l)" -eq 2 ]
	cat in | npc-recall embed | jq -c .memories[] | same - in
	text() { head -c "$1" /dev/zero | tr '\0' x; }
	for n in 100 24576 24577 100 300000 100 24000 24000 24000 24000 24000 24000 24000 24000 24000 24000 24000; do
		printf '{"npc":"bob","text":"%s"}\n' "$(text $n)"
	done >in
	[ "$(npc-recall embed in | jq -c '.body.input | length' | xargs)" = '2 1 1 1 11 1' ]
}

@test "embed: what is no memory flows on as an error that carries it" {
	printf '%s\n' '{"npc":"bob","text":"x"}' '{"npc":"bob"}' '{' '{"id":"x","npc":"bob","text":"y","importance":99}' '{"custom_id":"r","response":{"status_code":200}}' '{"custom_id":"r","delta":"x"}' >in
	run -1 --separate-stderr npc-recall embed in
	echo "$output" >got
	[ "$(grep -c '^npc-recall: in:[234]: ' <<<"$stderr")" -eq 3 ]
	grep -qxF '{"custom_id":"r","response":{"status_code":200}}' got
	grep -qxF '{"custom_id":"r","delta":"x"}' got
	[ "$(jq -r .custom_id got | sort -u | wc -l)" -eq 5 ]
	jq -c 'select(.error) | [.error.code, .memories]' got >errors
	printf '%s\n' '["invalid_memory",[{"npc":"bob"}]]' '["invalid_memory",null]' '["invalid_memory",[{"id":"x","npc":"bob","text":"y","importance":99}]]' | same errors -
	run -1 --separate-stderr npc-recall add got
	assert_equal "$(jq -r .error.message <<<"$output" | grep -c .)" 5
	assert_output --partial '"npc":"bob","id":"x","error"'
	assert_output --partial 'in:3: not JSON'
}

@test "embed -q: queries, as soon as no more input is at hand; without a text, or with a vector, unasked" {
	printf '%s\n' '{"id":"a", "npc":"bob","text":"one"}' '{"id":"b","text":""}' '{"id":"c","text":"x","embedding":[1,2]}' '{"id":"d","text":"two"}' '{"text":"no id"}' >in
	run -1 --separate-stderr npc-recall embed -q in
	echo "$output" >got
	[ "$(jq -c 'select(.body) | .body.input' got)" = '["one","two"]' ]
	grep -qF '"queries":[{"id":"a", "npc":"bob","text":"one"},{"id":"d","text":"two"}]}' got
	[ "$(jq -c 'select(.response) | [.response.body.data, .queries[0].id]' got | xargs)" = '[[],b] [[],c]' ]
	[ "$(jq -c 'select(.error) | [.error.code, .row]' got)" = '["invalid_row",{"text":"no id"}]' ]
	npc-recall add <<<'{"id":"m","npc":"bob","text":"x","embedding":[2,1]}'
	run -1 --separate-stderr npc-recall query --npc bob got
	assert_equal "$(jq -r '(.mode // .error.code)' <<<"$output" | sort | xargs)" 'hybrid invalid_row invalid_row lexical'
	[ "$(grep -c 'have no embedding' <<<"$stderr")" -eq 0 ]
	mkfifo asked told
	npc-recall embed -q <asked >told 3>&- &
	exec 5>asked 6<told
	for i in 1 2 3; do
		echo "{\"id\":\"q$i\",\"npc\":\"bob\",\"text\":\"mill\"}" >&5
		IFS= read -r -t 20 line <&6
		[ "$(jq -r .queries[0].id <<<"$line")" = "q$i" ]
	done
	exec 5>&- 6<&-
	wait
}

@test "add: the vectors of a response go to their memories, whatever their order" {
	local three='[{"id":"a","npc":"bob","text":"x"},{"id":"b","npc":"bob","text":"y"},{"id":"c","npc":"bob","text":"z"}]'
	response memories "$three" '[{"index":2,"embedding":[0,0,3]},{"index":0,"embedding":[1,0,0]},{"index":1,"embedding":"AAAAAAAAAEAAAAAA"}]' >in
	run -0 npc-recall add in
	assert_output "$(printf '%s\n' '{"npc":"bob","id":"a"}' '{"npc":"bob","id":"b"}' '{"npc":"bob","id":"c"}')"
	[ "$(npc-recall export | jq -r '.id + .embedding + .embedding_model' | xargs)" = 'aAACAPwAAAAAAAAAAtest-embed bAAAAAAAAAEAAAAAAtest-embed cAAAAAAAAAAAAAEBAtest-embed' ]
	# Without any index, by their place; long ones too, which are read in another way.
	response memories '[{"id":"d","npc":"al","text":"x"},{"id":"e","npc":"al","text":"y"}]' '[{"embedding":[0.00000001,0.5,0.25]},{"embedding":[0.5,0.00000001,0.5]}]' | npc-recall add
	[ "$(npc-recall export --npc al | jq -r .embedding | xargs)" = 'd8wrMgAAAD8AAIA+ AAAAP3fMKzIAAAA/' ]
	sound
}

@test "add: a response that cannot be trusted: its memories are added without, and counted" {
	local two='[{"id":"a","npc":"bob","text":"one"},{"id":"b","npc":"bob","text":"two"}]' n=0
	while IFS='|' read -r data why; do
		rm -f world.db*
		response memories "$two" "$data" >in
		run -0 --separate-stderr npc-recall add in
		assert_equal "${#lines[@]}" 2
		assert_equal "$stderr" "npc-recall: ${why}"
	done <<-'W'
	[]|2 of the memories have no embedding: the response has 0 embeddings for 2 inputs
	[{"index":0,"embedding":[1,2]}]|1 of the memories have no embedding: the response has 1 embeddings for 2 inputs
	[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[2,1]}]|2 of the memories have no embedding: it has two embeddings for input 0
	[{"index":0,"embedding":[1,2]},{"index":2,"embedding":[2,1]}]|2 of the memories have no embedding: it has an embedding for input 2, of 2
	[{"index":-1,"embedding":[1,2]},{"index":1,"embedding":[2,1]}]|2 of the memories have no embedding: it has an embedding for input -1, of 2
	[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[2,1,3]}]|2 of the memories have no embedding: its embeddings are of 2 and of 3 numbers
	[{"index":0,"embedding":[1,2]},{"embedding":[2,1]}]|2 of the memories have no embedding: data[1] has no index
	[{"index":0,"embedding":[1,2]},7]|2 of the memories have no embedding: data[1] is no object
	[{"index":0,"embedding":[1,2]},{"index":1}]|1 of the memories have no embedding: an input has no embedding
	W
	for line in '"response":null,"error":{"code":"timeout","message":"600 s"}' '"response":{"status_code":429,"body":{"error":{"message":"slow down"}}},"error":null' \
		'"response":{"status_code":200,"body":{}},"error":null' '"response":{"status_code":200,"body":{"data":[{"index":0,"embedding":[1,null]},{"index":1,"embedding":[0,0]}]}},"error":null'; do
		rm -f world.db*
		echo "{\"custom_id\":\"x\",$line,\"memories\":$two}" >in
		run -0 --separate-stderr npc-recall add --stats stats in
		assert_equal "${#lines[@]}" 2
		assert_regex "$stderr" '^npc-recall: 2 of the memories have no embedding: .*(600 s|slow down|no data|embedding|number|0)'
		jq -e '.without_embedding == 2 and .added == 2' stats
		[ "$(ask one -k 1)" = a ]
	done
	run -1 --separate-stderr npc-recall add <<<'{"custom_id":"x","response":{"status_code":200,"body":{}},"error":null}'
	assert_equal "$(jq -r .error.message <<<"$output")" 'a response that carries no memories'
	run -1 --separate-stderr npc-recall add <<<'{"custom_id":"x","body":{},"memories":[]}'
	assert_equal "$(jq -r .error.message <<<"$output")" 'a request that nobody has answered'
	run -0 npc-recall add <<<'{"custom_id":"x","delta":"y"}'
	assert_output ''
}

@test "add: a memory that is no good, and a vector that does not fit, fail alone in a response" {
	npc-recall add <<<'{"id":"a","npc":"bob","text":"x","embedding":[1,2],"embedding_model":"test-embed"}' >/dev/null
	response memories '[{"id":"b","npc":"bob","text":"x"},{"npc":"bob"},{"id":"c","npc":"bob","text":"z"}]' '[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1,2]},{"index":2,"embedding":[2,1]}]' >in
	run -1 --separate-stderr npc-recall add in
	assert_equal "$(jq -r '.id // "!"' <<<"$output" | xargs)" 'b ! c'
	response memories '[{"id":"d","npc":"bob","text":"x"}]' '[{"index":0,"embedding":[1,2,3]}]' >in
	run -1 --separate-stderr npc-recall add in
	assert_equal "$(jq -r '.error.code' <<<"$output")" invalid_memory
	response memories '[{"id":"d","npc":"bob","text":"x"}]' '[{"index":0,"embedding":[1,2]}]' | sed 's/test-embed/another/' >in
	run -1 --separate-stderr npc-recall add in
	assert_regex "$(jq -r '.error.message' <<<"$output")" another
	[ "$(stat .memories)" -eq 3 ]
	sound
}

@test "embed -m: what has its vector is not asked for again" {
	start_server
	export NPC_BASE_URL=$SERVER_URL/v1
	memories 1 100 >in
	npc-recall embed in | npc-llm | npc-recall add >/dev/null
	[ "$(server_stats .requests)" -eq 2 ]
	run -0 npc-recall embed --stats stats in
	assert_output ''
	jq -e '.known == 100 and .requests == 0' stats
	# One with another text, one that is new, one with another member, one in another collection.
	{ sed -n '1s/Number/Nummer/p; 2,100p' in | sed '2s/"importance":3/"importance":4/'; memories 101 101; memories 5 5 al; } >changed
	run -0 npc-recall embed --stats stats changed
	echo "$output" >got
	jq -e '.known == 98 and .requests == 1 and .unasked == 1' stats
	[ "$(jq -c 'select(.body) | [.memories[] | .npc + .id]' got)" = '["bobm1","bobm101","alm5"]' ]
	[ "$(jq -c 'select(.response) | [.memories[].importance, .response.body.data]' got)" = '[4,[]]' ]
	run -0 --separate-stderr bash -c 'set -o pipefail; npc-llm got | npc-recall add'
	assert_equal "$stderr" ''
	assert_equal "${#lines[@]}" 4
	[ "$(stat '[.memories, .vectors]')" = '[102,102]' ]
	[ "$(npc-recall get --npc bob m2 | jq .importance)" -eq 4 ]
	sound
}

@test "embed -m: a database that is not there, or only just, knows nothing; a bad one is an error" {
	memories 1 3 >in
	npc-recall embed in >want
	: >world.db
	npc-recall embed in | same - want
	npc-recall add </dev/null
	npc-recall embed in | same - want
	echo 'no database, whatever it is called' >world.db
	run -3 npc-recall embed in
	run -0 npc-recall embed -q in
}

@test "embed | npc-cache run npc-llm | add, and the same for queries" {
	start_server
	export NPC_BASE_URL=$SERVER_URL/v1
	memories 1 300 >in
	for i in 1 2; do
		npc-recall embed in | npc-cache run npc-llm -j 8 | npc-recall -m "world.$i.db" add >"acks.$i"
	done
	[ "$(server_stats .requests)" -eq 5 ]
	NPC_MEMORY=world.1.db
	sort acks.1 | same - <(sort acks.2)
	[ "$(lines acks.1)" -eq 300 ]
	[ "$(stat '[.memories, .vectors, .dimensions, .model]')" = '[300,300,8,"test-embed"]' ]
	printf '{"id":"q%d","npc":"bob","text":"word%d"}\n' 7 7 200 200 >asked
	npc-recall embed -q asked | npc-cache run npc-llm | npc-recall query -k 3 >got
	[ "$(jq -r '.id + .recall[0].id + .mode' got | xargs)" = 'q7m7hybrid q200m200hybrid' ]
	[ "$(jq -c 'del(.recall, .mode)' got)" = "$(cat asked)" ]
	grep -q '"why":"words and vector"' got
	sound
}

@test "embed | npc-llm | add, query: with a server that fails now and then, and one that is not there" {
	start_server --fault 400=0.3
	export NPC_BASE_URL=$SERVER_URL/v1
	memories 1 200 >in
	npc-recall embed --batch 5 in | npc-llm --retries 0 2>/dev/null | npc-recall add >acks 2>err
	[ "$(lines acks)" -eq 200 ]
	[ "$(stat .memories)" -eq 200 ]
	local with
	with=$(stat .vectors)
	[ "$with" -gt 0 ] && [ "$with" -lt 200 ]
	grep -q "^npc-recall: $((200 - with)) of the memories have no embedding: " err
	stop_servers
	for n in 1 100 200; do echo "{\"id\":\"q$n\",\"npc\":\"bob\",\"text\":\"word$n\"}"; done >asked
	npc-recall embed -q asked | npc-llm --retries 0 2>/dev/null | npc-recall query -k 1 >got 2>err
	[ "$(jq -r '.id + .recall[0].id + .mode' got | xargs)" = 'q1m1lexical q100m100lexical q200m200lexical' ]
	grep -q '^npc-recall: 3 of the queries have no embedding: ' err
	start_server
	export NPC_BASE_URL=$SERVER_URL/v1
	npc-recall embed in | npc-llm | npc-recall add >/dev/null
	[ "$(server_stats .requests)" -eq $(((200 - with + 63) / 64)) ]
	[ "$(stat .vectors)" -eq 200 ]
	sound
}

@test "query: each query of a response has its own vector" {
	add '{"id":"a","npc":"bob","text":"one","embedding":[1,0]}' '{"id":"b","npc":"bob","text":"two","embedding":[0,1]}'
	response queries '[{"id":"q1","npc":"bob","text":"x"},{"id":"q2","npc":"bob","text":"y"},{"id":"q3","npc":"bob","text":"two"}]' \
		'[{"index":1,"embedding":[1,0.1]},{"index":0,"embedding":[0.1,1]}]' >in
	run -0 --separate-stderr npc-recall query -k 1 in
	assert_equal "$(jq -r '.id + .recall[0].id + .mode' <<<"$output" | xargs)" 'q1bvector q2avector q3blexical'
	assert_equal "$stderr" 'npc-recall: 1 of the queries have no embedding: the response has 2 embeddings for 3 inputs'
	response queries '[{"id":"q1","npc":"bob","text":"x"}]' '[{"index":0,"embedding":[1,0,0]}]' >in
	run -1 --separate-stderr npc-recall query in
	assert_equal "$(jq -r '.error.code + .row.id' <<<"$output")" invalid_rowq1
}

@test "query: a response without queries, and a piece of one, pass as they are" {
	npc-recall add </dev/null
	printf '%s\n' '{"id":"x", "custom_id":"a","response":null,"error":{"code":"invalid_row","message":"x"},"row":{"id":"a"}}' '{"custom_id":"b","delta":"x" }' \
		'{"custom_id":"c","response":{"status_code":200,"body":{}},"error":null,"queries":[]}' >in
	npc-recall query in | same - in
}
