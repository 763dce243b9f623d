load helpers

# What the world that ships draws from tables that have no "when": path in the row, value, weight.
weights() {
	local world=$ROOT/data/worlds/hansa.json member table
	jq -r '.tables | to_entries[] | select(.key | IN("ties", "banned", "traits", "ocean") | not)
		| [.key, (.value | strings)] | @tsv' "$world" | while IFS=$'\t' read -r member table; do
		if [ -n "$table" ]; then
			cat "$ROOT/data/tables/$table.json"
		else
			jq --arg t "$member" '.tables[$t]' "$world"
		fi | jq -r --arg m ".${member/#age/age_band}" 'if any(.entries[]; objects | has("when")) then empty
			else .entries[] | [$m, (strings, (objects | .value)), (objects | .weight) // 1] | @tsv end'
	done
	jq -r '. as $t | to_entries[] | select(.value | arrays) | select(.key != "weights") | .key as $k
		| range(5) | [".ocean." + $k + ".level", . + 1, $t.weights[.]] | @tsv' "$ROOT/data/tables/ocean.json"
}

# One large cast for all tests: its names, and in columns what it drew.
# That the fields are independent is tested in unit/cast, in all worlds.
setup_file() {
	npc_setup
	weights >"$BATS_FILE_TMPDIR/weights"
	npc-cast -n 100000 --stats "$BATS_FILE_TMPDIR/stats" |
		jq -r "[.name, $(cut -f 1 "$BATS_FILE_TMPDIR/weights" | uniq | paste -s -d ,)] | @tsv" \
			>"$BATS_FILE_TMPDIR/columns"
}

setup() {
	npc_setup
}

# A small world, all in one file but for its names; a jq program may change it.
a_world() {
	mkdir -p data/worlds data/tables
	export NPC_DATA=$PWD/data
	jq -n 'def t: {entries: [.[] | tostring]};
		{title: "Nook", description: "A nook", tables: {
			culture: (["hill"] | t), people: (["hill folk"] | t),
			pronouns: {entries: [{value: "she/her", given: "f"}, {value: "he/him", given: "m"}]},
			age: {entries: [{value: "young", from: 5, to: 17}, {value: "old", from: 18, to: 90}]},
			class: (["poor", "rich"] | t),
			occupation: {entries: [{value: "pupil", when: {age_band: ["young"]}},
				{value: "smith", when: {age_band: ["old"]}}]},
			home: (["here", "there"] | t), faction: (["us", "them"] | t), traits: ([range(12)] | t),
			flaw: (["f1", "f2"] | t), goal: (["g1", "g2"] | t), fear: (["h1", "h2"] | t),
			quirk: (["q1", "q2"] | t), speech: (["s1", "s2"] | t),
			ocean: ({weights: [1, 1, 1, 1, 1]} + ([("openness", "conscientiousness", "extraversion",
				"agreeableness", "neuroticism") | {(.): ["a", "b", "c", "d", "e"]}] | add)),
			ties: (["friend", "foe"] | t)}} | '"${1:-.}" >data/worlds/nook.json
	jq -n '{given: {f: [range(8) | "Fa" + "bcdefghi"[.:. + 1]], m: [range(8) | "Mo" + "bcdefghi"[.:. + 1]]},
		family: [range(16) | "Ko" + "bcdefghijklmnopq"[.:. + 1]]}' >data/tables/names-hill.json
}

