load helpers

setup() {
	npc_setup
	a_recipe greet
	a_recipe shout
	echo '{"type":"object","properties":{"greeting":{"type":"string","minLength":2},"n":{}},"required":["greeting"]}' >data/recipes/greet/schema.json
}

# response ID CONTENT [ROW]: a response line, as a server and npc-llm would make it.
response() {
	jq -cn --arg id "$1" --arg content "$2" --argjson row "${3:-{\"id\":\"$1\"\}}" '{id: "r", custom_id: $id,
		response: {status_code: 200, request_id: "q", body: {choices: [{index: 0, message: {role: "assistant", content: $content}, finish_reason: "stop"}]}},
		error: null, recipe: "greet", row: $row}'
}

@test "npc-merge: manners" {
	keeps_its_manners npc-merge
}

@test "npc-merge: the answer's members are added to the row, which passes byte for byte" {
	response a '{ "greeting" : "h\u00e9 \/",
		"n" : [ 1.50,
			{ "a b" : 1e2 } ] }' '{"id":"a"}' | sed 's/"row":{"id":"a"}/"row":{"id":"a", "x":1.50,"y":"\\u00e9"}/' >in
	npc-merge in >got
	echo '{"id":"a", "x":1.50,"y":"\u00e9","greeting":"h\u00e9 \/","n":[1.50,{"a b":1e2}]}' >want
	same got want
}

@test "npc-merge: what answers are wrapped in is taken off, and nothing else is mended" {
	for content in $'```json\n{"greeting":"hi"}\n```' $'```\n{"greeting":"hi"}\n```\n' $'<think>hm\n{}</think>\n\n{"greeting":"hi"}' \
		$'  <think></think>```json\n{"greeting":"hi"}```' $'\n\t {"greeting":"hi"} \n'; do
		response a "$content"
	done >good
	npc-merge good >got
	[ "$(sort -u got)" = '{"id":"a","greeting":"hi"}' ]
	[ "$(lines got)" -eq 5 ]
	for content in 'Here it is: {"greeting":"hi"}' '{"greeting":"hi",}' '{"greeting":"hi"' '[{"greeting":"hi"}]' '{"greeting":5}' '{"greeting":"x"}' '{}' \
		'' ' ' '{"greeting":"hi"} {"greeting":"hi"}' '<think>{"greeting":"hi"}' $'```json\n{"greeting":"hi"}' '{"greeting":"hi","greeting":"ho"}' '"hi"' 'null'; do
		response a "$content"
	done >bad
	run -1 --separate-stderr npc-merge --rejects rejects bad
	assert_output ''
	[ "$(lines rejects)" -eq 15 ]
	run -0 jq -s 'map(.id == "a" and (.feedback | length > 10) and (has("error") | not)) | all' rejects
	assert_output true
}

@test "npc-merge: feedback says in words what was wrong" {
	response a '{"greeting":7}' >in
	run -1 npc-merge --rejects rejects in
	run -0 jq -r .feedback rejects
	assert_output --partial '/greeting'
	assert_output --partial 'string'
}

@test "npc-merge: a finish_reason other than stop is a reject" {
	for reason in '"length"' '"content_filter"' '"tool_calls"' '"weird"' null; do
		response a '{"greeting":"hi"}' | jq -c ".response.body.choices[0].finish_reason = $reason"
	done >in
	response a '{"greeting":"hi"}' | jq -c 'del(.response.body.choices[0].finish_reason)' >>in
	run -1 --separate-stderr npc-merge --rejects rejects in
	assert_output ''
	[ "$(jq -s 'map(select(.feedback)) | length' rejects)" -eq 6 ]
}

@test "npc-merge: a refusal, null content and content that is missing are rejects with feedback" {
	{
		response a x | jq -c '.response.body.choices[0].message = {role: "assistant", content: null, refusal: "I will not."}'
		response a x | jq -c '.response.body.choices[0].message.content = null'
		response a x | jq -c 'del(.response.body.choices[0].message)'
	} >in
	run -1 npc-merge --rejects rejects in
	run -0 jq -sc 'map(.feedback | length > 0)' rejects
	assert_output '[true,true,true]'
	run -0 jq -r 'select(.feedback | contains("I will not.")).id' rejects
	assert_output a
}

@test "npc-merge: a failed call is a reject with its error, and keeps the feedback that the row had" {
	{
		echo '{"id":"","custom_id":"a","response":null,"error":{"code":"timeout","message":"600 s"},"recipe":"greet","row":{"id":"a","feedback":"be brief","error":{"code":"old"}}}'
		response b x | jq -c '.response.status_code = 429 | .response.body = {error: {message: "slow down", code: "rate"}}'
		response c x | jq -c '.response.body = {}'
		response d x | jq -c '.response = null'
		response e x | jq -c '.error = "odd"'
		echo '{"id":"","custom_id":null,"response":null,"error":{"code":"invalid_row","message":"bad"},"recipe":"greet","row":{"id":"f g"}}'
		echo '{"id":"","custom_id":null,"response":null,"error":{"code":"invalid_row","message":"bad"},"recipe":"greet"}'
	} >in
	run -1 --separate-stderr npc-merge --rejects rejects in
	assert_output ''
	run -0 jq -c '[.id, .error.code, .error.message, .feedback]' rejects
	assert_output "$(printf '%s\n' '["a","timeout","600 s","be brief"]' '["b","status_429","slow down",null]' \
		'["c","invalid_response","the response'"'"'s body has no choices",null]' \
		'["d","invalid_response","\"body\" is missing, or no object",null]' '["e","failed","odd",null]' \
		'["f g","invalid_row","bad",null]' '[null,"invalid_row","bad",null]')"
}

