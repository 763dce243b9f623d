#include "faults.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "num.h"

struct row {
	const char *name;
	enum fault_kind kind;
	int status;
	bool final; /* no use to try again, so not among the chaos */
	const char *what;
};

static const struct row rows[] = {
    {"ok", FAULT_NONE, 0, true, "no fault"},
    {"408", FAULT_STATUS, 408, false, "any status will do, with an error object"},
    {"409", FAULT_STATUS, 409, false, ""},
    {"429", FAULT_STATUS, 429, false, "with the hint that --hint says"},
    {"500", FAULT_STATUS, 500, false, ""},
    {"503", FAULT_STATUS, 503, false, "with the hint that --hint says"},
    {"insufficient_quota", FAULT_QUOTA, 429, true, "429 that will never end"},
    {"invalid_key", FAULT_KEY, 401, true, "401"},
    {"bad_request", FAULT_REQUEST, 400, true, "400"},
    {"html", FAULT_HTML, 502, false, "502 with a page"},
    {"html-404", FAULT_HTML, 404, true, "404 with a page"},
    {"html-200", FAULT_HTML, 200, false, "200 with a page"},
    {"redirect", FAULT_REDIRECT, 302, true, "302 to --redirect-to"},
    {"redirect-307", FAULT_REDIRECT, 307, true, "307 to --redirect-to"},
    {"empty-200", FAULT_EMPTY, 200, false, "200 without a body"},
    {"non-json-200", FAULT_NOT_JSON, 200, false, "200 with words"},
    {"truncated-json-200", FAULT_HALF_JSON, 200, false, "half of the JSON, whole as a transfer"},
    {"bad-utf8", FAULT_BAD_UTF8, 200, false, "bytes that are no UTF-8 in the content"},
    {"no-choices", FAULT_NO_CHOICES, 200, false, "JSON without what an answer must have"},
    {"null-content", FAULT_NULL_CONTENT, 200, true, "content is null"},
    {"error-200", FAULT_ERROR_200, 200, false, "an error object with status 200"},
    {"long-body", FAULT_LONG, 200, false, "a good answer of --long-size"},
    {"gzip", FAULT_GZIP, 200, true, "a good answer, encoded"},
    {"br", FAULT_BR, 200, true, "a good answer, encoded"},
    {"zstd", FAULT_ZSTD, 200, true, "a good answer, encoded"},
    {"bad-gzip", FAULT_BAD_GZIP, 200, false, "says gzip and is none"},
    {"bomb", FAULT_BOMB, 200, false, "64 MiB of blanks in a little gzip"},
    {"chunked", FAULT_CHUNKED, 200, true, "a good answer in small chunks"},
    {"no-length", FAULT_NO_LENGTH, 200, true, "a good answer that ends with the connection"},
    {"close", FAULT_CLOSE, 200, true, "a good answer with Connection: close"},
    {"drop", FAULT_DROP, 200, false, "a good answer, then the connection is closed unannounced"},
    {"interim", FAULT_INTERIM, 200, true, "103 before the good answer"},
    {"big-headers", FAULT_BIG_HEADERS, 200, true, "64 KiB of headers"},
    {"trickle", FAULT_TRICKLE, 200, false, "a byte every --gap"},
    {"reset", FAULT_RESET, 200, false, "RST in the middle of the body"},
    {"reset-at-once", FAULT_RESET_AT_ONCE, 0, false, "RST and no byte"},
    {"close-at-once", FAULT_CLOSE_AT_ONCE, 0, false, "closed without a byte"},
    {"cut-headers", FAULT_CUT_HEADERS, 200, false, "closed inside the headers"},
    {"cut-body", FAULT_CUT_BODY, 200, false, "closed before Content-Length is reached"},
    {"wrong-length", FAULT_WRONG_LENGTH, 200, false, "Content-Length is ten too small"},
    {"garbage", FAULT_GARBAGE, 0, false, "not HTTP"},
    {"too-large", FAULT_ENDLESS, 200, false, "a body without end"},
    {"stall", FAULT_STALL, 200, false, "nothing more after half of the body"},
    {"hang", FAULT_HANG, 0, false, "no byte, ever"},
    {"refuse", FAULT_REFUSE, 0, false, "closed, and no connection accepted for --refuse-for"},
    {"stream-cut", FAULT_STREAM_CUT, 200, false, "ends without finish_reason"},
    {"stream-error", FAULT_STREAM_ERROR, 200, false, "an error object in the middle"},
    {"stream-stall", FAULT_STREAM_STALL, 200, false, "nothing more after the first half"},
    {"stream-garbage", FAULT_STREAM_GARBAGE, 200, false, "an event that is no JSON"},
    {"stream-no-done", FAULT_STREAM_NO_DONE, 200, true, "good, without [DONE]"},
    {"stream-crlf", FAULT_STREAM_CRLF, 200, true, "good, lines end with CRLF"},
    {"stream-cr", FAULT_STREAM_CR, 200, true, "good, lines end with CR"},
    {"stream-comments", FAULT_STREAM_COMMENTS, 200, true,
	"good, comments and other fields between"},
    {"stream-odd", FAULT_STREAM_ODD, 200, true, "good, sent in odd pieces"},
    {"stream-lines", FAULT_STREAM_LINES, 200, true, "good, an event's data on several lines"},
};

