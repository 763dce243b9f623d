load helpers
load server

setup() {
	npc_setup
}

teardown() {
	stop_servers
}

# api METHOD PATH [CURL-OPTION...]: the status; the answer is in ./out.
api() {
	curl -sS --max-time 20 -X "$1" -o out -w '%{http_code}' "$SERVER_URL/v1$2" "${@:3}" 2>err || true
}

# lines_for N [MEMBERS]: of a service.
lines_for() {
	local i
	for ((i = 1; i <= $1; i++)); do
		echo '{"custom_id":"c'"$i"'","method":"POST","url":"/v1/chat/completions","body":{"model":"m","n":'"$i${2:+,$2}"'}}'
	done
}

# batch FILE: of an upload of it; its id in $batch.
batch() {
	api POST /files -F purpose=batch -F "file=@$1;filename=lines.jsonl" >status
	api POST /batches -d '{"input_file_id":'"$(jq .id out)"',"endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":"b"}}' >status
	batch=$(jq -r .id out)
}

# polled N: its states, and the last look in ./out.
polled() {
	local i
	for ((i = 0; i < $1; i++)); do
		api GET "/batches/$batch" >status
		jq -r .status out
	done | paste -sd ' '
}

@test "server: a file goes up, is told of, and comes down, whole or from the middle" {
	start_server
	lines_for 3 >in
	assert_equal "$(api POST /files -F purpose=batch -F 'file=@in;filename=lines.jsonl')" 200
	assert_equal "$(jq -c '[.id, .object, .bytes, .filename, .purpose]' out)" '["file-1","file",'"$(stat -c %s in)"',"lines.jsonl","batch"]'
	assert_equal "$(api GET /files/file-1/content)" 200
	same in out
	assert_equal "$(api GET /files/file-1/content -H 'Range: bytes=10-')" 206
	tail -c +11 in | same - out
	assert_equal "$(api GET /files/file-1/content -H 'Range: bytes=9999-')" 416
	assert_equal "$(api GET '/files?purpose=batch')" 200
	assert_equal "$(jq -r '.data[].id' out)" file-1
	assert_equal "$(api GET /files/file-2)" 404
	assert_equal "$(api POST /files -F purpose=fine-tune -F 'file=@in')" 400
	assert_equal "$(api POST /files -d '{}')" 400
	assert_equal "$(api GET /files/file-1/nothing -o out)" 404
}

@test "server: a batch moves on as it is looked at, and is paid once" {
	start_server
	{
		lines_for 2
		lines_for 1 '"x_fault":"404"'
		lines_for 1
	} >in
	batch in
	assert_equal "$(jq -c '[.status, .endpoint, .metadata, .output_file_id]' out)" '["validating","/v1/chat/completions",{"a":"b"},null]'
	assert_equal "$(polled 4)" 'in_progress finalizing completed completed'
	assert_equal "$(jq -c .request_counts out)" '{"total":4,"completed":3,"failed":1}'
	cp out ended
	api GET "/files/$(jq -r .output_file_id ended)/content" >status
	assert_equal "$(jq -c '[.custom_id, .response.status_code, .error]' out)" '["c1",200,null]
["c2",200,null]
["c1",200,null]'
	api GET "/files/$(jq -r .error_file_id ended)/content" >status
	assert_equal "$(jq -c '[.custom_id, .response.status_code, .response.body.error.message]' out)" '["c1",404,"No such parameter"]'
	assert_equal "$(server_stats '[.uploads, .batches, .paid, .paid_twice]')" '[1,1,3,1]'
	assert_equal "$(api GET /batches/batch_9)" 404
	assert_equal "$(api POST /batches -d '{"input_file_id":"file-9","endpoint":"/v1/x","completion_window":"24h"}')" 400
}

@test "server: batches that expire, fail, are cancelled, are held" {
	start_server --batch-end expired
	lines_for 4 >in
	batch in
	assert_equal "$(polled 3)" 'in_progress finalizing expired'
	cp out ended
	assert_equal "$(jq -c .request_counts ended)" '{"total":4,"completed":2,"failed":2}'
	api GET "/files/$(jq -r .error_file_id ended)/content" >status
	assert_equal "$(jq -r '"\(.custom_id) \(.error.code)"' out | sort)" 'c3 batch_expired
c4 batch_expired'
	curl -sS -o control -X POST "$SERVER_URL/control/end/failed"
	batch in
	assert_equal "$(polled 2)" 'failed failed'
	assert_equal "$(jq -r '.errors.data[0].code' out)" token_limit_exceeded
	curl -sS -o control -X POST "$SERVER_URL/control/end/completed"
	curl -sS -o control -X POST "$SERVER_URL/control/hold"
	batch in
	assert_equal "$(polled 3)" 'validating validating validating'
	curl -sS -o control -X POST "$SERVER_URL/control/go"
	assert_equal "$(api POST "/batches/$batch/cancel") $(jq -r .status out)" '200 cancelling'
	assert_equal "$(polled 2)" 'cancelled cancelled'
	assert_equal "$(api POST "/batches/$batch/cancel")" 409
	assert_equal "$(api GET '/batches?limit=2') $(jq -c '[.data[].id, .has_more]' out)" '200 ["batch_3","batch_2",true]'
	assert_equal "$(api GET '/batches?limit=2&after=batch_2') $(jq -c '[.data[].id, .has_more]' out)" '200 ["batch_1",false]'
	# A line with more than its four members is none.
	sed 's/^{/{"row":{},/' in >strange
	batch strange
	assert_equal "$(polled 1)" failed
}

@test "server: faults of a batch service: before, after, in their order; uploads that are cut off" {
	start_server --batch-fault create=503,close-at-once --batch-fault upload=429 --cut-upload 4K,1
	lines_for 100 >in
	assert_equal "$(api POST /files -F purpose=batch -F 'file=@in')" 000
	assert_equal "$(api POST /files -F purpose=batch -F 'file=@in')" 429
	assert_equal "$(api GET /files) $(jq '.data | length' out)" '200 0'
	assert_equal "$(api POST /files -F purpose=batch -F 'file=@in')" 200
	ask='{"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"24h"}'
	assert_equal "$(api POST /batches -d "$ask")" 503
	assert_equal "$(api GET /batches) $(jq '.data | length' out)" '200 0'
	assert_equal "$(api POST /batches -d "$ask")" 000
	assert_equal "$(api GET /batches) $(jq '.data | length' out)" '200 1'
	assert_equal "$(server_stats '[.cut, .uploads, .batches]')" '[1,1,1]'
	run -2 "$(server_program)" --batch-fault nothing=503
	run -2 "$(server_program)" --batch-fault create=nothing
	run -2 "$(server_program)" --batch-end soon
}
