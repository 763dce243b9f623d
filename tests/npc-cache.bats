load helpers
load cache

setup() {
	npc_setup
	cache_setup
}

# filled: a store in which npc-llm has answered ./in, without npc-llm.
filled() {
	requests 1 "$1" >in
	./cmd <in >responses
	npc-cache put -q in responses
	calls >asked
}

@test "cache key: one line for each request, the same for all that have one answer" {
	{
		requests 1 2
		requests 1 1 '"user":"u","stream":true' | jq -c '.custom_id = "x" | del(.row)'
	} >in
	run -0 npc-cache key in
	echo "$output" >keys
	assert_equal "$(jq -r .custom_id keys | tr '\n' ' ')" 'n1 n2 x '
	assert_equal "$(jq -c 'keys' keys | sort -u)" '["custom_id","key"]'
	assert_equal "$(sed -n 1p keys | jq .key)" "$(sed -n 3p keys | jq .key)"
	assert_equal "$(jq -r .key keys | sort -u | grep -cE '^[0-9a-f]{64}$')" 2
	run -0 npc-cache key --namespace other in
	assert_not_equal "$(head -n 1 <<<"$output" | jq .key)" "$(head -n 1 keys | jq .key)"
	requests 1 1 '"x":1e999' >in
	run -1 --separate-stderr npc-cache key in
	assert_output '{"custom_id":"n1","key":null}'
	assert_regex "$stderr" 'in:1: no key: no canonical form'
}

@test "cache key: no credential changes it" {
	requests 1 1 >in
	run -0 npc-cache key in
	local plain=$output
	NPC_API_KEY=sk-1 OPENAI_API_KEY=sk-2 run -0 npc-cache key in
	assert_output "$plain"
}

@test "cache put, get: tomorrow's answers by their requests" {
	filled 10
	assert_equal "$(entries)" 10
	requests 1 12 >more
	run -1 --separate-stderr npc-cache get --stats stats more
	echo "$output" >out
	assert_equal "$(codes out)" '200 10, cache_miss 2'
	paired more out
	jq -e '.lines == 12 and .hits == 10 and .misses == 2' stats
	run -0 --separate-stderr npc-cache get --misses missing more
	echo "$output" >out
	assert_equal "$(codes out)" '200 10'
	tail -n 2 more | same - missing
	npc-cache get --misses missing in >out
	assert_equal "$(lines missing)" 0
	# They are npc-llm's.
	printf '#!/bin/sh\nexec ./cmd\n' >npc-llm
	chmod +x npc-llm
	cache ./npc-llm <in >out
	assert_equal "$(calls)" 0
	cache ./cmd <in >out
	assert_equal "$(calls)" 10
}

@test "cache get --misses: lines as they were, nothing on failure, not on standard output" {
	printf '{ "custom_id":"a" ,"body":{"n" : 1.50} }\n{"custom_id":"d","response":null,"error":{"code":"x"}}\n' >in
	run -0 npc-cache get --misses missing in
	assert_output '{"custom_id":"d","response":null,"error":{"code":"x"}}'
	assert_equal "$(cat missing)" '{ "custom_id":"a" ,"body":{"n" : 1.50} }'
	run -2 npc-cache get --misses - in
	run -3 npc-cache get --misses none/missing in
	if [ -w /dev/full ]; then
		run -3 npc-cache get --misses /dev/full in
	fi
}

@test "cache get: a reader that goes away ends it, without a word" {
	filled 50
	for i in {1..40}; do cat in; done >many
	run bash -c 'npc-cache get many | head -n 1 >first; echo "${PIPESTATUS[0]}"'
	assert_output 141
}

@test "cache get: bad lines, --max-age, several files" {
	filled 2
	{ cat in; printf 'no json\n{"custom_id":"nobody"}\n'; requests 2 2 | tr -d '\n'; } >mixed
	run -1 --separate-stderr npc-cache get in mixed
	echo "$output" >out
	assert_equal "$(codes out)" '200 5, invalid_request_line 2'
	assert_regex "$stderr" 'mixed:3: '
	assert_regex "$stderr" 'mixed:4: invalid_request_line'
	sleep 0.02
	run -1 --separate-stderr npc-cache get --max-age 10ms in
	echo "$output" >out
	assert_equal "$(codes out)" 'cache_miss 2'
}

@test "cache put: an id used twice is refused; nobody's and unfinished answers are told" {
	{ requests 1 3; requests 2 2; } >in
	run -2 npc-cache put -q in /dev/null
	assert_output --partial 'in:4: custom_id "n2" stands twice'
	requests 1 3 >in
	{
		./cmd <in | sed -e '1s/"stop"/"length"/' -e '2s/n2/n9/'
		printf '{"custom_id":"n1","response":null,"error":{"code":"timeout"}}\n{"custom_id":"n3","delta":"x"}\nno json\n'
	} >responses
	run -1 --separate-stderr npc-cache put --stats stats -q in responses
	assert_output ''
	assert_equal "$(entries)" 1
	jq -e '.stored == 1 and .failed == 4' stats
	assert_regex "$stderr" 'responses:1: "n1": not stored: truncated'
	assert_regex "$stderr" 'responses:2: "n9": no request has this custom_id'
	assert_regex "$stderr" 'responses:4: "n1": not stored: failed'
	run -1 npc-cache put --store-truncated -q in responses
	assert_equal "$(entries)" 2
	run -2 npc-cache put responses
	assert_output --partial '-q REQUESTS is needed'
	run -2 npc-cache put -q missing responses
	run -0 npc-cache put -q in /dev/null
	run -0 npc-cache put --sync batch -q in <<<"$(sed -n 2p in | ./cmd)"
	assert_equal "$(entries)" 3
}

