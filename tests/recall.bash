# What tests of npc-recall share.
#
#	load helpers
#	load recall
#	setup() { npc_setup; recall_setup; }

# recall_setup: a database of its own, and a model for embeddings.
recall_setup() {
	export NPC_MEMORY=$PWD/world.db NPC_EMBED_MODEL=test-embed
}

# memories FROM TO [NPC]: one for each number, with a word of its own.
memories() {
	awk -v from="$1" -v to="$2" -v npc="${3:-bob}" 'BEGIN {
		for (i = from; i <= to; i++)
			printf "{\"id\":\"m%d\",\"npc\":\"%s\",\"text\":\"Number %d is word%d of the mill\",\"time\":%d,\"importance\":%d}\n", i, npc, i, i, i * 60, 1 + i % 10
	}'
}

# add LINE...: these memories.
add() {
	printf '%s\n' "$@" | npc-recall add
}

# ask TEXT [OPTION...]: the ids that bob recalls, with blanks between them.
ask() {
	local text=$1
	shift
	jq -cn --arg text "$text" '{id: "q", npc: "bob", text: $text}' | npc-recall query "$@" | jq -r '[.recall[].id] | join(" ")'
}

# response CARRIED RECORDS DATA: a response to an embedding request that carries them.
response() {
	printf '{"id":"x","custom_id":"c","response":{"status_code":200,"request_id":"r","body":{"object":"list","data":%s,"model":"test-embed"}},"error":null,"%s":%s,"meta":{"source":"llm","attempts":1}}\n' "$3" "$1" "$2"
}

# sound: check finds nothing.
sound() {
	run -0 npc-recall check
	assert_output ''
}

# stat FILTER: what jq's FILTER makes of the counts.
stat() {
	npc-recall stat | jq -c "$1"
}
