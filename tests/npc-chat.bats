load helpers
load server
load terminal

# npc-chat with dice, with a server, and with a model of its own that holds back what it is told to.

setup_file() {
	npc_setup
	npc-generate -n 6 -o "$BATS_FILE_TMPDIR/village"
}

setup() {
	npc_setup
	CAST=$BATS_FILE_TMPDIR/village/characters.ndjson
	NAME=$(sed -n 3p "$CAST" | jq -r .name)
	GREETING=$(sed -n 3p "$CAST" | jq -r .greeting)
	export XDG_STATE_HOME=$PWD/state TMPDIR=$PWD/tmp NPC_MODEL=m
	mkdir tmp
}

teardown() {
	exec 5>&-
	[ -z "${TERMINAL_PID:-}" ] || kill "$TERMINAL_PID" 2>/dev/null || true
	stop_servers
}

# chat [OPTION...]: with npc-0003; what is said stands on standard input.
chat() {
	npc-chat npc-0003 -c "$CAST" "$@"
}

# says MATCH CONTENT [FAULT [FINISH]]: a rule of the server's, for a request that holds MATCH.
says() {
	jq -cn --arg match "$1" --arg content "$2" --arg fault "${3:-}" --arg finish "${4:-}" '{$match, $content}
		+ if $fault == "" then {} else {$fault} end + if $finish == "" then {} else {$finish} end'
}

# now_said TEXT: what only the request after TEXT holds.
now_said() {
	echo "says now:\\n$1"
}

# serve: a server that answers by the file "rules".
serve() {
	start_server --rules rules
	export NPC_BASE_URL=$SERVER_URL/v1
}

# messages FILTER [LOG]: what jq's FILTER makes of all messages of the log.
messages() {
	jq -cs ".[1:] | $1" "${2:-log}"
}

# sound LOG: it is what SillyTavern reads, and no line is torn.
sound() {
	[ -z "$(tail -c 1 "$1")" ]
	jq -es '(.[0] | has("user_name") and has("character_name") and has("create_date") and has("chat_metadata"))
		and (.[1:] | all(.[]; (.name | type == "string") and (.is_user | type == "boolean") and (.mes | type == "string")
			and (.send_date | test("^[0-9-]+T[0-9:]+Z$")) and (.extra | type == "object")
			and (.is_user or .swipes[.swipe_id] == .mes and (.swipes | length) == (.swipe_info | length))))' "$1" >sound
}

# model: npc-llm as the file "answer" has it: its lines are written one by one; a line "wait FILE"
# waits for that file.
model() {
	mkdir -p bin
	cat >bin/npc-llm <<-'SH'
	#!/usr/bin/env bash
	cat >asked
	while IFS= read -r line; do
		if [[ $line == "wait "* ]]; then
			until [ -e "${line#wait }" ]; do sleep 0.01; done
		else
			printf '%s\n' "$line"
		fi
	done <answer
	SH
	chmod +x bin/npc-llm
	PATH=$PWD/bin:$PATH
}

# delta TEXT, whole TEXT: lines of npc-llm's; TEXT is JSON without its quotes.
delta() {
	printf '{"custom_id":"npc-0003","delta":"%s"}\n' "$1"
}

whole() {
	printf '{"id":"x","custom_id":"npc-0003","response":{"status_code":200,"body":{"choices":[{"message":{"content":"%s"},"finish_reason":"stop"}]}},"error":null}\n' "$1"
}

# The first of these is asked for in the tenth turn; none between has a word of it.
TEN=('My sister Ysolde keeps bees in Wenden.' 'Good evening.' 'Cold weather today.' 'What do you sell?' 'Too dear for me.'
	'Who taught you that?' 'Have you eaten?' 'Nice boots.' 'Hm.' 'What does Ysolde keep?')

