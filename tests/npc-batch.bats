load helpers
load cache
load server
load batch

setup() {
	npc_setup
	batch_setup
}

teardown() {
	stop_servers
}

@test "batch: usage and options" {
	run -0 npc-batch --help
	assert_line --index 0 --partial 'usage: npc-batch'
	run -0 npc-batch submit -h
	run -0 npc-batch --version
	assert_output --regexp '^npc-batch [0-9.]+$'
	run -2 npc-batch
	run -2 npc-batch frobnicate
	assert_output --partial "'frobnicate' is no command"
	run -2 npc-batch status --no-such
	assert_line --partial 'usage: npc-batch'
	run -2 npc-batch status x
	assert_output --partial "'x' is one too many"
	run -2 npc-batch status --interval soon
	run -2 npc-batch status --retries -1
	run -2 npc-batch status --max-wait 1m
	run -2 npc-batch status --auth basic
	run -2 npc-batch status
	assert_output --partial 'no job there'
	run -2 npc-batch submit missing.ndjson
	assert_output --partial 'missing.ndjson'
	service
	requests 1 1 >in
	run -2 npc-batch submit --max-requests 0 in
	run -3 bash -c 'npc-batch submit in >/dev/full'
}

@test "batch: submit, status, fetch: every line has its answer, its row, and a place in the cache" {
	service --batch-shuffle
	requests 1 9 >in
	printf '%s' '{"custom_id":"n9","body":{"model":"m","messages":[],"seed":12345678901234567890},"row":{"id":"x","n":1.0},"recipe":"r"}' >more
	run -0 npc-batch submit in more
	assert_output --regexp '^round-001/part-001  batch_1  validating  0 of 10 done, 0 failed$'
	cat in more >all
	echo >>all
	mapfile -t lines < <(grep -v '^{"custom_id":"n9","body":{"model":"m","max' all)
	same all batch/requests.ndjson
	run -1 --separate-stderr npc-batch fetch
	assert_equal "$(jq -r .error.code <<<"$output" | sort | uniq -c | tr -s ' ')" ' 10 batch_pending'
	run -0 npc-batch status -w -i 0.02
	assert_output --partial 'completed  10 of 10 done'
	npc-batch fetch >out
	accounted all out
	grep -F '"row":{"id":"x","n":1.0},"recipe":"r","meta":{"source":"batch"}}' out
	assert_equal "$(jq -c '.response.body.choices[0].message.content' out | sort -u | wc -l)" 10
	# Each has its own: the server echoes the body's digest.
	assert_equal "$(jq -c '[.row.id, (.response.body.choices[0].message.content | fromjson | .digest)]' out | sort)" \
		"$(paste <(jq -c .row.id all) <(body_digests <all | jq -c .digest) | sed 's/\(.*\)\t\(.*\)/[\1,\2]/' | sort)"
	assert_equal "$(entries)" 10
	npc-cache get all >got
	accounted all got
	requests_before=$(server_stats .requests)
	npc-batch fetch >again
	same out again
	run -0 npc-batch submit all
	assert_output --partial 'every request has its answer: nothing is sent'
	assert_equal "$(server_stats .requests)" "$requests_before"
	assert_equal "$(bill)" '[1,10,0]'
	run -0 npc-batch list
	assert_output --regexp '^batch_1  completed  10 of 10  [0-9TZ:-]+  npc-batch$'
}

@test "batch: the same twice, other requests, what is known, what stands twice" {
	service
	requests 1 3 >known
	answerer cmd
	CALLS=/dev/null ./cmd <known >answers
	npc-cache put -q known answers
	requests 1 6 >in
	requests 5 6 >>in
	npc-batch submit <in >first
	assert_equal "$(lines batch/round-001/part-001/input.ndjson)" 3
	run -0 --separate-stderr npc-batch submit in
	assert_regex "$stderr" 'submitted already'
	assert_equal "$output" "$(<first)"
	run -2 npc-batch submit known
	assert_output --partial 'holds other requests'
	assert_equal "$(server_stats '[.uploads, .batches]')" '[1,1]'
	npc-batch fetch -w -i 0.02 >out
	accounted in out
	assert_equal "$(jq -r .meta.source out | sort | uniq -c | tr -s ' ' | paste -sd,)" ' 5 batch, 3 cache'
	assert_equal "$(bill)" '[1,3,0]'
}

