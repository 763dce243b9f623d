load helpers
load server

setup() {
	npc_setup
}

teardown() {
	stop_servers
}

# ask [MEMBERS [CURL-OPTION...]]: a chat request with more members in its body.
ask() {
	local members=${1:+,$1}
	shift || true
	curl -sS --max-time 20 "$SERVER_URL/v1/chat/completions" "$@" \
		-d '{"model":"m","messages":[{"role":"user","content":"hi"}]'"$members}"
}

# status_of [MEMBERS]: the answer's status, 000 for none.
status_of() {
	ask "$1" -o out -w '%{http_code}' 2>err || true
}

# exit_of [MEMBERS [CURL-OPTION...]]: how curl ends.
exit_of() {
	local status=0
	: >out
	ask "${1-}" -o out "${@:2}" 2>err || status=$?
	echo "$status"
}

# content [FILE]: the words in an event stream.
content() {
	tr '\r' '\n' <"${1:--}" | sed -n 's/^data: *{/{/p' | jq -rj '.choices[0].delta.content // empty'
}

# accepts_again: waits until a request is answered; fails after 10 s.
accepts_again() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ "$(status_of '"x_fault":"ok"')" != 200 ] || return 0
		sleep 0.02
	done
	false
}

# now_ms: the time.
now_ms() {
	date +%s%3N
}

@test "server: usage, faults listed, wrong usage" {
	run -0 "$(server_program)" --help
	assert_line --partial 'truncated-json-200'
	run -2 "$(server_program)" --fault no-such-thing
	assert_output --partial "'no-such-thing' is no fault"
	run -2 "$(server_program)" --latency 2s-1s
	run -2 "$(server_program)" --admit 5/week,1
	run -2 "$(server_program)" x
}

@test "server: chat: echoes the digest of the body, usage, the id" {
	start_server
	echo '{"custom_id":"a","body":{"model":"m", "x_id":"npc-1","messages":[]}}' >line
	printf '%s' '{"model":"m", "x_id":"npc-1","messages":[]}' >body
	curl -sS "$SERVER_URL/v1/chat/completions" -d @body >out
	assert_equal "$(jq -r '.choices[0].message.content | fromjson | .digest' out)" "$(body_digests <line | jq -r .digest)"
	assert_equal "$(jq -r '.choices[0].message.content | fromjson | .id' out)" npc-1
	assert_equal "$(jq -c '[.object, .choices[0].finish_reason, (.usage | .prompt_tokens + .completion_tokens == .total_tokens)]' out)" \
		'["chat.completion","stop",true]'
	curl -sS "$SERVER_URL/v1/chat/completions" -d '{"model":"m", "x_id":"npc-1","messages":[] }' >other
	assert_not_equal "$(jq .choices other)" "$(jq .choices out)"
}

@test "server: what is answered can be given: by the request, by rules, by a file" {
	echo '{"match":"miller","content":{"name":"Ann"},"finish":"length"}' >rules
	echo '{"match":"baker","fault":"503"}' >>rules
	echo 'fixed' >fixed
	start_server --content fixed --rules rules
	assert_equal "$(ask | jq -c .choices[0].message.content)" '"fixed\n"'
	assert_equal "$(ask '"n":"the miller"' | jq -c '.choices[0] | [.message.content, .finish_reason]')" \
		'["{\"name\":\"Ann\"}","length"]'
	assert_equal "$(status_of '"n":"the baker"')" 503
	assert_equal "$(ask '"x_content":"é\n"' | jq -c .choices[0].message.content)" '"é\n"'
	assert_equal "$(ask '"x_usage":{"prompt_tokens":7}' | jq -c .usage)" '{"prompt_tokens":7}'
	assert_equal "$(ask '"x_usage":null' | jq -c .usage)" null
	assert_equal "$(ask '"x_reasoning":"hm"' | jq -r .choices[0].message.reasoning_content)" hm
	assert_equal "$(ask '"x_tool":{"name":"f","arguments":"{}"}' | jq -c '.choices[0] | [.message.content, .message.tool_calls[0].function.name, .finish_reason]')" \
		'[null,"f","tool_calls"]'
}

