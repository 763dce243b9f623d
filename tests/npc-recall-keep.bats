load helpers
load recall

setup() {
	npc_setup
	recall_setup
}

@test "get: by id, of any collection or of one; what is not there is told" {
	add '{"id":"a","npc":"bob","text":"one"}' '{"id":"a","npc":"al","text":"two"}' '{"id":"-b","npc":"al","text":"three"}' >/dev/null
	run -0 npc-recall get a
	assert_output "$(printf '%s\n' '{"id":"a","npc":"bob","text":"one"}' '{"id":"a","npc":"al","text":"two"}')"
	run -0 npc-recall get --npc al a
	assert_output '{"id":"a","npc":"al","text":"two"}'
	run -0 npc-recall get -- -b a
	assert_line --index 0 '{"id":"-b","npc":"al","text":"three"}'
	run -1 --separate-stderr npc-recall get a zzz
	assert_equal "${#lines[@]}" 2
	assert_equal "$stderr" "npc-recall: no memory 'zzz'"
	run -1 npc-recall get --npc nobody a
}

@test "list, export: in the order of adding; --npc, --where, --since, --until" {
	memories 1 9 >in
	memories 1 3 al >>in
	npc-recall add in >/dev/null
	npc-recall list | same - in
	npc-recall list --npc al | same - <(tail -3 in)
	npc-recall list --npc al --npc bob | same - <(tail -3 in; head -9 in)
	npc-recall export --npc al | same - <(tail -3 in)
	[ "$(npc-recall list --where '{"importance":{"$in":[3,4]}}' | jq -r '.npc + .id' | xargs)" = 'bobm2 bobm3 alm2 alm3' ]
	[ "$(npc-recall list --since 60 --until 180 --npc bob | jq -r .id | xargs)" = 'm1 m2' ]
	run -0 npc-recall list --npc nobody
	assert_output ''
	npc-recall list --stats stats >/dev/null
	jq -e '.records == 12' stats
}

@test "export, import: everything, byte for byte" {
	hostile_values | jq -Rr 'fromjson | select(. != "") | tojson' | head -20 | awk '{printf "{\"npc\":\"n%d\",\"id\":\"m%d\",\"text\":%s,\"time\":%d.5,\"x\":[1.0, 2]}\n", NR % 3, NR, $0, NR}' >in
	printf '%s\n' '{"npc":"bob","id":"v","text":"vector","embedding":[0.1,-2,3e-5],"embedding_model":"m"}' '{"npc":"bob","text":"no id","session":"s","keys":["k"]}' >>in
	npc-recall add in >acks
	ask vector --touch --at 1348-05-02T20:00:00.250Z
	npc-recall export >whole
	npc-recall -m copy.db import whole | same - acks
	npc-recall -m copy.db export | same - whole
	[ "$(jq -c 'select(.id == "v") | [.embedding_model, .recalled, .recalls]' whole)" = '["m",-19617825599.75,1]' ]
	NPC_MEMORY=copy.db
	[ "$(stat '[.memories, .vectors, .triggers]')" = '[22,1,1]' ]
	sound
}

@test "forget: by id, npc, filter and time; nothing given is wrong usage" {
	memories 1 9 | npc-recall add >/dev/null
	memories 1 9 al | npc-recall add >/dev/null
	run -2 npc-recall forget
	assert_line --partial 'forget: which?'
	run -2 npc-recall forget --dry-run
	[ "$(stat .memories)" -eq 18 ]
	npc-recall forget --npc bob m1 >got
	same got - <<<'{"npc":"bob","id":"m1"}'
	npc-recall forget m2 m2 >got
	printf '%s\n' '{"npc":"bob","id":"m2"}' '{"npc":"al","id":"m2"}' | same got -
	run -1 --separate-stderr npc-recall forget m2 m3 --npc bob
	assert_output '{"npc":"bob","id":"m3"}'
	assert_equal "$stderr" "npc-recall: no memory 'm2'"
	[ "$(npc-recall forget --where '{"importance":5}' | jq -r '.npc + .id' | xargs)" = 'bobm4 alm4' ]
	[ "$(npc-recall forget --npc al --before 120 | jq -r '.npc + .id' | xargs)" = 'alm1' ]
	[ "$(npc-recall forget --since 480 --until 540 | jq -r '.npc + .id' | xargs)" = 'bobm8 alm8' ]
	[ "$(npc-recall list | jq -r '.npc + .id' | xargs)" = 'bobm5 bobm6 bobm7 bobm9 alm3 alm5 alm6 alm7 alm9' ]
	[ "$(npc-recall forget --npc al | wc -l)" -eq 5 ]
	npc-recall stat --npcs >npcs
	[ "$(jq -r .npc npcs)" = bob ]
	[ "$(ask word5 -k 1)" = m5 ]
	[ "$(ask word4 -k 1 --min-score 0.5)" != m4 ]
	sound
}