@test "cache stat: entries, bytes, hits and misses by model, money" {
	run -0 npc-cache stat
	assert_line --index 0 '0 entries, 0B'
	requests 1 5 >in
	requests 6 8 | jq -c '.body.model = "other"' >>in
	cache ./cmd <in >out
	cache ./cmd <in >out
	cache ./cmd <in >out
	run -0 npc-cache stat --json
	assert_equal "$(jq -c '[.entries, .hits, .misses, .models.m.hits, .models.other.misses, .tokens_in_saved, .tokens_out_saved]' <<<"$output")" '[8,16,8,10,3,160,80]'
	jq -e '.bytes > 1000 and .bytes_saved > 2000 and (has("money_saved") | not)' <<<"$output"
	run -0 npc-cache stat --json --price 1000000,2000000
	assert_equal "$(jq -c '[.money_saved, .models.m.money_saved]' <<<"$output")" '[320,200]'
	echo '{"m":{"in":1000000,"out":0}}' >prices
	run -0 npc-cache stat --json --prices prices
	assert_equal "$(jq -c '[.money_saved, .hits_without_price]' <<<"$output")" '[100,6]'
	run -0 npc-cache stat --price 1,2
	assert_line --index 0 --partial '8 entries, '
	assert_line --regexp '^m +10 +5 '
	assert_line --regexp '^all +16 +8 '
	run -2 npc-cache stat --prices missing
	run -2 npc-cache stat --price x
}

@test "cache list: an object for each entry" {
	filled 4
	run -0 npc-cache list
	echo "$output" >list
	assert_equal "$(lines list)" 4
	assert_equal "$(jq -r .key list | sort)" "$(npc-cache key in | jq -r .key | sort)"
	jq -se 'all(.[]; .tokens_in == 10 and .tokens_out == 5 and .model == "m" and .bytes > 100 and .created > 1700000000)' list
}

@test "cache gc, verify, clear" {
	filled 20
	run -0 npc-cache verify
	assert_output --regexp '^20 looked at, 0 bad, '
	local entry
	entry=$(find store/v1 -type f -size +0 | grep -E '/[0-9a-f]{64}$' | head -n 1)
	printf 'x' | dd of="$entry" bs=1 seek=100 conv=notrunc 2>dd.log
	run -1 npc-cache verify
	assert_output --partial "$(basename "$entry")"
	run -1 --separate-stderr npc-cache get in
	npc-cache put -q in responses
	run -0 npc-cache verify --json
	assert_equal "$(jq -c '[.checked, .bad]' <<<"$output")" '[20,0]'
	run -0 npc-cache gc --max-size 3K --json
	jq -e '.removed > 5 and .bytes <= 3072 and .entries == 20 - .removed' <<<"$output"
	sleep 0.02
	run -0 npc-cache gc --max-age 10ms
	assert_output --regexp ' 0 left|, 0 left'
	npc-cache put -q in responses
	run -0 npc-cache clear
	assert_output --partial '20 removed'
	assert_equal "$(entries)" 0
	run -0 npc-cache clear --json
}

@test "cache: a store that is somebody else's folder is refused" {
	mkdir other
	: >other/precious
	requests 1 1 >in
	run -3 npc-cache get --cache-dir other in
	run -3 npc-cache clear --cache-dir other
	[ -e other/precious ]
	run -0 --separate-stderr cache --cache-dir other ./cmd <in
	assert_regex "$stderr" 'no store: '
	assert_equal "$(ls other)" precious
}

@test "cache: hostile values come back as they were" {
	hostile_values | jq -c '{custom_id: "h\(input_line_number)", body: {messages: [{role: "user", content: .}], note: .}, row: {id: "r", v: .}, odd: .}' >in
	answerer cmd '.response.body.choices[0].message.content = "x" + .response.body.choices[0].message.content | .odd = $asked.odd'
	cache ./cmd <in >first
	cache ./cmd <in >second
	assert_equal "$(calls)" "$(lines in)"
	jq -c 'del(.meta, .id, .response.request_id)' first >a
	jq -c 'del(.meta, .id, .response.request_id)' second >b
	same a b
	jq -c '[.custom_id, .row, .odd]' in >a
	jq -c '[.custom_id, .row, .odd]' second >b
	same a b
}

@test "cache: under valgrind, hits, misses, get and put are clean" {
	[ "${OBJ:-build}" = build ] || skip 'not under the sanitizers'
	command -v valgrind >/dev/null || skip 'no valgrind'
	check() {
		valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible "$ROOT/build/npc-cache" "$@"
	}
	requests 1 20 >in
	check run -k ./cmd <in >out
	check run --sync batch ./cmd <in >out
	paired in out
	./cmd <in >responses
	check put -q in responses
	check get in >out
	check stat
	check list >out
	check gc
	check verify
}
