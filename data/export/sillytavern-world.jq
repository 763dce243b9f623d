# World Info of everybody for SillyTavern; secrets are there, and switched off
def entry($keys; $comment; $content; $off):
	{key: $keys, keysecondary: [], comment: $comment, content: $content, constant: false, vectorized: false, selective: false,
		selectiveLogic: 0, addMemo: true, position: 0, disable: $off, excludeRecursion: false, preventRecursion: true,
		delayUntilRecursion: false, probability: 100, useProbability: true, depth: 4, group: "", groupOverride: false,
		groupWeight: 100, scanDepth: null, caseSensitive: null, matchWholeWords: null, useGroupScoring: null, automationId: "",
		role: null, sticky: 0, cooldown: 0, delay: 0};
{entries: (
	[rows
		| name as $name
		| ([ties | select(.theirs | not) | tie_text($name)]) as $ties
		| entry($name | keys_of; $name | macro_free; [card_description, (.personality | line | select(. != "") | "Personality: \(macro_free)"), $ties[]] | join("\n"); false),
		(.secrets | list[] | entry($name | keys_of; "\($name | macro_free): a secret"; "What \($name) tells nobody: \(clean)" | macro_free; true))]
	| to_entries | map({key: (.key | tostring), value: ({uid: .key} + .value + {order: 100, displayIndex: .key})}) | from_entries)}
| tojson, "\n"
