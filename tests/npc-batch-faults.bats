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

@test "batch: an upload that is cut off, a batch whose making is not heard of: one of each" {
	service --cut-upload 8K,2 --batch-fault upload=close-at-once --batch-fault create=reset,503,ok
	requests 1 50 >in
	npc-batch submit in >submitted
	# Two were cut, one was whole and not heard of, and found again by its name.
	assert_equal "$(server_stats '[.cut, .uploads, .batches]')" '[2,1,1]'
	npc-batch fetch -w -i 0.02 >out
	accounted in out
	assert_equal "$(bill)" '[1,50,0]'
}

@test "batch: refused for now: waits as the server asks, and goes on" {
	service --batch-fault upload=429,500 --batch-fault create=503,429 --batch-fault poll=429,500,close-at-once \
		--batch-fault file=502 --batch-fault content=500,429
	requests 1 4 >in
	npc-batch submit in >submitted
	npc-batch fetch -w -i 0.02 >out
	accounted in out
	assert_equal "$(server_stats '[.uploads, .batches, .paid, .paid_twice]')" '[1,1,4,0]'
	# Retry-After was heeded.
	assert_equal "$(server_stats '[.early, .early_any]')" '[0,0]'
	service --batch-fault upload=429 --hint-wait 500s
	requests 5 6 >in
	run -3 npc-batch submit -o other --max-wait 3 in
	assert_output --partial 'it asks for a wait of 500 s'
}

@test "batch: what will not pass ends it at once, and is said" {
	service --batch-fault upload=insufficient_quota
	requests 1 2 >in
	run -3 npc-batch submit in
	assert_output --partial 'You exceeded your current quota'
	assert_equal "$(server_stats .requests)" 1
	NPC_API_KEY=sk-another-key-altogether run -3 npc-batch submit in
	assert_output --partial 'Incorrect API key'
	run -0 npc-batch submit in
	assert_equal "$(server_stats '[.uploads, .batches]')" '[1,1]'
	stop_server
	run -3 npc-batch status --retries 0
	service --fault html-200
	NPC_BASE_URL=$SERVER_URL/nothing run -3 npc-batch list
	assert_output --partial 'is no such service'
}

@test "batch: content that is cut off goes on where it was" {
	service --batch-fault content=cut-body,reset,close-at-once,trickle --gap 0
	requests 1 40 >in
	done_with
	npc-batch fetch >out
	accounted in out
	assert_equal "$(jq -c 'select(.path | endswith("/content")) | .status' log | paste -sd ' ')" '200 206 0 206'
	assert_equal "$(jq -s 'map(select(.path | endswith("/content"))) | length' log)" 4
	# Whole as a transfer, and too short all the same.
	service --batch-fault content=wrong-length
	requests 50 60 >in
	done_with other
	npc-batch fetch -o other >out
	accounted in out
}

@test "batch: expired half-way: the rest is told, and only the rest is asked again" {
	service --batch-end expired
	requests 1 10 >in
	npc-batch submit in >submitted
	run -1 npc-batch status -w -i 0.02
	assert_output --partial 'expired'
	run -1 --separate-stderr npc-batch fetch
	echo "$output" >out
	accounted in out
	assert_equal "$(codes out)" '200 5, batch_expired 5'
	npc-batch fetch >again || true
	same out again
	control end/completed
	npc-batch submit in >submitted
	assert_equal "$(lines batch/round-002/part-001/input.ndjson)" 5
	npc-batch fetch -w -i 0.02 >out
	accounted in out
	assert_equal "$(codes out)" '200 10'
	assert_equal "$(bill)" '[2,10,0]'
}

@test "batch: expired half-way: npc-cache run pays the rest only, and fetch knows it then" {
	service --batch-end expired
	requests 1 10 >in
	done_with
	npc-batch fetch >out || true
	npc-cache run npc-llm --no-bar <in >ran
	accounted in ran
	assert_equal "$(jq -s 'map(select(.path | endswith("/chat/completions"))) | length' log)" 5
	npc-batch fetch >out
	accounted in out
	assert_equal "$(codes out)" '200 10'
}

