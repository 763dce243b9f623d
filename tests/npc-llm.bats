load helpers
load server
load terminal

setup() {
	npc_setup
	export NPC_BASE_URL NPC_API_KEY
	unset NPC_BASE_URL NPC_API_KEY
}

teardown() {
	stop_servers
}

# requests N [MEMBERS]: lines n1 … nN, with more members in their bodies.
requests() {
	awk -v n="$1" -v more="${2:+,$2}" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "{\"custom_id\":\"n%d\",\"body\":{\"model\":\"m\",\"x_id\":\"n%d\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Number %d\"}]%s},\"row\":{\"id\":\"n%d\"}}\n", i, i, i, more, i
	}'
}

# llm [OPTION...]: asks our server.
llm() {
	timeout 60 npc-llm -u "$SERVER_URL/v1" "$@"
}

# paired REQUESTS RESPONSES: each id once, and each good answer to its own request.
paired() {
	assert_equal "$(jq -r 'select(has("response")).custom_id' "$2" | sort)" "$(jq -r .custom_id "$1" | sort)"
	body_digests <"$1" | jq -r '"\(.custom_id) \(.digest)"' | sort >paired.want
	jq -r 'select(.response.status_code == 200) | "\(.custom_id) \(.response.body.choices[0].message.content | fromjson | .digest)"' "$2" |
		sort >paired.got
	assert_equal "$(comm -13 paired.want paired.got)" ''
}

# codes FILE: how many of each error's code or answer's status.
codes() {
	jq -r 'select(has("response")) | .error.code // .response.status_code' "$1" | sort | uniq -c | awk '{printf "%s%s %s", sep, $2, $1; sep = ", "}'
}

# fault NAME [OPTION...]: what becomes of a request that always has it.
fault() {
	requests 1 "\"x_fault\":\"$1\"" >line
	llm --retries 0 "${@:2}" line >out 2>err || true
	codes out
}

@test "llm: manners" {
	keeps_its_manners npc-llm
}

@test "llm: one request, one response: what is carried, ids, meta" {
	start_server
	requests 1 >in
	run -0 --separate-stderr llm -v in
	echo "$output" >out
	assert_equal "$stderr" "$(sed -E 's/[0-9]+ ms/MS/' <<<"$stderr" | sed "s/MS/$(jq .meta.ms out) ms/")"
	assert_equal "$(jq -c '[keys_unsorted, .error, .row, .meta.source, .meta.attempts, .response.status_code]' out)" \
		'[["id","custom_id","response","error","row","meta"],null,{"id":"n1"},"llm",1,200]'
	assert_regex "$stderr" "^npc-llm: in:1: POST $SERVER_URL/v1/chat/completions 200 [0-9]+ ms\$"
	paired in out
}

@test "llm: bytes of the body and of what is carried stay as they are" {
	start_server --log log
	printf '%s\n' '{"custom_id":"a\u0062","x":1.50e+01,"body":{ "n" : 1,"temperature":1.0e0,"messages":[] ,"u":"\u00e9\/"},"row":{"a":[1, 2]}}' >in
	run -0 llm in
	assert_output --partial '"custom_id":"a\u0062"'
	assert_output --partial '"x":1.50e+01,"row":{"a":[1, 2]}'
	echo "$output" >out
	assert_equal "$(jq -r '.response.body.choices[0].message.content | fromjson | .digest' out)" "$(body_digests <in | jq -r .digest)"
}

@test "llm: bad lines, blank lines, CRLF, no newline at the end, responses that pass" {
	start_server
	{
		printf '{"custom_id":"a","body":{"messages":[]}}\r\n\n'
		printf 'no json\n{"custom_id":7,"body":{}}\n{"custom_id":"nobody"}\n'
		printf '{"custom_id":"get","method":"GET","body":{}}\n{"custom_id":"url","url":"http://x/","body":{}}\n'
		printf '{"custom_id":"done","response":null,"error":{"code":"x"} }\n{"custom_id":"d","delta":"x"}\n'
		printf '{"custom_id":"b","body":{"messages":[]}}'
	} >in
	run -1 --separate-stderr llm -k in
	echo "$output" >out
	assert_equal "$(jq -c '[.custom_id, .error.code]' out | tr -d '\n')" \
		'["a",null][null,"invalid_request_line"][null,"invalid_request_line"]["nobody","invalid_request_line"]["get","invalid_request_line"]["url","invalid_request_line"]["done","x"]["d",null]["b",null]'
	grep -qxF '{"custom_id":"done","response":null,"error":{"code":"x"} }' out
	assert_regex "$stderr" 'in:3: .*invalid_request_line'
	assert_equal "$(server_stats .requests)" 2
	run -1 llm --max-line 30 in
	assert_output --partial 'line longer than 30 bytes'
}

