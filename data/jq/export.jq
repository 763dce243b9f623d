# What every program of data/export may use: npc-export puts this before it; see npc-export(1).
# $known has all rows, names by id, the edges of each id, and what scripts call a character's nodes.

def rows: $known[0].rows[];

# What lies within what may be no object; null where it does not.
def maybe(f): f? // null;

# Any value as text; any value as a list of texts.
def text: if type == "string" then . elif . == null then "" else tojson end;
def list: if type == "array" then map(text) elif . == null then [] else [text] end;

def swap($from; $to): split($from) | join($to);

# The same where what is put in may make the first anew at its border: "{{{" has two of "{{".
def part($from; $to): swap($from; $to) | swap($from; $to);

# U+2060 WORD JOINER: nobody sees it, and it breaks what a format has no escape for.
def joiner: "\u2060";

# Does a text hold a control character but LF, or one of Unicode's own line breaks? (A pattern takes ten times as long.)
def has_controls:
	(@uri | swap("%0A"; "")) as $uri
	| $uri | contains("%0") or contains("%1") or contains("%7F") or contains("%C2%8") or contains("%C2%9") or contains("%E2%80%A8") or contains("%E2%80%A9");

# Without control characters; every kind of line break is a line feed.
def clean:
	text
	| if has_controls then
		swap("\r\n"; "\n")
		| [explode[] | if . == 13 or . == 133 or . == 8232 or . == 8233 then 10 elif . == 9 then 32 elif . == 10 or . > 159 or . >= 32 and . < 127 then . else empty end]
		| implode
	else . end;

def trimmed:
	if startswith(" ") then sub("^ +"; "") else . end
	| if endswith(" ") then sub(" +$"; "") else . end;

# The same as one line.
def line: clean | if contains("\n") then swap("\n"; " ") else . end | trimmed;

# As a speaker, a choice or a label must be: never empty.
def said: line | if . == "" then "…" else . end;

def name: (.name | line) as $name | if $name == "" then .id else $name end;
def name_of($id): ($known[0].names[$id] // "" | line) as $name | if $name == "" then $id | said else $name end;

# JSON in which every control character is an escape, so that a text it stays.
def json_text:
	def escape: "\\u" + ([4096, 256, 16, 1] as $place | [$place[] as $p | . / $p | floor % 16 | "0123456789abcdef"[.:. + 1]] | add);
	tojson | if has_controls then [explode[] | if . >= 127 and . <= 159 or . == 8232 or . == 8233 then escape else [.] | implode end] | add else . end;

# Where a line stands first, a sign or a keyword might mean something.
def begins_plainly: test("^[\\p{L}\\p{N}]");

# Whom this character is tied to, as it knows it: {other, kind, description, history, hides}, and theirs where
# the tie is the other's.
def ties:
	.id as $id
	| ($known[0].edges[$id] // []) as $edges
	| def told: {description, history, kind};
	[.ties? | arrays | .[] | objects | select(.to | type == "string")] as $ties
	| ($ties[] | .to as $to | ([$edges[] | select(.from == $id and .to == $to)][0] // {}) as $edge
		| $edge + . | told + {other: $to, hides: $edge.from_hides, weight, back}),
	($edges[] | select(.from == $id and (.to | IN($ties[].to) | not)) | told + {other: .to, hides: .from_hides, weight, back}),
	($edges[] | select(.to == $id and .from != $id) | told + {other: .from, hides: .to_hides, weight: .back, back: .weight, theirs: true});

# The facts of a row that have a text, under what a reader calls them.
def facts:
	[["Pronouns", .pronouns], ["Age", .age], ["People", .people], ["Class", .class], ["Occupation", .occupation], ["Home", .home],
		["Faction", .faction], ["Traits", (.traits | list | join(", "))], ["Flaw", .flaw], ["Goal", .goal], ["Fear", .fear],
		["Quirk", .quirk], ["Speech", .speech], ["Appearance", maybe(.appearance.description)], ["Height", maybe(.appearance.height)],
		["Weight", maybe(.appearance.weight)], ["Hair", maybe(.appearance.hair)], ["Eyes", maybe(.appearance.eyes)], ["Hometown", maybe(.background.hometown)],
		["Family", maybe(.background.family)], ["Motivation", maybe(.background.motivation)], ["Personality", .personality],
		["Skills", (.skills | list | join("; "))]]
	| map({label: .[0], text: (.[1] | line)} | select(.text != ""));

def barks: .barks? | objects | to_entries[] | select(.value | type == "array" and length > 0) | .value |= list;
