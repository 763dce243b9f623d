load helpers
load cache

setup() {
	npc_setup
	cache_setup
}

@test "cache: manners" {
	keeps_its_manners npc-cache key
	keeps_its_manners npc-cache get
	run -2 npc-cache
	assert_output --partial 'usage: npc-cache'
	run -2 npc-cache what
	assert_output --partial "'what' is no command"
	run -2 npc-cache run
	run -2 npc-cache run --misses x cat
	assert_output --partial '--misses is not for run'
	run -2 npc-cache stat more
	run -2 npc-cache run --sync never cat
	run -2 npc-cache run --wait 0 cat
	run -2 npc-cache run --window 0 cat
	run -2 npc-cache run --max-size 0 cat
	run -2 npc-cache run --cache-dir '' cat
}

@test "cache run: a run of nothing starts nothing" {
	run -0 --separate-stderr cache no-such-program </dev/null
	assert_output ''
	assert_equal "$stderr" ''
}

@test "cache run: the second run of the pipeline makes no call, and gives the same" {
	cat >dice <<-'SH'
	#!/bin/sh
	tee -a "$CALLS" | npc-dice "$@"
	SH
	chmod +x dice
	npc-cast -n 60 | npc-prompt -r character >in
	npc-dice in >plain
	cache ./dice <in >first
	assert_equal "$(calls)" 60
	same plain first
	cache ./dice <in >second
	assert_equal "$(calls)" 0
	npc-merge first >merged.1
	npc-merge second >merged.2
	same merged.1 merged.2
	assert_equal "$(lines merged.2)" 60
	cache ./dice -s 2 <in >third
	assert_equal "$(calls)" 60
}

@test "cache run: a hit: its own ids and members, the body as it was, meta" {
	answerer cmd '.response.body.created = 1.50e1 | .response.body.note = "a/b"'
	printf '{"custom_id":"a\\u0062","body":{ "n" : 1,"messages":[{"content":"x"}]},"x":1.50e+01,"row":{"a":[1, 2]}}\n' >in
	cache ./cmd <in >first
	printf '{"row":{"b":2.50},"recipe":"r","body":{"messages":[{"content":"\\u0078"}],"n":1.0,"user":"u","stream":true},"custom_id":"other"}\n' >in
	cache ./cmd <in >second
	assert_equal "$(calls)" 1
	key=$(npc-cache key --namespace x in | jq -r .key)
	assert_equal "${#key}" 64
	run -0 cat second
	assert_output --regexp '^\{"id":"cache-[0-9a-f]{16}","custom_id":"other","response":\{"status_code":200,"request_id":"","body":\{.*\}\},"error":null,"row":\{"b":2.50\},"recipe":"r","meta":\{"source":"cache"\}\}$'
	assert_equal "$(jq -c .response.body second)" "$(jq -c .response.body first)"
	run -0 cat first
	assert_output --regexp '^\{"id":"made","custom_id":"a\\u0062","response":\{.*\},"error":null,"x":1.50e\+01,"row":\{"a":\[1, 2\]\},"meta":\{"source":"test"\}\}$'
}

@test "cache run: CMD gets the line as it is, but for its custom_id" {
	printf '%s\n' '{ "body" : {"messages":[{"content":"\u0041\/"}],"t":1.0e0} , "custom_id":"a" ,"x":[1, 2]}' >in
	cache ./cmd <in >out
	assert_equal "$(cat calls)" '{ "body" : {"messages":[{"content":"\u0041\/"}],"t":1.0e0} , "custom_id":"1" ,"x":[1, 2]}'
}

@test "cache run: repeats in a stream are asked once, and each gets its own line" {
	for i in 1 2 3; do
		requests 1 20
	done | jq -c '.custom_id = "c\(input_line_number)" | .row.line = input_line_number' >in
	cache --stats stats ./cmd <in >out
	assert_equal "$(calls)" 20
	assert_equal "$(jq -r .custom_id out | sort -u | wc -l)" 60
	run -0 jq -c 'select(.custom_id != "c\(.row.line)" or .response.body.choices[0].message.content != "Number \(.row.id[1:])")' out
	assert_output ''
	assert_equal "$(jq -c 'select(.meta.source == "test")' out | wc -l)" 20
	jq -e '.lines == 60 and .misses == 20 and .shared + .hits == 40 and .asked == 20 and .stored == 20' stats
}

@test "cache run: a failed answer goes to all who waited, and is not stored" {
	answerer cmd '.response = null | .error = {code: "timeout", message: "slow"}' 'sort'
	{ requests 1 3; requests 1 3; } >in
	run -1 --separate-stderr cache ./cmd <in
	echo "$output" >out
	assert_equal "$(codes out)" 'timeout 6'
	assert_equal "$(calls)" 3
	assert_equal "$(entries)" 0
}

