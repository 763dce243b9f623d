# Ink: knots called after ids, a knot ID to begin with
def escaped: if test("[\\\\{}|#\\[\\]<>/~*-]") then [explode[] | if IN(92, 123, 125, 124, 35, 91, 93, 60, 62, 47, 126, 42) then 92, . else . end] | implode | swap("-\\>"; "\\-\\>") else . end;

# A sign or a keyword that a line must not begin with is escaped as well.
def opened: if begins_plainly and (test("^(VAR|CONST|LIST|INCLUDE|EXTERNAL|TODO)\\b") | not) or startswith("\\") then . else "\\" + . end;
def knot($name; lines): "=== \($name) ===\n" + ([lines] | map(. + "\n") | add) + "\n";

scripts
| (.speaker | escaped | opened) as $speaker
| def says: "\($speaker): \(escaped)";
(select(.start) | knot(.entry; "-> \(.start)")),
(.nodes[] | knot(.name; (.text | says), (.replies[] | "+ [\(.text | escaped | opened)] -> \(.to // "DONE")"), (select(.replies == []) | "-> DONE"))),
(.barks[] | knot(.name; "{shuffle:", (.lines[] | "    - \(says)"), "}", "-> DONE")),
(.quest | values | knot(.name; (.hook | says), "-> DONE"))
