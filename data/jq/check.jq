# What the check.jq of every recipe may use. npc-check puts this before it; see npc-recipes(7).
#
# What is known: names by id (null: nobody said who exists), and names by their first word.
def names: $people[0].names;
def namesakes: $people[0].first;
# The ban list: all of it, and those that are also plain words.
def worn: $known[0].banned.all;
def worn_words: $known[0].banned.words;
def worn_heads: $known[0].banned.heads;

# Every text of a value, with the place where it stands.
def texts:
	. as $value
	| paths(type == "string") as $path
	| {at: ("/" + ($path | map(tostring) | join("/"))), text: ($value | getpath($path))};

# Each $this in a text as $that. Joining is what costs.
def each($this; $that):
	split($this) | if length == 1 then .[0] else join($that) end;

# A text as words with single blanks around them: no marks, one kind of apostrophe. Most names have none.
def flat:
	if test("[,.;:!?\"()\\[\\]“”„«»…—–/*_\n\r\t’]|'s ") then
		reduce (",", ".", ";", ":", "!", "?", "\"", "(", ")", "[", "]", "“", "”", "„", "«", "»", "…", "—", "–", "/",
			"*", "_", "\n", "\r", "\t") as $mark (.; each($mark; " "))
		| each("’"; "'")
		| each("'s "; " 's ")
	else . end
	| " " + . + " ";

def without($name):
	split(" " + $name + " ") | join("  ");

def somebody($id):
	names == null or ($id | type) == "string" and (names | has($id));

def name_of($id):
	if names == null then null else names[$id] end;

# All texts of a value as one, flat.
def prose:
	[.. | strings] | join(" | ") | flat;

# Values as an object of lists, by their keys. (That .[key] += [value] would copy the object each time.)
def by(key):
	reduce .[] as $value ({};
		($value | key) as $key | . + {($key): (.[$key] + [$value])});

# Names by what they begin with, up to an apostrophe, to look for with capitals; null where one of them
# could not be found so.
def heads:
	if tojson | test("\\\\|[\\[,]\"[^\\p{Lu}\\p{Lt}\\p{Lo}]") then null
	else by(split(" ")[0] | split("'")[0]) end;

# An answer's JSON, and what begins with a capital there, up to a mark or an apostrophe. To look all words
# up is costly; these are found quickly, if with too many (from the middle of a word), never with too few.
def skimmed:
	tojson as $json
	| {$json, capitals: [$json
		| match("[\\p{Lu}\\p{Lt}\\p{Lo}][^ ,.;:!?\"()\\[\\]“”„«»…—–/*_'’\\\\]*"; "g").string]};

# Where in an answer a name stands.
def at($name):
	first(texts | select(.text | flat | contains(" " + $name + " ")) | .at) // "/";

