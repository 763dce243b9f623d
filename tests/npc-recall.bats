load helpers
load recall

setup() {
	npc_setup
	recall_setup
}

@test "npc-recall: manners" {
	keeps_its_manners npc-recall add
	keeps_its_manners npc-recall import
	keeps_its_manners npc-recall query
	keeps_its_manners npc-recall embed
}

@test "npc-recall: options before the command and after it, each for its commands only" {
	add '{"id":"a","npc":"bob","text":"mill"}' '{"id":"b","npc":"al","text":"mill"}'
	run -0 npc-recall --npc al list
	assert_output '{"id":"b","npc":"al","text":"mill"}'
	run -0 npc-recall -m "$NPC_MEMORY" list --npc al
	assert_output '{"id":"b","npc":"al","text":"mill"}'
	POSIXLY_CORRECT=1 run -0 npc-recall list --npc al
	assert_output '{"id":"b","npc":"al","text":"mill"}'
	run -0 npc-recall get --npc al -- b
	run -2 npc-recall
	assert_line --partial 'which command?'
	run -2 npc-recall remember
	assert_line --partial "'remember' is no command"
	run -2 npc-recall --keep 3 list
	assert_line --partial '--keep is not for list'
	run -2 npc-recall list -k 3
	assert_line --partial 'is not for list'
	run -2 npc-recall list file
	assert_line --partial "'file' is one too many"
	for wrong in '-k x' '-k -1' '--mode fast' '--min-score x' '--min-score 1e999' '--budget 0' '--at soon' '--since x' '--until x' '--relevance -1' \
		'--recency x' '--importance ""' '--half-life 0' '--where {' '--where {"a":{"$like":1}}' '--where {} --where {}' '-m ""'; do
		eval "set -- ${wrong//\{/\\\{}"
		run -2 npc-recall query "$@" </dev/null
		assert_line --partial 'usage: npc-recall'
	done
	run -2 npc-recall add --sync some </dev/null
	run -2 npc-recall embed --batch 0 </dev/null
	run -2 npc-recall embed --dimensions 0 </dev/null
	run -2 npc-recall forget --keep 0
	run -2 npc-recall get
}

@test "npc-recall: the database: -m, then NPC_MEMORY, then the configuration" {
	npc-recall -m flag.db add <<<'{"id":"flag","npc":"bob","text":"mill"}'
	npc-recall add <<<'{"id":"environment","npc":"bob","text":"mill"}'
	[ "$(command stat -c %a flag.db)" = 600 ]
	mkdir -p config/npc
	echo "NPC_MEMORY=$PWD/configured.db" >config/npc/config
	env -u NPC_MEMORY npc-recall add <<<'{"id":"configured","npc":"bob","text":"mill"}'
	run -0 npc-recall list -m flag.db
	assert_output --partial '"flag"'
	run -0 npc-recall list
	assert_output --partial '"environment"'
	run -0 env -u NPC_MEMORY npc-recall list
	assert_output --partial '"configured"'
	rm config/npc/config
	run -2 env -u NPC_MEMORY npc-recall list
	assert_line --partial 'NPC_MEMORY'
}

@test "add: each memory is told in order, the bad ones in their place" {
	printf '%s\n' '{"id":"a","npc":"bob","text":"one"}' '{"npc":"bob","text":" \n"}' '{"npc":"bob","text":"two"}' 'oops' \
		'{"id":"a","npc":"al","text":"three"}' '[]' '{"npc":"bob","id":"x","text":7}' >in
	run -1 --separate-stderr npc-recall add in
	echo "$output" >got
	cat >want <<-'W'
	{"npc":"bob","id":"a"}
	{"npc":"bob","id":null,"error":{"code":"invalid_memory","message":"\"text\" is empty"}}
	{"npc":"bob","id":"ID"}
	{"npc":null,"id":null,"error":{"code":"invalid_memory","message":"not JSON: byte 1: neither a number nor true, false or null"}}
	{"npc":"al","id":"a"}
	{"npc":null,"id":null,"error":{"code":"invalid_memory","message":"a line must be an object, not array"}}
	{"npc":"bob","id":"x","error":{"code":"invalid_memory","message":"\"text\" must be a string, not number"}}
	W
	sed -E 's/[0-9a-f]{32}/ID/' got | same - want
	[ "$(grep -c '^npc-recall: in:[2467]: ' <<<"$stderr")" -eq 4 ]
	[ "$(stat .memories)" -eq 3 ]
	sound
}

