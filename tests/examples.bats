# Every file of data/examples, from a clean folder, with the tool that it is for.

load helpers
load server

setup() {
	npc_setup
	EXAMPLES=$ROOT/data/examples
	export NPC_CACHE_DIR=$PWD/store
	# Where tools keep what is theirs.
	mkdir home work
	export HOME=$PWD/home
	cd work
}

teardown() {
	stop_servers
}

# model [OPTION...]: a server that answers as the recipe wants it, and the configuration for it.
model() {
	npc-cast -n 1 | npc-prompt -r character | npc-dice | jq -rj .response.body.choices[0].message.content >../content
	start_server --content ../content --log ../log "$@"
	export NPC_BASE_URL=$SERVER_URL/v1 NPC_MODEL=m
}

# called_once N: the server was asked N things, each once, and never too early.
called_once() {
	assert_equal "$(server_stats '[.requests, .status, .refused]')" "[$1,{\"200\":$1},0]"
	assert_equal "$(jq -s 'map(.digest) | unique | length' ../log)" "$1"
}

# people N [FILE]: so many have been written about, each under an id of its own.
people() {
	assert_equal "$(jq -r 'select(.greeting) | .id' "${2:-characters.ndjson}" | sort -u | wc -l)" "$1"
	assert_equal "$(lines "${2:-characters.ndjson}")" "$1"
}

@test "examples: each of them is run here, says how to run it, and is short" {
	cd "$EXAMPLES"
	assert_equal "$(ls | paste -sd ' ')" 'crontab nightly overnight parallel-pipe parallel-ssh region.mk slurm-array xargs-4'
	for file in *; do
		head -n 12 "$file" | grep -qE '^#	[^ ]' || fail "$file does not say how"
		assert [ "$(lines "$file")" -le 40 ]
		grep -q "EXAMPLES/$file" "$BATS_TEST_FILENAME"
	done
}

@test "examples: make: three villages at once, and only what is missing is made again" {
	make -j 3 -f "$EXAMPLES/region.mk" >made
	people 60 region.ndjson
	assert_equal "$(jq -r '"\(.village) \(.world)"' region.ndjson | sort | uniq -c | tr -s ' ')" ' 20 fallen-water-2 fallen-water
 20 hansa-1 hansa
 20 perihelion-3 perihelion'
	# A tie leads to somebody of the same village.
	run -0 jq -ne '[inputs] | map(.id) as $ids | all(.[]; .village as $v | all(.ties[]?.to; IN($ids[]) and startswith($v)))' region.ndjson
	run -0 make -q -f "$EXAMPLES/region.mk"
	cp region.ndjson before
	rm perihelion-3/characters.ndjson region.ndjson
	make -f "$EXAMPLES/region.mk" >made
	run -1 grep hansa-1/cast made
	same before region.ndjson
	# What failed half-way does not stay.
	run -2 make -f "$EXAMPLES/region.mk" VILLAGES=hansa-9 ANSWER='{ npc-dice | head -n 3; exit 1; }'
	assert [ -e hansa-9/cast.ndjson ]
	assert [ ! -e hansa-9/characters.ndjson ]
	model
	make -j 2 -f "$EXAMPLES/region.mk" VILLAGES='hansa-7 hansa-8' ROWS=5 ANSWER='npc-cache run npc-llm --no-bar' >made
	people 10 region.ndjson
	called_once 10
}

