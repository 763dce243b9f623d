load helpers

setup_file() {
	local path=$PATH
	PATH=$BATS_TEST_DIRNAME/../${OBJ:-build}:$PATH
	npc-cast -n 300 -s 5 | npc-prompt -r character | npc-dice | npc-merge >"$BATS_FILE_TMPDIR/cast"
	PATH=$path
}

setup() {
	npc_setup
	CAST=$BATS_FILE_TMPDIR/cast
}

# census [ARG...]: the figures, in $status and the file figures; the findings in found.
census() {
	status=0
	npc-census --json --findings found "$@" >figures 2>errors || status=$?
}

# figure NAME VALUE: the figure is that.
figure() {
	run -0 jq -r --arg n "$1" '.[$n]' figures
	assert_output "$2"
}

# found LINE...: these are the findings, in any order.
found() {
	printf '%s\n' "$@" | sort >want
	sort found >got
	same got want
}

# row ID JSON: a row with more members.
row() {
	jq -cn --arg id "$1" --argjson more "${2:-{\}}" '{id: $id, name: $id} + $more'
}

@test "npc-census: manners" {
	knows_its_options npc-census
	[ "$(lines <(npc-census </dev/null))" -gt 20 ]
	run -3 sh -c 'npc-census </dev/null >/dev/full'
	run -2 npc-census --list x
	run -2 npc-census --min-words -1
	run -2 npc-census --facts a,,b
	run -2 npc-census --text ,
	run -2 npc-census --facts a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q
	assert_line --partial 'at most 16'
}

@test "npc-census: a cast by dice has no fault" {
	census --fail-if 'near_duplicates>0.02' --fail-if 'unique_names<1' --fail-if 'dangling_ties>0' \
		--fail-if 'misnamed_ties>0' --fail-if 'contradictions>0' --fail-if 'banned_names>0' --fail-if 'rows<300' "$CAST"
	[ "$status" -eq 0 ]
	[ ! -s errors ]
	[ ! -s found ]
	figure rows 300
	figure named 300
	figure unique_names 1
	figure ties "$(jq '.ties | length' "$CAST" | jq -s add)"
	figure reciprocity 0
	figure estimated '[]'
}

@test "npc-census: nor have 10,000, and their near-duplicates are few" {
	npc-cast -n 10000 | npc-prompt -r character | npc-dice | npc-merge >cast
	census --fail-if 'unique_names<1' --fail-if 'near_duplicates>0.02' --fail-if 'dangling_ties>0' cast
	[ "$status" -eq 0 ]
	run ! grep -v '"finding":"near_duplicate"' found
	figure rows 10000
	figure contradictions 0
}

@test "npc-census: every planted fault of a doctored cast is found, and no more" {
	jq -sc '.[20].name as $name | .[30].background as $background
		| .[120].name = ($name | ascii_upcase)
		| .[130].background = $background
		| .[140].ties += [{to: "npc-9999", kind: "friend", weight: 0.5}]
		| .[150] |= (.background.motivation += " \(.name) is a goldsmith.")
		| .[160].name = "Lyra Oldenburg"
		| .[170].ties[0].name = "Nobody Else"
		| .[180] |= (.age = 40 | .greeting = "I am forty-one, and I am busy.")
		| .[190] |= (.home = "Mole End" | .pronouns = "she/her" | .personality += " She lives in Candle Lane.")
		| .[200].background.occupation = "astronaut"
		| .[]' "$CAST" >doctored
	census doctored
	[ "$status" -eq 0 ]
	found '{"finding":"duplicate_name","id":"npc-0121","name":"'"$(jq -r 'select(.id == "npc-0121").name' doctored)"'","other":"npc-0021"}' \
		'{"finding":"near_duplicate","id":"npc-0131","other":"npc-0031","member":"background","similarity":1}' \
		'{"finding":"dangling_tie","id":"npc-0141","to":"npc-9999"}' \
		'{"finding":"contradiction","id":"npc-0151","fact":"occupation","given":"'"$(jq -r 'select(.id == "npc-0151").occupation' "$CAST")"'","stated":"goldsmith"}' \
		'{"finding":"banned_name","id":"npc-0161","name":"Lyra Oldenburg","banned":"Lyra"}' \
		'{"finding":"misnamed_tie","id":"npc-0171","to":"'"$(jq -r 'select(.id == "npc-0171").ties[0].to' doctored)"'","name":"Nobody Else","is":"'"$(jq -r '.name as $n | select(.id == $id).name' --arg id "$(jq -r 'select(.id == "npc-0171").ties[0].to' doctored)" doctored)"'"}' \
		'{"finding":"contradiction","id":"npc-0181","fact":"age","given":"40","stated":"41"}' \
		'{"finding":"contradiction","id":"npc-0191","fact":"home","given":"Mole End","stated":"Candle Lane"}' \
		'{"finding":"contradiction","id":"npc-0201","fact":"occupation","given":"'"$(jq -r 'select(.id == "npc-0201").occupation' doctored)"'","stated":"astronaut"}'
	figure duplicate_names 1
	figure near_duplicate_pairs 1
	figure dangling_ties 1
	figure misnamed_ties 1
	figure banned_names 1
	figure contradictions 4
	run -0 jq '[.near_duplicates * 300, .unique_names * 300] | map(round)' -c figures
	assert_output '[2,299]'
}

