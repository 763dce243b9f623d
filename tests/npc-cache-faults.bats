load helpers
load cache
load server

setup() {
	npc_setup
	cache_setup
	PIDS=()
}

teardown() {
	local pid
	for pid in "${PIDS[@]}"; do
		kill -9 "$pid" 2>/dev/null || true
	done
	stop_servers
}

# slow_cmd: ./cmd answers one line, then waits for ./go to be there, and takes 10 ms for each other.
# SIGTERM only tells it to read no more: what it has read it answers. It ends with its folder.
slow_cmd() {
	cat >cmd <<-'SH'
	#!/usr/bin/env bash
	trap 'stopped=1; echo "$BASHPID" >>terms' TERM
	trap 'echo int >>terms; exit 9' INT
	n=0
	while [ -z "$stopped" ] && IFS= read -r line; do
		echo "$line" >>"$CALLS"
		if [ "$n" -gt 0 ]; then
			while [ ! -e go ] && [ -e cmd ] && [ -z "$stopped" ]; do sleep 0.01; done
			sleep 0.01
		fi
		n=$((n + 1))
		id=${line#*custom_id\":\"} id=${id%%\"*}
		text=${line#*Number } text=${text%%\"*}
		printf '{"id":"x","custom_id":"%s","response":{"status_code":200,"request_id":"","body":{"choices":[{"index":0,"message":{"role":"assistant","content":"Number %s"},"finish_reason":"stop"}]}},"error":null}\n' "$id" "$text"
	done
	SH
	chmod +x cmd
}

# run_slow [OPTION...]: npc-cache run ./cmd over ./in in the background (where a shell ignores
# SIGINT); its pid is in PID.
run_slow() {
	env --default-signal=INT npc-cache run --stats stats "$@" ./cmd <in >out 2>err 3>&- &
	PID=$!
	PIDS+=("$PID")
}

@test "cache run: TERM, INT and HUP: CMD gets one TERM, what it answers is stored, the rest interrupted" {
	local sig status n=0
	slow_cmd
	for sig in TERM INT HUP; do
		rm -f terms
		requests $((n + 1)) $((n + 400)) >in
		n=$((n + 1000))
		run_slow --namespace $sig
		until_true at_least 2 "$CALLS"
		kill -$sig "$PID"
		status=0
		wait "$PID" || status=$?
		case $sig in TERM) want=143 ;; HUP) want=129 ;; INT) want=130 ;; esac
		assert_equal "$sig $status" "$sig $want"
		assert_equal "$(lines terms)" 1
		assert_regex "$(codes out)" '^200 2, interrupted 398$'
		paired in out
		jq -e '.stored == 2 and .interrupted == 398' stats
		calls
	done
	: >go
	requests 1 5 >in
	cache --namespace TERM ./cmd <in >out
	assert_equal "$(calls)" 3
	paired in out
}

@test "cache run: a second signal goes to CMD, a third ends it at once" {
	cat >cmd <<-'SH'
	#!/bin/sh
	trap 'echo TERM >>terms' TERM
	trap 'echo HUP >>terms' HUP
	echo up >up
	while [ -e cmd ]; do sleep 0.01; done
	SH
	chmod +x cmd
	requests 1 3 >in
	run_slow
	until_true test -s up
	kill -TERM "$PID"
	until_true grep -q TERM terms
	kill -HUP "$PID"
	until_true grep -q HUP terms
	kill -TERM "$PID"
	local status=0
	wait "$PID" || status=$?
	assert_equal "$status" 143
	run pgrep -f "$PWD/cmd"
	assert_output ''
	assert_regex "$(cat err)" 'waiting for 3 answers'
}

@test "cache run: a signal that is ignored stays so" {
	slow_cmd
	: >go
	requests 1 50 >in
	(trap '' HUP; exec npc-cache run ./cmd <in >out 3>&-) &
	local pid=$!
	until_true at_least 2 "$CALLS"
	kill -HUP "$pid"
	wait "$pid"
	paired in out
}

@test "cache run: Ctrl-C in a terminal reaches CMD only as one TERM; dies by SIGINT" {
	command -v script >/dev/null || skip 'no script(1)'
	slow_cmd
	requests 1 100 >in
	cat >job <<-'SH'
	#!/usr/bin/env bash
	npc-cache run ./cmd <in >out
	echo "$?" >status
	SH
	chmod +x job
	mkfifo keys
	env --default-signal=INT script -qec ./job /dev/null <keys >typescript 3>&- &
	local pid=$!
	exec 7>keys
	until_true at_least 2 "$CALLS"
	printf '\003' >&7
	until_true test -e terms
	wait "$pid" || true
	exec 7>&-
	assert_equal "$(wc -l <terms)" 1
	run -1 grep int terms
	assert_regex "$(codes out)" '^200 2, interrupted 98$'
}

