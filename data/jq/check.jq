# What the check.jq of every recipe may use. npc-check puts this before it; see npc-recipes(7).
#
# What is known: names by id (null: nobody said who exists), and names by their first word.
def names: $known[0].cast.names;
def namesakes: $known[0].cast.first;
# The ban list: all of it, and those that are also plain words.
def worn: $known[0].banned.all;
def worn_words: $known[0].banned.words;

# Every text of a value, with the place where it stands.
def texts:
	. as $value
	| paths(type == "string") as $path
	| {at: ("/" + ($path | map(tostring) | join("/"))), text: ($value | getpath($path))};

# A text as words with single blanks around them: no marks, one kind of apostrophe.
def flat:
	reduce (",", ".", ";", ":", "!", "?", "\"", "(", ")", "[", "]", "“", "”", "„", "«", "»", "…", "—", "–", "/",
		"*", "_", "\n", "\r", "\t") as $mark (.; split($mark) | join(" "))
	| split("’") | join("'")
	| split("'s ") | join(" 's ")
	| " " + . + " ";

def without($name):
	split(" " + $name + " ") | join("  ");

def somebody($id):
	names == null or ($id | type) == "string" and (names | has($id));

def name_of($id):
	if names == null then null else names[$id] end;

# All texts of a value as one, flat.
def prose:
	[texts.text] | join(" | ") | flat;

# Where in an answer a name stands.
def at($name):
	first(texts | select(.text | flat | contains(" " + $name + " ")) | .at) // "/";

# Names of the cast that an answer gives to somebody, though the row names none of these people.
def strangers($row; $answer):
	if names == null then empty else
		namesakes as $namesakes
		| ([$row.ties[]?.to?, $row.id] | map(strings | name_of(.) | strings | flat[1:-1])) as $known
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

def banned($row; $answer):
	worn as $worn
	| [$answer | prose | split(" ")[] | select($worn[.])]
	| if . == [] then empty else
		([$row | prose | split(" ")[] | select($worn[.])]) as $own
		| unique[]
		| . as $name
		| select(IN($own[]) | not)
		| select((worn_words[.] | not) or ($answer | surely_a_name($name)))
		| "\($answer | at($name)): \(.) is a worn-out name: find another"
	end;

# The trades of the row's world: those of grown-ups, and those that a child may have.
def trades($row):
	$known[0] | .trades[.world // $row.world // .usual | strings] // {adult: {}, child: {}};

def a_child:
	.age_band == "child" or ((.age | type) == "number" and .age < 13);

# Trades that nobody needs a table to know for a grown-up's.
def plain_trades:
	"innkeeper", "tavern keeper", "landlord", "landlady", "blacksmith", "smith", "miller", "baker", "brewer", "butcher",
	"carpenter", "mason", "merchant", "judge", "priest", "monk", "nun", "physician", "doctor", "surgeon", "midwife", "captain",
	"skipper", "soldier", "guard", "guardsman", "sheriff", "mayor", "magistrate", "knight", "teacher", "schoolteacher",
	"engineer", "pilot", "navigator", "hunter", "moneylender", "executioner", "bailiff", "hangman", "governor";

# Is a text that begins here about such a trade, and not about a trader's child or help?
def names_trade($adult):
	(split(" ") | map(select(length > 0))) as $words
	| first(range(2) as $skip | range(4; 0; -1) as $n
		| ($words[$skip:$skip + $n] | join(" ")) as $trade
		| select($adult[$trade] and ($words[$skip + $n] // "" | IN("'s", "girl", "boy", "child", "daughter", "son", "lad", "help") | not)
			and ($words[:$skip] | any(IN("not", "no", "like", "almost", "no", "never", "nearly")) | not))
		| $trade) // null;

# A grown-up's trade that an answer gives to a child. $who has name, pronouns, age or age_band.
def grown_trades($who; $row; $answer):
	if $who | a_child | not then empty else
		trades($row) as $known
		| (($known.adult + ([plain_trades | {key: ., value: true}] | from_entries))
			| with_entries(select($known.child[.key] | not)) | del(.[$who.occupation // "" | ascii_downcase])) as $adult
		| ($who.name // "" | tostring | flat | ascii_downcase | split(" ") | map(select(length > 0))) as $name
		| ([($name | join(" ")), $name[0] // empty, "i", "she", "he", "they"] | map(select(length > 0)) | unique) as $subjects
		| $answer | texts
		| .at as $at
		| (.text | flat | ascii_downcase) as $text
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
	strangers($row; $answer), banned($row; $answer), grown_trades($row; $row; $answer), grown_row($row; $row),
	($row.ties[]?.to? | select(somebody(.) | not) | {row: "a tie leads to \(tojson), whom nobody is called"}),
	(select($answer | tojson | contains("\ufffd")) | $answer | texts | select(.text | contains("\ufffd"))
		| "\(.at): a character in it could not be read (U+FFFD)");
