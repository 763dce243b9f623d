# A file for each character: a line "@ID", then the lines of its file with a blank before each.
rows
| "@\(.id)\n",
	([exported] | add // "" | split("\n") | if .[-1] == "" then .[:-1] else . end | map(" \(.)\n") | add // "")
