#include "memory_impl.h"

static int64_t last_key(int64_t collection)
{
	return MEMORY_KEY(collection, MEMORY_ROW_MAX);
}

static int count_blocks(struct memory *m, int64_t collection, int64_t *n, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_COUNT_BLOCKS, e);

	sqlite3_bind_int64(s, 1, MEMORY_KEY(collection, 0));
	sqlite3_bind_int64(s, 2, last_key(collection));
	return memory_number(m, s, n, e);
}

/* Takes the first block from key on out of its tables into m->block: 1; *key is its own then. */
static int take_block(struct memory *m, int64_t collection, int64_t *key, struct err *e)
{
	struct columns none = {0};
	sqlite3_stmt *s = memory_sql(m, SQL_BLOCKS, e);
	int got;

	sqlite3_bind_int64(s, 1, *key);
	sqlite3_bind_int64(s, 2, last_key(collection));
	got = memory_step(m, s, e);
	if (got == 1 && memory_block_get(m, s, &m->block, key, e) < 0)
		got = -1;
	sqlite3_reset(s);
	return got == 1 && memory_block_put(m, *key, &none, e) < 0 ? -1 : got;
}

/* Writes the full blocks that stand in m->edit, and keeps the rest there; all: that too. */
static int write_full(struct memory *m, int64_t collection, bool all, struct err *e)
{
	struct columns *c = &m->edit, rest = {0};
	size_t full = all ? c->n : c->n - c->n % MEMORY_BLOCK;

	if (full == 0)
		return 0;
	columns_copy(&rest, c, full, c->n - full);
	while (c->n > full)
		columns_cut(c, c->n - 1);
	if (memory_blocks_write(m, collection, c, e) < 0) {
		columns_free(&rest);
		return -1;
	}
	columns_free(c);
	*c = rest;
	return 0;
}

/*
 * As few blocks as there can be. What is written stands before what is yet to be read: a block's key is
 * its first row.
 */
static int repack(struct memory *m, int64_t collection, int64_t memories, struct err *e)
{
	int64_t key = MEMORY_KEY(collection, 0), blocks;
	int got;

	if (count_blocks(m, collection, &blocks, e) < 0)
		return -1;
	if (blocks <= (memories + MEMORY_BLOCK - 1) / MEMORY_BLOCK)
		return 0;
	columns_clear(&m->edit);
	while ((got = take_block(m, collection, &key, e)) == 1) {
		columns_copy(&m->edit, &m->block, 0, m->block.n);
		if (write_full(m, collection, m->edit.term.len > MEMORY_TERMS_MOST, e) < 0)
			return -1;
		key++;
	}
	return got < 0 ? -1 : write_full(m, collection, true, e);
}

struct numbers {
	struct buf number, memories;
};

static bool note(void *ctx, struct slice npc, const struct memory_collection *c)
{
	struct numbers *n = ctx;

	(void)npc;
	buf_put(&n->number, (const char *)&c->number, sizeof c->number);
	buf_put(&n->memories, (const char *)&c->memories, sizeof c->memories);
	return true;
}

static int repack_all(struct memory *m, struct err *e)
{
	struct numbers n = {{0}, {0}};
	const int64_t *number, *memories;
	int got = memory_collections(m, note, &n, e);

	number = (const int64_t *)(const void *)n.number.ptr;
	memories = (const int64_t *)(const void *)n.memories.ptr;
	for (size_t i = 0; got == 0 && i < n.number.len / sizeof *number; i++)
		got = repack(m, number[i], memories[i], e);
	buf_free(&n.number);
	buf_free(&n.memories);
	return got;
}

/* The log is emptied too: it holds pages as they were. */
static int empty_log(struct memory *m, struct err *e)
{
	sqlite3_stmt *s;
	int got;

	if (sqlite3_prepare_v2(m->db, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &s, NULL) != SQLITE_OK)
		return memory_error(m, e);
	got = memory_step(m, s, e);
	if (got == 1 && sqlite3_column_int(s, 0) != 0)
		got = err_set(e, "%s: its log is still read by others: try again", m->path);
	sqlite3_finalize(s);
	return got < 0 ? -1 : 0;
}

int memory_compact(struct memory *m, struct err *e)
{
	if (memory_begin(m, e) < 0)
		return -1;
	if (repack_all(m, e) < 0) {
		memory_rollback(m);
		return -1;
	}
	if (memory_commit(m, e) < 0 || memory_exec(m, "VACUUM", e) < 0)
		return -1;
	return empty_log(m, e);
}
