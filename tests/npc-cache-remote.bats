load helpers
load server
load cache

setup() {
	npc_setup
	cache_setup
}

teardown() {
	stop_servers
}

# machine NAME [OPTION...] <REQUESTS >RESPONSES: a run with that machine's own store, and ./cmd. The
# time limit is not what is tested, unless it is.
machine() {
	cache --sync none --remote-timeout 20s --cache-dir "$PWD/$1" --stats "stats.$1" "${@:2}" ./cmd
}

# remote STATS FILTER: what jq's FILTER makes of what the remote did.
remote() {
	jq -c ".remote | $2" "stats.$1"
}

# running NAME: that machine's npc-cache.
running() {
	pids_of "^npc-cache run .* $PWD/$1 "
}

# helpers: those of this tree's runs.
helpers() {
	pids_of "^$ROOT/.*/npc-cache-redis"
}

no_helper() {
	[ -z "$(helpers)" ]
}

# same_answers FILE FILE: all but where they came from, in any order.
same_answers() {
	jq -S -c 'del(.meta, .id, .response.request_id)' "$1" | sort >same.1
	jq -S -c 'del(.meta, .id, .response.request_id)' "$2" | sort >same.2
	same same.1 same.2
}

# share URL: two machines share answers.
share() {
	requests 1 50 >in
	machine a --remote "$1" <in >out.a 2>err
	assert_equal "$(calls)" 50
	paired in out.a
	assert_equal "$(remote a '[.hits, .misses, .puts, .failed + .puts_failed + .skipped + .puts_skipped]')" '[0,50,50,0]'
	machine b --remote "$1" <in >out.b 2>>err
	assert_equal "$(calls)" 0
	same_answers out.a out.b
	assert_equal "$(jq -r .meta.source out.b | sort -u)" cache
	assert_equal "$(remote b '[.hits, .misses, .puts]')" '[50,0,0]'
	# What came is kept: no remote is needed any more, and it is asked no more.
	machine b <in >out.c 2>>err
	machine b --remote "$1" <in >out.d 2>>err
	assert_equal "$(calls)" 0
	assert_equal "$(remote b '[.hits, .misses]')" '[0,0]'
	assert_equal "$(entries b)" 50
	same_answers out.a out.c
	assert_equal "$(cat err)" ''
	# Where each has some, neither pays for what the other has.
	requests 40 80 >in
	machine b --remote "$1" <in >out 2>>err
	assert_equal "$(calls)" 30
	machine a --remote "$1" <in >out 2>>err
	assert_equal "$(calls)" 0
	paired in out
}

@test "remote: two machines share a Redis" {
	start_redis
	share "$(redis_url)"
	assert_equal "$(cli dbsize)" 80
	cli flushall
	rm -r a b
	share "redis://127.0.0.1:$REDIS_PORT/1?ttl=1d"
}

@test "remote: two machines share an nginx" {
	start_dav
	share "$DAV_URL/some/where"
	assert_equal "$(find dav/some/where -type f | wc -l)" 80
}

@test "remote: get and put share, too" {
	start_redis
	export NPC_CACHE_REMOTE=$(redis_url)
	requests 1 5 >in
	./cmd <in >out
	NPC_CACHE_DIR=a run -0 npc-cache put -q in out
	assert_equal "$(cli dbsize)" 5
	requests 1 7 >in
	NPC_CACHE_DIR=b npc-cache get --misses misses in >got
	assert_equal "$(lines got) $(lines misses)" '5 2'
	paired <(head -n 5 in) got
	unset NPC_CACHE_REMOTE
	NPC_CACHE_DIR=b npc-cache get --misses misses in >got
	assert_equal "$(lines got) $(lines misses)" '5 2'
}

@test "remote: --refresh asks anew, and tells the others" {
	start_redis
	requests 1 10 >in
	machine a --remote "$(redis_url)" <in >out
	answerer cmd '.response.body.choices[0].message.content |= ascii_upcase'
	calls
	machine a --remote "$(redis_url)" --refresh <in >out
	assert_equal "$(calls)" 10
	machine b --remote "$(redis_url)" <in >out.b
	assert_equal "$(calls)" 0
	same_answers out out.b
	grep -q 'NUMBER 1' out.b
}

# with_half_done COMMAND URL: a run of 200 lines; the command comes when some have been answered.
with_half_done() {
	requests 1 200 >in
	mkfifo more
	machine a --remote "$2" --remote-timeout 1s <more >out 2>err 3>&- &
	local pid=$!
	exec 6>more
	head -n 100 in >&6
	until_true at_least 100 out
	eval "$1"
	tail -n 100 in >&6
	exec 6>&-
	wait "$pid"
	assert_equal "$(calls)" 200
	paired in out
	[ "$(grep -c '^npc-cache: the remote: ' err)" -le 1 ]
	assert_equal "$(entries a)" 200
}