# ten_turns OPTION...: in a terminal; the log and the memory are what they should be.
ten_turns() {
	local line i
	in_terminal "exec npc-chat npc-0003 -c $CAST -m memory.db --log log --player Anna $*"
	for line in "${TEN[@]}"; do
		printf '%s\n' "$line" >&5
	done
	printf '/memory\n/quit\n' >&5
	wait "$TERMINAL_PID"
	sound log
	assert_equal "$(messages 'length')" 21
	printf '%s\n' "${TEN[@]}" >want
	messages 'map(select(.is_user and .name == "Anna")) | map(.mes)' | jq -r '.[]' >got
	same got want
	assert_equal "$(messages 'map(.is_user) | . == [false, (range(10) | true, false)]')" true
	assert_equal "$(messages '.[0].mes')" "$(jq -cn --arg g "$GREETING" '$g')"
	npc-recall -m memory.db list >kept
	assert_equal "$(jq -cs '[length, (map(.npc) | unique), (map(.exchange) | unique | length), (map(.kind) | group_by(.) | map(length))]' kept)" \
		'[20,["npc-0003"],10,[10,10]]'
	for ((i = 1; i <= 20; i++)); do
		assert_equal "$(messages "\"\\(if .[$i].is_user then \"Anna said to $NAME\" else \"$NAME said to Anna\" end): \\\"\\(.[$i].mes)\\\"\"")" \
			"$(sed -n "${i}p" kept | jq -c .text)"
	done
	# On the screen: every reply with its name, and at the end what was recalled, and why.
	on_screen "$NAME: " 11
	tr -d '\r' <screen | grep -A 1 "Anna said to $NAME: \"My sister Ysolde keeps bees in Wenden.\"" >recalled
	grep -E '^ +words; .*T.*Z; words [0-9.]+; relevance 1; ' recalled
}

@test "chat: ten turns in a terminal, by dice: the first is recalled in the tenth" {
	ten_turns
}

@test "chat: ten turns in a terminal, by a server: the first is recalled in the tenth" {
	{
		says "Remembers: Anna said to $NAME: "'\"My sister Ysolde' 'Bees, in Wenden.'
		says '' 'So be it, stranger.'
	} >rules
	serve
	ten_turns --llm
	assert_equal "$(messages '[.[1:][] | select(.is_user | not).mes] == [(range(9) | "So be it, stranger."), "Bees, in Wenden."]')" true
	assert_equal "$(server_stats .requests)" 10
}

@test "chat: the first word is on the screen before the reply is complete" {
	{ delta 'First ' && echo 'wait go' && delta 'second.' && whole 'First second.'; } >answer
	model
	in_terminal "exec npc-chat npc-0003 -c $CAST --llm --log log"
	printf 'Well?\n' >&5
	on_screen "$NAME: First"
	[ "$(messages length)" -eq 1 ]
	run -1 grep second screen
	: >go
	on_screen 'First second.'
	on_screen '> ' 2
	printf '/quit\n' >&5
	wait "$TERMINAL_PID"
	assert_equal "$(messages '.[2].mes')" '"First second."'
	# It is npc-llm that is asked to stream.
	says '' 'one two three four five six' stream-stall >rules
	serve
	rm bin/npc-llm
	in_terminal "exec npc-chat npc-0003 -c $CAST --llm --log log"
	printf 'And?\n' >&5
	on_screen "$NAME: one two"
	[ "$(messages length)" -eq 3 ]
	printf '\003' >&5
	printf '/quit\n' >&5
	wait "$TERMINAL_PID"
}

@test "chat: kill -9 in mid-reply loses nothing that was shown as saved" {
	local try
	{
		says "$(now_said 'Stop here')" 'one two three four five six' stream-stall
		says '' 'Yes.'
	} >rules
	serve
	for try in 1 2; do
		in_terminal "echo \$\$ >pid; exec npc-chat npc-0003 -c $CAST -m memory.db --llm --log log"
		printf 'Remember this.\n/save\nStop here.\n' >&5
		on_screen "saved in $PWD/log, $((2 * try + 2)) lines"
		on_screen "$NAME: one two"
		cp log before
		npc-recall -m memory.db list >memories
		kill -9 "$(<pid)"
		wait "$TERMINAL_PID" || true
		same log before
		sound log
		npc-recall -m memory.db list | same - memories
		[ "$(lines memories)" -eq $((4 * try - 2 * try)) ]
		npc-recall -m memory.db check
	done
	run -0 chat --llm --log log -m memory.db <<<'And now?'
	assert_output $'Yes.\nYes.'
	[ "$(messages length)" -eq 7 ]
}