@test "server: embeddings, completions, models, unknown paths, bad bodies" {
	start_server --dim 16
	curl -sS "$SERVER_URL/v1/embeddings" -d '{"model":"e","input":["the old mill","the old well","bread"]}' >out
	assert_equal "$(jq -c '[.data | length, (.[0].embedding | length)]' out)" '[3,16]'
	run -0 jq -e 'def dot(a; b): [a.embedding, b.embedding] | transpose | map(.[0] * .[1]) | add;
		.data | dot(.[0]; .[0]) > 0.999 and dot(.[0]; .[1]) > dot(.[0]; .[2])' out
	curl -sS "$SERVER_URL/v1/embeddings" -d '{"model":"e","input":"bread","dimensions":4}' >out
	assert_equal "$(jq -c '[.data | length, (.[0].embedding | length)]' out)" '[1,4]'
	assert_equal "$(curl -sS "$SERVER_URL/v1/completions" -d '{"prompt":"x","x_content":"y"}' | jq -c '[.object, .choices[0].text]')" '["text_completion","y"]'
	assert_equal "$(curl -sS "$SERVER_URL/v1/models" | jq -r .data[0].id)" test-model
	assert_equal "$(curl -sS -o out -w '%{http_code}' "$SERVER_URL/v1/nothing" -d '{}')" 404
	assert_equal "$(curl -sS -o out -w '%{http_code}' "$SERVER_URL/v1/chat/completions" -d '{')" 400
	assert_equal "$(curl -sS -o out -w '%{http_code}' "$SERVER_URL/openai/deployments/d/chat/completions?api-version=1" -d '{}')" 200
}

@test "server: a stream: role, words, finish_reason, usage, [DONE]" {
	start_server
	ask '"stream":true,"stream_options":{"include_usage":true},"x_content":"one two  three"' >out
	assert_equal "$(content out)" 'one two  three'
	assert_equal "$(sed -n 's/^data: *//p' out | tail -1)" '[DONE]'
	assert_equal "$(sed -n 's/^data: *{/{/p' out | jq -c '[.choices[0].finish_reason, .usage.total_tokens != null]' | tail -2 | paste -s)" \
		'["stop",false]	[null,true]'
	ask '"stream":true,"x_reasoning":"a b","x_tool":{"name":"f","arguments":"{}"}' >out
	assert_equal "$(sed -n 's/^data: *{/{/p' out | jq -c '.choices[0].delta | keys_unsorted' | LC_ALL=C sort | uniq -c | tr -s ' ' | paste -s -d ,)" \
		' 2 ["reasoning_content"], 1 ["role","content"], 1 ["tool_calls"], 1 []'
}

@test "server: streams that are odd, and good" {
	local fault
	start_server --gap 1ms
	for fault in stream-crlf stream-cr stream-comments stream-odd stream-no-done; do
		ask '"stream":true,"x_content":"one two three","x_fault":"'$fault'"' >"$fault"
		assert_equal "$fault $(content "$fault")" "$fault one two three"
	done
	grep -q $'^data.*\r$' stream-crlf
	assert_equal "$(tr -cd '\n' <stream-cr | wc -c)" 0
	grep -q '^: ' stream-comments
	run grep -F '[DONE]' stream-no-done
	assert_failure
	ask '"stream":true,"x_content":"one","x_fault":"stream-lines"' >out
	assert_equal "$(sed -n 's/^data: *//p' out | grep -c '^[{}]$')" 6
	assert_equal "$(sed -n 's/^data: *//p' out | grep -v DONE | jq -rj '.choices[0].delta.content // empty')" one
}

@test "server: streams that break" {
	start_server
	ask '"stream":true,"x_content":"one two three","x_fault":"stream-cut"' >out
	run grep -E '"finish_reason":"|DONE' out
	assert_failure
	ask '"stream":true,"x_content":"one two three","x_fault":"stream-error"' >out
	tail -2 out | grep -q '"error":{'
	ask '"stream":true,"x_content":"one two three","x_fault":"stream-garbage"' >out
	grep -q 'delta":$' out
	assert_equal "$(exit_of '"stream":true,"x_content":"one two three","x_fault":"stream-stall"' --max-time 0.3)" 28
	assert [ "$(content out)" = 'one ' ]
}

