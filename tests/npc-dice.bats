load helpers

setup() {
	npc_setup
	a_recipe greet
	a_recipe note
	echo '{"type":"object","properties":{"greeting":{"type":"string"},"mood":{"enum":["good","bad"]},"words":{"type":"array","items":{"type":"string"},"minItems":2,"maxItems":4,"uniqueItems":true}},"required":["greeting","mood","words"],"additionalProperties":false}' >data/recipes/greet/schema.json
	echo '{"greeting":["#hail#, #name#, #place#"],"hail":["hail","good day","hello","what now"],"words":["one","two","three","four","#name#"],"place":["somewhere"],"name":["nobody"]}' >data/recipes/greet/dice.json
	echo '{"origin":["#hail# from #place#"],"hail":["hail"],"place":["somewhere"]}' >data/recipes/note/dice.json
	echo '{"title":"Hill","dice":{"place":["the hill"]}}' >data/worlds/hill.json
	echo '{"title":"Dale"}' >data/worlds/dale.json
}

# requests N [RECIPE]: N request lines with rows.
requests() {
	jq -nc --argjson n "$1" --arg recipe "${2:-greet}" \
		'range($n) | {custom_id: "r\(.)", body: {model: "m", messages: [{role: "user", content: "hi"}]}, recipe: $recipe, row: {id: "r\(.)", world: "hill", name: "N\(.)"}}'
}

# content: what responses on standard input say.
content() {
	jq -c '.response.body.choices[0].message.content'
}

@test "npc-dice: manners" {
	keeps_its_manners npc-dice
}