@test "chat: kill -9 at any other moment tears no line, and what a crash left behind is replaced" {
	local turn said=0 pid
	export -n NPC_MODEL
	for turn in 1 2 3 4; do
		mkfifo "in.$turn"
		npc-chat npc-0003 -c "$CAST" -m memory.db --log log <"in.$turn" >"out.$turn" 2>"err.$turn" 3>&- &
		pid=$!
		exec 6>"in.$turn"
		printf 'Line %s.\n/save\nAnother.\n' "$turn" >&6
		for ((i = 0; i < 2000; i++)); do
			! grep -q 'saved in' "err.$turn" || break
			sleep 0.01
		done
		said=$(sed -n 's/.*saved in.*, \([0-9]*\) lines/\1/p' "err.$turn")
		kill -9 "$pid"
		wait "$pid" || true
		exec 6>&-
		sound log
		[ "$(lines log)" -ge "$said" ]
	done
	# A memory without a turn in the log, as between the two steps of one.
	said=$(messages '[.[].extra.npc.exchange] | max')
	session=$(head -n 1 log | jq -r .chat_metadata.npc.session)
	jq -cn --arg id "$session-$((said + 1))-said" '{$id, npc: "npc-0003", text: "never answered"}' | npc-recall -m memory.db add
	chat -m memory.db --log log <<<'Good night.' >out
	npc-recall -m memory.db list --npc npc-0003 >memories
	run -1 grep 'never answered' memories
	grep -q 'Good night' memories
}

@test "chat: kill -9 while the log is written leaves the old one" {
	local i pid sync
	sync=$(command -v sync)
	chat --log log <<<'Good day.' >out
	cp log before
	mkdir bin
	printf '#!/bin/sh\necho "$@" >>synced\nuntil [ -e go ]; do sleep 0.01; done\nexec %s "$@"\n' "$sync" >bin/sync
	chmod +x bin/sync
	echo 'And?' >said
	PATH=$PWD/bin:$PATH npc-chat npc-0003 -c "$CAST" --log log <said >out 3>&- &
	pid=$!
	for ((i = 0; i < 2000; i++)); do
		[ ! -s synced ] || break
		sleep 0.01
	done
	same log before
	kill -9 "$pid"
	wait "$pid" || true
	: >go
	same log before
	[ "$(<synced)" = "$PWD/log.part" ]
	# What was left beside it is in nobody's way.
	chat --log log <<<'And?' >out
	sound log
	[ "$(messages length)" -eq 5 ]
}

@test "chat: /again, /edit, /forget: log and memory hold what stands" {
	export NPC_MEMORY=memory.db
	chat --log log >out <<-'END'
	Where is the mill?
	/again
	/again
	END
	[ "$(lines out)" -eq 4 ]
	sound log
	assert_equal "$(messages 'length')" 3
	assert_equal "$(messages '.[2] | [.swipe_id, (.swipes | length), (.swipes | unique | length), .mes == .swipes[2]]')" '[2,3,3,true]'
	assert_equal "$(messages '.[2].swipes' | jq -r '.[]')" "$(tail -n 3 out)"
	npc-recall list >kept
	assert_equal "$(lines kept)" 2
	assert_equal "$(sed -n 2p kept | jq -r .text)" "$NAME said to A stranger: \"$(tail -n 1 out)\""

	chat --log log >out 2>err <<-'END'
	/edit Where is the church?
	And the bridge?
	/forget
	END
	assert_equal "$(<err)" 'npc-chat: forgotten'
	assert_equal "$(messages '[length, .[1].mes, (.[2].swipes | length), .[2].mes]')" \
		"$(jq -cn --arg reply "$(sed -n 2p out)" '[3, "Where is the church?", 1, $reply]')"
	npc-recall list >kept
	assert_equal "$(jq -r .text kept)" "A stranger said to $NAME: \"Where is the church?\""$'\n'"$NAME said to A stranger: \"$(sed -n 2p out)\""

	run -1 --separate-stderr chat --log log <<<$'/forget\n/forget\n/again\n/edit x\n/edit\n'
	assert_equal "$(grep -c 'you have said nothing yet' <<<"$stderr")" 4
	assert_equal "$(messages 'length')" 1
	npc-recall list | same - /dev/null
	# Without a memory just the same.
	unset NPC_MEMORY
	chat --log log >out <<<$'Ho\n/again\n/edit Ha\n/forget'
	assert_equal "$(messages 'length')" 1
}