# fails PROGRAM-OF-JQ MESSAGE: a world that is changed so ends npc-cast with status 2 and this message.
fails() {
	a_world "$1"
	run -2 --separate-stderr npc-cast -w nook -n 64
	[[ $stderr == *"$2"* ]] || fail "wanted $2, got $stderr"
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "npc-cast: help, version, wrong usage" {
	run -0 npc-cast --help
	assert_line --index 0 --partial 'usage: npc-cast'
	for option in -n -w -s --rows --world --seed --taken --skip --edges --list --stats -h -V; do
		assert_output --partial -- "$option"
	done
	run -0 npc-cast -h
	run -0 npc-cast -V
	assert_output --regexp '^npc-cast [0-9]+\.[0-9]+\.[0-9]+$'
	run -0 npc-cast --version
	for wrong in --no-such-option -n '-n x' '-n -1' '-s 1.5' '--skip x' '-n 99999999999999999999' operand; do
		# shellcheck disable=SC2086 # two words in some
		run -2 npc-cast $wrong
		assert_line --partial 'usage: npc-cast'
	done
}

@test "npc-cast: 20 rows of the world that ships, with all their members, in order" {
	npc-cast >cast
	[ "$(lines cast)" -eq 20 ]
	run -0 jq -r 'keys_unsorted | join(" ")' cast
	assert_line --index 0 "id world name pronouns age age_band people culture class occupation home faction traits flaw goal fear quirk speech ocean ties"
	[ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -eq 1 ]
	jq -e -s 'all(.world == "hansa" and (.traits | length) == 5 and (.traits | unique | length) == 5
		and (.age | type) == "number" and ([.ocean[] | .level >= 1 and .level <= 5 and (.word | length) > 0] | all))
		and ([.[].id] == [range(1; 21) | "npc-" + ("000" + tostring)[-4:]])' cast
	jq -e -s 'map(.ocean | keys_unsorted | join(" ")) | unique == ["openness conscientiousness extraversion agreeableness neuroticism"]' cast
}

@test "npc-cast: the same seed, the same bytes; the seed is 1 unless told; another seed, another cast" {
	npc-cast -n 500 >one
	npc-cast -n 500 -s 1 >two
	npc-cast --rows 500 --seed 2 --world hansa >other
	same one two
	run -1 cmp -s one other
	LC_ALL=C npc-cast -n 500 >two
	same one two
}

@test "npc-cast: a longer cast begins with the shorter one" {
	npc-cast -n 700 | head -n 20 >one
	npc-cast -n 20 >two
	same one two
}

@test "npc-cast --skip: the rows from there on, as in the whole cast" {
	npc-cast -n 1040 >whole
	npc-cast --skip 20 -n 20 >part
	sed -n 21,40p whole | same - part
	npc-cast --skip 1000 -n 40 >part
	sed -n '1001,$p' whole | same - part
	npc-cast --skip 9998 -n 3 | jq -r .id >ids
	printf '%s\n' npc-9999 npc-10000 npc-10001 | same - ids
	run -0 npc-cast -n 1 --skip 999999999999999
	assert_output --partial '"npc-1000000000000000"'
}

@test "npc-cast --taken: the cast goes on as if made in one go" {
	npc-cast -n 40 >whole
	npc-cast -n 20 >first
	npc-cast -n 20 --taken first >more
	cat first more | same - whole
	npc-cast -n 10 --taken first --taken more >third
	npc-cast -n 50 | tail -n 10 | same - third
	npc-cast -n 5 --taken first --skip 15 >late
	tail -n 5 whole | same - late
	npc-cast -n 20 --taken - <first >again
	same more again
}

@test "npc-cast --taken: no name of a foreign cast is borne again, whatever its case" {
	npc-cast -n 3000 | jq -c '{id: "npc-7", name: (.name | ascii_upcase)}' >taken
	npc-cast -n 3000 -s 1 --skip 0 --taken taken >new
	[ "$(head -n 1 new | jq -r .id)" = npc-0008 ]
	cat taken new | jq -r '.name | ascii_downcase' | sort | uniq -d >twice
	same twice /dev/null
	# Only those whose name was taken have another than they would have had.
	npc-cast -n 3007 | tail -n 3000 | jq -r .name >would
	jq -r .name new | paste -d '\t' would - | awk -F '\t' '$1 != $2' >changed
	[ "$(lines changed)" -gt 2900 ]
	npc-cast -n 50 --taken taken | same - <(head -n 50 new)
	# And once more: the further names are taken now, too.
	npc-cast -n 3000 | jq -c '{name}' | cat - new | jq -c '{id: "npc-7", name}' >both
	npc-cast -n 3000 --taken both | cat both - | jq -r .name | sort | uniq -d | same - /dev/null
}