@test "server: statuses and errors" {
	local status
	start_server --redirect-to http://other.invalid/
	for status in 400 408 409 422 429 500 503 529; do
		assert_equal "$(status_of '"x_fault":"'$status'"')" "$status"
		jq -e .error.message out
	done
	assert_equal "$(status_of '"x_fault":"insufficient_quota"') $(jq -r .error.code out)" '429 insufficient_quota'
	assert_equal "$(status_of '"x_fault":"invalid_key"') $(jq -r .error.code out)" '401 invalid_api_key'
	assert_equal "$(status_of '"x_fault":"bad_request"')" 400
	assert_equal "$(status_of '"x_fault":"html"') $(head -c 9 out)" '502 <!DOCTYPE'
	assert_equal "$(status_of '"x_fault":"html-404"')" 404
	assert_equal "$(ask '"x_fault":"redirect"' -o out -w '%{http_code} %{redirect_url}')" '302 http://other.invalid/'
	assert_equal "$(status_of '"x_fault":"no such"')" 400
}

@test "server: answers with status 200 that are none" {
	start_server --long-size 300K
	assert_equal "$(status_of '"x_fault":"empty-200"') $(wc -c <out)" '200 0'
	assert_equal "$(status_of '"x_fault":"non-json-200"') $(cat out)" '200 It works!'
	assert_equal "$(status_of '"x_fault":"truncated-json-200"')" 200
	run ! jq . out
	assert_equal "$(status_of '"x_fault":"bad-utf8"')" 200
	run ! iconv -f UTF-8 -t UTF-16 out
	assert_equal "$(status_of '"x_fault":"no-choices"') $(jq .choices out)" '200 null'
	assert_equal "$(status_of '"x_fault":"null-content"') $(jq .choices[0].message.content out)" '200 null'
	assert_equal "$(status_of '"x_fault":"error-200"') $(jq -r .error.type out)" '200 server_error'
	assert_equal "$(status_of '"x_fault":"long-body"') $(wc -c <out)" '200 307200'
	jq -e .choices out
	assert_equal "$(exit_of '"x_fault":"wrong-length"')" 0
	run ! jq . out
}

@test "server: good answers, sent in odd ways" {
	local fault
	start_server --gap 0s
	for fault in ok gzip br zstd chunked no-length close drop interim big-headers trickle; do
		assert_equal "$fault $(ask '"x_content":"fine","x_fault":"'$fault'"' --compressed | jq -r '.choices[0].message.content')" "$fault fine"
	done
	head -c 200000 /dev/zero | tr '\0' z >z
	for fault in gzip br zstd; do
		{
			printf '{"x_fault":"%s","x_content":"' "$fault"
			cat z
			printf '"}'
		} >body
		curl -sS --compressed "$SERVER_URL/v1/chat/completions" -d @body | jq -rj '.choices[0].message.content' >got
		same got z
	done
	assert_equal "$(exit_of '"x_fault":"bad-gzip"' --compressed)" 61
	assert_equal "$(ask '"x_fault":"bomb"' --compressed | wc -c)" 67108864
	assert [ "$(ask '"x_fault":"bomb"' | wc -c)" -lt 100000 ]
}

@test "server: transfers that break" {
	start_server --refuse-for 300ms
	assert_equal "$(exit_of '"x_fault":"reset"')" 56
	assert_equal "$(exit_of '"x_fault":"reset-at-once"')" 56
	assert_equal "$(exit_of '"x_fault":"close-at-once"')" 52
	assert_equal "$(exit_of '"x_fault":"cut-headers"') $(wc -c <out)" '0 0'
	assert_equal "$(exit_of '"x_fault":"cut-body"')" 18
	assert_equal "$(exit_of '"x_fault":"garbage"')" 1
	assert_equal "$(exit_of '"x_fault":"too-large"' --max-filesize 1M --max-time 0.5)" 28
	assert [ "$(wc -c <out)" -gt 1000000 ]
	assert_equal "$(exit_of '"x_fault":"stall"' --max-time 0.3)" 28
	assert [ "$(wc -c <out)" -gt 50 ]
	assert_equal "$(exit_of '"x_fault":"hang"' --max-time 0.3) $(wc -c <out)" '28 0'
	assert_equal "$(exit_of '"x_fault":"refuse"')" 52
	assert_equal "$(exit_of)" 7
	accepts_again
}

