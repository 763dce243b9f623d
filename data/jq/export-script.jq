# A character's dialogue, barks and quest, as the formats for scripts want them.

# {entry, speaker, start, nodes: [{name, text, replies: [{text, to}]}], barks: [{name, lines}], quest: {name, …}}, names
# being from $scripts; a reply that ends has no to.
def script($scripts):
	. as $row
	| $scripts[.id] as $names
	| [.dialogue? | objects | .nodes? | arrays | .[] | objects] as $nodes
	| (reduce range($nodes | length) as $i ({}; .[$nodes[$i].id | tostring] //= $names.nodes[$i])) as $called
	| {
		entry: $names.entry,
		speaker: name,
		start: ($called[.dialogue.start? | tostring] // $names.nodes[0]),
		nodes: [range($nodes | length) as $i | $nodes[$i] | {
			name: $names.nodes[$i],
			text: (.text | said),
			replies: [.replies? | arrays | .[] | objects | {text: (.text | said), to: (if .goto == "END" then null else $called[.goto | tostring] end)}]}],
		barks: [barks | {occasion: (.key | said), name: $names.barks[.key], lines: (.value | map(said))}],
		quest: (.quest? | if type == "object" then {name: $names.quest, title: (.title | said), hook: (.hook | said)} else null end)
	}
	# The start comes first.
	| .start as $start
	| .nodes |= ([.[] | select(.name == $start)] + [.[] | select(.name != $start)]);

# With names that nobody else in the project has, and with names that nobody else of the character has.
def scripts: rows | script($known[0].scripts) | select(.nodes != [] or .barks != [] or .quest);
def own_script: script($known[0].own);
