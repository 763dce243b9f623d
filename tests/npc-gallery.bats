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
		head -n 15 "many/$file.ndjson" >"few/$file.ndjson"
	done
	head -n 25 many/relationships.ndjson >few/relationships.ndjson
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

@test "npc-gallery: everybody has an emblem of their own, the same each time" {
	looked emblems
}

@test "npc-gallery: searches without case and accents" {
	looked search
}

@test "npc-gallery: secrets are neither searched nor shown before they are asked for" {
	looked secrets
}

@test "npc-gallery: filters by home, trait and occupation" {
	looked filters
}

@test "npc-gallery: a person that is opened shows what every file says of them" {
	looked person
}

@test "npc-gallery: addresses within the page, and the way back" {
	looked addresses
}

@test "npc-gallery: can be used by keyboard alone" {
	looked keyboard
}

@test "npc-gallery: a dialogue is played, taken back and begun again" {
	looked dialogue
}

@test "npc-gallery: the ties are drawn, of everybody and around one" {
	looked web
}

@test "npc-gallery: is no wider than a phone" {
	looked phone
}

@test "npc-gallery: axe finds nothing, in light and in dark" {
	looked axe
}

@test "npc-gallery: markup in any field is shown and not run" {
	looked markup
}

@test "npc-gallery: long texts, wrong types, strange ids and empty casts" {
	looked odd
}

@test "npc-gallery: prints what is open, else the cards" {
	looked print
}

# data FILE: the data in the page.
data() {
	sed -n '/^<script type="application\/json"/,/^<\/script>/p' "$1" | sed '1d;$d'
}

@test "npc-gallery: rows that are bad are told with file and line, and the others shown" {
	mkdir cast
	printf '%s\n' '{"id":"a","name":"Ä"}' '' '{"id":"b"' '[1]' '{"id":"no good"}' '{"id":7}' '{"name":"x"}' '{"id":"a","name":"twice"}' \
		$'{"id":"c","name":"\xff"}' '{"id":"d"} {"id":"e"}' '{"id":"f"}' >cast/characters.ndjson
	printf '{"from":"a","to":"f"}\n{"from":"a"}\n{"from":"a","to":"f","weight":1}' >cast/edges.ndjson
	printf '{"id":"f","barks":["x"]}\n{"id":"f","barks":["y"]}\n' >cast/barks.ndjson
	echo 'not for us' >cast/characters.rejects.ndjson
	run -1 --separate-stderr npc-gallery cast
	[ -z "$output" ]
	sed -E 's/:([0-9]+): .*/:\1/' <<<"$stderr" | sort >got
	{
		printf 'npc-gallery: cast/characters.ndjson:%s\n' 3 4 5 6 7 8 9 10
		printf 'npc-gallery: cast/%s\n' edges.ndjson:2 barks.ndjson:2
	} | sort >want
	same got want
	for words in '3: Unfinished' '4: a row must be an object' '5: a row needs an id' '8: a stands twice' '9: not UTF-8'; do
		grep -qF "characters.ndjson:$words" <<<"$stderr"
	done
	data cast/gallery.html >page.json
	run -0 jq -c '[.people[] | [.id, .name, .barks]], .ties' page.json
	assert_line '[["a","Ä",null],["f",null,["x"]]]'
	assert_line '[{"from":"a","to":"f","weight":1}]'
	[ "$(ls cast)" = $'barks.ndjson\ncharacters.ndjson\ncharacters.rejects.ndjson\nedges.ndjson\ngallery.html' ]
}

@test "npc-gallery: what several files say is put together, and the first that says it is right" {
	mkdir cast
	printf '%s\n' '{"id":"a","name":"A","age":1,"ties":[{"to":"b","kind":"friend","weight":0.5},{"to":"b","kind":"rival"}]}' '{"id":"b","name":"B"}' >cast/cast.ndjson
	echo '{"id":"a","name":"A","age":2,"hair":"red"}' >cast/characters.ndjson
	echo '{"id":"a","name":"old","quest":{"title":"t"}}' >cast/quest.ndjson
	echo '{"id":"place","name":"P","lore":[1]}' >cast/lore.ndjson
	echo '{"id":"a_b","world":"hansa","from":{"id":"a","name":"A"},"to":{"id":"b"},"kind":"friend","description":"long"}' >cast/relationships.ndjson
	echo '{"from":"a","to":"b","description":"short","odd":1}' >cast/edges.ndjson
	npc-gallery -o - cast >page.html
	[ ! -e cast/gallery.html ]
	data page.html >page.json
	run -0 jq -Sc '[.people[] | del(.ties)], .ties, .others' page.json
	assert_output - <<-'END'
		[{"age":2,"hair":"red","id":"a","name":"A","quest":{"title":"t"}},{"id":"b","name":"B"}]
		[{"description":"long","from":"a","kind":"friend","odd":1,"to":"b","weight":0.5},{"from":"a","kind":"rival","to":"b"}]
		[{"id":"place","lore":[1],"name":"P"}]
	END
}