@test "llm: -j is the most in flight, and reached" {
	start_server --latency 50ms
	requests 40 >in
	llm -j 7 in >out
	assert_equal "$(server_stats .max_in_flight)" 7
	server_reset
	llm in >out
	assert_equal "$(server_stats .max_in_flight)" 5
	run -2 llm -j 0 in
	run -2 llm -j 5-3 in
	run -2 llm -j x in
}

@test "llm: -k keeps the order; without it the first to be done comes first" {
	start_server --latency 1ms-60ms
	requests 200 >in
	llm -k -j 16 in >out
	assert_equal "$(jq -r .custom_id out)" "$(jq -r .custom_id in)"
	llm -j 16 in >out
	assert_not_equal "$(jq -r .custom_id out)" "$(jq -r .custom_id in)"
	paired in out
}

@test "llm: answers come while input is still open" {
	start_server
	mkfifo in
	llm <in >out 3>&- &
	local pid=$!
	exec 5>in
	requests 1 >&5
	server_stats_until '.requests == 1 and .in_flight == 0'
	for ((i = 0; i < 500; i++)); do
		[ ! -s out ] || break
		sleep 0.01
	done
	assert_equal "$(lines out)" 1
	exec 5>&-
	wait "$pid"
}

@test "llm: retries what may be outlived, and nothing else" {
	start_server
	local f
	for f in 408 409 429 500 503 html; do
		server_reset
		requests 1 "\"x_fault\":[\"$f\",\"ok\"]" >in
		run -0 llm in
		assert_equal "$(server_stats .requests)" 2
		assert_equal "$(jq .meta.attempts <<<"$output")" 2
	done
	for f in bad_request html-404; do
		server_reset
		assert_equal "$(fault "$f" --retries 5)" "$(jq .response.status_code out) 1"
		assert_equal "$(server_stats .requests)" 1
	done
	server_reset
	requests 1 '"x_fault":"500"' >in
	run -1 --separate-stderr llm --retries 1 in
	assert_equal "$(server_stats .requests)" 2
	assert_equal "$(jq -c '[.error, .response.status_code, .meta.attempts]' <<<"$output")" '[null,500,2]'
}

@test "llm: answers that are none" {
	start_server --long-size 3M --refuse-for 50ms
	local f
	for f in empty-200 non-json-200 truncated-json-200 bad-utf8 no-choices error-200 html-200 bad-gzip cut-headers cut-body reset wrong-length; do
		assert_equal "$f: $(fault "$f")" "$f: invalid_response 1"
	done
	for f in close-at-once reset-at-once; do
		assert_equal "$f: $(fault "$f")" "$f: connect_failed 1"
	done
	for f in gzip br zstd chunked no-length close drop interim; do
		assert_equal "$f: $(fault "$f")" "$f: 200 1"
		paired line out
	done
	assert_equal "$(fault long-body --max-response 1M)" 'invalid_response 1'
	assert_regex "$(cat err)" 'longer than 1048576 bytes'
	assert_equal "$(fault bomb --max-response 1M)" 'invalid_response 1'
	assert_equal "$(fault long-body)" '200 1'
	assert_equal "$(fault too-large --max-response 1M)" 'invalid_response 1'
	assert_equal "$(fault non-json-200)" 'invalid_response 1'
	assert_regex "$(jq -r .error.message out)" 'it begins: '
	# Last, for the server does not listen for a while after it.
	assert_equal "$(fault refuse)" 'connect_failed 1'
}