@test "npc-dice: a request becomes a response line" {
	echo '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m\u0041","messages":[{"role":"user","content":"12345678"}]},"extra": {"x" : 1.50},"recipe":"note","row":{"id":"a","world":"hill", "n":"\u00e9\/"}}' >requests
	npc-dice requests >got
	id=$(jq -r .id got)
	[[ $id =~ ^dice-[0-9a-f]{16}$ ]]
	cat >want <<-J
	{"id":"$id","custom_id":"a","response":{"status_code":200,"request_id":"$id","body":{"id":"$id","object":"chat.completion","created":0,"model":"m\u0041","choices":[{"index":0,"message":{"role":"assistant","content":"hail from the hill"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}},"error":null,"extra":{"x" : 1.50},"recipe":"note","row":{"id":"a","world":"hill", "n":"\u00e9\/"},"meta":{"source":"dice"}}
	J
	same got want
}

@test "npc-dice: answers meet the recipe's schema" {
	requests 200 >requests
	npc-dice requests >got
	[ "$(lines got)" -eq 200 ]
	jq -c '.response.body.choices[0].message.content | fromjson | [(keys_unsorted == ["greeting","mood","words"]), (.mood | IN("good","bad")), (.words | length >= 2 and length <= 4 and (unique | length) == length)] | all' got | sort -u >all
	[ "$(cat all)" = true ]
	[ "$(jq -r '.response.body.choices[0].message.content | fromjson | .mood' got | sort -u | tr '\n' ' ')" = 'bad good ' ]
	[ "$(jq -r '.response.body.choices[0].message.content | fromjson | .words | length' got | sort -u | tr '\n' ' ')" = '2 3 4 ' ]
}

@test "npc-dice: the same seed, body and row give the same answer, whatever the custom_id and the place" {
	requests 50 >one
	npc-dice one >a
	npc-dice -s 1 one >b
	same a b
	jq -c '.custom_id |= "other-" + .' one | tac >two
	npc-dice two | tac | content >c
	content <a >d
	same c d
}

@test "npc-dice: the order of members and the spelling of values do not count" {
	echo '{"custom_id":"a","body":{"n":1,"messages":[{"role":"user","content":"\u0068i"}]},"recipe":"greet","row":{"id":"a","name":"A"}}' >one
	echo '{"row": {"name":"\u0041", "id":"a"}, "recipe":"greet","body":{"messages":[{"content":"hi","role":"user"}],"n":1.0},"custom_id":"a"}' >two
	npc-dice one | content >a
	npc-dice two | content >b
	[ -s a ]
	same a b
}

@test "npc-dice: seeds, bodies and rows each change the answers" {
	requests 30 >requests
	npc-dice requests | content >a
	npc-dice -s 2 requests | content >b
	npc-dice --seed 18446744073709551615 requests | content >c
	jq -c '.body.temperature = 1' requests | npc-dice | content >d
	jq -c '.row.mark = 1' requests | npc-dice | content >e
	for x in b c d e; do
		! cmp -s a $x
		[ "$(paste -d'\n' a $x | uniq -d | wc -l)" -lt 10 ]
	done
	run -2 npc-dice -s -1 requests
	run -2 npc-dice -s 18446744073709551616 requests
	run -2 npc-dice -s x requests
	assert_line --partial 'usage: npc-dice'
}

@test "npc-dice: responses, errors and deltas pass byte for byte" {
	cat >lines <<-'J'
	{"custom_id":"a","id":"x", "response":{"status_code":200,"body":{"n":1.50}},"error":null}
	{"custom_id":"b","response":null,"error":{"code":"invalid_row","message":"\u0068\/"},"row":{"id":7}}
	{"custom_id":null,"response":null,"error":{"code":"what","message":""}}
	{"custom_id":"c","delta":"x"}
	{"custom_id":"c","delta_reasoning":"x"}
	J
	run -0 npc-dice lines
	echo "$output" >got
	same got lines
}

@test "npc-dice: a schema in the request needs no recipe, and goes before the recipe's" {
	jq -nc 'range(100) | {custom_id: "a", body: {seed: ., response_format: {type: "json_schema", json_schema: {name: "n", schema: {
		type: "object", required: ["e", "i", "n", "a", "b", "z", "c", "r"], additionalProperties: false,
		"$defs": {low: {type: "integer", maximum: 3}},
		properties: {e: {enum: ["x", "y", 3]}, i: {type: "integer", minimum: 2, maximum: 5}, n: {type: "number", minimum: -1, maximum: 1, multipleOf: 0.1},
			a: {type: "array", items: {enum: [1, 2, 3, 4]}, minItems: 2, maxItems: 3}, b: {type: "boolean"}, z: {type: "null"}, c: {const: {k: [1]}},
			r: {allOf: [{"$ref": "#/$defs/low"}, {minimum: 3}]}, left: {type: "string"}}}}}}}' >requests
	npc-dice requests >got
	run -0 jq -sc 'map(.response.body.choices[0].message.content | fromjson |
		[(.e | IN("x", "y", 3)), (.i | IN(2, 3, 4, 5)), (.n * 10 - (.n * 10 | round) | fabs < 1e-9), .n <= 1 and .n >= -1,
		(.a | (length | IN(2, 3)) and (unique | length) == length), (.b | type == "boolean"), .z == null, .c == {k: [1]}, .r == 3, (has("left") | not)] | all) | all' got
	assert_output true
	[ "$(jq -c '.response.body.choices[0].message.content | fromjson | .n' got | sort -u | wc -l)" -gt 15 ]
	[ "$(jq -c '.response.body.model' got | sort -u)" = '"npc-dice"' ]
	requests 1 | jq -c '.body.response_format.json_schema.schema = {type: "object", properties: {hail: {type: "string"}}}' | npc-dice | content >one
	run -0 jq -r 'fromjson | keys | join(" ")' one
	assert_output hail
}

@test "npc-dice: many schemas in turn" {
	jq -nc 'range(60) | {custom_id: "a\(.)", body: {response_format: {json_schema: {schema: {const: (. % 20)}}}}}' >requests
	npc-dice requests | jq -r '"\(.custom_id) \(.response.body.choices[0].message.content)"' >got
	jq -r '"\(.custom_id) \(.body.response_format.json_schema.schema.const)"' requests >want
	same got want
}

@test "npc-dice: the world is the row's, else NPC_WORLD's, else the one that ships" {
	row() {
		echo "{\"custom_id\":\"a\",\"body\":{},\"recipe\":\"note\",\"row\":$1}" | npc-dice | content
	}
	[ "$(row '{"world":"hill"}')" = '"hail from the hill"' ]
	[ "$(row '{"world":"dale"}')" = '"hail from somewhere"' ]
	[ "$(NPC_WORLD=hill row '{}')" = '"hail from the hill"' ]
	jq -c '.dice.place' "$ROOT/data/worlds/hansa.json" >places
	row '{}' | jq --slurpfile p places -e 'ltrimstr("hail from ") | IN($p[0][])'
}

