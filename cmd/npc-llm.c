/* npc-llm: request lines in, response lines out: a model is called for each, many at a time. */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bar.h"
#include "caller.h"
#include "clock.h"
#include "conf.h"
#include "diag.h"
#include "estimate.h"
#include "filter.h"
#include "halt.h"
#include "intake.h"
#include "joblog.h"
#include "mem.h"
#include "servers.h"
#include "signals.h"
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

enum { PACE = 0x100, DRY_RUN, HALT, BAR, NO_BAR, JOBLOG, CALLER, SERVERS = CALLER + 32 };

/* Those of the caller and of the servers go to them by their names. */
/* clang-format off */
static const struct option options[] = {
	{"jobs", required_argument, NULL, 'j'},
	{"keep-order", no_argument, NULL, 'k'},
	{"rpm", required_argument, NULL, CALLER},
	{"tpm", required_argument, NULL, CALLER + 1},
	{"retries", required_argument, NULL, CALLER + 2},
	{"max-wait", required_argument, NULL, CALLER + 3},
	{"connect-timeout", required_argument, NULL, CALLER + 4},
	{"timeout", required_argument, NULL, CALLER + 5},
	{"stall", required_argument, NULL, CALLER + 6},
	{"stream", no_argument, NULL, CALLER + 7},
	{"price", required_argument, NULL, CALLER + 8},
	{"prices", required_argument, NULL, CALLER + 9},
	{"max-cost", required_argument, NULL, CALLER + 10},
	{"token-budget", required_argument, NULL, CALLER + 11},
	{"max-response", required_argument, NULL, CALLER + 12},
	{"cacert", required_argument, NULL, CALLER + 13},
	{"http2", no_argument, NULL, CALLER + 14},
	{"url", required_argument, NULL, 'u'},
	{"header", required_argument, NULL, 'H'},
	{"auth", required_argument, NULL, SERVERS},
	{"insecure-http", no_argument, NULL, SERVERS + 1},
	{"pace", required_argument, NULL, PACE},
	{"dry-run", no_argument, NULL, DRY_RUN},
	{"halt", required_argument, NULL, HALT},
	{"bar", no_argument, NULL, BAR},
	{"no-bar", no_argument, NULL, NO_BAR},
	{"verbose", no_argument, NULL, 'v'},
	{"joblog", required_argument, NULL, JOBLOG},
	FILTER_LINE_OPTIONS,
	FILTER_OPTIONS,
	{0}};
/* clang-format on */

/* Open files beside the connections. */
enum { FILES_BESIDE = 64 };

#define SECOND INT64_C(1000000000)

struct llm {
	struct filter filter;
	struct conf conf;
	struct caller_config config;
	struct servers servers;
	const char *pace_path, *joblog_path;
	bool dry_run, verbose, show_bar, no_bar, bar_shown;
	bool terminal; /* standard error is one */
	struct halt halt;

	struct events events;
	struct intake intake;
	struct outlet out;
	struct signals signals;
	bool dead_at_once;
	struct caller *caller;
	struct paceshare share;
	struct joblog joblog;
	struct tally tally;
	struct bar bar;
	struct estimate estimate; /* of a dry run */
	struct buf scratch;
};

/* ---- what is said */

static void clear_bar(struct llm *m)
{
	if (m->bar_shown && m->terminal)
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
	double done = (double)(m->tally.done + m->tally.passed);

	return m->intake.lines ? done / (double)m->intake.lines * intake_part(&m->intake) : 0;
}

