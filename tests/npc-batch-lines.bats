load helpers
load cache

setup() {
	npc_setup
}

# result ID [STATUS [TEXT]]: an output line of a service.
result() {
	jq -nc --arg id "$1" --argjson status "${2:-200}" --arg text "${3:-}" '{id: "r", custom_id: $id, response: {status_code: $status,
		request_id: "q", body: {choices: [{message: {content: $text}, finish_reason: "stop"}]}}, error: null}'
}

# tickets FILE: of its requests, as npc-cache says them.
tickets() {
	npc-cache key "$1" | jq -r .key
}

@test "batch-lines: usage, options, empty input" {
	knows_its_options npc-batch-lines join
	run -2 npc-batch-lines
	run -2 npc-batch-lines tell
	assert_output --partial "'tell' is no command"
	run -2 npc-batch-lines ask --max-requests 0
	run -2 npc-batch-lines ask </dev/null
	assert_output --partial '-o DIR is needed'
	run -0 npc-batch-lines ask -o . </dev/null
	assert_output ''
	run -0 npc-batch-lines join </dev/null
	assert_output ''
	run -3 npc-batch-lines join -r missing </dev/null
	assert_output --partial 'missing: cannot open'
}

@test "batch-lines ask: four members, the body byte for byte, each request once" {
	{
		printf '%s\n' '{"custom_id":"a","body":{"model":"m","seed":12345678901234567890,"t":1.0,"x":"\u00e9\/"},"row":{"id":"a"},"recipe":"r"}'
		printf '%s\n' '{"custom_id":"a","body":{"model":"m","seed":12345678901234567890,"t":1.0,"x":"\u00e9\/"},"row":{"id":"b"}}'
		printf '%s\n' '{"custom_id":"big","body":{"model":"m","n":1e999}}' '{"custom_id":"none"}' 'rubbish' \
			'{"custom_id":"done","response":{"status_code":200}}' '{"custom_id":"get","method":"GET","body":{}}'
	} >in
	run -1 --separate-stderr npc-batch-lines ask -o . in
	assert_output '{"file":"001.ndjson","url":"/v1/chat/completions","model":"m","requests":2,"bytes":'"$(stat -c %s 001.ndjson)}"
	assert_equal "$(jq -c keys_unsorted 001.ndjson | sort -u)" '["custom_id","method","url","body"]'
	run -0 grep -cF '"body":{"model":"m","seed":12345678901234567890,"t":1.0,"x":"\u00e9\/"}}' 001.ndjson
	assert_output 1
	assert_equal "$(jq -r .custom_id 001.ndjson | grep -cE '^[0-9a-f]{64}$')" 2
	assert_equal "$(head -n 1 001.ndjson | jq -r .custom_id)" "$(head -n 1 in | tickets -)"
}

