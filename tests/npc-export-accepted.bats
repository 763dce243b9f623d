load helpers

# Every format that npc-export knows, held against the parser that its readers use: export/accept.mjs has
# them all, so that node starts once; what has no parser here is held against a schema of its specification.

setup() {
	npc_setup
	modules=$ROOT/build/npm/node_modules
}

# export_all ROWS EDGES FOLDER: in every format that ships.
export_all() {
	local one
	mkdir -p "$3"
	one='npc-export "${0%%=*}" --edges "$2" -o "$3/${0#*=}" "$1" || exit 255'
	printf '%s\n' yarn=cast.yarn ink=cast.ink twee=cast.twee mermaid=cast.mermaid markdown=cast.markdown csv=cast.csv \
		graphviz=cast.dot unreal-json=unreal.json unreal-csv=unreal.csv sillytavern-world=world.json card-v2=card-v2 card-v3=card-v3 \
		card-png=card-png foundry=foundry godot-dialogue=godot-dialogue |
		xargs -P 2 -I{} bash -c "$one" {} "$1" "$2" "$3"
}

# fits SCHEMA FILE...: each of the documents meets the schema.
fits() {
	local schema=$ROOT/tests/export/$1
	shift
	jq '{type: "object", properties: {is: del(."$defs")}, required: ["is"]} + {"$defs": (."$defs" // {})}' "$schema" >schema.json
	jq -c '{custom_id: "x", response: {status_code: 200, body: {choices: [{message: {content: ({is: .} | tojson)}, finish_reason: "stop"}]}},
		error: null, row: {id: "x"}}' "$@" | npc-merge -s schema.json >merged
	[ "$(lines merged)" -eq $# ]
}

# accepted ROWS EDGES: by the parsers of the formats, and by what their specifications say.
accepted() {
	[ -d "$modules" ] || skip 'the parsers are not installed: scripts/deps build check'
	export_all "$1" "$2" out
	dot -Tdot_json out/cast.dot >out/cast.dot.json
	node "$ROOT/tests/export/accept.mjs" "$modules" "$1" out
	fits card-v2.json out/card-v2/*.json
	fits card-v3.json out/card-v3/*.json
	fits foundry.json out/foundry/*.json
	fits sillytavern-world.json out/world.json
	fits unreal.json out/unreal.json
	pngcheck -q out/card-png/*.png
	# Whoever reads a card back has the row that it was made from.
	npc-card --read out/card-png/*.png | jq -cS .data.extensions.npc | LC_ALL=C sort >got
	jq -cS . "$1" | LC_ALL=C sort >want
	same got want
	[ "$(find out -name '.*' -o -name '*.??????' | wc -l)" -eq 0 ]
}

@test "npc-export: a cast of fifty is accepted by every format's own parser" {
	npc-generate -n 50 -r dialogue -r barks -r quest -o village
	jq -cs 'group_by(.id)[] | add' village/{dialogue,barks,quest}.ndjson >rows
	[ "$(lines rows)" -eq 50 ]
	accepted rows village/relationships.ndjson
}

@test "npc-export: hostile text in every field is accepted too, and comes back as it was" {
	jq -nc --arg part rows -f "$ROOT/tests/export/hostile.jq" >rows
	jq -nc --arg part edges -f "$ROOT/tests/export/hostile.jq" >edges
	accepted rows edges
}