@test "llm: times: --timeout, --stall, --connect-timeout" {
	start_server
	assert_equal "$(fault hang --timeout 100ms)" 'timeout 1'
	assert_equal "$(fault stall --stall 100ms)" 'stalled 1'
	assert_equal "$(fault hang --stall 100ms)" 'stalled 1'
	requests 1 >in
	run -3 timeout 20 npc-llm -u http://127.0.0.1:9 --connect-timeout 1s --retries 0 in
	assert_output --partial 'connect_failed'
	run -2 llm --timeout 0 in
	run -2 llm --stall x in
}

@test "llm: a bad key or a dead quota stops the run at once" {
	start_server
	local f
	for f in invalid_key insufficient_quota; do
		server_reset
		requests 1000 "\"x_fault\":\"$f\"" >in
		run -3 --separate-stderr llm -j 4 in
		echo "$output" >out
		assert_equal "$(lines out)" 1000
		[ "$(server_stats .requests)" -le 4 ]
		assert_regex "$(codes out)" 'halted 99[67]'
		assert_regex "$stderr" 'stopped: '
	done
}

@test "llm: a server that is not there: exit 3, error lines" {
	requests 100 >in
	run -3 --separate-stderr timeout 60 npc-llm -u http://127.0.0.1:9/v1 --retries 1 in
	echo "$output" >out
	assert_equal "$(lines out)" 100
	assert_regex "$(codes out)" 'connect_failed [0-9]+, halted [0-9]+'
}

@test "llm: several servers: shared, and one that fails is set aside" {
	start_server --latency 5ms
	local first=$SERVER_URL one=$SERVER_PID
	start_server --latency 5ms
	requests 200 >in
	timeout 60 npc-llm -j 8 -u "$first/v1" -u "$SERVER_URL/v1" in >out
	paired in out
	[ "$(server_stats .requests)" -ge 50 ]
	[ "$(SERVER_URL=$first server_stats .requests)" -ge 50 ]
	kill_server "$one"
	timeout 60 npc-llm -j 8 -u "$first/v1" -u "$SERVER_URL/v1" in >out
	assert_equal "$(codes out)" '200 200'
}

@test "llm: -j auto with a server that admits so many: few refusals, none before its time" {
	local hint
	requests 300 >in
	for hint in retry-after retry-after-ms x-ratelimit-go none; do
		start_server --admit 6000/min,100 --hint "$hint"
		llm -j auto in >out
		assert_equal "$(codes out)" '200 300'
		[ "$(server_stats .requests)" -le 340 ]
		assert_equal "$(server_stats .early)" 0
		stop_servers
	done
}

@test "llm: --rpm: no refusal; --pace: nor with two processes" {
	start_server --admit 6000/min,20 --hint none
	requests 200 >in
	llm --rpm 6000 -j 64 in >out
	assert_equal "$(server_stats .status)" '{"200":200}'
	llm --rpm 6000 --pace share -j 64 in >out.1 &
	llm --rpm 6000 --pace share -j 64 in >out.2
	wait $!
	assert_equal "$(server_stats .status)" '{"200":600}'
	run -2 llm --rpm 0 in
	echo 'not a pace file' >bad
	run -3 llm --rpm 10 --pace bad in
	assert_output --partial 'bad'
}

@test "llm: --tpm: a request larger than a minute goes alone" {
	start_server
	requests 1 >in
	run -0 llm --tpm 6000 in
	run -2 llm --tpm x in
}

@test "llm: --tpm: what answers use is what is paced" {
	start_server --log log
	requests 16 '"x_usage":{"prompt_tokens":60,"completion_tokens":40,"total_tokens":100}' >in
	llm --tpm 60000 -j 16 in >out
	assert_equal "$(codes out)" '200 16'
	# 100 tokens flow in in 0.1 s, and no more than that is saved up: 15 of them after the first.
	jq -se '(map(.ns) | max - min) >= 1.3e9' log
}