@test "npc-cast --taken: ties leave a foreign cast's people alone" {
	npc-cast -n 30 -s 5 >foreign
	npc-cast -n 100 --taken foreign >new
	jq -e -s '.[0].ties == [] and all(.[1:][]; .ties | length >= 1) and all(.[].ties[]; .to > "npc-0030")' new
	# Of a cast that has lost people, the rest are still known.
	npc-cast -n 30 | sed '5,20d' >rest
	npc-cast -n 100 --taken rest >new
	jq -e -s 'all(.[]; .ties | length >= 1) and all(.[].ties[]; .to < "npc-0005" or .to > "npc-0020")
		and any(.[].ties[]; .to <= "npc-0030")' new
}

@test "npc-cast --taken: rows of any kind, and files that are none" {
	printf '%s\n' '{"id":"hero"}' '' '{"name":7}' '{"id":"npc-","name":"X"}' '{"id":"npc-12x"}' '{"id":"npc-0041"}' '{}' >odd
	[ "$(npc-cast -n 1 --taken odd | jq -r .id)" = npc-0042 ]
	: >empty
	npc-cast | same - <(npc-cast --taken empty)
	run -2 npc-cast --taken missing
	assert_output --partial 'missing: cannot open'
	printf '{"id":"a"}\n{"id":\n' >broken
	run -2 npc-cast --taken broken
	assert_output --partial 'broken:2: '
	echo '[]' >broken
	run -2 npc-cast --taken broken
	assert_output --partial 'broken:1: wanted a row'
	echo '{"id":"npc-99999999999999999999999"}' >broken
	run -2 npc-cast --taken broken
	assert_output --partial 'broken:1: id: '
}

@test "npc-cast: 100,000 distinct names, whatever their case" {
	[ "$(lines "$BATS_FILE_TMPDIR/columns")" -eq 100000 ]
	[ "$(cut -f 1 "$BATS_FILE_TMPDIR/columns" | LC_ALL=C.UTF-8 sed 's/.*/\L&/' | LC_ALL=C sort -u | wc -l)" -eq 100000 ]
}

@test "npc-cast: no banned name, whole word" {
	jq -r '.entries[]' "$ROOT/data/tables/banned-names.json" >banned
	for world in hansa perihelion fallen-water; do
		npc-cast -w $world -n 5000 | jq -r .name | tr ' ' '\n' | sort -u >words
		run -1 grep -xiFf banned words
	done
	a_world '.tables.banned = {entries: ["fAB", "KOC"]} | .tables.pronouns.entries |= .[1:]'
	jq '.given.m += ["Fab"]' data/tables/names-hill.json >x && mv x data/tables/names-hill.json
	npc-cast -w nook -n 200 >cast
	run -1 grep -iE '"name":"[^"]*(fab|koc)' cast
}

@test "npc-cast: the share of every entry of an unconditional table is its weight, within a percentage point" {
	awk -F '\t' '
		NR == FNR { if (!($1 in column)) { column[$1] = ++n + 1 }; weight[$1, $2] += $3; sum[$1] += $3; value[NR] = $1 SUBSEP $2; next }
		{ for (i = 2; i <= NF; i++) count[i, $i]++ }
		END {
			for (v in value) {
				split(value[v], at, SUBSEP)
				off = count[column[at[1]], at[2]] / 100000 - weight[value[v]] / sum[at[1]]
				if (off > 0.01 || off < -0.01) { print at[1], at[2], off; bad = 1 }
				entries++
			}
			exit bad || n < 12 || entries < 100
		}' "$BATS_FILE_TMPDIR/weights" "$BATS_FILE_TMPDIR/columns"
}

