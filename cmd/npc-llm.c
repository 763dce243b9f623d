/* npc-llm: request lines in, response lines out: a model is called for each, many at a time. */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bar.h"
#include "caller.h"
#include "clock.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "fs.h"
#include "halt.h"
#include "joblog.h"
#include "jw.h"
#include "key.h"
#include "mem.h"
#include "num.h"
#include "tally.h"

static const char usage[] =
    "npc-llm [-j N|MIN-MAX|auto] [-k] [-u URL]... [-H HEADER]... [OPTION...] [REQUESTS...]";
static const char help[] =
    "  -j, --jobs N              requests in flight (5); MIN-MAX or auto finds out how many\n"
    "  -k, --keep-order          writes answers in the order of the input\n"
    "  -u, --url URL             asks this server, http://localhost:11434/v1; may be repeated\n"
    "  -H, --header 'NAME: TEXT' sends this header; may be repeated\n"
    "      --auth HOW            sends the key as bearer (default), api-key or none\n"
    "      --rpm N, --tpm N      requests, tokens a minute\n"
    "      --pace FILE           shares these limits, and the budget, with whoever names this "
    "file\n"
    "      --retries N           other attempts after the first (5)\n"
    "      --max-wait TIME       the longest wait that a server may ask for (2m)\n"
    "      --connect-timeout TIME, --timeout TIME, --stall TIME\n"
    "                            for a connection (10s), for an attempt (10m), without a byte "
    "(60s)\n"
    "      --stream              asks for streams, and writes text as it arrives\n"
    "      --price IN,OUT[,CACHED]  money for a million tokens\n"
    "      --prices FILE         the same by model, as JSON\n"
    "      --max-cost MONEY      spends no more\n"
    "      --token-budget N      uses no more tokens\n"
    "      --dry-run             estimates tokens and money, and sends nothing\n"
    "      --halt WHEN           gives up: now,fail=N or soon,fail=N%\n"
    "      --max-response SIZE   the longest answer that is taken (8M)\n"
    "      --cacert FILE         trusts the certificates in this file\n"
    "      --insecure-http       lets a key go over http:// to other machines\n"
    "      --http2               shares connections, by HTTP/2\n"
    "      --bar, --no-bar       shows progress, or not (where standard error is a terminal)\n"
    "  -v, --verbose             tells each attempt\n"
    "      --joblog FILE         writes a line for each request, tab-separated\n"
    "      --max-line SIZE       the longest line that is read (16M)\n"
    "      --stats FILE          writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help                -V, --version\n";

enum {
	AUTH = 0x100,
	RPM,
	TPM,
	PACE,
	RETRIES,
	MAX_WAIT,
	CONNECT_TIMEOUT,
	TIMEOUT,
	STALL,
	STREAM,
	PRICE,
	PRICES,
	MAX_COST,
	TOKEN_BUDGET,
	DRY_RUN,
	HALT,
	MAX_RESPONSE,
	CACERT,
	INSECURE_HTTP,
	HTTP2,
	BAR,
	NO_BAR,
	JOBLOG
};