@test "batch: split at the limits, by url and model; --json" {
	service
	requests 1 5 >in
	requests 6 7 | sed 's/"model":"m"/"model":"n"/' >>in
	printf '%s\n' '{"custom_id":"e","url":"/v1/embeddings","body":{"model":"e","input":"a mill"},"row":{"id":"e"}}' >>in
	npc-batch submit --json --max-requests 2 in >submitted
	assert_equal "$(jq -c '[.requests, .ended, (.batches | map(.requests))]' submitted)" '[8,false,[2,2,1,2,1]]'
	npc-batch status --json -w -i 0.02 >status
	assert_equal "$(jq -c '[.ended, (.batches | map(.status) | unique)]' status)" '[true,["completed"]]'
	npc-batch fetch >out
	accounted in out
	assert_equal "$(jq -c 'select(.row.id == "e") | .response.body.object' out)" '"list"'
	assert_equal "$(bill)" '[5,8,0]'
	assert_equal "$(npc-batch list --json | jq -r .id | sort | paste -sd ' ')" 'batch_1 batch_2 batch_3 batch_4 batch_5'
}

@test "batch: the key is on no command line, in no file, no message, and goes to no other host" {
	service --content <(echo "$KEY")
	mkdir bin
	cat >bin/curl <<-SH
		#!/bin/bash
		printf '%s\n' "\$*" >>'$PWD/arguments'
		exec '$(command -v curl)' "\$@"
	SH
	chmod +x bin/curl
	requests 1 2 '"x_content":"'"$KEY"'"' >in
	unset NPC_API_KEY
	printf '%s\n' "$KEY" >key
	chmod 644 key
	NPC_API_KEY_FILE=key run -2 npc-batch submit in
	assert_output --partial 'others can read it'
	chmod 600 key
	PATH=$PWD/bin:$PATH NPC_API_KEY_FILE=key npc-batch submit in >said 2>&1
	mkdir -p config/npc
	printf '# mine\nNPC_API_KEY_CMD=cat %s\n' "$PWD/key" >config/npc/config
	PATH=$PWD/bin:$PATH npc-batch fetch -w -i 0.02 >>said 2>&1
	assert_equal "$(jq -r '.key' log | sort -u)" bearer
	run -1 grep -rF "$KEY" arguments said log batch/round-001/part-001/results.ndjson batch/round-001/part-001/output.ndjson \
		batch/job.json batch/round-001/part-001/state.json
	assert_output ''
	grep -q '/v1/batches' arguments
	# A redirect is not followed.
	rm config/npc/config
	start_server --log elsewhere
	local other=$SERVER_URL
	export NPC_API_KEY=$KEY
	service --redirect-to "$other/v1/files/file-1/content" --batch-fault content=redirect-307 --batch-fault list=redirect
	requests 3 4 >in
	done_with more
	run -3 npc-batch fetch -o more
	assert_output --partial 'a redirect is not followed'
	run -3 npc-batch list
	assert_output --partial 'the server answered 302'
	assert_equal "$(lines elsewhere)" 0
	run -0 npc-batch fetch -o more
	# Nor to another machine in the clear.
	NPC_BASE_URL=http://example.invalid/v1 run -2 npc-batch list
	assert_output --partial 'http:// to another machine'
	NPC_BASE_URL=http://127.0.0.1.example.invalid/v1 run -2 npc-batch list
	assert_output --partial 'http:// to another machine'
	NPC_BASE_URL=ftp://x run -2 npc-batch list
	assert_output --partial 'not a base URL'
	NPC_API_KEY=$'sk-two\nlines' run -2 npc-batch list
	assert_output --partial 'another character that no key has'
}

