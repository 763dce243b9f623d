#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "diag.h"
#include "fs.h"
#include "num.h"

enum {
	OPT_ADMIT = 256,
	OPT_AUTH,
	OPT_BATCH_END,
	OPT_BATCH_FAULT,
	OPT_BATCH_ODD,
	OPT_BATCH_SHUFFLE,
	OPT_CHAOS,
	OPT_CONTENT,
	OPT_CUT_UPLOAD,
	OPT_DIGEST,
	OPT_DIM,
	OPT_EXIT_WITH_PARENT,
	OPT_FAULT,
	OPT_GAP,
	OPT_GRACE,
	OPT_HEADER,
	OPT_HELP,
	OPT_HINT,
	OPT_HINT_WAIT,
	OPT_LATENCY,
	OPT_LOG,
	OPT_LOG_HEADERS,
	OPT_LONG_SIZE,
	OPT_PORT,
	OPT_PORT_FILE,
	OPT_REDIRECT_TO,
	OPT_REFUSE_FOR,
	OPT_REQUIRE_KEY,
	OPT_RULES,
	OPT_SEED
};

static const struct option long_options[] = {
    {"admit", required_argument, NULL, OPT_ADMIT},
    {"auth", required_argument, NULL, OPT_AUTH},
    {"batch-end", required_argument, NULL, OPT_BATCH_END},
    {"batch-fault", required_argument, NULL, OPT_BATCH_FAULT},
    {"batch-odd", no_argument, NULL, OPT_BATCH_ODD},
    {"batch-shuffle", no_argument, NULL, OPT_BATCH_SHUFFLE},
    {"chaos", required_argument, NULL, OPT_CHAOS},
    {"content", required_argument, NULL, OPT_CONTENT},
    {"cut-upload", required_argument, NULL, OPT_CUT_UPLOAD},
    {"digest", no_argument, NULL, OPT_DIGEST},
    {"dim", required_argument, NULL, OPT_DIM},
    {"exit-with-parent", no_argument, NULL, OPT_EXIT_WITH_PARENT},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"gap", required_argument, NULL, OPT_GAP},
    {"grace", required_argument, NULL, OPT_GRACE},
    {"header", required_argument, NULL, OPT_HEADER},
    {"help", no_argument, NULL, OPT_HELP},
    {"hint", required_argument, NULL, OPT_HINT},
    {"hint-wait", required_argument, NULL, OPT_HINT_WAIT},
    {"latency", required_argument, NULL, OPT_LATENCY},
    {"log", required_argument, NULL, OPT_LOG},
    {"log-headers", no_argument, NULL, OPT_LOG_HEADERS},
    {"long-size", required_argument, NULL, OPT_LONG_SIZE},
    {"port", required_argument, NULL, OPT_PORT},
    {"port-file", required_argument, NULL, OPT_PORT_FILE},
    {"redirect-to", required_argument, NULL, OPT_REDIRECT_TO},
    {"refuse-for", required_argument, NULL, OPT_REFUSE_FOR},
    {"require-key", required_argument, NULL, OPT_REQUIRE_KEY},
    {"rules", required_argument, NULL, OPT_RULES},
    {"seed", required_argument, NULL, OPT_SEED},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: server [OPTION]...\n"
    "       server --digest <REQUEST-LINES\n"
    "An endpoint of the OpenAI kind on 127.0.0.1 that misbehaves on demand, until SIGTERM.\n"
    "  --port-file FILE       where its URL is written once it listens\n"
    "  --port N               not any free port but this one\n"
    "  --exit-with-parent     ends when its parent does\n"
    "  --latency TIME         before an answer: 200ms, 50ms-2s (log-uniform), uniform:50ms-2s\n"
    "  --admit RATE/UNIT,BURST  UNIT is s, min or h; beyond it 429 at once\n"
    "  --hint SPELLING        retry-after, retry-after-date, retry-after-ms, x-ratelimit-ms,\n"
    "                         x-ratelimit-go, x-ratelimit-rfc3339, x-ratelimit-seconds, none\n"
    "  --hint-wait WHAT       next (token), full (bucket), or a time\n"
    "  --grace TIME           within which others may not know of a hint yet (20ms)\n"
    "  --fault NAME[=RATE]    repeated; the first that is drawn counts\n"
    "  --chaos RATE           that much in all, of every fault that may be outlived\n"
    "  --gap TIME             between a stream's events (0) and a trickle's bytes (1ms)\n"
    "  --refuse-for TIME      how long a refusal lasts (500ms)\n"
    "  --redirect-to URL      --long-size SIZE (16M)\n"
    "  --require-key KEY      --auth bearer|api-key|any\n"
    "  --content FILE         what is answered instead of {\"digest\",\"id\"}\n"
    "  --rules FILE           lines of {\"match\",\"content\",\"fault\",\"finish\"}\n"
    "  --batch-end STATE      what becomes of batches: completed, expired, failed\n"
    "  --batch-fault OP=NAME,...  to upload, files, file, content, create, list, poll, cancel\n"
    "  --batch-shuffle        results in any order; --batch-odd: one twice, one nobody's, one "
    "lost\n"
    "  --cut-upload SIZE,N    N requests are cut off when so much of them has come\n"
    "  --header 'NAME: TEXT'  on every answer, repeated\n"
    "  --dim N                numbers in an embedding (8)\n"
    "  --seed N               of all that is drawn (1)\n"
    "  --log FILE             a line of NDJSON for each request; --log-headers: with headers\n"
    "GET /stats tells counts, POST /stats/reset begins them anew; neither is counted.\n"
    "A request steers its own answer: x_fault (a name, or a list), x_latency, x_hint,\n"
    "x_hint_wait, x_content, x_reasoning, x_tool, x_finish, x_usage, x_id in the body;\n"
    "/fault/NAME,NAME/, /latency/TIME/, /hint/SPELLING/ before the path.\n"
    "Faults:\n";

