# A terminal for tests: what is typed there, and what stands on its screen.
#
#	load helpers
#	load terminal
#	in_terminal "npc-chat npc-0003"
#	printf 'Good day.\n' >&5
#	on_screen 'Altke:'
#	exec 5>&-; wait "$TERMINAL_PID"

# in_terminal COMMAND: in a pseudo-terminal whose keys are what is written to descriptor 5.
in_terminal() {
	rm -f keys
	mkfifo keys
	# What a shell starts behind itself ignores Ctrl-C otherwise.
	SHELL=/bin/sh env --default-signal=INT script -qefc "$1" screen <keys >screen.out 3>&- &
	TERMINAL_PID=$!
	exec 5>keys
}

# on_screen TEXT [COUNT]: waits for it, that often; fails after 30 s.
on_screen() {
	local i
	for ((i = 0; i < 1000; i++)); do
		[ "$(grep -oF -e "$1" screen | wc -l)" -lt "${2:-1}" ] || return 0
		sleep 0.03
	done
	cat -A screen >&2
	return 1
}
