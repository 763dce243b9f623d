#include "asker.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"
#include "timestamp.h"

static void unusable(struct asker *a, const struct json *row, const char *why, struct buf *out)
{
	a->failed(a->ctx, why);
	question_put_bad(row, why, out);
}

static int64_t clock_of(const struct asker *a)
{
	return a->at == TIMESTAMP_NONE ? a->question.query.time : a->at;
}

static int touch(struct asker *a, struct err *e)
{
	size_t n = recall_count(a->recall);

	if (n == 0)
		return 0;
	while (a->row_cap < n)
		a->row = mem_more(a->row, a->row_cap, &a->row_cap, sizeof *a->row);
	for (size_t i = 0; i < n; i++)
		a->row[i] = recall_row(a->recall, i);
	if (memory_begin(a->memory, e) < 0 ||
	    memory_touch(a->memory, a->row, n, clock_of(a), e) < 0)
		return -1;
	return memory_commit(a->memory, e);
}

static int answer(struct asker *a, const struct json *row, struct buf *out, struct err *e)
{
	size_t at = out->len;

	if (recall_run(a->recall, &a->question.query, e) < 0) {
		if (!recall_bad(a->recall))
			return -1;
		unusable(a, row, e->text, out);
		return 0;
	}
	question_put(row, a->recall, out);
	if (out->over) {
		out->len = at;
		return err_set(e, "an answer grew too large");
	}
	a->queries++;
	a->recalled += recall_count(a->recall);
	return a->touch ? touch(a, e) : 0;
}

/* The vector that the response has for the query at place i; or the query keeps its own. */
static void take_vector(struct asker *a, size_t i)
{
	struct recall_query *q = &a->question.query;
	size_t n;
	const float *vector = embedded_vector(&a->line, i, &n);

	if (vector) {
		q->vector = vector;
		q->dimensions = n;
		q->model = a->line.model;
	} else if (a->line.asked && !q->vector) {
		a->without++;
		a->why = a->line.why;
	}
}

static int query(struct asker *a, const struct json *row, size_t i, struct buf *out, struct err *e)
{
	struct err why;

	if (question_read(&a->question, row, &why) < 0) {
		unusable(a, row, why.text, out);
		return 0;
	}
	if (a->touch && clock_of(a) == TIMESTAMP_NONE) {
		unusable(a, row, "when is it recalled? --touch needs a \"time\", or --at", out);
		return 0;
	}
	if (a->line.kind == EMBEDDED_RECORDS)
		take_vector(a, i);
	return answer(a, row, out, e);
}

static int query_all(struct asker *a, struct buf *out, struct err *e)
{
	const struct json *all = a->line.records;
	size_t i = 0;

	for (const struct json *v = json_first(all); v != json_end(all); v = json_next(v)) {
		if (i)
			buf_byte(out, '\n');
		if (query(a, v, i++, out, e) < 0)
			return -1;
	}
	return 0;
}

int asker_line(struct asker *a, struct slice text, struct buf *out, struct err *e)
{
	struct embedded *d = &a->line;
	struct err why;
	int status = embedded_read(d, text, "queries", &why);

	/* A query flows on as it was written, its own embedding too. */
	if (status == 0 && d->kind == EMBEDDED_PLAIN && !lifted_all_taken(&d->lifted))
		status = embedded_whole(d, text, "queries", &why);
	if (status < 0) {
		unusable(a, NULL, why.text, out);
		return 0;
	}
	switch (d->kind) {
	case EMBEDDED_PLAIN:
		return query(a, d->root, 0, out, e);
	case EMBEDDED_RECORDS:
		return query_all(a, out, e);
	case EMBEDDED_REQUEST:
		a->failed(a->ctx, "a request that nobody has answered");
		line_put_error(out, &d->line, "invalid_row", "a request that nobody has answered");
		return 0;
	case EMBEDDED_RESPONSE:
	default:
		a->passed++;
		jw_raw(out, slice_trim(text));
		return 0;
	}
}

void asker_stats(const struct asker *a, struct stats *s)
{
	stats_int(s, "queries", a->queries);
	stats_int(s, "recalled", a->recalled);
	stats_int(s, "passed", a->passed);
	stats_int(s, "without_embedding", a->without);
}

void asker_free(struct asker *a)
{
	recall_free(a->recall);
	question_free(&a->question);
	embedded_free(&a->line);
	free(a->row);
}
