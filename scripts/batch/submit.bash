# submit: requests become batches, each of them once. Part of npc-batch.

# find_file PART: the upload whose outcome was lost, by its name. Sets $found.
find_file() {
	need GET '/files?purpose=batch&limit=10000'
	found=$(jq -r --arg name "npc-${fact["$1 token"]}.jsonl" --argjson bytes "$(stat -c %s "$1/input.ndjson")" \
		'first(.data[]? | select(.filename == $name and (.bytes // $bytes) == $bytes) | .id) // empty' "$work/body") || no_service
}

# find_batch PART: the batch that was asked for, by its token or its file. Sets $found, and $work/body.
find_batch() {
	local after=''
	found=''
	while :; do
		need GET "/batches?limit=100${after:+&after=$after}"
		found=$(jq -r --arg token "${fact["$1 token"]}" --arg file "${fact["$1 file"]}" \
			'first(.data[]? | select(.metadata.npc_batch? == $token or .input_file_id == $file) | .id) // empty' "$work/body") || no_service
		[ -z "$found" ] || break
		# Whatever is older than our wish is none of ours; the clocks need not be the same.
		after=$(jq -r --argjson since "${fact["$1 intended"]}" 'select(.has_more == true) | .data[-1]
			| select((.created_at // 0) > $since - 86400) | .id // empty' "$work/body")
		[ -n "$after" ] || return 0
	done
	need GET "/batches/$found"
}

upload() {
	local attempt known=${fact["$1 uploading"]}
	for ((attempt = 0; ; attempt++)); do
		if [ -n "$known" ]; then
			find_file "$1"
			[ -z "$found" ] || break
		fi
		[ -n "$known" ] || change "$1" '.uploading = true'
		known=1
		pushd "$1" >/dev/null || die "$1: cannot go there"
		once POST /files -F purpose=batch \
			-F "file=@input.ndjson;type=application/jsonl;filename=npc-${fact["$1 token"]}.jsonl"
		popd >/dev/null || die "cannot go back"
		found=$(an_id)
		[[ $code = 2* && -n $found ]] && break
		[[ $code != 2* ]] || why="what answers at $base is no such service"
		passing && [ "$attempt" -lt "$retries" ] || die "$1: cannot upload: $why"
		pause "$attempt"
	done
	change "$1" '.file = $file | del(.uploading)' --arg file "$found"
}

create() {
	local attempt known=${fact["$1 intended"]}
	for ((attempt = 0; ; attempt++)); do
		if [ -n "$known" ]; then
			find_batch "$1"
			[ -z "$found" ] || break
		else
			change "$1" '.intended = $now' --argjson now "$(date +%s)"
			known=1
		fi
		jq -n --slurpfile s "$1/state.json" --arg window "$window" '{input_file_id: $s[0].file, endpoint: $s[0].url,
			completion_window: $window, metadata: {npc_batch: $s[0].token}}' >"$work/ask"
		once POST /batches -H 'Content-Type: application/json' -H "Idempotency-Key: ${fact["$1 token"]}" --data-binary "@$work/ask"
		found=$(an_id)
		[[ $code = 2* && -n $found ]] && break
		[[ $code != 2* ]] || code=000 why='half an answer'
		passing && [ "$attempt" -lt "$retries" ] || die "$1: cannot make a batch: $why"
		pause "$attempt"
	done
	mask "$work/body"
	change "$1" '.batch = $batch[0]' --slurpfile batch "$work/body"
}

# send_all: whatever of the job the service has not got.
send_all() {
	local part
	for part in "${all[@]}"; do
		[ -z "${fact["$part batch"]}${fact["$part given_up"]}" ] || continue
		[ -n "${fact["$part file"]}" ] || upload "$part"
		create "$part"
	done
}

# make_round: parts of what has no answer, under a name that they get together. Fails when all has one.
make_round() {
	local round=() new part results=() line
	for part in "${all[@]}"; do
		[ ! -f "$part/results.ndjson" ] || results+=(-r "$part/results.ndjson")
	done
	rm -rf "$state"/.new.*
	new=$(mktemp -d "$state/.new.XXXXXX") || die "$state: cannot write"
	npc-cache get --misses "$work/missed" "$state/requests.ndjson" >/dev/null
	# 1: lines that are no requests, which fetch will tell.
	[ $? -le 1 ] || die 'npc-cache could not go on'
	npc-batch-lines ask -o "$new" "${limits[@]}" "${results[@]}" "$work/missed" >"$work/made" || {
		line=$?
		[ "$line" -eq 2 ] && wrong
		die "$state: cannot make what is to be sent"
	}
	[ -s "$work/made" ] || {
		rm -rf "$new"
		return 1
	}
	while IFS= read -r part && IFS= read -r line; do
		mkdir "$new/part-${part%.ndjson}" && mv "$new/$part" "$new/part-${part%.ndjson}/input.ndjson" &&
			printf '%s\n' "$line" >"$new/part-${part%.ndjson}/state.json" || die "$state: cannot write"
	done < <(jq -r --arg token "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" \
		'.file, ({token: "\($token)-\(.file[:-7])", url, model, requests, bytes} | tojson)' "$work/made")
	round=("$new"/part-*)
	[ ${#round[@]} -eq "$(wc -l <"$work/made")" ] || die "$state: cannot make what is to be sent"
	round=("$state"/round-*)
	sync "$new"/part-*/state.json "$new"
	chmod --reference="$state" "$new" && mv "$new" "$(printf '%s/round-%03d' "$state" $((${#round[@]} + 1)))" || die "$state: cannot write"
	load
}

# open_new_job REQUESTS...: the folder, with a copy of the requests in it.
open_new_job() {
	local digest
	# The last line of each may lack its end.
	sed -s '$a\' -- "${@:--}" >"$work/requests" 2>"$work/err" || die "$(head -n 1 "$work/err")" 2
	digest=$(sha256sum <"$work/requests") digest=${digest%% *}
	mkdir -p "$state" || die "$state: cannot make it"
	exec 9>>"$state/lock" || die "$state: cannot write"
	flock -n 9 || die "$state: another npc-batch is at it"
	if [ -f "$state/job.json" ]; then
		[ "$(jq -r .requests "$state/job.json")" = "$digest" ] ||
			die "$state: holds other requests: give these a folder of their own (-o)" 2
	else
		cp "$work/requests" "$state/requests.new" && mv "$state/requests.new" "$state/requests.ndjson" &&
			sync "$state/requests.ndjson" && jq -n --arg d "$digest" '{requests: $d}' >"$state/job.new" &&
			sync "$state/job.new" && mv "$state/job.new" "$state/job.json" || die "$state: cannot write"
	fi
	load
}

submit() {
	local part
	open_new_job "$@"
	for part in "${all[@]}"; do
		[ -z "${fact["$part given_up"]}" ] || continue
		[ -n "${fact["$part batch"]}" ] || {
			send_all
			show
			return
		}
		[ -f "$part/results.ndjson" ] || {
			say "$state: these requests are submitted already: nothing new is sent before they are fetched"
			show
			return
		}
	done
	make_round || {
		say "$state: every request has its answer: nothing is sent"
		return
	}
	send_all
	show
}