@test "llm: cached input has a price of its own" {
	start_server
	requests 2 '"x_usage":{"prompt_tokens":1000,"completion_tokens":10,"total_tokens":1010,"prompt_tokens_details":{"cached_tokens":900}}' >in
	llm --price 10,20,1 --stats stats in >out
	assert_equal "$(jq -c '[.tokens_in, .tokens_cached, .tokens_out, .cost]' stats)" '[2000,1800,20,0.0042]'
	printf '{"m":{"in":10,"out":20},"other":{"in":1,"out":1}}' >prices
	llm --prices prices --stats stats in >out
	assert_equal "$(jq -c .cost stats)" '0.0204'
	run -2 llm --prices none in
	assert_output --partial 'none'
	printf '{"m":{"in":-1}}' >prices
	run -2 llm --prices prices in
}

@test "llm: a hint longer than --max-wait ends the line with the server's answer" {
	start_server
	requests 1 '"x_fault":"429","x_hint_wait":"30s"' >in
	run -1 --separate-stderr llm --max-wait 1s in
	assert_equal "$(jq -c '[.error, .response.status_code, .meta.attempts]' <<<"$output")" '[null,429,1]'
}

@test "llm: --stream: deltas, then the whole; a body that says so; reasoning; tools" {
	start_server
	requests 1 '"x_content":"a mill stands still","x_reasoning":"let me see"' >in
	llm --stream in >out
	assert_equal "$(jq -rj 'select(.delta).delta' out)" 'a mill stands still'
	assert_equal "$(jq -rj 'select(.delta_reasoning).delta_reasoning' out)" 'let me see'
	tail -n 1 out >last
	assert_equal "$(jq -c '.response.body | [.choices[0].message.content, .choices[0].finish_reason, .usage.total_tokens > 0]' last)" \
		'["a mill stands still","stop",true]'
	requests 1 '"stream":true' >in
	llm in >out
	assert_equal "$(jq -c 'has("delta")' out | sort -u | tr '\n' ' ')" 'false true '
	requests 1 >in
	llm in >out
	assert_equal "$(lines out)" 1
}

@test "llm: streams that break off" {
	start_server
	local f
	for f in stream-cut stream-error stream-garbage; do
		server_reset
		requests 1 "\"x_content\":\"a mill stands still\",\"x_fault\":\"$f\"" >in
		run -1 --separate-stderr llm --stream in
		echo "$output" >out
		assert_equal "$f: $(codes out)" "$f: invalid_response 1"
		assert_equal "$(server_stats .requests)" 1
	done
	requests 1 '"x_fault":"stream-stall","x_content":"a mill stands still"' >in
	run -1 --separate-stderr llm --stream --stall 100ms in
	assert_equal "$(tail -n 1 <<<"$output" | jq -r .error.code)" stalled
	for f in stream-no-done 503; do
		requests 1 "\"x_fault\":[\"$f\",\"ok\"]" >in
		run -0 llm --stream in
	done
}

@test "llm: --price, --prices, --max-cost, --token-budget" {
	start_server --latency 2ms
	requests 500 >in
	run -1 --separate-stderr llm -j 64 --price 1,2 --max-cost 0.005 --stats stats in
	echo "$output" >out
	assert_equal "$(lines out)" 500
	assert_regex "$(codes out)" '^200 [0-9]+, budget_exhausted [0-9]+$'
	jq -e '.cost <= 0.005 and .cost > 0.004' stats
	echo '{"m":{"in":1,"out":2},"*":{"in":9,"out":9}}' >prices
	llm -j 64 --prices prices --max-cost 0.005 --stats stats in >out 2>err || true
	jq -e '.cost <= 0.005 and .cost > 0.004' stats
	llm -j 64 --token-budget 1000 --stats stats in >out 2>err || true
	jq -e '.tokens_in + .tokens_out <= 1000 and .tokens_in + .tokens_out > 800' stats
	run -2 llm --max-cost 1 in
	run -2 llm --price 1 in
	run -2 llm --prices missing in
	requests 3 | jq -c 'del(.body.max_tokens)' >open
	server_reset
	run -2 --separate-stderr llm --price 1,2 --max-cost 1 open
	assert_equal "$(server_stats .requests)" 0
	echo '{"other":{"in":1,"out":2}}' >prices
	run -2 llm --prices prices --max-cost 1 in
}