@test "add: what is wrong with a member is said in words" {
	while IFS='|' read -r member why; do
		echo "{\"npc\":\"bob\",\"text\":\"mill\",$member}" | sed -E 's/"npc":"bob",(.*"npc")/\1/; s/"text":"mill",(.*"text")/\1/' >in
		run -1 --separate-stderr npc-recall add in
		assert_equal "$(jq -r .error.code <<<"$output")" invalid_memory
		assert_regex "$(jq -r .error.message <<<"$output")" "$why"
	done <<-'W'
	"npc":""|"npc" has 0 bytes
	"npc":7|"npc" must be a string, not number
	"npc":null|"npc" must be a string
	"text":null|"text" must be a string
	"id":""|"id" has 0 bytes
	"id":7|"id" must be a string, not number
	"time":"yesterday"|"time"
	"time":true|"time": a time is text or seconds, not boolean
	"time":1e300|"time"
	"importance":0|from 1 to 10
	"importance":11|from 1 to 10
	"importance":"5"|must be a number, not string
	"session":[]|"session" must be a string or a number, not array
	"embedding":[]|"embedding"
	"embedding":[0,0]|"embedding"
	"embedding":[1,null]|"embedding"
	"embedding":[1,1e39]|"embedding"
	"embedding":"x"|"embedding"
	"embedding":7|"embedding"
	"embedding":[1],"embedding_model":7|"embedding_model"
	"recalled":"x"|"recalled"
	"recalls":-1|"recalls"
	"recalls":1.5|"recalls"
	"keys":"bridge"|keys
	"keys":[7]|keys
	W
	[ "$(stat .memories)" -eq 0 ]
	head -c 300 /dev/zero | tr '\0' n >long
	run -1 npc-recall add <<<"{\"npc\":\"$(cat long)\",\"text\":\"x\"}"
	assert_output --partial 'has 300 bytes'
	run -0 npc-recall add <<<"{\"npc\":\"$(head -c 255 long)\",\"text\":\"x\"}"
}

@test "add: the same again is the same, another text replaces it" {
	add '{"id":"a","npc":"bob","text":"one"}' '{"id":"a","npc":"al","text":"one"}' '{"npc":"bob","text":"no id"}' >first
	npc-recall add --stats stats <<<'{"id":"a","npc":"bob","text":"one"}'
	jq -e '.same == 1 and .added == 0' stats
	npc-recall import --stats stats <<<'{"id":"a","npc":"bob","text":"two","kind":"x"}'
	jq -e '.replaced == 1 and .added == 0 and .lines == 1' stats
	add '{"npc":"bob","text":"no id"}' | same - <(tail -1 first)
	run -0 npc-recall get a
	assert_output "$(printf '%s\n' '{"id":"a","npc":"al","text":"one"}' '{"id":"a","npc":"bob","text":"two","kind":"x"}')"
	[ "$(stat .memories)" -eq 3 ]
	[ "$(ask one)" = '' ]
	sound
}

@test "add: who writes one line gets its answer, and has it found" {
	mkfifo in out
	npc-recall add <in >out 3>&- &
	exec 5>in 6<out
	for i in 1 2 3; do
		echo "{\"id\":\"m$i\",\"npc\":\"bob\",\"text\":\"mill $i\"}" >&5
		IFS= read -r -t 20 line <&6
		[ "$line" = "{\"npc\":\"bob\",\"id\":\"m$i\"}" ]
		[ "$(stat .memories)" -eq "$i" ]
	done
	exec 5>&- 6<&-
	wait
}