static const size_t n_rows = sizeof rows / sizeof rows[0];

static struct fault make(const struct row *row)
{
	struct fault f = {.kind = row->kind, .status = row->status};

	snprintf(f.name, sizeof f.name, "%s", row->name);
	return f;
}

int fault_find(struct slice name, struct fault *f, struct err *e)
{
	uint64_t status;

	for (size_t i = 0; i < n_rows; i++)
		if (slice_is(name, rows[i].name)) {
			*f = make(&rows[i]);
			return 0;
		}
	if (name.len != 3 || num_uint(name, 200, 599, &status, NULL) < 0)
		return err_set(e, "'%.*s' is no fault", SLICE_FMT(name));
	*f = (struct fault){.kind = FAULT_STATUS, .status = (int)status};
	snprintf(f->name, sizeof f->name, "%d", f->status);
	return 0;
}

static int parse_rate(const char *text, double *rate, struct err *e)
{
	char *end;

	*rate = strtod(text, &end);
	if (end == text || *end || !(*rate >= 0 && *rate <= 1))
		return err_set(e, "'%s' is not a rate from 0 to 1", text);
	return 0;
}

static void add(struct fault_rates *r, struct fault f, double rate)
{
	r->list = mem_more(r->list, r->n, &r->cap, sizeof r->list[0]);
	r->list[r->n].fault = f;
	r->list[r->n++].rate = rate;
}

int fault_rates_add(struct fault_rates *r, const char *text, struct err *e)
{
	struct slice rest = slice_str(text), name = slice_split(&rest, '=');
	struct fault f;
	double rate = 1;

	if (fault_find(name, &f, e) < 0 || (rest.ptr && parse_rate(rest.ptr, &rate, e) < 0))
		return -1;
	add(r, f, rate);
	return 0;
}

int fault_rates_chaos(struct fault_rates *r, const char *text, struct err *e)
{
	size_t n = 0;
	double rate;

	if (parse_rate(text, &rate, e) < 0)
		return -1;
	for (size_t i = 0; i < n_rows; i++)
		n += !rows[i].final;
	for (size_t i = 0; i < n_rows; i++)
		if (!rows[i].final)
			add(r, make(&rows[i]), rate / (double)n);
	return 0;
}

struct fault fault_draw(const struct fault_rates *r, struct rng *rng)
{
	double at = r->n ? rng_unit(rng) : 0;

	for (size_t i = 0; i < r->n; i++) {
		if (at < r->list[i].rate)
			return r->list[i].fault;
		at -= r->list[i].rate;
	}
	return (struct fault){0};
}

bool fault_is_stream(struct fault f)
{
	return f.kind >= FAULT_STREAM_CUT;
}

void fault_list(struct buf *b)
{
	for (size_t i = 0; i < n_rows; i++)
		buf_fmt(b, "  %-20s%s\n", rows[i].name, rows[i].what);
}