@test "chat: /save, /load, /who, /memory, /help, /quit, //, and what is no command" {
	run -1 --separate-stderr chat <<-'END'
	/save
	/dance now
	/memory
	//shrug
	/save kept
	/save kept
	/who
	/help
	Good.
	/quit
	Never said.
	END
	assert_line --index 0 "$GREETING"
	assert_line --partial "$NAME (" 
	assert_line --partial '  Traits: '
	assert_line --regexp '^  .*: [A-ZŽ][a-ząę]+ .*[a-zė]$'
	assert_line --regexp '^/again  '
	assert_equal "$(tr '\n' '|' <<<"$stderr")" "npc-chat: the chat has no file yet: /save FILE|npc-chat: /dance is no command; /help lists them|npc-chat: there is no memory: -m FILE names one|npc-chat: saved in kept, 4 lines|npc-chat: saved in kept, 4 lines|"
	sound kept
	assert_equal "$(messages '[length, .[1].mes, .[3].mes]' kept)" '[5,"/shrug","Good."]'
	for command in again edit forget memory who save load quit; do
		grep -q "^/$command" <<<"$output" || fail "$command"
		grep -q "^.It Li /$command" "$ROOT/man/npc-chat.1" || fail "$command"
	done
	chat --log other <<<'Other.' >out
	cp kept copy
	run -1 --separate-stderr chat --log other <<<$'/load kept\nMore.\n/save other\n/load missing\n/load .\n'
	assert_equal "$(messages 'length' kept) $(messages 'length' other)" '7 3'
	head -n 6 kept | same - copy
	assert_equal "$(tr '\n' '|' <<<"$stderr")" 'npc-chat: other: is there already; /load goes on with it|npc-chat: missing: cannot open|npc-chat: .: cannot open|'
	run -0 chat </dev/null
	assert_output "$GREETING"
	# Nothing stays behind.
	[ -z "$(ls tmp)" ]
}

@test "chat: a log from a card front end goes on; one that is none, or another's, does not" {
	# No line end at the end, numbers as they are.
	printf '%s\n%s\n%s' '{"chat_metadata":{"integrity":"i-1"},"user_name":"unused","character_name":"unused"}' \
		'{"name":"User","is_user":true,"mes":"Hi","n":1.000,"send_date":"June 1, 2026 8:00pm"}' \
		"{\"name\":\"$NAME\",\"is_user\":false,\"mes\":\"Ho\",\"swipes\":[\"Ha\",\"Ho\"],\"swipe_id\":1,\"extra\":{\"api\":\"x\"}}" >log
	sed 1d log >lines.before
	chat --log log <<<'Well?' >out
	assert_equal "$(head -n 1 out)" Ho
	sed -n 2,3p log | cmp - <(awk 1 lines.before)
	assert_equal "$(messages 'length')" 4
	run -0 jq -c '[.chat_metadata.integrity, .chat_metadata.npc.id, .user_name]' <(head -n 1 log)
	assert_output '["i-1","npc-0003","unused"]'
	# A last line that is torn was never finished.
	chat --log torn <<<'Hello.' >out
	cp torn whole
	printf '{"name":"A str' >>torn
	chat --log torn </dev/null >out
	same torn whole
	assert_equal "$(<out)" "$(messages '.[-1].mes' whole | jq -r .)"
	run -2 npc-chat npc-0002 -c "$CAST" --log torn </dev/null
	assert_output "npc-chat: torn: a chat with $NAME"
	same torn whole
	for bad in 'nothing' '[1]' '{"name":"x"}' $'{"user_name":"u"}\n{"is_user":true}' $'{"user_name":"u"}\nx\n{"mes":"y"}'; do
		printf '%s\n' "$bad" >bad
		cp bad before
		run -2 chat --log bad <<<'Hello.'
		assert_output --partial 'npc-chat: bad:'
		same bad before
	done
	run -2 chat --log . </dev/null
	assert_output 'npc-chat: . is a folder'
	mkfifo pipe
	run -2 chat --log pipe </dev/null
	assert_output 'npc-chat: pipe is no file'
	[ -p pipe ]
	run -3 chat --log nowhere/log </dev/null
	assert_output --partial 'cannot write'
}

@test "chat: thinking is neither shown nor kept, however it comes" {
	{
		says "$(now_said 'One')" $'<think>secret plan\n</think>\n\nIn the open.'
		says '' 'Plainly.'
	} >rules
	serve
	run -0 chat --llm -m memory.db --log log -p 'x_reasoning="secret plan"' <<<$'One\nTwo'
	assert_output "$GREETING"$'\nIn the open.\nPlainly.'
	run -1 grep -ri secret log tmp
	run -1 sh -c 'npc-recall -m memory.db list | grep secret'

	# Tags in pieces, twice, beside what only looks like one.
	for piece in ' ' '<' 'thi' 'nk' '>secret <' '/thin' 'k' '>Hel' 'lo <thin air> a<' 'b <think>secret</think>the' 're.' ' ' '\n'; do
		delta "$piece"
	done >pieces
	{ cat pieces && whole ' <think>secret </think>Hello <thin air> a<b <think>secret</think>there. \n'; } >answer
	model
	run -0 chat --llm --log log2 <<<'Well?'
	assert_output "$GREETING"$'\nHello <thin air> a<b there.'
	assert_equal "$(messages '.[2].mes' log2)" '"Hello <thin air> a<b there."'
	# Without an end: nothing was said, and nothing happened.
	{ delta '<think>secret' && delta ' and more' && whole '<think>secret and more'; } >answer
	model
	run -1 chat --llm --log log2 <<<'Well?'
	assert_output "Hello <thin air> a<b there."$'\nnpc-chat: nothing came but reasoning'
	assert_equal "$(messages 'length' log2)" 3
	{ delta 'Yes. <think>sec' && whole 'Yes. <think>sec'; } >answer
	model
	run -0 chat --llm --log log2 <<<'Well?'
	assert_equal "${lines[1]}" 'Yes.'
	assert_equal "$(messages '.[4].mes' log2)" '"Yes."'
	# What comes whole is shown as well.
	whole '<think>secret</think> At once.' >answer
	model
	run -0 chat --llm --log log2 <<<'Well?'
	assert_equal "${lines[1]}" 'At once.'
}

