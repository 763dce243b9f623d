load helpers
load recall

setup() {
	npc_setup
	recall_setup
}

# refused WHY: no command takes the database, and it stays as it was.
refused() {
	local command before
	before=$(cksum world.db 2>/dev/null || true)
	for command in add query 'get x' list export 'forget x' stat check compact; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr npc-recall $command <<<'{"id":"q","npc":"bob","text":"x"}'
		assert_output ''
		assert_regex "$stderr" "$1"
		assert_equal "$(grep -c . <<<"$stderr")" 1
	done
	assert_equal "$(cksum world.db 2>/dev/null || true)" "$before"
}

@test "recall: a database that is missing, but for add" {
	local command
	for command in query 'get x' list export 'forget x' stat check compact; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr npc-recall $command </dev/null
		assert_output ''
		assert_regex "$stderr" '^npc-recall: .*world\.db'
		[ ! -e world.db ]
	done
	run -0 npc-recall add </dev/null
	run -0 npc-recall list
	assert_output ''
	run -0 npc-recall query <<<'{"id":"q","npc":"bob","text":"x"}'
	assert_output '{"id":"q","npc":"bob","text":"x","recall":[],"mode":"lexical"}'
}

@test "recall: a file that is no database, one of somebody else's, one of a newer version" {
	echo 'This is a text of some length, and no database at all.' >world.db
	refused 'not a database'
	rm world.db
	mkdir world.db
	refused world.db
	rmdir world.db
	command -v python3 >/dev/null || skip 'no python3 to make one with'
	python3 -c 'import sqlite3; db = sqlite3.connect("world.db"); db.execute("CREATE TABLE t(x)"); db.commit()'
	refused world.db
	rm world.db
	npc-recall add <<<'{"npc":"bob","text":"x"}'
	python3 -c 'import sqlite3; db = sqlite3.connect("world.db"); db.execute("PRAGMA user_version = 999"); db.commit()'
	refused newer
}

@test "recall: a damaged database ends in words, whatever is damaged" {
	memories 1 300 | npc-recall add >/dev/null
	npc-recall compact
	local at size command status
	size=$(command stat -c %s world.db)
	cp world.db good.db
	for ((at = 100; at < size; at += size / 25)); do
		cp good.db world.db
		rm -f world.db-wal world.db-shm
		head -c 400 /dev/urandom | dd of=world.db bs=1 seek="$at" conv=notrunc 2>/dev/null
		for command in 'query' list check 'forget m7'; do
			status=0
			# shellcheck disable=SC2086 # words
			timeout 20 npc-recall $command <<<'{"id":"q","npc":"bob","text":"word7 mill"}' >out 2>err || status=$?
			[ "$status" -le 3 ] && [ "$status" -ne 2 ]
			[ "$status" -eq 0 ] || [ -s err ]
		done
	done
}

@test "recall: a folder that cannot be written" {
	# Another user cannot come into a test's own folder.
	local shut as=()
	shut=$(mktemp -d)
	npc-recall -m "$shut/world.db" add <<<'{"id":"a","npc":"bob","text":"mill"}' >/dev/null
	npc-recall -m "$shut/world.db" compact
	chmod 644 "$shut/world.db"
	chmod 555 "$shut"
	[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid 65534 --clear-groups)
	"${as[@]}" test -x "$(command -v npc-recall)" || skip 'another user cannot run it'
	run -3 "${as[@]}" npc-recall -m "$shut/new.db" add </dev/null
	assert_output --partial "$shut/new.db"
	run -3 "${as[@]}" npc-recall -m "$shut/world.db" add <<<'{"npc":"bob","text":"x"}'
	run -0 "${as[@]}" npc-recall -m "$shut/world.db" list
	assert_output '{"id":"a","npc":"bob","text":"mill"}'
	chmod 755 "$shut"
	rm -r "$shut"
}

# on_tmpfs OPTIONS COMMAND...: in a namespace where ./small is such a tmpfs.
on_tmpfs() {
	local options=$1
	shift
	mkdir -p small
	unshare -m sh -c 'mount -t tmpfs -o "$1" none small && shift && exec "$@"' sh "$options" "$@"
}

@test "add: a full disk: exit 3, what was told is there, and nothing that was not" {
	on_tmpfs size=64k true 2>/dev/null || skip 'no tmpfs can be mounted here'
	memories 1 20000 >in
	cat >job <<-'SH'
	set -u
	split -l 2000 in part.
	for part in part.*; do
		cat "$part" >>small/.try 2>/dev/null; rm -f small/.try
		npc-recall -m small/world.db add "$part" >>told 2>>err
		status=$?
		[ "$status" -eq 0 ] || break
	done
	echo "$status" >status
	npc-recall -m small/world.db list >there
	npc-recall -m small/world.db check >>found 2>&1
	echo "$?" >>found
	rm -f small/world.db-wal
	SH
	run -0 on_tmpfs size=1500k bash job
	assert_equal "$(cat status)" 3
	grep -q 'world.db: ' err
	[ "$(lines told)" -gt 0 ]
	jq -r .id told | sort >told.ids
	jq -r .id there | sort >there.ids
	same told.ids there.ids
	# The check itself may find no room; it must not find damage.
	run -1 grep -iE 'damaged|wrong' found
}

@test "recall: a full or closed output" {
	memories 1 3000 | npc-recall add >/dev/null
	for command in list export 'get m1' stat 'query'; do
		# shellcheck disable=SC2086 # words
		run -3 sh -c "echo '{\"id\":\"q\",\"npc\":\"bob\",\"text\":\"mill\"}' | npc-recall $command >/dev/full"
		assert_output --partial 'No space left'
	done
	run -3 sh -c 'echo "{\"npc\":\"bob\",\"text\":\"x\"}" | npc-recall add >/dev/full'
	run -3 sh -c 'npc-recall forget m2 >/dev/full'
	run -0 --separate-stderr bash -c 'npc-recall export | head -1 >/dev/null; echo "${PIPESTATUS[0]}" >status'
	[ "$(cat status)" -eq 141 ]
	[ -z "$stderr" ]
	sound
}

@test "add: xargs -P 8 into one new database: no lock error, nothing lost" {
	memories 1 4000 | split -l 250 - part.
	printf '%s\n' part.* | xargs -P 8 -I{} sh -c 'npc-recall add "$1" >"$1.acks"' sh {} 2>err
	assert_equal "$(cat err)" ''
	[ "$(cat part.*.acks | wc -l)" -eq 4000 ]
	[ "$(stat .memories)" -eq 4000 ]
	sound
}

@test "recall: 8 processes add and 8 query one database: no error, nothing lost" {
	local i pids=()
	npc-recall add <<<'{"id":"first","npc":"bob","text":"mill"}' >/dev/null
	for ((i = 0; i < 8; i++)); do
		memories $((i * 300)) $((i * 300 + 299)) "n$i" | while IFS= read -r line; do echo "$line"; done |
			npc-recall add --sync normal >"added.$i" 2>"err.a$i" 3>&- &
		pids+=($!)
		for ((n = 0; n < 300; n++)); do
			echo "{\"id\":\"q$n\",\"npc\":[\"bob\",\"n$i\"],\"text\":\"mill word$((i * 300 + n))\",\"time\":1}"
		done | npc-recall query $([ $((i % 2)) -eq 0 ] || echo --touch) >"asked.$i" 2>"err.q$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	assert_equal "$(cat err.*)" ''
	for ((i = 0; i < 8; i++)); do
		assert_equal "$(lines "added.$i") $(lines "asked.$i")" '300 300'
	done
	[ "$(stat .memories)" -eq 2401 ]
	sound
}