@test "server: faults by the path, by a list, by rates" {
	start_server --fault 500=0.3 --fault empty-200=0.2 --seed 7
	assert_equal "$(for i in 1 2 3 4; do status_of '"x_fault":["503","ok","429"]'; done | fold -w 3 | paste -s)" "503	200	429	200"
	assert_equal "$(SERVER_URL=$SERVER_URL/fault/500,ok,408/latency/1ms &&
		for i in 1 2 3 4; do status_of '"n":1'; done | fold -w 3 | paste -s)" "500	200	408	200"
	for i in {1..1000}; do
		[ "$i" = 1 ] || echo next
		printf 'url = "%s"\noutput = out\nwrite-out = "%%{http_code} %%{size_download}\\n"\n' "$SERVER_URL/v1/models"
	done >config
	curl -sS -K config >got
	assert [ "$(grep -c ^500 got)" -gt 250 ]
	assert [ "$(grep -c ^500 got)" -lt 350 ]
	assert [ "$(grep -c '^200 0' got)" -gt 160 ]
	assert [ "$(grep -c '^200 0' got)" -lt 240 ]
}

@test "server: latency, fixed and spread" {
	local before after
	start_server --latency 100ms
	before=$(now_ms)
	ask >out
	after=$(now_ms)
	assert [ $((after - before)) -ge 100 ]
	assert [ $((after - before)) -lt 2000 ]
	before=$(now_ms)
	ask '"x_latency":"uniform:200ms-201ms"' >out
	after=$(now_ms)
	assert [ $((after - before)) -ge 200 ]
}

@test "server: who is due first is answered first" {
	local i before after
	start_server
	for i in 5s 3s 4s; do
		ask '"x_latency":"'$i'"' --max-time 8 >"out.$i" 2>err 3>&- &
	done
	server_stats_until '.in_flight == 3'
	before=$(now_ms)
	ask '"x_latency":"50ms"' >out
	after=$(now_ms)
	assert [ $((after - before)) -lt 1500 ]
}

@test "server: the bucket lets in its burst, and refuses the rest" {
	start_server --admit 60/min,3
	assert_equal "$(for i in 1 2 3 4; do status_of '"n":'$i; done)" 200200200429
	assert_equal "$(server_stats '[.admitted, .refused, .status."429"]')" '[3,1,1]'
	assert_equal "$(jq -r .error.code out)" rate_limit_exceeded
}

# hint_of SPELLING: the headers of a refusal that says to wait for 65.2 s.
hint_of() {
	ask '"x_fault":"429","x_hint_wait":"65.2s","x_hint":"'"$1"'"' -o out -D - | tr -d '\r' | grep -iE '^(retry-after|x-ratelimit)'
}

@test "server: every spelling of a hint" {
	local date
	start_server
	assert_equal "$(hint_of retry-after)" 'retry-after: 66'
	assert_equal "$(hint_of retry-after-ms)" 'retry-after-ms: 65200'
	assert_equal "$(hint_of x-ratelimit-ms | grep reset)" 'x-ratelimit-reset-requests: 65200ms'
	assert_equal "$(hint_of x-ratelimit-go | grep reset)" 'x-ratelimit-reset-requests: 1m5.2s'
	assert_equal "$(hint_of x-ratelimit-seconds | grep reset)" 'x-ratelimit-reset-requests: 65.200'
	assert_equal "$(hint_of x-ratelimit-ms | grep remaining)" 'x-ratelimit-remaining-requests: 0'
	run hint_of none
	assert_output ''
	run hint_of retry-after-date
	assert_output --regexp '^retry-after: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$'
	date=$(($(date -d "${output#*: }" +%s) - $(date +%s)))
	assert [ "$date" -ge 65 ]
	assert [ "$date" -le 67 ]
	run hint_of x-ratelimit-rfc3339
	assert_output --regexp 'reset-requests: [0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z'
	date=$(($(date -d "${output##*: }" +%s) - $(date +%s)))
	assert [ "$date" -ge 64 ]
	assert [ "$date" -le 66 ]
}

