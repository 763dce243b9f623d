# Godot Dialogue Manager 3: dialogue, barks and quest, as titles
# A file each: ID.dialogue
# [ is BBCode's, a colon has an escape; what has none is broken by what nobody sees.
def escaped:
	part("\\"; "\\" + joiner) | swap("["; "[lb]") | swap(":"; "\\:") | part("{{"; "{" + joiner + "{") | swap("=>"; "=" + joiner + ">")
	| swap("!ESCAPED_COLON!"; "!ESCAPED" + joiner + "_COLON!");
def opened: if begins_plainly and (test("^(import|using|if|elif|else|while|match|when|do!?|set)\\b") | not) then . else joiner + . end;
def speaker: swap(": "; "： ") | swap(":"; "：") | escaped;
def title($name; lines): "~ \($name)\n" + ([lines] | map(. + "\n") | add) + "=> END\n\n";

own_script
| (.speaker | speaker | opened) as $speaker
| def says: "\($speaker): \(escaped)";
(.nodes[] | title(.name; (.text | says), (.replies[] | "- \(.text | escaped | opened) => \(.to // "END")"))),
(.barks[] | title(.name; (.lines[] | "% \(says)"))),
(.quest | values | title(.name; (.hook | says)))