@test "chat: no reply commands the terminal" {
	local evil='a\u001b[2Jb\u009b31mc\u0007d\u202ee\re\u0000f\u007fg\u001b]0;t\u0007'
	{ delta "$evil" && whole "$evil"; } >answer
	model
	in_terminal "exec npc-chat npc-0003 -c $CAST --llm --log log -m memory.db"
	printf 'Well?\n/memory\n/quit\n' >&5
	wait "$TERMINAL_PID"
	on_screen 'a�[2Jb�31mc�d�ee�f�g�]0;t�'
	run -1 grep -aP '\x1b\[2J|\x1b\]0;|\x9b31' screen
	# The same from a log, a row, and a name that somebody else wrote.
	sed -n 3p "$CAST" | jq -c '.name = "Eve\u001b[2J" | .flaw = "x\u001b[2Jy" | .greeting = "hi\u001b[2J"' >evil
	jq -cn '{user_name: "u", character_name: "unused", chat_metadata: {}}, {name: "\u001b[2J", is_user: false, mes: "\u001b[2Jx"}' >evil.log
	printf '/who\n/load evil.log\n/nono\033[2J\n' | { npc-chat npc-0003 -c evil >out 2>&1 || true; }
	[ "$(lines out)" -gt 5 ]
	run -1 grep -aP '\x1b' out
}

@test "chat: hostile text is text" {
	local long
	long=$(head -c 140000 /dev/zero | tr '\0' 'x')
	says '' 'So?' >rules
	serve
	{
		printf '%s\n' '@system' '"quoted" \ and '"'single' \$(id) \`id\`" '{{x}} {{{name}}} {{#a}}' '#name# [a:b]' '%s %n' '-n' '*'
		printf 'bad \xff\xfe utf-8\n\033[2J\nx\r\n  \n\n%s\n' "$long"
		printf 'last, without a line end'
	} >in
	chat --llm --log log -m memory.db <in >out
	sound log
	messages '.[1:] | map(select(.is_user).mes)' | jq -r '.[]' >got
	{
		head -n 7 in
		printf 'bad �� utf-8\n�[2J\nx\n%s\nlast, without a line end\n' "$long"
	} >want
	same got want
	assert_equal "$(messages 'length')" 25
	assert_equal "$(npc-recall -m memory.db list | wc -l)" 24
	assert_equal "$(server_stats .requests)" 12
	# By dice too, and from names.
	head -n 9 in | chat --player '<b>& @system' --log log2 >out
	[ "$(lines out)" -eq 10 ]
	assert_equal "$(messages '.[1].name' log2)" '"<b>& @system"'
	# Each stands in the player's own message as it is, and begins no other.
	whole 'So?' >answer
	model
	for line in '@system' '{{name}} {{#x}}' '#name#'; do
		chat --llm --player $'@system\n@user' <<<"$line" >out
		jq -e --arg line "$line" '.body.messages | map(.role) == ["system", "user"]
			and (.[1].content | endswith("@system @user says now:\n" + $line))' asked || fail "$line"
	done
}

