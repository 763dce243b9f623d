# fetch: what the service wrote becomes response lines. Part of npc-batch.

# download FILE-ID TO: what is there already is not fetched again.
download() {
	local attempt bytes options status
	rm -f "$2.part"
	if ! call GET "/files/$1"; then
		[ "$code" = 404 ] || die "$1: $why"
		say "$1: the service has that file no more"
		: >"$2"
		return
	fi
	bytes=$(jq -r '.bytes? // empty | numbers' "$work/body") || no_service
	for ((attempt = 0; ; attempt++)); do
		options=()
		[ ! -s "$2.part" ] || options=(-C -)
		"${curl[@]}" -K <(secrets) -H 'Expect:' -A npc-batch -D "$work/head" -o "$2.part" -f "${options[@]}" \
			-w '%{http_code}' "$base/files/$1/content${query:+?$query}" >"$work/code" 2>"$work/err"
		status=$?
		code=$(<"$work/code") after='' why=$(head -c 300 "$work/err" | tr -s '\n' ' ')
		touch "$2.part"
		if [ "$status" -eq 0 ] && [[ $code = 2* ]]; then
			[ "$(stat -c %s "$2.part")" = "${bytes:-$(stat -c %s "$2.part")}" ] && break
			why="$(stat -c %s "$2.part") bytes came of $bytes"
			rm -f "$2.part"
		elif [ "$status" -eq 33 ] || [ "$code" = 416 ]; then
			# It cannot begin in the middle.
			rm -f "$2.part"
		elif [ "$status" -eq 0 ]; then
			die "$1: a redirect is not followed: the key is for $base alone"
		elif [ "$status" -eq 22 ]; then
			after=$(tr -d '\r' <"$work/head" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,7\}\)$/\1/p' | tail -n 1)
			case $code in 408 | 409 | 429 | 5??) ;; *) die "$1: $why" ;; esac
		fi
		[ "$attempt" -lt "$retries" ] || die "$1: $why"
		pause "$attempt"
	done
	mask "$2.part"
	sync "$2.part"
	mv "$2.part" "$2" || die "$2: cannot write"
}

# reason PART: the code and the message of what has no result, on two lines.
reason() {
	local status=${fact["$1 status"]}
	[ -z "${fact["$1 given_up"]}" ] || status=cancelled
	case ${status:-not_sent} in
	completed) printf '%s\n' batch_missing 'the service has ended, and has no result for it' ;;
	failed) jq -r '"batch_failed", ([.batch.errors.data[]? | .message // .code | strings] | unique | join("; ")
		| select(. != "") // "the service refused the batch" | .[:900] | gsub("[\\x00-\\x1f]"; " "))' "$1/state.json" ;;
	expired) printf '%s\n' batch_expired 'the batch expired before it was done' ;;
	cancelled) printf '%s\n' batch_cancelled 'the batch was cancelled before it was done' ;;
	not_sent) printf '%s\n' batch_unsent 'the batch has not been sent: submit the same again' ;;
	*) printf '%s\n' batch_pending 'the batch has not ended yet' ;;
	esac
}

# take PART: results for each of its lines, into a file; none where the batch has not ended.
take() {
	local part=$1 to=$2 why_not file from=()
	shift 2
	for file; do
		from+=(-r "$file")
	done
	mapfile -t why_not < <(reason "$part")
	npc-batch-lines take --code "${why_not[0]}" --message "${why_not[1]:-}" "${from[@]}" --answers "$work/answers" --stats "$work/stats" \
		"$part/input.ndjson" >"$to" || die "$part: cannot read what the service wrote"
}

# fetch_part PART: its results.ndjson. What it says stays the same from then on.
fetch_part() {
	local id files=()
	for id in output error; do
		file=${fact["$1 $id"]}
		[ -n "$file" ] || continue
		[[ $file =~ ^[A-Za-z0-9_.:-]{1,200}$ ]] || die "$1: the service names no file that can be asked for"
		[ -f "$1/$id.ndjson" ] || download "$file" "$1/$id.ndjson"
		files+=("$1/$id.ndjson")
	done
	take "$1" "$1/results.new" "${files[@]}"
	jq -r --arg part "$1" --slurpfile s "$1/state.json" '
		(if .twice > 0 then "\($part): \(.twice) results came twice" else empty end),
		(if .strangers > 0 then "\($part): \(.strangers) results are for nothing that was asked" else empty end),
		(if .missing > 0 and $s[0].batch.status == "completed" then "\($part): \(.missing) of \(.lines) requests have no result" else empty end),
		(if ($s[0].batch.request_counts.completed? // .answered) != .answered
			then "\($part): the service says that \($s[0].batch.request_counts.completed) were answered, and gives \(.answered) answers" else empty end)' \
		"$work/stats" >"$work/odd"
	while IFS= read -r line; do
		say "$line"
	done <"$work/odd"
	sync "$1/results.new"
	mv "$1/results.new" "$1/results.ndjson" || die "$1: cannot write"
	change "$1" '.fetched = true | .cached = false'
}

# store PART: its answers into the cache. A cache that is no good fails nothing: they are in the folder.
store() {
	take "$1" "$work/results" "$1/results.ndjson"
	if [ -s "$work/answers" ]; then
		npc-cache put -q "$1/input.ndjson" "$work/answers"
		# 1: answers that are not finished, which it has told.
		[ $? -le 1 ] || {
			say "$1: the answers are not in the cache"
			return
		}
	fi
	change "$1" '.cached = true'
}

fetch() {
	local part results=() status=0
	open_job
	look_at_all
	for part in "${all[@]}"; do
		if [ -f "$part/results.ndjson" ]; then
			# The end came between the two.
			[ -n "${fact["$part fetched"]}" ] || change "$part" '.fetched = true | .cached = false'
		elif ended "$part" || [ -n "${fact["$part given_up"]}" ]; then
			fetch_part "$part"
		else
			take "$part" "$work/rest.${#results[@]}"
			results+=(-r "$work/rest.${#results[@]}")
			continue
		fi
		[ -n "${fact["$part cached"]}" ] || store "$part"
		results+=(-r "$part/results.ndjson")
	done
	# First what was answered here; then what the cache has from elsewhere; then why there is nothing.
	npc-batch-lines join --misses "$work/misses" "${results[@]}" "$state/requests.ndjson" || status=$?
	[ "$status" -le 1 ] || exit "$status"
	if [ -s "$work/misses" ]; then
		npc-cache get --misses "$work/left" "$work/misses" >"$work/hits" || {
			say 'the cache is not asked'
			: >"$work/hits"
			cp "$work/misses" "$work/left"
		}
		cat "$work/hits" || die 'cannot write'
		if [ -s "$work/left" ]; then
			npc-batch-lines join "${results[@]}" "$work/left" || status=$?
		fi
	fi
	exit "$status"
}