@test "cache run: duplicate ids, another order, dropped members: paired all the same" {
	answerer cmd 'del(.row, .meta, .id)' tac
	requests 1 200 >in
	cache ./cmd <in >out
	paired in out
	assert_equal "$(jq -r .custom_id out | head -n 1)" n200
	requests 201 260 | jq -c '.custom_id = "same"' >in
	cache ./cmd <in >out
	run -0 jq -c 'select(.custom_id != "same" or .response.body.choices[0].message.content != "Number \(.row.id[1:])")' out
	assert_output ''
	assert_equal "$(jq -r .row.id out | sort -u | wc -l)" 60
}

@test "cache run: CMD answers twice, under other ids, and with nonsense: dropped, told once, exit 1" {
	answerer cmd '., ., {custom_id: "77", response: {status_code: 200, body: {}}}, {custom_id: "n1", response, error}, {custom_id, body: {}}, {custom_id: null, error: {}}, 7' \
		cat "sed 's/^7\$/no json/'"
	requests 1 10 >in
	run -1 --separate-stderr cache --stats stats ./cmd <in
	echo "$output" >out
	assert_equal "$(lines out)" 10
	paired in out
	assert_equal "$(grep -c 'nobody asked for' <<<"$stderr")" 1
	jq -e '.strays == 60 and .failed == 0' stats
	requests 11 20 >in
	answerer cmd '., .'
	run -1 --separate-stderr cache --sync batch --stats stats ./cmd <in
	echo "$output" >out
	paired in out
	jq -e '.strays == 10 and .stored == 10' stats
	requests 1 10 >in
	cache ./cmd <in >out
	paired in out
}

@test "cache run: CMD answers fewer lines: the rest are child_failed, what came is stored" {
	answerer cmd . cat 'head -n 7'
	requests 1 20 >in
	run -1 --separate-stderr cache ./cmd <in
	echo "$output" >out
	assert_equal "$(codes out)" '200 7, child_failed 13'
	assert_equal "$(entries)" 7
	assert_regex "$(jq -r .error.message out | tail -n 1)" '\./cmd ended with status 0 and did not answer'
	answerer cmd
	cache ./cmd <in >out
	paired in out
}

@test "cache run: CMD dies half-way: by its status or its signal" {
	answerer half '.' 'head -n 5'
	printf '#!/bin/sh\n./half\nexit 7\n' >cmd
	chmod +x cmd
	requests 1 20 >in
	run -7 --separate-stderr cache ./cmd <in
	echo "$output" >out
	assert_equal "$(codes out)" '200 5, child_failed 15'
	assert_regex "$(jq -r .error.message out | tail -n 1)" 'ended with status 7'
	assert_equal "$stderr" 'npc-cache: ./cmd ended with status 7 and did not answer: child_failed'
	printf '#!/bin/sh\n./half\nkill -9 $$\n' >cmd
	requests 21 40 >in
	run -137 --separate-stderr cache --stats stats ./cmd <in
	echo "$output" >out
	assert_equal "$(codes out)" '200 5, child_failed 15'
	assert_regex "$(jq -r .error.message out | tail -n 1)" 'signal 9'
	jq -e '.child_status == 137 and .failed == 15' stats
	assert_equal "$(entries)" 10
}

@test "cache run: CMD is not there, or cannot be run: 127, 126, and hits are printed" {
	requests 1 5 >in
	cache --namespace x ./cmd <in >out
	requests 1 8 >in
	run -127 --separate-stderr cache --namespace x no-such-program <in
	echo "$output" >out
	assert_equal "$(codes out)" '200 5, child_failed 3'
	assert_regex "$stderr" 'cannot run no-such-program: No such file'
	: >plain
	run -126 --separate-stderr cache --namespace x ./plain <in
	assert_regex "$stderr" 'cannot run ./plain: Permission denied'
	head -n 5 in >hits
	run -0 cache --namespace x no-such-program <hits
}

@test "cache run: CMD that takes no input; CMD that leaves its output open behind it" {
	requests 1 500 >in
	run -0 --separate-stderr cache true </dev/null
	run -1 --separate-stderr cache true <in
	echo "$output" >out
	assert_equal "$(codes out)" 'child_failed 500'
	# The answers come from what ./behind leaves in the background.
	printf '#!/bin/sh\n./cmd <&3 3<&- &\n' >behind.sh
	printf '#!/bin/sh\nexec 3<&0\nexec sh ./behind.sh\n' >behind
	chmod +x behind
	run -0 --separate-stderr cache ./behind <in
	echo "$output" >out
	paired in out
}