@test "add: members are kept as they are written, but for the embedding" {
	printf '%s\n' '{"id":"a", "npc":"bob","text":"\u006dill \/","n":[1.50, 1e2],"x":{"embedding":[1,2,3,4,5,6,7,8,9,10,11]},"embedding":[0.25,-1,3],"embedding_model":"m"}' \
		'{"npc":"bob","text":"x","id":null,"y":1.0}' >in
	npc-recall add in
	run -0 npc-recall list
	assert_line --index 0 '{"id":"a","npc":"bob","text":"\u006dill \/","n":[1.50, 1e2],"x":{"embedding":[1,2,3,4,5,6,7,8,9,10,11]}}'
	assert_line --index 1 --regexp '^\{"id":"[0-9a-f]{32}","npc":"bob","text":"x","y":1.0\}$'
	run -0 npc-recall export --npc bob
	assert_line --index 0 --partial ',"embedding":"AACAPgAAgL8AAEBA","embedding_model":"m"}'
}

@test "add --sync: a batch is on the disk before it is told, unless normal is enough" {
	command -v strace >/dev/null || skip 'no strace'
	! ldd "$(command -v npc-recall)" | grep -q asan || skip 'not under the sanitizers'
	add '{"npc":"bob","text":"first"}'
	memories 1 10 | strace -f -e trace=fdatasync,fsync -o full npc-recall add >/dev/null
	memories 11 20 | strace -f -e trace=fdatasync,fsync -o normal npc-recall add --sync normal >/dev/null
	[ "$(grep -c sync full)" -gt "$(grep -c sync normal)" ]
}

@test "add: more than a batch is told in order, and only what is on the disk" {
	command -v strace >/dev/null || skip 'no strace'
	! ldd "$(command -v npc-recall)" | grep -q asan || skip 'not under the sanitizers'
	memories 1 36000 >some
	npc-recall add some >told
	diff <(jq -r .id told) <(jq -r .id some)
	# The second batch is synced beside the third, by a thread of its own, and cannot be.
	memories 36001 72000 >more
	run -3 --separate-stderr strace -f -o /dev/null -e trace=fdatasync -e inject=fdatasync:error=EIO:when=2 npc-recall add more
	diff <(jq -r .id <<<"$output") <(head -n 16384 more | jq -r .id)
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == *"cannot be synced: Input/output error"* ]]
	npc-recall check
}

@test "add --lang: the words of another language; a database has one" {
	npc-recall add --lang german <<<'{"id":"a","npc":"bob","text":"Die Häuser am Kai"}'
	[ "$(ask Haus)" = a ]
	[ "$(stat .language)" = '"german"' ]
	run -3 npc-recall add --lang en </dev/null
	run -3 npc-recall -m other.db add --lang klingon </dev/null
	npc-recall -m none.db add --lang none <<<'{"id":"a","npc":"bob","text":"mills"}'
	NPC_MEMORY=none.db
	[ "$(ask mill)" = '' ]
	[ "$(ask mills)" = a ]
}

@test "query: the query as it was, with what is recalled" {
	add '{"id":"m1","npc":"bob","text":"The miller owes me four marks.","time":"1348-05-02T20:00:00Z","importance":7}' \
		'{"id":"m2","npc":"bob","text":"Rain all day."}' '{"id":"m3","npc":"lore","text":"The miller is rich."}'
	printf '%s\n' '{"id":"q", "npc":["bob","lore"],"recall":"old","text":"Who is the \u006diller?","mode":1,"n":1.50,"x":[1, 2]}' >in
	npc-recall query in >got
	jq -c '.recall |= map(.score = (.score | type))' got >rounded
	echo '{"id":"q","npc":["bob","lore"],"text":"Who is the miller?","n":1.5,"x":[1,2],"recall":[{"id":"m3","npc":"lore","text":"The miller is rich.","score":"number","why":"words"},{"id":"m1","npc":"bob","text":"The miller owes me four marks.","time":"1348-05-02T20:00:00Z","importance":7,"score":"number","why":"words"}],"mode":"lexical"}' |
		jq -c 'del(.n, .recall)' | same - <(jq -c 'del(.n, .recall)' rounded)
	[ "$(jq -c '[.recall[].id] | sort' got)" = '["m1","m3"]' ]
	grep -qF '"text":"Who is the \u006diller?","n":1.50,"x":[1, 2],"recall":[{"id"' got
	run -0 npc-recall query --explain in
	jq -e '.recall[0].explain | has("words") and has("relevance") and has("recency") and has("importance")' <<<"$output"
}

