load helpers

setup() {
	npc_setup
	card='{"spec":"chara_card_v2","data":{"name":"Ann \ud83d\ude00 \u0000 <b>"}}'
	card3='{"spec":"chara_card_v3","data":{"name":"Ann \ud83d\ude00 \u0000 <b>"}}'
}

# a_line ID: both cards for it.
a_line() {
	printf '{"id":"%s","chara":%s,"ccv3":%s}\n' "$1" "$card" "$card3"
}

# a_picture FILE: one that somebody else's library has written, with chunks of its own.
a_picture() {
	echo 'digraph { a -> b [label="drawn"]; a [style=filled, fillcolor=gold] }' | dot -Tpng 2>/dev/null >"$1"
}

# words FILE: what pngcheck has to say of a good picture.
words() {
	pngcheck -q "$1" && pngcheck -v "$1" | sed -n 's/^  chunk \(....\).*/\1/p' | tr '\n' ' '
}

# text_of KEYWORD FILE: what its chunk holds, as others see it.
text_of() {
	pngcheck -t "$2" | sed -n "/^$1:/{n;s/^ *//p}" | base64 -d
}

@test "npc-card: manners" {
	keeps_its_manners npc-card -o out
	run -2 npc-card
	assert_line --partial 'usage: npc-card'
	run -2 npc-card --read -o out
	run -1 npc-card --read </dev/null
	assert_output 'npc-card: -: not a PNG'
}

@test "npc-card: a picture is made up where none is given, the same for the same id" {
	{
		a_line a
		a_line b
	} >cards
	npc-card -o out --stats stats cards
	npc-card -o again <cards
	for id in a b; do
		same "out/$id.png" "again/$id.png"
		[ "$(words "out/$id.png")" = 'IHDR PLTE IDAT tEXt tEXt IEND ' ]
	done
	! cmp -s out/a.png out/b.png
	run -0 jq -c '[.cards, .written, .failed]' stats
	assert_output '[2,2,0]'
	npc-card --read out/a.png >got
	echo "$card3" >want
	same got want
	# What the chunks hold is what others read: base64 of the card.
	text_of ccv3 out/a.png >got
	printf %s "$card3" >want
	same got want
	[ "$(text_of chara out/a.png)" = "$card" ]
}

@test "npc-card: a given picture stays, byte for byte, and old cards go" {
	a_picture given.png
	before=$(words given.png)
	a_line a | npc-card -o out --picture given.png
	[ "$(words out/a.png)" = "${before%IEND }tEXt tEXt IEND " ]
	size=$(($(wc -c <given.png) - 12))
	cmp -n "$size" given.png out/a.png
	# In its own place, with another card.
	card3='{"other":1}'
	a_line a | npc-card -o out --picture out
	[ "$(words out/a.png)" = "${before%IEND }tEXt tEXt IEND " ]
	cmp -n "$size" given.png out/a.png
	run -0 npc-card --read out/a.png
	assert_output '{"other":1}'
	# One kind of card alone leaves the other's.
	printf '{"id":"a","chara":{"v":2}}\n' | npc-card -o out --picture out
	run -0 npc-card --read - <out/a.png
	assert_output '{"other":1}'
	[ "$(text_of chara out/a.png)" = '{"v":2}' ]
}

@test "npc-card: a folder of pictures, and a made one for whoever has none" {
	mkdir pictures
	a_picture pictures/a.png
	{
		a_line a
		a_line b
	} | npc-card -o out --picture pictures
	cmp -n "$(($(wc -c <pictures/a.png) - 12))" pictures/a.png out/a.png
	[ "$(words out/b.png)" = 'IHDR PLTE IDAT tEXt tEXt IEND ' ]
	a_line b | npc-card -o made
	same made/b.png out/b.png
}

@test "npc-card: lines that are no good are told, and cost nobody else" {
	{
		a_line a
		printf '%s\n' '{' '{"chara":{}}' '{"id":"../x","chara":{}}' '{"id":"","chara":{}}' '{"id":"\u0061","chara":{}}' '{"id":"x"}' '{"id":"x","chara":"card"}' '{"id":"x","ccv3":[]}' '[]'
		a_line b
	} >cards
	run -1 npc-card -o out cards
	[ "$(grep -cE '^npc-card: cards:[0-9]+: ' <<<"$output")" -eq 9 ]
	assert_line --partial 'cards:4: "id" must be'
	assert_line --partial 'cards:7: the line has neither "chara" nor "ccv3"'
	assert_line --partial 'cards:8: "chara" must be an object'
	[ "$(find . -name '*.png*' | sort | tr '\n' ' ')" = './out/a.png ./out/b.png ' ]
}