@test "cache run: exit status 1 where CMD says 0 and lines failed" {
	answerer cmd 'if $asked.body.messages[0].content == "Number 2" then .response.status_code = 500 else . end'
	requests 1 3 >in
	run -1 cache ./cmd <in
	run -1 cache ./cmd <in
	assert_equal "$(calls)" 4
}

@test "cache run: what is stored: only what is finished" {
	local reason
	for reason in '"length"' '"content_filter"' null '"strange"'; do
		answerer cmd ".response.body.choices[0].finish_reason = $reason"
		requests 1 1 >in
		cache --namespace "$reason" --stats stats ./cmd <in >out
		assert_equal "$(codes out)" '200 1'
	done
	answerer cmd '.response.body.choices[0].message.content = ""'
	cache --namespace e --stats stats ./cmd <in >out
	jq -e '.not_stored.empty == 1 and .stored == 0' stats
	assert_equal "$(entries)" 0
	answerer cmd '.response.body.choices[0].finish_reason = "length"'
	cache --namespace l --store-truncated ./cmd <in >out
	assert_equal "$(entries)" 1
}

@test "cache run: bad lines, blank lines, CRLF, over-long, bad UTF-8, no newline at the end; responses and deltas pass" {
	{
		requests 1 1 | sed 's/$/\r/'
		printf '\n  \nno json\n{"custom_id":7,"body":{}}\n{"custom_id":"nobody"}\n{"custom_id":"u","body":{"x":"\xff"}}\n'
		printf '{"custom_id":"done","response":null,"error":{"code":"x"} }\n{"custom_id":"d","delta":"x"}\n'
		printf '{"custom_id":"long","body":{"x":"%01000d"}}\n' 0
		requests 2 2 | tr -d '\n'
	} >in
	run -1 --separate-stderr cache -k --max-line 900 ./cmd <in
	echo "$output" >out
	assert_equal "$(jq -c '[.custom_id, .error.code]' out | tr -d '\n')" \
		'["n1",null][null,"invalid_request_line"][null,"invalid_request_line"]["nobody","invalid_request_line"][null,"invalid_request_line"]["done","x"]["d",null][null,"invalid_request_line"]["n2",null]'
	grep -qxF '{"custom_id":"done","response":null,"error":{"code":"x"} }' out
	assert_regex "$stderr" 'standard input:4: '
	assert_regex "$stderr" 'standard input:10: line longer than 900 bytes'
	assert_equal "$(calls)" 2
}

@test "cache run: what has no canonical form is asked, and not stored" {
	requests 1 1 '"x":1e999' >in
	requests 2 2 | jq -c '.method = "GET"' >>in
	cache --stats stats ./cmd <in >out
	paired in out
	jq -e '.unkeyed == 2 and .stored == 0' stats
	cache ./cmd <in >out
	assert_equal "$(calls)" 4
}

@test "cache run: deltas pass with their own custom_id" {
	answerer cmd '{custom_id, delta: "Num"}, {custom_id, delta: "ber", index: 1}, .'
	requests 5 5 >in
	cache --stats stats ./cmd <in >out
	assert_equal "$(head -n 2 out)" "$(printf '%s\n' '{"custom_id":"n5","delta":"Num"}' '{"custom_id":"n5","delta":"ber","index":1}')"
	assert_equal "$(lines out)" 3
	jq -e '.deltas == 2' stats
	cache ./cmd <in >out
	assert_equal "$(lines out)" 1
}

@test "cache run: -k keeps the order, hits among misses too" {
	requests 1 100 | awk 'NR % 3 == 0' >some
	requests 1 100 >in
	cache ./cmd <some >out
	answerer cmd . tac
	cache --namespace ./cmd ./cmd <some >out
	cache -k --namespace ./cmd ./cmd <in >out
	assert_equal "$(jq -r .custom_id out)" "$(jq -r .custom_id in)"
	paired in out
	cache --refresh --namespace ./cmd ./cmd <in >out
	assert_not_equal "$(jq -r .custom_id out)" "$(jq -r .custom_id in)"
}

@test "cache run: answers come while input is still open" {
	mkfifo in
	cache ./cmd <in >out 3>&- &
	local pid=$!
	exec 5>in
	requests 1 1 >&5
	until_true at_least 1 out
	requests 1 2 >&5
	until_true at_least 3 out
	exec 5>&-
	wait "$pid"
	assert_equal "$(calls)" 2
}

