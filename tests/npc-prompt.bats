load helpers

setup() {
	npc_setup
	a_recipe greet
	printf '%s\n' '{{! A greeting. }}' '@system' 'You live in {{setting.title}}.' '@user' 'Greet {{name}}.{{#feedback}} {{feedback}}{{/feedback}}' >data/recipes/greet/prompt.mustache
	printf '%s\n' '{"type":"object",' ' "properties":{"greeting":{"type":"string"}},' ' "required":["greeting"]}' >data/recipes/greet/schema.json
	printf '%s\n' '{ "temperature" : 1.0, "max_tokens": 50 }' >data/recipes/greet/body.json
	echo '{"title":"Hill","detail":{"Air":"thin","Soil":"stony"}}' >data/worlds/hill.json
	echo '{"title":"Dale"}' >data/worlds/dale.json
}

@test "npc-prompt: manners" {
	keeps_its_manners npc-prompt -r greet
}

@test "npc-prompt: a row becomes a request line that carries it byte for byte" {
	echo '{"id":"a","world":"hill", "name":"Ann","n":1.50,"s":"\u00e9\/"}' >rows
	cat >want <<-'J'
	{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"system","content":"You live in Hill."},{"role":"user","content":"Greet Ann."}],"temperature":1.0,"max_tokens":50,"response_format":{"type":"json_schema","json_schema":{"name":"greet","strict":true,"schema":{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"]}}}},"recipe":"greet","row":{"id":"a","world":"hill", "name":"Ann","n":1.50,"s":"\u00e9\/"}}
	J
	npc-prompt -r greet rows >got
	same got want
}

@test "npc-prompt: a response passes untouched" {
	response='{"custom_id":"x", "response":null,"error":{"code":"invalid_row","message":"m"},"row":{"id":1}}'
	run -0 npc-prompt -r character <<<"$response"
	assert_output "$response"
	# A row may have a custom_id of its own.
	run -0 npc-prompt -r character <<<'{"id":"a","custom_id":"x"}'
	assert_equal "$(jq -r .custom_id <<<"$output")" a
}

@test "npc-prompt: operands, -, standard input, CRLF, blank lines, a last line without LF" {
	printf '{"id":"a"}\r\n\r\n  \n{"id":"b"}' >one
	printf '{"id":"c"}\n' >two
	npc-prompt -r greet one - <two | jq -r .custom_id >got
	printf '%s\n' a b c >want
	same got want
}

@test "npc-prompt: the world is the flag's, else the row's, else NPC_WORLD's, else the one that ships" {
	echo '{"id":"a","world":"hill"}' >rows
	echo '{"id":"b"}' >none
	run -0 sh -c 'npc-prompt -r greet -w dale rows | jq -r ".body.messages[0].content"'
	assert_output 'You live in Dale.'
	run -0 sh -c 'npc-prompt -r greet rows | jq -r ".body.messages[0].content"'
	assert_output 'You live in Hill.'
	run -0 sh -c 'NPC_WORLD=dale npc-prompt -r greet none | jq -r ".body.messages[0].content"'
	assert_output 'You live in Dale.'
	run -0 sh -c 'npc-prompt -r greet none | jq -r ".body.messages[0].content"'
	assert_output "You live in $(jq -r .title "$ROOT/data/worlds/hansa.json")."
	mkdir -p config/npc
	echo 'NPC_WORLD=hill' >config/npc/config
	run -0 sh -c 'npc-prompt -r greet none | jq -r ".body.messages[0].content"'
	assert_output 'You live in Hill.'
	run -0 sh -c 'npc-prompt -r greet -w data/worlds/dale.json none | jq -r ".body.messages[0].content"'
	assert_output 'You live in Dale.'
}

@test "npc-prompt: an object of the world is a list for the template, and a row cannot pose as it" {
	printf '%s\n' '@user' '{{#setting.detail}}{{name}}={{text}};{{/setting.detail}}' >data/recipes/greet/prompt.mustache
	echo '{"id":"a","world":"hill","setting":{"detail":[{"name":"x","text":"y"}]},"schema":"no"}' >rows
	run -0 sh -c 'npc-prompt -r greet rows | jq -r ".body.messages[0].content"'
	assert_output 'Air=thin;Soil=stony;'
}

@test "npc-prompt: -m, -p and NPC_MODEL" {
	echo '{"id":"a"}' >rows
	run -0 sh -c 'npc-prompt -r greet -m big -p temperature=0.2 -p "stop=[\"x\", \"y\"]" -p seed=1 -p seed=2 rows | jq -c ".body | del(.messages, .response_format)"'
	assert_output '{"max_tokens":50,"model":"big","temperature":0.2,"stop":["x","y"],"seed":2}'
	run -0 sh -c 'NPC_MODEL=small npc-prompt -r greet rows | jq -r .body.model'
	assert_output small
	run -0 sh -c 'NPC_MODEL=small npc-prompt -r greet -p "model=\"own\"" rows | jq -r .body.model'
	assert_output own
	run -2 npc-prompt -r greet -p temperature rows
	assert_output --partial 'is not NAME=JSON'
	run -2 npc-prompt -r greet -p temperature=warm rows
	assert_output --partial 'temperature=warm'
	run -2 npc-prompt -r greet -p 'messages=[]' rows
}

@test "npc-prompt: --format" {
	printf '%s\n' '@user' 'Hi.{{#schema}} As {{schema}}{{/schema}}' >data/recipes/greet/prompt.mustache
	echo '{"id":"a"}' >rows
	run -0 sh -c 'npc-prompt -r greet --format json_object rows | jq -c "[.body.response_format, .body.messages[0].content]"'
	assert_output --partial '[{"type":"json_object"},"Hi. As {\"type\":\"object\",'
	run -0 sh -c 'npc-prompt -r greet --format none rows | jq -c "[.body.response_format, .body.messages[0].content]"'
	assert_output --partial '[null,"Hi. As {'
	run -0 sh -c 'npc-prompt -r greet rows | jq -c "[.body.response_format.type, .body.messages[0].content]"'
	assert_output '["json_schema","Hi."]'
	run -2 npc-prompt -r greet --format xml rows
}

@test "npc-prompt: --bare leaves out row and recipe" {
	echo '{"id":"a"}' >rows
	run -0 sh -c 'npc-prompt -r greet --bare rows | jq -c keys'
	assert_output '["body","custom_id","method","url"]'
}

@test "npc-prompt: a recipe of plain text sends no format" {
	rm data/recipes/greet/schema.json data/recipes/greet/body.json
	echo '{"id":"a"}' >rows
	run -0 sh -c 'npc-prompt -r greet rows | jq -c ".body | keys"'
	assert_output '["messages"]'
}

@test "npc-prompt: --list" {
	run -0 npc-prompt --list
	assert_line --regexp '^greet +A greeting\.$'
	assert_line --regexp '^character +[A-Z].+$'
	assert_line --regexp '^relationship +[A-Z].+$'
}

@test "npc-prompt: a row that cannot be used is an error line, and costs nobody else" {
	{
		printf '%s\n' '{"id":"a"}' '{"name":"no id"}' '{"id":7}' '{"id":"a b"}' '[1]' '"x"' '{"id":"a","id":"b"}' \
			'{"id":"b","world":"../../etc"}' '{"id":"c","world":"atlantis"}' '{"id":"d","world":5}' '{"id":""}'
		printf '{"id":"%065d"}\n{"id":"e\xff"}\n{"id":"%064d"}' 0 0
	} >rows
	run -1 --separate-stderr npc-prompt -r greet rows
	echo "$output" >got
	[ "$(lines got)" -eq 14 ]
	run -0 jq -sc 'map(.error.code // "-")' got
	assert_output '["-","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","invalid_row","-"]'
	run -0 jq -sc 'map(select(.error)) | map(has("custom_id") and .response == null and .recipe == "greet") | all' got
	assert_output true
	run -0 jq -sc '[.[6].error.message, .[12].error.message]' got
	assert_output --regexp '^\["rows:7: not JSON: byte 11: .*twice.*","rows:13: not JSON: byte 9: not UTF-8"\]$'
	[ "$(npc-prompt -r greet rows 2>&1 >/dev/null | grep -c '^npc-prompt: rows:[0-9]*: ')" -eq 12 ]
}

@test "npc-prompt: a line that is too long is one failed record" {
	{ echo '{"id":"a"}'; printf '{"id":"b","x":"%0100000d"}\n' 0; echo '{"id":"c"}'; } >rows
	npc-prompt -r greet --max-line 1K rows 2>err >got || [ $? -eq 1 ]
	run -0 jq -c '[.custom_id, .error.code]' got
	assert_output "$(printf '%s\n' '["a",null]' '[null,"invalid_row"]' '["c",null]')"
	run -0 cat err
	assert_output 'npc-prompt: rows:2: line longer than 1024 bytes'
}

@test "npc-prompt: hostile values come through unchanged, inside their message" {
	hostile_values | jq -c '{id: "a\(input_line_number)", name: .}' >rows
	npc-prompt -r greet rows >got
	[ "$(jq -s 'map(.body.messages | length) | unique' got | tr -d ' \n')" = '[2]' ]
	jq -c .row got >back
	same back rows
	jq -c '"Greet \(.row.name)."' got >want
	jq -c '.body.messages[1].content' got >have
	same have want
}

@test "npc-prompt: a value of 10 MB comes through" {
	{ printf '{"id":"a","name":"'; head -c 10000000 /dev/zero | tr '\0' 'x'; printf '"}\n'; } >rows
	npc-prompt -r greet rows >got
	[ "$(jq -r '.row.name | length' got)" -eq 10000000 ]
	[ "$(jq -r '.body.messages[1].content | length' got)" -eq 10000007 ]
}

@test "npc-prompt: wrong recipes are told before a row is read" {
	run -2 npc-prompt
	assert_output --partial 'a recipe is needed'
	run -2 npc-prompt -r nothing
	assert_output --partial 'recipes/nothing'
	run -2 npc-prompt -r ../greet
	run -2 npc-prompt -r greet -w nowhere
	assert_output --partial 'worlds/nowhere.json'
	printf '@user\n{{#a}}\n' >data/recipes/greet/prompt.mustache
	run -2 npc-prompt -r greet
	assert_output --regexp 'prompt.mustache:2:1: '
	printf '@user\nhi\n' >data/recipes/greet/prompt.mustache
	echo '{"type":"strnig"}' >data/recipes/greet/schema.json
	run -2 npc-prompt -r greet
	assert_output --partial 'greet/schema.json'
	echo '[]' >data/recipes/greet/body.json
	rm data/recipes/greet/schema.json
	run -2 npc-prompt -r greet
	assert_output --partial 'greet/body.json'
}

@test "npc-prompt: a partial stands beside the prompt or in partials/, and nowhere else" {
	printf '@user\n{{> whom}}' >data/recipes/greet/prompt.mustache
	run -2 npc-prompt -r greet
	assert_output --partial 'whom'
	mkdir data/partials
	echo 'shared {{name}}' >data/partials/whom.mustache
	run -0 sh -c 'echo "{\"id\":\"a\",\"name\":\"Ann\"}" | npc-prompt -r greet | jq -r ".body.messages[0].content"'
	assert_output 'shared Ann'
	echo 'own {{name}}' >data/recipes/greet/whom.mustache
	run -0 sh -c 'echo "{\"id\":\"a\",\"name\":\"Ann\"}" | npc-prompt -r greet | jq -r ".body.messages[0].content"'
	assert_output 'own Ann'
	printf '@user\n{{> ../../../secret}}' >data/recipes/greet/prompt.mustache
	run -2 npc-prompt -r greet
}

@test "npc-prompt: a full disk is exit 3, a closed pipe ends it quietly" {
	for i in $(seq 2000); do echo "{\"id\":\"n$i\"}"; done >rows
	run -3 sh -c 'npc-prompt -r greet rows >/dev/full'
	assert_output --partial 'No space left'
	run -0 --separate-stderr bash -c 'npc-prompt -r greet rows | head -1; echo "${PIPESTATUS[0]}" >status'
	[ -z "$stderr" ]
	[ "$(cat status)" -eq 141 ]
}

@test "npc-prompt: --stats" {
	printf '%s\n' '{"id":"a"}' '{}' >rows
	run -1 npc-prompt -r greet --stats stats.json rows
	run -0 jq -c '[.program, .rows_in, .requests, .failed, (.peak_memory_bytes > 0)]' stats.json
	assert_output '["npc-prompt",2,1,1,true]'
}

@test "npc-prompt: a record is on its way before the next row comes" {
	mkfifo rows requests
	exec 5<>rows 6<>requests
	npc-prompt -r greet rows >requests 3>&- 5>&- 6>&- &
	echo '{"id":"a"}' >&5
	read -r -t 20 line <&6
	exec 5>&- 6>&-
	wait
	[[ $line == '{"custom_id":"a"'* ]]
}
