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
