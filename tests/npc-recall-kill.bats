load helpers
load recall

setup() {
	npc_setup
	recall_setup
}

# moment ROUND FILE: a time that is random, and within what it takes; in some rounds, when something is
# told in FILE.
moment() {
	local i
	for ((i = 0; ($1 % 10 == 1 || $1 % 10 == 2) && i < 1000; i++)); do
		[ ! -s "$2" ] || break
		sleep 0.01
	done
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
}

# kill_it STATUS...: ends it there and then; it may have ended by itself before, with one of these.
kill_it() {
	local status=0 may
	kill -9 "$PID" 2>/dev/null || true
	wait "$PID" || status=$?
	for may in 137 "$@"; do
		[ "$status" -ne "$may" ] || {
			killed=$((killed + (status == 137)))
			return 0
		}
	done
	echo "it ended with $status" >&2
	return 1
}

# vectors FROM TO: memories that have one, slowly enough to be hit in between.
vectors() {
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (i = from; i <= to; i++)
			printf "{\"id\":\"m%d\",\"npc\":\"n%d\",\"text\":\"Number %d of the mill, word%d\",\"embedding\":[%d,1,%d,0.5]}\n", i, i % 3, i, i, i % 7, i % 11
	}'
}

# told: the ids that were told whole, of added memories.
told() {
	grep -h '}$' "$@" 2>/dev/null | jq -r .id | sort -u
}

# all_there: what was told is there, whole and found, and what was told to be forgotten is not.
all_there() {
	npc-recall check >found 2>&1 || {
		cat found
		return 1
	}
	[ ! -s found ]
	npc-recall export >there
	jq -r .id there | sort >ids
	[ "$(comm -23 <(told added.* | sort) <(cat ids gone.ids | sort -u) | wc -l)" -eq 0 ]
	[ "$(comm -12 <(told forgotten.* | sort) ids | wc -l)" -eq 0 ]
	jq -e -n '[inputs | has("embedding")] | all' there >/dev/null
	[ "$(jq -s length there)" -eq "$(stat .vectors)" ]
}

@test "recall: kill -9 at 100 moments of add, forget and check: what was told is so" {
	local round i next=1 victims told
	killed=0
	: >gone.ids
	: >forgotten.0
	npc-recall add <<<'{"id":"m0","npc":"n0","text":"mill","embedding":[1,0,0,1]}' >added.0
	for ((round = 1; round <= 100; round++)); do
		case $((round % 5)) in
		0)
			told=there
			npc-recall check $([ $((round % 2)) -eq 0 ] || echo --rebuild) >/dev/null 2>&1 3>&- &
			;;
		1)
			# What is being forgotten may be gone without having been told.
			jq -r .id there 2>/dev/null | shuf -n 400 --random-source=<(yes) >victims || true
			[ -s victims ] || echo m0 >victims
			told=forgotten.$round
			cat victims >>gone.ids
			mapfile -t victims <victims
			npc-recall forget "${victims[@]}" >"forgotten.$round" 2>/dev/null 3>&- &
			;;
		*)
			told=added.$round
			# A batch at a time is told: the input comes in pieces.
			{ for ((i = 0; i < 20; i++)); do vectors $((next + i * 100)) $((next + i * 100 + 99)); done; } |
				npc-recall add >"added.$round" 2>/dev/null 3>&- &
			next=$((next + 2000))
			;;
		esac
		PID=$!
		moment "$round" "$told"
		kill_it 0 1
		[ $((round % 20)) -ne 0 ] || all_there
	done
	all_there
	[ "$(told added.* | wc -l)" -gt 100 ]
	[ "$(told forgotten.* | wc -l)" -gt 100 ]
	[ "$killed" -ge 30 ]
}
