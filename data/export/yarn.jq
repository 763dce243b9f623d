# Yarn Spinner 2 and 3: nodes called after ids, a node ID to begin with
def escaped: if test("[\\\\<>{}#/\\[\\]]") then [explode[] | if IN(92, 60, 62, 123, 125, 35, 47, 91, 93) then 92, . else . end] | implode else . end;

# No escape is known for what a line must not begin with: it comes out of an expression.
def opened: if test("^[-=]") then "{\"\(.[:1])\"}" + .[1:] else . end;

# What stands before the first colon is who speaks.
def speaker: swap(":"; "：") | escaped;
def choice: if contains(":") then "Player: " + escaped else escaped end | opened;
def node($name; $tag; lines): "title: \($name)\ntags: \($tag)\n---\n" + ([lines] | map(. + "\n") | add) + "===\n\n";

# Each line as likely as any other, and no variable for it.
def by_chance($lines):
	if $lines | length < 2 then $lines[] else
		range($lines | length) as $i | (($lines | length) - $i) as $left
		| (if $i == 0 then "<<if dice(\($left)) == 1>>" elif $left > 1 then "<<elseif dice(\($left)) == 1>>" else "<<else>>" end),
		"    " + $lines[$i],
		(if $left == 1 then "<<endif>>" else empty end)
	end;

rows | .id as $id | [.] | map(script($known[0].scripts))[]
| select(.nodes != [] or .barks != [] or .quest)
| (.speaker | speaker | opened) as $speaker
| def says: "\($speaker): \(escaped)";
(select(.start) | node(.entry; $id; "<<jump \(.start)>>")),
(.nodes[] | node(.name; $id; (.text | says), (.replies[] | "-> \(.text | choice)", "    \(if .to then "<<jump \(.to)>>" else "<<stop>>" end)"))),
(.barks[] | node(.name; $id; by_chance(.lines | map(says)))),
(.quest | values | node(.name; $id; (.hook | says)))
