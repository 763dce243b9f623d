load helpers
load server

setup() {
	npc_setup
}

teardown() {
	stop_servers
}

# key N: 64 digits.
key() {
	printf '%064x' "$1"
}

# talk PROGRAM [ARG...]: a program to talk to.
talk() {
	mkfifo to
	"$@" <to >from 2>talk.err 3>&- &
	TALK_PID=$!
	exec 7>to
}

# ask COMMAND [ARG...]: what it answers; an answer is written at once.
ask() {
	local i before
	before=$(lines from)
	printf "$1\n" "${@:2}" >&7
	for ((i = 0; i < 1000; i++)); do
		[ "$(lines from)" -eq "$before" ] || break
		sleep 0.01
	done
	tail -n +$((before + 1)) from
}

# sees_the_end: until it has closed its connection.
sees_the_end() {
	local i
	for ((i = 0; i < 1000; i++)); do
		[[ $(readlink "/proc/$TALK_PID/fd"/*) == *socket:* ]] || return 0
		sleep 0.01
	done
	return 1
}

hang_up() {
	exec 7>&-
	wait "$TALK_PID"
}

# commands: two of each; nothing is there before.
commands() {
	printf 'get 1 %s\nput 2 %s 5\nhello\nget 3 %s\nput 18446744073709551615 %s 0\n\nget 5 %s\n' \
		"$(key 1)" "$(key 1)" "$(key 1)" "$(key 2)" "$(key 2)"
}

# has_manners PROGRAM URL: what both programs do alike.
has_manners() {
	run -0 "$1" "$2" </dev/null
	assert_output ''
	run -0 "$1" --help
	assert_line --index 0 --partial "usage: $1"
	run -0 "$1" -V
	assert_output --regexp "^$1 [0-9]+\.[0-9]+\.[0-9]+$"
	run -2 "$1" --no-such-option
	assert_line --partial "usage: $1"
	run -2 "$1" </dev/null
	assert_output --partial NPC_CACHE_REMOTE
	run -2 "$1" "$2" "$2"
	run -2 "$1" nonsense
	run -2 "$1" ftp://localhost/
	run -2 "$1" --timeout 0 "$2"
	assert_output --partial '--timeout'
	run -3 sh -c "printf 'get 1 $(key 1)\n' | \"\$@\" >/dev/full" sh "$1" "$2"
	assert_output --partial 'standard output: cannot write'
	run -0 --separate-stderr "$1" --stats - "$2" </dev/null
	jq -e '.gets == 0 and .failed == 0' <<<"$stderr"
}

# speaks_plainly PROGRAM URL: the protocol, as somebody else would write it.
speaks_plainly() {
	commands >commands
	talk "$1" "$2"
	assert_equal "$(ask 'get 1 %s' "$(key 1)")" 'miss 1'
	assert_equal "$(ask 'put 2 %s 5\nhello' "$(key 1)")" 'done 2'
	assert_equal "$(ask 'get 3 %s' "$(key 1)")" "$(printf 'hit 3 5\nhello')"
	assert_equal "$(ask 'put 18446744073709551615 %s 0\n' "$(key 2)")" 'done 18446744073709551615'
	assert_equal "$(ask 'get 0 %s' "$(key 2)")" 'hit 0 0'
	hang_up
	assert_equal "$(cat talk.err)" ''
	# Any bytes, from a file, as many as no pipe holds.
	head -c 3000000 /dev/urandom >entry
	{ printf 'put 1 %s 3000000\n' "$(key 3)" && cat entry && echo; } >file
	run -0 "$1" "$2" <file
	assert_output 'done 1'
	printf 'get 1 %s\n' "$(key 3)" | "$1" "$2" >got
	{ echo 'hit 1 3000000' && cat entry && echo; } >want
	cmp got want
}

# refuses_nonsense PROGRAM URL: what came before is answered.
refuses_nonsense() {
	local bad
	for bad in 'x\n' 'get 2\n' 'miss 2\n' 'get 2 %s' 'put 2 %s 9\nhello\n' 'put 2 %s 67108865\n' 'put 2 %s 1\nhello\n'; do
		run -3 --separate-stderr bash -c 'printf "get 1 $2\n$1" "$2" | "${@:3}"' bash "$bad" "$(key 9)" "$1" "$2"
		assert_equal "$bad: $output" "$bad: miss 1"
		assert_regex "$stderr" '^npc-cache-.*: standard input: .'
	done
	head -c 600 /dev/zero | tr '\0' x >long
	run -3 --separate-stderr "$1" "$2" <long
}

@test "helpers: npc-cache-redis: manners" {
	start_redis
	has_manners npc-cache-redis "$(redis_url)"
	run -2 npc-cache-redis http://localhost
}

@test "helpers: npc-cache-redis: the protocol" {
	start_redis
	speaks_plainly npc-cache-redis "$(redis_url)"
	assert_equal "$(cli get "npc:v1:$(key 1)")" hello
	refuses_nonsense npc-cache-redis "$(redis_url)"
	cli del "npc:v1:$(key 1)" "npc:v1:$(key 2)"
	rm -f to from
	speaks_plainly npc-cache-redis "redis://127.0.0.1:$REDIS_PORT"
}

@test "helpers: npc-cache-redis: database and ttl" {
	start_redis
	commands >commands
	run -0 npc-cache-redis "$(redis_url)?db=3&ttl=1h" <commands
	assert_equal "$(cli -n 3 dbsize)" 2
	assert_equal "$(cli dbsize)" 0
	[ "$(cli -n 3 ttl "npc:v1:$(key 1)")" -gt 3500 ]
	run -0 npc-cache-redis "redis://127.0.0.1:$REDIS_PORT/2" <commands
	assert_equal "$(cli -n 2 ttl "npc:v1:$(key 1)")" -1
	run -1 npc-cache-redis "$(redis_url)?db=4711" <commands
	assert_line --index 0 --regexp '^failed 1 .*: the server refused the database'
	assert_equal "$(grep -c ^failed <<<"$output")" 5
}

@test "helpers: npc-cache-redis: passwords, from where, and nowhere else" {
	start_redis --requirepass s3cret --user me on '>hidd3n' '~*' '&*' '+@all'
	commands >commands
	run -2 npc-cache-redis "redis://:s3cret@127.0.0.1:$REDIS_PORT" <commands
	refute_output --partial s3cret
	run -1 npc-cache-redis "$(redis_url)" <commands
	assert_line --index 0 --partial 'NOAUTH'
	NPC_CACHE_REMOTE=redis+unix://:s3cret@$REDIS_SOCKET run -0 npc-cache-redis <commands
	NPC_CACHE_REMOTE_PASSWORD=s3cret run -0 npc-cache-redis "$(redis_url)" <commands
	NPC_CACHE_REMOTE=redis://me:hidd3n@127.0.0.1:$REDIS_PORT run -0 npc-cache-redis <commands
	NPC_CACHE_REMOTE_PASSWORD=hidd3n run -0 npc-cache-redis "redis://me@127.0.0.1:$REDIS_PORT" <commands
	mkdir -p config/npc
	printf 'NPC_CACHE_REMOTE=redis+unix://%s\nNPC_CACHE_REMOTE_PASSWORD=s3cret\n' "$REDIS_SOCKET" >config/npc/config
	run -0 npc-cache-redis <commands
	rm -r config
	NPC_CACHE_REMOTE_PASSWORD=wr0ng run -1 npc-cache-redis "$(redis_url)" <commands
	assert_line --index 0 --partial 'the server refused the user or the password'
	refute_output --partial wr0ng
	export NPC_CACHE_REMOTE=redis+unix://:s3cret@$REDIS_SOCKET
	talk npc-cache-redis
	ask 'get 1 %s' "$(key 1)"
	grep -zq npc-cache-redis "/proc/$TALK_PID/cmdline"
	run -1 grep -c s3cret "/proc/$TALK_PID/cmdline"
	hang_up
}

@test "helpers: npc-cache-redis: a server that is not there, and comes back" {
	start_redis
	talk npc-cache-redis "$(redis_url)"
	assert_equal "$(ask 'get 1 %s' "$(key 1)")" 'miss 1'
	# One that only closes a connection is called again.
	cli client kill type normal
	sees_the_end
	assert_equal "$(ask 'get 1 %s' "$(key 1)")" 'miss 1'
	kill_server "$REDIS_PID"
	# The end of the connection may be seen with the command, or before.
	assert_regex "$(ask 'get 2 %s' "$(key 1)")" '^failed 2 .*socket: '
	rm -f "$REDIS_SOCKET"
	local begun=$EPOCHREALTIME
	assert_regex "$(ask 'get 3 %s' "$(key 1)")" '^failed 3 .*socket: '
	redis-server --port 0 --unixsocket "$REDIS_SOCKET" --save '' --dir "$PWD" >log 2>&1 3>&- 7>&- &
	REDIS_PID=$!
	SERVER_PIDS+=("$REDIS_PID")
	wait_for_redis log "$REDIS_PID"
	local i said
	for ((i = 0; i < 200; i++)); do
		said=$(ask 'put 4 %s 1\nx' "$(key 1)")
		[ "$said" != 'done 4' ] || break
		sleep 0.05
	done
	assert_equal "$said" 'done 4'
	local status=0
	hang_up || status=$?
	assert_equal "$status" 1
}

@test "helpers: npc-cache-redis: a server that says nothing" {
	start_redis
	talk npc-cache-redis --timeout 500ms "redis://127.0.0.1:$REDIS_PORT"
	assert_equal "$(ask 'get 1 %s' "$(key 1)")" 'miss 1'
	kill -STOP "$REDIS_PID"
	assert_regex "$(ask 'get 2 %s' "$(key 1)")" '^failed 2 127\.0\.0\.1:.*: no answer for 0.5 s'
	kill -CONT "$REDIS_PID"
	local i said
	for ((i = 0; i < 200; i++)); do
		said=$(ask 'get 3 %s' "$(key 1)")
		[ "$said" != 'miss 3' ] || break
		sleep 0.05
	done
	assert_equal "$said" 'miss 3'
	hang_up || true
}

@test "helpers: npc-cache-redis: a server that is none, or refuses" {
	start_server
	commands >commands
	run -1 npc-cache-redis "redis://${SERVER_URL#http://}" <commands
	assert_equal "$(grep -c ^failed <<<"$output")" 5
	assert_line --index 0 --regexp '^failed 1 127\.0\.0\.1:[0-9]+: (no answer of a Redis|the server closed the connection|.*reset)'
	run -1 npc-cache-redis redis://127.0.0.1:1 <commands
	assert_line --index 0 --partial 'Connection refused'
	run -1 npc-cache-redis redis+unix:///nowhere/socket <commands
	assert_line --index 0 --partial '/nowhere/socket: cannot connect: No such file'
	start_redis --maxmemory 1
	run -1 npc-cache-redis "$(redis_url)" <commands
	assert_equal "$(grep -c '^failed .*OOM' <<<"$output")" 2
	assert_equal "$(grep -c ^miss <<<"$output")" 3
	cli config set maxmemory 0
	cli lpush "npc:v1:$(key 1)" x
	run -1 npc-cache-redis "$(redis_url)" <<<"get 1 $(key 1)"
	assert_output --partial 'WRONGTYPE'
}

@test "helpers: npc-cache-redis: memory, when nobody takes what there is" {
	! ldd "$(command -v npc-cache-redis)" | grep -q asan || skip 'a sanitizer keeps what was freed'
	start_redis
	head -c 100000 /dev/urandom | base64 -w 0 | head -c 100000 >entry
	{ printf 'put 0 %s 100000\n' "$(key 0)" && cat entry && echo; } >one
	run -0 npc-cache-redis "$(redis_url)" <one
	# 200 MB of puts to a server that stands still.
	kill -STOP "$REDIS_PID"
	local i
	for ((i = 0; i < 100; i++)); do cat one; done >hundred
	for ((i = 0; i < 20; i++)); do cat hundred; done |
		npc-cache-redis --timeout 1s --stats stats "$(redis_url)" >out || [ $? -eq 1 ]
	kill -CONT "$REDIS_PID"
	jq -e '.puts == 2000 and .done + .failed == 2000 and .peak_memory_bytes < 50e6' stats
	# 200 MB of hits for a reader that sleeps.
	mkfifo slow
	for ((i = 0; i < 2000; i++)); do printf 'get %d %064x\n' "$i" 0; done >gets
	npc-cache-redis --stats stats "$(redis_url)" <gets >slow 3>&- &
	local pid=$!
	exec 6<slow
	local before=-1 now=0
	while [ "$before" != "$now" ]; do
		before=$now
		sleep 0.1
		now=$(cli info commandstats | sed -n 's/^cmdstat_get:calls=\([0-9]*\).*/\1/p')
	done
	[ "$now" -lt 1900 ]
	assert_equal "$(grep -c '^hit ' <&6)" 2000
	wait "$pid"
	jq -e '.hits == 2000 and .peak_memory_bytes < 200e6' stats
}

@test "helpers: npc-cache-http: manners" {
	start_dav
	has_manners npc-cache-http "$DAV_URL"
	run -2 npc-cache-http redis://localhost
}

@test "helpers: npc-cache-http: the protocol, with nginx" {
	start_dav
	speaks_plainly npc-cache-http "$DAV_URL/a/b/?x=y"
	assert_equal "$(cat "dav/a/b/$(key 1)")" hello
	grep -qF "GET /a/b/$(key 1)?x=y " access.log
	refuses_nonsense npc-cache-http "$DAV_URL"
}

@test "helpers: npc-cache-http: many at once" {
	start_dav
	local i
	for ((i = 1; i <= 1000; i++)); do printf 'put %d %064x 5\n%05d\n' "$i" "$i" "$i"; done >puts
	for ((i = 1; i <= 1000; i++)); do printf 'get %d %064x\n' "$i" "$i"; done >gets
	npc-cache-http "$DAV_URL" <puts | sort >out
	assert_equal "$(sed 's/done //' out | sort -n)" "$(seq 1000)"
	npc-cache-http "$DAV_URL" <gets | paste -d ' ' - - | sort -k 2n >out
	assert_equal "$(<out)" "$(for ((i = 1; i <= 1000; i++)); do printf 'hit %d 5 %05d\n' "$i" "$i"; done)"
}

@test "helpers: npc-cache-http: what a server may say" {
	start_dav '
		location /gone/ { return 410; }
		location /empty/ { return 204; }
		location /conflict/ { return 409; }
		location /broken/ { return 500; }
		location /forbidden/ { return 403; }
		location /moved/ { return 307 http://127.0.0.1:PORT/elsewhere/; }
		location /cut/ { return 444; }'
	commands | head -n 3 >commands
	local said
	while read -r said; do
		run npc-cache-http "$DAV_URL/${said%%:*}" <commands
		assert_equal "${said%%:*}:$(sort <<<"$output" | sed 's/(.*)//; s/ *$//' | paste -s -d ',')" "$said"
	done <<-END
		gone:failed 2 the server says 410,miss 1
		empty:done 2,failed 1 the server says 204
		conflict:failed 1 the server says 409,failed 2 the server says 409
		broken:failed 1 the server says 500,failed 2 the server says 500
		forbidden:failed 1 the server says 403,failed 2 the server says 403
		moved:failed 1 the server says 307,failed 2 the server says 307
		cut:failed 1 Empty reply from server,failed 2 Empty reply from server
	END
	run -1 npc-cache-http http://127.0.0.1:1/ <commands
	assert_line --partial "Couldn't connect"
	assert [ ! -e dav/elsewhere ]
}

@test "helpers: npc-cache-http: an entry that is too long" {
	start_dav
	head -c 67108865 /dev/zero >"dav/$(key 1)"
	head -c 67108864 /dev/zero >"dav/$(key 2)"
	printf 'get 1 %s\nget 2 %s\n' "$(key 1)" "$(key 2)" | npc-cache-http --timeout 60s "$DAV_URL" >out || [ $? -eq 1 ]
	assert_equal "$(grep -a -c '^failed 1 the answer is longer than 67108864 bytes' out)" 1
	assert_equal "$(grep -a -c '^hit 2 67108864' out)" 1
}

@test "helpers: npc-cache-http: credentials" {
	start_dav '
		location /bearer/ {
			if ($http_authorization != "Bearer s3cret-t0ken") { return 401; }
			alias '"$PWD"'/dav/;
			dav_methods PUT;
		}
		location /basic/ {
			if ($http_authorization != "Basic bWU6czNjcmV0") { return 401; }
			alias '"$PWD"'/dav/;
			dav_methods PUT;
		}'
	commands | head -n 3 >commands
	run -2 npc-cache-http "http://me:s3cret@127.0.0.1:$NGINX_PORT/basic" <commands
	refute_output --partial s3cret
	run -1 npc-cache-http "$DAV_URL/basic" <commands
	assert_output --partial 'the server says 401 (is that the right password'
	NPC_CACHE_REMOTE=http://me:s3cret@127.0.0.1:$NGINX_PORT/basic run -0 npc-cache-http <commands
	NPC_CACHE_REMOTE_PASSWORD=s3cret run -0 npc-cache-http "http://me@127.0.0.1:$NGINX_PORT/basic" <commands
	NPC_CACHE_REMOTE_TOKEN=s3cret-t0ken run -0 npc-cache-http "$DAV_URL/bearer" <commands
	NPC_CACHE_REMOTE_TOKEN=$'s3cret\r\nX: y' run -2 npc-cache-http "$DAV_URL/bearer" <commands
	refute_output --partial s3cret
}

@test "helpers: npc-cache-http: TLS is verified" {
	mkdir -p tls dav
	make_certificates "$PWD/tls"
	start_nginx "server {
		listen 127.0.0.1:PORT ssl;
		ssl_certificate $PWD/tls/cert.pem;
		ssl_certificate_key $PWD/tls/key.pem;
		location / { root $PWD/dav; dav_methods PUT; create_full_put_path on; }
	}"
	commands | head -n 3 >commands
	run -1 npc-cache-http "https://127.0.0.1:$NGINX_PORT/" <commands
	assert_output --partial 'certificate'
	NPC_CACHE_REMOTE_CACERT=$PWD/tls/ca.pem run -0 npc-cache-http "https://127.0.0.1:$NGINX_PORT/" <commands
	SSL_CERT_FILE=$PWD/tls/ca.pem run -0 npc-cache-http "https://localhost:$NGINX_PORT/" <commands
	run -1 npc-cache-http "http://127.0.0.1:$NGINX_PORT/" <commands
}

@test "helpers: npc-cache-http: a server that says nothing" {
	start_server --latency 30s
	printf 'get %s '"$(key 1)"'\n' 1 2 3 >commands
	run -1 npc-cache-http --timeout 200ms "$SERVER_URL/v1" <commands
	assert_equal "$(grep -c ^failed <<<"$output")" 3
}
