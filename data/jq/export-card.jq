# Character cards, as front ends for chats read them.

# Text as such a front end must have it: macros begin with {{ or are <user>, and there is no escape for
# them, nor for the @@ of a lorebook's decorators.
def macro_free:
	clean
	| part("{{"; "{" + joiner + "{") | part("@@"; "@" + joiner + "@")
	| if contains("<") then gsub("<(?<word>user|char|bot|start)>"; "<" + joiner + .word + ">"; "i") else . end;

# What one would type of a name: all of it, or its first word where that is long enough to mean it. One
# between slashes would be a pattern.
def keys_of:
	line | [., (split(" ") | select(length > 1) | .[0] | select(length > 3))]
	| map(macro_free | if startswith("/") then joiner + . else . end | select(. != ""));

def card_description:
	[{label: "Name", text: name}, (facts[] | select(.label | IN("Personality", "Traits") | not))]
	| map("\(.label): \(.text | macro_free)") | join("\n");

# A tie in words, as somebody's own knowledge.
def tie_text($name):
	name_of(.other) as $other
	| [if .theirs then "\($other) on \($name): \(.kind | line)" else "\($name) on \($other): \(.kind | line)" end,
		(.description, .history | line | select(. != "")),
		(.hides | line | select(. != "") | "What \($other) is not told: \(.)")]
	| join("\n") | macro_free;

# {keys, name, content, constant} of all that a character alone knows.
def lore:
	name as $name
	| (.secrets | list | to_entries[] | {keys: ["secret", "hide"], name: "Secret \(.key + 1)", constant: true,
		content: ("What \($name) tells nobody: \(.value | clean)" | macro_free)}),
	(ties | {keys: (name_of(.other) | keys_of), name: (name_of(.other) | macro_free), constant: false, content: tie_text($name)});

def book:
	{name: (name | macro_free), description: "", extensions: {},
	entries: [[lore] | to_entries[] | {keys: .value.keys, content: .value.content, extensions: {}, enabled: true,
		insertion_order: .key, case_sensitive: false, name: .value.name, id: .key, comment: .value.name, selective: false,
		secondary_keys: [], constant: .value.constant, position: "after_char"}]};

def v1_fields:
	own_script as $script
	| ($script.nodes | map({key: .name, value: .text}) | from_entries) as $texts
	| {
		name: (name | macro_free),
		description: card_description,
		personality: ([(.traits | list | join(", ") | line), (.personality | clean)] | map(select(. != "")) | join("\n") | macro_free),
		scenario: (.home | line | if . == "" then . else "Place: \(.)" end | macro_free),
		first_mes: (first((.greeting, $script.nodes[0].text, (barks | .value[0])) | clean | select(. != "")) // "" | macro_free),
		mes_example: ([$script.nodes[].replies[] | select(.to)
			| "<START>\n{{user}}: \(.text | macro_free)\n{{char}}: \($texts[.to] | macro_free)"][:8] | join("\n"))
	};

# The fields of the first version stand at the top too, where some importers look for nothing else.
def card_v2:
	v1_fields as $v1
	| $v1 + {spec: "chara_card_v2", spec_version: "2.0", data: ($v1 + {
		creator_notes: "", system_prompt: "", post_history_instructions: "",
		alternate_greetings: [.barks?.greet? | list[] | macro_free],
		character_book: book,
		tags: ([.world, .culture, .people, .occupation, .faction, (.traits | list[])] | map(line | select(. != "")) | unique),
		creator: "npc", character_version: "1", extensions: {npc: .}})};

# What the third version has, made from the second.
def as_v3:
	.spec = "chara_card_v3" | .spec_version = "3.0"
	| .data += {group_only_greetings: [], assets: [{type: "icon", uri: "ccdefault:", name: "main", ext: "png"}]}
	| .data.character_book.entries |= map(.use_regex = false);