@test "server: limits stand on good answers, too" {
	start_server --admit 600/min,5 --hint x-ratelimit-go
	run ask '' -D - -o out
	assert_line --partial 'x-ratelimit-limit-requests: 600'
	assert_line --partial 'x-ratelimit-remaining-requests: 4'
	assert_line --partial 'x-ratelimit-reset-requests: 100ms'
}

@test "server: who comes before the time is noted" {
	start_server --grace 0s
	status_of '"x_fault":["429"],"x_hint":"retry-after-ms","x_hint_wait":"300ms"' >status
	status_of '"n":1' >status
	assert_equal "$(server_stats '[.early, .early_any]')" '[0,1]'
	status_of '"x_fault":["429"],"x_hint":"retry-after-ms","x_hint_wait":"300ms"' >status
	assert_equal "$(server_stats '[.early, .early_any]')" '[1,2]'
	server_reset
	status_of '"n":2,"x_fault":["429"],"x_hint":"retry-after-ms","x_hint_wait":"100ms"' >status
	sleep 0.35
	status_of '"n":2,"x_fault":["429"],"x_hint":"retry-after-ms","x_hint_wait":"100ms"' >status
	assert_equal "$(server_stats '[.requests, .early, .early_any]')" '[2,0,1]'
}

@test "server: keys, in either form" {
	start_server --require-key s3cret
	assert_equal "$(status_of)" 401
	assert_equal "$(ask '' -o out -w '%{http_code}' -H 'Authorization: Bearer s3cret')" 200
	assert_equal "$(ask '' -o out -w '%{http_code}' -H 'api-key: s3cret')" 200
	assert_equal "$(ask '' -o out -w '%{http_code}' -H 'Authorization: Bearer s3cret2')" 401
	start_server --require-key s3cret --auth bearer
	assert_equal "$(ask '' -o out -w '%{http_code}' -H 'api-key: s3cret')" 401
	start_server --require-key s3cret --auth api-key
	assert_equal "$(ask '' -o out -w '%{http_code}' -H 'Authorization: Bearer s3cret')" 401
}

@test "server: the log has a line for each request, and never the key" {
	start_server --log log --header 'x-extra: 1'
	ask '"x_id":"a"' -H 'Authorization: Bearer s3cret' >out
	ask '"x_fault":"503"' -H 'api-key: s3cret' >out
	run -0 jq -c '[.seq, .method, .path, .status, .fault, .time, .id, .model, .stream, .key, .in_flight]' log
	assert_line --index 0 '[1,"POST","/v1/chat/completions",200,"",1,"a","m",false,"bearer",1]'
	assert_line --index 1 '[2,"POST","/v1/chat/completions",503,"503",1,"","m",false,"api-key",1]'
	run ! grep s3cret log
	start_server --log headers --log-headers
	ask '' -H 'X-Mine: yes' >out
	jq -e '.headers | any(.[0] == "X-Mine" and .[1] == "yes")' headers
	run ask '' -D - -o out
	refute_output --partial x-extra
}

@test "server: one connection, many requests; many at once are counted" {
	start_server --latency 100ms
	curl -sS "$SERVER_URL/v1/models" -o out "$SERVER_URL/v1/models" -o out2
	assert_equal "$(server_stats '[.requests, .connections, .max_in_flight]')" '[2,1,1]'
	server_reset
	curl -sS -Z --parallel-immediate --parallel-max 20 "$SERVER_URL/v1/models?[1-20]" -o 'out#1'
	assert_equal "$(server_stats '[.requests, .in_flight, .max_in_flight]')" '[20,0,20]'
}

