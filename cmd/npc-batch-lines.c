/* npc-batch-lines: request lines into a batch service's lines, and its results back to them. */

#include <stdlib.h>

#include "diag.h"
#include "filter.h"
#include "jw.h"
#include "mem.h"
#include "misses.h"
#include "num.h"
#include "parcels.h"
#include "results.h"
#include "ticket.h"

static const char usage[] = "npc-batch-lines ask|join|take [OPTION...] [FILE...]";

static const char help[] =
    "  ask                   requests into files for the service, each asked once;\n"
    "                        says what is in them\n"
    "  join                  response lines for requests that have results\n"
    "  take                  a result for each line of such a file\n"
    "  -o, --output DIR      ask: where the files go (001.ndjson, ...)\n"
    "      --max-requests N  ask: lines of a file (50000)\n"
    "      --max-bytes SIZE  ask: bytes of a file (190M)\n"
    "  -r, --results FILE    what the service wrote; repeatable\n"
    "      --misses FILE     join: requests without a good answer, as they are\n"
    "      --answers FILE    take: the answers with status 200, once more\n"
    "      --code CODE       join, take: the error of what has no result (batch_missing)\n"
    "      --message TEXT    join, take: its message\n"
    "      --max-line SIZE   longest line that is read (16M)\n"
    "      --stats FILE      writes statistics as JSON when done\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { OPT_MAX_REQUESTS = 256, OPT_MAX_BYTES, OPT_MISSES, OPT_ANSWERS, OPT_CODE, OPT_MESSAGE };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"max-requests", required_argument, NULL, OPT_MAX_REQUESTS},
    {"max-bytes", required_argument, NULL, OPT_MAX_BYTES},
    {"results", required_argument, NULL, 'r'},
    {"misses", required_argument, NULL, OPT_MISSES},
    {"answers", required_argument, NULL, OPT_ANSWERS},
    {"code", required_argument, NULL, OPT_CODE},
    {"message", required_argument, NULL, OPT_MESSAGE},
    FILTER_LINE_OPTIONS,
    FILTER_OPTIONS,
    {NULL, 0, NULL, 0},
};

struct batch {
	struct filter filter;
	struct cachekey keys;
	struct results results;
	struct results asked; /* no lines, only tickets */
	struct parcels parcels;
	struct misses rest; /* --misses, --answers */
	const char *rest_path, *code, *message;
	struct buf text, scratch;
	uint64_t answered, refused, errors, missing;
};

/* ---- what is the same for all */

static void must(int status, const struct err *e)
{
	if (status < 0)
		diag_die(DIAG_STOPPED, "%s", e->text);
}

/* Told, answered, or passed on; false: it is a request that has a ticket. */
static bool is_other(
    struct batch *b, struct line *l, const struct json *root, struct address *ticket)
{
	struct err e;
	int status = line_read(l, root, &e);

	if (l->kind == LINE_REQUEST && status == 0)
		status = ticket_make(&b->keys, l, ticket, &e);
	if (l->kind == LINE_REQUEST && status == 0)
		return false;
	if (l->kind == LINE_REQUEST) {
		filter_fail(&b->filter, "invalid_request_line: %s", e.text);
		line_put_error(&b->filter.out.buf, l, "invalid_request_line", e.text);
	} else {
		jw_raw(&b->filter.out.buf, json_raw(root));
	}
	filter_put(&b->filter);
	return true;
}

static void bad_line(void *ctx, const char *message)
{
	struct batch *b = ctx;
	struct line nothing = {0};

	line_put_error(&b->filter.out.buf, &nothing, "invalid_request_line", message);
	filter_put(&b->filter);
}

