# The rows of one file of the kind $kind, a line each: [kind, line, row]; where a line is no good,
# [kind, line, null, why]. $broken: numbers of lines that are not UTF-8.

def an_id: type == "string" and test("\\A[A-Za-z0-9_-]{1,64}\\z");
def ended: if type == "object" then .id else . end;
def an_edge: (.from | ended | an_id) and (.to | ended | an_id);

def checked:
	if type != "object" then error("a row must be an object")
	elif $kind == "edges" or $kind == "relationships" then
		if an_edge then . else error("a tie needs from and to, which are ids") end
	elif .id | an_id then .
	else error("a row needs an id of 1 to 64 of A-Z a-z 0-9 _ -") end;

def shortened: sub(" \\(while parsing.*\\z"; ""; "m") | sub(" at line 1, "; " at ") | gsub("\\p{Cc}"; "?") | .[:200];

($broken | map({key: tostring, value: true}) | from_entries) as $broken
| foreach inputs as $text (0; . + 1;
	. as $line
	| $text
	| select(test("[^ \t\r]"))
	| try ((if $broken[$line | tostring] then error("not UTF-8") else fromjson end) | checked | [$kind, $line, .])
	  catch [$kind, $line, null, (tostring | shortened)])
