load helpers
load cache

setup() {
	npc_setup
	cache_setup
}

# random_moment: within what a run of 60 lines takes.
random_moment() {
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
}

@test "cache run: kill -9 of npc-cache at any moment: the next run is complete, and pays for the rest only" {
	local round pid kept killed=0
	for ((round = 0; round < 10; round++)); do
		requests $((round * 100 + 1)) $((round * 100 + 60)) >in
		: >out.1
		npc-cache run --sync none ./cmd <in >out.1 2>err 3>&- &
		pid=$!
		random_moment
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || killed=$((killed + 1))
		kept=$(entries)
		# What was printed is in the store.
		[ "$(lines out.1)" -le $((kept - round * 60)) ]
		until_true none_left
		: >"$CALLS"
		cache --sync none ./cmd <in >out.2
		assert_equal "$(calls)" $(((round + 1) * 60 - kept))
		paired in out.2
	done
	[ "$killed" -gt 0 ]
	run -0 npc-cache verify
}

# none_left: of the programs that were asked by one that was killed.
none_left() {
	! pgrep -f "tee -a $CALLS" >/dev/null
}

@test "cache run: kill -9 of CMD at any moment: what it answered is kept, the rest is told" {
	local round pid child status killed=0
	for ((round = 0; round < 10; round++)); do
		requests $((round * 100 + 1)) $((round * 100 + 60)) >in
		: >out.1
		npc-cache run --sync none ./cmd <in >out.1 2>err 3>&- &
		pid=$!
		random_moment
		child=$(pgrep -P "$pid" || true)
		[ -z "$child" ] || pkill -9 -g "$child" || true
		status=0
		wait "$pid" || status=$?
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
