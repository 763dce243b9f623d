# What npc-check does with each line: a good one is put out as it came; for any other a message and a
# reject go, as one array, to standard error. Before this stand check.jq and the recipe's own check as
# faults($row; $answer).

def short: tostring | if length > 300 then .[:300] + "…" else . end;
def masked: explode | map(if . < 32 or . == 127 then 63 else . end) | implode;

def report($line; $reject; $message):
	[("npc-check: \($name):\($line): \($message)" | masked), $reject] | stderr | empty;

def judge($line; $text):
	(try ($text | fromjson | if type == "object" then . else error("a row must be an object, not \(type)") end)
		catch [.]) as $all
	| if $all | type == "array" then
		report($line; {error: {code: "invalid_row", message: ($all[0] | short)}}; $all[0] | short)
	else
		[$all | keys_unsorted[] | [.]] as $members
		| ($all | delpaths([["error"], ["feedback"], ($members[] | select($known[0].members[.[0]]))])) as $row
		| ($all | delpaths([$members[] | select($known[0].members[.[0]] | not)])) as $answer
		| (try {faults: [$all | faults($row; $answer)]} catch {stuck: short}) as $found
		| ([$found.faults[]? | objects.row] + ($found | [.stuck | values | "the check could not be made: \(.)"])) as $lost
		| [$found.faults[]? | strings] as $bad
		| if $lost != [] then
			report($line; $row + {error: {code: (if $found.stuck then "check_failed" else "invalid_row" end), message: ($lost[0] | short)}};
				"\($row.id | short): \($lost[0] | short)")
		elif $bad != [] then
			report($line; $row + {feedback: ($bad[:8] | map(short) | join("\n"))};
				"\($row.id | short): \($bad[0] | short)" + if $bad[1:] == [] then "" else " (and \($bad[1:] | length) more)" end)
		else
			$text
		end
	end;

foreach inputs as $text (0; . + 1; . as $line | $text | rtrimstr("\r") | select(test("[^ \t]")) | judge($line; .))