@test "query: -k, --npc, --where, --since, --until, --min-score, --budget" {
	memories 1 20 | npc-recall add >/dev/null
	memories 1 3 al | npc-recall add >/dev/null
	[ "$(ask mill | wc -w)" -eq 5 ]
	[ "$(ask mill -k 7 | wc -w)" -eq 7 ]
	[ "$(ask mill -k 0)" = '' ]
	[ "$(ask word7 -k 1)" = m7 ]
	echo '{"id":"q","text":"word2"}' >in
	run -0 npc-recall query -k 2 --npc al --npc bob in
	assert_equal "$(jq -r '[.recall[] | .npc + .id] | sort | join(" ")' <<<"$output")" 'alm2 bobm2'
	run -1 npc-recall query in
	assert_output --partial 'there is no --npc'
	[ "$(ask mill -k 50 --where '{"importance":{"$gte":9}}' | tr ' ' '\n' | sort | xargs)" = 'm18 m19 m8 m9' ]
	[ "$(ask mill -k 50 --since 600 --until 720 | tr ' ' '\n' | sort | xargs)" = 'm10 m11' ]
	[ "$(ask mill -k 50 --before 1970-01-01T00:02:00Z)" = 'm1' ]
	[ "$(ask 'mill word3' -k 50 --min-score 0.9)" = m3 ]
	# 31 bytes are 8 tokens.
	[ "$(ask mill -k 50 --budget 17 | wc -w)" -eq 2 ]
}

@test "query: weights, and a clock that is never the wall's" {
	add '{"id":"old","npc":"bob","text":"mill","time":0,"importance":10}' '{"id":"new","npc":"bob","text":"mill","time":864000,"importance":1}' \
		'{"id":"other","npc":"bob","text":"rain","time":864000,"importance":10}'
	[ "$(ask mill -k 1 --importance 0 --recency 1)" = new ]
	[ "$(ask mill -k 1 --importance 1 --recency 0)" = old ]
	add '{"id":"far","npc":"bob","text":"snow","time":99999999}'
	[ "$(ask mill -k 9 | grep -c far)" -eq 0 ]
	[ "$(ask mill -k 9 --importance 0.02 | wc -w)" -eq 4 ]
	run -0 npc-recall query --explain --at 864000 --half-life 10d --importance 0 --recency 1 --relevance 0 <<<'{"id":"q","npc":"bob","text":"mill"}'
	echo "$output" >at
	run -0 npc-recall query --explain --half-life 10d --importance 0 --recency 1 --relevance 0 <<<'{"id":"q","npc":"bob","text":"mill","time":864000}'
	assert_equal "$(jq -c .recall <<<"$output")" "$(jq -c .recall at)"
	run -0 npc-recall query --explain --half-life 10d --importance 0 --recency 1 --relevance 0 <<<'{"id":"q","npc":"bob","text":"mill","at":"1970-01-11T00:00:00Z"}'
	assert_equal "$(jq -c .recall <<<"$output")" "$(jq -c .recall at)"
}

@test "query: --touch notes what was recalled, without it nothing changes" {
	memories 1 3 | npc-recall add >/dev/null
	ask word1
	run -0 npc-recall export
	refute_output --partial recall
	[ "$(ask word1 --touch --at 1970-01-02 -k 1)" = m1 ]
	[ "$(ask word1 --touch --at 172800 -k 1)" = m1 ]
	run -0 npc-recall export
	assert_equal "$(grep -c recall <<<"$output")" 1
	assert_line --index 0 --partial '"recalled":172800,"recalls":2}'
	run -1 --separate-stderr npc-recall query --touch <<<'{"id":"q","npc":"bob","text":"word1"}'
	assert_equal "$(jq -r .error.code <<<"$output")" invalid_row
	run -0 npc-recall query --touch <<<'{"id":"q","npc":"bob","text":"word2","time":60}'
	run -0 npc-recall export
	assert_line --index 1 --partial '"recalled":60,"recalls":1}'
	sound
}

