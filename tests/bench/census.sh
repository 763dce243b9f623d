#!/usr/bin/env bash
# npc-census beside others, all in one run on the same file: wc and jq, which only read it, and a
# script that does the same work in Python, as far as it is worth doing there: no estimates, every
# pair that shares a rare triple of words compared. Prints medians and ratios; judges nothing.
#
#	tests/bench/census.sh [-n ROWS] [-r RUNS] [-p ROWS]
#
# -p is how many rows the script in Python is given. OBJ is the folder of what was built. A peer
# that is not there is named and passed over.
set -eu
cd "$(dirname "$0")/../.."
here=$PWD/tests/bench/census
export PATH=$PWD/${OBJ:-build}:$PATH LC_ALL=C
unset "${!NPC_@}"
rows=100000 runs=3 few=2000
while getopts n:r:p: opt; do
	case $opt in
	n) rows=$OPTARG ;;
	r) runs=$OPTARG ;;
	p) few=$OPTARG ;;
	*) exit 2 ;;
	esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S'

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# seconds FILE COMMAND...: processor time of one run on the file.
seconds() {
	local file=$1
	shift
	{ time "$@" "$file" >/dev/null 2>"$work/err"; } 2>&1 | awk '{print $1 + $2}'
}

# measure FILE PEER COMMAND...: the two in turn.
measure() {
	local file=$1 peer=$2 i
	shift 2
	command -v "$1" >/dev/null || {
		echo "$peer: not there, passed over"
		return
	}
	: >"$work/a" && : >"$work/b"
	for ((i = 0; i < runs; i++)); do
		seconds "$file" npc-census --json >>"$work/a"
		seconds "$file" "$@" >>"$work/b"
	done
	awk -v peer="$peer" -v bytes="$(stat -c %s "$file")" -v lines="$(wc -l <"$file")" \
		-v a="$(median <"$work/a")" -v b="$(median <"$work/b")" 'BEGIN {
			printf "npc-census %7.2f s %6.1f MB/s %8.0f rows/s   %-12s %7.2f s   ratio %6.2f\n",
				a, bytes / a / 1e6, lines / a, peer, b, b / a
		}'
}

echo "Preparing $rows characters ..."
npc-cast -n "$rows" | npc-prompt -r character | npc-dice | npc-merge >"$work/cast"
head -n "$few" "$work/cast" >"$work/few"

echo
echo "The same file, processor time, medians of $runs (a ratio above 1: npc-census is faster):"
measure "$work/cast" 'wc -w' wc -w
measure "$work/cast" 'jq -c .' jq -c .
echo
echo "The same work, $few rows:"
measure "$work/few" Python python3 "$here/census.py"

echo
echo "Peak memory in MiB, at $few rows and at $rows:"
for file in few cast; do
	npc-census --json --stats "$work/stats" "$work/$file" >/dev/null
	jq '.peak_memory_bytes / 1048576 | round' "$work/stats"
done
