# Unreal DataTable as CSV; npc-export(1) has the struct
def cells: map(swap("\""; "\"\"") | "\"\(.)\"") | join(",") + "\r\n";
[rows | unreal_row] | if . == [] then {id: "none"} | unreal_row | keys_unsorted | .[0] = "---" | cells else
	(.[0] | keys_unsorted | .[0] = "---" | cells),
	(.[] | [.[] | unreal_cell] | cells)
end
