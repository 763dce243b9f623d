#!/usr/bin/env bash
# npc-llm beside its peers, all in one run on the same work: requests and answers of 1.5 KB, a
# static server (nginx) that is not the bottleneck. A bare libcurl loop that looks at nothing,
# aiohttp, and the openai package with p-limit. Prints medians and ratios; judges nothing.
#
#	tests/bench/llm.sh [-n CALLS] [-r RUNS] [-s server|static|tls] [-l LATENCY] [-j 'N N N']
#
# -s server is our own server; with -l it takes that long for each answer, and the time over the
# ideal (calls / N * LATENCY) is printed; a spread (50ms-2s) has none. OBJ is the folder of what was built. A peer that is not
# there is named and passed over. npm packages go into NODE_CACHE (~/.cache/npc-bench unless set).
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
export ROOT OBJ=${OBJ:-build}
here=$ROOT/tests/bench/llm
SERVER_DIR=$(mktemp -d)
# shellcheck source=tests/server.bash
. "$ROOT/tests/server.bash"
trap 'stop_servers; rm -rf "$SERVER_DIR"' EXIT
unset "${!NPC_@}" "${!OPENAI_@}" SSL_CERT_FILE
export LC_ALL=C XDG_CONFIG_HOME=$SERVER_DIR/config

calls=20000 runs=3 kind=static latency='' widths='5 32 256'
while getopts n:r:s:l:j: opt; do
	case $opt in
	n) calls=$OPTARG ;;
	r) runs=$OPTARG ;;
	s) kind=$OPTARG ;;
	l) latency=$OPTARG kind=server ;;
	j) widths=$OPTARG ;;
	*) exit 2 ;;
	esac