# crontab_line: prints a script of what cron makes of the file: its settings, and its one line's command.
crontab_line() {
	awk '
		/^[[:space:]]*(#|$)/ { next }
		/^[A-Z_]+[[:space:]]*=/ { name = value = $0; sub(/[[:space:]]*=.*/, "", name); sub(/^[^=]*=[[:space:]]*/, "", value)
			gsub(/\047/, "\047\\\047\047", value); print "export " name "=\047" value "\047"; next }
		{ for (i = 1; i <= 5; i++) { if ($1 !~ /^[0-9*,\/-]+$/) exit 1; sub(/^[[:space:]]*[^[:space:]]+[[:space:]]+/, "") }
			print; n++ }
		END { if (n != 1) exit 1 }' "$1"
}

# night CRONTAB: as cron runs it: its environment is bare, and the shell /bin/sh.
night() {
	crontab_line "$1" >line
	env -i HOME="$HOME" LOGNAME=me SHELL=/bin/sh PATH=/usr/bin:/bin /bin/sh -c "$(<line)"
}

@test "examples: a crontab's line tops up a cast, night after night" {
	sed "s#/usr/local/bin#$ROOT/${OBJ:-build}#; s#/usr/local/share/npc#$ROOT/data#; s/ 5 500$/ 5 12/" "$EXAMPLES/crontab" >crontab
	night crontab
	people 5 "$HOME/cast/characters.ndjson"
	cp "$HOME/cast/characters.ndjson" first
	night crontab
	night crontab
	people 12 "$HOME/cast/characters.ndjson"
	run -0 night crontab
	assert_output ''
	people 12 "$HOME/cast/characters.ndjson"
	head -n 5 "$HOME/cast/characters.ndjson" | same - first
	assert_equal "$(jq -r .name "$HOME/cast/cast.ndjson" | sort -u | wc -l)" 12
	# While last night's is still at it.
	run -0 flock "$HOME/cast/lock" "$EXAMPLES/nightly" "$HOME/cast" 5 500
	assert_equal "$(lines "$HOME/cast/cast.ndjson")" 12
}

@test "examples: a crontab's line with a model: a night's budget, and the rest the next night" {
	model
	sed "s#/usr/local/bin#$ROOT/${OBJ:-build}#; s#/usr/local/share/npc#$ROOT/data#; s/^#ANSWER/ANSWER/; s/max-cost 0.50/max-cost 0.004/" \
		"$EXAMPLES/crontab" >crontab
	mkdir -p "$HOME/.config/npc"
	printf 'NPC_BASE_URL=%s/v1\nNPC_MODEL=m\nNPC_API_KEY=none\n' "$SERVER_URL" >"$HOME/.config/npc/config"
	run -1 night crontab
	assert_output --partial 'budget_exhausted'
	local first
	first=$(lines "$HOME/cast/characters.ndjson")
	assert [ "$first" -ge 1 ]
	assert [ "$first" -lt 5 ]
	called_once "$first"
	sed 's/0\.004/0.5/' crontab >richer
	night richer
	people 10 "$HOME/cast/characters.ndjson"
	called_once 10
}

@test "examples: xargs: four processes over one cache and one pace: no call twice, the limit kept" {
	"$EXAMPLES/xargs-4"
	people 40
	model --admit 3000/min,20 --hint none --latency 1ms-20ms
	# All four parts have everybody in them, and come to each at about the same time.
	npc-cast -n 100 | awk '{ print; print; print; print }' >cast
	ANSWER='npc-cache run npc-llm --no-bar -j 4 --rpm 3000 --pace key.pace' "$EXAMPLES/xargs-4" cast
	called_once 100
	assert_equal "$(lines characters.ndjson)" 400
	assert_equal "$(jq -r .id characters.ndjson | sort | uniq -c | awk '{ print $1 }' | sort -u)" 4
	# And the same again is free.
	ANSWER='npc-cache run npc-llm --no-bar -j 4 --rpm 3000 --pace key.pace' "$EXAMPLES/xargs-4" cast
	called_once 100
	ANSWER=false run "$EXAMPLES/xargs-4"
	assert_failure
}

@test "examples: GNU parallel: --pipe" {
	"$EXAMPLES/parallel-pipe"
	people 40
	assert_equal "$(jq -r .id characters.ndjson | sort)" "$(npc-cast -n 40 | jq -r .id | sort)"
	model --admit 6000/min,20 --hint none
	ANSWER='npc-cache run npc-llm --no-bar -j 4 --rpm 6000 --pace key.pace' "$EXAMPLES/parallel-pipe" 60
	people 60
	called_once 60
	ANSWER=false run "$EXAMPLES/parallel-pipe"
	assert_failure
}

# machine NAME: an sshd that is a machine of its own to ssh: its own configuration and its own cache.
machine() {
	mkdir -p "../$1/npc"
	printf 'NPC_BASE_URL=%s\nNPC_MODEL=m\nNPC_CACHE_REMOTE=%s\n' "${NPC_BASE_URL:-}" "$(redis_url)" >"../$1/npc/config"
	start_sshd "PATH=$ROOT/${OBJ:-build}:/usr/bin:/bin" "XDG_CONFIG_HOME=${PWD%/*}/$1" "NPC_CACHE_DIR=${PWD%/*}/$1/store"
	cat >>../ssh_config <<-CONF
		Host $1
			HostName 127.0.0.1
			Port $SSHD_PORT
			IdentityFile $SSH_KEY
			IdentitiesOnly yes
			UserKnownHostsFile ${PWD%/*}/known_hosts
			StrictHostKeyChecking accept-new
			BatchMode yes
	CONF
	export PARALLEL_SSH="ssh -F ${PWD%/*}/ssh_config"
}

@test "examples: GNU parallel: --sshlogin: two machines, one shared cache" {
	model
	start_redis
	machine alder
	machine birch
	unset NPC_BASE_URL NPC_MODEL NPC_CACHE_DIR
	"$EXAMPLES/parallel-ssh" alder,birch 40
	people 40
	# Both had a part in it.
	ANSWER='npc-cache run npc-llm --no-bar -j 2' "$EXAMPLES/parallel-ssh" alder,birch 80
	people 80
	called_once 80
	for name in alder birch; do
		assert [ "$(find ../$name/store/v1 -type f -regextype egrep -regex '.*/[0-9a-f]{64}' | wc -l)" -ge 10 ]
	done
	# What one has asked, the other does not ask again, with nothing of its own.
	rm -r ../alder/store
	rm -r ../birch/store
	ANSWER='npc-cache run npc-llm --no-bar -j 2' "$EXAMPLES/parallel-ssh" birch 80
	people 80
	called_once 80
}

# array_task N OF: as Slurm runs one: a copy of the script in its spool, the variables of sbatch(1), the
# folder that it was submitted from.
array_task() {
	mkdir -p "../spool/$1"
	cp "$EXAMPLES/slurm-array" "../spool/$1/slurm_script"
	SLURM_JOB_ID=$((100 + $1)) SLURM_ARRAY_JOB_ID=100 SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_COUNT=$2 SLURM_ARRAY_TASK_MIN=0 \
		SLURM_ARRAY_TASK_MAX=$(($2 - 1)) SLURM_ARRAY_TASK_STEP=1 SLURM_SUBMIT_DIR=$PWD "../spool/$1/slurm_script"
}

@test "examples: a Slurm job array (without Slurm: its variables are set here as it sets them)" {
	assert_equal "$(sed -n 's/^#SBATCH --array=//p' "$EXAMPLES/slurm-array")" 0-3
	for task in 2 0 3 1; do
		array_task "$task" 4 &
	done
	wait
	assert_equal "$(ls part-* | wc -l)" 4
	cat part-*.ndjson >characters.ndjson
	people 40
	model
	for task in 0 1 2 3; do
		ROWS=10 ANSWER='npc-cache run npc-llm --no-bar' array_task "$task" 4
	done
	cat part-*.ndjson >characters.ndjson
	people 10
	ROWS=10 ANSWER='npc-cache run npc-llm --no-bar' array_task 1 4
	called_once 10
}

@test "examples: a batch service overnight" {
	"$EXAMPLES/overnight" 10
	people 10
	model
	ANSWER=npc-batch INTERVAL=0.05 "$EXAMPLES/overnight" 10
	people 10
	ANSWER=npc-batch INTERVAL=0.05 "$EXAMPLES/overnight" 10
	people 10
	assert_equal "$(server_stats '[.batches, .paid, .paid_twice]')" '[1,10,0]'
}