@test "npc-merge: feedback and error are dropped when the answer is good" {
	response a '{"greeting":"hi"}' '{"id":"a","feedback":"x","n":1,"error":{"code":"y"}}' >in
	run -0 npc-merge in
	assert_output '{"id":"a","n":1,"greeting":"hi"}'
}

@test "npc-merge: the row wins, and what says otherwise is counted" {
	{
		response a '{"greeting":"hi","name":"Bob","age":41.0,"id":"z"}' '{"id":"a","name":"Ann","age":41}'
		response b '{"greeting":"hi","name":"Cid"}' '{"id":"b","name":"C\u0069d"}'
		response c '{"greeting":"hi","name":"Eve"}' '{"id":"c","name":"Dan"}'
	} >in
	npc-merge --stats stats in >got
	printf '%s\n' '{"id":"a","name":"Ann","age":41,"greeting":"hi"}' '{"id":"b","name":"Cid","greeting":"hi"}' '{"id":"c","name":"Dan","greeting":"hi"}' >want
	same got want
	run -0 jq -c '[.contradictions, .contradicted, .responses, .rows_out, .rejects]' stats
	assert_output '[3,{"name":2,"id":1},3,3,0]'
}

@test "npc-merge: a recipe of plain text fills the member that is named after it; --text another" {
	response a $'<think>x</think>\n Hey {{x}} \xc3\xa9! ' | jq -c '.recipe = "shout"' >in
	run -0 npc-merge in
	assert_output '{"id":"a","shout":"Hey {{x}} é!"}'
	run -0 npc-merge --text line in
	assert_output '{"id":"a","line":"Hey {{x}} é!"}'
	response a '' | jq -c '.recipe = "shout"' >in
	run -1 --separate-stderr npc-merge in
	assert_output ''
}

@test "npc-merge: -r and -s come before what the line names" {
	response a '{"other":1}' >in
	echo '{"required":["other"]}' >s.json
	run -0 npc-merge -s s.json in
	assert_output '{"id":"a","other":1}'
	a_recipe other
	cp s.json data/recipes/other/schema.json
	run -0 npc-merge -r other in
	assert_output '{"id":"a","other":1}'
	echo 'true' >s.json
	run -0 npc-merge -s s.json in
	run -2 npc-merge -s s.json -r other in
	run -2 npc-merge -s missing.json in
	run -2 npc-merge -r missing in
	echo '{"$ref":"http://x/y"}' >s.json
	run -2 npc-merge -s s.json in
	assert_output --partial 's.json: '
	run -2 npc-merge --left in
}

@test "npc-merge: -b joins by id, in any order, and accounts for every row" {
	printf '%s\n' '{"id":"a","x":1}' '{"id":"b","x":2}' '{"id":"c","x":3}' '{"id":"d","x":4}' >base
	{
		response c '{"greeting":"hc"}'
		response a '{"greeting":"ha"}'
		response z '{"greeting":"hz"}'
		response b '{}'
		response a '{"greeting":"again"}'
	} | jq -c 'del(.row, .recipe)' >in
	run -1 --separate-stderr npc-merge -r greet -b base --rejects rejects --stats stats in
	assert_output "$(printf '%s\n' '{"id":"c","x":3,"greeting":"hc"}' '{"id":"a","x":1,"greeting":"ha"}')"
	run -0 jq -c '[.id, .x, .error.code, (.feedback != null)]' rejects
	assert_output "$(printf '%s\n' '["b",2,null,true]' '["d",4,"no_answer",false]')"
	run -0 jq -c '[.responses, .rows_out, .rejects, .unmatched]' stats
	assert_output '[5,2,2,2]'
	run -1 sh -c 'npc-merge -r greet -b base in 2>&1 >/dev/null'
	assert_line --partial "in:3: 'z' answers no row of base"
	assert_line --partial "in:5: 'a' is answered twice"
	run -1 --separate-stderr npc-merge -r greet -b base --left --rejects rejects in
	assert_line '{"id":"d","x":4}'
	run -0 jq -r .id rejects
	assert_output b
}

