# What tests of npc-cache share: requests, programs that answer them well or badly, and counts.
#
#	load helpers
#	load cache
#	setup() { npc_setup; cache_setup; }

# cache_setup: a store of its own, and ./cmd, which notes in ./calls what it is asked.
cache_setup() {
	export NPC_CACHE_DIR=$PWD/store CALLS=$PWD/calls
	: >"$CALLS"
	answerer cmd
}

# requests FROM TO [MEMBERS]: lines nFROM … nTO, with more members in their bodies.
requests() {
	awk -v from="$1" -v to="$2" -v more="${3:+,$3}" 'BEGIN {
		for (i = from; i <= to; i++)
			printf "{\"custom_id\":\"n%d\",\"body\":{\"model\":\"m\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Number %d\"}]%s},\"row\":{\"id\":\"n%d\"}}\n", i, i, more, i
	}'
}

# answerer NAME [JQ [BEFORE [AFTER]]]: a program that answers each request with what it was asked.
# JQ changes the response ($asked is the request); BEFORE and AFTER are filters around all of it.
answerer() {
	cat >"$1" <<-SH
	#!/bin/sh
	tee -a "\$CALLS" | ${3:-cat} | jq -c --unbuffered '. as \$asked | {id: "made", custom_id, response: {status_code: 200, request_id: "r",
		body: {model: .body.model, choices: [{index: 0, message: {role: "assistant", content: (.body.messages[0].content)}, finish_reason: "stop"}],
		usage: {prompt_tokens: 10, completion_tokens: 5}}}, error: null, row, meta: {source: "test"}} | ${2:-.}' ${4:+| $4}
	SH
	chmod +x "$1"
}

# calls: how many requests were asked of ./cmd since the last time.
calls() {
	lines "$CALLS"
	: >"$CALLS"
}

# cache [OPTION...] CMD: npc-cache run, within a minute.
cache() {
	timeout 60 npc-cache run "$@"
}

# paired REQUESTS RESPONSES: each request has one response, with its own row and its own answer.
paired() {
	assert_equal "$(jq -r .custom_id "$2" | sort)" "$(jq -r .custom_id "$1" | sort)"
	run -0 jq -c 'select(.response) | select(.row.id != .custom_id or
		.response.body.choices[0].message.content != ("Number " + .custom_id[1:]))' "$2"
	assert_output ''
}

# codes FILE: how many of each error's code or answer's status.
codes() {
	jq -r '.error.code // .response.status_code' "$1" | sort | uniq -c | awk '{printf "%s%s %s", sep, $2, $1; sep = ", "}'
}

# entries: how many the store has, by its files.
entries() {
	find "${1:-$NPC_CACHE_DIR}/v1" -type f -regextype egrep -regex '.*/[0-9a-f]{64}' 2>/dev/null | wc -l
}

# until_true COMMAND...: polls for 20 s.
until_true() {
	local i
	for ((i = 0; i < 1000; i++)); do
		"$@" && return
		sleep 0.02
	done
	echo "never true: $*" >&2
	return 1
}

# at_least N FILE: has it so many lines?
at_least() {
	[ "$(lines "$2")" -ge "$1" ]
}