# Could somebody of the cast, but for $known, be named in what was skimmed?
def may_name($known; $skimmed):
	$people[0].heads as $heads
	| $heads == null or any([$skimmed.capitals[] | $heads[.] // empty | .[]] - $known | unique[];
		(split(" ")[-1] | split("'")[0]) as $last | $skimmed.json | contains($last));

# Names of the cast that an answer gives to somebody, though the row names none of these people.
def strangers($row; $answer; $skimmed):
	if names == null then empty else
		namesakes as $namesakes
		| ([$row.ties[]?.to?, $row.id] | map(strings | name_of(.) | strings | flat[1:-1])) as $known
		| select(may_name($known + [$row.name | strings | flat[1:-1]]; $skimmed))
		| ($answer | prose) as $text
		| [$text | split(" ")[] | $namesakes[.] // empty]
		| unique
		| if . == [[$row.name | strings | flat[1:-1]]] then empty else
			(reduce $known[] as $name ($text; without($name))) as $text
			| [.[][] | select((" " + . + " ") as $name | $text | contains($name))]
			| if . == [] then empty else
				($row | prose) as $own
				| .[]
				| . as $name
				| select($own | contains(" " + $name + " ") | not)
				| "\($answer | at($name)): \(.) is somebody else of the cast, whom this row does not name: leave the name out"
			end
		end
	end;

def capital:
	.[:1] | test("\\p{Lu}");

# Those of the worn-out names that are also plain words count only where they can be nothing but a name.
# Titles, where every word may be a capital's, tell nothing.
def surely_a_name($name):
	any(texts.text;
		[split(" ")[] | split("\n")[]] as $words
		| ([$words[] | select(capital)] | length) * 2 <= ($words | length) and any(range($words | length);
			. as $i
			| $words[$i] == $name and ($words[$i + 1] // "" | capital)
			or $i > 0 and ($words[$i] | startswith($name)) and ($words[$i - 1] | IN("named", "called", "Aunt", "Uncle", "Old", "Young",
				"Captain", "Master", "Mistress", "Mother", "Father", "Lady", "Lord", "Sir"))));

def banned($row; $answer; $skimmed):
	worn as $worn
	| worn_heads as $heads
	| select($heads == null or any($skimmed.capitals[]; $heads[.]))
	| [$answer | prose | split(" ")[] | select($worn[.])]
	| if . == [] then empty else
		([$row | prose | split(" ")[] | select($worn[.])]) as $own
		| unique[]
		| . as $name
		| select(IN($own[]) | not)
		| select((worn_words[.] | not) or ($answer | surely_a_name($name)))
		| "\($answer | at($name)): \(.) is a worn-out name: find another"
	end;

def banned($row; $answer):
	banned($row; $answer; $answer | skimmed);

# All wrong names of an answer.
def wrong_names($row; $answer):
	($answer | skimmed) as $skimmed
	| strangers($row; $answer; $skimmed), banned($row; $answer; $skimmed);

# The trades of the row's world that are a grown-up's, and, by their first words,
# both the table's and the plain ones that no child may have.
def trades($row):
	$known[0] | .trades[.world // $row.world // .usual | strings] // {adult: {}, grown: .plain};

def a_child:
	.age_band == "child" or ((.age | type) == "number" and .age < 13);

# Is a text that begins here about such a trade, and not about a trader's child or help?
def names_trade($adult):
	(split(" ") | map(select(length > 0))) as $words
	| first(range(2) as $skip | range(4; 0; -1) as $n
		| ($words[$skip:$skip + $n] | join(" ")) as $trade
		| select($adult[$trade] and ($words[$skip + $n] // "" | IN("'s", "girl", "boy", "child", "daughter", "son", "lad", "help") | not)
			and ($words[:$skip] | any(IN("not", "no", "like", "almost", "no", "never", "nearly")) | not))
		| $trade) // null;

# The trades among $grown that a text could give to somebody.
def trades_in($text; $grown):
	reduce ($text | split(" ")[] | $grown[.] // empty | .[]
		| select(all(split(" ")[]; . as $word | $text | contains($word)))) as $trade ({}; .[$trade] = true);

# A text in small letters, where a name (of several words) is one word: a child may well be called Cartwright.
def lowered($name):
	flat | ascii_downcase | if $name[1:] == [] then . else each($name | join(" "); $name | join("_")) end;

# A grown-up's trade that an answer gives to a child. $who has name, pronouns, age or age_band.
def grown_trades($who; $row; $answer):
	if $who | a_child | not then empty else
		trades($row).grown as $grown
		| ($who.name // "" | tostring | flat | ascii_downcase | split(" ") | map(select(length > 0))) as $name
		| ([$answer | .. | strings] | join(" | ") | lowered($name)) as $all
		| (trades_in($all; $grown) | del(.[$who.occupation // "" | ascii_downcase])) as $adult
		| select($adult != {})
		| ([($name | join("_")), $name[0] // empty, "i", "she", "he", "they"] | map(select(length > 0)) | unique) as $subjects
		| $answer | texts
		| .at as $at
		| (.text | lowered($name)) as $text
		| select(trades_in($text; $grown) != {})
		| first(
			$subjects[] as $who
			| (" is ", " am ", " are ", " was ", " works as ", " work as ", " serves as ", " became ", " has become ", " ", "'m ") as $verb
			| (if $verb == " " and ($who | length) < 5 then empty else $verb end)
			| . as $verb
			| ("a ", "an ", "the ", "our ", "") as $article
			| (" " + $who + $verb + $article) as $claim
			| $text | select(contains($claim)) | split($claim)[1:][] | .[:80] | names_trade($adult) | values)
		| "\($at): a child has no grown-up's trade (\(.)): give it to somebody else"
	end;

# The same where the row itself has it: nothing that asking again could mend.
def grown_row($who; $row):
	select(($who | a_child) and (trades($row).adult[$who.occupation // "" | tostring | ascii_downcase] // false))
	| {row: "\($who.name // $who.id // "a child"), a child, has a grown-up's trade: \($who.occupation)"};

# What holds for whatever is written about a character's row.
def usual($row; $answer):
	wrong_names($row; $answer), grown_trades($row; $row; $answer), grown_row($row; $row),
	($row.ties[]?.to? | select(somebody(.) | not) | {row: "a tie leads to \(tojson), whom nobody is called"}),
	(select($answer | tojson | contains("\ufffd")) | $answer | texts | select(.text | contains("\ufffd"))
		| "\(.at): a character in it could not be read (U+FFFD)");