@test "npc-cast: shares are fair among the entries that fit, too" {
	a_world '.tables.goal = {entries: [{value: "a", weight: 3, when: {class: ["rich"]}},
		{value: "b", when: {class: ["rich"], age_band: ["old", "young"]}}, {value: "c", when: {class: ["poor"]}}]}'
	npc-cast -w nook -n 10000 >cast
	jq -e -s 'all(.[]; (.class == "poor") == (.goal == "c")) and ([.[] | select(.class == "rich")]
		| (map(select(.goal == "a")) | length) / length | . > 0.73 and . < 0.77)' cast
}

@test "npc-cast: traits never contradict each other, nor say the same" {
	for world in hansa fallen-water; do
		npc-cast -w $world -n 4000 | jq -c .traits >traits
		jq -e -n --slurpfile t "$ROOT/data/tables/traits.json" '
			($t[0].entries | map(objects | {(.value): ((.opposites // []) + (.alike // []))}) | add) as $clash
			| [inputs | . as $five | select((unique | length) < 5 or any(.[]; ($clash[.] // []) - $five != ($clash[.] // [])))]
			| length == 0' traits
	done
	# Told by one of the two only, or hard to find.
	a_world '.tables.traits = {entries: ["a", "b", {value: "c", opposites: ["a"]}, "d", "e", {value: "f", alike: ["a"], weight: 0.001}]}'
	npc-cast -w nook -n 300 >cast 2>err || true
	jq -e -s 'all(.[].traits; (contains(["a"]) and (contains(["c"]) or contains(["f"]))) | not)' cast
}

@test "npc-cast: trades suit age, and no child has a grown person's" {
	for world in hansa perihelion fallen-water; do
		npc-cast -w $world -n 3000 >cast
		jq -r 'select(.age_band == "child") | .occupation' cast | sort -u >children
		jq -r 'select(.age >= 18) | .occupation' cast | sort -u >grown
		[ -s children ]
		comm -12 children grown | same - /dev/null
		jq -e -s 'all(.[]; (.age_band == "child") == (.age <= 12) and (.age_band == "elder") == (.age >= 65))' cast
	done
}

@test "npc-cast: one to three ties, to earlier rows, with weights in steps" {
	npc-cast -n 2000 >cast
	jq -e -s '.[0].ties == [] and all(.[1:][]; .id as $id | .ties | length >= 1 and length <= 3
		and ([.[].to] | unique | length) == length and all(.[].to; . < $id))' cast
	jq -e -s '[.[].ties[] | .weight, .back] | all(. >= -1 and . <= 1 and (. * 10 - (. * 10 | round) | fabs) < 1e-9)
		and any(. < -0.5) and any(. > 0.5)' cast
	# The first few have few to choose from.
	for seed in $(seq 60); do
		npc-cast -n 6 -s "$seed"
	done | jq -c -e 'select([.ties[].to] | length != (unique | length))' >twice || true
	same twice /dev/null
	run -1 grep -oE '"(weight|back)":-?[0-9]*\.[0-9]{2,}' cast
	jq -e -s '[.[].ties[].weight] | (map(select(. < 0)) | length) / length | . > 0.2 and . < 0.5' cast
	jq -e -s 'map(.ties | length) | (map(select(. == 2)) | length) > 500 and (map(select(. == 3)) | length) > 300' cast
}

@test "npc-cast: kinds of tie suit the two" {
	npc-cast -n 3000 >cast
	jq -e -n --slurpfile t "$ROOT/data/tables/ties.json" --slurpfile c cast '
		($t[0].entries | map({(.value): .}) | add) as $kind | ($c | map({(.id): .}) | add) as $row
		| def family: .name | split(" ");
		[$c[] | . as $a | .ties[] | $row[.to] as $b | . as $tie | $kind[.kind] as $k
			| (($k.years // null) as $y | $y == null or ($b.age - $a.age >= $y[0] and $b.age - $a.age <= $y[1]))
			and ($k.least_age == null or ([$a.age, $b.age] | min) >= $k.least_age)
			and all($k.same[]?; $a[.] == $b[.])
			and ($k.kin != true or ($a.culture == $b.culture and ($a.name | split(" ")[-1]) == ($b.name | split(" ")[-1])))
			and ($tie.weight >= $k.feeling[0] and $tie.weight <= $k.feeling[1] and $tie.back >= $k.back[0] and $tie.back <= $k.back[1])]
		| all and length > 4000' cast
	jq -e -s '([.[].ties[] | select(.kind == "mentor")] | length) > 20' cast
	jq -e -s --slurpfile t "$ROOT/data/tables/ties.json" '($t[0].entries | map(select(.once) | .value)) as $once
		| all(.[]; [.ties[].kind | select(IN($once[]))] | length == (unique | length))' cast
}

@test "npc-cast: there are kin in a village" {
	jq -c '[.entries[] | select(.kin) | .value]' "$ROOT/data/tables/ties.json" >kin
	total=0
	for seed in 1 2 3 4 5 6 7 8; do
		n=$(npc-cast -s $seed | jq --slurpfile kin kin '[.ties[] | select(.kind | IN($kin[0][]))] | length' | awk '{ n += $1 } END { print n }')
		total=$((total + n))
	done
	[ "$total" -ge 16 ]
}

@test "npc-cast --edges: a row a tie, with what anybody may know of both" {
	npc-cast -n 400 >cast
	npc-cast -n 400 --edges >edges
	jq -c '.id as $id | .ties[] | [$id + "_" + .to, .kind, .weight, .back, $id, .to]' cast >want
	jq -c '[.id, .kind, .weight, .back, .from.id, .to.id]' edges | same - want
	jq -c '.from, .to | {id, name, pronouns, age, age_band, people, culture, class, occupation, home, faction, traits, quirk, speech}' edges | sort -u >ends
	jq -c '{id, name, pronouns, age, age_band, people, culture, class, occupation, home, faction, traits, quirk, speech}' cast | sort -u >people
	comm -23 ends people | same - /dev/null
	run -0 jq -r '[keys_unsorted, (.from | keys_unsorted)] | flatten | join(" ")' edges
	assert_line --index 0 "id world kind weight back from to id name pronouns age age_band people culture class occupation home faction traits quirk speech"
	[ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -eq 1 ]
	npc-cast --edges --skip 390 -n 10 | same - <(tail -n "$(npc-cast --edges --skip 390 -n 10 | wc -l)" edges)
	npc-cast -n 30 >taken
	npc-cast -n 70 --edges --taken taken | same - <(npc-cast -n 100 --edges | tail -n "$(npc-cast -n 70 --edges --taken taken | wc -l)")
	# Ends that lie far back are the same people still.
	npc-cast -n 9000 --edges | jq -c -e 'select(.id != .from.id + "_" + .to.id or .from.id == .to.id)' >wrong || true
	same wrong /dev/null
	npc-cast -n 3000 >cast
	npc-cast -n 3000 --edges | jq -c '.to | [.id, .name]' | sort -u >ends
	jq -c '[.id, .name]' cast | sort -u >people
	comm -23 ends people | same - /dev/null
}

@test "npc-cast: a world's further tables become further members" {
	a_world '.tables = {weapon: {entries: [{value: "none", when: {class: ["poor"]}}, {value: "sword", when: {class: ["rich"]}}]},
		luck: {entries: [1, 2.25, true] | map({value: .})}} + .tables'
	sed -i 's/2.25/2.50/' data/worlds/nook.json
	npc-cast -w nook -n 200 >cast
	jq -e -s 'all(.[]; (.weapon == "sword") == (.class == "rich")) and ([.[].luck] | unique | length) == 3' cast
	grep -q '"luck":2.50,"ties":\[' cast
	npc-cast -w nook -n 50 --edges >edges
	run -1 grep -E 'weapon|luck' edges
}

@test "npc-cast: the world is the flag's, else NPC_WORLD's, else the one that ships" {
	a_world
	mkdir -p "$XDG_CONFIG_HOME/npc"
	[ "$(npc-cast -n 1 -w nook | jq -r .world)" = nook ]
	[ "$(npc-cast -n 1 -w data/worlds/nook.json | jq -r .world)" = nook ]
	[ "$(NPC_WORLD=nook npc-cast -n 1 | jq -r .world)" = nook ]
	echo NPC_WORLD=nook >"$XDG_CONFIG_HOME/npc/config"
	[ "$(npc-cast -n 1 | jq -r .world)" = nook ]
	export NPC_DATA=$ROOT/data
	[ "$(NPC_WORLD=perihelion npc-cast -n 1 | jq -r .world)" = perihelion ]
	run -2 npc-cast -w no-such-world
	assert_output --partial 'worlds/no-such-world.json: not found'
	run -2 npc-cast -w 'No Such'
	assert_output --partial "'No Such' is not a name"
	echo '{' >broken.json
	run -2 npc-cast -n 0 -w broken.json
	assert_output --partial 'broken.json: '
	echo '[]' >broken.json
	run -2 npc-cast -n 0 -w broken.json
	assert_output --partial 'broken.json: wanted an object'
	echo '{}' >Broken.json
	run -2 npc-cast -n 0 -w Broken.json
	assert_output --partial 'Broken.json: the name of a world'
}

@test "npc-cast --list: the worlds, a line each" {
	a_world
	NPC_DATA=$PWD/data:$ROOT/data
	run -0 npc-cast --list
	assert_line --regexp '^nook +Nook: A nook$'
	assert_line --regexp '^hansa +'
	echo '{' >data/worlds/bad.json
	run -1 npc-cast --list
	assert_line --partial 'data/worlds/bad.json: '
	assert_line --regexp '^nook +Nook: A nook$'
}

@test "npc-cast: broken worlds and tables, told by file and place" {
	fails 'del(.tables)' 'data/worlds/nook.json: the world has no object "tables"'
	fails 'del(.tables.goal)' 'data/worlds/nook.json: /tables: the world lacks the table "goal"'
	fails 'del(.tables.ocean)' 'the world lacks the table "ocean"'
	fails 'del(.tables.ties)' 'the world lacks the table "ties"'
	fails '.tables.goal = 3' 'data/worlds/nook.json: /tables/goal: wanted a table or the name of one, found number'
	fails '.tables.goal = "nowhere"' 'data/worlds/nook.json: /tables/goal: tables/nowhere.json: not found'
	fails '.tables.goal.entries = []' 'data/worlds/nook.json: /tables/goal/entries: a table with no entry'
	fails '.tables.goal.entries[1] = {value: "x", weight: "many"}' '/tables/goal/entries/1/weight: "many" is not a weight'
	fails '.tables.goal.entries[1] = {value: "x", weight: -2}' '/tables/goal/entries/1/weight: -2 is not a weight'
	fails '.tables.goal.entries |= map({value: ., weight: 0})' '/tables/goal/entries: all weights are 0'
	fails '.tables.goal.entries[1] = {weight: 2}' '/tables/goal/entries/1: an entry without a value'
	fails '.tables.goal.entries[1] = {value: "x", when: {speech: ["s1"]}}' '/tables/goal/entries/1/when/speech: no field of that name is drawn before'
	fails '.tables.occupation.entries |= .[:1]' '/tables/occupation/entries: no entry fits npc-00'
	assert_equal "${stderr##* (}" 'age_band: old)'
	fails '.tables.traits.entries |= .[:4]' '/tables/traits/entries: no five that agree for npc-0001'
	fails '.tables.age.entries[0] |= del(.from)' '/tables/age/entries/0/from: wanted an age'
	fails '.tables.age.entries[0].from = 50' '/tables/age/entries/0: "from" is greater than "to"'
	fails '.tables.pronouns.entries[0] |= del(.given)' '/tables/pronouns/entries/0/given: wanted the name of a list'
	fails '.tables.pronouns.entries[0].given = "n"' 'names-hill.json: /given/n: no such list of names'
	fails '.tables.culture.entries = ["sea"]' '/tables/culture/entries/0: tables/names-sea.json: not found'
	fails '.tables.culture.entries = ["../sea"]' "/tables/culture/entries/0: '../sea' is not a name"
	fails '.tables.ocean.weights = [1]' '/tables/ocean/weights: wanted an array of 5 weights'
	fails '.tables.ocean.weights = [0,0,0,0,0]' '/tables/ocean/weights: all weights are 0'
	fails '.tables.ocean.weights[2] = "x"' '/tables/ocean/weights/2: "x" is not a weight'
	fails '.tables.ocean.openness = []' '/tables/ocean/openness: wanted an array of words'
	fails '.tables.ties.entries = [{value: "x", feeling: [0.5, -0.5]}]' '/tables/ties/entries/0/feeling: wanted [least, most]'
	fails '.tables.ties.entries = [{value: "x", years: [1]}]' '/tables/ties/entries/0/years: wanted [least, most]'
	fails '.tables.ties.entries = [{value: "x", same: ["hat"]}]' '/tables/ties/entries/0/same: there is no field "hat"'
	fails '.tables.ties.entries = [{value: "x", kin: 1}]' '/tables/ties/entries/0/kin: wanted true or false'
	fails '.tables.ties.entries = [{value: "x", least_age: "x"}]' '/tables/ties/entries/0/least_age: wanted a whole number'
	fails '.tables.ties.entries = [{value: "x", least_age: 900}]' '/tables/ties/entries: no entry fits npc-0002 and anyone before'
	fails '.tables.id = .tables.goal' '/tables/id: no table can have this name'
	fails '.tables.banned = "nowhere"' '/tables/banned: tables/nowhere.json: not found'
}

@test "npc-cast: a table that fails late leaves whole rows" {
	a_world '.tables.goal.entries = [{value: "x", when: {class: ["poor"]}}]'
	run -2 npc-cast -w nook -n 64
	npc-cast -w nook -n 64 >cast 2>err || true
	jq -e . cast >/dev/null
	[ "$(lines err)" -eq 1 ]
}

@test "npc-cast -n 0: nothing, at once" {
	run -0 npc-cast -n 0
	assert_output ''
	a_world 'del(.tables)'
	run -0 npc-cast -n 0 -w nook
}

@test "npc-cast --stats" {
	jq -e '.program == "npc-cast" and .rows == 100000 and .ties > 150000 and .peak_memory_bytes > 0' "$BATS_FILE_TMPDIR/stats"
	run -0 --separate-stderr npc-cast -n 5 --stats -
	jq -e '.rows == 5' <<<"$stderr"
}

@test "npc-cast: memory does not grow with the rows" {
	[ "${OBJ:-build}" != build-sanitize ] || skip 'the sanitizer keeps what is freed'
	npc-cast -n 200 --stats few >/dev/null
	few=$(jq .peak_memory_bytes few)
	many=$(jq .peak_memory_bytes "$BATS_FILE_TMPDIR/stats")
	[ "$many" -lt $((few + 2 * 1024 * 1024)) ]
}

@test "npc-cast: a full disk and a closed pipe" {
	[ -w /dev/full ] || skip 'no /dev/full'
	run -3 sh -c 'npc-cast >/dev/full'
	assert_output --partial 'npc-cast: standard output: '
	run -3 sh -c 'npc-cast --list >/dev/full'
	run -3 sh -c 'npc-cast -n 100000 >/dev/full'
	run -0 --separate-stderr sh -c 'npc-cast -n 1000000 | head -n 1'
	[ "${#lines[@]}" -eq 1 ]
	[ -z "$stderr" ]
}