@test "npc-census: a backstory with other names and a changed sentence is still a copy" {
	jq -sc '.[30] as $from | .[130] as $to | .[130].background = ($from.background
			| map_values(gsub($from.name; $to.name)) | .family |= sub("^[^.]*\\."; "The family came from far away."))
		| .[]' "$CAST" >doctored
	census doctored
	run -0 jq -c 'del(.similarity)' found
	assert_output '{"finding":"near_duplicate","id":"npc-0131","other":"npc-0031","member":"background"}'
	run -0 jq -e '.similarity > 0.5 and .similarity < 1' found
}

@test "npc-census: the figures are those that jq counts" {
	head -n 120 "$CAST" >in
	census in
	# The same strings, words and n-grams, in jq's own terms.
	jq -n '
		def words: [ascii_downcase | scan("[\\p{L}\\p{N}]+(?:[\u0027\u2019][\\p{L}\\p{N}]+)*")];
		def share: (unique | length) / length;
		[inputs | [to_entries[] | select(.key | IN("appearance", "background", "personality", "skills", "secrets", "greeting"))
			| .key as $k | .value | .. | strings | {k: $k, s: ., w: words} | select(.w | length >= 5)]] | flatten
		| {texts: length, words: (map(.w | length) | add),
		distinct_1: ([.[].w[]] | share),
		distinct_2: ([.[].w | range(0; length - 1) as $i | .[$i:$i + 2] | join(" ")] | share),
		distinct_3: ([.[].w | range(0; length - 2) as $i | .[$i:$i + 3] | join(" ")] | share),
		same_openings: ((group_by([.k, .w[:4]]) | map(select(length > 1) | length) | add // 0) / length)}' in >want
	jq '{texts, words, distinct_1, distinct_2, distinct_3, same_openings}' figures >got
	same got want
	jq -n '[inputs] | length as $n | {unique_first_names: ((map(.name | split(" ")[0]) | unique | length) / $n)}' in >want
	jq '{unique_first_names}' figures >got
	same got want
}

@test "npc-census: the compression ratio is zstd's" {
	command -v zstd >/dev/null || skip 'no zstd'
	census --text personality "$CAST"
	jq -r .personality "$CAST" >prose
	packed=$(zstd -3 -c <prose | wc -c)
	jq -e --argjson want "$(wc -c <prose)" --argjson packed "$packed" '.compression_ratio / ($want / $packed) | . > 0.98 and . < 1.02' figures
}

@test "npc-census: --text, --min-words: which members are prose, and which of them are compared" {
	text='one two three four five six seven eight'
	{
		row a "{\"quirk\":\"$text\",\"bio\":{\"long\":\"$text\",\"short\":\"just four words here\"}}"
		row b "{\"quirk\":\"$text\",\"bio\":{\"long\":[\"$text\"],\"short\":\"just four words here\"}}"
	} >in
	census in
	figure texts 2
	figure near_duplicates null
	census --min-words 8 in
	figure near_duplicates 1
	found '{"finding":"near_duplicate","id":"b","other":"a","member":"bio","similarity":1}'
	census --min-words 8 --text quirk,bio.short,bio.none,none.at.all in
	figure texts 4
	figure words 24
	found '{"finding":"near_duplicate","id":"b","other":"a","member":"quirk","similarity":1}'
	census --min-words 9 in
	figure near_duplicate_pairs 0
}

@test "npc-census: --facts, --name, --ties name other members" {
	{
		row a '{"called":"Ann Lee","guild":"the Salters","links":["b","c"],"bio":"Nobody in the guild of THE SALTERS is older than that."}'
		row b '{"called":"Ann lee","guild":"the Weavers","links":[{"to":"a"}],"bio":"The guild of weavers-of-silk has no better hand.","more":{"guild":"the Tanners"}}'
	} >in
	census --facts guild --name called --ties links in
	figure mentions_guild 1
	figure reciprocity "$(jq -n '2 / 3')"
	found '{"finding":"duplicate_name","id":"b","name":"Ann lee","other":"a"}' '{"finding":"dangling_tie","id":"a","to":"c"}' \
		'{"finding":"contradiction","id":"b","fact":"guild","given":"the Weavers","stated":"the Tanners"}'
	census --facts '' in
	run -0 jq -c '[keys[] | select(startswith("mentions_"))]' figures
	assert_output '[]'
}

@test "npc-census: --ban adds words; a capital asks for one; names are banned in any case" {
	echo '{"entries":["tapestry",{"value":"a testament to"},"Willow"]}' >worn.json
	{
		row a '{"name":"raven black","bio":"The willow was a Testament to rain, and Raven wove a tapestry; a willow."}'
		row b '{"name":"Mira-Lou Ravens","bio":"Under a Willow, a testament, to nobody, was read aloud by ravens."}'
	} >in
	census in
	figure banned_words 2
	found '{"finding":"banned_name","id":"a","name":"raven black","banned":"Raven"}' '{"finding":"banned_name","id":"b","name":"Mira-Lou Ravens","banned":"Mira"}'
	census --ban ./worn.json --ban worn.json in
	figure banned_words 6
	run -0 jq '.banned_per_thousand * .words / 1000 | round' figures
	assert_output 6
	run -2 npc-census --ban none in
	echo '{"entries":[7]}' >bad.json
	run -2 npc-census --ban bad.json in
	assert_output --partial 'bad.json: /entries/0'
	echo '{"entries":["one two three four five six seven eight nine"]}' >bad.json
	run -2 npc-census --ban bad.json in
	echo '{"entries":["..."]}' >bad.json
	run -2 npc-census --ban bad.json in
}

@test "npc-census: --fail-if says which figure, and ends with 1" {
	run -1 --separate-stderr npc-census --json --fail-if 'rows>299' --fail-if 'rows<300' --fail-if 'unique_names==1' "$CAST"
	[ "$(lines <(echo "$stderr"))" -eq 2 ]
	[ "$stderr" = "npc-census: fails 'rows>299': rows is 300
npc-census: fails 'unique_names==1': unique_names is 1" ]
	echo "$output" | jq -e .rows
	run -2 npc-census --fail-if 'rowz>1' "$CAST"
	assert_line --partial "no figure 'rowz'"
	run -2 npc-census --fail-if 'rows=>1' "$CAST"
	run -1 --separate-stderr npc-census --fail-if 'near_duplicates>0.01' </dev/null
	[ "$stderr" = "npc-census: fails 'near_duplicates>0.01': there was nothing to measure" ]
}

@test "npc-census: bad rows are told by file and line, and nothing else is lost" {
	{
		row a '{"ties":[{"to":"b"}]}'
		echo '{"id":"x",'
		echo '[]'
		echo '"a"'
		echo '{"name":"no id"}'
		echo '{"id":7}'
		echo '{"id":"a b"}'
		printf '{"id":"%065d"}\n' 0
		printf '{"id":"y","name":"\xff"}\n'
		echo '{"id":"z","z":1,"z":2}'
		row a '{"ties":[{"to":"nobody"}]}'
		printf '\n\r\n'
		row b '{"name":7,"age":"x","occupation":[],"home":null,"ties":{"to":"a"}}' | tr -d '\n'
	} >in
	census in
	[ "$status" -eq 1 ]
	figure rows 2
	figure bad_rows 10
	figure named 1
	figure ties 1
	[ ! -s found ]
	[ "$(lines errors)" -eq 10 ]
	for line in {2..11}; do
		grep -q "^npc-census: in:$line: " errors
	done
	grep -q "in:11: the id 'a' is used twice" errors
	head -c 201 /dev/zero | tr '\0' ' ' | sed 's/^/\n/' >>in
	census --max-line 200 in
	figure rows 2
	figure bad_rows 11
}

@test "npc-census: whatever a string holds, it is counted and printed safely" {
	hostile_values | jq -c '{id: "h\(input_line_number)", name: ., bio: "\(.) one two three four \(.) five six"} + {ties: [{to: .}]}' >in
	census in
	[ "$status" -eq 0 ]
	figure bad_rows 0
	figure dangling_ties "$(lines in)"
	jq -e . found >/dev/null
	npc-census in >table
	run ! grep -q "[[:cntrl:]]" <(tr -d '\n' <table)
}

@test "npc-census: a text that says a million things takes no longer than others" {
	for word in 'I am a miller and ' 'he is a ' 'a ' '. ' 'Lyra ' 'forty '; do
		yes "$word" | head -n 100000 | tr -d '\n' | jq -Rc --arg id "$(echo "$word" | tr -cd a-z)" \
			'{id: ("x" + $id), name: "Bo Miller", occupation: "cook", home: "Mole End", age: 3, pronouns: "he/him", bio: .}'
	done >in
	# A time out of all proportion: it takes well below a second.
	timeout 20 npc-census --json --findings found in >figures
	figure rows 6
	figure banned_words 100000
}

@test "npc-census: the table has every figure, and --list bounds what follows" {
	for i in {1..15}; do row "r$i" '{"name":"Ann","ties":[{"to":"x"}]}'; done >in
	npc-census in >table
	[ "$(grep -c '^  r' table)" -eq 20 ]
	grep -qx '  and 4 more' table
	grep -qx '  and 5 more' table
	grep -qx 'duplicate_name: 14' table
	grep -qx '  r2  name Ann  other r1' table
	npc-census --list 0 in >table
	census in
	[ "$(lines table)" -eq "$(jq 'length - 1' figures)" ]
	run -0 npc-census --list 100 in
	refute_output --partial ' more'
}

@test "npc-census: --findings and --stats: written whole, or not at all" {
	run -3 npc-census --findings none/there "$CAST"
	assert_output --partial none/there
	if [ -w /dev/full ]; then
		row a '{"ties":[{"to":"x"}]}' >in
		run -3 npc-census --findings /dev/full in
		assert_output --partial /dev/full
	fi
	npc-census --stats stats "$CAST" >/dev/null
	run -0 jq -c '[.program, .rows_in, .bad_rows, .bytes_in]' stats
	assert_output "[\"npc-census\",300,0,$(stat -c %s "$CAST")]"
	TMPDIR=$PWD/none run -3 npc-census "$CAST"
	assert_output --partial "$PWD/none"
	run -2 npc-census "$CAST" none
	assert_output --partial '300'
}

@test "npc-census: several files, standard input and a pipe are one cast, and leave nothing behind" {
	mkdir tmp
	export TMPDIR=$PWD/tmp
	census "$CAST"
	cp figures want
	cp found want-found
	head -n 100 "$CAST" >one
	tail -n 200 "$CAST" | census one -
	same figures want
	same found want-found
	# shellcheck disable=SC2002
	cat "$CAST" | census
	same figures want
	[ -z "$(ls tmp)" ]
	LC_ALL=tr_TR.UTF-8 census "$CAST"
	same figures want
}
