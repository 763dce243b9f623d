# A cast in which every field holds what some format takes for something else: a character for each text.
# With $part "edges", what is said about their ties.
[
	"plain words", "quotes \" ' ` “x” ''y''", "<b>&amp;</b> <script>alert(1)</script> </tw-passagedata>", "a\nb\r\nc\rd\u2028e\u0085f",
	"-> somewhere -> else <- back <> glue", "=> END", "x => END =>< y", "{x} {{user}} {{{x}}} ${y} }} {$a}", "# heading #tag", "x #tag: y # z",
	"// comment /* x */ http://x/y//z", "<<jump x>> <<if a>> >>", "[[link|x]] [b]x[/b] [if x] [lb] [#t=1] [ID:x]", "a | b || c", "~ x ~~y~~ {~a|b}",
	"* x **y** _z_ ***", "+ plus", "- dash", "= x == y", "=== knot ===", "--- rule", "***", "\\ \\\\ \\n \\\" \\: \\[ back\\", "\\-> \\{x} \\", "=1+1", "+1", "@SUM(A1)",
	"-1", "\t=1", "＝1", "\u202eabc\u202c \u200f\u05d0\u05d1 \u0627", "\ud83d\ude00 \ud83d\udc69\u200d\ud83d\udc67 e\u0301", "a\u0000b\u0001\u001b[31mc\u007f\u009bd",
	":: Start [x] {\"position\":\"1,2\"}", "Name: x: y", "x:y : z", "END", "VAR x = 1", "TODO: x", "CONST y", "1. one", "12) twelve", "  before and after  ", "", "   ",
	"%%{init: {}}%% style x:#abc; classDef a:#b; graph end", "import \"x\" as y", "using z", "if x:", "else", "do x()", "% chance", "%50 x", "| beside",
	"<user> <BOT> <Start>", "@@depth 4\n@@@x\nlore", "`code` $x _y @z $(x)", "!heading", "\"),(\"", "null", "@UUID[Actor.x]{y} [[/roll 1d6]] @@@",
	"a--b---c ''d'' __e__ ^^f^^ ==g== ~~h~~", "else: x", "(label) x", "> quote", "&lt; &#35; #35; &amp", "…", "\ufeffbom \u2060joiner", "/pattern/i", "Player: yes", "^caret", "?>", "a,b;c\td",
	"%0A %22", "title: x", "tags: y", "!ESCAPED_COLON!", "$> x", "\"\"\"", "''' x", "function", "A B C"
] as $texts
| ($texts | length) as $n
| if $part == "edges" then
	range($n) as $i | $texts[$i] as $text
	| {from: {id: "h-\($i)", name: $text}, to: {id: "h-\(($i + 1) % $n)"}, kind: "kin", description: $text, history: $text, from_hides: $text, to_hides: $text}
else
	range($n) as $i | $texts[$i] as $text
	| {id: "h-\($i)", world: $text, name: $text, pronouns: $text, age: (if $i % 2 == 0 then 30 + $i else $text end), age_band: $text, people: $text, culture: $text,
		class: $text, occupation: $text, home: $text, faction: $text, traits: [$text, "x"], flaw: $text, goal: $text, fear: $text, quirk: $text, speech: $text,
		ocean: {openness: {level: 2, word: $text}}, ties: [{to: "h-\(($i + 1) % $n)", kind: $text, weight: -0.5, back: 0.25}, {to: "who\($text)", kind: $text, to_name: $text}],
		appearance: {description: $text, height: $text, weight: $text, hair: $text, eyes: $text}, background: {hometown: $text, family: $text, motivation: $text},
		personality: $text, skills: [$text, "y"], secrets: [$text, "z"], greeting: $text,
		dialogue: {start: "hello", nodes: [
			{id: ($text + "?"), text: $text, replies: [{text: $text, goto: "hello"}]},
			{id: "hello", text: $text, replies: [{text: $text, goto: ($text + "?")}, {text: ($text + "."), goto: "END"}]}]},
		barks: ({idle: [$text, ($text + "!")]} + {($text): [$text]}),
		quest: {id: $text, type: $text, title: $text, hook: $text, objectives: [$text, "w"], reward: $text, involved: [{id: $text, role: $text}]},
		($text): $text}
end
