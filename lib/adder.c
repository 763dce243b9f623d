#include "adder.h"

#include "jw.h"

/* ---- what is said */

static void put_member(struct buf *b, const char *name, const struct json *v)
{
	jw_name(b, name);
	if (json_is(v, JSON_STRING))
		jw_raw(b, json_raw(v));
	else
		jw_null(b);
}

/* object is the memory, or NULL, or something that is none. */
static void put_failed(struct adder *a, const struct json *object, const char *why)
{
	struct buf *b = &a->batch;

	jw_object(b);
	put_member(b, "npc", json_get(object, "npc"));
	put_member(b, "id", json_get(object, "id"));
	jw_name(b, "error");
	jw_object(b);
	jw_member_cstr(b, "code", "invalid_memory");
	jw_member_cstr(b, "message", why);
	jw_object_end(b);
	jw_object_end(b);
	buf_byte(b, '\n');
}

static void fail(struct adder *a, const struct json *object, const char *why)
{
	a->failed(a->ctx, why);
	put_failed(a, object, why);
}

void adder_bad(struct adder *a, const char *message)
{
	put_failed(a, NULL, message);
}

static void put_stored(struct adder *a)
{
	const struct memory_record *r = &a->memo.record;

	jw_object(&a->batch);
	jw_member_str(&a->batch, "npc", r->npc);
	jw_member_str(&a->batch, "id", r->id);
	jw_object_end(&a->batch);
	buf_byte(&a->batch, '\n');
}

/* ---- into the database */

static int put(struct adder *a, const struct json *object, struct err *e)
{
	const struct memory_record *r = &a->memo.record;
	enum memory_put put;

	if (!a->open && memory_begin(a->memory, e) < 0)
		return -1;
	a->open = true;
	if (memory_put(a->memory, r, &put, e) < 0)
		return -1;
	a->n++;
	a->bytes += r->json.len + r->dimensions * sizeof(float);
	if (put == MEMORY_REFUSED) {
		fail(a, object, e->text);
		return 0;
	}
	a->added += put == MEMORY_ADDED;
	a->replaced += put == MEMORY_REPLACED;
	a->same += put == MEMORY_SAME;
	put_stored(a);
	return 0;
}

/* The memory of record i gets its vector from the response, or keeps its own. */
static void take_vector(struct adder *a, size_t i)
{
	struct memory_record *r = &a->memo.record;
	size_t n;
	const float *vector = embedded_vector(&a->line, i, &n);

	if (vector) {
		r->vector = vector;
		r->dimensions = n;
		r->model = a->line.model;
	} else if (a->line.asked && !r->vector) {
		a->without++;
		a->why = a->line.why;
	}
}

static int add_records(struct adder *a, struct err *e)
{
	struct words *words = memory_words(a->memory);
	const struct json *all = a->line.records;
	size_t i = 0;

	for (const struct json *v = json_first(all); v != json_end(all); v = json_next(v), i++) {
		struct err why;

		if (memo_read(&a->memo, v, NULL, words, &why) < 0) {
			fail(a, v, why.text);
			continue;
		}
		take_vector(a, i);
		if (put(a, v, e) < 0)
			return -1;
	}
	return 0;
}

static int add_plain(struct adder *a, struct slice text, struct err *e)
{
	struct words *words = memory_words(a->memory);
	struct embedded *d = &a->line;
	struct err why;
	int status = memo_read(&a->memo, d->root, &d->lifted, words, &why);

	/* Numbers that were lifted from elsewhere go back to where they stood. */
	if (!lifted_all_taken(&d->lifted)) {
		if (embedded_whole(d, text, "memories", &why) < 0)
			status = -1;
		else
			status = memo_read(&a->memo, d->root, NULL, words, &why);
	}
	if (status == 0)
		return put(a, d->root, e);
	fail(a, d->root, why.text);
	return 0;
}

int adder_line(struct adder *a, struct slice text, struct err *e)
{
	struct err why;

	if (embedded_read(&a->line, text, "memories", &why) < 0) {
		fail(a, NULL, why.text);
		return 0;
	}
	switch (a->line.kind) {
	case EMBEDDED_PLAIN:
		return add_plain(a, text, e);
	case EMBEDDED_RECORDS:
		return add_records(a, e);
	case EMBEDDED_RESPONSE:
		if (a->line.line.kind == LINE_DELTA)
			return 0;
		fail(a, NULL,
		    a->line.line.error ? a->line.why.text : "a response that carries no memories");
		return 0;
	case EMBEDDED_REQUEST:
	default:
		fail(a, NULL, "a request that nobody has answered");
		return 0;
	}
}

bool adder_full(const struct adder *a)
{
	return a->n >= ADDER_BATCH || a->bytes >= ADDER_BYTES || a->batch.len >= ADDER_BYTES;
}

/* What stands in from goes behind what stands in to. */
static void move(struct buf *to, struct buf *from)
{
	buf_slice(to, buf_all(from));
	buf_reset(from, ADDER_BYTES);
}

/* What became of the commit: what was ahead of it is on the disk. */
static int settle(struct adder *a, int got)
{
	if (got < 0)
		return -1;
	move(&a->acks, &a->ahead);
	a->open = false;
	a->n = a->bytes = 0;
	return 0;
}

int adder_next(struct adder *a, struct err *e)
{
	int got = a->open ? memory_commit_ahead(a->memory, e) : memory_durable(a->memory, e);

	if (settle(a, got) < 0)
		return -1;
	move(&a->ahead, &a->batch);
	return 0;
}

int adder_commit(struct adder *a, struct err *e)
{
	int got = a->open ? memory_commit(a->memory, e) : memory_durable(a->memory, e);

	if (settle(a, got) < 0)
		return -1;
	move(&a->acks, &a->batch);
	return 0;
}

void adder_stats(const struct adder *a, struct stats *s)
{
	stats_int(s, "added", a->added);
	stats_int(s, "replaced", a->replaced);
	stats_int(s, "same", a->same);
	stats_int(s, "without_embedding", a->without);
}

void adder_free(struct adder *a)
{
	buf_free(&a->acks);
	buf_free(&a->batch);
	buf_free(&a->ahead);
	embedded_free(&a->line);
	memo_free(&a->memo);
}