static void show_bar(struct llm *m, int64_t now)
{
	struct bar_state s = {.done = m->tally.done,
	    .failed = m->tally.failed,
	    .flying = caller_flying(m->caller),
	    .tokens = money_tokens(&m->tally.used),
	    .money = m->tally.cost,
	    .priced = m->config.prices.len > 0,
	    .part = part_done(m)};

	if (!m->show_bar || now < m->bar.due)
		return;
	buf_clear(&m->scratch);
	buf_str(&m->scratch, m->terminal ? "\r" : "");
	bar_put(&m->bar, &m->scratch, &s, now);
	buf_str(&m->scratch, m->terminal ? "\033[K" : "\n");
	fputs(buf_cstr(&m->scratch), stderr);
	m->bar_shown = true;
	if (!m->terminal)
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
	const struct caller_place *p = r->place;
	const char *colon = r->custom_id.len ? ": " : "";

	if (!r->sent && !r->message)
		return;
	if (r->code)
		say(m, "%s:%lu: %.*s%s%s: %s", p->name, p->line, SLICE_FMT(r->custom_id), colon,
		    r->code, r->message);
	else
		say(m, "%s:%lu: %.*s%sthe server answered %d%s%s", p->name, p->line,
		    SLICE_FMT(r->custom_id), colon, r->status, r->message ? ": " : "",
		    r->message ? r->message : "");
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

static bool own_option(struct llm *m, int c)
{
	struct err e;

	switch (c) {
	case 'v':
		m->verbose = true;
		return true;
	case DRY_RUN:
		m->dry_run = true;
		return true;
	case BAR:
	case NO_BAR:
		m->show_bar = c == BAR;
		m->no_bar = c == NO_BAR;
		return true;
	case JOBLOG:
		m->joblog_path = optarg;
		return true;
	case PACE:
		m->pace_path = optarg;
		return true;
	case HALT:
		if (halt_parse(&m->halt, slice_str(optarg), &e) < 0)
			filter_usage(&m->filter, "--halt: %s", e.text);
		return true;
	default:
		return false;
	}
}

static void one_option(struct llm *m, int c)
{
	const char *name = filter_option_name(options, c);
	struct err e;
	int taken;

	if (own_option(m, c))
		return;
	taken = caller_option(&m->config, name, optarg, &e);
	if (taken == 0)
		taken = servers_option(&m->servers, name, optarg, &e);
	if (taken < 0)
		filter_usage(&m->filter, "--%s: %s", name, e.text);
	if (taken == 0)
		filter_option(&m->filter, c, optarg);
}

static void read_options(struct llm *m, int argc, char **argv)
{
	int c;

	caller_defaults(&m->config);
	while ((c = getopt_long(argc, argv, "j:ku:H:v" FILTER_LETTERS, options, NULL)) != -1)
		one_option(m, c);
	if (m->config.quota.money.limited && m->config.prices.len == 0)
		filter_usage(&m->filter, "--max-cost needs --price or --prices");
	m->terminal = isatty(STDERR_FILENO);
	m->show_bar |= !m->no_bar && m->terminal;
}

/* ---- a dry run */

static void estimate(void *ctx, const struct json *root)
{
	struct llm *m = ctx;
	struct line l;
	struct err e;

	if (line_read(&l, root, &e) < 0 && l.kind == LINE_REQUEST)
		filter_fail(&m->filter, "%s", e.text);
	else
		estimate_add(&m->estimate, &l, &m->config.prices);
}

static void bad_estimate(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static void dry_run(struct llm *m, char *const *operands)
{
	filter_run(&m->filter, operands, estimate, bad_estimate, m);
	estimate_put(&m->estimate, &m->filter.out.buf, &m->config.prices);
	filter_put(&m->filter);
}

/* ---- input */

static bool has_room(void *ctx)
{
	const struct llm *m = ctx;

	return caller_has_room(m->caller);
}

static struct caller_place place_of(const struct llm *m)
{
	return (struct caller_place){m->intake.in.name, m->intake.in.line};
}

static void bad_line(struct llm *m, const struct line *l, const char *message)
{
	struct caller_place place = place_of(m);

	caller_reject(m->caller, l, "invalid_request_line", message, &place);
}

static void take_line(void *ctx, struct slice text)
{
	struct llm *m = ctx;
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

static void too_long(void *ctx, const char *message)
{
	bad_line(ctx, &(struct line){0}, message);
}

static void unreadable(void *ctx, const char *message)
{
	struct llm *m = ctx;

	say(m, "%s", message);
	m->filter.unreadable = true;
}

static void read_lines(struct llm *m)
{
	intake_read(&m->intake);
	if (m->intake.ended)
		caller_last(m->caller);
}

/* ---- signals */

/* First: what is in flight, and paid for, is finished. Then it is abandoned. Then all is. */
static void signalled(void *ctx)
{
	struct llm *m = ctx;

	switch (m->signals.n) {
	case 1:
		intake_stop(&m->intake);
		caller_stop(m->caller, CALLER_ASKED, "interrupted", "stopped by a signal");
		if (caller_flying(m->caller))
			say(m, "finishing %zu in flight; again to abandon them",
			    caller_flying(m->caller));
		break;
	case 2:
		caller_abandon(m->caller, "interrupted", "abandoned after a signal");
		break;
	default:
		m->dead_at_once = true;
	}
}

/* ---- output */

static void flush(struct llm *m)
{
	struct err e;

	if (outlet_flush(&m->out, &e) < 0 && !m->out.closed)
		say(m, "standard output: %s", e.text);
}

/* ---- the run */

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

static void make_caller(struct llm *m)
{
	struct caller_config *k = &m->config;
	struct err e;

	k->endpoints = m->servers.endpoints;
	k->n_endpoints = m->servers.n;
	k->secret = servers_secret(&m->servers);
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

static void set_up(struct llm *m, char *const *operands)
{
	struct intake_reader reader = {has_room, take_line, too_long, unreadable, m};
	struct err e;

	if (servers_open(&m->servers, &m->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	filter_begin(&m->filter);
	allow_files(m);
	outlet_init(&m->out, STDOUT_FILENO);
	if (events_init(&m->events, &e) < 0 || outlet_watch(&m->out, &m->events, &e) < 0 ||
	    signals_init(&m->signals, &m->events, signalled, m, &e) < 0 ||
	    joblog_open(&m->joblog, m->joblog_path, &e) < 0 ||
	    (m->pace_path && paceshare_open(&m->share, m->pace_path, &e) < 0))
		diag_die(DIAG_STOPPED, "%s", e.text);
	intake_init(&m->intake, operands, m->filter.max_line, &m->events, &reader);
	bar_init(&m->bar, clock_mono());
	make_caller(m);
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

	/* Signals are heard while there is input, too. */
	if (intake_more(&m->intake))
		return 0;
	return m->show_bar && m->bar.due < at ? m->bar.due : at;
}

static bool is_done(const struct llm *m)
{
	if (m->dead_at_once || m->out.failed)
		return true;
	return m->intake.ended && caller_idle(m->caller) && outlet_waiting(&m->out) == 0;
}

static void run(struct llm *m)
{
	struct err e;

	for (;;) {
		read_lines(m);
		caller_turn(m->caller, clock_mono());
		heed_halt(m);
		flush(m);
		show_bar(m, clock_mono());
		if (is_done(m))
			return;
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
	stats_int(s, "bytes_in", m->intake.in.bytes);
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
	if (why == CALLER_GOING || m->signals.first)
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
	outlet_free(&m->out);
	intake_free(&m->intake);
	if (m->pace_path)
		paceshare_close(&m->share);
	signals_free(&m->signals);
	events_free(&m->events);
}

static int end(struct llm *m)
{
	struct err e;
	int stopped = tell_why(m);

	clear_bar(m);
	put_stats(m);
	if (joblog_close(&m->joblog, &e) < 0) {
		say(m, "%s: %s", m->joblog_path, e.text);
		stopped = DIAG_STOPPED;
	}
	if (m->out.failed)
		stopped = DIAG_STOPPED;
	release(m);
	return stopped;
}

static void free_settings(struct llm *m)
{
	servers_free(&m->servers);
	money_prices_free(&m->config.prices);
	conf_free(&m->conf);
	buf_free(&m->scratch);
}

int main(int argc, char **argv)
{
	struct llm *m = mem_array(1, sizeof *m);
	struct err e;
	int stopped = -1, status, sig = 0;

	filter_init(&m->filter, argv[0], usage, help);
	read_options(m, argc, argv);
	if (conf_load(&m->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	if (m->dry_run) {
		dry_run(m, argv + optind);
	} else {
		set_up(m, argv + optind);
		run(m);
		sig = m->signals.first ? m->signals.first : m->out.closed ? SIGPIPE : 0;
		stopped = end(m);
	}
	free_settings(m);
	status = filter_end(&m->filter);
	free(m);
	if (sig)
		diag_die_by(sig);
	return stopped >= 0 ? stopped : status;
}