@test "llm: the budget is shared with --pace" {
	start_server
	requests 200 >in
	llm --price 1,2 --max-cost 0.005 --pace share --stats s1 in >out 2>err || true
	llm --price 1,2 --max-cost 0.005 --pace share --stats s2 in >out 2>err || true
	jq -se '(map(.cost) | add) <= 0.005 and .[1].attempts <= 3' s1 s2
}

@test "llm: --dry-run sends nothing" {
	start_server
	requests 10 >in
	run -0 llm --dry-run --price 1,2 in
	assert_equal "$(jq -c '[.requests, .tokens_out, .without_output_limit]' <<<"$output")" '[10,500,0]'
	jq -e '.cost > 0.001' <<<"$output"
	assert_equal "$(server_stats .requests)" 0
}

@test "llm: --halt" {
	start_server
	requests 300 '"x_fault":"bad_request"' >in
	run -3 --separate-stderr llm --halt soon,fail=3 in
	echo "$output" >out
	assert_equal "$(lines out)" 300
	[ "$(server_stats .requests)" -le 8 ]
	assert_regex "$(codes out)" 'halted 29'
	run -3 --separate-stderr llm --halt now,fail=50% in
	run -1 --separate-stderr llm --halt never in
	run -2 llm --halt later,fail=1 in
}

@test "llm: --joblog, --stats, --bar" {
	start_server
	requests 20 >in
	echo 'bad' >>in
	run -1 --separate-stderr llm --joblog log --stats stats --bar in
	assert_equal "$(head -n 1 log)" "$(printf 'custom_id\tendpoint\tstart\tseconds\tattempts\tstatus\ttokens_in\ttokens_out')"
	assert_equal "$(lines log)" 22
	assert_equal "$(awk -F '\t' 'NR > 1 {n[$6 " " $5]++} END {print n["200 1"], n["invalid_request_line 0"], NF}' log)" '20 1 8'
	jq -e '.good == 20 and .failed == 1 and .attempts == 20 and .status["200"] == 20 and .errors.invalid_request_line == 1
		and .latency_ms.p50 <= .latency_ms.max and .tokens_in > 0 and .peak_memory_bytes > 0' stats
	start_server --latency 600ms
	requests 1 >in
	run -0 --separate-stderr llm --bar in
	assert_regex "$stderr" '0 done, 1 in flight'
	run -0 --separate-stderr llm --no-bar in
	assert_equal "$stderr" ''
	run -3 llm --joblog none/log in
}

@test "llm: the key: from where, to whom, and nowhere else" {
	local key=sk-very-secret-0123456789
	start_server --require-key "$key" --log log
	requests 20 >in
	NPC_API_KEY=$key llm -v --stats stats --joblog joblog --bar in >out 2>err
	assert_equal "$(codes out)" '200 20'
	echo "$key" >keyfile
	chmod 600 keyfile
	NPC_API_KEY_FILE=keyfile run -0 llm in
	chmod 644 keyfile
	NPC_API_KEY_FILE=keyfile run -2 llm in
	assert_output --partial 'others can read it'
	NPC_API_KEY_CMD="echo $key" run -0 llm in
	NPC_API_KEY=$'a\nb: c' run -2 llm in
	refute_output --partial 'b: c'
	NPC_API_KEY=$key NPC_BASE_URL=$SERVER_URL/v1 run -0 timeout 60 npc-llm in
	NPC_API_KEY=$key NPC_BASE_URL=https://example.org/v1 run -3 llm in
	OPENAI_API_KEY=$key run -3 llm in
	OPENAI_API_KEY=$key OPENAI_BASE_URL=$SERVER_URL/v1 run -0 timeout 60 npc-llm in
	NPC_API_KEY=$key run -3 llm --auth none in
	NPC_API_KEY=$key llm in >out.2 2>err.2 &
	local pid=$!
	! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -F "$key"
	wait "$pid"
	rm -f keyfile
	run -1 grep -rlF "$key" .
}