@test "server: a client that leaves is noted" {
	start_server
	assert_equal "$(exit_of '"x_latency":"5s"' --max-time 0.2)" 28
	server_stats_until '.abandoned == 1 and .in_flight == 0'
}

# raw TEXT...: bytes to the server, and what comes back until it is quiet.
raw() {
	exec 5<>"/dev/tcp/127.0.0.1/${SERVER_URL##*:}"
	printf '%b' "$@" >&5
	timeout 2 cat <&5 || true
	exec 5>&-
}

@test "server: requests in one write, in pieces, bodies in chunks, 100-continue, large bodies" {
	start_server
	run raw 'GET /v1/models HTTP/1.1\r\n\r\nGET /v1/x HTTP/1.1\r\n\r\nGET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n'
	assert_equal "$(grep -oE 'HTTP/1.1 [0-9]+' <<<"$output" | cut -c 10- | paste -s)" '200	404	200'
	assert_equal "$(ask '' -H 'Transfer-Encoding: chunked' | jq .choices[0].message.content)" "$(ask | jq .choices[0].message.content)"
	head -c 33554432 /dev/zero | tr '\0' x | sed '1s/^/{"x":"/; $s/$/"}/' >big
	assert_equal "$(curl -sS -o out -w '%{http_code}' -H 'Expect: 100-continue' "$SERVER_URL/v1/chat/completions" --data-binary @big)" 200
	cp out one
	assert_equal "$(curl -sS -o out -w '%{http_code}' -H 'Transfer-Encoding: chunked' -H 'Expect:' "$SERVER_URL/v1/chat/completions" --data-binary @big)" 200
	assert_equal "$(jq .choices one)" "$(jq .choices out)"
	run raw 'POST /v1/chat/completions HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n'
	assert_output --partial '100 Continue'
}

@test "server: what is no request" {
	local i text
	start_server
	for text in 'x\r\n\r\n' '\r\n\r\n' 'GET / HTTP/2.0\r\n\r\n' 'GET x HTTP/1.1\r\n\r\n' 'GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n' \
		'POST / HTTP/1.1\r\ncontent-length: 999999999\r\n\r\n' 'POST / HTTP/1.1\r\ntransfer-encoding: zip\r\n\r\n' \
		'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n' "GET /$(head -c 300000 /dev/zero | tr '\0' x)"; do
		run raw "$text"
		assert_output --regexp '^HTTP/1.1 (400|413|431|501|505)'
	done
	assert_equal "$(server_stats .requests)" 0
}

@test "server: ends on SIGTERM, with its parent, and comes back on its port" {
	local url
	start_server
	url=$SERVER_URL
	stop_server
	start_server --port "${url##*:}"
	assert_equal "$SERVER_URL" "$url"
	kill_server
	start_server --port "${url##*:}"
	ask | jq -e .choices
	bash -c "$(declare -f start_server server_dir server_program wait_for_file); start_server 3>&-; echo \$SERVER_PID >pid; exit 0"
	for ((i = 0; i < 500; i++)); do
		kill -0 "$(<pid)" 2>/dev/null || return 0
		sleep 0.01
	done
	false
}

@test "server: TLS and HTTP/2 by nginx" {
	start_server
	start_tls
	assert_equal "$(curl -sS --cacert "$TLS_CA" --http1.1 -o out -w '%{http_version} %{http_code}' "$TLS_URL/v1/models")" '1.1 200'
	assert_equal "$(curl -sS --cacert "$TLS_CA" --http2 -o out -w '%{http_version} %{http_code}' "$TLS_URL/v1/models")" '2 200'
	run -60 curl -sS "$TLS_URL/v1/models"
}

@test "server: chaos reaches every fault that may be outlived" {
	start_server --chaos 1 --gap 0s --log log --refuse-for 10ms --long-size 2M
	seq 400 | xargs -P 8 -I N curl -s --max-time 0.2 --max-filesize 1M \
		-o out.N "$SERVER_URL/v1/chat/completions" -d '{"n":N,"stream":true}' || true
	run -0 jq -r .fault log
	assert [ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -gt 20 ]
	accepts_again
}
