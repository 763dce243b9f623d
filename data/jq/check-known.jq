# What npc-check knows, from the ban list, the recipe's schema, all worlds and tables:
# $ban and $schema are paths, $name the recipe's, $world and $usual worlds' names.

def set: reduce .[] as $key ({}; . + {($key): true});

def stem: rtrimstr(".json") | split("/");

# Trades that nobody needs a table to know for a grown-up's.
def plain_trades:
	["innkeeper", "tavern keeper", "landlord", "landlady", "blacksmith", "smith", "miller", "baker", "brewer", "butcher",
	"carpenter", "mason", "merchant", "judge", "priest", "monk", "nun", "physician", "doctor", "surgeon", "midwife", "captain",
	"skipper", "soldier", "guard", "guardsman", "sheriff", "mayor", "magistrate", "knight", "teacher", "schoolteacher",
	"engineer", "pilot", "navigator", "hunter", "moneylender", "executioner", "bailiff", "hangman", "governor"] | set;

# The trades of grown-ups, and by their first words all that no child may have.
def trades:
	[.[]? | if type == "string" then {value: .} else . end | select(.value? | type == "string")
		| {trade: (.value | ascii_downcase), child: (.when.age_band == null or (.when.age_band | index("child") != null))}]
	| ([.[] | select(.child).trade] | set) as $child
	| ([.[] | select(.child | not).trade | select($child[.] | not)] | set) as $adult
	| {$adult, grown: ($adult + plain_trades | delpaths([$child | keys_unsorted[] | [.]]) | keys_unsorted | by(split(" ")[0]))};

[inputs | {file: input_filename, data: .}] as $all
| (reduce ($all[] | select(.file | stem[-2] == "tables")) as $t ({}; {($t.file | stem[-1]): $t.data.entries} + .)) as $tables
| {
	members: ([$all[] | select(.file == $schema).data.properties // {} | keys_unsorted[]] | if $schema == "" then [$name] else . end | set),
	banned: ($all[] | select(.file == $ban).data
		| {all: (.entries + (.words // []) | set), words: (.words // [] | set), heads: (.entries + (.words // []) | heads)}),
	trades: (reduce ($all[] | select(.file | stem[-2] | IN("tables", "recipes", $name) | not)) as $w ({};
		.[$w.file | stem[-1]] //= ($w.data.tables.occupation | if type == "string" then $tables[.] else .entries? end | trades))),
	plain: (plain_trades | keys_unsorted | by(split(" ")[0])),
	$usual
} + if $world == "" then {} else {$world} end
