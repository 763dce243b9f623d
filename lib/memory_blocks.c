#include "memory_impl.h"

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
	if (v->copy && !memory_keep_over(v->copy))
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
	size_t i = memory_keep_find(&m->keep, collection);

	if (i < m->keep.n && (m->keep.kept[i].parts & parts) == parts)
		return show_kept(&v, &m->keep.kept[i], e);
	if (i < m->keep.n)
		memory_keep_drop(m, i);
	/* Within a transaction that writes, what is read may be taken back. */
	if (!m->writing && memory_keep_worth(&m->keep, collection))
		v.copy = &copy;
	if (read_blocks(&v, collection, e) < 0) {
		columns_free(&copy);
		return -1;
	}
	if (v.copy)
		memory_keep_add(m, collection, parts, &copy);
	return 0;
}
