# What tests of npc-batch share: a service that wants a key, jobs, and what they cost.
#
#	load helpers
#	load cache
#	load server
#	load batch
#	setup() { npc_setup; batch_setup; }
#	teardown() { stop_servers; }

KEY=sk-test-0123456789

# batch_setup: a cache of its own.
batch_setup() {
	export NPC_CACHE_DIR=$PWD/store
}

# service [OPTION...]: a server that wants the key, and the configuration for it.
service() {
	start_server --require-key "$KEY" --log log "$@"
	export NPC_BASE_URL=$SERVER_URL/v1 NPC_API_KEY=$KEY
}

# control WHAT: of the server's batches.
control() {
	curl -sS --max-time 10 -o control -X POST "$SERVER_URL/control/$1"
}

# done_with [STATE]: submitted, and at its end.
done_with() {
	npc-batch submit -o "${1:-batch}" in >submitted
	npc-batch status -o "${1:-batch}" -w -i 0.02 >status || true
}

# bill: batches made, answers paid, and those that were paid twice.
bill() {
	server_stats '[.batches, .paid, .paid_twice]'
}

# accounted REQUESTS RESPONSES: one response for each request, with its own row.
accounted() {
	assert_equal "$(jq -c '[.custom_id, .row]' "$2" | sort)" "$(jq -c '[.custom_id, .row]' "$1" | sort)"
}
