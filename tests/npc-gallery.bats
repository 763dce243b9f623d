load helpers

# The page is looked at once, by gallery/drive.js in a headless Chromium; each test that names one of
# its checks tells how that went.

setup_file() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	PATH=$ROOT/${OBJ:-build}:$ROOT/scripts:$PATH
	unset "${!NPC_@}"
	export NPC_DATA=$ROOT/data
	cd "$BATS_FILE_TMPDIR" || return 1
	many
	hostile
	mkdir empty bare
	: >empty/cast.ndjson
	echo '{"id":"only"}' >bare/cast.ndjson
	few
	for folder in many few empty bare; do
		npc-gallery -o "$folder.html" "$folder" || return 1
	done
	npc-gallery -t '<script>window.ran=20</script> & "@POLICY@" @data' -o hostile.html hostile || return 1
	if [ ! -d "$ROOT/build/npm/node_modules/puppeteer-core" ] || [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
		return
	fi
	node "$ROOT/tests/gallery/drive.js" . >looked 2>&1 || echo "not ok: the driver broke off" >>looked
	sed -n 's/^# //p' looked | sed 's/^/# /' >&3
}

setup() {
	npc_setup
}

# answers RECIPE: rows with what dice answer to it. npc-check is left out: it takes longer than the rest.
answers() {
	npc-prompt -r "$1" | npc-dice | npc-merge
}

# many: a cast of 500 with everything.
many() {
	mkdir many
	npc-cast -n 500 >many/cast.ndjson
	answers character <many/cast.ndjson >many/whole
	npc-cast -n 500 --edges | answers relationship >many/relationships.ndjson
	for recipe in dialogue barks quest; do
		answers "$recipe" <many/whole >"many/$recipe.ndjson"
	done
	# What the driver expects of a person, in one file.
	jq -cn --slurpfile more many/dialogue.ndjson '($more | map({key: .id, value: .dialogue}) | from_entries) as $told
		| inputs | .dialogue = $told[.id]' many/whole >many/characters.ndjson
	rm many/whole
}

# few: the first of them, with whom these are tied to.
few() {
	local file
	mkdir few
	for file in characters barks quest; do
		head -n 30 "many/$file.ndjson" >"few/$file.ndjson"
	done
	head -n 50 many/relationships.ndjson >few/relationships.ndjson
}

# marks: what runs, where a page takes text for markup; a JSON string a line.
marks() {
	cat <<-'MARKS'
		"<script>window.ran=1</script>"
		"</script><script>window.ran=2</script>"
		"<img src=x onerror='window.ran=3'>"
		"javascript:window.ran=4"
		"<!-- <script> -->"
		"'\"><svg onload=window.ran=5>"
		"&lt;b&gt; &amp; &quot;"
		"]]> --> */ `${window.ran=6}` {{constructor.constructor('window.ran=7')()}}"
		"\u2028window.ran=8\u2029"
		"</style><style>*{display:none}</style>"
		"\\u003cscript> \\\" @data @POLICY@"
	MARKS
}

# hostile: few people, of whom each is trouble.
hostile() {
	mkdir hostile
	marks >hostile/markup
	{
		jq -c --slurpfile marks hostile/markup '($marks | join(" ")) as $all
			| (.. | strings) |= "\(.) \($all)"
			| .id = "npc-0001" | .world = "hansa" | .ties = [{to: "npc-0002", kind: $all, weight: "\($all)"}, {to: "no-one", kind: $all}]
			| .dialogue = {start: "a", nodes: [{id: "a", text: $all, replies: [{text: $all, goto: "javascript:window.ran=9"}, {text: $all, goto: "END"}]}]}
			| .quest = {id: $all, title: $all, type: $all, hook: $all, objectives: [$all], reward: $all, involved: [{id: $all, role: $all}]}
			| .barks = {($all): [$all, {a: $all}]}
			| .["<b onclick=window.ran=10>x</b>"] = {($all): [[$all]]}' < <(sed -n 1p many/characters.ndjson)
		jq -c '("x" * 1048576) as $long
			| .id = "npc-0002" | .world = "hansa" | .personality = "\("long words " * 100000)needle in the haystack" | .ties = [{to: "npc-0001", description: $long}]
			| .name = $long | .traits[0] = $long | .appearance.hair = $long | .dialogue.nodes[0].text = $long
			| .more = [range(3000)]' < <(sed -n 2p many/characters.ndjson)
		echo '{"id":"npc-0003","favourite_colour":"<green>","name":7,"age":{"a":[1]},"traits":5,"ocean":"deep","appearance":[],"background":"none","skills":"one","secrets":{"a":1},"dialogue":{"nodes":"x"},"barks":[1,null],"quest":"fetch","ties":"none","occupation":["a","b"]}'
		echo '{"id":"npc-0004","name":null,"age":null,"traits":null,"ocean":null,"appearance":null,"background":null,"skills":null,"secrets":null,"dialogue":null,"barks":null,"quest":null,"ties":null,"greeting":null}'
		echo '{"id":"npc-0005","name":"\u202eoded \u0000\u0007 \ud83d\ude00","dialogue":{"start":"x","nodes":[{"id":"__proto__","replies":[{"goto":"constructor"},7,null]},4]},"ties":[{"to":"npc-0005"},{"to":"constructor","weight":9},{"to":5},3]}'
		echo '{"id":"__proto__","name":"Proto"}'
		echo '{"id":"constructor","name":"Constructor","__proto__":{"a":1}}'
	} >hostile/characters.ndjson
	echo '{"id":"mole","name":"What the mole keeps","lore":[{"topic":"<script>window.ran=11</script>","text":"t"}]}' >hostile/lore.ndjson
}

# looked NAME: what the driver says of that check.
looked() {
	[ -e "$BATS_FILE_TMPDIR/looked" ] || skip 'needs chromium, and puppeteer-core and axe-core (scripts/deps check)'
	grep -qx "ok $1" "$BATS_FILE_TMPDIR/looked" && return
	grep -A 30 "^not ok \($1\|browser\|the driver\)\b" "$BATS_FILE_TMPDIR/looked" || tail -n 20 "$BATS_FILE_TMPDIR/looked"
	return 1
}

@test "npc-gallery: opens 500 characters from disk, without a complaint or a request" {
	looked opens
}