done
case $OBJ in
/*) built=$OBJ ;;
*) built=$ROOT/$OBJ ;;
esac

# make_requests N: lines whose bodies are about 1.5 KB.
make_requests() {
	local words
	words=$(yes 'a miller of few words' | head -n 60 | paste -s -d ' ')
	awk -v n="$1" -v words="$words" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "{\"custom_id\":\"n%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"%s\"},{\"role\":\"user\",\"content\":\"Number %d, please.\"}],\"temperature\":1}}\n", i, words, i
	}'
}

# static_answer: what the static server says, about 1.5 KB and without a backslash.
static_answer() {
	local words
	words=$(yes 'the mill stands still' | head -n 54 | paste -s -d ' ')
	printf '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":340,"completion_tokens":300,"total_tokens":640}}' "$words"
}

# start_static [tls]: sets BASE.
start_static() {
	local place
	place="location / { default_type application/json; return 200 '$(static_answer)'; }"
	if [ "${1:-}" = tls ]; then
		make_certificates "$SERVER_DIR"
		start_nginx "server { listen 127.0.0.1:PORT ssl; ssl_certificate $SERVER_DIR/cert.pem;
			ssl_certificate_key $SERVER_DIR/key.pem; $place }"
		BASE=https://127.0.0.1:$NGINX_PORT
		export NODE_EXTRA_CA_CERTS=$SERVER_DIR/ca.pem SSL_CERT_FILE=$SERVER_DIR/ca.pem
	else
		start_nginx "server { listen 127.0.0.1:PORT reuseport backlog=4096; $place }"
		BASE=http://127.0.0.1:$NGINX_PORT
	fi
}

start_kind() {
	case $kind in
	static) start_static ;;
	tls) start_static tls ;;
	server)
		printf '%s' "$(static_answer)" >"$SERVER_DIR/words"
		start_server --content "$SERVER_DIR/words" ${latency:+--latency "$latency"}
		BASE=$SERVER_URL
		;;
	*) exit 2 ;;
	esac
}

# node_ready: installs the packages once, outside the tree. ES modules are found from where the
# script stands, so it is copied there.
node_ready() {
	NODE_CACHE=${NODE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/npc-bench}
	command -v node >/dev/null && command -v npm >/dev/null || return 1
	mkdir -p "$NODE_CACHE"
	[ -d "$NODE_CACHE/node_modules/p-limit" ] ||
		npm install --silent --no-audit --no-fund --prefix "$NODE_CACHE" openai p-limit >"$SERVER_DIR/npm" 2>&1 || return 1
	cp "$here/openai-p-limit.mjs" "$NODE_CACHE/"
}

# peers: NAME SHARE, SHARE being the part of the calls that it makes: slow ones need no more,
# unless it is the waiting that is measured.
peers() {
	local slow=5
	[ -z "$latency" ] || slow=1
	echo curl-loop 1
	if [ -x "$built/npc-llm" ]; then
		echo npc-llm 1
	else
		echo "llm.sh: npc-llm is not built, passed over" >&2
	fi
	if /usr/bin/python3 -c 'import aiohttp' 2>/dev/null; then
		echo "aiohttp $slow"
	else
		echo "llm.sh: python3-aiohttp is not installed, passed over" >&2
	fi
	if node_ready; then
		echo "openai $slow"
	else
		echo "llm.sh: the openai package cannot be had, passed over" >&2
	fi
}

# run_peer NAME N FILE: what measure.py says of it.
run_peer() {
	local measure=(/usr/bin/python3 "$here/measure.py") insecure=()
	[ "$kind" != tls ] || insecure=(-k)
	# shellcheck disable=SC2016 # the inner shell's own parameters
	case $1 in
	curl-loop) "${measure[@]}" "$built/tests/bench/llm/curl-loop" "${insecure[@]}" -j "$2" -u "$BASE/v1/chat/completions" "$3" ;;
	npc-llm) "${measure[@]}" sh -c 'exec "$1" -j "$2" -u "$3/v1" ${4:+--cacert "$4"} "$5" >"$6"' sh "$built/npc-llm" "$2" \
		"$BASE" "${SSL_CERT_FILE:-}" "$3" "$SERVER_DIR/out" ;;
	aiohttp) "${measure[@]}" /usr/bin/python3 "$here/aiohttp-loop.py" -j "$2" -u "$BASE/v1/chat/completions" "$3" ;;
	openai) "${measure[@]}" node "$NODE_CACHE/openai-p-limit.mjs" -j "$2" -u "$BASE/v1" "$3" ;;
	esac
}

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# row NAME N SHARE: one line of the table, from the runs' figures.
row() {
	local file=$SERVER_DIR/$1.$2 seconds=''
	# A spread has no ideal that is known.
	case $latency in
	*-*) seconds=0 ;;
	?*) seconds=$(awk -v t="$latency" 'BEGIN {print t ~ /ms$/ ? t / 1000 : t + 0}') ;;
	esac
	awk -v name="$1" -v at="$2" -v calls=$((calls / $3)) -v wall="$(cut -d ' ' -f 1 "$file" | median)" \
		-v cpu="$(cut -d ' ' -f 2 "$file" | median)" -v mem="$(cut -d ' ' -f 3 "$file" | median)" \
		-v latency="$seconds" -v said="$(tail -n 1 "$file" | cut -d ' ' -f 4-)" 'BEGIN {
			printf "%-10s %4d %9.0f %9.4f %8.1f", name, at, calls / wall, cpu / calls * 1000, mem / 1024
			if (latency != "")
				printf " %7s", (latency > 0 ? sprintf("%.3f", wall / (int((calls + at - 1) / at) * latency)) : "-")
			printf "   %s\n", said
			printf "%s %d %f %f\n", name, at, calls / wall, cpu / calls * 1000 >>"'"$SERVER_DIR/rates"'"
		}'
}

# ratios: npc-llm to the others, in calls a second and in processor time.
ratios() {
	awk '{rate[$2, $1] = $3; cpu[$2, $1] = $4; if (!($2 in seen)) {seen[$2]; at[++n] = $2}; names[$1]}
		END {
			for (i = 1; i <= n; i++)
				for (name in names)
					if (name != "npc-llm" && (at[i], "npc-llm") in rate)
						printf "npc-llm to %-10s at -j %3d: %6.2f times the calls a second, %5.2f times the processor time\n",
							name, at[i], rate[at[i], "npc-llm"] / rate[at[i], name], cpu[at[i], "npc-llm"] / cpu[at[i], name]
		}' "$SERVER_DIR/rates"
}

# starts COMMAND: wall seconds of a loop of 200 starts.
starts() {
	local i
	TIMEFORMAT=%R
	for ((i = 0; i < runs; i++)); do
		{ time bash -c "for i in {1..200}; do $1 >/dev/null; done"; } 2>&1
	done | median
}

# start_ratio: on empty input, beside curl.
start_ratio() {
	awk -v a="$(starts "$built/npc-llm -u $BASE/v1 /dev/null")" -v b="$(starts 'curl --version')" \
		'BEGIN {printf "\nStarting and ending on empty input: %.2f ms, %.2f times curl --version\n", a * 5, a / b}'
}

# memory: of a thousand calls and of a hundred thousand, in KiB.
memory() {
	local n
	echo
	for n in 1000 100000; do
		make_requests "$n" | "$built/npc-llm" -j 256 -u "$BASE/v1" ${SSL_CERT_FILE:+--cacert "$SSL_CERT_FILE"} \
			--stats "$SERVER_DIR/stats" >"$SERVER_DIR/out"
		echo "Peak memory of $n calls at -j 256: $(($(jq .peak_memory_bytes "$SERVER_DIR/stats") / 1024)) KiB"
	done
}

start_kind
peers >"$SERVER_DIR/peers"
while read -r _ share; do
	make_requests $((calls / share)) >"$SERVER_DIR/requests.$share"
done <"$SERVER_DIR/peers"
printf '%-10s %4s %9s %9s %8s%s   %s\n' peer -j calls/s CPU-s/1k peak-MiB "${latency:+    over}" 'exit, what it says'
for width in $widths; do
	for ((run = 0; run < runs; run++)); do
		while read -r name share; do
			run_peer "$name" "$width" "$SERVER_DIR/requests.$share" </dev/null >>"$SERVER_DIR/$name.$width"
		done <"$SERVER_DIR/peers"
	done
	while read -r name share; do
		row "$name" "$width" "$share"
	done <"$SERVER_DIR/peers"
done
ratios
if [ "$kind" != server ]; then
	start_ratio
	memory
fi