@test "batch: failed, cancelled, given up: every line says which" {
	service --batch-end failed
	requests 1 4 >in
	done_with
	run -1 --separate-stderr npc-batch fetch
	assert_equal "$(jq -r '.error | "\(.code): \(.message)"' <<<"$output" | sort -u)" 'batch_failed: Enqueued token limit reached'
	control end/completed
	control hold
	npc-batch submit in >submitted
	run -0 npc-batch cancel
	assert_output --partial 'round-002/part-001  batch_2  cancelling'
	control go
	run -1 npc-batch fetch -w -i 0.02
	echo "$output" >out
	accounted in out
	assert_equal "$(codes out)" '200 2, batch_cancelled 2'
	npc-batch submit in >submitted
	npc-batch cancel >cancelled
	npc-batch status -w -i 0.02 || true
	run -0 npc-batch cancel
	npc-batch fetch >out || true
	accounted in out
	# Sent nowhere yet.
	requests 5 6 >more
	NPC_BASE_URL=http://127.0.0.1:1/v1 run -3 npc-batch submit -o other --retries 0 more
	run -1 --separate-stderr npc-batch fetch -o other
	assert_equal "$(jq -r .error.code <<<"$output" | sort -u)" batch_unsent
	run -0 npc-batch cancel -o other
	run -1 --separate-stderr npc-batch fetch -o other
	assert_equal "$(jq -r .error.code <<<"$output" | sort -u)" batch_cancelled
	npc-batch submit -o other more >submitted
	npc-batch fetch -o other -w -i 0.02 >out
	accounted more out
	assert_equal "$(server_stats .paid_twice)" 0
}

@test "batch: an error file, results in any order, twice, nobody's, lost: every line accounted for" {
	service --batch-shuffle --batch-odd
	requests 1 8 >in
	requests 9 10 '"x_fault":"400"' >>in
	done_with
	run -1 --separate-stderr npc-batch fetch
	echo "$output" >out
	accounted in out
	assert_equal "$(codes out)" '200 7, 400 2, batch_missing 1'
	assert_regex "$stderr" '1 results came twice'
	assert_regex "$stderr" '1 results are for nothing that was asked'
	assert_regex "$stderr" '1 of 10 requests have no result'
	assert_equal "$(jq -r 'select(.response.status_code == 400) | .response.body.error.message' out | sort -u)" 'No such parameter'
	# The refused and the lost are asked again, and nothing else.
	npc-batch submit in >submitted
	assert_equal "$(lines batch/round-002/part-001/input.ndjson)" 3
}

@test "batch: answers that are cut are paid, told, not in the cache, and not asked again" {
	service
	requests 1 1 '"x_finish":"length"' >in
	done_with
	run -0 --separate-stderr npc-batch fetch
	assert_regex "$stderr" 'not stored: truncated'
	assert_equal "$(entries)" 0
	run -0 npc-batch submit in
	assert_output --partial 'nothing is sent'
	assert_equal "$(bill)" '[1,1,0]'
}

@test "batch: a cache that is no good fails nothing" {
	service
	requests 1 2 >in
	done_with
	echo x >file
	NPC_CACHE_DIR=$PWD/file/store run -0 --separate-stderr npc-batch fetch
	assert_regex "$stderr" 'the answers are not in the cache'
	assert_equal "$(wc -l <<<"$output")" 2
	npc-batch fetch >out
	assert_equal "$(entries)" 2
	# Nor are lines lost that only the cache could know.
	control end/expired
	requests 3 6 >in
	done_with more
	NPC_CACHE_DIR=$PWD/file/store run -1 --separate-stderr npc-batch fetch -o more
	echo "$output" >out
	accounted in out
	assert_equal "$(codes out)" '200 2, batch_expired 2'
}
