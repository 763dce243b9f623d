#include "wanted.h"

#include "jw.h"
#include "line.h"

/* Any npc: a query's may be told later. */
static const struct slice any = {"any", 3};

enum known { KNOWN_NOT, KNOWN_VECTOR, KNOWN_WHOLE };

int wanted_begin(struct wanted *w, struct err *e)
{
	w->embedder.carried = w->queries ? "queries" : "memories";
	w->question = (struct question){.npc = &any, .npcs = 1};
	return w->memory ? 0 : words_open(&w->words, "none", e);
}

/* ---- what comes out: each on a line of its own */

static void begin_line(struct buf *out)
{
	if (out->len && out->ptr[out->len - 1] != '\n')
		buf_byte(out, '\n');
}

void wanted_end(struct wanted *w, struct buf *out)
{
	if (w->embedder.n == 0)
		return;
	begin_line(out);
	embedder_put(&w->embedder, out);
	w->requests++;
}

static void ask(struct wanted *w, const struct json *object, struct buf *out)
{
	const struct json *text = json_get(object, "text");

	if (!embedder_takes(&w->embedder, text, object))
		wanted_end(w, out);
	embedder_add(&w->embedder, text, object);
	if (w->embedder.n == w->embedder.batch)
		wanted_end(w, out);
}

static void put_unasked(struct wanted *w, const struct json *object, struct buf *out)
{
	begin_line(out);
	embedder_put_unasked(&w->embedder, object, out);
	w->unasked++;
}

static void put_bad(struct wanted *w, const struct json *object, const char *why, struct buf *out)
{
	begin_line(out);
	if (w->queries)
		question_put_bad(object, why, out);
	else
		embedder_put_bad(&w->embedder, object, "invalid_memory", why, out);
}

void wanted_bad(struct wanted *w, const char *message, struct buf *out)
{
	put_bad(w, NULL, message, out);
}

static void unusable(struct wanted *w, const struct json *object, const char *why, struct buf *out)
{
	w->failed(w->ctx, why);
	put_bad(w, object, why, out);
}

/* ---- what is known */

static bool note_row(void *ctx, int64_t row)
{
	struct wanted *w = ctx;

	w->row = row;
	w->found = true;
	return false;
}

static bool same_text(struct wanted *w, struct slice json, struct slice text)
{
	const struct json *there = json_parse(&w->doc, json, NULL);

	there = json_get_type(there, "text", JSON_STRING);
	buf_clear(&w->text);
	return there && slice_eq(json_text(there, &w->text), text);
}

static int look(struct wanted *w, enum known *known, struct err *e)
{
	const struct memory_record *r = &w->memo.record;
	struct memory_row row;
	int got = 0;

	*known = KNOWN_NOT;
	w->found = false;
	if (!w->memory)
		return 0;
	if (memory_find(w->memory, r->npc, r->id, note_row, w, e) < 0)
		return -1;
	if (w->found)
		got = memory_row(w->memory, w->row, true, &row, e);
	if (got < 0)
		return -1;
	if (got && row.vector && same_text(w, row.json, r->text))
		*known = slice_eq(row.json, r->json) ? KNOWN_WHOLE : KNOWN_VECTOR;
	return 0;
}

static int add_memory(struct wanted *w, const struct json *object, struct buf *out, struct err *e)
{
	struct words *words = w->memory ? memory_words(w->memory) : &w->words;
	enum known known;
	struct err why;

	if (memo_read(&w->memo, object, NULL, words, &why) < 0) {
		unusable(w, object, why.text, out);
		return 0;
	}
	if (look(w, &known, e) < 0)
		return -1;
	if (known == KNOWN_NOT)
		ask(w, object, out);
	else if (known == KNOWN_VECTOR)
		put_unasked(w, object, out);
	else
		w->known++;
	return 0;
}

static void add_query(struct wanted *w, const struct json *object, struct buf *out)
{
	const struct recall_query *q = &w->question.query;
	struct err why;

	if (question_read(&w->question, object, &why) < 0)
		unusable(w, object, why.text, out);
	else if (q->vector || slice_trim(q->text).len == 0)
		put_unasked(w, object, out);
	else
		ask(w, object, out);
}

int wanted_add(struct wanted *w, const struct json *object, struct buf *out, struct err *e)
{
	struct line l;

	(void)line_read(&l, object, NULL);
	if (l.kind != LINE_REQUEST) {
		jw_raw(out, json_raw(object));
		return 0;
	}
	if (!w->queries)
		return add_memory(w, object, out, e);
	add_query(w, object, out);
	return 0;
}

void wanted_stats(const struct wanted *w, struct stats *s)
{
	stats_int(s, "requests", w->requests);
	stats_int(s, "unasked", w->unasked);
	stats_int(s, "known", w->known);
}

void wanted_free(struct wanted *w)
{
	if (!w->memory)
		words_close(&w->words);
	embedder_free(&w->embedder);
	question_free(&w->question);
	memo_free(&w->memo);
	json_doc_free(&w->doc);
	buf_free(&w->text);
}