@test "batch: --auth, OPENAI_, a query in the URL, the config file" {
	service --auth api-key
	run -0 npc-batch list --auth api-key
	run -3 npc-batch list --auth none
	unset NPC_API_KEY NPC_BASE_URL
	OPENAI_BASE_URL=$SERVER_URL/v1?api-version=7 OPENAI_API_KEY=$KEY run -0 npc-batch list --auth api-key
	assert_equal "$(tail -n 1 log | jq -r .path)" '/v1/batches?limit=100&api-version=7'
	# A key of OpenAI's goes to no other server.
	NPC_BASE_URL=$SERVER_URL/v1 OPENAI_API_KEY=$KEY run -3 npc-batch list --auth api-key
	assert_equal "$(tail -n 1 log | jq -r .key)" none
	mkdir -p config/npc
	printf 'NPC_BASE_URL=%s/v1\n NPC_API_KEY=%s' "$SERVER_URL" "$KEY" >config/npc/config
	run -0 npc-batch list --auth api-key
}

@test "batch: over TLS, with certificates verified" {
	service
	requests 1 2 >in
	start_tls
	export NPC_BASE_URL=$TLS_URL/v1
	run -3 npc-batch list --retries 0
	assert_output --partial 'certificate'
	npc-batch submit --cacert "$TLS_CA" in >submitted
	npc-batch fetch --cacert "$TLS_CA" -w -i 0.02 >out
	accounted in out
}

@test "batch: no requests, bad lines, CRLF, a last line without its end, hostile values" {
	service
	: >empty
	run -0 npc-batch submit -o none empty
	assert_output --partial 'nothing is sent'
	run -0 npc-batch fetch -o none
	assert_output ''
	{
		requests 1 1 | sed 's/$/\r/'
		echo
		echo rubbish
		echo '{"custom_id":"gone","response":null,"error":{"code":"invalid_row","message":"x"},"row":{"id":"r"}}'
		hostile_values | jq -c '{custom_id: "h", body: {model: "m", messages: [{role: "user", content: .}]}, row: {id: "h", x: .}}'
	} >in
	printf '%s' '{"custom_id":"last","body":{"model":"m"},"row":{"id":"last"}}' >>in
	npc-batch submit in 2>err >submitted
	run -1 --separate-stderr npc-batch fetch -w -i 0.02
	echo "$output" >out
	assert_equal "$(jq -c 'select(.custom_id) | .row' out | sort)" "$(grep -v rubbish in | tr -d '\r' | jq -c .row | sort)"
	assert_equal "$(codes out)" "200 $(($(grep -c . in) - 2)), invalid_request_line 1, invalid_row 1"
	assert_equal "$(server_stats .paid_twice)" 0
	run -3 --separate-stderr bash -c 'npc-batch fetch >/dev/full'
}

@test "batch: only one is at a job, and a state that cannot be read is not guessed at" {
	service
	requests 1 2 >in
	npc-batch submit in >submitted
	run -3 flock batch/lock npc-batch status
	assert_output --partial 'another npc-batch is at it'
	echo '{' >batch/round-001/part-001/state.json
	run -3 npc-batch submit in
	assert_output --partial 'state.json there cannot be read'
	assert_equal "$(server_stats .batches)" 1
}

@test "batch: installed, through a link, from anywhere" {
	make -s -C "$ROOT" -o all OBJ="${OBJ:-build}" DESTDIR="$PWD/root" PREFIX=/usr install
	mkdir links
	ln -s "$PWD/root/usr/bin/npc-batch" links/npc-batch
	service
	requests 1 2 >in
	PATH=$PWD/links:$PWD/root/usr/bin:/usr/bin:/bin npc-batch submit in >submitted
	PATH=$PWD/links:$PWD/root/usr/bin:/usr/bin:/bin npc-batch fetch -w -i 0.02 >out
	accounted in out
	[ -x root/usr/share/npc/examples/nightly ]
	make -s -C "$ROOT" OBJ="${OBJ:-build}" DESTDIR="$PWD/root" PREFIX=/usr uninstall
	run -0 find root -type f
	assert_output ''
}
