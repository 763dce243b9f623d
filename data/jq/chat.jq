# What npc-chat makes of rows, logs and answers. $setup is what it knows: people (the character, and
# whoever else talks), you (the player's name), session, and time, the game's clock, or null.

# Text as a terminal may have it: no control bytes, no escape sequences, nothing that turns the line around.
def clean:
	split("\r") | join("") | explode
	| map(if . >= 32 and . < 127 or . == 9 or . == 10
			or . > 159 and (. < 8234 or . > 8238) and (. < 8294 or . > 8297) then . else 65533 end)
	| implode;

# The same on one line.
def masked: clean | explode | map(if . < 32 then 32 else . end) | implode;
def short: masked | if length > 300 then .[:300] + "…" else . end;

# Without the blanks around it. A pattern for those at the end would take the square of the length.
def trim:
	explode as $c
	| first((range($c | length) | select($c[.] > 32)), null) as $from
	| if $from == null then "" else
		first(range(($c | length) - 1; -1; -1) | select($c[.] > 32)) as $to | $c[$from:$to + 1] | implode
	end;

# What is said in an answer: without what stands between <think> and </think>, closed or not.
def spoken:
	(split("<think>") // []) as $parts
	| [($parts[0] // "" | split("</think>") | last // ""), ($parts[1:][] | split("</think>")[1:] | join(""))]
	| join("") | clean | trim;

def people: $setup.people;
def name: .name | strings | select(. != "") | masked;
def called: first(name, (.id | masked));

# --- Who is meant

def listed: .[:8] as $few | ($few | map("\(called) (\(.id))") | join(", "))
	+ if length > 8 then " and \(length - 8) more" else "" end;

# matches WHO: 3 is the id, 2 the whole name, 1 a part of it.
def matches($who):
	if .id == $who then 3
	elif .name == $who then 2
	elif (.name | strings | (contains($who) or (ascii_downcase | contains($who | ascii_downcase))))
		or (.id | startswith($who)) then 1
	else 0 end;

def one($who):
	(map(.rank) | max) as $best
	| map(select(.rank == $best).row)
	| if length == 1 or $best == 3 then .[0]
	elif length == 0 then "nobody is called \($who | short)\n" | halt_error(2)
	else "\($who | short) may be \(listed)\n" | halt_error(2) end;

# row_of LINE: an object with an id, or the end.
def row_of($file; $line):
	(try (fromjson | if type == "object" and (.id | type) == "string" then . else error("a row must be an object with a string id") end)
		catch ("\($file):\($line): \(.)\n" | masked + "\n" | halt_error(2)));

# casting FILE WANTED WORLD: the rows of those who are wanted, with the names of their ties, in that
# world if it is one's name.
def casting($file; $wanted; $world):
	reduce (foreach inputs as $text (0; . + 1; {line: ., $text} | select($text | test("[^ \t\r]")))) as $l
		({names: {}, found: ($wanted | map([]))};
		($l.text | row_of($file; $l.line)) as $row
		| .names[$row.id] = ($row.name | strings // null)
		| reduce range($wanted | length) as $i (.; ($row | matches($wanted[$i])) as $rank
			| if $rank > 0 then .found[$i] += [{$rank, $row}] else . end))
	| .names as $names
	| [range($wanted | length) as $i | .found[$i] | one($wanted[$i])]
	| if length == 2 and .[0].id == .[1].id then "nobody talks to themselves\n" | halt_error(2) else . end
	| map(if .ties | type == "array" then .ties |= map(if type == "object" and (.to_name | not) and $names[.to | strings // ""] then .to_name = $names[.to] else . end)
		else . end)
	| if $world | test("^[a-z0-9-]+$") then map(.world = $world) else . end;

# --- The log, as SillyTavern has it: a header, then messages

def message($who; $user; $date; $mes):
	{name: $who, is_user: $user, is_system: false, send_date: $date, $mes, extra: {}};

def greeting($date):
	(.greeting | strings | clean | trim | select(. != "")) as $mes
	| message(called; false; $date; $mes) + {swipes: [$mes], swipe_id: 0, swipe_info: [{send_date: $date, extra: {}}]};

# set_up YOU AT DATE: of the people: their names, $setup, and the first lines of a new chat.
def set_up($you; $at; $date):
	{people: ., $you, time: (if $at == "" then null else $at | tonumber? // . end)} as $new
	| (.[0] | called), (.[1] // {id: $you} | called), ($new | tojson),
	  ({user_name: $you, character_name: (.[0] | called), create_date: $date,
		chat_metadata: {npc: {id: .[0].id, session: $setup.session}}} | tojson),
	  (.[0] | greeting($date) | tojson);

def of_header($file):
	if type != "object" or ([has("user_name", "character_name", "chat_metadata")] | any | not) then
		"\($file): the first line is no header of a chat" | short + "\n" | halt_error(2)
	elif [.chat_metadata.npc.id?, .character_name] | map(strings) | .[:1] | inside([people[0].id, (people[0] | called), "unused"]) | not then
		"\($file): a chat with \(.character_name)" | short + "\n" | halt_error(2)
	elif .chat_metadata.npc.session? | type == "string" then .
	else .chat_metadata = (.chat_metadata // {} | objects // {}) + {npc: {id: people[0].id, session: $setup.session}} end;

# loaded FILE: its session, and its lines as they are; only the header may get a session. A last line
# that is torn was never shown as saved.
def loaded($file):
	[inputs | select(test("[^ \t\r]"))] as $lines
	| if $lines == [] then "\($file): an empty log" | short + "\n" | halt_error(2) else . end
	| range($lines | length) as $i
	| $lines[$i]
	| (try {is: fromjson} catch {bad: .}) as $line
	| if $line.bad and $i > 0 and $i == ($lines | length) - 1 then empty
	elif $line.bad then "\($file):\($i + 1): \($line.bad)" | short + "\n" | halt_error(2)
	elif $i == 0 then
		($line.is | of_header($file)) as $head
		| ($head.chat_metadata.npc.session | masked), if $head == $line.is then . else $head | tojson end
	elif $line.is | type == "object" and (.mes | type) == "string" then .
	else "\($file):\($i + 1): no message" | short + "\n" | halt_error(2) end;

def exchange: .extra.npc.exchange? | numbers;

# last_said: how many lines stand before what the player said last, and the number of that exchange.
def last_said:
	(length - 1 - (reverse | map(.is_user == true) | index(true) // length)) as $at
	| if $at < 1 then empty else "\($at) \(.[$at] | exchange // 0)" end;

# --- A turn

# recalled_where LOG: what is in the prompt anyway is not recalled.
def recalled_where:
	(map(exchange) | min) as $first
	| {session: {"$ne": $setup.session}}
	| if $first == null then {} else {"$or": [., {exchange: {"$lt": $first}}]} end;

# turn LOG SPEAKER TEXT CONTEXT: what is not recalled, and the row for the recipe.
def turn($speaker; $text; $context):
	(.[1:] | map(select(.is_system != true)) | if $context == 0 then [] else .[-$context:] end) as $seen
	| ($seen | recalled_where),
	  (people[$speaker] | del(.time, .at, .embedding, .embedding_model, .feedback)
		+ {npc: [.id], player: (people[1 - $speaker] // {id: $setup.you} | called), $text, recall: [],
		   turns: [$seen[] | {name: (.name | strings // "" | masked), text: .mes}]});

# --- An answer

def pieces: if type == "array" then map(.text? | strings) | join("") else . end;

# answered: {text} or {failed} of the lines that came; said is what the program said for people.
def answered($said; $stopped):
	([.[] | select(has("response") or (.error? | type == "object"))] | last) as $last
	| ($last.response.body.choices[0]? // null) as $choice
	| if $last == null and $stopped then
		{text: ([.[].delta? | strings] | join("") | spoken), partial: true} | if .text == "" then {failed: "stopped"} else . end
	elif $last == null then {failed: ($said | split("\n") | map(select(. != "")) | first // "no answer came")}
	elif $last.error then {failed: "\($last.error.code): \($last.error.message)"}
	elif $last.response.status_code != 200 then
		{failed: "the server answered \($last.response.status_code): \(first($last.response.body | .error?.message?, .message?, . | strings) // "without a word")"}
	elif $choice.message.refusal? | type == "string" and . != "" then {failed: "the model refused: \($choice.message.refusal)"}
	elif $choice.finish_reason == "content_filter" then {failed: "the answer was filtered out"}
	else
		($choice.message.content? | pieces | strings // "") as $content
		| {text: ($content | spoken), cut: ($choice.finish_reason == "length")}
		| if .text != "" then .
		elif $content | test("[^ \t\r\n]") then {failed: "nothing came but reasoning"}
		else {failed: "the answer was empty"} end
	end
	| if .failed then .failed |= short else . end;

# memory ID N DATE: what all memories of an exchange have; the same again replaces them.
def memory($id; $n; $date):
	{id: "\($setup.session)-\($n)-\($id)", time: ($setup.time // $date), session: $setup.session, exchange: $n};

def remembered($kind; $from; $to; $text; $n; $date):
	{npc: people[].id} + memory($kind; $n; $date)
	+ {text: "\($from) said to \($to): \"\($text)\"", importance: 3, $kind};

# finished: after the lines of the answer, as letters and JSON: E what failed, N a note, L lines of the
# log, M memories, D the row for the recipe remember. LOG is what stands before; OLD the reply that
# another one is asked for in place of, or null; own: the player's line belongs to this turn.
def finished($log; $speaker; $text; $date; $old; $number; $own; $said; $stopped):
	answered($said; $stopped) as $a
	| people[$speaker] as $who
	| (people[1 - $speaker] // {id: $setup.you} | called) as $other
	| (if $number > 0 then $number else ([$log[] | exchange] | max // 0) + 1 end) as $n
	| if $a.failed then "E\($a.failed)" else
		(($old.swipes? | arrays) // [$old.mes? | strings]) as $swipes
		| {send_date: $date, extra: {npc: ({exchange: $n} + if $a.partial then {partial: true} else {} end)}} as $info
		| (($old.swipe_info? | arrays) // [$swipes[] | {send_date: ($old.send_date // null), extra: {}}]) as $infos
		| (if $a.cut then "Nthe answer was cut at its limit of tokens" else empty end),
		  (select($own) | "L\(message($other; true; $date; $text) | .extra.npc = {exchange: $n} | tojson)"),
		  "L\(message($who | called; $speaker == 1; $date; $a.text)
			+ $info + {swipes: ($swipes + [$a.text]), swipe_id: ($swipes | length), swipe_info: ($infos + [$info])} | tojson)",
		  (select($own) | remembered("said"; $other; $who | called; $text; $n; $date) | "M\(tojson)"),
		  (remembered("answered"; $who | called; $other; $a.text; $n; $date) | "M\(tojson)"),
		  "D\($who + {player: $other, $text, reply: $a.text, exchange: $n, recall: (first(.[].row?.recall? | arrays) // [])}
			| del(.remember, .feedback) | tojson)"
	end;

# facts: the memories of a row that the recipe remember has filled in.
def facts($date):
	.exchange as $n | .id as $npc | .remember | to_entries[]
	| {$npc} + memory("fact\(.key + 1)"; $n; $date) + .value + {kind: "fact"};

# --- What is seen

def tag_begun($tag):
	. as $text | [range(1; $tag | length) | select(. as $n | $text | endswith($tag[:$n]))] | max // 0;

# unveil: moves what may be shown from held to out. A tag may come in pieces: its beginning is held.
def unveil:
	(if .inside then "</think>" else "<think>" end) as $tag
	| (.held | split($tag)) as $parts
	| (.held | length) as $length
	| if ($parts | length) > 1 then
		(if .inside then . else .out += $parts[0] end) | .inside |= not | .held = ($parts[1:] | join($tag)) | unveil
	else
		(.held | tag_begun($tag)) as $n
		| (if .inside then . else .out += .held[:$length - $n] end) | .held = .held[$length - $n:]
	end;

# pour NAME: out as it is shown: the name before the first word, blanks only between words.
def pour($name):
	(.blank + (.out | clean)) as $text
	| ($text | trim) as $words
	| if $words == "" then .blank = $text | .out = ""
	else
		($text | split($words)) as $around
		| .blank = ($around | last // "")
		| .out = (if .begun then $around[0] // "" else $name end) + $words
		| .begun = true
	end;

# shown NAME: the answer, as it comes.
def shown($name):
	foreach (inputs, null) as $line ({held: "", inside: false, blank: "", begun: false};
		.out = ""
		| if $line == null then
			(if .inside then . else .out = .held end) | pour($name) | if .begun then .out += "\n" else . end
		elif $line.delta? | type == "string" then .held += $line.delta | .streamed = true | unveil | pour($name)
		elif $line.response.status_code? == 200 and (.streamed | not) then
			.held += ($line.response.body.choices[0].message.content? | pieces | strings // "") | unveil | pour($name)
		else . end;
		.out);

def said_line($named):
	(if $named then "\(.name | strings // "" | masked): " else "" end) + (.mes | clean);

def figure: tostring | .[:6];

# why_recalled: for people.
def why_recalled:
	(first(.[].row?.recall? | arrays) // []) as $all
	| if $all == [] then "Nothing was recalled." else
		$all[]
		| "\(.score // "lore" | figure)  \(.text | masked)",
		  "        \([(.why // empty), (.time // empty | tostring), (.explain | objects | to_entries[] | "\(.key) \(.value | figure)")] | join("; ") | masked)"
	end;

def whose($names): .to_name // .to | tostring | masked;

# portrait: a row for people.
def portrait:
	def line($head; $value): $value | select(. != null and . != "" and . != []) | if type == "array" then map(tostring) | join("; ") else tostring end
		| "  \($head): \(masked)";
	(["\(called)", (.pronouns | strings | "(\(.))")] | join(" "))
		+ ([.age, .occupation, .home] | map(values | tostring) | map(", \(.)") | join("") | masked),
	(.appearance | objects | line("Looks"; .description)),
	line("Traits"; .traits), line("Wants"; .goal), line("Fears"; .fear), line("Habit"; .quirk), line("Flaw"; .flaw),
	(.background | objects | line("From"; .hometown), line("Family"; .family)),
	line("Skills"; .skills),
	(.ties | arrays | .[] | objects | "  \(.kind // "tie" | tostring | masked): \(whose(null))");