@test "batch-lines ask: a file has one url and one model, and its limits" {
	requests 1 5 >in
	requests 6 7 | sed 's/"model":"m"/"model":"n"/' >>in
	requests 8 8 | sed 's/^{/{"url":"\/v1\/embeddings",/' >>in
	run -0 npc-batch-lines ask --max-requests 3 -o . in
	echo "$output" >made
	assert_equal "$(jq -r '[.file, .url, .model, .requests] | join(" ")' made)" "001.ndjson /v1/chat/completions m 3
002.ndjson /v1/chat/completions m 2
003.ndjson /v1/chat/completions n 2
004.ndjson /v1/embeddings m 1"
	assert_equal "$(cat 0*.ndjson | jq -r .custom_id | sort)" "$(tickets in | sort)"
	for file in 0*.ndjson; do
		assert_equal "$(jq -c '[.url, .body.model]' "$file" | sort -u | wc -l)" 1
	done
	mkdir small
	run -0 npc-batch-lines ask --max-bytes 600 -o small in
	for file in small/*; do
		[ "$(stat -c %s "$file")" -le 600 ]
	done
	run -3 npc-batch-lines ask -o small in
	assert_output --partial 'cannot create'
}

@test "batch-lines ask: what has a good result is not asked" {
	requests 1 3 >in
	mapfile -t id < <(tickets in)
	{
		result "${id[0]}"
		result "${id[1]}" 400
	} >results
	npc-batch-lines ask -r results -o . in
	assert_equal "$(jq -r .custom_id 001.ndjson)" "${id[1]}
${id[2]}"
}

@test "batch-lines join: every line has its own, whatever the order, byte for byte" {
	requests 1 4 >in
	sed -n 2p in | sed 's/"custom_id":"n2"/"custom_id":"again"/; s/"row":{"id":"n2"}/"row":{"id":"x","n":1.0,"big":12345678901234567890,"e":"\\u00e9"}/' >>in
	mapfile -t id < <(tickets in)
	{
		result "${id[2]}" 200 three
		result nobody 200 nothing
		result "${id[1]}" 500 bad
		result "${id[1]}" 200 two
		result "${id[1]}" 500 worse
		echo 'half a li'
		result "${id[0]}" 400 one
	} >results
	run -1 --separate-stderr npc-batch-lines join -r results in
	echo "$output" >out
	assert_equal "$(jq -r '[.custom_id, .response.status_code // .error.code, .response.body.choices[0].message.content] | join(" ")' out)" \
		"n1 400 one
n2 200 two
n3 200 three
n4 batch_missing 
again 200 two"
	tail -n 1 out | grep -qF '"row":{"id":"x","n":1.0,"big":12345678901234567890,"e":"\u00e9"},"meta":{"source":"batch"}}'
	run -0 npc-batch-lines join --misses misses -r results in
	assert_equal "$(jq -r .custom_id misses | paste -sd ' ')" 'n1 n4'
	assert_equal "$(wc -l <<<"$output")" 3
	run -1 --separate-stderr npc-batch-lines join --code no --message 'why "not"' misses
	assert_equal "$(head -n 1 <<<"$output" | jq -c '[.response, .error, .row]')" '[null,{"code":"no","message":"why \"not\""},{"id":"n1"}]'
}

@test "batch-lines join: what is no request is answered or passed on" {
	printf '%s\n' rubbish '{"custom_id":"a"}' '{"custom_id":"p","response":{"status_code":200},"x":1.0}' >in
	run -1 --separate-stderr npc-batch-lines join in
	assert_equal "$(sed -n '1,2p' <<<"$output" | jq -r .error.code)" "invalid_request_line
invalid_request_line"
	assert_line --index 2 '{"custom_id":"p","response":{"status_code":200},"x":1.0}'
	run -3 --separate-stderr bash -c 'npc-batch-lines join in >/dev/full'
}

@test "batch-lines take: one result for each line, and what is wrong with the rest" {
	requests 1 5 >in
	npc-batch-lines ask -o . in
	mapfile -t id < <(tickets in)
	{
		result "${id[3]}"
		result "${id[0]}"
		result "${id[0]}"
		result nobody
		result "$(printf %064d 0)"
		result "${id[1]}" 404
		printf '%s\n' '{"id":"r","custom_id":"'"${id[2]}"'","response":null,"error":{"code":"batch_expired","message":"late"}}'
	} >results
	npc-batch-lines take -r results --answers answers --stats stats --code gone 001.ndjson >out
	assert_equal "$(jq -r .custom_id out)" "$(jq -r .custom_id 001.ndjson)"
	assert_equal "$(codes out)" '200 2, 404 1, batch_expired 1, gone 1'
	assert_equal "$(jq -r .custom_id answers | sort)" "$(printf '%s\n' "${id[0]}" "${id[3]}" | sort)"
	assert_equal "$(jq -c '[.lines, .answered, .refused, .errors, .missing, .twice, .strangers]' stats)" '[5,2,1,1,1,1,2]'
	npc-batch-lines take -r out 001.ndjson >again
	same out again
}