static const struct option options[] = {{"jobs", required_argument, NULL, 'j'},
    {"keep-order", no_argument, NULL, 'k'}, {"url", required_argument, NULL, 'u'},
    {"header", required_argument, NULL, 'H'}, {"verbose", no_argument, NULL, 'v'},
    {"auth", required_argument, NULL, AUTH}, {"rpm", required_argument, NULL, RPM},
    {"tpm", required_argument, NULL, TPM}, {"pace", required_argument, NULL, PACE},
    {"retries", required_argument, NULL, RETRIES}, {"max-wait", required_argument, NULL, MAX_WAIT},
    {"connect-timeout", required_argument, NULL, CONNECT_TIMEOUT},
    {"timeout", required_argument, NULL, TIMEOUT}, {"stall", required_argument, NULL, STALL},
    {"stream", no_argument, NULL, STREAM}, {"price", required_argument, NULL, PRICE},
    {"prices", required_argument, NULL, PRICES}, {"max-cost", required_argument, NULL, MAX_COST},
    {"token-budget", required_argument, NULL, TOKEN_BUDGET},
    {"dry-run", no_argument, NULL, DRY_RUN}, {"halt", required_argument, NULL, HALT},
    {"max-response", required_argument, NULL, MAX_RESPONSE},
    {"cacert", required_argument, NULL, CACERT},
    {"insecure-http", no_argument, NULL, INSECURE_HTTP}, {"http2", no_argument, NULL, HTTP2},
    {"bar", no_argument, NULL, BAR}, {"no-bar", no_argument, NULL, NO_BAR},
    {"joblog", required_argument, NULL, JOBLOG}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

enum {
	URLS = 64,
	JOBS_MAX = 10000,
	AUTO_MAX = 256,
	PRICES_FILE_MAX = 1 << 20,
	FILES_BESIDE = 64 /* open files beside the connections */
};

#define SECOND INT64_C(1000000000)

static const char default_base[] = "https://api.openai.com/v1";

struct llm {
	struct filter filter;
	struct conf conf;
	struct caller_config config;
	struct endpoint endpoints[URLS];
	const char *urls[URLS];
	struct curl_header {
		struct slice name, value;
	} headers[URLS];
	size_t n_urls, n_headers;
	enum { AUTH_BEARER, AUTH_API_KEY, AUTH_NONE } auth;
	const char *pace_path, *prices_path, *joblog_path;
	uint64_t rpm, tpm;
	bool dry_run, insecure, verbose, show_bar, no_bar, bar_shown;
	struct money_prices prices;
	struct halt halt;
	struct buf key;

	struct events events;
	struct outlet out;
	struct caller *caller;
	struct paceshare share;
	struct joblog joblog;
	struct tally tally;
	struct bar bar;
	struct buf scratch;
	unsigned in_source, out_source;
	int signals; /* a signalfd */
	int signal; /* the first that came */
	bool interrupted_twice, dead_at_once;
	bool reading; /* there may be more lines */
	bool in_waits; /* in the events, for input */
	bool out_waits;
	uint64_t bytes_all, bytes_taken, taken; /* of the input; lines */
	struct money_use estimate; /* of a dry run */
	int64_t estimate_cost;
	uint64_t unbounded, unpriced;
};

/* ---- what is said */

static void clear_bar(struct llm *m)
{
	if (m->bar_shown && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	m->bar_shown = false;
}

__attribute__((format(printf, 2, 3))) static void say(struct llm *m, const char *fmt, ...)
{
	char text[2 * ERR_MAX];
	va_list ap;

	clear_bar(m);
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) >= 0)
		diag_warn("%s", text);
	va_end(ap);
}

/* What is done of the input: bytes stand for lines that are not counted yet. */
static double part_done(const struct llm *m)
{
	double lines = m->taken ? (double)(m->tally.done + m->tally.passed) / (double)m->taken : 0;

	if (!m->reading)
		return lines;
	return m->bytes_all ? lines * (double)m->bytes_taken / (double)m->bytes_all : 0;
}

static void show_bar(struct llm *m, int64_t now)
{
	struct bar_state s = {.done = m->tally.done,
	    .failed = m->tally.failed,
	    .flying = caller_flying(m->caller),
	    .tokens = money_tokens(&m->tally.used),
	    .money = m->tally.cost,
	    .priced = m->config.prices != NULL,
	    .part = part_done(m)};
	bool tty = isatty(STDERR_FILENO);

	if (!m->show_bar || now < m->bar.due)
		return;
	buf_clear(&m->scratch);
	buf_str(&m->scratch, tty ? "\r" : "");
	bar_put(&m->bar, &m->scratch, &s, now);
	buf_str(&m->scratch, tty ? "\033[K" : "\n");
	fputs(buf_cstr(&m->scratch), stderr);
	m->bar_shown = true;
	if (!tty)
		m->bar.due = now + SECOND;
}

static void attempted(void *ctx, const struct caller_attempt *a)
{
	struct llm *m = ctx;
	char what[32], next[48] = "";

	if (a->status == 0 || snprintf(what, sizeof what, "%d", a->status) < 0)
		what[0] = '\0';
	if (a->wait >= 0 &&
	    snprintf(next, sizeof next, ", again in %.3g s", (double)a->wait / 1e9) < 0)
		next[0] = '\0';
	say(m, "%s:%lu: POST %.*s %s%s%s %lld ms%s", a->place->name, a->place->line,
	    SLICE_FMT(a->url), what, a->code && *what ? " " : "", a->code ? a->code : "",
	    (long long)a->ms, next);
}

