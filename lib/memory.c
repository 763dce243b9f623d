#include "memory.h"

#include <stdlib.h>

#include "mem.h"
#include "memory_impl.h"
#include "timestamp.h"
#include "vector.h"

/*
 * OR FAIL: a change of one row needs no journal of its own to be taken back by; the transaction is rolled back
 * whatever fails.
 */
static const char *const sql[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_STORE] =
	"SELECT memories, words, vectors, triggers, dimensions, next_term, next_row, model, "
	"language FROM store",
    [SQL_STORE_SET] =
	"UPDATE OR FAIL store SET memories = ?, words = ?, vectors = ?, triggers = ?, "
	"dimensions = ?, next_term = ?, next_row = ?, model = ?",
    [SQL_COLLECTION] = "SELECT number, memories, words, vectors, triggers FROM collection "
		       "WHERE npc = ?",
    [SQL_COLLECTION_NEW] = "INSERT INTO collection(npc) VALUES(?)",
    [SQL_COLLECTION_ADD] =
	"UPDATE OR FAIL collection SET memories = memories + ?, words = words + ?, "
	"vectors = vectors + ?, triggers = triggers + ? WHERE number = ?",
    [SQL_COLLECTION_DROP] = "DELETE FROM collection WHERE number = ? AND memories <= 0",
    [SQL_COLLECTIONS] = "SELECT npc, number, memories, words, vectors, triggers FROM collection "
			"ORDER BY npc",
    [SQL_COUNT_COLLECTIONS] = "SELECT count(*) FROM collection",
    [SQL_COUNT_TERMS] = "SELECT count(*) FROM term",
    [SQL_ID] = "SELECT row, json, recalled, recalls FROM memory WHERE collection = ? AND id = ?",
    [SQL_IDS] = "SELECT row FROM collection CROSS JOIN memory ON collection = number "
		"WHERE id = ?",
    [SQL_MEMORY] = "SELECT row, npc, id, json, recalled, recalls FROM memory, collection "
		   "WHERE row = ? AND number = collection",
    [SQL_MEMORY_NEW] = "INSERT INTO memory(row, collection, id, json, recalled, recalls) "
		       "VALUES(?, ?, ?, ?, ?, ?)",
    [SQL_MEMORY_DROP] = "DELETE FROM memory WHERE row = ?",
    [SQL_MEMORY_TOUCH] =
	"UPDATE OR FAIL memory SET recalled = ?2, recalls = recalls + 1 WHERE row = ?1",
    [SQL_MEMORIES] = "SELECT row, npc, id, json, recalled, recalls FROM memory, collection "
		     "WHERE row > ? AND number = collection ORDER BY row",
    [SQL_VECTOR] = "SELECT floats FROM vector WHERE row = ?",
    [SQL_VECTOR_NEW] = "INSERT INTO vector(row, floats) VALUES(?, ?)",
    [SQL_VECTOR_DROP] = "DELETE FROM vector WHERE row = ?",
    [SQL_BLOCKS] = "SELECT at, columns FROM block WHERE at BETWEEN ? AND ? ORDER BY at",
    [SQL_BLOCK_OF] = "SELECT at, columns FROM block WHERE at BETWEEN ? AND ? "
		     "ORDER BY at DESC LIMIT 1",
    [SQL_BLOCK_SET] = "INSERT OR REPLACE INTO block(at, columns) VALUES(?, ?)",
    [SQL_BLOCK_DROP] = "DELETE FROM block WHERE at = ?",
    [SQL_COUNT_BLOCKS] = "SELECT count(*) FROM block WHERE at BETWEEN ? AND ?",
    [SQL_CODES] = "SELECT columns FROM code WHERE at = ?",
    [SQL_CODES_SET] = "INSERT OR REPLACE INTO code(at, columns) VALUES(?, ?)",
    [SQL_CODES_DROP] = "DELETE FROM code WHERE at = ?",
    [SQL_TERM] = "SELECT number, memories FROM term WHERE text = ?",
    [SQL_TERM_NEW] = "INSERT INTO term(text, number, memories) VALUES(?, ?, ?)",
    [SQL_TERM_ADD] = "UPDATE OR FAIL term SET memories = memories + ? WHERE text = ?",
    [SQL_TERM_DROP] = "DELETE FROM term WHERE text = ? AND memories <= 0",
    [SQL_TRIGGER_NEW] = "INSERT OR IGNORE INTO lore(collection, word, row) VALUES(?, ?, ?)",
    [SQL_TRIGGER_DROP] = "DELETE FROM lore WHERE row = ?",
    [SQL_TRIGGERED] = "SELECT row FROM lore WHERE collection = ? AND word = ? ORDER BY row",
};