@test "llm: the key goes as --auth says; a server that echoes it is masked" {
	local key=sk-very-secret-0123456789
	start_server --require-key "$key" --auth api-key
	requests 1 "\"x_content\":\"your key is $key.\"" >in
	sed -i "s/$key/sk-very-\\\\u0073ecret-0123456789/" in
	NPC_API_KEY=$key run -0 llm --auth api-key in
	refute_output --partial "$key"
	NPC_API_KEY=$key run -0 llm --auth api-key --stream in
	refute_output --partial "$key"
	assert_equal "$(jq -j '.delta // empty' <<<"$output")" "your key is ${key//?/\*}."
	NPC_API_KEY=$key run -3 llm in
	run -2 llm --auth basic in
	requests 1 '"x_content":"KEY"' | sed 's/KEY/sk-\\"quoted\\"-0123456789/' >quoted
	NPC_API_KEY='sk-"quoted"-0123456789' run -3 llm --auth api-key quoted
	start_server
	NPC_API_KEY='sk-"quoted"-0123456789' run -0 llm quoted
	refute_output --partial quoted
	run -0 llm -H 'Authorization: Bearer sk-"quoted"-0123456789' quoted
	refute_output --partial quoted
}

@test "llm: http:// with a key only to this machine" {
	requests 1 >in
	NPC_API_KEY=k run -2 timeout 60 npc-llm -u http://example.invalid/v1 in
	assert_output --partial '--insecure-http'
	NPC_API_KEY=k run -3 timeout 60 npc-llm --retries 0 --insecure-http -u http://example.invalid/v1 in
	run -3 timeout 60 npc-llm --retries 0 -u http://example.invalid/v1 in
	run -2 timeout 60 npc-llm -u http://user:pw@example.invalid/v1 in
	run -2 timeout 60 npc-llm -u ftp://example.invalid/v1 in
	run -2 timeout 60 npc-llm -u 'nonsense url' in
}

@test "llm: -H; line breaks in it are refused" {
	start_server --log log --log-headers
	requests 1 >in
	run -0 llm -H 'X-Team: millers' -H 'X-Empty:' in
	grep -i 'millers' log
	run -2 llm -H $'X-A: b\r\nX-B: c' in
	run -2 llm -H 'no colon' in
}

@test "llm: redirects are not followed" {
	start_server --log other
	local other=$SERVER_URL
	start_server --redirect-to "$other/v1/chat/completions"
	requests 1 '"x_fault":"redirect-307"' >in
	NPC_API_KEY=k run -1 llm in
	assert_equal "$(SERVER_URL=$other server_stats .requests)" 0
}

@test "llm: chaos: each line once, each answer paired with its own request" {
	start_server --chaos 0.2 --hint retry-after-ms --hint-wait 10ms --refuse-for 20ms
	requests 2000 >in
	llm -j 64 --retries 12 --stall 200ms --timeout 1s --max-response 1M in >out 2>err
	assert_equal "$(lines out)" 2000
	paired in out
	assert_equal "$(codes out)" '200 2000'
}

@test "llm: chaos in streams" {
	start_server --chaos 0.2 --hint retry-after-ms --hint-wait 10ms --refuse-for 20ms
	requests 500 '"stream":true' >in
	llm -j 32 --retries 12 --stall 200ms --timeout 1s --max-response 1M in >out 2>err || true
	paired in out
}

@test "llm: a server that is killed and comes back" {
	start_server --latency 2ms
	requests 1500 >in
	llm -j 8 --retries 20 in >out 3>&- &
	local pid=$!
	server_stats_until '.requests > 100'
	kill_server
	start_server --latency 2ms --port "${SERVER_URL##*:}"
	wait "$pid"
	assert_equal "$(codes out)" '200 1500'
	paired in out
}

@test "llm: goes on when all in flight end at once, with more to write than is let wait" {
	local content
	start_server
	content="\"x_content\":\"$(yes word | head -n 2000 | tr -d '\n')\""
	requests 16 "\"x_latency\":\"2s\",$content" >in
	requests 24 "$content" >>in
	llm -j 16 in >out 3>&- &
	local pid=$! child
	server_stats_until '.requests == 16'
	child=$(pgrep -P "$pid")
	kill -STOP "$child"
	server_stats_until '.in_flight == 0'
	kill -CONT "$child"
	wait "$pid"
	assert_equal "$(codes out)" '200 40'
}