static void tell_failure(struct llm *m, const struct caller_result *r)
{
	if (!r->sent && !r->message)
		return;
	if (r->code)
		say(m, "%s:%lu: %.*s: %s: %s", r->place->name, r->place->line,
		    SLICE_FMT(r->custom_id), r->code, r->message);
	else
		say(m, "%s:%lu: %.*s: the server answered %d", r->place->name, r->place->line,
		    SLICE_FMT(r->custom_id), r->status);
}

static bool left_over(const struct caller_result *r)
{
	static const char *const codes[] = {"halted", "interrupted", "budget_exhausted"};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (r->code && strcmp(r->code, codes[i]) == 0)
			return true;
	return false;
}

static void finished(void *ctx, const struct caller_result *r)
{
	struct llm *m = ctx;
	struct err e;
	struct joblog_entry entry = {.custom_id = r->custom_id,
	    .endpoint = r->endpoint,
	    .began = r->began,
	    .ns = r->ns,
	    .attempts = r->attempts,
	    .status = r->status,
	    .code = r->code,
	    .tokens_in = r->use->in,
	    .tokens_out = r->use->out};

	tally_add(&m->tally, r);
	if (joblog_put(&m->joblog, &entry, &e) < 0) {
		say(m, "%s: %s", m->joblog_path, e.text);
		joblog_close(&m->joblog, &e);
	}
	if (r->good)
		return;
	m->filter.failed++;
	/* What has been left over is told once, in all. */
	if (!left_over(r))
		tell_failure(m, r);
}

/* ---- options */

static uint64_t number(const struct llm *m, const char *name, uint64_t least, uint64_t most)
{
	struct err e;
	uint64_t n;

	if (num_uint(slice_str(optarg), least, most, &n, &e) < 0)
		filter_usage(&m->filter, "%s: %s", name, e.text);
	return n;
}

static int64_t duration(const struct llm *m, const char *name)
{
	struct err e;
	int64_t ns;

	if (num_duration(slice_str(optarg), &ns, &e) < 0)
		filter_usage(&m->filter, "%s: %s", name, e.text);
	if (ns < 1000000)
		filter_usage(&m->filter, "%s: '%s' is less than a millisecond", name, optarg);
	return ns;
}

static void set_jobs(struct llm *m)
{
	struct slice most = slice_str(optarg), least;
	uint64_t n = 1;
	struct err e;

	m->config.least = 0;
	if (slice_is(most, "auto")) {
		m->config.least = 1;
		m->config.calls = AUTO_MAX;
		return;
	}
	least = slice_split(&most, '-');
	if (!most.ptr)
		most = least;
	else if (num_uint(least, 1, JOBS_MAX, &n, &e) == 0)
		m->config.least = (size_t)n;
	else
		filter_usage(&m->filter, "--jobs: %s", e.text);
	if (num_uint(most, n, JOBS_MAX, &n, &e) < 0)
		filter_usage(&m->filter, "--jobs: %s", e.text);
	m->config.calls = (size_t)n;
}

static void add_header(struct llm *m)
{
	struct slice value = slice_str(optarg), name = slice_split(&value, ':');

	if (!value.ptr || name.len == 0)
		filter_usage(&m->filter, "--header: not 'NAME: TEXT'");
	if (m->n_headers == URLS)
		filter_usage(&m->filter, "--header: more than %d", URLS);
	/* Only blanks: a line break at an end is to be seen, and refused. */
	while (value.len && *value.ptr == ' ') {
		value.ptr++;
		value.len--;
	}
	m->headers[m->n_headers].name = name;
	m->headers[m->n_headers++].value = value;
}

static void set_auth(struct llm *m)
{
	if (strcmp(optarg, "bearer") == 0)
		m->auth = AUTH_BEARER;
	else if (strcmp(optarg, "api-key") == 0)
		m->auth = AUTH_API_KEY;
	else if (strcmp(optarg, "none") == 0)
		m->auth = AUTH_NONE;
	else
		filter_usage(&m->filter, "--auth: '%s' is not bearer, api-key or none", optarg);
}

static void set_money(struct llm *m, int c)
{
	struct err e;
	struct pace_quota *q = &m->config.quota;
	int status = 0;

	if (c == PRICE)
		status = money_prices_arg(&m->prices, slice_str(optarg), &e);
	else
		status = money_parse(slice_str(optarg), &q->money.limit, &e);
	if (status < 0)
		filter_usage(&m->filter, "%s: %s", c == PRICE ? "--price" : "--max-cost", e.text);
	if (c == PRICE)
		m->config.prices = &m->prices;
	else
		q->money.limited = true;
}

