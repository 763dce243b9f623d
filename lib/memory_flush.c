#include <stdlib.h>

#include "mem.h"
#include "memory_impl.h"
#include "timestamp.h"

/* ---- blocks, as rows of two tables */

static int bind_blob(sqlite3_stmt *s, int64_t key, const struct buf *b)
{
	sqlite3_bind_int64(s, 1, key);
	return sqlite3_bind_blob64(s, 2, b->ptr, b->len, SQLITE_STATIC);
}

static int drop(struct memory *m, enum memory_sql which, int64_t key, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, which, e);

	sqlite3_bind_int64(s, 1, key);
	return memory_done(m, s, e);
}

static int set(struct memory *m, enum memory_sql which, int64_t key, struct buf *b, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, which, e);

	if (b->over)
		return err_set(e, "%s: a block is too large", m->path);
	bind_blob(s, key, b);
	return memory_done(m, s, e);
}

static bool any_vector(const struct columns *c)
{
	const float *scale = (const float *)(const void *)c->scale.ptr;

	for (size_t i = 0; i < c->n && c->dimensions; i++)
		if (scale[i] > 0)
			return true;
	return false;
}

static int put_columns(struct memory *m, int64_t key, const struct columns *c, struct err *e)
{
	if (columns_over(c))
		return err_set(e, "%s: a block is too large", m->path);
	buf_clear(&m->blob);
	columns_write(c, &m->blob);
	return set(m, SQL_BLOCK_SET, key, &m->blob, e);
}

int memory_block_put(struct memory *m, int64_t key, const struct columns *c, struct err *e)
{
	if (c->n == 0)
		return drop(m, SQL_BLOCK_DROP, key, e) < 0 || drop(m, SQL_CODES_DROP, key, e) < 0
		    ? -1
		    : 0;
	if (put_columns(m, key, c, e) < 0)
		return -1;
	if (!any_vector(c))
		return drop(m, SQL_CODES_DROP, key, e);
	buf_clear(&m->codes);
	columns_write_codes(c, &m->codes);
	return set(m, SQL_CODES_SET, key, &m->codes, e);
}

int memory_block_get(
    struct memory *m, sqlite3_stmt *s, struct columns *c, int64_t *key, struct err *e)
{
	sqlite3_stmt *codes = memory_sql(m, SQL_CODES, e);
	int got;

	*key = sqlite3_column_int64(s, 0);
	if (!codes || columns_read(c, memory_slice(s, 1), true, e) < 0)
		return codes ? err_wrap(e, "%s", m->path) : -1;
	sqlite3_bind_int64(codes, 1, *key);
	got = memory_step(m, codes, e);
	if (got == 1 && columns_read_codes(c, memory_slice(codes, 0), e) < 0)
		got = err_wrap(e, "%s", m->path);
	sqlite3_reset(codes);
	return got < 0 ? -1 : 0;
}

/* The last block of the collection whose first row is at most row: 1, and it stands in c. */
static int block_of(struct memory *m, int64_t collection, int64_t row, struct columns *c,
    int64_t *key, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_BLOCK_OF, e);
	int got;

	sqlite3_bind_int64(s, 1, MEMORY_KEY(collection, 0));
	sqlite3_bind_int64(s, 2, MEMORY_KEY(collection, row));
	got = memory_step(m, s, e);
	if (got == 1 && memory_block_get(m, s, c, key, e) < 0)
		got = -1;
	sqlite3_reset(s);
	return got;
}

static const int64_t *rows_of(const struct columns *c)
{
	return (const int64_t *)(const void *)c->row.ptr;
}

static int64_t key_of(int64_t collection, const struct columns *c)
{
	return MEMORY_KEY(collection, rows_of(c)[0]);
}

/* Where the row stands in the block; c->n: nowhere. */
static size_t place(const struct columns *c, int64_t row)
{
	const int64_t *rows = rows_of(c);
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->n && rows[low] == row ? low : c->n;
}

/* ---- counts */

struct delta {
	int64_t memories, words, vectors, triggers;
};

static int add_counts(struct memory *m, int64_t collection, const struct delta *d, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_COLLECTION_ADD, e);

	sqlite3_bind_int64(s, 1, d->memories);
	sqlite3_bind_int64(s, 2, d->words);
	sqlite3_bind_int64(s, 3, d->vectors);
	sqlite3_bind_int64(s, 4, d->triggers);
	sqlite3_bind_int64(s, 5, collection);
	m->store.memories += d->memories;
	m->store.words += d->words;
	m->store.triggers += d->triggers;
	return memory_done(m, s, e);
}

/* ---- what leaves */