@test "cache run: a closed output: what was asked for is stored, and nothing more is asked" {
	slow_cmd
	requests 1 400 >in
	run bash -c 'npc-cache run --stats stats ./cmd <in | head -n 1; echo "${PIPESTATUS[0]}"'
	assert_line 141
	jq -e '.stored >= 1 and .stored == .answered and .interrupted > 300' stats
	assert_equal "$(entries)" "$(jq .stored stats)"
	local had
	had=$(entries)
	: >go
	calls
	head -n 10 in >some
	cache ./cmd <some >out
	assert_equal "$(calls)" $((10 - had))
	paired some out
}

@test "cache run: 64 processes with the same 100 misses make exactly 100 calls" {
	local i pids=()
	requests 1 100 >in
	for ((i = 0; i < 64; i++)); do
		shuf in >"in.$i"
		npc-cache run --sync none ./cmd <"in.$i" >"out.$i" 2>"err.$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	assert_equal "$(calls)" 100
	for ((i = 0; i < 64; i++)); do
		assert_equal "$(lines "out.$i")" 100
	done
	paired in out.0
	paired in out.63
	assert_equal "$(cat err.*)" ''
}

@test "cache run: two filters with crossed keys: no deadlock, and no key is asked twice" {
	slow_cmd
	: >go
	requests 1 40 >in.1
	tac in.1 >in.2
	timeout 60 npc-cache run ./cmd <in.1 >out.1 3>&- &
	local pid=$!
	timeout 60 npc-cache run ./cmd <in.2 >out.2
	wait "$pid"
	assert_equal "$(calls)" 40
	paired in.1 out.1
	paired in.2 out.2
}

@test "cache run: a leader that is killed delays nobody; one that is stuck, for --wait" {
	slow_cmd
	requests 1 20 >in
	run_slow --namespace n
	until_true at_least 2 "$CALLS"
	answerer fast
	npc-cache run --namespace n --stats stats.2 ./fast <in >out.2 2>err.2 3>&- &
	local pid=$!
	PIDS+=("$pid")
	until_true at_least 1 out.2
	kill -9 "$PID"
	wait "$pid"
	paired in out.2
	jq -e '.parked >= 1 and .direct == 0' stats.2
	requests 21 40 >in
	calls
	run_slow --namespace n
	until_true at_least 2 "$CALLS"
	calls
	cache --namespace n --wait 200ms --stats stats.2 ./fast <in >out.2
	paired in out.2
	jq -e '.direct >= 1 and .hits >= 1' stats.2
}

# on_tmpfs OPTIONS COMMAND...: in a namespace where ./small is such a tmpfs.
on_tmpfs() {
	local options=$1
	shift
	mkdir -p small
	unshare -m sh -c 'mount -t tmpfs -o "$1" none small && shift && exec "$@"' sh "$options" "$@"
}

@test "cache run: a store without blocks, without inodes: the same output, exit 0, one warning" {
	on_tmpfs size=64k true 2>/dev/null || skip 'no tmpfs can be mounted here'
	local options
	requests 1 200 >in
	./cmd <in >plain
	paired in plain
	for options in size=400k nr_inodes=300 size=4k nr_inodes=2; do
		run -0 --separate-stderr on_tmpfs "$options" timeout 60 npc-cache run --cache-dir small/store --stats stats ./cmd <in
		echo "$output" >out
		jq -c '.custom_id = ""' plain >want
		jq -c '.custom_id = ""' out | same - want
		paired in out
		assert_equal "$(grep -c . <<<"$stderr")" 1
		assert_regex "$stderr" 'not stored|no store'
	done
	for options in size=400k nr_inodes=300; do
		on_tmpfs "$options" sh -c 'npc-cache run --cache-dir small/store --sync batch --stats stats ./cmd <in' >out 2>err
		paired in out
		jq -e '.not_stored.store_failed > 0 and .stored + .not_stored.store_failed == 200' stats
	done
}

