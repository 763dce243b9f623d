#include "pick.h"

#include <stdlib.h>

#include "mem.h"

struct walk {
	struct pick *pick;
	bool (*each)(void *ctx, const struct pick_memory *one);
	void *ctx;
	bool stopped;
};

static int64_t time_of(struct pick *p, const struct json *memory)
{
	const struct json *v = json_get(memory, "time");
	int64_t ms = TIMESTAMP_NONE;

	buf_clear(&p->scratch);
	if (json_is(v, JSON_NUMBER))
		(void)timestamp_seconds(json_double(v), &ms, NULL);
	else if (json_is(v, JSON_STRING))
		(void)timestamp_read(json_text(v, &p->scratch), &ms, NULL);
	return ms;
}

static bool in_time(const struct pick *p, int64_t time)
{
	if (p->since != TIMESTAMP_NONE && (time == TIMESTAMP_NONE || time < p->since))
		return false;
	return p->until == TIMESTAMP_NONE || (time != TIMESTAMP_NONE && time < p->until);
}

static bool take(struct walk *w, const struct memory_row *row)
{
	struct pick *p = w->pick;
	struct pick_memory one = {.row = row};
	const struct json *memory = json_parse(&p->doc, row->json, NULL), *importance;

	one.time = time_of(p, memory);
	importance = json_get_type(memory, "importance", JSON_NUMBER);
	one.importance = importance ? json_double(importance) : PICK_USUAL;
	if (!in_time(p, one.time) || (p->where && !where_holds(p->where, memory)))
		return true;
	w->stopped = !w->each(w->ctx, &one);
	return !w->stopped;
}

static bool take_row(void *ctx, const struct memory_row *row)
{
	return take(ctx, row);
}

static bool note_row(void *ctx, int64_t row)
{
	struct pick *p = ctx;

	p->row = mem_more(p->row, p->rows, &p->cap, sizeof *p->row);
	p->row[p->rows++] = row;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int find(struct pick *p, struct memory *m, struct slice id, struct err *e)
{
	p->rows = 0;
	if (p->npcs == 0)
		return memory_find(m, (struct slice){0}, id, note_row, p, e);
	for (size_t i = 0; i < p->npcs; i++)
		if (memory_find(m, p->npc[i], id, note_row, p, e) < 0)
			return -1;
	return 0;
}

static int by_ids(struct walk *w, struct memory *m, struct err *e)
{
	struct pick *p = w->pick;

	for (size_t i = 0; i < p->ids && !w->stopped; i++) {
		if (find(p, m, p->id[i], e) < 0)
			return -1;
		if (p->rows == 0 && p->missing)
			p->missing(w->ctx, p->id[i]);
		else
			qsort(p->row, p->rows, sizeof *p->row, by_number);
		for (size_t k = 0; k < p->rows && !w->stopped; k++) {
			struct memory_row row;
			int got = memory_row(m, p->row[k], p->vectors, &row, e);

			if (got < 0)
				return -1;
			if (got)
				take(w, &row);
		}
	}
	return 0;
}

int pick_each(struct pick *p, struct memory *m,
    bool (*each)(void *ctx, const struct pick_memory *one), void *ctx, struct err *e)
{
	struct walk w = {p, each, ctx, false};

	if (p->ids)
		return by_ids(&w, m, e);
	if (p->npcs == 0)
		return memory_rows(m, (struct slice){0}, p->vectors, take_row, &w, e);
	for (size_t i = 0; i < p->npcs && !w.stopped; i++)
		if (memory_rows(m, p->npc[i], p->vectors, take_row, &w, e) < 0)
			return -1;
	return 0;
}

void pick_free(struct pick *p)
{
	json_doc_free(&p->doc);
	buf_free(&p->scratch);
	free(p->row);
}