static _Noreturn void show_help(void)
{
	struct buf b = {0};
	struct err e;

	buf_str(&b, help);
	fault_list(&b);
	if (fs_write(STDOUT_FILENO, b.ptr, b.len, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	exit(DIAG_OK);
}

int options_wait(struct slice text, int64_t *wait, struct err *e)
{
	if (slice_is(text, "next"))
		*wait = OPTIONS_WAIT_NEXT;
	else if (slice_is(text, "full"))
		*wait = OPTIONS_WAIT_FULL;
	else
		return num_duration(text, wait, e);
	return 0;
}

static int parse_auth(struct options *o, struct slice text, struct err *e)
{
	static const char *const names[] = {"any", "bearer", "api-key"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_is(text, names[i])) {
			o->auth = (enum options_auth)i;
			return 0;
		}
	return err_set(e, "'%.*s' is not any, bearer or api-key", SLICE_FMT(text));
}

static int time_option(struct options *o, int opt, struct slice arg, struct err *e)
{
	switch (opt) {
	case OPT_LATENCY:
		return delay_parse(arg, &o->latency, e);
	case OPT_GAP:
		return num_duration(arg, &o->spoil.gap, e);
	case OPT_GRACE:
		return num_duration(arg, &o->grace, e);
	case OPT_HINT_WAIT:
		return options_wait(arg, &o->hint_wait, e);
	default:
		return num_duration(arg, &o->refuse_for, e);
	}
}

static int parse_cut(struct options *o, const char *text, struct err *e)
{
	struct slice rest = slice_str(text), size = slice_split(&rest, ',');

	if (num_size(size, &o->cut_at, e) < 0)
		return -1;
	return num_uint(rest.ptr ? rest : slice_str("1"), 1, 1000, &o->cuts, e);
}

static int value_option(struct options *o, int opt, const char *text, struct err *e)
{
	struct slice arg = slice_str(text);

	switch (opt) {
	case OPT_ADMIT:
		return admit_parse(&o->admit, text, e);
	case OPT_AUTH:
		return parse_auth(o, arg, e);
	case OPT_BATCH_END:
		return batches_end(arg, &o->service.batches.end, e);
	case OPT_BATCH_FAULT:
		return service_fault_option(&o->service, text, e);
	case OPT_CHAOS:
		return fault_rates_chaos(&o->faults, text, e);
	case OPT_CONTENT:
		return fs_slurp(text, BUF_MAX, &o->content, e);
	case OPT_CUT_UPLOAD:
		return parse_cut(o, text, e);
	case OPT_DIM:
		return num_uint(arg, 1, 100000, &o->dim, e);
	case OPT_FAULT:
		return fault_rates_add(&o->faults, text, e);
	case OPT_HINT:
		return admit_spelling(arg, &o->hint, e);
	case OPT_LONG_SIZE:
		return num_size(arg, &o->spoil.long_size, e);
	case OPT_PORT:
		return num_uint(arg, 0, 65535, &o->port, e);
	case OPT_RULES:
		return rules_read(&o->rules, text, e);
	case OPT_SEED:
		return num_uint(arg, 0, UINT64_MAX, &o->seed, e);
	default:
		return time_option(o, opt, arg, e);
	}
}

/* False when the option is none of these. */
static bool plain_option(struct options *o, int opt, char *text)
{
	switch (opt) {
	case OPT_BATCH_ODD:
		o->service.batches.odd = true;
		return true;
	case OPT_BATCH_SHUFFLE:
		o->service.batches.shuffled = true;
		return true;
	case OPT_DIGEST:
		o->digest = true;
		return true;
	case OPT_EXIT_WITH_PARENT:
		o->exit_with_parent = true;
		return true;
	case OPT_HEADER:
		buf_fmt(&o->headers, "%s\r\n", text);
		return true;
	case OPT_LOG:
		o->log = text;
		return true;
	case OPT_LOG_HEADERS:
		o->log_headers = true;
		return true;
	case OPT_PORT_FILE:
		o->port_file = text;
		return true;
	case OPT_REDIRECT_TO:
		o->spoil.redirect_to = text;
		return true;
	case OPT_REQUIRE_KEY:
		o->key = text;
		return true;
	default:
		return false;
	}
}

void options_read(struct options *o, int argc, char **argv)
{
	struct err e;
	int opt, at;

	*o = (struct options){
	    .hint = ADMIT_RETRY_AFTER,
	    .hint_wait = OPTIONS_WAIT_USUAL,
	    .grace = 20000000,
	    .refuse_for = 500000000,
	    .dim = 8,
	    .service.batches.end = BATCH_COMPLETED,
	    .seed = 1,
	    .spoil = {"http://127.0.0.1:1/elsewhere", 16 << 20, -1},
	};
	while ((opt = getopt_long(argc, argv, "", long_options, &at)) != -1) {
		if (opt == OPT_HELP)
			show_help();
		if (opt == '?')
			diag_die(DIAG_USAGE, "see --help");
		if (!plain_option(o, opt, optarg) && value_option(o, opt, optarg, &e) < 0)
			diag_die(DIAG_USAGE, "--%s: %s", long_options[at].name, e.text);
	}
	if (argv[optind])
		diag_die(DIAG_USAGE, "%s: no operands are wanted", argv[optind]);
}

void options_free(struct options *o)
{
	free(o->faults.list);
	rules_free(&o->rules);
	buf_free(&o->content);
	buf_free(&o->headers);
}
