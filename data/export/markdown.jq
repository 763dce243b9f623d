# Markdown: all characters, to be read
# A backslash takes its meaning from any sign; at the beginning of a block more signs have one.
def escaped: if test("[\\\\`*_\\[\\]<>#|~&$]") then [explode[] | if IN(92, 96, 42, 95, 91, 93, 60, 62, 35, 124, 126, 38, 36) then 92, . else . end] | implode else . end;
def opened: if test("^[-+=]") then "\\" + . elif test("^[0-9]+[.)]") then sub("^(?<n>[0-9]+)"; "\(.n)\\") else . end;
def inline: said | escaped;
def item: "- \(inline | opened)\n";
def section($title; items): [items] | if . == [] then empty else "\n### \($title)\n\n" + add end;

rows
| name as $name
| "## \($name | escaped | opened)\n\n",
(facts[] | "- **\(.label):** \(.text | escaped)\n"),
(.greeting | line | select(. != "") | "\n> \(escaped | opened)\n"),
section("Ties"; ties | tie_text($name) | item),
section("Secrets"; .secrets | list[] | item),
section("Dialogue"; own_script.nodes[] | "- **\(.name | escaped)** \(.text | escaped)\n", (.replies[] | "  - \(.text | escaped | opened) → \(.to // "END" | escaped)\n")),
section("Barks"; barks | "- **\(.key | inline)**\n", (.value[] | "  \(item)")),
section("Quest"; .quest? | objects | "**\(.title | inline)**\n\n\(.hook | inline | opened)\n\n", (.objectives | list | to_entries[] | "\(.key + 1). \(.value | inline | opened)\n"),
	"\nReward: \(.reward | inline)\n"),
"\n"