@test "npc-dice: what cannot be answered is an error line, and costs nobody else" {
	mkdir -p data/recipes/empty data/recipes/broken data/recipes/strings
	echo '{"origin":["#"]}' >data/recipes/broken/dice.json
	echo '{"type":"string"}' >data/recipes/strings/schema.json
	echo '{"title":"Bad","dice":{"place":[5]}}' >data/worlds/bad.json
	cat >lines <<-'J'
	{"custom_id":"first","body":{},"recipe":"note","row":{"world":"hill"}}
	{"custom_id":"1","body":{}}
	{"custom_id":"2","body":{},"recipe":"nothing"}
	{"custom_id":"3","body":{},"recipe":"../note"}
	{"custom_id":"4","body":{},"recipe":"note","row":{"world":"atlantis"}}
	{"custom_id":"5","body":{},"recipe":"note","row":{"world":"../hill"}}
	{"custom_id":"6","body":{},"recipe":"note","row":{"world":7}}
	{"custom_id":"7","body":{},"recipe":"note","row":{"world":"bad"}}
	{"custom_id":"8","body":{},"recipe":"empty"}
	{"custom_id":"9","body":{},"recipe":"broken"}
	{"custom_id":"10","body":{},"recipe":"strings"}
	{"custom_id":"11","body":{"response_format":{"json_schema":{"schema":{"type":"string"}}}}}
	{"custom_id":"12","body":{"response_format":{"json_schema":{"schema":{"type":"strnig"}}}}}
	{"custom_id":"13","body":{"response_format":{"json_schema":{"schema":{"const":1,"not":{}}}}}}
	{"custom_id":"14"}
	{"body":{},"recipe":"note"}
	[1]
	nonsense
	{"custom_id":"a","custom_id":"b","body":{}}
	{"custom_id":"15","body":{},"recipe":"note","row":[1]}
	{"custom_id":"last","body":{},"recipe":"note","row":{"world":"hill"}}
	J
	run -1 --separate-stderr npc-dice lines
	echo "$output" >got
	echo "$stderr" >err
	[ "$(lines got)" -eq 21 ]
	jq -r '"\(.custom_id) \(.error.code)"' got >codes
	cat >want <<-'T'
	first null
	1 no_rule
	2 no_rule
	3 invalid_request_line
	4 no_rule
	5 no_rule
	6 no_rule
	7 no_rule
	8 no_rule
	9 no_rule
	10 no_rule
	11 no_rule
	12 no_rule
	13 no_rule
	14 invalid_request_line
	null invalid_request_line
	null invalid_request_line
	null invalid_request_line
	null invalid_request_line
	15 invalid_request_line
	last null
	T
	same codes want
	[ "$(grep -c '^npc-dice: lines:[0-9]*: ' err)" -eq 19 ]
	message() {
		jq -r "select(.custom_id == \"$1\").error.message" got
	}
	[[ $(message 1) == *'neither a recipe nor a schema'* ]]
	[[ $(message 2) == *nothing* ]]
	[[ $(message 4) == *atlantis* ]]
	[[ $(message 7) == *bad.json* ]]
	[[ $(message 9) == *broken/dice.json* ]]
	[[ $(message 10) == '/: '* ]]
	[[ $(message 12) == "the request's schema: #/type: "* ]]
	[[ $(message 13) == *'meets the schema: /: '* ]]
	[ "$(jq -s 'map(select(.error) | .response == null and has("meta")) | all' got)" = true ]
	[ "$(jq -c 'select(.custom_id == "4") | [.recipe, .row]' got)" = '["note",{"world":"atlantis"}]' ]
}

@test "npc-dice: operands, -, standard input, CRLF, blank lines, a last line without LF" {
	requests 3 note >all
	{ sed -n 1p all | tr -d '\n'; printf '\r\n\r\n  \n'; } >one
	sed -n 2p all >two
	sed -n 3p all | tr -d '\n' >three
	npc-dice one - three <two >got
	npc-dice <all >want
	same got want
}