@test "remote: a Redis that ends in mid-run" {
	start_redis
	with_half_done 'kill_server "$REDIS_PID"' "$(redis_url)"
	assert_equal "$(lines err)" 1
	assert_equal "$(remote a '[.puts, (.failed > 0), (.misses >= 100)]')" '[100,true,true]'
}

@test "remote: a Redis that stands still in mid-run" {
	start_redis
	local begun=$SECONDS
	with_half_done 'kill -STOP "$REDIS_PID"' "redis://127.0.0.1:$REDIS_PORT"
	[ $((SECONDS - begun)) -lt 15 ]
	assert_equal "$(sed 's/.*npc-cache-redis: //' err)" 'no answer within 3 s'
	assert_equal "$(remote a '[.puts, (.failed > 0), .hits]')" '[100,true,0]'
}

@test "remote: an nginx that ends in mid-run" {
	start_dav
	with_half_done 'stop_servers' "$DAV_URL"
	assert_equal "$(lines err)" 1
}

@test "remote: a Redis that is full: what it has is still used" {
	start_redis
	with_half_done 'cli config set maxmemory 1' "$(redis_url)"
	grep -q OOM err
	cli config set maxmemory 0
	machine b --remote "$(redis_url)" <in >out
	assert_equal "$(calls)" 100
	machine c --remote "$(redis_url)" <in >out
	assert_equal "$(calls)" 0
}

@test "remote: a helper that is killed in mid-run" {
	start_redis
	with_half_done 'kill -9 "$(helpers)"' "$(redis_url)"
	grep -q 'killed by signal 9' err
}

@test "remote: an nginx that dribbles" {
	start_dav
	requests 1 30 >in
	machine a --remote "$DAV_URL" <in >out
	calls
	stop_servers
	start_dav 'limit_rate 10;'
	local begun=$SECONDS
	machine b --remote "$DAV_URL" --remote-timeout 300ms <in >out 2>err
	[ $((SECONDS - begun)) -lt 15 ]
	assert_equal "$(calls)" 30
	paired in out
	assert_equal "$(grep -c 'no answer within 0\.[39] s' err)" 1
	assert_equal "$(lines err)" 1
}

@test "remote: nobody there from the beginning" {
	requests 1 30 >in
	local url
	for url in redis://127.0.0.1:1 http://127.0.0.1:1 redis+unix:///nowhere/at/all redis://nowhere.invalid; do
		rm -rf a
		machine a --remote "$url" <in >out 2>err
		assert_equal "$(calls)" 30
		paired in out
		assert_equal "$url $(lines err) $(grep -c '^npc-cache: the remote: ' err)" "$url 1 1"
	done
}

# damage FILE OTHER: an entry, damaged in one of the ways that there are, on stdout.
damage() {
	local size
	size=$(stat -c %s "$1")
	case $((DAMAGED++ % 7)) in
	0) echo 'junk' ;;
	1) : ;;
	2) head -c $((size - 1)) "$1" ;;
	3) head -c 40 "$1" ;;
	4) cat "$1" && echo x ;;
	5) cat "$2" ;;
	6) head -c $((size - 5)) "$1" && printf '\1\2\3\4\5' ;;
	esac
}

# heals URL: after damage to what the files folder/KEY hold, all is asked anew, and whole again.
heals() {
	machine b --remote "$1" <in >out 2>err
	assert_equal "$(calls)" 28
	paired in out
	assert_equal "$(entries b)" 28
	machine c --remote "$1" <in >out 2>>err
	assert_equal "$(calls)" 0
	paired in out
	NPC_CACHE_DIR=b run -0 npc-cache verify
	NPC_CACHE_DIR=c run -0 npc-cache verify
	assert_equal "$(cat err)" ''
}

