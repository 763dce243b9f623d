#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "memory_impl.h"

/*
 * A stream of queries asks the same characters again: what a collection's blocks hold is kept, as one
 * block, from the second time on that it is read, up to so many bytes in all. Nothing is kept over a
 * change by anybody.
 */
#define KEPT_MOST ((size_t)44 << 20)

/* Where all is full, one in so many that are not kept takes the place of the one not used for longest. */
enum { PATIENCE = 16 };

static void drop_kept(struct memory *m, size_t i)
{
	struct memory_keep *k = &m->keep;

	k->bytes -= k->kept[i].bytes;
	columns_free(&k->kept[i].columns);
	k->n--;
	k->kept[i] = k->kept[k->n];
	k->collection[i] = k->collection[k->n];
}

void memory_keep_clear(struct memory *m)
{
	while (m->keep.n)
		drop_kept(m, m->keep.n - 1);
	memset(m->keep.seen, 0, sizeof m->keep.seen);
	memset(m->keep.large, 0, sizeof m->keep.large);
}

void memory_keep_free(struct memory *m)
{
	memory_keep_clear(m);
	free(m->keep.kept);
	free(m->keep.collection);
}

void memory_keep_check(struct memory *m)
{
	unsigned version = 0;

	if (sqlite3_file_control(m->db, "main", SQLITE_FCNTL_DATA_VERSION, &version) != SQLITE_OK ||
	    version != m->keep.version)
		memory_keep_clear(m);
	m->keep.version = version;
}

static size_t find(const struct memory_keep *k, int64_t collection)
{
	size_t i = 0;

	while (i < k->n && k->collection[i] != collection)
		i++;
	return i;
}

/* Is the collection's bit set? From now on it is. */
static bool noted(unsigned char *bits, int64_t collection)
{
	unsigned char *byte = &bits[(uint64_t)collection / 8 % MEMORY_KEEP_BITS];
	unsigned char bit = (unsigned char)(1U << ((uint64_t)collection & 7));
	bool before = *byte & bit;

	*byte |= bit;
	return before;
}

static bool is_noted(const unsigned char *bits, int64_t collection)
{
	return bits[(uint64_t)collection / 8 % MEMORY_KEEP_BITS] >> ((uint64_t)collection & 7) & 1;
}

/* Is it worth copying? Copies that are thrown away cost more than reading again. */
static bool worth_keeping(struct memory_keep *k, int64_t collection)
{
	size_t usual = k->n ? k->bytes / k->n : 0;

	if (!noted(k->seen, collection) || is_noted(k->large, collection))
		return false;
	return k->bytes + usual <= KEPT_MOST || ++k->refused % PATIENCE == 0;
}

static size_t size_of(const struct columns *c)
{
	return c->row.len + c->time.len + c->recalled.len + c->importance.len + c->session.len +
	    c->length.len + c->end.len + c->term.len + c->scale.len + c->code.len;
}

static void drop_oldest(struct memory *m)
{
	struct memory_keep *k = &m->keep;
	size_t oldest = 0;

	for (size_t i = 1; i < k->n; i++)
		if (k->kept[i].used < k->kept[oldest].used)
			oldest = i;
	drop_kept(m, oldest);
}

/* Keeps it, in place of those not used for longest; c is emptied or freed. */
static void keep(struct memory *m, int64_t collection, unsigned parts, struct columns *c)
{
	struct memory_keep *k = &m->keep;
	size_t bytes = size_of(c), cap = k->cap;

	if (bytes > KEPT_MOST || columns_over(c)) {
		noted(k->large, collection);
		columns_free(c);
		return;
	}
	while (k->n && k->bytes + bytes > KEPT_MOST)
		drop_oldest(m);
	k->collection = mem_more(k->collection, k->n, &cap, sizeof *k->collection);
	k->kept = mem_more(k->kept, k->n, &k->cap, sizeof *k->kept);
	k->collection[k->n] = collection;
	k->kept[k->n++] =
	    (struct memory_kept){.parts = parts, .bytes = bytes, .used = ++k->clock, .columns = *c};
	k->bytes += bytes;
	*c = (struct columns){0};
}

/* ---- reading */

struct visit {
	struct memory *m;
	unsigned parts;
	struct columns *copy; /* to be kept, or NULL */
	int (*each)(
	    void *ctx, const struct memory_block *b, const struct memory_codes *c, struct err *e);
	void *ctx;
};