@test "query: what cannot be used flows on as an error line" {
	add '{"id":"a","npc":"bob","text":"mill"}'
	printf '%s\n' '{"npc":"bob","text":"mill"}' '{"id":7,"npc":"bob","text":"mill"}' '{"id":"q","npc":"bob"}' '{"id":"q","npc":[],"text":"x"}' '{"id":"q","npc":[1],"text":"x"}' \
		'{"id":"q","npc":7,"text":"x"}' '{"id":"q","npc":"bob","text":"x","turns":"y"}' '{"id":"q","npc":"bob","text":"x","turns":[7]}' '{"id":"q","npc":"bob","text":"x","turns":[{"text":7}]}' \
		'{"id":"q","npc":"bob","text":"x","time":"soon"}' '{"id":"q","npc":"bob","text":"x","embedding":[0]}' '[]' '{' '{"custom_id":"q","body":{},"queries":[]}' >in
	echo '{"id":"good","npc":"bob","text":"mill"}' >>in
	run -1 --separate-stderr npc-recall query --stats stats in
	echo "$output" >got
	[ "$(jq -c 'select(.error.code == "invalid_row" and (.error.message | length > 5) and .response == null)' got | wc -l)" -eq 14 ]
	[ "$(jq -c 'select(.row)' got | wc -l)" -eq 11 ]
	[ "$(tail -1 got | jq -r '.id + .recall[0].id')" = gooda ]
	[ "$(grep -c '^npc-recall: in:' <<<"$stderr")" -eq 14 ]
	jq -e '.failed == 14 and .queries == 1 and .recalled == 1' stats
	npc-recall query got 2>/dev/null | head -14 | same - <(head -14 got)
}