@test "npc-gallery: the title is the world's, the folder's, or the one that is given" {
	mkdir -p cast data/worlds
	echo '{"id":"a","world":"mine"}' >cast/cast.ndjson
	title() {
		npc-gallery -o - "$@" cast | sed -n 's/<title>\(.*\)<\/title>/\1/p'
	}
	[ "$(title)" = cast ]
	echo '{"title":"Mine & <yours>","description":"d"}' >data/worlds/mine.json
	export NPC_DATA=$PWD/data:$ROOT/data
	[ "$(title)" = 'Mine &amp; &lt;yours&gt;' ]
	[ "$(title -t '"Hers"')" = '&quot;Hers&quot;' ]
}

@test "npc-gallery: nothing in the data can end its element, and the policy names what may run" {
	mkdir cast
	printf '{"id":"a","name":"</script><script>x</script><!--\u2028\u2029 &"}\n' >cast/cast.ndjson
	npc-gallery cast
	[ "$(grep -ac '</script>' cast/gallery.html)" -eq 2 ]
	data cast/gallery.html >page.json
	run -1 grep -E '[<>&]' page.json
	run -0 jq -r '.people[0].name' page.json
	assert_output $'</script><script>x</script><!--\u2028\u2029 &'
	grep -q "content=\"default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]*='; style-src 'sha256-[A-Za-z0-9+/]*='; base-uri 'none'; form-action 'none'\"" cast/gallery.html
	run -1 grep -nE ' on[a-z]+=| style=' "$ROOT/data/gallery/page.html"
	run -1 grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|fetch\(|XMLHttp|https?:' <(grep -v 'www.w3.org/2000/svg' "$ROOT"/data/gallery/*.js) "$ROOT"/data/gallery/*.css
}

@test "npc-gallery: usage, and what cannot be read or written" {
	run -0 npc-gallery --help
	assert_line --index 0 'usage: npc-gallery [-t TITLE] [-o FILE] DIR'
	for args in '' 'a b' '--no-such-option' 'nowhere'; do
		# shellcheck disable=SC2086 # several arguments
		run -2 npc-gallery $args
	done
	assert_output 'npc-gallery: nowhere: no such folder'
	mkdir cast
	run -2 npc-gallery cast
	assert_output 'npc-gallery: cast: has neither characters.ndjson nor cast.ndjson'
	echo '{"id":"a"}' >cast/cast.ndjson
	run -3 npc-gallery -o nowhere/page.html cast
	assert_line --partial 'cannot write beside nowhere/page.html'
	run -2 npc-gallery -o cast cast
	assert_output 'npc-gallery: cast: is a folder'
	mkfifo pipe
	timeout 20 cat pipe >got &
	run -0 npc-gallery -o pipe cast
	wait $!
	[ -p pipe ]
	[ "$(tail -n 1 got)" = '</html>' ]
	NPC_DATA=$PWD run -2 npc-gallery cast
	assert_output --partial 'gallery/page.html: not found'
	[ "$(ls cast)" = cast.ndjson ]
	if [ -w /dev/full ]; then
		run -3 sh -c 'npc-gallery -o - cast >/dev/full'
		assert_output 'npc-gallery: cannot write standard output'
		run -3 sh -c 'npc-gallery --help >/dev/full'
	fi
	npc-gallery -o - cast | head -c 10 >got
	[ "$(cat got)" = '<!DOCTYPE ' ]
	mv cast ./-cast
	npc-gallery -- -cast
	[ -s ./-cast/gallery.html ]
}

@test "npc-gallery: works when it is installed, and a page that is there stays until the new one is whole" {
	make -s -C "$ROOT" OBJ="${OBJ:-build}" ${SANITIZE:+SANITIZE=$SANITIZE} PREFIX="$PWD/usr" install >/dev/null
	unset NPC_DATA
	mkdir cast
	echo '{"id":"a","name":"Somebody","world":"hansa"}' >cast/cast.ndjson
	PATH=$PWD/usr/bin:/usr/bin:/bin
	npc-gallery cast
	grep -q '<title>Stakenwik</title>' cast/gallery.html
	cp cast/gallery.html before
	printf '{"id":"b"}\n' >cast/cast.ndjson
	mkdir "$PWD/broken" && cp -R usr/share/npc/gallery broken/gallery && rm broken/gallery/web.js
	NPC_DATA=$PWD/broken run -2 npc-gallery cast
	assert_line --partial 'web.js: cannot be read'
	same cast/gallery.html before
}
