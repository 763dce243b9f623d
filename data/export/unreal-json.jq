# Unreal DataTable as JSON; npc-export(1) has the struct
"[\n", ([rows | unreal_row | tojson] | join(",\n")), "\n]\n"
