load helpers

# What is found on the judged set (tests/recall) must not fall below this: a little under what was
# measured. Stock FTS5, the words in quotes with OR between them, has 0.236, 0.307, 0.409, 0.470 and 0.322.
at_least() {
	jq -e --argjson least "$1" '. as $got | $least | to_entries | map(select($got[.key] < .value)) == []' judged ||
		fail "$(cat judged)"
}

setup() {
	npc_setup
}

@test "npc-recall: words alone find what the judged questions ask for" {
	"$ROOT/tests/recall/judge" >judged
	at_least '{"recall@1":0.28,"recall@2":0.37,"recall@5":0.50,"recall@10":0.55,"mrr":0.385}'
}

@test "npc-recall: recency and importance must not drown the words" {
	"$ROOT/tests/recall/judge" --recency 0 --importance 0 >judged
	at_least '{"recall@1":0.28,"recall@2":0.37,"recall@5":0.50,"recall@10":0.55,"mrr":0.385}'
}

@test "npc-recall: each question of the judged set can be answered" {
	run -0 jq -sc --slurpfile memories "$ROOT/tests/recall/memories.ndjson" '
		($memories | map({key: .id, value: .npc}) | from_entries) as $npc
		| [.[] | . as $q | .relevant[] | select($npc[.] != $q.npc)], ($memories | length) == ($npc | length)
		' "$ROOT/tests/recall/questions.ndjson"
	assert_output "$(printf '%s\n' '[]' true)"
}