@test "remote: garbage at an nginx: misses, put right" {
	start_dav
	requests 1 28 >in
	machine a --remote "$DAV_URL" <in >out
	assert_equal "$(calls)" 28
	local DAMAGED=0 file other=
	for file in dav/*; do
		cp "$file" kept
		damage kept "${other:-dav/$(ls dav | tail -n 1)}" >"$file"
		mv kept other
		other=other
	done
	heals "$DAV_URL"
}

@test "remote: garbage in a Redis: misses, put right" {
	start_redis
	requests 1 28 >in
	machine a --remote "$(redis_url)" <in >out
	assert_equal "$(calls)" 28
	mkdir kept
	local DAMAGED=0 key other=
	for key in $(cli keys '*'); do
		cli --raw get "$key" | head -c -1 >"kept/$key"
	done
	other=$(ls kept | tail -n 1)
	for key in $(ls kept); do
		damage "kept/$key" "kept/$other" >damaged
		cli -x set "$key" <damaged
		other=$key
	done
	heals "$(redis_url)"
}

@test "remote: what is no Redis, and what is none either" {
	start_server
	requests 1 30 >in
	machine a --remote "redis://${SERVER_URL#http://}" --remote-timeout 300ms <in >out 2>err
	assert_equal "$(calls)" 30
	paired in out
	assert_equal "$(lines err)" 1
	start_redis
	machine b --remote "http://127.0.0.1:$REDIS_PORT/" --remote-timeout 300ms <in >out 2>err
	assert_equal "$(calls)" 30
	paired in out
	assert_equal "$(lines err)" 1
}

@test "remote: a helper that speaks nonsense, ends, says nothing, or is not there" {
	mkdir bin
	PATH=$PWD/bin:$PATH
	printf '#!/bin/sh\nread -r line\necho hello\nexec cat >/dev/null\n' >bin/npc-cache-nonsense
	printf '#!/bin/sh\nread -r line\nexit 5\n' >bin/npc-cache-ends
	printf '#!/bin/sh\nexec cat >/dev/null\n' >bin/npc-cache-silent
	printf '#!/bin/sh\necho "npc-cache-wrong: no such place" >&2\nexit 2\n' >bin/npc-cache-wrong
	chmod +x bin/*
	requests 1 30 >in
	local name
	for name in nonsense ends silent wrong missing; do
		rm -rf a
		machine a --remote "$name://x" --remote-timeout 200ms <in >out 2>err
		assert_equal "$(calls)" 30
		paired in out
		assert_equal "$name: $(grep -c '^npc-cache: the remote: .*npc-cache-'"$name" err)" "$name: 1"
		assert_equal "$(remote a '[.hits, .misses, .puts]')" '[0,0,0]'
	done
	run -2 machine a --remote nonsense <in
	run -2 machine a --remote '' <in
}

@test "remote: somebody's own helper" {
	mkdir bin kept
	PATH=$PWD/bin:$PATH
	export KEPT=$PWD/kept
	# Half of a page of shell is enough.
	cat >bin/npc-cache-folder <<-'SH'
	#!/bin/bash
	while read -r verb number key length; do
		case $verb in
		get)
			if [ -e "$KEPT/$key" ]; then
				echo "hit $number $(stat -c %s "$KEPT/$key")"
				cat "$KEPT/$key"
				echo
			else
				echo "miss $number"
			fi
			;;
		put)
			dd bs=1 count="$length" of="$KEPT/$key" 2>/dev/null
			read -r
			echo "done $number"
			;;
		esac
	done
	SH
	chmod +x bin/*
	requests 1 5 >in
	machine a --remote folder://x <in >out
	assert_equal "$(calls) $(ls kept | wc -l)" '5 5'
	machine b --remote folder://x <in >out
	assert_equal "$(calls)" 0
	paired in out
}

@test "remote: a password is in no list of processes, output, file or message" {
	start_redis --requirepass s3cret-word
	requests 1 20 >in
	run -2 machine a --remote "redis://:s3cret-word@127.0.0.1:$REDIS_PORT" <in
	refute_output --partial s3cret
	export NPC_CACHE_REMOTE=redis+unix://:s3cret-word@$REDIS_SOCKET
	mkfifo more
	machine a <more >out 2>err 3>&- &
	local pid=$!
	exec 6>more
	cat in >&6
	until_true at_least 20 out
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -v requirepass >processes || true
	exec 6>&-
	wait "$pid"
	grep -q npc-cache-redis processes
	assert_equal "$(remote a .puts)" 20
	unset NPC_CACHE_REMOTE
	NPC_CACHE_REMOTE_PASSWORD=s3cret-word machine b --remote "$(redis_url)" <in >out.b 2>>err
	NPC_CACHE_REMOTE_PASSWORD=s3cret-wrong machine c --remote "$(redis_url)" <in >out.c 2>err.c
	assert_equal "$(calls)" 40
	grep -q 'refused the user or the password' err.c
	# Redis was told it on its command line, and has it in its log's folder nowhere.
	run -1 grep -rl 's3cret' processes out out.b out.c err err.c stats.a stats.b stats.c a b c calls
	assert_output ''
}

@test "remote: no helper is left behind" {
	start_redis
	requests 1 20 >in
	machine a --remote "$(redis_url)" <in >out
	no_helper
	local sig pid status
	mkfifo more
	for sig in TERM KILL; do
		machine b --remote "$(redis_url)" <more >out 2>err 3>&- &
		pid=$! status=0
		exec 6>more
		cat in >&6
		until_true at_least 20 out
		kill -$sig "$(running b)"
		wait "$pid" || status=$?
		exec 6>&-
		assert_equal "$status" "$((128 + $(kill -l $sig)))"
		until_true no_helper
	done
	machine c --remote "$(redis_url)" <in >out
	assert_equal "$(calls)" 20
}

@test "remote: npc-cache links none of it" {
	run -0 ldd "$(command -v npc-cache)"
	refute_output --regexp 'curl|hiredis|ssl'
}
