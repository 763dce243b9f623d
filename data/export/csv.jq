# CSV for spreadsheets: a line for each character
# A text that a spreadsheet would take for a formula gets an apostrophe before it.
def cell: clean | if test("^[=+@\\t\\r＝＋－＠-]") then "'" + . else . end;
def joined: list | map(line) | join("; ");
def columns:
	{
		id, name: name, world, pronouns, age, age_band, people, culture, class, occupation, home, faction, traits: (.traits | joined),
		flaw, goal, fear, quirk, speech, appearance: maybe(.appearance.description), height: maybe(.appearance.height), weight: maybe(.appearance.weight),
		hair: maybe(.appearance.hair), eyes: maybe(.appearance.eyes), hometown: maybe(.background.hometown), family: maybe(.background.family),
		motivation: maybe(.background.motivation), personality, skills: (.skills | joined), secrets: (.secrets | joined), greeting,
		ties: ([ties | select(.theirs | not) | "\(name_of(.other)) (\(.kind | line))"] | join("; ")),
		dialogue: (.dialogue | if . then json_text else null end),
		barks: ([barks | .key as $occasion | .value[] | "\($occasion): \(line)"] | join("\n")),
		quest: maybe(.quest.title), quest_hook: maybe(.quest.hook), quest_objectives: (maybe(.quest.objectives) | list | map(line) | join("\n")),
		quest_reward: maybe(.quest.reward)
	};
({} | .id = "x" | columns | keys_unsorted | @csv), "\r\n",
(rows | [columns | to_entries[].value | if type == "number" then . else cell end] | @csv, "\r\n")