@test "query: no text has a syntax" {
	hostile_values | jq -Rr 'fromjson | tojson' >values
	printf '%s\n' '"what'"'"'s"' '"fire-sword"' '"npc:bob"' '"("' '"\""' '"a AND b OR NOT NEAR(c)"' '"*"' '"col : x^2"' '"%"' '";DROP TABLE memory;--"' '"!!! ... ???"' >>values
	local n=0 value
	while IFS= read -r value; do
		echo "{\"id\":\"m$((n++))\",\"npc\":\"bob\",\"text\":$value}"
	done <values >in
	npc-recall add in >acks 2>err || [ $? -eq 1 ]
	# The empty text alone is none.
	[ "$(grep -c '"error"' acks)" -eq 1 ]
	npc-recall list | jq -c .text >got
	grep -v '^""$' values | jq -c . | same got -
	jq -c '.id = "q"' in >queries
	npc-recall query -k 100 queries >out
	[ "$(lines out)" -eq "$(lines in)" ]
	# Whatever has a word finds itself.
	local id
	for id in m0 m4 m5; do
		[ "$(jq -c --arg id "$id" 'select(.text == "'"$id"'") // empty' out | wc -l)" -eq 0 ]
	done
	[ "$(ask 'fire sword' -k 1)" = "$(jq -r 'select(.text == "fire-sword").id' in)" ]
	[ "$(ask "what's (\"npc:bob\" AND" -k 1)" != '' ]
	sound
}

@test "add, query: a text of 1 MB, of 20,000 words, right to left, without a word, with NULs" {
	{
		printf '{"id":"big","npc":"bob","text":"needle '
		head -c 1000000 /dev/zero | tr '\0' x
		printf '"}\n{"id":"many","npc":"bob","text":"'
		seq -f 'w%.0f' 20000 | tr '\n' ' '
		printf '"}\n'
		printf '%s\n' '{"id":"rtl","npc":"bob","text":"\u202eשלום עולם\u202c"}' '{"id":"none","npc":"bob","text":"?!… — ☃"}' '{"id":"nul","npc":"bob","text":"before\u0000after"}'
	} >in
	run -0 npc-recall add in
	assert_equal "$(grep -c '"error"' <<<"$output")" 0
	[ "$(ask needle -k 1)" = big ]
	[ "$(ask 'w777 w19999' -k 1)" = many ]
	[ "$(ask שלום -k 1)" = rtl ]
	[ "$(ask after -k 1)" = nul ]
	[ "$(ask before -k 1)" = nul ]
	[ "$(ask '☃?')" = '' ]
	npc-recall list | same - in
	npc-recall query -k 1 <<<"$(sed 's/"id":"many"/"id":"q"/' in | sed -n 2p)" | jq -e '.recall[0].id == "many"'
	sound
}

@test "add, query: scripts without spaces are found by parts, composed letters and others are one" {
	add '{"id":"zh","npc":"bob","text":"磨坊主欠我四个马克"}' '{"id":"ja","npc":"bob","text":"昨日の夜、橋が落ちました"}' \
		'{"id":"th","npc":"bob","text":"สะพานพังเมื่อคืนนี้"}' '{"id":"co","npc":"bob","text":"café"}' '{"id":"de","npc":"bob","text":"re\u0301sume\u0301"}'
	[ "$(ask 磨坊 -k 1)" = zh ]
	[ "$(ask 四个 -k 1)" = zh ]
	[ "$(ask 橋が -k 1)" = ja ]
	[ "$(ask สะพาน -k 1)" = th ]
	[ "$(ask $'cafe\xcc\x81' -k 1)" = co ]
	[ "$(ask résumé -k 1)" = de ]
}

@test "query: lore comes by its keys, from the turns too" {
	add '{"id":"l1","npc":"bob","text":"It fell in the flood.","keys":["old bridge"]}' '{"id":"l2","npc":"bob","text":"There is always war.","constant":true}' \
		'{"id":"l3","npc":"bob","text":"The king is mad.","keys":["king"],"secondary_keys":["crown"]}' '{"id":"l4","npc":"bob","text":"Nobody sees this.","keys":["bridge"],"enabled":false}'
	[ "$(ask 'Is the OLD bridge safe?')" = 'l2 l1' ]
	[ "$(ask 'the king' -k 0)" = l2 ]
	[ "$(ask 'the king and his crown' -k 0)" = 'l2 l3' ]
	run -0 npc-recall query <<<'{"id":"q","npc":"bob","text":"","turns":["Hello",{"content":"the old bridge","role":"user"},{"mes":"crown and king"},{"text":null}]}'
	assert_equal "$(jq -r '[.recall[].id] | sort | join(" ")' <<<"$output")" 'l1 l2 l3'
	run -0 npc-recall query <<<'{"id":"q","npc":"bob","text":"xyzzy"}'
	assert_equal "$(jq -r '.recall[0].why' <<<"$output")" constant
	[ "$(stat .triggers)" -gt 0 ]
}

@test "query: vectors and words; --mode" {
	add '{"id":"a","npc":"bob","text":"alpha","embedding":[1,0]}' '{"id":"b","npc":"bob","text":"beta","embedding":[0,1]}' '{"id":"c","npc":"bob","text":"gamma"}'
	query() { npc-recall query "$@" <<<'{"id":"q","npc":"bob","text":"alpha","embedding":[0.1,1],"x":2}'; }
	[ "$(query -k 1 --mode lexical | jq -r '.recall[0].id + .mode')" = alexical ]
	[ "$(query -k 1 --mode vector | jq -r '.recall[0].id + .mode')" = bvector ]
	[ "$(query | jq -r .mode)" = hybrid ]
	query | grep -qF '"embedding":[0.1,1],"x":2,"recall":['
	[ "$(ask alpha -k 1)" = a ]
	run -1 --separate-stderr npc-recall query <<<'{"id":"q","npc":"bob","text":"alpha","embedding":[1,2,3]}'
	assert_equal "$(jq -r .error.code <<<"$output")" invalid_row
	assert_regex "$(jq -r .error.message <<<"$output")" '3'
}

@test "add: another length, another model's vector: refused, and nothing else disturbed" {
	printf '%s\n' '{"id":"a","npc":"bob","text":"alpha","embedding":[1,0],"embedding_model":"m"}' '{"id":"b","npc":"bob","text":"beta","embedding":[0,1,2]}' \
		'{"id":"c","npc":"bob","text":"gamma","embedding":[1,1],"embedding_model":"other"}' '{"id":"a","npc":"bob","text":"new","embedding":[1]}' \
		'{"id":"d","npc":"bob","text":"delta","embedding":[1,1],"embedding_model":"m"}' >in
	run -1 --separate-stderr npc-recall add --stats stats in
	assert_equal "$(jq -r '.id + if .error then "!" else "" end' <<<"$output" | xargs)" 'a b! c! a! d'
	run -0 jq -r .error.message <<<"$output"
	assert_output --partial other
	jq -e '.added == 2 and .failed == 3 and .replaced == 0' stats
	[ "$(ask alpha -k 1)" = a ]
	[ "$(stat .vectors)" -eq 2 ]
	sound
}
