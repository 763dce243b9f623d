# The rows of a DataTable for Unreal, its struct's members in order.

def unreal_row:
	{
		Name: .id,
		DisplayName: name,
		Pronouns: (.pronouns | line),
		Age: (.age | if type == "number" then . else 0 end),
		People: (.people | line),
		Class: (.class | line),
		Occupation: (.occupation | line),
		Home: (.home | line),
		Faction: (.faction | line),
		Traits: (.traits | list | map(line)),
		Flaw: (.flaw | line),
		Goal: (.goal | line),
		Fear: (.fear | line),
		Quirk: (.quirk | line),
		Speech: (.speech | line),
		Appearance: (maybe(.appearance.description) | clean),
		Height: (maybe(.appearance.height) | line),
		Weight: (maybe(.appearance.weight) | line),
		Hair: (maybe(.appearance.hair) | line),
		Eyes: (maybe(.appearance.eyes) | line),
		Hometown: (maybe(.background.hometown) | clean),
		Family: (maybe(.background.family) | clean),
		Motivation: (maybe(.background.motivation) | clean),
		Personality: (.personality | clean),
		Skills: (.skills | list | map(line)),
		Secrets: (.secrets | list | map(clean)),
		Greeting: (.greeting | clean),
		Ties: [ties | select(.theirs | not) | {To: .other, Kind: (.kind | line), Weight: (.weight | if type == "number" then . else 0 end),
			Description: (.description | clean)}],
		DialogueStart: (own_script.start // ""),
		Dialogue: [own_script.nodes[] | {Id: .name, Text: .text, Replies: [.replies[] | {Text: .text, Goto: (.to // "END")}]}],
		Barks: [barks | (.key | line) as $occasion | .value[] | {Occasion: $occasion, Line: line}],
		Quest: (.quest? | if type == "object" then . else {} end | {
			Id: (.id | line), Type: (.type | line), Title: (.title | line), Hook: (.hook | clean),
			Objectives: (.objectives | list | map(line)), Reward: (.reward | line),
			Involved: [.involved? | arrays | .[] | objects | {Id: (.id | line), Role: (.role | line)}]})
	};

# A value within a cell, as Unreal writes structs and arrays out.
def unreal_text:
	if type == "string" then "\"" + (swap("\\"; "\\\\") | swap("\""; "\\\"") | swap("\n"; "\\n")) + "\""
	elif type == "array" then "(" + (map(unreal_text) | join(",")) + ")"
	elif type == "object" then "(" + (to_entries | map("\(.key)=\(.value | unreal_text)") | join(",")) + ")"
	else tojson end;

def unreal_cell: if type == "string" or type == "number" then tostring else unreal_text end;
