#include "memory_impl.h"

/* A block is a row of two tables: its columns, and where there are vectors, its codes. */

static int bind_blob(sqlite3_stmt *s, int64_t key, const struct buf *b)
{
	sqlite3_bind_int64(s, 1, key);
	return sqlite3_bind_blob64(s, 2, b->ptr, b->len, SQLITE_STATIC);
}

int memory_drop(struct memory *m, enum memory_sql which, int64_t key, struct err *e)
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

int memory_block_columns(struct memory *m, int64_t key, const struct columns *c, struct err *e)
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
		return memory_drop(m, SQL_BLOCK_DROP, key, e) < 0 ||
			memory_drop(m, SQL_CODES_DROP, key, e) < 0
		    ? -1
		    : 0;
	if (memory_block_columns(m, key, c, e) < 0)
		return -1;
	if (!any_vector(c))
		return memory_drop(m, SQL_CODES_DROP, key, e);
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

int memory_block_of(struct memory *m, int64_t collection, int64_t row, struct columns *c,
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

int64_t memory_block_key(int64_t collection, const struct columns *c)
{
	return MEMORY_KEY(collection, rows_of(c)[0]);
}

size_t memory_block_place(const struct columns *c, int64_t row)
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
		if (memory_block_put(m, memory_block_key(collection, &m->block), &m->block, e) < 0)
			return -1;
	}
	return 0;
}
