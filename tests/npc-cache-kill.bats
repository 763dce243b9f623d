load helpers
load cache

setup() {
	npc_setup
	cache_setup
}

# begin_run: npc-cache run over ./in in the background, its pid in PID. All but the last line is there
# for it, so that it cannot end by itself before somebody ends it: descriptor 6 is its input.
begin_run() {
	rm -f input
	mkfifo input
	: >out.1
	npc-cache run --sync none ./cmd <input >out.1 2>err 3>&- &
	PID=$!
	exec 6>input
	head -n -1 in >&6
}

# random_moment ROUND: within what 60 lines take; in the first round, when something is answered.
random_moment() {
	[ "$1" -gt 0 ] || until_true at_least 1 out.1
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
}

@test "cache run: kill -9 of npc-cache at any moment: the next run is complete, and pays for the rest only" {
	local round kept status
	for ((round = 0; round < 10; round++)); do
		requests $((round * 100 + 1)) $((round * 100 + 60)) >in
		begin_run
		random_moment "$round"
		kill -9 "$PID"
		exec 6>&-
		status=0
		wait "$PID" || status=$?
		assert_equal "$status" 137
		kept=$(entries)
		# What was printed is in the store.
		[ "$(lines out.1)" -le $((kept - round * 60)) ]
		until_true none_left
		: >"$CALLS"
		cache --sync none ./cmd <in >out.2
		assert_equal "$(calls)" $(((round + 1) * 60 - kept))
		paired in out.2
	done
	run -0 npc-cache verify
}

# none_left: of the programs that were asked by one that was killed.
none_left() {
	! pgrep -f "tee -a $CALLS" >/dev/null
}

@test "cache run: kill -9 of CMD at any moment: what it answered is kept, the rest is told" {
	local round child status killed=0
	for ((round = 0; round < 10; round++)); do
		requests $((round * 100 + 1)) $((round * 100 + 60)) >in
		begin_run
		random_moment "$round"
		child=$(pgrep -P "$PID" || true)
		[ -z "$child" ] || pkill -9 -g "$child" || true
		tail -n 1 in >&6
		exec 6>&-
		status=0
		wait "$PID" || status=$?
		case $(codes out.1) in
		'200 60') ;;
		*) assert_equal "$status" 137 && killed=$((killed + 1)) ;;
		esac
		paired in out.1
		: >"$CALLS"
		cache --sync none ./cmd <in >out.2
		assert_equal "$(codes out.2)" '200 60'
		assert_equal "$(calls)" "$(jq -c 'select(.error)' out.1 | wc -l)"
	done
	[ "$killed" -gt 0 ]
}