@test "npc-card: damaged pictures are refused in words, and nothing is written" {
	a_picture good.png
	size=$(wc -c <good.png)
	mkdir bad
	head -c 20 good.png >bad/cut.png
	head -c $((size - 5)) good.png >bad/end.png
	head -c $((size - 12)) good.png >bad/iend.png
	head -c 33 good.png | cat - <(tail -c 12 good.png) >bad/pixels.png
	{ head -c 60 good.png && printf '\377' && tail -c +62 good.png; } >bad/crc.png
	{ head -c 33 good.png && printf '\377\377\377\377' && tail -c +38 good.png; } >bad/length.png
	{ head -c 33 good.png && printf '\177\377\377\377' && tail -c +38 good.png; } >bad/long.png
	{ printf X && tail -c +2 good.png; } >bad/signature.png
	echo 'GIF89a' >bad/gif.png
	: >bad/empty.png
	for file in bad/*.png; do
		run -1 --separate-stderr npc-card --read "$file"
		[ -z "$output" ]
		[[ $stderr =~ ^npc-card:\ $file:\ .{9} ]]
		a_line a >cards
		run -2 npc-card -o out --picture "$file" cards
		assert_output --partial "npc-card: --picture: $file: "
		jq -c --arg id "$(basename "$file" .png)" '.id = $id' cards
	done >cards.all
	[ ! -e out/a.png ]
	a_line fine >>cards.all
	run -1 npc-card -o out --picture bad cards.all
	[ "$(grep -c 'npc-card: cards.all:[0-9]*: bad/' <<<"$output")" -eq 10 ]
	[ "$(ls out)" = fine.png ]
	run -1 npc-card --read bad/cut.png out/fine.png bad/gif.png
	assert_line "$card3"
	assert_line 'npc-card: bad/gif.png: not a PNG'
	run -2 npc-card --read missing.png out/fine.png
	assert_line "$card3"
	assert_line --partial 'missing.png: cannot open'
	run -2 npc-card -o out --picture missing.png cards
	assert_output --partial 'missing.png: cannot open'
}

# with_text TEXT: a picture whose ccv3 holds just that, made by hand.
with_text() {
	node -e '
		const zlib = require("node:zlib"), fs = require("node:fs");
		const table = [...Array(256).keys()].map((n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n >>> 0; });
		const crc = (b) => { let c = 0xffffffff; for (const x of b) c = table[(c ^ x) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };
		const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
		const chunk = (type, data) => { const body = Buffer.concat([Buffer.from(type), data]); return Buffer.concat([u32(data.length), body, u32(crc(body))]); };
		const png = (text) => Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", Buffer.from("00000001000000010800000000", "hex")),
			chunk("IDAT", zlib.deflateSync(Buffer.from([0, 0]))), text === null ? Buffer.alloc(0) : chunk("tEXt", Buffer.concat([Buffer.from("ccv3\0"), text])), chunk("IEND", Buffer.alloc(0))]);
		const cards = { none: null, letters: Buffer.from("not base64!!"), text: Buffer.from(Buffer.from("no JSON").toString("base64")), array: Buffer.from(Buffer.from("[1]").toString("base64")),
			twice: Buffer.from(Buffer.from(`{"a":1,"a":2}`).toString("base64")), bytes: Buffer.from(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("base64")),
			lines: Buffer.from(Buffer.from(`{\n  "a": [1,\n 2]\n}\n`).toString("base64")), nothing: Buffer.alloc(0) };
		for (const [name, text] of Object.entries(cards)) fs.writeFileSync(`${name}.png`, png(text));'
}

@test "npc-card: cards of others are read, and what is no card is told" {
	with_text
	for name in none letters text array twice bytes nothing; do
		run -1 --separate-stderr npc-card --read "$name.png"
		[ -z "$output" ]
		[[ $stderr =~ ^npc-card:\ $name.png:\ (no\ character\ is\ in\ it|its\ card) ]]
	done
	run -0 npc-card --read lines.png
	assert_output '{"a":[1,2]}'
}

@test "npc-card: a card of megabytes comes back, a longer line fails alone" {
	head -c 3000000 /dev/zero | tr '\0' 'x' >long
	{ printf '{"id":"a","ccv3":{"text":"' && cat long && printf '"}}\n' && a_line b; } >cards
	npc-card -o out cards
	npc-card --read out/a.png | jq -r .text | tr -d '\n' >got
	same got long
	run -1 npc-card -o few --max-line 64K cards
	[ "$(ls few)" = b.png ]
}

@test "npc-card: memory does not grow with the number of cards" {
	a_picture given.png
	a_line x >line
	for i in $(seq 1500); do printf '{"id":"c%d","chara":%s}\n' "$i" "$card"; done >cards
	npc-card -o few --picture given.png --stats few.stats line
	npc-card -o many --picture given.png --stats many.stats cards
	[ "$(find many -name '*.png' | wc -l)" -eq 1500 ]
	run -0 jq -s '.[1].peak_memory_bytes < .[0].peak_memory_bytes + 3000000 and .[0].peak_memory_bytes > 0' few.stats many.stats
	assert_output true
}

@test "npc-card: places that cannot be written to" {
	a_line a >cards
	npc-card -o out cards
	run -3 npc-card -o cards/out cards
	mkdir -p taken/a.png
	run -3 npc-card -o taken cards
	assert_output --partial 'taken/a.png'
	[ "$(find taken -type f | wc -l)" -eq 0 ]
	run -3 sh -c 'npc-card --read out/a.png >/dev/full'
	assert_output --partial 'No space left'
	for i in $(seq 3000); do echo out/a.png; done >names
	run -0 --separate-stderr bash -c 'xargs npc-card --read <names | head -n 1; echo "${PIPESTATUS[0]}" >status'
	[ -z "$stderr" ] || [[ $stderr == *'terminated by signal 13'* ]]
}
