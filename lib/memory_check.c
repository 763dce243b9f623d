#include <string.h>

#include "memory_impl.h"
#include "timestamp.h"
#include "vector.h"

struct check {
	struct memory *m;
	const struct memory_checker *by;
	size_t wrong;
	struct columns columns; /* of the block at hand, for m->block is in use */
	struct memory_counts found;
	struct memory_collection collection; /* at hand */
	struct err *e;
};

/* SQLite's own printf has no %zu. */
__attribute__((format(printf, 2, 3))) static void tell(struct check *c, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	c->wrong++;
	c->by->told(c->by->ctx, text ? text : fmt);
	sqlite3_free(text);
}

/* SQLite's own: what it finds cannot be made anew by us. */
static int integrity(struct check *c, struct err *e)
{
	sqlite3_stmt *s;
	int got;

	if (sqlite3_prepare_v2(c->m->db, "PRAGMA integrity_check(1)", -1, &s, NULL) != SQLITE_OK)
		return memory_error(c->m, e);
	got = memory_step(c->m, s, e);
	if (got == 1 && !slice_is(memory_slice(s, 0), "ok"))
		got = err_set(e, "%s: damaged: %s", c->m->path, sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return got < 0 ? -1 : 0;
}

/* How many rows the query counts ought to be none. */
static int none(struct check *c, const char *query, const char *what, bool fatal, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int64_t n;
	int got = -1;

	if (sqlite3_prepare_v2(c->m->db, query, -1, &s, NULL) != SQLITE_OK)
		memory_error(c->m, e);
	else
		got = memory_number(c->m, s, &n, e);
	sqlite3_finalize(s);
	if (got < 0 || n == 0)
		return got;
	if (fatal)
		return err_set(e, "%s: damaged: %lld %s", c->m->path, (long long)n, what);
	tell(c, "%lld %s", (long long)n, what);
	return 0;
}

/* ---- a memory beside what its block says of it */

static bool same_terms(struct check *c, size_t i, size_t first)
{
	const struct columns *b = &c->columns;
	struct memory_pending *p = &c->m->pending;
	const uint32_t *stored = (const uint32_t *)(const void *)b->term.ptr + columns_begin(b, i);
	const uint32_t *made = (const uint32_t *)(const void *)p->terms.ptr + first;
	size_t n = columns_begin(b, i + 1) - columns_begin(b, i);

	if (n != p->terms.len / sizeof *made - first)
		return false;
	for (size_t k = 0; k < n; k++) {
		struct memory_pending_term *t = &p->term[made[k] >> 2];
		int64_t memories;

		if (t->number == 0 &&
		    memory_term(c->m, slice_make(p->text.ptr + t->at, t->len), &t->number,
			&memories, c->e) != 1)
			return false;
		if (stored[k] != (t->number << 2 | (made[k] & 3)))
			return false;
	}
	return true;
}

static bool same_code(struct check *c, size_t i, const struct memory_row *r)
{
	const struct columns *b = &c->columns;
	const float *scales = (const float *)(const void *)b->scale.ptr;
	float stored = b->dimensions ? scales[i] : 0, scale;
	int8_t *code;

	if (!r->vector)
		return stored == 0;
	c->found.vectors++;
	if (!b->dimensions || b->dimensions != r->dimensions)
		return false;
	buf_clear(&c->m->codes);
	code = (int8_t *)buf_room(&c->m->codes, r->dimensions);
	if (!code)
		return false;
	vector_encode(r->vector, r->dimensions, code, &scale);
	return memcmp(&scale, &stored, sizeof scale) == 0 &&
	    memcmp(code, b->code.ptr + i * b->dimensions, r->dimensions) == 0;
}

static bool same_columns(
    const struct columns *b, size_t i, const struct memory_record *r, uint32_t length)
{
	float importance = (float)r->importance;

	return ((const int64_t *)(const void *)b->time.ptr)[i] == r->time &&
	    ((const int64_t *)(const void *)b->recalled.ptr)[i] == r->recalled &&
	    memcmp(b->importance.ptr + i * sizeof importance, &importance, sizeof importance) ==
	    0 &&
	    ((const uint32_t *)(const void *)b->session.ptr)[i] == r->session &&
	    ((const uint32_t *)(const void *)b->length.ptr)[i] == length;
}

static int one_memory(struct check *c, size_t i, const struct memory_row *row, struct err *e)
{
	struct memory_record r;
	struct memory_pending *p = &c->m->pending;
	size_t first = p->terms.len / sizeof(uint32_t);
	uint32_t length;

	if (c->by->read(c->by->ctx, row->json, &r, e) < 0)
		return err_wrap(e, "%s: memory '%.*s' of '%.*s' is damaged", c->m->path,
		    SLICE_FMT(row->id), SLICE_FMT(row->npc));
	r.recalled = row->recalled;
	memory_pending_text(c->m, r.text, 1, true, &length);
	if (!same_columns(&c->columns, i, &r, length) || !same_terms(c, i, first) ||
	    !same_code(c, i, row))
		tell(c, "a block is wrong about memory '%.*s' of '%.*s'", SLICE_FMT(row->id),
		    SLICE_FMT(row->npc));
	buf_clear(&p->terms);
	c->found.memories++;
	c->found.words += length;
	if (r.keys)
		c->found.triggers += (int64_t)r.keys->n + r.keys->constant;
	return 0;
}

static int one_block(struct check *c, struct err *e)
{
	const int64_t *rows = (const int64_t *)(const void *)c->columns.row.ptr;
	struct memory_row row;

	for (size_t i = 0; i < c->columns.n; i++) {
		int got = memory_row(c->m, rows[i], true, &row, e);

		if (got == 0)
			tell(
			    c, "a block names memory %lld, which is not there", (long long)rows[i]);
		if (got < 0 || (got == 1 && one_memory(c, i, &row, e) < 0))
			return -1;
	}
	return 0;
}

static int all_blocks(struct check *c, struct err *e)
{
	sqlite3_stmt *s = memory_sql(c->m, SQL_BLOCKS, e);
	int64_t key;
	int got;

	sqlite3_bind_int64(s, 1, 0);
	sqlite3_bind_int64(s, 2, INT64_MAX);
	while ((got = memory_step(c->m, s, e)) == 1) {
		if (memory_block_get(c->m, s, &c->columns, &key, e) < 0)
			tell(c, "%s", e->text);
		else if (one_block(c, e) < 0)
			return -1;
	}
	return got;
}

/* ---- counts */

static int same_term_counts(struct check *c, struct err *e)
{
	struct memory_pending *p = &c->m->pending;
	int64_t memories, n;
	uint32_t number;

	for (size_t i = 0; i < p->n_terms; i++) {
		struct slice text = slice_make(p->text.ptr + p->term[i].at, p->term[i].len);
		int got = memory_term(c->m, text, &number, &memories, e);

		if (got < 0)
			return -1;
		if (got == 0 || memories != p->term[i].delta)
			tell(c, "the term '%.*s' is counted wrong", SLICE_FMT(text));
	}
	if (memory_number(c->m, memory_sql(c->m, SQL_COUNT_TERMS, e), &n, e) < 0)
		return -1;
	if (n != (int64_t)p->n_terms)
		tell(c, "there are %lld terms, and %lld are used", (long long)n,
		    (long long)p->n_terms);
	return 0;
}

static int counts(struct check *c, struct err *e)
{
	const struct memory_store *t = &c->m->store;

	if (t->memories != c->found.memories || t->words != c->found.words ||
	    t->vectors != c->found.vectors || t->triggers != c->found.triggers)
		tell(c, "the store's counts are wrong");
	if (none(c,
		"SELECT count(*) FROM collection AS c WHERE memories <> "
		"(SELECT count(*) FROM memory WHERE collection = c.number) OR vectors <> "
		"(SELECT count(*) FROM memory JOIN vector USING(row) WHERE collection = c.number) "
		"OR triggers <> (SELECT count(*) FROM lore WHERE collection = c.number)",
		"collections are counted wrong", false, e) < 0 ||
	    none(c,
		"SELECT count(*) FROM store WHERE (memories, words, triggers) IS NOT (SELECT "
		"coalesce(sum(memories), 0), coalesce(sum(words), 0), coalesce(sum(triggers), 0) "
		"FROM collection)",
		"sum of the collections is not the store's", false, e) < 0 ||
	    none(c, "SELECT count(*) FROM code WHERE at NOT IN (SELECT at FROM block)",
		"blocks of codes without a block", false, e) < 0 ||
	    none(c, "SELECT count(*) FROM lore WHERE row NOT IN (SELECT row FROM memory)",
		"keys without a memory", false, e) < 0 ||
	    none(c, "SELECT count(*) FROM vector WHERE row NOT IN (SELECT row FROM memory)",
		"vectors without a memory", false, e) < 0)
		return -1;
	return same_term_counts(c, e);
}

/* What could not be made anew. */
static int sources(struct check *c, struct err *e)
{
	if (none(c,
		"SELECT count(*) FROM memory WHERE collection NOT IN (SELECT number FROM "
		"collection)",
		"memories without a collection", true, e) < 0 ||
	    none(c, "SELECT count(*) FROM vector, store WHERE length(floats) <> 4 * dimensions",
		"vectors of a wrong length", true, e) < 0)
		return -1;
	return 0;
}

static int look(struct check *c, struct err *e)
{
	return all_blocks(c, e) < 0 ? -1 : counts(c, e);
}

/* ---- all that is derived, made anew */

static int one_again(
    struct check *c, const struct memory_row *row, int64_t collection, struct err *e)
{
	struct memory_record r;

	if (c->by->read(c->by->ctx, row->json, &r, e) < 0)
		return err_wrap(e, "%s: memory '%.*s' of '%.*s' is damaged", c->m->path,
		    SLICE_FMT(row->id), SLICE_FMT(row->npc));
	r.recalled = row->recalled;
	r.vector = row->vector;
	r.dimensions = row->dimensions;
	return memory_index(c->m, &r, collection, row->row, e);
}

/* Up to so many, from the row after *last on; *n is how many. */
enum { AT_ONCE = 4096 };

static int some_again(struct check *c, int64_t *last, size_t *n, struct err *e)
{
	sqlite3_stmt *s = memory_sql(c->m, SQL_MEMORIES, e);
	struct memory_collection of;
	struct memory_row row;
	int got = 0;

	sqlite3_bind_int64(s, 1, *last);
	for (*n = 0; *n < AT_ONCE && (got = memory_step(c->m, s, e)) == 1; ++*n) {
		if (memory_row_fill(c->m, s, true, &row, e) < 0 ||
		    memory_collection(c->m, row.npc, &of, e) < 0 ||
		    one_again(c, &row, of.number, e) < 0) {
			got = -1;
			break;
		}
		*last = row.row;
	}
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

static int make_anew(struct check *c, struct err *e)
{
	int64_t last = 0;
	size_t n;

	if (memory_exec(c->m,
		"DELETE FROM block; DELETE FROM code; DELETE FROM term; DELETE FROM lore;"
		"DELETE FROM vector WHERE row NOT IN (SELECT row FROM memory);"
		"UPDATE collection SET memories = 0, words = 0, vectors = 0, triggers = 0;",
		e) < 0)
		return -1;
	c->m->store.memories = c->m->store.words = c->m->store.vectors = 0;
	c->m->store.triggers = 0;
	c->m->store.next_term = 1;
	do {
		memory_pending_clear(&c->m->pending);
		if (some_again(c, &last, &n, e) < 0 || memory_flush(c->m, e) < 0)
			return -1;
	} while (n == AT_ONCE);
	memory_pending_clear(&c->m->pending);
	if (memory_exec(c->m, "DELETE FROM collection WHERE memories = 0", e) < 0)
		return -1;
	return memory_rules(c->m, e);
}

static int check(struct check *c, bool all, struct err *e)
{
	int got;

	if (integrity(c, e) < 0 || sources(c, e) < 0)
		return -1;
	got = all ? 0 : look(c, e);
	memory_pending_clear(&c->m->pending);
	if (got == 0 && (all || c->wrong))
		got = make_anew(c, e);
	return got;
}

int memory_check(
    struct memory *m, bool all, const struct memory_checker *by, size_t *wrong, struct err *e)
{
	struct check c = {.m = m, .by = by, .e = e};
	int got;

	if (memory_begin(m, e) < 0)
		return -1;
	got = check(&c, all || m->rebuild, e);
	columns_free(&c.columns);
	*wrong = c.wrong;
	if (got < 0) {
		memory_rollback(m);
		return -1;
	}
	return memory_commit(m, e);
}
