# Mermaid: the web of relationships, as a flowchart
# Any sign but the plainest is written as its number, and so is a blank that would be trimmed off.
def trimmable: . == 160 or . == 65279 or . == 5760 or (. >= 8192 and . <= 8202) or . == 8239 or . == 8287 or . == 12288;
def quoted:
	line
	| if test("[^\\p{L}\\p{N} .,'()-]") then [explode[] | if (. > 127 and (trimmable | not)) or (. == 32 or . == 46 or . == 44 or . == 39 or . == 40 or . == 41 or . == 45)
		or (. >= 48 and . <= 57) or (. >= 65 and . <= 90) or (. >= 97 and . <= 122) then [.] | implode else "#\(.);" end] | add else . end
	| "\"\(if . == "" then " " else . end)\"";

([rows | .id, (ties | select(.theirs | not) | .other)] | reduce .[] as $id ({}; .[$id] //= (length | "n\(.)"))) as $nodes
| "flowchart LR\n",
($nodes | keys_unsorted[] | "\t\($nodes[.])[\(name_of(.) | quoted)]\n"),
(rows | .id as $from | ties | select(.theirs | not) | "\t\($nodes[$from]) -->|\(.kind | quoted)| \($nodes[.other])\n")
