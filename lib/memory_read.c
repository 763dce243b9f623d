#include <string.h>

#include "memory_impl.h"
#include "timestamp.h"

void memory_totals(const struct memory *m, struct memory_counts *c)
{
	const struct memory_store *t = &m->store;

	*c = (struct memory_counts){.memories = t->memories,
	    .words = t->words,
	    .vectors = t->vectors,
	    .triggers = t->triggers,
	    .dimensions = t->vectors ? t->dimensions : 0};
	memcpy(c->model, t->model, sizeof c->model);
	memcpy(c->language, t->language, sizeof c->language);
}

int memory_counts(struct memory *m, struct memory_counts *c, struct err *e)
{
	int64_t pages[3];
	int got;
	static const char *const ask[] = {
	    "PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size"};

	memory_totals(m, c);
	for (size_t i = 0; i < 3; i++) {
		sqlite3_stmt *s;

		if (sqlite3_prepare_v2(m->db, ask[i], -1, &s, NULL) != SQLITE_OK)
			return memory_error(m, e);
		got = memory_number(m, s, &pages[i], e);
		sqlite3_finalize(s);
		if (got < 0)
			return -1;
	}
	c->bytes = pages[0] * pages[2];
	c->free_bytes = pages[1] * pages[2];
	if (memory_number(m, memory_sql(m, SQL_COUNT_COLLECTIONS, e), &c->collections, e) < 0)
		return -1;
	return memory_number(m, memory_sql(m, SQL_COUNT_TERMS, e), &c->terms, e);
}

static void read_collection(sqlite3_stmt *s, int first, struct memory_collection *c)
{
	c->number = sqlite3_column_int64(s, first);
	c->memories = sqlite3_column_int64(s, first + 1);
	c->words = sqlite3_column_int64(s, first + 2);
	c->vectors = sqlite3_column_int64(s, first + 3);
	c->triggers = sqlite3_column_int64(s, first + 4);
}

int memory_collection(
    struct memory *m, struct slice npc, struct memory_collection *c, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_COLLECTION, e);
	int got;

	*c = (struct memory_collection){0};
	memory_bind(s, 1, npc);
	got = memory_step(m, s, e);
	if (got == 1) {
		read_collection(s, 0, c);
		sqlite3_reset(s);
	}
	return got;
}

int memory_collections(struct memory *m,
    bool (*each)(void *ctx, struct slice npc, const struct memory_collection *c), void *ctx,
    struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_COLLECTIONS, e);
	struct memory_collection c;
	int got;

	while ((got = memory_step(m, s, e)) == 1) {
		read_collection(s, 1, &c);
		if (!each(ctx, memory_slice(s, 0), &c))
			break;
	}
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

int memory_term(
    struct memory *m, struct slice term, uint32_t *number, int64_t *memories, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_TERM, e);
	int got;

	memory_bind(s, 1, term);
	got = memory_step(m, s, e);
	if (got == 1) {
		*number = (uint32_t)sqlite3_column_int64(s, 0);
		*memories = sqlite3_column_int64(s, 1);
		sqlite3_reset(s);
	}
	return got;
}

/* ---- rows */

/* The floats of a row, in memory that is aligned for them. */
static int floats_of(struct memory *m, int64_t row, struct memory_row *r, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_VECTOR, e);
	int got;

	sqlite3_bind_int64(s, 1, row);
	got = memory_step(m, s, e);
	if (got != 1)
		return got;
	buf_clear(&m->floats);
	buf_slice(&m->floats, memory_slice(s, 0));
	sqlite3_reset(s);
	r->vector = (const float *)(const void *)m->floats.ptr;
	r->dimensions = m->floats.len / sizeof(float);
	return 0;
}

int memory_row_fill(
    struct memory *m, sqlite3_stmt *s, bool vector, struct memory_row *r, struct err *e)
{
	*r = (struct memory_row){.row = sqlite3_column_int64(s, 0),
	    .npc = memory_slice(s, 1),
	    .id = memory_slice(s, 2),
	    .json = memory_slice(s, 3),
	    .recalled = memory_moment(s, 4),
	    .recalls = sqlite3_column_int64(s, 5)};
	return vector ? floats_of(m, r->row, r, e) : 0;
}