static void told(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

/* ---- ask */

static struct slice text_of(const struct json *v, struct buf *scratch)
{
	return json_is(v, JSON_STRING) ? json_text(v, scratch) : slice_make("", 0);
}

static bool is_asked(struct batch *b, const struct address *ticket)
{
	const struct result *known = results_find(&b->results, ticket);
	const struct result new = {.ticket = *ticket};

	return (known && known->good) || !results_note(&b->asked, &new);
}

static void ask_line(void *ctx, const struct json *root)
{
	struct batch *b = ctx;
	struct address ticket;
	struct slice url, model;
	struct line l;
	struct err e;

	/* Those that are none are join's to answer. */
	if (line_read(&l, root, NULL) < 0 || l.kind != LINE_REQUEST ||
	    ticket_make(&b->keys, &l, &ticket, NULL) < 0 || is_asked(b, &ticket))
		return;
	buf_clear(&b->text);
	ticket_put(&b->text, &l, &ticket);
	buf_clear(&b->scratch);
	buf_room(&b->scratch, json_raw(root).len);
	url = text_of(json_get(root, "url"), &b->scratch);
	if (url.len == 0)
		url = slice_str("/v1/chat/completions");
	model = text_of(json_get(l.body, "model"), &b->scratch);
	must(parcels_put(&b->parcels, url, model, buf_all(&b->text), &e), &e);
}

static void ask(struct batch *b, char **operands)
{
	struct buf *out = &b->filter.out.buf;
	struct err e;

	if (!b->parcels.folder)
		filter_usage(&b->filter, "ask: -o DIR is needed");
	filter_run(&b->filter, operands, ask_line, told, b);
	must(parcels_close(&b->parcels, &e), &e);
	for (size_t i = 0; i < b->parcels.n; i++) {
		const struct parcel *one = &b->parcels.list[i];

		jw_object(out);
		jw_member_cstr(out, "file", one->name);
		jw_member_cstr(out, "url", one->url);
		jw_member_cstr(out, "model", one->model);
		jw_member_int(out, "requests", (int64_t)one->lines);
		jw_member_int(out, "bytes", (int64_t)one->bytes);
		jw_object_end(out);
		filter_put(&b->filter);
	}
}

/* ---- join, take */

static void put_member(struct buf *b, const char *name, const struct json *v)
{
	jw_name(b, name);
	if (v)
		jw_raw(b, json_raw(v));
	else
		jw_null(b);
}

/* The service's result as the request's response line. */
static void put_joined(struct batch *b, const struct line *l, const struct result *found)
{
	struct buf *out = &b->filter.out.buf;
	struct json_doc doc = {0};
	struct line r;

	/* It has been read before, so it is one. */
	line_read(&r, json_parse(&doc, found->text, NULL), NULL);
	buf_clear(&b->scratch);
	line_begin(out, l, text_of(json_get(r.root, "id"), &b->scratch));
	put_member(out, "response", r.response);
	put_member(out, "error", r.error);
	line_end(out, l, "batch");
	json_doc_free(&doc);
}

static void join_line(void *ctx, const struct json *root)
{
	struct batch *b = ctx;
	const struct result *found;
	struct address ticket;
	struct line l;

	if (is_other(b, &l, root, &ticket))
		return;
	found = results_find(&b->results, &ticket);
	if (b->rest_path && (!found || !found->good)) {
		misses_put(&b->rest, root, NULL);
		b->missing++;
		return;
	}
	b->answered += found && found->good;
	b->filter.failed += !found || !found->good;
	if (found)
		put_joined(b, &l, found);
	else
		line_put_error(&b->filter.out.buf, &l, b->code, b->message);
	filter_put(&b->filter);
}

static void count(struct batch *b, const struct result *found)
{
	struct json_doc doc = {0};

	if (!found)
		b->missing++;
	else if (found->good)
		b->answered++;
	else if (json_is(json_get(json_parse(&doc, found->text, NULL), "response"), JSON_OBJECT))
		b->refused++;
	else
		b->errors++;
	json_doc_free(&doc);
}

static void put_result(struct batch *b, const struct line *l, const struct result *found)
{
	struct buf *out = &b->filter.out.buf;

	if (found)
		jw_raw(out, slice_trim(found->text));
	else {
		line_begin(out, l, slice_str(""));
		line_failed(out, b->code, b->message);
		jw_object_end(out);
	}
	filter_put(&b->filter);
	if (!b->rest_path || !found || !found->good)
		return;
	jw_raw(&b->rest.out.buf, slice_trim(found->text));
	ndjson_end(&b->rest.out, NULL);
}

static void take_line(void *ctx, const struct json *root)
{
	struct batch *b = ctx;
	struct result *found;
	struct address ticket;
	struct line l;
	struct err e;

	if (line_read(&l, root, &e) < 0 || l.kind != LINE_REQUEST) {
		filter_fail(&b->filter, "not a batch's line");
		return;
	}
	if (!address_parse(&ticket, slice_make(l.custom_id->ptr, l.custom_id->len))) {
		filter_fail(&b->filter, "its custom_id is no ticket");
		return;
	}
	found = results_find(&b->results, &ticket);
	if (found)
		found->taken = true;
	count(b, found);
	put_result(b, &l, found);
}

static void both(struct batch *b, char **operands, bool join)
{
	uint64_t strangers = 0;
	struct err e;

	must(misses_open(&b->rest, b->rest_path, &e), &e);
	filter_run(&b->filter, operands, join ? join_line : take_line, join ? bad_line : told, b);
	must(misses_close(&b->rest, &e), &e);
	for (size_t i = 0; !join && i < b->results.n; i++)
		strangers += !b->results.list[i].taken;
	stats_int(&b->filter.stats, "lines", b->filter.lines);
	stats_int(&b->filter.stats, "answered", b->answered);
	stats_int(&b->filter.stats, "missing", b->missing);
	if (join)
		return;
	stats_int(&b->filter.stats, "refused", b->refused);
	stats_int(&b->filter.stats, "errors", b->errors);
	stats_int(&b->filter.stats, "twice", b->results.twice);
	stats_int(&b->filter.stats, "strangers", strangers + b->results.strange);
}

/* ---- the command line */

static void option(struct batch *b, int c)
{
	struct err e;
	int status = 0;

	switch (c) {
	case 'o':
		b->parcels.folder = optarg;
		break;
	case 'r':
		must(results_add(&b->results, optarg, &e), &e);
		break;
	case OPT_MAX_REQUESTS:
		status = num_uint(slice_str(optarg), 1, UINT64_MAX, &b->parcels.max_lines, &e);
		break;
	case OPT_MAX_BYTES:
		status = num_size(slice_str(optarg), &b->parcels.max_bytes, &e);
		break;
	case OPT_MISSES:
	case OPT_ANSWERS:
		b->rest_path = optarg;
		break;
	case OPT_CODE:
		b->code = optarg;
		break;
	case OPT_MESSAGE:
		b->message = optarg;
		break;
	default:
		filter_option(&b->filter, c, optarg);
	}
	if (status < 0)
		filter_usage(&b->filter, "--%s: %s", filter_option_name(options, c), e.text);
}

static void release(struct batch *b)
{
	cachekey_free(&b->keys);
	results_free(&b->results);
	results_free(&b->asked);
	parcels_free(&b->parcels);
	buf_free(&b->text);
	buf_free(&b->scratch);
}

int main(int argc, char **argv)
{
	struct batch b = {
	    .parcels = {.max_lines = 50000, .max_bytes = (uint64_t)190 << 20},
	    .code = "batch_missing",
	    .message = "the service has no result for it",
	};
	bool named = argc > 1 && argv[1][0] != '-';
	const char *command = named ? argv[1] : "";
	int c, status;

	filter_init(&b.filter, argv[0], usage, help);
	/* Messages about options begin with the program's name. */
	if (named)
		argv[1] = argv[0];
	while ((c = getopt_long(
		    argc - named, argv + named, "o:r:" FILTER_LETTERS, options, NULL)) != -1)
		option(&b, c);
	argv += named + optind;
	if (strcmp(command, "ask") == 0)
		ask(&b, argv);
	else if (strcmp(command, "join") == 0 || strcmp(command, "take") == 0)
		both(&b, argv, *command == 'j');
	else
		filter_usage(&b.filter, named ? "'%s' is no command" : "which command?", command);
	release(&b);
	status = filter_end(&b.filter);
	return status;
}