@test "npc-dice: a line that is too long is one failed record" {
	{ requests 1 note; printf '{"custom_id":"b","body":{"x":"%0100000d"}}\n' 0; requests 1 note; } >lines
	run -1 --separate-stderr npc-dice --max-line 1K lines
	run -0 jq -c '[.custom_id, .error.code]' <<<"$output"
	assert_output "$(printf '%s\n' '["r0",null]' '[null,"invalid_request_line"]' '["r0",null]')"
	npc-dice --max-line 1K lines 2>err || true
	[ "$(cat err)" = 'npc-dice: lines:2: line longer than 1024 bytes' ]
}

@test "npc-dice: hostile values come through unchanged, and are text in an answer" {
	hostile_values | jq -c '{custom_id: "a\(input_line_number)", body: {}, recipe: "greet", row: {id: "a", world: "hill", name: .}}' >requests
	npc-dice requests >got
	jq -c .row requests >want
	jq -c .row got >back
	same back want
	run -0 jq -sc 'map(.row.name as $n | .response.body.choices[0].message.content | fromjson | .greeting | endswith(", " + $n + ", the hill")) | all' got
	assert_output true
}

@test "npc-dice: a hostile custom_id, model and member name come through" {
	printf '%s\n' '{"custom_id":"\u0000\u202e\"","body":{"model":"\u0007\"\\"},"recipe":"note","row":{"world":"hill"},"\u0000x":["#hail#"]}' >requests
	npc-dice requests >got
	run -0 jq -c '[.custom_id, .response.body.model, .["\u0000x"]]' got
	assert_output "$(jq -c '[.custom_id, .body.model, .["\u0000x"]]' requests)"
}

@test "npc-dice: a value of 10 MB comes through" {
	{ printf '{"custom_id":"a","body":{},"recipe":"note","row":{"id":"a","world":"hill","name":"'; head -c 10000000 /dev/zero | tr '\0' 'x'; printf '"}}\n'; } >requests
	npc-dice requests >got
	[ "$(jq -r '.row.name | length' got)" -eq 10000000 ]
	[ "$(content <got)" = '"hail from the hill"' ]
}

@test "npc-dice: a full disk is exit 3, a closed pipe ends it quietly" {
	requests 2000 >requests
	run -3 sh -c 'npc-dice requests >/dev/full'
	assert_output --partial 'No space left'
	run -0 --separate-stderr bash -c 'npc-dice requests | head -1; echo "${PIPESTATUS[0]}" >status'
	[ -z "$stderr" ]
	[ "$(cat status)" -eq 141 ]
}

@test "npc-dice: --stats" {
	{ requests 3; echo '{"custom_id":"x","delta":"y"}'; echo '{"custom_id":"x","body":{}}'; echo '['; } >lines
	run -1 npc-dice --stats stats.json lines
	run -0 jq -c '[.program, .requests, .answered, .passed, .failed, .bytes_in > 0]' stats.json
	assert_output '["npc-dice",5,3,1,2,true]'
}

@test "npc-dice: nothing is read where there is no request" {
	echo '{"custom_id":"a","delta":"x"}' >lines
	NPC_DATA=/nowhere run -0 npc-dice lines
}

@test "npc-dice: memory does not grow with the number of lines" {
	! ldd "$(command -v npc-dice)" | grep -q asan || skip "a sanitizer keeps what was freed"
	requests 200 >few
	for i in $(seq 100); do cat few; done >many
	npc-dice --stats few.json few >/dev/null
	npc-dice --stats many.json many >/dev/null
	[ "$(jq -s '.[1].peak_memory_bytes - .[0].peak_memory_bytes < 1000000' few.json many.json)" = true ]
	[ "$(jq '.peak_memory_bytes < 16777216' many.json)" = true ]
}

@test "the recipes that ship: every character and relationship meets its schema, in every world" {
	for world in "$ROOT"/data/worlds/*.json; do
		world=$(basename "$world" .json)
		npc-cast -n 60 -w "$world" >cast
		npc-prompt -r character cast | npc-dice | npc-merge --rejects bad >full
		[ "$(lines full)" -eq 60 ]
		npc-cast -n 60 -w "$world" --edges | npc-prompt -r relationship | npc-dice | npc-merge --rejects bad >edges
		[ "$(lines edges)" -ge 60 ]
		run -1 grep -E '\(\(|#[a-z_/]+#|\[[a-z]+:' full edges
	done
}