@test "cache run: --refresh, --no-store, --max-age, --namespace" {
	requests 1 5 >in
	cache ./cmd <in >out
	assert_equal "$(calls)" 5
	answerer cmd '.response.body.new = true'
	{ cat in; cat in; } >twice
	cache --refresh ./cmd <twice >out
	assert_equal "$(calls)" 5
	assert_equal "$(lines out)" 10
	cache ./cmd <in >out
	assert_equal "$(calls)" 0
	assert_equal "$(jq -c .response.body.new out | sort -u)" true
	cache --namespace other --no-store ./cmd <in >out
	cache --namespace other --no-store ./cmd <in >out
	assert_equal "$(calls)" 10
	cache --no-store ./cmd <in >out
	assert_equal "$(calls)" 0
	cache --max-age 1h ./cmd <in >out
	assert_equal "$(calls)" 0
	sleep 0.02
	cache --max-age 10ms ./cmd <in >out
	assert_equal "$(calls)" 5
}

@test "cache run: --sync none and batch, --max-size" {
	requests 1 300 >in
	local sync
	for sync in data none batch; do
		cache --cache-dir "$sync" --sync "$sync" ./cmd <in >out
		paired in out
		assert_equal "$(calls)" 300
		cache --cache-dir "$sync" --sync "$sync" ./cmd <in >out
		assert_equal "$(calls)" 0
		assert_equal "$(entries "$sync")" 300
	done
	cache --cache-dir small --max-size 20K ./cmd <in >out
	paired in out
	[ "$(entries small)" -lt 300 ]
}

@test "cache run: where the store is: flag, environment, config file, default" {
	requests 1 1 >in
	unset NPC_CACHE_DIR
	cache ./cmd <in >out
	assert_equal "$(entries "$XDG_CACHE_HOME/npc")" 1
	mkdir -p "$XDG_CONFIG_HOME/npc"
	echo "NPC_CACHE_DIR=$PWD/by-file" >"$XDG_CONFIG_HOME/npc/config"
	cache ./cmd <in >out
	assert_equal "$(entries by-file)" 1
	NPC_CACHE_DIR=by-env cache ./cmd <in >out
	assert_equal "$(entries by-env)" 1
	NPC_CACHE_DIR=by-env cache --cache-dir by-flag ./cmd <in >out
	assert_equal "$(entries by-flag)" 1
	HOME=$PWD/home run -0 env -u XDG_CACHE_HOME XDG_CONFIG_HOME=none npc-cache run ./cmd <in
	assert_equal "$(entries home/.cache/npc)" 1
	[ "$(stat -c %a by-flag)" = 700 ]
}

@test "cache run: options of CMD are CMD's" {
	requests 1 1 >in
	printf '#!/bin/sh\necho "$*" >args\nexec ./cmd\n' >showing
	chmod +x showing
	cache -k ./showing -k --refresh -- x <in >out
	assert_equal "$(cat args)" '-k --refresh -- x'
	cache -k -- ./showing -V <in >out
	assert_equal "$(cat args)" '-V'
}

@test "cache run: /dev/full, an input that cannot be read" {
	[ -w /dev/full ] || skip 'no /dev/full'
	requests 1 100 >in
	run -3 sh -c 'exec timeout 60 npc-cache run ./cmd <in >/dev/full'
	assert_output --partial 'standard output: cannot write'
	run -2 sh -c 'exec timeout 60 npc-cache run ./cmd <.'
	assert_output --partial 'standard input: cannot read'
}

@test "cache run: memory does not grow with the lines; a slow reader slows reading" {
	requests 1 500 >in
	cache ./cmd <in >out
	cache --stats few ./cmd <in >out
	for i in {1..40}; do cat in; done | cache --stats many ./cmd >out
	[ "$(jq .peak_memory_bytes many)" -lt $(($(jq .peak_memory_bytes few) * 13 / 10)) ]
	mkfifo slow
	requests 1 20000 >in
	npc-cache run --sync none --namespace slow ./cmd <in >slow 3>&- &
	local pid=$!
	exec 6<slow
	local n=-1
	until_true at_least 100 calls
	while [ "$n" != "$(lines calls)" ]; do
		n=$(lines calls)
		sleep 0.2
	done
	[ "$n" -lt 6000 ]
	assert_equal "$(wc -l <&6 | tr -d ' ')" 20000
	exec 6<&-
	wait "$pid"
}

@test "cache run: a line of 5 MB" {
	{ printf '{"custom_id":"n1","body":{"model":"m","messages":[{"content":"Number 1"}],"x":"'; head -c 5000000 /dev/zero | tr '\0' 'x'; printf '"},"row":{"id":"n1"}}\n'; } >in
	cache ./cmd <in >out
	paired in out
	cache ./cmd <in >out
	assert_equal "$(calls)" 1
}

@test "cache run: --window bounds how far CMD may stay behind" {
	requests 1 50 >in
	cache --window 1 ./cmd <in >out
	paired in out
	requests 51 100 >in
	cache -k --window 3 ./cmd <in >out
	paired in out
}
