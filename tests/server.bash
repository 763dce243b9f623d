# Servers for tests: our own, that misbehaves on demand (tests/server, `server --help`), nginx in
# front of it, and a Redis. Everything listens on 127.0.0.1, on a port that is free, and ends with its test.
#
#	load helpers
#	load server
#	start_server --latency 20ms --fault 429=0.1 --log log
#	npc-llm -u "$SERVER_URL/v1" …
#	assert_equal "$(server_stats .requests)" 10
#	teardown() { stop_servers; }
#
# Needs ROOT and OBJ as npc_setup leaves them. Files go to SERVER_DIR, or to the test's own folder.

SERVER_PIDS=()

# server_dir NAME: a new folder for what a server needs.
server_dir() {
	mktemp -d "${SERVER_DIR:-$BATS_TEST_TMPDIR}/$1.XXXXXX"
}

# server_program: our server.
server_program() {
	case ${OBJ:-build} in
	/*) echo "$OBJ/tests/server/server" ;;
	*) echo "$ROOT/${OBJ:-build}/tests/server/server" ;;
	esac
}

# wait_for_file FILE PID: until FILE has something in it. Fails when PID ends, or after 10 s.
wait_for_file() {
	local i
	for ((i = 0; i < 1000; i++)); do
		[ -s "$1" ] && return
		kill -0 "$2" 2>/dev/null || break
		sleep 0.01
	done
	echo "a server did not start" >&2
	return 1
}

# start_server [OPTION...]: sets SERVER_URL (without /v1) and SERVER_PID.
start_server() {
	local dir
	dir=$(server_dir server)
	"$(server_program)" --exit-with-parent --port-file "$dir/url" "$@" 3>&- &
	SERVER_PID=$!
	SERVER_PIDS+=("$SERVER_PID")
	wait_for_file "$dir/url" "$SERVER_PID" || return
	SERVER_URL=$(<"$dir/url")
	export SERVER_URL
}

# stop_server [PID]: ends one, the last unless told, and gives its exit status.
stop_server() {
	local pid=${1:-$SERVER_PID}
	kill "$pid" 2>/dev/null
	wait "$pid"
}

# kill_server [PID]: as a crash would. `start_server --port "${SERVER_URL##*:}"` brings it back.
kill_server() {
	local pid=${1:-$SERVER_PID}
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null || true
}

# stop_servers: all that were started here; for teardown.
stop_servers() {
	local pid
	for pid in "${SERVER_PIDS[@]}"; do
		# One that is stopped would not hear it; afterwards, the leak sanitizer stops it itself.
		kill -CONT "$pid" 2>/dev/null || continue
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
	SERVER_PIDS=()
}

# server_stats [FILTER]: what jq's FILTER makes of the server's counts.
server_stats() {
	curl -sS --max-time 10 "$SERVER_URL/stats" | jq -c "${1:-.}"
}

# server_stats_until FILTER: waits until the filter says true; fails after 10 s.
server_stats_until() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ "$(server_stats "$1")" != true ] || return 0
		sleep 0.02
	done
	echo "never true: $1: $(server_stats)" >&2
	return 1
}

# server_reset: begins the counts anew.
server_reset() {
	curl -sS --max-time 10 -o "${SERVER_DIR:-$BATS_TEST_TMPDIR}/reset" -X POST "$SERVER_URL/stats/reset"
}

# body_digests <REQUEST-LINES: lines of {"custom_id","digest"}, as the server echoes digests.
body_digests() {
	"$(server_program)" --digest
}

# has_started FILE PID: the server that this is has written its file, and is stopped with the others; else
# it is gone.
has_started() {
	if wait_for_file "$1" "$2" 2>/dev/null; then
		SERVER_PIDS+=("$2")
		return
	fi
	kill "$2" 2>/dev/null
	wait "$2" 2>/dev/null
	return 1
}

# start_nginx HTTP-BLOCK: nginx with that in its http block, where PORT stands for the port.
# nginx cannot be given any free port, so ports are tried until one is free. Sets NGINX_PORT.
start_nginx() {
	local dir try
	dir=$(server_dir nginx)
	for ((try = 0; try < 20; try++)); do
		NGINX_PORT=$((20000 + RANDOM % 12000))
		! (exec 4<>"/dev/tcp/127.0.0.1/$NGINX_PORT") 2>/dev/null || continue
		nginx_config "$dir" "${1//PORT/$NGINX_PORT}" >"$dir/nginx.conf"
		setpriv --pdeathsig TERM nginx -p "$dir" -e "$dir/error.log" -c "$dir/nginx.conf" \
			>"$dir/out" 2>&1 3>&- &
		has_started "$dir/pid" $! && return
	done
	cat "$dir/out" "$dir/error.log" >&2
	return 1
}

# nginx_config DIR HTTP-BLOCK: on stdout.
nginx_config() {
	[ "$(id -u)" -ne 0 ] || echo "user root;"
	cat <<-CONF
		daemon off;
		worker_processes 1;
		pid $1/pid;
		error_log $1/error.log;
		events {
			worker_connections 4096;
		}
		http {
			access_log off;
			client_body_temp_path $1/body;
			proxy_temp_path $1/proxy;
			fastcgi_temp_path $1/fastcgi;
			uwsgi_temp_path $1/uwsgi;
			scgi_temp_path $1/scgi;
			client_max_body_size 64m;
			keepalive_requests 1000000000;
			keepalive_timeout 600s;
			$2
		}
	CONF
}

# start_redis [OPTION...]: a Redis that keeps nothing. Sets REDIS_SOCKET, REDIS_PORT and REDIS_PID.
# It cannot be given any free port either.
start_redis() {
	local dir try
	dir=$(server_dir redis)
	REDIS_SOCKET=$dir/socket
	for ((try = 0; try < 20; try++)); do
		REDIS_PORT=$((20000 + RANDOM % 12000))
		setpriv --pdeathsig TERM redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --unixsocket "$REDIS_SOCKET" \
			--save '' --appendonly no --dir "$dir" --pidfile "$dir/pid" "$@" >"$dir/log" 2>&1 3>&- &
		REDIS_PID=$!
		SERVER_PIDS+=("$REDIS_PID")
		! wait_for_redis "$dir/log" "$REDIS_PID" || return 0
		wait "$REDIS_PID" 2>/dev/null || true
	done
	cat "$dir/log" >&2
	return 1
}

# wait_for_redis LOG PID: until it says that it is ready. Fails when PID ends, or after 10 s.
wait_for_redis() {
	local i
	for ((i = 0; i < 1000; i++)); do
		! grep -q 'eady to accept connections' "$1" 2>/dev/null || return 0
		kill -0 "$2" 2>/dev/null || return 1
		sleep 0.01
	done
	return 1
}

# redis_url: of the Redis that was started.
redis_url() {
	echo "redis+unix://$REDIS_SOCKET"
}

# cli ARG...: asks it, as somebody else would.
cli() {
	redis-cli -s "$REDIS_SOCKET" "$@"
}

# start_dav [DIRECTIVE...]: nginx that keeps what is put to it in folder dav. Sets DAV_URL.
start_dav() {
	mkdir -p dav
	start_nginx "server {
		listen 127.0.0.1:PORT;
		access_log $PWD/access.log;
		$*
		location / {
			root $PWD/dav;
			dav_methods PUT;
			create_full_put_path on;
		}
	}"
	DAV_URL=http://127.0.0.1:$NGINX_PORT
}

# start_sshd NAME=VALUE...: an sshd with keys of its own, whose sessions have these in their environment.
# Sets SSHD_PORT; SSH_KEY is what lets one in. It cannot be given any free port either.
start_sshd() {
	local dir try
	dir=$(server_dir sshd)
	SSH_KEY=${SERVER_DIR:-$BATS_TEST_TMPDIR}/ssh.key
	[ -f "$SSH_KEY" ] || ssh-keygen -q -t ed25519 -N '' -f "$SSH_KEY"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host"
	# What the service's own start does.
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	for ((try = 0; try < 20; try++)); do
		SSHD_PORT=$((20000 + RANDOM % 12000))
		! (exec 4<>"/dev/tcp/127.0.0.1/$SSHD_PORT") 2>/dev/null || continue
		printf '%s\n' "Port $SSHD_PORT" 'ListenAddress 127.0.0.1' "HostKey $dir/host" "PidFile $dir/pid" \
			"AuthorizedKeysFile $SSH_KEY.pub" 'StrictModes no' 'UsePAM no' 'PasswordAuthentication no' 'LogLevel VERBOSE' \
			"SetEnv ${*@Q}" >"$dir/config"
		setpriv --pdeathsig TERM /usr/sbin/sshd -D -E "$dir/log" -f "$dir/config" >"$dir/out" 2>&1 3>&- &
		has_started "$dir/pid" $! && return
	done
	cat "$dir/out" "$dir/log" >&2
	return 1
}

# pids_of PATTERN: of the processes whose arguments, with blanks between them, match it.
pids_of() {
	local file words
	for file in /proc/[0-9]*/cmdline; do
		mapfile -t -d '' words <"$file" 2>/dev/null || continue
		[[ ! ${words[*]} =~ $1 ]] || basename "${file%/cmdline}"
	done
}

