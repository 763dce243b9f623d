# What every .bats file loads: the programs on the path, a folder of its own, no configuration
# from outside.

bats_load_library bats-support
bats_load_library bats-assert

npc_setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	PATH=$ROOT/${OBJ:-build}:$ROOT/scripts:$PATH
	unset "${!NPC_@}" "${!OPENAI_@}"
	export NPC_DATA=$ROOT/data
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cd "$BATS_TEST_TMPDIR" || return 1
}

# same FILE FILE: byte for byte.
same() {
	cmp "$1" "$2" || {
		diff "$1" "$2" | head -20
		return 1
	}
}

# lines FILE: how many.
lines() {
	wc -l <"$1" | tr -d ' '
}
