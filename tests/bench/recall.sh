#!/usr/bin/env bash
# npc-recall beside its peers, all in one run on the same memories: a bare scan of codes in memory, a
# row a vector in SQLite, stock FTS5, plain INSERTs, a durable append. Prints medians and ratios;
# judges nothing.
#
#	tests/bench/recall.sh [-r RUNS] [PART...]
#
# PARTs are judged, many, one, words, add, durable, start, and big, which runs only when it is named or
# where BIG is set: a million memories (or BIG_EACH for each of 10,000 collections) take minutes and 4 GB.
# OBJ is the folder of what was built, TMPDIR where the stores are made: the file system that is measured.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
OBJ=${OBJ:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset "${!NPC_@}" "${!OPENAI_@}"
export LC_ALL=C XDG_CONFIG_HOME=$work/config

runs=5
while getopts r: opt; do
	case $opt in
	r) runs=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- judged many one words add durable start ${BIG:+big}
case $OBJ in
/*) built=$OBJ ;;
*) built=$ROOT/$OBJ ;;
esac
peers=$built/tests/bench/recall
export PATH=$built:$PATH
TIMEFORMAT='%R %U %S'

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# say NAME FORMAT ARG...
say() {
	# shellcheck disable=SC2059 # the format is the caller's
	printf "  %-46s $2\n" "$1" "${@:3}"
}

# over A B: how many times B is A.
over() {
	awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'
}

# seconds COMMAND...: wall and processor seconds.
seconds() {
	{ time "$@" >"$work/out" 2>"$work/err"; } 2>&1 | awk '{print $1, $2 + $3}'
}

# store FORM PLAN...: makes $work/store anew, of the memories in that form.
store() {
	rm -f "$work"/store*
	"$peers/emit" memories -f "$1" "${@:2}" | npc-recall -m "$work/store" add --sync normal >"$work/added"
}

# questions N FORM PLAN...: N questions, and the first third of them.
questions() {
	"$peers/emit" questions -q "$1" -f "$2" "${@:3}" >"$work/long"
	head -n $(($1 / 3)) "$work/long" >"$work/short"
}

query() {
	npc-recall -m "$work/store" query -k 10 "$@"
}

# stream N OPTION...: wall and processor microseconds of one query among many: what the longer stream
# takes more than the shorter, the median of some runs of each.
stream() {
	local i
	: >"$work/figures"
	for ((i = 0; i < runs; i++)); do
		echo "$(seconds query "${@:2}" "$work/long") $(seconds query "${@:2}" "$work/short")" >>"$work/figures"
	done
	for i in 1 2; do
		awk -v i="$i" -v n="$(($1 - $1 / 3))" '{print ($i - $(i + 2)) * 1e6 / n}' "$work/figures" | median
	done | paste -sd ' '
}

# vectors N PLAN...: N questions by vectors, beside a bare scan and a row a vector.
vectors() {
	local kind wall cpu bare found rows
	for kind in gaussian clustered; do
		store base64 -k "$kind" "${@:2}"
		questions "$1" base64 -k "$kind" "${@:2}"
		read -r bare found < <("$peers/scan" time -q "$1" -k "$kind" "${@:2}")
		read -r wall cpu < <(stream "$1" --mode vector)
		read -r rows < <("$peers/rows" "$work/rows" -q $(($1 / 3)) -k "$kind" "${@:2}")
		say "$kind: bare scan" '%9.1f us   recall@10 %s' "$bare" "$found"
		say "$kind: a query in a stream" '%9.1f us   %.1f of processor, %s times the bare scan' "$wall" "$cpu" "$(over "$wall" "$bare")"
		say "$kind: asked and answered in turn" '%9.1f us' "$("$peers/asked" npc-recall -m "$work/store" query -k 10 --mode vector <"$work/short" | cut -d ' ' -f 1)"
		say "$kind: a row a vector in SQLite" '%9.1f us   %s times a query' "$rows" "$(over "$rows" "$wall")"
		rm -f "$work"/rows*
		recall_of_exact "$kind" "${@:2}"
	done
}

# recall_of_exact KIND PLAN...: how much of the true top 10 npc-recall finds, when likeness alone counts.
recall_of_exact() {
	local n
	n=$(wc -l <"$work/short")
	[ "$n" -le 200 ] || n=200
	"$peers/scan" exact -q "$n" -k "$@" >"$work/exact"
	head -n "$n" "$work/short" | query --mode vector --recency 0 --importance 0 >"$work/answers"
	say "$1: recall@10 against float32" '%9.4f' "$(jq -sc --slurpfile exact "$work/exact" \
		'[[., $exact] | transpose[] | .[1] + {recall: .[0].recall}] | .[]' "$work/answers" |
		jq -n -f "$ROOT/tests/recall/score.jq" | jq '.["recall@10"]')"
}

judged() {
	local set=$ROOT/tests/recall
	echo "The judged set:"
	say 'npc-recall' '%s' "$("$set/judge")"
	"$peers/fts" answers "$work/fts" "$set/memories.ndjson" "$set/questions.ndjson" >"$work/answers"
	say 'stock FTS5, OR' '%s' "$(jq -cn -f "$set/score.jq" "$work/answers")"
	rm -f "$work"/fts*
}

many() {
	echo "Vectors of 384, 100 collections of 1,000, top 10:"
	vectors 3000 -c 100 -n 1000
}

one() {
	echo "Vectors of 384, one collection of 100,000, top 10:"
	vectors 150 -c 1 -n 100000
}

words() {
	local wall cpu filtered indexed
	echo "Words, 100 collections of 1,000, top 10:"
	"$peers/emit" memories -c 100 >"$work/memories"
	store none -c 100
	questions 3000 none -w -c 100
	read -r wall cpu < <(stream 3000)
	say 'a query in a stream' '%9.1f us   %.1f of processor' "$wall" "$cpu"
	say 'asked and answered in turn' '%9.1f us' "$("$peers/asked" npc-recall -m "$work/store" query -k 10 <"$work/short" | cut -d ' ' -f 1)"
	head -n 200 "$work/long" >"$work/some"
	read -r filtered indexed < <("$peers/fts" time "$work/fts" "$work/memories" "$work/some")
	say 'FTS5, the collection an indexed column' '%9.1f us   %s times a query' "$indexed" "$(over "$indexed" "$wall")"
	say 'FTS5, the collection filtered after' '%9.1f us   %s times a query' "$filtered" "$(over "$filtered" "$wall")"
	rm -f "$work"/fts*
}

# rate FORM: rows a second of an add of $work/memories.
rate() {
	local i
	for ((i = 0; i < runs; i++)); do
		rm -f "$work"/store*
		seconds npc-recall -m "$work/store" add "$work/memories" |
			awk -v n="$(wc -l <"$work/memories")" '{print n / $1, n / $2}'
	done >"$work/figures"
	say "$1" '%9.0f rows/s   %.0f a second of processor' "$(median <"$work/figures")" "$(cut -d ' ' -f 2 "$work/figures" | median)"
}

add() {
	local form
	echo "100,000 memories of 100 collections added, synchronous=FULL:"
	for form in none base64 array; do
		"$peers/emit" memories -f "$form" -c 100 >"$work/memories"
		rate "npc-recall add, vectors: $form"
	done
	say 'INSERT, no vectors' '%9.0f rows/s' "$("$peers/insert" "$work/insert" -c 100)"
	say 'INSERT, vectors as blobs' '%9.0f rows/s' "$("$peers/insert" -v "$work/insert" -c 100)"
	rm -f "$work/memories" "$work"/insert*
}

# in_turn FILE COMMAND...: notes the microseconds from line to line of 100 of $work/some.
in_turn() {
	"$peers/asked" "${@:2}" <"$work/some" | cut -d ' ' -f 1 >>"$1"
}

durable() {
	local i add="npc-recall -m $work/store add"
	echo "One durable add, to a store of 100,000 with vectors:"
	store base64 -c 100
	"$peers/emit" memories -f base64 -c 100 -n $((2 * runs)) -s 2 -i | sed 's/"id":"m/"id":"n/' >"$work/memories"
	: >"$work/a" && : >"$work/b" && : >"$work/c" && : >"$work/d"
	for ((i = 0; i < runs; i++)); do
		tail -n +$((i * 200 + 1)) "$work/memories" | head -n 100 >"$work/some"
		"$peers/append" "$work/appended" $(($(wc -c <"$work/some") / 100)) 100 >>"$work/a"
		"$peers/append" "$work/appended" 150000 100 >>"$work/b"
		# shellcheck disable=SC2086 # words
		in_turn "$work/c" $add
		tail -n +$((i * 200 + 101)) "$work/memories" | head -n 100 >"$work/some"
		# shellcheck disable=SC2086
		in_turn "$work/d" $add --sync normal
	done
	say 'append and fdatasync of the same' '%9.1f us' "$(median <"$work/a")"
	say '… of 150 KB, as some 18 pages are' '%9.1f us' "$(median <"$work/b")"
	say 'npc-recall add, line in to line out' '%9.1f us   %s more than the append of the same' \
		"$(median <"$work/c")" "$(paste -d ' ' "$work/a" "$work/c" | awk '{print $2 - $1}' | median)"
	say '… without the sync' '%9.1f us' "$(median <"$work/d")"
}

# one_shot NAME OPTION...: of $work/some.
one_shot() {
	local us own all
	read -r us own all < <("$peers/asked" -s npc-recall -m "$work/store" query "${@:2}" <"$work/some")
	say "$1" '%9.2f ms   %s KiB its own, %s in all' "$(over "$us" 1000)" "$own" "$all"
}

start() {
	local plan
	echo "Started for one query, start to answer, stores of 100,000 with vectors:"
	for plan in '-c 100 -n 1000' '-c 1 -n 100000'; do
		# shellcheck disable=SC2086 # options
		store base64 $plan
		# shellcheck disable=SC2086
		"$peers/emit" questions -w -q 100 -f base64 $plan >"$work/some"
		one_shot "words, $plan" --mode lexical
		one_shot "vectors, $plan" --mode vector
		one_shot "both, $plan"
	done
}

# size: of the store, in bytes.
size() {
	du -cb "$work"/store* | tail -n 1 | cut -f 1
}

big() {
	local each=${BIG_EACH:-100} n fresh forgotten held wall cpu
	n=$((10000 * each))
	echo "$n memories in 10,000 collections, with vectors of 384 and texts:"
	rm -f "$work"/store*
	say 'made and added' '%s s' "$(seconds bash -c "'$peers/emit' memories -c 10000 -n $each -f base64 |
		npc-recall -m '$work/store' add --stats '$work/stats'" | cut -d ' ' -f 1)"
	say 'size' '%.1f MB for each 100,000' "$(over "$(size)" $((n * 10)))"
	say 'most memory of add' '%s bytes, mapped pages too' "$(jq .peak_memory_bytes "$work/stats")"
	questions 3000 base64 -w -c 10000 -n "$each"
	read -r wall cpu < <(stream 3000)
	say 'a query in a stream' '%9.1f us   %.1f of processor' "$wall" "$cpu"
	head -n 100 "$work/short" >"$work/some"
	one_shot 'started for one query'
	"$peers/asked" npc-recall -m "$work/store" query <"$work/short" |
		while read -r _ own all; do say 'most memory of a stream' '%s KiB its own, %s in all' "$own" "$all"; done
	# The earlier half of each collection.
	forgotten=$("$peers/emit" memories -c 1 -n "$each" | head -n 1 | jq -r .text)
	held=$(cat "$work"/store* | grep -acF "$forgotten" || :)
	say 'its earlier half forgotten' '%s s' "$(seconds npc-recall -m "$work/store" forget --before $((1000000 + each * 20)) | cut -d ' ' -f 1)"
	say 'compacted' '%s s' "$(seconds npc-recall -m "$work/store" compact | cut -d ' ' -f 1)"
	say 'a forgotten text is in the files' '%s times before, %s after' "$held" "$(cat "$work"/store* | grep -acF "$forgotten" || :)"
	npc-recall -m "$work/store" export >"$work/half"
	fresh=$(size)
	rm -f "$work"/store*
	npc-recall -m "$work/store" import "$work/half" >"$work/added"
	say 'size, to a fresh store of the same' '%s' "$(over "$fresh" "$(size)")"
	rm -f "$work/half"
}

for part; do
	"$part"
done
