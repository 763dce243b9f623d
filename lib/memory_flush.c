#include <stdlib.h>

#include "mem.h"
#include "memory_impl.h"
#include "timestamp.h"

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
	int got = memory_block_of(m, gone[0].collection, gone[0].row, c, &key, e);

	if (got < 0)
		return -1;
	for (*done = 0; got == 1 && *done < n; ++*done) {
		size_t at = memory_block_place(c, gone[*done].row);

		if (at == c->n)
			break;
		count_out(c, at, d);
		d->triggers -= gone[*done].triggers;
		columns_cut(c, at);
	}
	if (*done == 0)
		return err_set(e, "%s: damaged: memory %lld is in no block: run npc-recall check",
		    m->path, (long long)gone[0].row);
	if (c->n && memory_block_key(gone[0].collection, c) != key) {
		struct columns none = {0};

		if (memory_block_put(m, key, &none, e) < 0)
			return -1;
		key = memory_block_key(gone[0].collection, c);
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

	while ((got = memory_block_of(m, collection, MEMORY_ROW_MAX, &m->block, &key, e)) == 1) {
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
		    memory_drop(m, SQL_COLLECTION_DROP, collection, e) < 0)
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
		    memory_drop(m, SQL_COLLECTION_DROP, p->gone[i].collection, e) < 0)
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
		got = memory_block_of(m, of.number, row, c, &key, e);
	if (got != 1)
		return got;
	i = memory_block_place(c, row);
	if (i == c->n)
		return err_set(e, "%s: damaged: run npc-recall check", m->path);
	((int64_t *)(void *)c->recalled.ptr)[i] = at;
	/* Its codes stay as they are. */
	if (memory_block_columns(m, key, c, e) < 0)
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