static int by_row(const void *a, const void *b)
{
	const struct memory_pending_gone *x = a, *y = b;

	if (x->collection != y->collection)
		return x->collection < y->collection ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static void count_out(const struct columns *c, size_t i, struct delta *d)
{
	const float *scale = (const float *)(const void *)c->scale.ptr;

	d->memories--;
	d->words -= ((const uint32_t *)(const void *)c->length.ptr)[i];
	if (c->dimensions && scale[i] > 0)
		d->vectors--;
}

/* Takes from the block of the first of them all that are in it; how many those are. */
static int leave_block(struct memory *m, const struct memory_pending_gone *gone, size_t n,
    size_t *done, struct delta *d, struct err *e)
{
	struct columns *c = &m->block;
	int64_t key;
	int got = block_of(m, gone[0].collection, gone[0].row, c, &key, e);

	if (got < 0)
		return -1;
	for (*done = 0; got == 1 && *done < n; ++*done) {
		size_t at = place(c, gone[*done].row);

		if (at == c->n)
			break;
		count_out(c, at, d);
		d->triggers -= gone[*done].triggers;
		columns_cut(c, at);
	}
	if (*done == 0)
		return err_set(e, "%s: damaged: memory %lld is in no block: run npc-recall check",
		    m->path, (long long)gone[0].row);
	if (c->n && key_of(gone[0].collection, c) != key) {
		struct columns none = {0};

		if (memory_block_put(m, key, &none, e) < 0)
			return -1;
		key = key_of(gone[0].collection, c);
	}
	return memory_block_put(m, key, c, e);
}

static int leave_all(struct memory *m, struct err *e)
{
	struct memory_pending *p = &m->pending;
	size_t done;

	if (p->n_gone)
		qsort(p->gone, p->n_gone, sizeof *p->gone, by_row);
	for (size_t i = 0; i < p->n_gone;) {
		int64_t collection = p->gone[i].collection;
		struct delta d = {0};
		size_t end = i;

		while (end < p->n_gone && p->gone[end].collection == collection)
			end++;
		for (; i < end; i += done)
			if (leave_block(m, p->gone + i, end - i, &done, &d, e) < 0)
				return -1;
		if (add_counts(m, collection, &d, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- what comes */

static int new_term(
    struct memory *m, struct memory_pending_term *t, struct slice text, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_TERM_NEW, e);

	t->number = (uint32_t)m->store.next_term++;
	memory_bind(s, 1, text);
	sqlite3_bind_int64(s, 2, t->number);
	sqlite3_bind_int64(s, 3, t->delta);
	return memory_done(m, s, e);
}

/* Changes the count, and learns the number: what comes in one memory may leave in two. */
static int count_term(struct memory *m, struct memory_pending_term *t, struct err *e)
{
	struct slice text = slice_make(m->pending.text.ptr + t->at, t->len);
	int64_t memories;
	sqlite3_stmt *s;
	int got = memory_term(m, text, &t->number, &memories, e);

	if (got != 1)
		return got < 0 ? -1 : new_term(m, t, text, e);
	if (t->delta == 0)
		return 0;
	s = memory_sql(m, SQL_TERM_ADD, e);
	sqlite3_bind_int64(s, 1, t->delta);
	memory_bind(s, 2, text);
	return memory_done(m, s, e);
}

/* A term that no memory has any more goes: it would tell what was forgotten. */
static int drop_term(struct memory *m, const struct memory_pending_term *t, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_TERM_DROP, e);

	memory_bind(s, 1, slice_make(m->pending.text.ptr + t->at, t->len));
	return memory_done(m, s, e);
}

static int all_terms(struct memory *m, struct err *e)
{
	struct memory_pending *p = &m->pending;

	for (size_t i = 0; i < p->n_terms; i++)
		if (count_term(m, &p->term[i], e) < 0 ||
		    (p->term[i].delta <= 0 && drop_term(m, &p->term[i], e) < 0))
			return -1;
	if (m->store.next_term > UINT32_MAX >> 2)
		return err_set(e, "%s: too many terms: export and import them", m->path);
	return 0;
}

static void number_terms(struct memory_pending *p, const struct memory_pending_memory *w)
{
	uint32_t *term = (uint32_t *)(void *)p->terms.ptr + w->term;

	for (size_t i = 0; i < w->terms; i++)
		term[i] = p->term[term[i] >> 2].number << 2 | (term[i] & 3);
}

static void add_memory(
    struct memory *m, struct columns *c, const struct memory_pending_memory *w, struct delta *d)
{
	struct memory_pending *p = &m->pending;

	number_terms(p, w);
	columns_add(c, w->row, w->time, w->recalled, w->importance, w->session, w->length,
	    (const uint32_t *)(const void *)p->terms.ptr + w->term, w->terms);
	if (w->scale > 0)
		columns_add_code(c, (const int8_t *)p->codes.ptr + w->code,
		    (size_t)m->store.dimensions, w->scale);
	d->memories++;
	d->words += w->length;
	d->vectors += w->scale > 0;
	d->triggers += w->triggers;
}

static void swap(struct columns *a, struct columns *b)
{
	struct columns c = *a;

	*a = *b;
	*b = c;
}

/*
 * The logarithmic method: the last block is merged with what comes as long as it is not larger, so
 * that a memory is rewritten when its block doubles, and a collection has few small blocks.
 */
static int merge(struct memory *m, int64_t collection, struct columns *c, struct err *e)
{
	struct columns none = {0};
	int64_t key;
	int got;

	while ((got = block_of(m, collection, MEMORY_ROW_MAX, &m->block, &key, e)) == 1) {
		if (m->block.n >= MEMORY_BLOCK || m->block.n > c->n ||
		    m->block.term.len + c->term.len > MEMORY_TERMS_MOST)
			return 0;
		columns_copy(&m->block, c, 0, c->n);
		swap(c, &m->block);
		if (memory_block_put(m, key, &none, e) < 0)
			return -1;
	}
	return got;
}

/* So many from there on make a block: at least one. */
static size_t block_of_these(const struct columns *c, size_t from)
{
	size_t n = 1;

	while (n < MEMORY_BLOCK && from + n < c->n &&
	    (columns_begin(c, from + n + 1) - columns_begin(c, from)) * sizeof(uint32_t) <=
		MEMORY_TERMS_MOST)
		n++;
	return n;
}

int memory_blocks_write(
    struct memory *m, int64_t collection, const struct columns *c, struct err *e)
{
	for (size_t from = 0, n; from < c->n; from += n) {
		n = block_of_these(c, from);
		columns_clear(&m->block);
		columns_copy(&m->block, c, from, n);
		if (memory_block_put(m, key_of(collection, &m->block), &m->block, e) < 0)
			return -1;
	}
	return 0;
}

static int by_collection(const void *a, const void *b)
{
	const struct memory_pending_memory *x = a, *y = b;

	if (x->collection != y->collection)
		return x->collection < y->collection ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int come_all(struct memory *m, struct err *e)
{
	struct memory_pending *p = &m->pending;
	struct columns *c = &m->edit;

	if (p->n)
		qsort(p->memory, p->n, sizeof *p->memory, by_collection);
	for (size_t i = 0; i < p->n;) {
		int64_t collection = p->memory[i].collection;
		struct delta d = {0};

		columns_clear(c);
		for (; i < p->n && p->memory[i].collection == collection; i++)
			if (!p->memory[i].gone)
				add_memory(m, c, &p->memory[i], &d);
		if (c->n &&
		    (merge(m, collection, c, e) < 0 ||
			memory_blocks_write(m, collection, c, e) < 0))
			return -1;
		if (add_counts(m, collection, &d, e) < 0 ||
		    drop(m, SQL_COLLECTION_DROP, collection, e) < 0)
			return -1;
	}
	return 0;
}

int memory_flush(struct memory *m, struct err *e)
{
	struct memory_pending *p = &m->pending;

	if (all_terms(m, e) < 0 || leave_all(m, e) < 0 || come_all(m, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n_gone; i++)
		if ((i == 0 || p->gone[i].collection != p->gone[i - 1].collection) &&
		    drop(m, SQL_COLLECTION_DROP, p->gone[i].collection, e) < 0)
			return -1;
	return 0;
}

/* ---- what was recalled */

static int note_recalled(struct memory *m, int64_t row, int64_t at, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_MEMORY_TOUCH, e);

	sqlite3_bind_int64(s, 1, row);
	if (at != TIMESTAMP_NONE)
		sqlite3_bind_int64(s, 2, at);
	return memory_done(m, s, e);
}

static int touch(struct memory *m, int64_t row, int64_t at, struct err *e)
{
	struct columns *c = &m->block;
	struct memory_collection of;
	struct memory_row r;
	int64_t key;
	size_t i;
	int got = memory_row(m, row, false, &r, e);

	if (got == 1)
		got = memory_collection(m, r.npc, &of, e);
	if (got == 1)
		got = block_of(m, of.number, row, c, &key, e);
	if (got != 1)
		return got;
	i = place(c, row);
	if (i == c->n)
		return err_set(e, "%s: damaged: run npc-recall check", m->path);
	((int64_t *)(void *)c->recalled.ptr)[i] = at;
	/* Its codes stay as they are. */
	if (put_columns(m, key, c, e) < 0)
		return -1;
	return note_recalled(m, row, at, e);
}

int memory_touch(struct memory *m, const int64_t *rows, size_t count, int64_t at, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (touch(m, rows[i], at, e) < 0) {
			memory_rollback(m);
			return -1;
		}
	return 0;
}