int memory_row(struct memory *m, int64_t row, bool vector, struct memory_row *r, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_MEMORY, e);
	int got;

	sqlite3_bind_int64(s, 1, row);
	got = memory_step(m, s, e);
	if (got == 1 && memory_row_fill(m, s, vector, r, e) < 0)
		return -1;
	return got;
}

static int find_in(struct memory *m, struct slice npc, struct slice id,
    bool (*each)(void *ctx, int64_t row), void *ctx, struct err *e)
{
	struct memory_collection c;
	sqlite3_stmt *s;
	int got = memory_collection(m, npc, &c, e);

	if (got != 1)
		return got;
	s = memory_sql(m, SQL_ID, e);
	sqlite3_bind_int64(s, 1, c.number);
	memory_bind(s, 2, id);
	got = memory_step(m, s, e);
	if (got == 1) {
		each(ctx, sqlite3_column_int64(s, 0));
		sqlite3_reset(s);
	}
	return got < 0 ? -1 : 0;
}

int memory_find(struct memory *m, struct slice npc, struct slice id,
    bool (*each)(void *ctx, int64_t row), void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	int got;

	if (npc.ptr)
		return find_in(m, npc, id, each, ctx, e);
	s = memory_sql(m, SQL_IDS, e);
	memory_bind(s, 1, id);
	while ((got = memory_step(m, s, e)) == 1)
		if (!each(ctx, sqlite3_column_int64(s, 0)))
			break;
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

int memory_vector(struct memory *m, int64_t row, float *x, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_VECTOR, e);
	size_t size = (size_t)m->store.dimensions * sizeof *x;
	int got;

	sqlite3_bind_int64(s, 1, row);
	got = memory_step(m, s, e);
	if (got != 1)
		return got;
	if ((size_t)sqlite3_column_bytes(s, 0) != size)
		got = err_set(e, "%s: damaged: a vector has a wrong length", m->path);
	else
		memcpy(x, sqlite3_column_blob(s, 0), size);
	sqlite3_reset(s);
	return got;
}

struct walk {
	struct memory *m;
	bool vectors;
	bool stopped;
	bool (*each)(void *ctx, const struct memory_row *r);
	void *ctx;
};

static int rows_of_block(
    void *ctx, const struct memory_block *b, const struct memory_codes *codes, struct err *e)
{
	struct walk *w = ctx;
	struct memory_row r;

	(void)codes;
	for (size_t i = 0; i < b->n && !w->stopped; i++) {
		int got = memory_row(w->m, b->row[i], w->vectors, &r, e);

		if (got == 0)
			got =
			    err_set(e, "%s: damaged: a block names memory %lld, which is not there",
				w->m->path, (long long)b->row[i]);
		if (got < 0)
			return -1;
		w->stopped = !w->each(w->ctx, &r);
	}
	return 0;
}

static int all_rows(struct walk *w, struct err *e)
{
	sqlite3_stmt *s = memory_sql(w->m, SQL_MEMORIES, e);
	struct memory_row r;
	int got;

	sqlite3_bind_int64(s, 1, 0);
	while ((got = memory_step(w->m, s, e)) == 1) {
		got = memory_row_fill(w->m, s, w->vectors, &r, e);
		if (got < 0 || !w->each(w->ctx, &r))
			break;
	}
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

int memory_rows(struct memory *m, struct slice npc, bool vectors,
    bool (*each)(void *ctx, const struct memory_row *r), void *ctx, struct err *e)
{
	struct walk w = {.m = m, .vectors = vectors, .each = each, .ctx = ctx};
	struct memory_collection c;
	int got;

	if (!npc.ptr)
		return all_rows(&w, e);
	got = memory_collection(m, npc, &c, e);
	return got == 1 ? memory_blocks(m, c.number, 0, rows_of_block, &w, e) : got;
}

int memory_triggered(struct memory *m, int64_t collection, struct slice word,
    bool (*each)(void *ctx, int64_t row), void *ctx, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_TRIGGERED, e);
	int got;

	sqlite3_bind_int64(s, 1, collection);
	memory_bind(s, 2, word);
	while ((got = memory_step(m, s, e)) == 1)
		if (!each(ctx, sqlite3_column_int64(s, 0)))
			break;
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}