@test "llm: kill -9 leaves only whole lines" {
	start_server
	requests 100000 >in
	npc-llm -u "$SERVER_URL/v1" -j 32 in >out 3>&- &
	local pid=$!
	server_stats_until '.requests > 1000'
	kill -9 "$pid"
	wait "$pid" || true
	jq -e .custom_id out >ids
	[ "$(lines out)" -gt 500 ]
	assert_equal "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n'
}

@test "llm: a reader that goes away ends it, and the calls" {
	start_server --latency 20ms
	requests 2000 >in
	run bash -o pipefail -c 'timeout 60 npc-llm -u "$1/v1" -j 8 in | head -n 5 >out' bash "$SERVER_URL"
	assert_equal "$status" 141
	[ "$(server_stats .requests)" -le 40 ]
}

@test "llm: /dev/full" {
	start_server
	requests 200 >in
	run -3 sh -c 'exec timeout 60 npc-llm -u "$1/v1" in >/dev/full' sh "$SERVER_URL"
	assert_output --partial 'standard output: cannot write'
}

@test "llm: a slow reader slows the calls" {
	start_server
	requests 20000 >in
	mkfifo slow
	llm -j 16 in >slow 3>&- &
	local pid=$!
	exec 6<slow
	server_stats_until '.requests > 100'
	local n=-1
	while [ "$n" != "$(server_stats .requests)" ]; do
		n=$(server_stats .requests)
		sleep 0.1
	done
	[ "$n" -lt 2000 ]
	assert_equal "$(wc -l <&6 | tr -d ' ')" 20000
	wait "$pid"
}

@test "llm: once a slow reader has read, nothing is busy waiting" {
	start_server --latency 300ms
	requests 800 >in
	mkfifo slow
	llm -j 64 --stats stats in >slow 3>&- &
	local pid=$! n=-1
	exec 6<slow
	while [ "$n" != "$(server_stats .requests)" ]; do
		n=$(server_stats .requests)
		sleep 0.5
	done
	[ "$n" -lt 700 ]
	assert_equal "$(wc -l <&6 | tr -d ' ')" 800
	wait "$pid"
	jq -e '.cpu_s < 0.7' stats
}

@test "llm: answers longer than what may wait to be written" {
	start_server --long-size 200K
	requests 5 '"x_fault":"long-body"' >in
	llm -j 1 in >out
	codes out >got
	llm -j 1 in | cat >out
	codes out >>got
	llm -j 5 -k in >out
	codes out >>got
	assert_equal "$(<got)" '200 5200 5200 5'
}

@test "llm: Ctrl-C once: what is in flight is finished; dies by the signal" {
	start_server --latency 2s
	requests 100 >in
	npc-llm -u "$SERVER_URL/v1" -j 4 in >out 2>err 3>&- &
	local pid=$! status=0
	server_stats_until '.in_flight == 4'
	kill -TERM "$pid"
	wait "$pid" || status=$?
	assert_equal "$status" 143
	assert_equal "$(server_stats .requests)" 4
	assert_equal "$(codes out)" '200 4, interrupted 96'
}

@test "llm: signals are heard while there is no end of input" {
	local i status=0
	npc-llm -u http://127.0.0.1:1/v1 /dev/zero 3>&- &
	local pid=$!
	for ((i = 0; i < 1000; i++)); do
		grep -qs 'SigBlk:.*4002$' "/proc/$pid/status" && break
		sleep 0.01
	done
	kill -TERM "$pid"
	timeout 10 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
	wait "$pid" || status=$?
	assert_equal "$status" 143
}

@test "llm: Ctrl-C twice: what is in flight is abandoned" {
	start_server --latency 30s
	requests 10 >in
	npc-llm -u "$SERVER_URL/v1" -j 4 in >out 2>err 3>&- &
	local pid=$! status=0
	server_stats_until '.in_flight == 4'
	kill -TERM "$pid"
	for ((i = 0; i < 500; i++)); do
		! grep -q finishing err || break
		sleep 0.01
	done
	kill -TERM "$pid"
	wait "$pid" || status=$?
	assert_equal "$status" 143
	assert_equal "$(codes out)" 'interrupted 10'
}

