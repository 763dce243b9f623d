load helpers
load server

# Every command of README.md works as it is printed, one after the other, in a copy of the tree.
#
# What is typed: the indented blocks, all but those that show what a program writes, which begin with
# a brace or with the head of a table. What is different here: the tree is built already, what is
# installed goes to a home of its own, and the model's server is the tests'.

setup() {
	npc_setup
	unset NPC_DATA
	mkdir clone home
	# Five thousand answers, each of which waits for the disk, where there is one.
	[ ! -w /dev/shm ] || XDG_CACHE_HOME=$(mktemp -d /dev/shm/npc-readme.XXXXXX)
}

teardown() {
	stop_servers
	rm -rf "$XDG_CACHE_HOME"
}

# copy_tree: what a clone has, and what make would build in it; times are kept, so that it has nothing to do.
copy_tree() {
	(cd "$ROOT" && git ls-files -z -co --exclude-standard |
		xargs -0 cp --parents --preserve=mode,timestamps -t "$BATS_TEST_TMPDIR/clone")
	mkdir clone/build
	(cd "$ROOT/${OBJ:-build}" && find . \( -name tests -o -name npm -o -name demo \) -prune -o -type f -print0 |
		xargs -0 cp --parents --preserve=mode,timestamps -t "$BATS_TEST_TMPDIR/clone/build")
}

# typed: the commands of the page.
typed() {
	awk '
		/^    / {
			if (!block)
				shown = /^    (\{|id  )/
			block = 1
			if (!shown)
				print substr($0, 5)
			next
		}
		{ block = 0 }
	' "$ROOT/README.md"
}

# answers: what the server says to whoever asks for characters, and to whoever talks.
answers() {
	jq -cn '{match: "# What was said", content: "So be it."}'
	jq -cn '"Somebody was there before and left it so, and nobody has asked about it since that day." as $text
		| {content: {appearance: {description: $text, height: "middling", weight: "middling", hair: "brown", eyes: "brown"},
			background: {hometown: "a village", family: $text, motivation: $text}, personality: $text,
			skills: ["waiting", "listening", "looking"], secrets: ["knows who left it so"], greeting: "Who is there?"}}'
}

@test "readme: every command works as printed" {
	local chats
	command -v git >/dev/null && git -C "$ROOT" rev-parse >git 2>&1 || skip 'no clone'
	copy_tree
	answers >rules
	start_server --rules rules
	typed | sed "s|http://localhost:11434|$SERVER_URL|" >commands
	[ "$(lines commands)" -ge 15 ]
	! grep -q localhost commands || fail 'a server that is not there'
	chats=$(grep -c '^npc-chat' commands)
	[ "$chats" -ge 3 ]
	# What somebody types into each of the chats.
	for ((i = 0; i < chats; i++)); do
		printf 'Good day.\n/memory\n/quit\n'
	done >keys
	cd clone
	HOME=$BATS_TEST_TMPDIR/home run -0 bash -x -e -o pipefail ../commands <../keys
	# It did what the page says.
	assert_line 'So be it.'
	[ "$(lines build/demo/chat.jsonl)" -eq 6 ]
	[ "$(lines orbit/characters.ndjson)" -eq 200 ]
	[ "$(lines characters.ndjson)" -eq 5000 ]
	[ -x "$BATS_TEST_TMPDIR/home/.local/bin/npc-chat" ]
	[ "$(npc-recall -m build/demo/memory.db list | wc -l)" -eq 4 ]
}

@test "readme: what it shows of the village is what make demo prints" {
	npc-generate -n 20 -o village
	sed -n '/^    npc-[0-9]/p' "$ROOT/README.md" | while read -r id name family age rest; do
		jq -es --arg id "$id" --arg name "$name $family" --argjson age "$age" 'any(.[]; .id == $id and .name == $name and .age == $age)' \
			village/characters.ndjson || fail "$id $name $family $age $rest"
	done >same
	[ "$(lines same)" -eq 4 ]
}