@test "npc-merge: a base with bad rows loses nobody else" {
	printf '%s\n' '{"id":"a"}' 'oops' '{"name":"x"}' '{"id":"a","second":true}' '{"id":"b"}' >base
	{ response a '{"greeting":"hi"}'; response b '{"greeting":"ho"}'; } >in
	run -1 --separate-stderr npc-merge -b base --rejects rejects in
	assert_output "$(printf '%s\n' '{"id":"a","greeting":"hi"}' '{"id":"b","greeting":"ho"}')"
	run -0 jq -sc 'map(.error.code) | unique' rejects
	assert_output '["invalid_row"]'
	[ "$(lines rejects)" -eq 3 ]
	run -2 npc-merge -b missing in
	: >empty
	run -1 --separate-stderr npc-merge -b empty in
	assert_output ''
}

@test "npc-merge: bad lines are rejects of their own" {
	{ response a '{"greeting":"hi"}'; printf '%s\n' '{' '[]' '{"custom_id":"x"}' '{"custom_id":"q","body":{}}' '{"id":"e","id":"f"}'; printf '"\xff"\n'; response b '{"greeting":"hi"}' | jq -c 'del(.row)'
		response c '{"greeting":"hi"}' | jq -c 'del(.recipe)'; response d '{"greeting":"hi"}' | jq -c '.recipe = "../x"'; response e '{"greeting":"hi"}' | jq -c '.recipe = "nowhere"'; response z '{"greeting":"hi"}'; } >in
	run -1 --separate-stderr npc-merge --rejects rejects in
	assert_output "$(printf '%s\n' '{"id":"a","greeting":"hi"}' '{"id":"z","greeting":"hi"}')"
	[ "$(lines rejects)" -eq 10 ]
	run -0 jq -sc 'map(.error.message | length > 0) | all' rejects
	assert_output true
	[ "$(npc-merge in 2>&1 >/dev/null | grep -cE '^npc-merge: in:[0-9]+: ')" -eq 10 ]
}

@test "npc-merge: deltas are passed over" {
	{ echo '{"custom_id":"a","delta":"he"}'; echo '{"custom_id":"a","delta_reasoning":"hm"}'; response a '{"greeting":"hi"}'; } >in
	run -0 npc-merge --stats stats in
	assert_output '{"id":"a","greeting":"hi"}'
	[ "$(jq .responses stats)" -eq 1 ]
}

@test "npc-merge: hostile values come through unchanged" {
	hostile_values >values
	while IFS= read -r value; do
		response a "{\"greeting\":\"hi\",\"n\":$value}" "{\"id\":\"a\",\"v\":$value}"
	done <values >in
	npc-merge in >got
	jq -c .v got >v
	jq -c .n got >n
	jq -c . values >want
	same v want
	same n want
}

@test "npc-merge: values of 10 MB come through, a longer line fails alone" {
	head -c 10000000 /dev/zero | tr '\0' 'x' >ten
	{ printf '{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"{\\"greeting\\":\\"'; cat ten
		printf '\\"}"},"finish_reason":"stop"}]}},"error":null,"recipe":"greet","row":{"id":"a"}}\n'; response b '{"greeting":"hi"}'; } >in
	npc-merge in | jq -c '.greeting | length' >got
	printf '%s\n' 10000000 2 >want
	same got want
	run -1 --separate-stderr npc-merge --max-line 64K --rejects rejects in
	assert_output '{"id":"b","greeting":"hi"}'
	run -0 jq -r .error.message rejects
	assert_output 'in:1: line longer than 65536 bytes'
}

@test "npc-merge: rejects appear whole, under their name, at the end" {
	response a '{}' >in
	echo old >rejects
	mkfifo fifo
	npc-merge --rejects rejects fifo 3>&- 2>/dev/null &
	exec 5>fifo
	cat in >&5
	[ "$(cat rejects)" = old ]
	exec 5>&-
	wait || :
	[ "$(jq -r .id rejects)" = a ]
	[ "$(find . -name 'rejects*' | wc -l)" -eq 1 ]
	run -3 npc-merge --rejects no/such/folder/rejects in
}

@test "npc-merge: full disks and closed pipes" {
	for i in $(seq 3000); do echo '{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"{\"greeting\":\"hi\"}"},"finish_reason":"stop"}]}},"error":null,"recipe":"greet","row":{"id":"a"}}'; done >in
	run -3 sh -c 'npc-merge in >/dev/full'
	assert_output --partial 'No space left'
	response a '{}' >bad
	run -3 sh -c 'npc-merge --rejects /dev/full bad >/dev/null'
	assert_output --partial 'No space left'
	run -0 --separate-stderr bash -c 'npc-merge in | head -1; echo "${PIPESTATUS[0]}" >status'
	[ -z "$stderr" ]
	[ "$(cat status)" -eq 141 ]
}

@test "npc-merge: messages show no control bytes" {
	printf '{"custom_id":"\\u001b[31mred\\u0007","response":null,"error":{"code":"x","message":"\\u001b]0;owned\\u0007"},"recipe":"greet","row":{"id":"a"}}\n' >in
	run -1 npc-merge in
	[ "$(printf %s "$output" | tr -d '\n' | LC_ALL=C tr -d '[:print:]' | wc -c)" -eq 0 ]
}