@test "llm: in a terminal: the bar, Ctrl-C once and twice" {
	command -v script >/dev/null || skip 'script is not installed'
	local status=0
	start_server --latency 1s
	requests 50 >in
	in_terminal "npc-llm -u $SERVER_URL/v1 -j 4 in >out"
	server_stats_until '.in_flight == 4'
	on_screen '4 in flight'
	printf '\003' >&5
	on_screen 'finishing 4 in flight'
	exec 5>&-
	wait "$TERMINAL_PID" || status=$?
	assert_equal "$status" 130
	assert_equal "$(codes out)" '200 4, interrupted 46'

	start_server --latency 30s
	in_terminal "npc-llm -u $SERVER_URL/v1 -j 4 in >out"
	server_stats_until '.in_flight == 4'
	printf '\003' >&5
	on_screen 'finishing 4 in flight'
	printf '\003' >&5
	exec 5>&-
	wait "$TERMINAL_PID" || status=$?
	assert_equal "$status" 130
	assert_equal "$(codes out)" 'interrupted 50'
}

@test "llm: --http2 where there is none: HTTP/1.1, with a connection for each call" {
	start_server --latency 100ms
	requests 64 >in
	llm --http2 -j 16 in >out
	assert_equal "$(codes out)" '200 64'
	assert_equal "$(server_stats .max_in_flight)" 16
}

@test "llm: TLS: verified; --cacert; --http2" {
	start_server
	start_tls
	requests 200 >in
	run -3 timeout 60 npc-llm -u "$TLS_URL/v1" --retries 0 in
	assert_output --partial connect_failed
	timeout 60 npc-llm --cacert "$TLS_CA" -j 16 -u "$TLS_URL/v1" in >out
	assert_equal "$(codes out)" '200 200'
	timeout 60 npc-llm --cacert "$TLS_CA" --http2 -j 64 -u "$TLS_URL/v1" in >out
	assert_equal "$(codes out)" '200 200'
	paired in out
}

@test "llm: npc-llm-check tells what works" {
	start_server
	run -0 npc-llm-check -u "$SERVER_URL/v1" -m m
	assert_line --regexp '^chat +yes'
	assert_line --regexp '^schema +no: it is ignored'
	assert_line --regexp '^streaming +yes'
	assert_line --regexp '^embeddings +yes, of 8 numbers'
	run -1 npc-llm-check -u http://127.0.0.1:9/v1
	assert_output --partial 'nobody answers there'
	run -2 npc-llm-check --no-such-option
	run -0 npc-llm-check --help
}

@test "llm: embeddings" {
	start_server
	echo '{"custom_id":"e","url":"/v1/embeddings","body":{"model":"m","input":"a mill"}}' >in
	run -0 llm in
	assert_equal "$(jq '.response.body.data[0].embedding | length' <<<"$output")" 8
}

@test "llm: memory does not grow with the lines" {
	! ldd "$(command -v npc-llm)" | grep -q asan || skip 'a sanitizer keeps what was freed'
	start_server
	requests 1000 >in
	llm -j 64 --stats few in >out
	requests 30000 >in
	llm -j 64 --stats many in >out
	jq -se '.[1].peak_memory_bytes < .[0].peak_memory_bytes * 1.2 + 1048576' few many
	jq -e '.peak_memory_bytes < 25165824' many
}

@test "llm: no leak, no bad access (valgrind)" {
	! ldd "$(command -v npc-llm)" | grep -q asan || skip 'not under the sanitizers'
	command -v valgrind >/dev/null || skip 'valgrind is not installed'
	start_server --chaos 0.3 --hint retry-after-ms --hint-wait 10ms --refuse-for 20ms
	requests 150 >in
	timeout 120 valgrind -q --leak-check=full --error-exitcode=99 \
		"$(command -v npc-llm)" -u "$SERVER_URL/v1" -j 16 -k --retries 12 --stall 1s --timeout 5s --max-response 1M in >out 2>err || [ $? -ne 99 ]
	assert_equal "$(lines out)" 150
}