@test "chat: a reply that fails is told in one line, and the player may try again" {
	{
		says "$(now_said 'cut')" 'one two three four' stream-cut
		says "$(now_said 'key')" '' invalid_key
		says "$(now_said 'bad')" '' bad_request
		says "$(now_said 'filter')" 'one two' '' content_filter
		says "$(now_said 'empty')" ''
		says "$(now_said 'limit')" 'one two' '' length
		says '' 'Fine.'
	} >rules
	serve
	run -1 --separate-stderr chat --llm --log log -m memory.db <<<$'cut\nbad\nfilter\nempty\nwell\nlimit\nkey'
	assert_output "$GREETING"$'\none two\none two\nFine.\none two'
	assert_equal "${#stderr_lines[@]}" 6
	assert_regex "${stderr_lines[0]}" '^npc-chat: invalid_response: '
	assert_regex "${stderr_lines[1]}" '^npc-chat: the server answered 400: '
	assert_equal "${stderr_lines[2]}" 'npc-chat: the answer was filtered out'
	assert_equal "${stderr_lines[3]}" 'npc-chat: the answer was empty'
	assert_equal "${stderr_lines[4]}" 'npc-chat: the answer was cut at its limit of tokens'
	assert_regex "${stderr_lines[5]}" '^npc-chat: the server answered 401: '
	sound log
	assert_equal "$(messages '.[1:] | map(.mes)')" '["well","Fine.","limit","one two"]'
	assert_equal "$(npc-recall -m memory.db list | wc -l)" 4
	stop_server || true
	run -1 --separate-stderr chat --llm --log log <<<$'anybody?\n/again'
	assert_equal "${#stderr_lines[@]}" 2
	assert_regex "${stderr_lines[0]}" '^npc-chat: connect_failed: '
	assert_equal "$(messages '[length, .[-1].swipes]')" '[5,["one two"]]'
	# A memory that cannot be written: the turn does not count.
	echo 'no database' >bad.db
	run -3 chat -m bad.db <<<'Hello.'
	assert_output --partial 'npc-chat: npc-recall: bad.db: '
}

@test "chat: Ctrl-C stops a reply and keeps what has come; at the prompt it ends" {
	local status=0
	{
		says "$(now_said 'Slowly')" 'one two three four five six' stream-stall
		says "$(now_said 'Never')" '' hang
		says '' 'Yes.'
	} >rules
	serve
	in_terminal "exec npc-chat npc-0003 -c $CAST --llm --log log -m memory.db"
	printf 'Slowly.\n' >&5
	on_screen 'one two three'
	printf '\003' >&5
	on_screen '> ' 2
	assert_equal "$(messages '.[1:] | map([.mes, .extra.npc.partial])')" '[["Slowly.",null],["one two three",true]]'
	assert_equal "$(npc-recall -m memory.db list | wc -l)" 2
	printf 'Never.\n' >&5
	server_stats_until '.requests == 2'
	printf '\003' >&5
	on_screen 'npc-chat: stopped'
	assert_equal "$(messages 'length')" 3
	printf 'Still there?\n' >&5
	on_screen "$NAME: Yes."
	on_screen '> ' 4
	assert_equal "$(messages 'length')" 5
	printf '\003' >&5
	wait "$TERMINAL_PID" || status=$?
	assert_equal "$status" 130
	[ -z "$(ls tmp)" ]
}

@test "chat: in a terminal: keys, the history, /edit with what was said" {
	in_terminal "exec npc-chat npc-0003 -c $CAST --log log"
	on_screen '> '
	printf 'Gödd\177\177od day.\n' >&5
	on_screen '> ' 2
	# The arrow up, with something behind it.
	printf '\033[A Again.\n' >&5
	on_screen '> ' 3
	printf '/edit\n' >&5
	on_screen 'edit> Göod day. Again.'
	printf '\177\177\177\177\177\177\177 Twice.\n' >&5
	on_screen '> ' 5
	printf '\004' >&5
	wait "$TERMINAL_PID"
	assert_equal "$(messages '[.[] | select(.is_user).mes]')" '["Göod day.","Göod day. Twice."]'
	assert_equal "$(<state/npc/chat.history)" $'Göod day.\nGöod day. Again.\n/edit'
	assert_equal "$(stat -c '%a %a' state/npc/chat.history log | sort -u)" '600 600'
	# It is there the next time.
	in_terminal "exec npc-chat npc-0003 -c $CAST --log log"
	on_screen '> '
	printf '\033[A\033[A\033[A\n' >&5
	on_screen '> ' 2
	printf '\004' >&5
	wait "$TERMINAL_PID"
	assert_equal "$(messages '[.[] | select(.is_user).mes] | last')" '"Göod day."'
}

