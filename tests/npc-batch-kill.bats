load helpers
load cache
load server
load batch

setup() {
	npc_setup
	batch_setup
}

teardown() {
	stop_servers
}

# shim NAME...: programs on the path that count themselves, and end everything in their process group, as
# a power cut would, once the $CUT-th of them has done its work; the first before it, where that is 0.
shim() {
	local name
	mkdir -p shims
	for name; do
		cat >"shims/$name" <<-SH
			#!/bin/bash
			n=\$((\$(<'$PWD/cut.n') + 1))
			echo \$n >'$PWD/cut.n'
			[ \$CUT -ne 0 ] || kill -9 0
			'$(command -v "$name")' "\$@"
			status=\$?
			[ \$n -ne \$CUT ] || kill -9 0
			exit \$status
		SH
		chmod +x "shims/$name"
	done
}

# cut K COMMAND...: runs it with the shims; succeeds when it was not cut.
cut() {
	echo 0 >cut.n
	CUT=$1 PATH=$PWD/shims:$PATH setsid -w "${@:2}" >cut.out 2>cut.err
}

@test "batch: killed at any point of submit, and run again: one upload, one batch" {
	local k n=0
	service
	shim curl mv
	# After the last one it is not killed any more.
	for ((k = 0; ; k++)); do
		n=$((n + 1))
		requests "$n"0 "$n"3 >in
		cut "$k" npc-batch submit -o "job$n" in && break
		npc-batch submit -o "job$n" in >out
	done
	assert [ "$n" -ge 8 ]
	assert_equal "$(server_stats '[.uploads, .batches]')" "[$n,$n]"
	npc-batch fetch -o job3 -w -i 0.02 >out
	accounted job3/requests.ndjson out
}

@test "batch: killed at any point of fetch, and run again: the same, and nothing paid twice" {
	local k n=0 all_paid=0
	service
	shim curl mv
	for ((k = 0; ; k++)); do
		n=$((n + 1))
		requests "$n"0 "$n"3 >in
		npc-batch submit -o "job$n" in >submitted
		all_paid=$((all_paid + 4))
		cut "$k" npc-batch fetch -o "job$n" -w -i 0.02 && break
		npc-batch fetch -o "job$n" -w -i 0.02 >out
		accounted in out
		assert_equal "$(npc-cache get in | wc -l)" 4
	done
	assert [ "$n" -ge 8 ]
	run -0 npc-batch submit -o "job$n" in
	assert_output --partial 'nothing is sent'
	assert_equal "$(bill)" "[$n,$all_paid,0]"
}