static int show(const struct visit *v, const struct columns *c, const int8_t *code,
    size_t dimensions, struct err *e)
{
	bool terms = v->parts & MEMORY_TERMS;
	struct memory_block b = {.n = c->n,
	    .row = (const int64_t *)(const void *)c->row.ptr,
	    .time = (const int64_t *)(const void *)c->time.ptr,
	    .recalled = (const int64_t *)(const void *)c->recalled.ptr,
	    .importance = (const float *)(const void *)c->importance.ptr,
	    .session = (const uint32_t *)(const void *)c->session.ptr,
	    .length = (const uint32_t *)(const void *)c->length.ptr,
	    .end = terms ? (const uint32_t *)(const void *)c->end.ptr : NULL,
	    .term = terms ? (const uint32_t *)(const void *)c->term.ptr : NULL};
	struct memory_codes codes = {.n = c->n,
	    .dimensions = dimensions,
	    .scale = (const float *)(const void *)c->scale.ptr,
	    .code = code};

	return v->each(v->ctx, &b, code ? &codes : NULL, e);
}

/* Codes stay in SQLite's memory, unless they are to be kept. NULL in *code: there are none. */
static int read_codes(
    const struct visit *v, int64_t key, const int8_t **code, size_t *dimensions, struct err *e)
{
	struct memory *m = v->m;
	sqlite3_stmt *s = memory_sql(m, SQL_CODES, e);
	int got;

	*code = NULL;
	sqlite3_bind_int64(s, 1, key);
	got = memory_step(m, s, e);
	if (got != 1)
		return got;
	got = v->copy ? columns_read_codes(&m->block, memory_slice(s, 0), e)
		      : columns_codes(&m->block, memory_slice(s, 0), code, dimensions, e);
	if (v->copy) {
		*code = (const int8_t *)m->block.code.ptr;
		*dimensions = m->block.dimensions;
	}
	return got < 0 ? err_wrap(e, "%s", m->path) : 0;
}

static int read_block(const struct visit *v, sqlite3_stmt *s, struct err *e)
{
	struct columns *c = &v->m->block;
	const int8_t *code = NULL;
	size_t dimensions = 0;

	if (columns_read(c, memory_slice(s, 1), v->parts & MEMORY_TERMS, e) < 0)
		return err_wrap(e, "%s", v->m->path);
	if ((v->parts & MEMORY_CODES) &&
	    read_codes(v, sqlite3_column_int64(s, 0), &code, &dimensions, e) < 0)
		return -1;
	if (v->copy && size_of(v->copy) <= KEPT_MOST)
		columns_copy(v->copy, c, 0, c->n);
	return show(v, c, code, dimensions, e);
}

static int read_blocks(const struct visit *v, int64_t collection, struct err *e)
{
	struct memory *m = v->m;
	sqlite3_stmt *s = memory_sql(m, SQL_BLOCKS, e);
	int got;

	sqlite3_bind_int64(s, 1, MEMORY_KEY(collection, 0));
	sqlite3_bind_int64(s, 2, MEMORY_KEY(collection, MEMORY_ROW_MAX));
	while ((got = memory_step(m, s, e)) == 1)
		if (read_block(v, s, e) < 0) {
			got = -1;
			break;
		}
	sqlite3_reset(s);
	if (m->stmt[SQL_CODES])
		sqlite3_reset(m->stmt[SQL_CODES]);
	return got;
}

static int show_kept(const struct visit *v, struct memory_kept *k, struct err *e)
{
	const struct columns *c = &k->columns;

	k->used = ++v->m->keep.clock;
	return show(v, c,
	    (v->parts & MEMORY_CODES) && c->dimensions ? (const int8_t *)c->code.ptr : NULL,
	    c->dimensions, e);
}

int memory_blocks(struct memory *m, int64_t collection, unsigned parts,
    int (*each)(
	void *ctx, const struct memory_block *b, const struct memory_codes *c, struct err *e),
    void *ctx, struct err *e)
{
	struct visit v = {.m = m, .parts = parts, .each = each, .ctx = ctx};
	struct columns copy = {0};
	size_t i = find(&m->keep, collection);

	if (i < m->keep.n && (m->keep.kept[i].parts & parts) == parts)
		return show_kept(&v, &m->keep.kept[i], e);
	if (i < m->keep.n)
		drop_kept(m, i);
	/* Within a transaction that writes, what is read may be taken back. */
	if (!m->writing && worth_keeping(&m->keep, collection))
		v.copy = &copy;
	if (read_blocks(&v, collection, e) < 0) {
		columns_free(&copy);
		return -1;
	}
	if (v.copy)
		keep(m, collection, parts, &copy);
	return 0;
}