@test "chat: two characters talk to each other, and both remember" {
	local other
	other=$(sed -n 2p "$CAST" | jq -r .name)
	run -0 chat --with npc-0002 --turns 10 -m memory.db --log log
	assert_equal "${#lines[@]}" 11
	sound log
	assert_equal "$(messages 'map(.is_user) | . == [false, (range(5) | true, false)]')" true
	assert_equal "$(messages "map(\"\\(.name): \\(.mes)\")" | jq -r '.[]')" "$output"
	assert_equal "$(messages "[.[] | .name] | unique | . == ([\"$NAME\", \"$other\"] | sort)")" true
	for npc in npc-0002 npc-0003; do
		npc-recall -m memory.db list --npc "$npc" >"$npc"
		assert_equal "$(jq -rs 'length, (map(.exchange) | . == [range(10) + 1])' "$npc")" $'10\ntrue'
	done
	assert_equal "$(jq -r .text npc-0002)" "$(jq -r .text npc-0003)"
	# It goes on where it was.
	run -0 chat --with "$other" --turns 1 --log log
	assert_equal "${#lines[@]}" 2
	assert_equal "$(messages '[length, .[11].name]')" "[12,\"$other\"]"
	# Each is asked as itself, and told what the other said.
	{
		says "# The character\\nName: $other" 'I am the second.'
		says '' 'I am the first.'
	} >rules
	serve
	run -0 chat --with npc-0002 --turns 3 --llm
	assert_output "$NAME: $GREETING"$'\n'"$other: I am the second."$'\n'"$NAME: I am the first."$'\n'"$other: I am the second."
	says '' '' bad_request >rules
	serve
	run -1 chat --with npc-0002 --turns 3 --llm
	assert_equal "${#lines[@]}" 2
	jq -c 'del(.greeting)' "$CAST" >mute
	run -2 npc-chat npc-0003 --with npc-0002 -c mute
	assert_output "npc-chat: $NAME has no greeting to begin with"
}

@test "chat: --distil remembers facts with their importance, and /again draws them anew" {
	{
		says 'nothing around it: remember' '{"remember":[{"text":"Anna has lost a silver ring.","importance":7},{"text":"Anna is from Wenden.","importance":4}]}'
		says "$(now_said 'nonsense')" 'So.'
		says '' 'Indeed.'
	} >rules
	serve
	chat --llm -m memory.db --player Anna --distil --log log <<<'I lost my silver ring, I am from Wenden.' >out
	npc-recall -m memory.db list --where '{"kind":"fact"}' | jq -c '[.text, .importance, .exchange]' >got
	printf '%s\n' '["Anna has lost a silver ring.",7,1]' '["Anna is from Wenden.",4,1]' >want
	same got want
	stop_server || true
	{
		says 'nothing around it: remember' '{"remember":[{"text":"Anna misses a ring.","importance":8}]}'
		says '' 'Oh.'
	} >rules
	serve
	chat --llm -m memory.db --player Anna --distil --log log <<<'/again' >out
	assert_equal "$(npc-recall -m memory.db list | jq -r .text | sed "s/$NAME/N/")" "$(printf '%s\n' \
		'Anna said to N: "I lost my silver ring, I am from Wenden."' 'N said to Anna: "Oh."' 'Anna misses a ring.')"
	stop_server || true
	{
		says 'nothing around it: remember' '{"remember":7}'
		says '' 'Oh.'
	} >rules
	serve
	run -1 --separate-stderr chat --llm -m memory.db --distil --log log <<<'More.'
	assert_regex "$stderr" '^npc-chat: no facts were drawn: npc-merge: '
	assert_equal "$(messages 'length')" 5
	# By dice too.
	chat -m dice.db --distil <<<'I sell eels.' >out
	[ "$(npc-recall -m dice.db list --where '{"kind":"fact"}' | wc -l)" -ge 1 ]
	run -2 chat --distil </dev/null
	assert_output --partial '--distil needs a memory'
}

@test "chat: whom: an id, a name, a part that only one has; ties have names" {
	local short
	{
		echo '{"id":"a1","name":"Ann Miller","greeting":"I am Ann.","ties":[{"to":"b2","kind":"friend"},{"to":"zz"},7]}'
		printf '\n'
		echo '{"id":"b2","name":"Joanna Żuk","greeting":"I am Joanna."}'
		echo '{"id":"b22","name":"Ann","greeting":"I am plain Ann."}'
	} >few
	whose() {
		run "$1" npc-chat "$2" -c few </dev/null
		assert_output "$3"
	}
	whose -0 a1 'I am Ann.'
	whose -0 Miller 'I am Ann.'
	whose -0 miller 'I am Ann.'
	whose -0 Żuk 'I am Joanna.'
	whose -0 b2 'I am Joanna.'
	whose -0 b22 'I am plain Ann.'
	whose -0 Ann 'I am plain Ann.'
	whose -2 ann 'npc-chat: ann may be Ann Miller (a1), Joanna Żuk (b2), Ann (b22)'
	whose -2 b 'npc-chat: b may be Joanna Żuk (b2), Ann (b22)'
	whose -2 zoe 'npc-chat: nobody is called zoe'
	run -2 npc-chat a1 --with a1 -c few
	assert_output 'npc-chat: nobody talks to themselves'
	run -0 npc-chat a1 -c few <<<'/who'
	assert_line '  friend: Joanna Żuk'
	for bad in x '{"id":7}' '[]'; do
		echo "$bad" >>few
		run -2 npc-chat a1 -c few </dev/null
		assert_output --partial 'npc-chat: few:5: '
		sed -i '$d' few
	done
	run -2 npc-chat a1 -c missing
	assert_output --partial 'npc-chat: missing: cannot open'
	cp few characters.ndjson
	run -0 npc-chat a1 </dev/null
	run -0 npc-chat a1 -w hansa -c few <<<'Who are you?'
	# What the prompt says of the tie.
	{ says 'Tie: b2 (Joanna Żuk)' 'My friend.' && says '' 'Nobody.'; } >rules
	serve
	run -0 npc-chat a1 -c few --llm <<<'Who?'
	assert_line --index 1 'My friend.'
}

@test "chat: options" {
	run -0 npc-chat -h
	assert_line --index 0 --partial 'usage: npc-chat'
	for option in characters world memory count distil at log player context llm model param seed with turns help; do
		grep -q -- "--$option" <<<"$output" || fail "$option"
		grep -q -- "Fl -$option" "$ROOT/man/npc-chat.1" || fail "$option"
	done
	run -2 npc-chat
	assert_output --partial 'usage: npc-chat'
	run -2 npc-chat a b
	run -2 npc-chat ''
	for bad in '-k 0' '-k x' '--context -1' '-s x' '--turns 0' '--player=' '--nonsense' '--at'; do
		# shellcheck disable=SC2086 # an option and its value
		run -2 chat $bad </dev/null
		assert_output --partial 'usage: npc-chat'
	done
	chat -s 2 <<<'Well?' >two
	chat -s 2 <<<'Well?' | same - two
	! chat -s 3 <<<'Well?' | cmp -s - two
	chat --at 1348-05-02T20:00:00Z -m memory.db <<<'Well?' >out
	chat --at 77 -m memory.db <<<'Well?' >out
	assert_equal "$(npc-recall -m memory.db list | jq -c .time)" $'"1348-05-02T20:00:00Z"\n"1348-05-02T20:00:00Z"\n77\n77'
	run -1 chat --at yesterday -m memory.db <<<'Well?'
	assert_output --partial 'npc-chat: npc-recall: '
	# How much of the chat, and of the memory, stands in the prompt.
	whole 'Ho.' >answer
	model
	npc-recall -m count.db add <<-'END' >out
	{"npc":"npc-0003","text":"The mill burnt."}
	{"npc":"npc-0003","text":"The mill was rebuilt."}
	{"npc":"npc-0003","text":"The mill stands empty."}
	{"npc":"npc-0002","text":"The mill is mine."}
	END
	for options in '' '-k 1 --context 1' '--context 0 -k 9'; do
		# shellcheck disable=SC2086 # options
		chat --llm -m count.db $options -M my-model -p temperature=0.5 <<<$'One.\nWhat of the mill?' >out
		jq -c '[(.row.recall | length), (.row.turns | length), .body.model, .body.temperature]' asked
	done >got
	printf '%s\n' '[2,3,"my-model",0.5]' '[1,1,"my-model",0.5]' '[3,0,"my-model",0.5]' >want
	sed -i 's/^\[[4-9]/[3/' got
	same got want
	# What the prompt shows anyway is not recalled as well.
	chat --llm -m own.db <<<$'The mill burnt.\nThe mill burnt?' >out
	assert_equal "$(jq -c '.row | [.recall, (.turns | length)]' asked)" '[[],3]'
	# Only what was asked for asks a model.
	NPC_BASE_URL=http://127.0.0.1:1 chat <<<'Well?' >out
	[ "$(lines out)" -eq 2 ]
}

@test "chat: an output that is closed or full ends it" {
	run -141 bash -c 'npc-chat npc-0003 -c "$1" < <(yes "Well?") | head -n 2 >out; exit "${PIPESTATUS[0]}"' bash "$CAST"
	[ -z "$(ls tmp)" ]
	[ -w /dev/full ] || skip 'no /dev/full'
	run -3 bash -c 'npc-chat npc-0003 -c "$1" --log log <<<"Well?" >/dev/full' bash "$CAST"
	assert_output --partial 'cannot write standard output'
}