int memory_error(struct memory *m, struct err *e)
{
	return err_set(e, "%s: %s", m->path, sqlite3_errmsg(m->db));
}

sqlite3_stmt *memory_sql(struct memory *m, enum memory_sql which, struct err *e)
{
	sqlite3_stmt *s = m->stmt[which];

	if (s) {
		sqlite3_reset(s);
		sqlite3_clear_bindings(s);
		return s;
	}
	if (sqlite3_prepare_v3(m->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) !=
	    SQLITE_OK) {
		memory_error(m, e);
		return NULL;
	}
	return m->stmt[which] = s;
}

int memory_step(struct memory *m, sqlite3_stmt *s, struct err *e)
{
	int got = s ? sqlite3_step(s) : SQLITE_MISUSE;

	if (got == SQLITE_ROW)
		return 1;
	if (s && got != SQLITE_DONE)
		memory_error(m, e);
	sqlite3_reset(s);
	return got == SQLITE_DONE ? 0 : -1;
}

int memory_done(struct memory *m, sqlite3_stmt *s, struct err *e)
{
	int got = memory_step(m, s, e);

	if (got == 1)
		sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

int memory_number(struct memory *m, sqlite3_stmt *s, int64_t *n, struct err *e)
{
	int got = memory_step(m, s, e);

	if (got == 0)
		return err_set(e, "%s: a number was asked for, and none came", m->path);
	if (got == 1) {
		*n = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return got < 0 ? -1 : 0;
}

int64_t memory_moment(sqlite3_stmt *s, int i)
{
	return sqlite3_column_type(s, i) == SQLITE_NULL ? TIMESTAMP_NONE
							: sqlite3_column_int64(s, i);
}

struct slice memory_slice(sqlite3_stmt *s, int i)
{
	const char *ptr = sqlite3_column_blob(s, i);

	return slice_make(ptr ? ptr : "", (size_t)sqlite3_column_bytes(s, i));
}

/* An empty slice is empty text, not NULL. */
int memory_bind(sqlite3_stmt *s, int i, struct slice text)
{
	return sqlite3_bind_text64(
	    s, i, text.len ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

int memory_exec(struct memory *m, const char *text, struct err *e)
{
	if (sqlite3_exec(m->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return memory_error(m, e);
	return 0;
}

int memory_store_load(struct memory *m, struct err *e)
{
	struct memory_store *t = &m->store;
	sqlite3_stmt *s = memory_sql(m, SQL_STORE, e);
	int got = memory_step(m, s, e);

	if (got == 0)
		return err_set(e, "%s: damaged: its table store is empty", m->path);
	if (got < 0)
		return -1;
	t->memories = sqlite3_column_int64(s, 0);
	t->words = sqlite3_column_int64(s, 1);
	t->vectors = sqlite3_column_int64(s, 2);
	t->triggers = sqlite3_column_int64(s, 3);
	t->dimensions = sqlite3_column_int64(s, 4);
	t->next_term = sqlite3_column_int64(s, 5);
	t->next_row = sqlite3_column_int64(s, 6);
	sqlite3_snprintf(sizeof t->model, t->model, "%s", sqlite3_column_text(s, 7));
	sqlite3_snprintf(sizeof t->language, t->language, "%s", sqlite3_column_text(s, 8));
	sqlite3_reset(s);
	if (t->dimensions < 0 || t->dimensions > VECTOR_MAX)
		return err_set(e, "%s: damaged: vectors of %lld dimensions", m->path,
		    (long long)t->dimensions);
	return 0;
}

int memory_store_save(struct memory *m, struct err *e)
{
	const struct memory_store *t = &m->store;
	sqlite3_stmt *s = memory_sql(m, SQL_STORE_SET, e);

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, t->memories);
	sqlite3_bind_int64(s, 2, t->words);
	sqlite3_bind_int64(s, 3, t->vectors);
	sqlite3_bind_int64(s, 4, t->triggers);
	sqlite3_bind_int64(s, 5, t->dimensions);
	sqlite3_bind_int64(s, 6, t->next_term);
	sqlite3_bind_int64(s, 7, t->next_row);
	memory_bind(s, 8, slice_str(t->model));
	return memory_done(m, s, e);
}

static int begin(struct memory *m, enum memory_sql how, struct err *e)
{
	if (memory_done(m, memory_sql(m, how, e), e) < 0)
		return -1;
	m->in_transaction = true;
	m->writing = how == SQL_BEGIN_WRITE;
	if (memory_store_load(m, e) < 0) {
		memory_rollback(m);
		return -1;
	}
	if (m->writing)
		memory_keep_clear(m);
	else
		memory_keep_check(m);
	return 0;
}

int memory_begin(struct memory *m, struct err *e)
{
	memory_pending_clear(&m->pending);
	buf_clear(&m->npc);
	return begin(m, SQL_BEGIN_WRITE, e);
}

/* A statement that stands on a row holds on to what was there before. */
static void reset_all(struct memory *m)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_reset(m->stmt[i]);
}

static int commit(struct memory *m, struct err *e)
{
	if (memory_flush(m, e) < 0 || memory_store_save(m, e) < 0)
		return -1;
	reset_all(m);
	return memory_done(m, memory_sql(m, SQL_COMMIT, e), e);
}

static int hand_over(struct memory *m, struct err *e)
{
	if (commit(m, e) < 0) {
		memory_rollback(m);
		return -1;
	}
	m->in_transaction = m->writing = false;
	memory_pending_clear(&m->pending);
	return 0;
}

int memory_commit(struct memory *m, struct err *e)
{
	return hand_over(m, e) < 0 ? -1 : memory_sync(m, e);
}

int memory_commit_ahead(struct memory *m, struct err *e)
{
	if (hand_over(m, e) < 0 || memory_durable(m, e) < 0)
		return -1;
	return memory_sync_begin(m, e);
}

/* SQLite may have rolled back by itself (a full disk): then there is nothing to do. */
void memory_rollback(struct memory *m)
{
	reset_all(m);
	if (m->in_transaction && !sqlite3_get_autocommit(m->db))
		memory_done(m, memory_sql(m, SQL_ROLLBACK, NULL), NULL);
	m->in_transaction = m->writing = false;
	m->nested = 0;
	memory_pending_clear(&m->pending);
}

int memory_snapshot(struct memory *m, struct err *e)
{
	if (m->in_transaction) {
		m->nested++;
		return 0;
	}
	return begin(m, SQL_BEGIN, e);
}

void memory_release(struct memory *m)
{
	if (m->nested)
		m->nested--;
	else
		memory_rollback(m);
}

struct words *memory_words(struct memory *m)
{
	return &m->words;
}

void memory_close(struct memory *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(m->stmt[i]);
	memory_sync_free(m);
	sqlite3_close(m->db);
	words_close(&m->words);
	json_doc_free(&m->doc);
	columns_free(&m->block);
	columns_free(&m->edit);
	memory_pending_free(&m->pending);
	memory_keep_free(m);
	buf_free(&m->scratch);
	buf_free(&m->blob);
	buf_free(&m->codes);
	buf_free(&m->floats);
	buf_free(&m->npc);
	free(m->path);
	free(m);
}
