# call: where npc-batch's service is, whose key it gets, and calls to it. In the order of npc-llm.
# Part of npc-batch, whose options it needs: $auth, $insecure, $retries, $max_wait, $curl, $work.

# setting NAME: from the environment, else from the config file; empty where it is nowhere.
setting() {
	local file=${XDG_CONFIG_HOME:-${HOME:-}/.config}/npc/config line value=${!1:-}
	if [ -z "$value" ] && [ -r "$file" ]; then
		while IFS= read -r line || [ -n "$line" ]; do
			line=${line#"${line%%[![:blank:]]*}"} line=${line%$'\r'}
			[[ $line != "$1="* ]] || value=${line#*=}
		done <"$file"
	fi
	printf '%s' "$value"
}

# find_key NAME: into $key, from NAME, NAME_FILE or NAME_CMD.
find_key() {
	local file
	key=$(setting "$1")
	if [ -z "$key" ]; then
		file=$(setting "$1_FILE")
		if [ -n "$file" ]; then
			[ ! -f "$file" ] || [ -z "$(find -L "$file" -maxdepth 0 -perm /077)" ] ||
				die "$1: $file: others can read it (chmod 600 it first)" 2
			key=$(<"$file") || die "$1: $file: cannot read" 2
			[ -n "$key" ] || die "$1: the key is empty" 2
		elif file=$(setting "$1_CMD") && [ -n "$file" ]; then
			key=$(sh -c "exec </dev/null
$file") || die "$1: the key's command failed" 2
			[ -n "$key" ] || die "$1: the key is empty" 2
		fi
	fi
	key=${key#"${key%%[![:space:]]*}"} key=${key%"${key##*[![:space:]]}"}
	local LC_ALL=C
	[[ ! $key =~ [^!-~] ]] || {
		key=''
		die "$1: the key has a line break, or another character that no key has, in it" 2
	}
}

base=$(setting NPC_BASE_URL) name=NPC_API_KEY
if [ -z "$base$(setting NPC_API_KEY)$(setting NPC_API_KEY_FILE)$(setting NPC_API_KEY_CMD)" ]; then
	base=$(setting OPENAI_BASE_URL) name=OPENAI_API_KEY
fi
base=${base:-https://api.openai.com/v1} query=''
[[ $base =~ ^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?][^@#]*)?$ ]] || die "not a base URL such as https://api.openai.com/v1" 2
[ "$auth" = none ] || find_key "$name"
case $base in *\?*) query=${base#*\?} base=${base%%\?*} ;; esac
base=${base%/}
if [ -n "$key" ] && [ -z "$insecure" ] &&
	[[ $base =~ ^[Hh][Tt][Tt][Pp]:// && ! $base =~ ^....://(127(\.[0-9]{1,3}){3}|localhost|\[::1\])(:[0-9]+)?(/|$) ]]; then
	die "$base: the key would go over http:// to another machine, for all to read (--insecure-http lets it)" 2
fi

# ---- calls

# secrets: what curl is told where nobody else can read it.
secrets() {
	local text=${key//\\/\\\\}
	text=${text//\"/\\\"}
	[ -z "$key" ] || if [ "$auth" = bearer ]; then
		printf 'header = "Authorization: Bearer %s"\n' "$text"
	else
		printf 'header = "api-key: %s"\n' "$text"
	fi
}

# once METHOD PATH [CURL-OPTION...]: one call. Sets $code (000: no answer), $why, and $after, the
# seconds that the server asks for; the answer is in $work/body.
once() {
	local url=$base$2 method=$1 q=$query broken
	shift 2
	[ -z "$q" ] || case $url in *\?*) url+=\&$q ;; *) url+=\?$q ;; esac
	: >"$work/body"
	: >"$work/head"
	code=$("${curl[@]}" -K <(secrets) -X "$method" -H 'Expect:' -A npc-batch -D "$work/head" -o "$work/body" \
		-w '%{http_code}' "$@" "$url" 2>"$work/err")
	broken=$?
	after=$(tr -d '\r' <"$work/head" | sed -n 's/^[Rr]etry-[Aa]fter: *//p' | tail -n 1)
	if [[ $after =~ ^[A-Z] ]]; then
		after=$(($(date -d "$after" +%s 2>>"$work/err" || date +%s) - $(date +%s)))
	fi
	[[ $after =~ ^[0-9]{1,7}$ ]] || after=''
	why="the server answered $code"
	if [ "$broken" -ne 0 ]; then
		code=000
		why=$(head -c 300 "$work/err" | tr -s '\n' ' ')
	elif [[ $code != 2* ]]; then
		why+=$(jq -r '.error | (.message? // .)? | strings | ": " + .[:300]' "$work/body" 2>>"$work/err")
	fi
}

# passing: is it a failure that may pass?
passing() {
	case $code in 000 | 408 | 409 | 429 | 5??) ;; *) return 1 ;; esac
	# A dead quota does not come back.
	! grep -q insufficient_quota "$work/body"
}

# nap SECONDS: a sleep that a signal ends at once.
nap() {
	local _
	read -rt "$1" _ <> <(:) || return 0
}

# pause ATTEMPT: as long as the server asks, else a random time that doubles.
pause() {
	local most=$((500 << ($1 < 6 ? $1 : 6)))
	if [ -n "$after" ]; then
		[ "$after" -le "$max_wait" ] || die "$why; it asks for a wait of $after s"
		nap "$after"
	else
		most=$((RANDOM % most + 1))
		nap "$((most / 1000)).$(printf %03d $((most % 1000)))"
	fi
}

# call METHOD PATH [CURL-OPTION...]: the same, again while it may help. Fails for what stays a failure.
call() {
	local attempt
	for ((attempt = 0; ; attempt++)); do
		once "$@"
		[[ $code != 2* ]] || break
		passing && [ "$attempt" -lt "$retries" ] || return 1
		pause "$attempt"
	done
	# No key in what is kept, whoever sends it back.
	mask "$work/body"
}

# mask FILE: asterisks where the key stands in it.
mask() {
	local pattern
	[ "${#key}" -ge 8 ] && grep -qF -f <(printf '%s\n' "$key") "$1" || return 0
	pattern=$(sed 's/[][\\.*^$/]/\\&/g' <<<"$key")
	LC_ALL=C sed -f <(printf 's/%s/%s/g\n' "$pattern" "${key//?/*}") "$1" >"$1.masked" && mv "$1.masked" "$1"
}

# need METHOD PATH...: or the end.
need() {
	call "$@" || die "$why"
}

# no_service: what came is not what such a service says.
no_service() {
	die "what answers at $base is no such service"
}

# an_id: of the answer, where it has one that may stand in a URL.
an_id() {
	jq -r '.id? | strings | select(test("^[A-Za-z0-9_.:-]{1,200}$"))' "$work/body" 2>>"$work/err"
}