@test "cache run: a store that cannot be made, a file in its place: one warning, exit 0" {
	requests 1 5 >in
	: >file
	run -0 --separate-stderr cache --cache-dir file ./cmd <in
	echo "$output" >out
	paired in out
	assert_equal "$(grep -c . <<<"$stderr")" 1
	run -0 --separate-stderr cache --cache-dir /proc/none ./cmd <in
	assert_equal "$(grep -c . <<<"$stderr")" 1
	run -0 --separate-stderr env -u XDG_CACHE_HOME -u HOME -u NPC_CACHE_DIR npc-cache run ./cmd <in
	assert_regex "$stderr" 'no store: no folder'
	run -3 npc-cache stat --cache-dir file
}

@test "cache run npc-llm: nothing is paid twice; refusals are not stored; no key is in the store" {
	local key=sk-very-secret-0123456789
	start_server --require-key "$key"
	export NPC_BASE_URL=$SERVER_URL/v1 NPC_API_KEY=$key
	requests 1 50 >in
	requests 51 55 '"x_fault":"429"' >>in
	run -1 --separate-stderr cache npc-llm -j 8 --retries 0 <in
	echo "$output" >out
	jq -r 'select(has("response")) | .response.status_code' out | sort | uniq -c | tr -s ' \n' ' ' >got
	assert_equal "$(cat got)" ' 50 200 5 429 '
	assert_equal "$(server_stats .requests)" 55
	run -1 --separate-stderr cache npc-llm -j 2 --retries 0 <in
	assert_equal "$(server_stats .requests)" 60
	assert_equal "$(entries)" 50
	run -1 grep -rlF "$key" "$NPC_CACHE_DIR"
	head -n 50 in >good
	NPC_API_KEY='' cache npc-llm <good >out
	assert_equal "$(lines out)" 50
	assert_equal "$(server_stats .requests)" 60
	npc-cache get good >got
	assert_equal "$(lines got)" 50
}

@test "cache run npc-llm --stream: deltas once, the whole from then on" {
	start_server
	export NPC_BASE_URL=$SERVER_URL/v1
	requests 1 5 >in
	cache npc-llm --stream <in >out
	[ "$(jq -c 'select(has("delta")).custom_id' out | sort -u | wc -l)" -eq 5 ]
	cache npc-llm --stream <in >again
	assert_equal "$(jq -c .response.body again | sort)" "$(jq -c 'select(.response).response.body' out | sort)"
	assert_equal "$(server_stats .requests)" 5
}

@test "cache run npc-llm: Ctrl-C: what is in flight is finished and kept" {
	start_server --latency 300ms
	export NPC_BASE_URL=$SERVER_URL/v1
	requests 1 100 >in
	npc-cache run npc-llm -j 4 <in >out 2>err 3>&- &
	local pid=$! status=0
	server_stats_until '.in_flight == 4'
	kill -TERM "$pid"
	wait "$pid" || status=$?
	assert_equal "$status" 143
	# On a busy machine some more may have been answered before the signal came.
	local n
	n=$(server_stats .requests)
	[ "$n" -ge 4 ] && [ "$n" -lt 100 ]
	assert_equal "$(codes out)" "200 $n, interrupted $((100 - n))"
	assert_equal "$(entries)" "$n"
}

@test "npc-generate --llm: through the cache; killed and run again it pays for the rest only" {
	start_server --latency 5ms
	export NPC_BASE_URL=$SERVER_URL/v1 NPC_MODEL=m
	# The server's answers meet no schema: rejected rows are asked for again with the reason.
	setsid npc-generate --llm -j 4 -n 40 --rounds 1 -o out >log 2>&1 3>&- &
	local pid=$!
	server_stats_until '.requests >= 15'
	kill -9 -- "-$pid"
	wait "$pid" 2>/dev/null || true
	server_stats_until '.in_flight == 0'
	local asked kept
	asked=$(server_stats .requests)
	kept=$(entries)
	[ "$kept" -ge 1 ]
	npc-generate --llm -j 4 -n 40 --rounds 1 -o out >log 2>&1 || [ $? -eq 1 ]
	local total
	total=$(npc-cast -n 40 --edges | wc -l)
	assert_equal "$(server_stats .requests)" $((asked + 40 + total - kept))
	npc-generate --llm -j 4 -n 40 --rounds 1 -o out >log 2>&1 || [ $? -eq 1 ]
	assert_equal "$(server_stats .requests)" $((asked + 40 + total - kept))
}