@test "forget --keep: of each npc the most important stay, of these the latest, of these the last added" {
	add '{"id":"a","npc":"bob","text":"x","importance":9,"time":1}' '{"id":"b","npc":"bob","text":"x","importance":2,"time":50}' \
		'{"id":"c","npc":"bob","text":"x","time":1}' '{"id":"d","npc":"bob","text":"x","time":2}' '{"id":"e","npc":"bob","text":"x"}' '{"id":"f","npc":"bob","text":"x"}' \
		'{"id":"z","npc":"al","text":"x"}' >/dev/null
	keep() { npc-recall forget --dry-run --keep "$@" | jq -r .id | xargs; }
	[ "$(keep 6)" = '' ]
	[ "$(keep 5)" = 'b' ]
	[ "$(keep 4)" = 'b e' ]
	[ "$(keep 3)" = 'b e f' ]
	[ "$(keep 2)" = 'b c e f' ]
	[ "$(keep 1)" = 'b c d e f' ]
	[ "$(keep 1 --where '{"importance":{"$in":[9,2]}}')" = b ]
	[ "$(keep 1 --npc al)" = '' ]
	[ "$(stat .memories)" -eq 7 ]
	npc-recall forget --keep 2 --stats stats | jq -r .id | xargs >got
	[ "$(npc-recall list | jq -r .id | xargs)" = 'a d z' ]
	jq -e '.records == 4' stats
	sound
}

@test "stat: one object, or a line for each collection" {
	memories 1 5 | npc-recall add >/dev/null
	add '{"id":"v","npc":"al","text":"vector here","embedding":[1,2],"keys":["k"]}' >/dev/null
	[ "$(stat '[.memories, .collections, .vectors, .dimensions, .triggers, .language]')" = '[6,2,1,2,1,"en"]' ]
	[ "$(stat .bytes)" -eq "$(command stat -c %s world.db)" ]
	run -0 npc-recall stat --npcs
	assert_equal "$(jq -c '[.npc, .memories, .vectors, .triggers]' <<<"$output" | xargs)" '[al,1,1,1] [bob,5,0,0]'
}

@test "check: what is derived is made anew, and told" {
	memories 1 600 | npc-recall add >/dev/null
	sound
	run -0 npc-recall check --rebuild
	sound
	[ "$(ask word7 -k 1)" = m7 ]
	command -v python3 >/dev/null || skip 'no python3 to damage it with'
	npc-recall compact
	python3 - world.db <<-'P'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("DELETE FROM block WHERE at IN (SELECT at FROM block LIMIT 1)")
	db.execute("UPDATE store SET memories = 3")
	db.commit()
	P
	run -1 --separate-stderr npc-recall check
	assert_output ''
	assert_regex "$stderr" '^npc-recall: '
	sound
	[ "$(ask word7 -k 1)" = m7 ]
	[ "$(stat .memories)" -eq 600 ]
}

# traces TEXT: how many files of the database have it.
traces() {
	cat world.db world.db-wal 2>/dev/null | LC_ALL=C grep -acF "$1" || true
}

@test "forget, compact: what was forgotten is nowhere in the file, and it is as small as a new one" {
	memories 1 2000 | sed 's/"}/ secretive"}/; s/"text":"/&xyzzyplugh /' | npc-recall add >/dev/null
	memories 3000 3999 al >rest
	npc-recall add rest >/dev/null
	add '{"id":"xyzzyplugh-id","npc":"xyzzyplugh-npc","text":"a name","xyzzyplugh-member":1,"keys":["xyzzyplugh"]}' >/dev/null
	[ "$(traces xyzzyplugh)" -gt 0 ]
	npc-recall forget --npc bob --npc xyzzyplugh-npc >/dev/null
	npc-recall compact
	assert_equal "$(traces xyzzyplugh)" 0
	assert_equal "$(traces secretive)" 0
	npc-recall -m new.db add rest >/dev/null
	[ "$(command stat -c %s world.db)" -le $(($(command stat -c %s new.db) * 11 / 10)) ]
	npc-recall list | same - rest
	sound
}
