#!/usr/bin/env bash
# npc-cache and its store beside its peers, all in one run on the same work: the bare system calls,
# Redis and npm's cacache asked one by one. Prints medians and ratios; judges nothing.
#
#	tests/bench/cache.sh [-n ENTRIES] [-r RUNS]
#
# ENTRIES is a multiple of 2000. OBJ is the folder of what was built, TMPDIR where the stores are
# made: the file system that is measured. A peer that is not there is named and passed over. npm
# packages go into NODE_CACHE (~/.cache/npc-bench unless set).
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
OBJ=${OBJ:-build}
here=$ROOT/tests/bench/cache
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
unset "${!NPC_@}" "${!OPENAI_@}"
export LC_ALL=C XDG_CONFIG_HOME=$work/config

entries=10000 runs=11
while getopts n:r: opt; do
	case $opt in
	n) entries=$OPTARG ;;
	r) runs=$OPTARG ;;
	*) exit 2 ;;
	esac
done
case $OBJ in
/*) built=$OBJ ;;
*) built=$ROOT/$OBJ ;;
esac
loops=$built/tests/bench/cache

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# store MODE [OPTION...]: a loop of the store's in a folder of its own.
store() {
	rm -rf "$work/store"
	"$loops/store-loop" "$1" -n "$entries" -r "$runs" "${@:2}" "$work/store"
}

# redis_ready: starts one that keeps nothing, on a socket in our folder.
redis_ready() {
	local i
	command -v redis-server >/dev/null && [ -x "$loops/redis-loop" ] || return 1
	redis-server --port 0 --unixsocket "$work/redis" --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
	server=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$work/redis" ] || return 0
		sleep 0.05
	done
	return 1
}

# cacache_ready: installs it once, outside the tree. ES modules are found from where the script
# stands, so it is copied there.
cacache_ready() {
	NODE_CACHE=${NODE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/npc-bench}
	command -v node >/dev/null && command -v npm >/dev/null || return 1
	mkdir -p "$NODE_CACHE"
	[ -d "$NODE_CACHE/node_modules/cacache" ] ||
		npm install --silent --no-audit --no-fund --prefix "$NODE_CACHE" cacache >"$work/npm" 2>&1 || return 1
	cp "$here/cacache-loop.mjs" "$NODE_CACHE/"
}

# ask PEER: microseconds for one, the median over hundreds in a row: on a busy machine most of them
# are not interrupted. cacache is slow and needs no more.
ask() {
	case $1 in
	store) runs=3 store lookup ;;
	redis) "$loops/redis-loop" "$entries" 3 "$work/redis" ;;
	cacache) rm -rf "$work/cacache" && node "$NODE_CACHE/cacache-loop.mjs" $((entries / 5)) 3 "$work/cacache" ;;
	esac
}

# one_by_one PEER...: the store beside others, in turn.
one_by_one() {
	local i peer
	for ((i = 0; i < 5; i++)); do
		for peer in store "$@"; do
			ask "$peer" >>"$work/$peer.us"
		done
	done
	for peer in store "$@"; do
		paste "$work/store.us" "$work/$peer.us" | awk '{print $2 / $1}' >"$work/ratio"
		printf '  %-24s %9.2f us   the store is %.1f times as fast\n' "$peer" "$(median <"$work/$peer.us")" \
			"$(median <"$work/ratio")"
	done
}

echo "Medians of $runs runs, $entries entries of 1.5 to 4 KB, on $(df --output=fstype "$work" | tail -n 1):"
store get
echo "Checking all of them:"
store verify
echo "Writing:"
entries=$((entries / 5)) store put

peers=
if redis_ready; then
	peers=redis
else
	echo "cache.sh: redis-server or libhiredis is not there, passed over" >&2
fi
if cacache_ready; then
	peers="$peers cacache"
else
	echo "cache.sh: the cacache package cannot be had, passed over" >&2
fi
echo "Asked one by one, medians of 5 runs (Redis by a Unix socket):"
# shellcheck disable=SC2086 # a list of names
one_by_one $peers

# ---- the program

export PATH=$built:$PATH NPC_DATA=$ROOT/data NPC_CACHE_DIR=$work/program
TIMEFORMAT='%U %S %R'

# make_lines N: requests and answers of about 1.5 KB each, as requests and responses.
make_lines() {
	awk -v n="$1" -v requests="$work/requests" -v responses="$work/responses" 'BEGIN {
		for (i = 0; i < 60; i++) {
			asked = asked "a miller of few words "
			answer = answer "the mill stands still "
		}
		for (i = 1; i <= n; i++) {
			printf "{\"custom_id\":\"n%d\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"%s\"},{\"role\":\"user\",\"content\":\"Number %d.\\nPlease.\"}],\"temperature\":0.70},\"row\":{\"id\":\"n%d\"}}\n", i, asked, i, i >requests
			printf "{\"id\":\"x\",\"custom_id\":\"n%d\",\"response\":{\"status_code\":200,\"request_id\":\"\",\"body\":{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s %d\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":340,\"completion_tokens\":300}}},\"error\":null}\n", i, answer, i >responses
		}
	}'
}

# seconds COMMAND: processor and wall seconds of one run of a shell command.
seconds() {
	{ time bash -c "$1" >"$work/out" 2>"$work/err"; } 2>&1 | awk '{print $1 + $2, $3}'
}

# beside NAME UNIT A B: medians of the columns of two files of figures, and of B to A by pairs.
beside() {
	paste -d ' ' "$work/a" "$work/b" | awk '{print $2 / $1}' >"$work/ratio"
	printf '  %-40s %9.3f %s, %9.3f %s   ratio %.2f\n' "$1" "$(median <"$work/a")" "$2" "$(median <"$work/b")" "$2" \
		"$(median <"$work/ratio")"
}

# turns COMMAND PEER: the figures of the two in turn, as files a and b.
turns() {
	local i
	: >"$work/a" && : >"$work/b"
	for ((i = 0; i < runs; i++)); do
		$1 >>"$work/a"
		$2 >>"$work/b"
	done
}

key_cpu() { seconds "npc-cache key '$work/requests'" | cut -d ' ' -f 1; }
jq_cpu() { seconds "jq -cS .body '$work/requests'" | cut -d ' ' -f 1; }
bare() { "$loops/bare-loop" "$work/program/v1" <"$work/paths"; }

# hit: processor microseconds of a hit, from line to line.
hit() {
	npc-cache run --stats "$work/stats" npc-llm <"$work/requests" >"$work/out"
	jq -r 'if .hits == .lines then .cpu_s * 1e6 / .lines else error("not all are hits") end' "$work/stats"
}

# starts COMMAND: milliseconds of one of 200 starts in a shell loop.
starts() { seconds "for i in {1..200}; do $1; done" | awk '{print $2 * 5}'; }
start_empty() { starts "$loops/empty"; }
start_get() { starts "npc-cache get $work/one"; }

pipeline='npc-cast -n 500 | npc-prompt -r character | npc-cache run npc-dice | npc-merge'
first() { NPC_CACHE_DIR=$(mktemp -d "$work/fresh.XXXXXX")/store seconds "$pipeline" | cut -d ' ' -f 2; }
second() { seconds "$pipeline" | cut -d ' ' -f 2; }

make_lines "$entries"
npc-cache put --sync none -q "$work/requests" "$work/responses"
(cd "$work/program/v1" && find . -regextype egrep -type f -regex '.*/[0-9a-f]{64}') >"$work/paths"
head -n 1 "$work/requests" >"$work/one"
seconds "$pipeline" >"$work/warm"
echo "npc-cache on $entries lines of 1.5 KB, medians of $runs runs in turn:"
turns key_cpu jq_cpu
beside 'npc-cache key, jq -cS: processor' s
turns hit bare
beside 'a hit of npc-cache run, a bare loop' us
turns start_empty start_get
beside 'start of an empty program, npc-cache get' ms
turns second first
beside 'the pipeline again, for the first time' s