static void set_size(struct llm *m)
{
	struct err e;
	uint64_t n;

	if (num_size(slice_str(optarg), &n, &e) < 0)
		filter_usage(&m->filter, "--max-response: %s", e.text);
	if (n < 1 || n > BUF_MAX)
		filter_usage(&m->filter, "--max-response: '%s' is not from 1 byte to 1G", optarg);
	m->config.http.max_response = (size_t)n;
}

static void set_halt(struct llm *m)
{
	struct err e;

	if (halt_parse(&m->halt, slice_str(optarg), &e) < 0)
		filter_usage(&m->filter, "--halt: %s", e.text);
}

static void add_url(struct llm *m)
{
	if (m->n_urls == URLS)
		filter_usage(&m->filter, "--url: more than %d", URLS);
	m->urls[m->n_urls++] = optarg;
}

static bool http_option(struct llm *m, int c)
{
	struct http_config *k = &m->config.http;

	switch (c) {
	case CONNECT_TIMEOUT:
		k->connect_timeout = duration(m, "--connect-timeout");
		return true;
	case TIMEOUT:
		k->timeout = duration(m, "--timeout");
		return true;
	case STALL:
		k->stall = duration(m, "--stall");
		k->stall_before = true;
		return true;
	case MAX_RESPONSE:
		set_size(m);
		return true;
	case CACERT:
		k->cacert = optarg;
		return true;
	case HTTP2:
		k->http2 = true;
		return true;
	case INSECURE_HTTP:
		m->insecure = true;
		return true;
	case AUTH:
		set_auth(m);
		return true;
	default:
		return false;
	}
}

static bool pace_option(struct llm *m, int c)
{
	switch (c) {
	case RPM:
		m->rpm = number(m, "--rpm", 1, INT32_MAX);
		return true;
	case TPM:
		m->tpm = number(m, "--tpm", 1, INT64_MAX / 1000000);
		return true;
	case PACE:
		m->pace_path = optarg;
		return true;
	case RETRIES:
		m->config.retries = (unsigned)number(m, "--retries", 0, 1000);
		return true;
	case MAX_WAIT:
		m->config.max_wait = duration(m, "--max-wait");
		return true;
	case PRICE:
	case MAX_COST:
		set_money(m, c);
		return true;
	case PRICES:
		m->prices_path = optarg;
		return true;
	case TOKEN_BUDGET:
		m->config.quota.tokens.limited = true;
		m->config.quota.tokens.limit =
		    (int64_t)number(m, "--token-budget", 0, INT64_MAX / 1000000);
		return true;
	case HALT:
		set_halt(m);
		return true;
	default:
		return false;
	}
}

static void one_option(struct llm *m, int c)
{
	switch (c) {
	case 'j':
		set_jobs(m);
		break;
	case 'k':
		m->config.ordered = true;
		break;
	case 'u':
		add_url(m);
		break;
	case 'H':
		add_header(m);
		break;
	case 'v':
		m->verbose = true;
		break;
	case STREAM:
		m->config.stream = true;
		break;
	case DRY_RUN:
		m->dry_run = true;
		break;
	case BAR:
	case NO_BAR:
		m->show_bar = c == BAR;
		m->no_bar = c == NO_BAR;
		break;
	case JOBLOG:
		m->joblog_path = optarg;
		break;
	default:
		if (!http_option(m, c) && !pace_option(m, c))
			filter_option(&m->filter, c, optarg);
	}
}

static void read_options(struct llm *m, int argc, char **argv)
{
	int c;

	m->config.calls = 5;
	m->config.retries = 5;
	m->config.max_wait = 120 * SECOND;
	m->config.http = (struct http_config){.connect_timeout = 10 * SECOND,
	    .timeout = 600 * SECOND,
	    .stall = 60 * SECOND,
	    .max_response = (size_t)8 << 20};
	while ((c = getopt_long(argc, argv, "j:ku:H:v" FILTER_LETTERS, options, NULL)) != -1)
		one_option(m, c);
	if (m->config.quota.money.limited && !m->config.prices && !m->prices_path)
		filter_usage(&m->filter, "--max-cost needs --price or --prices");
	m->show_bar |= !m->no_bar && isatty(STDERR_FILENO);
}

