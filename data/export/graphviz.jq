# Graphviz: the web of relationships, for dot and its like
# A backslash is doubled, since labels have escapes, and an ampersand would begin an entity.
def quoted: line | swap("\\"; "\\\\") | swap("\""; "\\\"") | swap("&"; "&amp;") | "\"\(.)\"";
def colour: if type != "number" then "gray50" elif . > 0.15 then "darkgreen" elif . < -0.15 then "firebrick" else "gray50" end;

"digraph cast {\n\tgraph [overlap=false, splines=true];\n\tnode [shape=box, style=rounded, fontname=\"sans-serif\"];\n\tedge [fontname=\"sans-serif\", fontsize=10];\n",
(rows | "\t\(.id | quoted) [label=\(name | quoted), tooltip=\([.occupation, .home] | map(line | select(. != "")) | join(", ") | quoted)];\n"),
([rows.id] as $ids | [rows | ties | select(.theirs | not) | .other | select(IN($ids[]) | not)] | unique[] | "\t\(quoted) [label=\(name_of(.) | quoted)];\n"),
(rows | .id as $from | ties | select(.theirs | not)
	| "\t\($from | quoted) -> \(.other | quoted) [label=\(.kind | quoted), tooltip=\(.description | quoted), color=\(.weight | colour)];\n"),
"}\n"