# make_certificates DIR: ca.pem, and cert.pem and key.pem for 127.0.0.1 and localhost, for a day.
make_certificates() {
	local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
	if ! {
		openssl req -x509 "${curve[@]}" -days 1 -subj "/CN=Test CA" -keyout "$1/ca.key" -out "$1/ca.pem" &&
			openssl req "${curve[@]}" -subj "/CN=localhost" -keyout "$1/key.pem" -out "$1/cert.csr" &&
			openssl x509 -req -days 1 -in "$1/cert.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
				-extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost") -out "$1/cert.pem"
	} 2>"$1/openssl.log"; then
		cat "$1/openssl.log" >&2
		return 1
	fi
}

# start_tls [DIRECTIVE...]: nginx in front of the server, HTTP/1.1 and HTTP/2 (by ALPN); directives
# go into its server block. Sets TLS_URL and TLS_CA.
start_tls() {
	local dir
	dir=$(server_dir tls)
	make_certificates "$dir" || return
	start_nginx "
		upstream behind { server ${SERVER_URL#http://}; keepalive 256; keepalive_requests 1000000000; }
		server {
			listen 127.0.0.1:PORT ssl http2;
			ssl_certificate $dir/cert.pem;
			ssl_certificate_key $dir/key.pem;
			http2_max_concurrent_streams 1024;
			$*
			location / {
				proxy_pass http://behind;
				proxy_http_version 1.1;
				proxy_set_header Connection '';
				proxy_buffering off;
				proxy_request_buffering off;
				proxy_next_upstream off;
				proxy_read_timeout 600s;
			}
		}" || return
	TLS_URL=https://127.0.0.1:$NGINX_PORT
	TLS_CA=$dir/ca.pem
	export TLS_URL TLS_CA
}