/* ---- configuration */

static void load_prices(struct llm *m)
{
	struct buf text = {0};
	struct json_doc doc = {0};
	struct err e;
	const struct json *root;

	if (!m->prices_path)
		return;
	if (fs_slurp(m->prices_path, PRICES_FILE_MAX, &text, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	root = json_parse(&doc, buf_all(&text), &e);
	if (!root || money_prices_load(&m->prices, root, &e) < 0)
		diag_die(DIAG_USAGE, "%s: %s", m->prices_path, e.text);
	m->config.prices = &m->prices;
	json_doc_free(&doc);
	buf_free(&text);
}

/* Where to, whose key, and for which origin that key was set (NULL: for wherever -u leads). */
struct place {
	const char *base, *key;
	bool only_base;
};

static struct place find_place(const struct llm *m)
{
	const char *base = conf_get(&m->conf, "NPC_BASE_URL");

	if (base || key_is_set(&m->conf, "NPC_API_KEY"))
		return (struct place){base ? base : default_base, "NPC_API_KEY", base != NULL};
	base = conf_get(&m->conf, "OPENAI_BASE_URL");
	return (struct place){base ? base : default_base, "OPENAI_API_KEY", true};
}

static bool key_goes(const struct llm *m, const struct endpoint *p, const struct place *place)
{
	struct err e;
	char *origin;
	bool same;

	if (m->auth == AUTH_NONE)
		return false;
	if (!place->only_base)
		return true;
	origin = endpoint_origin(place->base, &e);
	same = origin && strcmp(origin, p->origin) == 0;
	free(origin);
	return same;
}

static void get_key(struct llm *m, const struct place *place)
{
	struct err e;

	if (m->key.len == 0 && key_find(&m->conf, place->key, &m->key, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	m->config.secret = buf_all(&m->key);
}

static void header(struct endpoint *p, struct slice name, struct slice value)
{
	struct err e;

	if (endpoint_header(p, name, value, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
}

static void set_key(struct llm *m, struct endpoint *p, const struct place *place)
{
	struct buf value = {0};

	if (!key_goes(m, p, place))
		return;
	get_key(m, place);
	if (m->key.len == 0)
		return;
	if (m->auth == AUTH_BEARER)
		buf_str(&value, "Bearer ");
	buf_slice(&value, buf_all(&m->key));
	header(p, slice_str(m->auth == AUTH_BEARER ? "Authorization" : "api-key"), buf_all(&value));
	key_free(&value);
}

static void open_endpoint(
    struct llm *m, struct endpoint *p, const char *base, const struct place *place)
{
	struct err e;

	if (endpoint_init(p, base, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	for (size_t i = 0; i < m->n_headers; i++)
		header(p, m->headers[i].name, m->headers[i].value);
	header(p, slice_str("Content-Type"), slice_str("application/json"));
	header(p, slice_str("User-Agent"), slice_str("npc-llm"));
	/* Else bodies of over a megabyte wait a second for a "100 Continue". */
	header(p, slice_str("Expect"), slice_str(""));
	set_key(m, p, place);
	if (p->plain && !p->local && p->credentials && !m->insecure)
		diag_die(DIAG_USAGE,
		    "%s: a key would go over http:// to another machine, for all to "
		    "read (--insecure-http lets it)",
		    p->shown);
}

static void open_endpoints(struct llm *m)
{
	struct place place = find_place(m);

	if (m->n_urls == 0)
		m->urls[m->n_urls++] = place.base;
	for (size_t i = 0; i < m->n_urls; i++)
		open_endpoint(m, &m->endpoints[i], m->urls[i], &place);
	m->config.endpoints = m->endpoints;
	m->config.n_endpoints = m->n_urls;
}

/* As many connections as calls in flight. */
static void allow_files(const struct llm *m)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)m->config.calls * 2 + FILES_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* ---- input */

/* How much there is, where all of it can be asked; else 0. */
static uint64_t size_of_input(char *const *operands)
{
	struct stat st;
	uint64_t sum = 0;

	if (!*operands)
		return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size
									    : 0;
	for (; *operands; operands++) {
		bool standard = strcmp(*operands, "-") == 0;

		if ((standard ? fstat(STDIN_FILENO, &st) : stat(*operands, &st)) < 0 ||
		    !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

static struct caller_place place_of(const struct llm *m)
{
	return (struct caller_place){m->filter.in.name, m->filter.in.line};
}

static void bad_line(struct llm *m, const struct line *l, const char *message)
{
	struct caller_place place = place_of(m);

	caller_reject(m->caller, l, "invalid_request_line", message, &place);
}

static void take_line(struct llm *m, struct slice text)
{
	struct caller_place place = place_of(m);
	struct line l = {0};
	struct err e;
	const struct json *root = json_parse(&m->filter.doc, text, &e);
	int status = root ? line_read(&l, root, &e) : -1;

	if (root && l.kind != LINE_REQUEST) {
		caller_pass(m->caller, text);
		m->tally.passed++;
	} else if (status < 0) {
		bad_line(m, &l, e.text);
	} else {
		caller_add(m->caller, &l, text, &place);
	}
}

static void count_line(struct llm *m, struct slice text)
{
	m->filter.lines++;
	m->taken++;
	m->bytes_taken += text.len + 1;
}

static void wait_for_input(struct llm *m)
{
	struct err e;

	/* Once only: while there is no room, lines at hand would wake for nothing. */
	if (!m->in_waits &&
	    events_watch(&m->events, m->filter.in.fd, EPOLLIN | EPOLLONESHOT, m->in_source, &e) ==
		0)
		m->in_waits = true;
}

static void input_ready(void *ctx, int fd, unsigned mask)
{
	struct llm *m = ctx;

	(void)fd;
	(void)mask;
	m->in_waits = false;
}

static void unreadable(struct llm *m, const char *why)
{
	say(m, "%s", why);
	m->filter.unreadable = true;
}

static void end_of_input(struct llm *m)
{
	m->reading = false;
	caller_last(m->caller);
}

/* After a signal only what is at hand already: a pipe may never end. */
static bool goes_on(const struct llm *m)
{
	return !m->signal || !caller_idle(m->caller) || m->bytes_all;
}

static void read_lines(struct llm *m)
{
	struct err e;
	struct slice text = {0};

	while (m->reading && !m->in_waits && caller_has_room(m->caller)) {
		if (!goes_on(m)) {
			end_of_input(m);
			return;
		}
		switch (ndjson_next(&m->filter.in, &text, &e)) {
		case NDJSON_LINE:
			count_line(m, text);
			take_line(m, text);
			break;
		case NDJSON_TOO_LONG:
			count_line(m, text);
			bad_line(m, &(struct line){0}, e.text);
			break;
		case NDJSON_UNREADABLE:
			unreadable(m, e.text);
			break;
		case NDJSON_WAIT:
			if (m->signal)
				end_of_input(m);
			else
				wait_for_input(m);
			break;
		case NDJSON_END:
		default:
			end_of_input(m);
		}
	}
}

/* ---- a dry run */

static void estimate(void *ctx, const struct json *root)
{
	struct llm *m = ctx;
	struct line l;
	struct err e;
	struct money_use use = {0};
	const struct json *url = json_get_type(root, "url", JSON_STRING), *model;
	const struct money_price *price = NULL;

	if (line_read(&l, root, &e) < 0 && l.kind == LINE_REQUEST) {
		filter_fail(&m->filter, "%s", e.text);
		return;
	}
	if (l.kind != LINE_REQUEST) {
		m->tally.passed++;
		return;
	}
	m->tally.done++;
	money_estimate(l.body, url ? slice_make(url->ptr, url->len) : slice_str(""), &use);
	m->unbounded += !use.bounded;
	m->estimate.in += use.in;
	m->estimate.out += use.out;
	buf_clear(&m->scratch);
	model = json_get_type(l.body, "model", JSON_STRING);
	if (m->config.prices)
		price = money_price(
		    m->config.prices, model ? json_text(model, &m->scratch) : slice_str(""));
	if (price)
		m->estimate_cost += money_cost(price, &use);
	else
		m->unpriced += m->config.prices != NULL;
}

static void bad_estimate(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static void release_settings(struct llm *m)
{
	money_prices_free(&m->prices);
	conf_free(&m->conf);
	key_free(&m->key);
	buf_free(&m->scratch);
}

static int dry_run(struct llm *m, char *const *operands)
{
	struct buf *b;

	filter_run(&m->filter, operands, estimate, bad_estimate, m);
	b = &m->filter.out.buf;
	jw_object(b);
	jw_member_int(b, "requests", (int64_t)m->tally.done);
	jw_member_int(b, "passed", (int64_t)m->tally.passed);
	jw_member_int(b, "tokens_in", m->estimate.in);
	jw_member_int(b, "tokens_out", m->estimate.out);
	jw_member_int(b, "without_output_limit", (int64_t)m->unbounded);
	if (m->config.prices) {
		jw_member_int(b, "without_price", (int64_t)m->unpriced);
		jw_name(b, "cost");
		jw_double(b, (double)m->estimate_cost / (double)MONEY_UNIT);
	}
	jw_object_end(b);
	filter_put(&m->filter);
	release_settings(m);
	return filter_end(&m->filter);
}

/* ---- signals */

static void catch_signals(struct llm *m, sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigprocmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
	m->signals = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (m->signals < 0)
		diag_die(DIAG_STOPPED, "cannot watch for signals: %s", strerror(errno));
}

/* First: what is in flight, and paid for, is finished. Then it is abandoned. Then all is. */
static void signalled(void *ctx, int fd, unsigned mask)
{
	struct llm *m = ctx;
	struct signalfd_siginfo info;

	(void)mask;
	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (!m->signal) {
			m->signal = (int)info.ssi_signo;
			m->in_waits = false;
			caller_stop(m->caller, CALLER_ASKED, "interrupted", "stopped by a signal");
			if (caller_flying(m->caller))
				say(m, "finishing %zu in flight; again to abandon them",
				    caller_flying(m->caller));
		} else if (!m->interrupted_twice) {
			m->interrupted_twice = true;
			caller_abandon(m->caller, "interrupted", "abandoned after a signal");
		} else {
			m->dead_at_once = true;
		}
	}
}

static _Noreturn void die_by(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	exit(DIAG_STOPPED);
}

/* ---- output */

static void output_ready(void *ctx, int fd, unsigned mask)
{
	struct llm *m = ctx;

	(void)fd;
	/* The reader is gone: seen before there is anything to write. */
	if (mask & EPOLLERR)
		m->out.failed = m->out.closed = true;
	m->out_waits = false;
}

static void watch_output(struct llm *m, bool full)
{
	struct err e;

	if (!m->out.own || m->out_waits == full)
		return;
	m->out_waits = full;
	events_watch(&m->events, m->out.fd, full ? EPOLLOUT : 0, m->out_source, &e);
}

static void flush(struct llm *m)
{
	struct err e;
	int status = m->out.failed ? -1 : outlet_flush(&m->out, &e);

	if (status < 0 && !m->out.closed)
		say(m, "standard output: %s", e.text);
	if (status >= 0)
		watch_output(m, status == 1);
}

/* ---- the run */

static void set_up(struct llm *m, char *const *operands)
{
	struct err e;
	sigset_t set;

	filter_begin(&m->filter);
	ndjson_in_init(&m->filter.in, operands, m->filter.max_line, NULL);
	m->filter.in.nowait = true;
	m->bytes_all = size_of_input(operands);
	outlet_init(&m->out, STDOUT_FILENO);
	catch_signals(m, &set);
	if (joblog_open(&m->joblog, m->joblog_path, &e) < 0 || events_init(&m->events, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (m->pace_path && paceshare_open(&m->share, m->pace_path, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	m->in_source = events_source(&m->events, input_ready, m);
	m->out_source = events_source(&m->events, output_ready, m);
	events_watch(&m->events, m->signals, EPOLLIN, events_source(&m->events, signalled, m), &e);
	if (m->out.own)
		events_watch(&m->events, m->out.fd, 0, m->out_source, &e);
	bar_init(&m->bar, clock_mono());
}

static void make_caller(struct llm *m)
{
	struct err e;
	struct caller_config *k = &m->config;

	pace_rate_init(&k->quota.rate, (int64_t)m->rpm, (int64_t)m->tpm, clock_mono());
	k->events = &m->events;
	k->out = &m->out;
	k->share = m->pace_path ? &m->share : NULL;
	if (getrandom(&k->seed, sizeof k->seed, GRND_NONBLOCK) < 0)
		k->seed = (uint64_t)clock_wall() ^ (uint64_t)getpid();
	k->attempted = m->verbose ? attempted : NULL;
	k->finished = finished;
	k->ctx = m;
	m->caller = caller_new(k, &e);
	if (!m->caller)
		diag_die(DIAG_STOPPED, "%s", e.text);
}

static void heed_halt(struct llm *m)
{
	const char *message;

	if (caller_stopped(m->caller, &message) != CALLER_GOING ||
	    !halt_due(&m->halt, m->tally.failed, m->tally.done))
		return;
	if (m->halt.now)
		caller_abandon(m->caller, "halted", "too many have failed (--halt)");
	else
		caller_stop(m->caller, CALLER_ASKED, "halted", "too many have failed (--halt)");
}

static int64_t deadline(const struct llm *m)
{
	int64_t at = caller_deadline(m->caller);

	return m->show_bar && m->bar.due < at ? m->bar.due : at;
}

static bool is_done(const struct llm *m)
{
	if (m->dead_at_once || m->out.failed)
		return true;
	return !m->reading && caller_idle(m->caller) && outlet_waiting(&m->out) == 0;
}

static void run(struct llm *m)
{
	struct err e;

	m->reading = true;
	for (;;) {
		read_lines(m);
		caller_turn(m->caller, clock_mono());
		heed_halt(m);
		flush(m);
		show_bar(m, clock_mono());
		if (is_done(m))
			return;
		if (m->reading && !m->in_waits && caller_has_room(m->caller))
			continue;
		if (events_wait(&m->events, deadline(m), clock_mono(), &e) < 0)
			diag_die(DIAG_STOPPED, "%s", e.text);
	}
}

/* ---- the end */

static void put_stats(struct llm *m)
{
	struct stats *s = &m->filter.stats;

	tally_put(&m->tally, s);
	stats_int(s, "unsent", caller_unsent(m->caller));
	stats_int(s, "bytes_in", m->filter.in.bytes);
	stats_int(s, "bytes_out", m->out.bytes);
}

/* Why the run stopped, and the status for that; -1: it did not. */
static int tell_why(struct llm *m)
{
	const char *message;
	enum caller_why why = caller_stopped(m->caller, &message);
	uint64_t unsent = caller_unsent(m->caller);

	if (caller_broken(m->caller)) {
		say(m, "%s", caller_broken(m->caller));
		return DIAG_STOPPED;
	}
	if (why == CALLER_GOING || m->signal)
		return -1;
	say(m, "stopped: %s; %llu %s not sent", message, (unsigned long long)unsent,
	    unsent == 1 ? "request was" : "requests were");
	if (why == CALLER_EXHAUSTED)
		return -1;
	return why == CALLER_UNBOUNDED ? DIAG_USAGE : DIAG_STOPPED;
}

static void release(struct llm *m)
{
	caller_free(m->caller);
	for (size_t i = 0; i < m->n_urls; i++)
		endpoint_free(&m->endpoints[i]);
	outlet_free(&m->out);
	ndjson_in_free(&m->filter.in);
	if (m->pace_path)
		paceshare_close(&m->share);
	events_free(&m->events);
	close(m->signals);
	release_settings(m);
}

static int end(struct llm *m)
{
	struct err e;
	int stopped = tell_why(m), status;
	bool failed = m->out.failed, closed = m->out.closed;

	clear_bar(m);
	put_stats(m);
	if (joblog_close(&m->joblog, &e) < 0) {
		say(m, "%s: %s", m->joblog_path, e.text);
		stopped = DIAG_STOPPED;
	}
	release(m);
	status = filter_end(&m->filter);
	if (m->signal)
		die_by(m->signal);
	if (closed)
		die_by(SIGPIPE);
	if (failed)
		return DIAG_STOPPED;
	return stopped >= 0 ? stopped : status;
}

int main(int argc, char **argv)
{
	struct llm *m = mem_array(1, sizeof *m);
	struct err e;
	int status;

	filter_init(&m->filter, argv[0], usage, help);
	read_options(m, argc, argv);
	if (conf_load(&m->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	load_prices(m);
	if (m->dry_run) {
		status = dry_run(m, argv + optind);
	} else {
		open_endpoints(m);
		allow_files(m);
		set_up(m, argv + optind);
		make_caller(m);
		run(m);
		status = end(m);
	}
	free(m);
	return status;
}
