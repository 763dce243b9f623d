/* memory_impl: what the files of memory share. */
#ifndef MEMORY_IMPL_H
#define MEMORY_IMPL_H

#include <aio.h>
#include <sqlite3.h>

#include "columns.h"
#include "json.h"
#include "memory.h"

enum memory_sql {
	SQL_BEGIN,
	SQL_BEGIN_WRITE,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_STORE,
	SQL_STORE_SET,
	SQL_COLLECTION,
	SQL_COLLECTION_NEW,
	SQL_COLLECTION_ADD,
	SQL_COLLECTION_DROP,
	SQL_COLLECTIONS,
	SQL_COUNT_COLLECTIONS,
	SQL_COUNT_TERMS,
	SQL_ID,
	SQL_IDS,
	SQL_MEMORY,
	SQL_MEMORY_NEW,
	SQL_MEMORY_DROP,
	SQL_MEMORY_TOUCH,
	SQL_MEMORIES,
	SQL_VECTOR,
	SQL_VECTOR_NEW,
	SQL_VECTOR_DROP,
	SQL_BLOCKS,
	SQL_COUNT_BLOCKS,
	SQL_BLOCK_OF,
	SQL_BLOCK_SET,
	SQL_BLOCK_DROP,
	SQL_CODES,
	SQL_CODES_SET,
	SQL_CODES_DROP,
	SQL_TERM,
	SQL_TERM_NEW,
	SQL_TERM_ADD,
	SQL_TERM_DROP,
	SQL_TRIGGER_NEW,
	SQL_TRIGGER_DROP,
	SQL_TRIGGERED,
	SQL_COUNT
};

/* The one row of the table store. */
struct memory_store {
	int64_t memories, words, vectors, triggers;
	int64_t dimensions, next_term, next_row;
	char model[256], language[32];
};

/* A term of the memories that wait for the commit. */
struct memory_pending_term {
	uint32_t at, len; /* in pending.text */
	uint32_t number; /* in the store, known at the commit */
	uint32_t seen; /* the last memory that it was counted for, from 1 */
	int64_t delta; /* memories more that have it */
};

struct memory_pending_memory {
	int64_t collection, row;
	int64_t time, recalled;
	float importance, scale; /* scale 0: no vector */
	uint32_t session, length;
	size_t term, terms; /* in pending.terms */
	size_t code; /* in pending.codes */
	int64_t triggers;
	bool gone; /* replaced in the same transaction */
};

/* A memory that leaves its block at the commit. */
struct memory_pending_gone {
	int64_t collection, row;
	int64_t triggers;
};

/* What a transaction has put and has not yet brought into blocks. */
struct memory_pending {
	struct memory_pending_memory *memory;
	size_t n, cap;
	struct memory_pending_gone *gone;
	size_t n_gone, gone_cap;
	struct memory_pending_term *term;
	size_t n_terms, term_cap;
	uint32_t *slot; /* a hash table of term numbers, from 1 */
	size_t slots; /* a power of two, or 0 */
	struct buf text; /* of the terms */
	struct buf terms; /* uint32_t: number in term << 2 | flags */
	struct buf codes;
	uint32_t counted; /* memories that were counted, for seen */
};

/* A collection's blocks as one. */
struct memory_kept {
	unsigned parts;
	size_t bytes;
	uint64_t used; /* by the keep's clock */
	struct columns columns;
};

enum { MEMORY_KEEP_BITS = 1024 }; /* bytes of them */

struct memory_keep {
	struct memory_kept *kept;
	int64_t *collection; /* beside kept, for the search */
	size_t n, cap, bytes;
	uint64_t clock, refused;
	unsigned version; /* of the data, as SQLite counts it */
	/* A bit for a collection, or for some that share it: asked for before; too large to be kept. */
	unsigned char seen[MEMORY_KEEP_BITS], large[MEMORY_KEEP_BITS];
};

struct memory {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *stmt[SQL_COUNT]; /* prepared when first used */
	bool normal; /* commits are not synced */
	struct aiocb log; /* SQLite's, as it is synced */
	bool log_open, syncing;
	bool in_transaction, writing;
	unsigned nested; /* snapshots within it */
	bool rebuild; /* its words are by other rules than ours */
	struct memory_store store; /* as of the transaction */
	struct words words;
	struct json_doc doc;
	struct buf scratch, blob, codes, floats;
	struct columns block, edit;
	struct memory_pending pending;
	struct memory_keep keep;
	struct buf npc; /* of the last memory put, and its collection */
	int64_t npc_collection;
};

/* Bytes of a block's terms: long texts do not make blocks that no buffer holds. */
#define MEMORY_TERMS_MOST ((size_t)16 << 20)

/* Where a block is kept: its collection and its first row. */
#define MEMORY_ROW_BITS 40
#define MEMORY_KEY(collection, row) ((collection) << MEMORY_ROW_BITS | (row))
#define MEMORY_ROW_MAX ((INT64_C(1) << MEMORY_ROW_BITS) - 1)
#define MEMORY_COLLECTION_MAX ((INT64_C(1) << 23) - 1)

/*
 * The statement, reset and without values; NULL: it cannot be prepared. What is bound to NULL goes nowhere
 * (SQLITE_MISUSE), and a step of it fails: so that is where one looks.
 */
sqlite3_stmt *memory_sql(struct memory *m, enum memory_sql which, struct err *e);

/* 1: a row; 0: done; -1: an error, told, of the step or of what made the statement. The statement is reset but for a row. */
int memory_step(struct memory *m, sqlite3_stmt *s, struct err *e);

/* The same for a statement that has no rows: 0 or -1. */
int memory_done(struct memory *m, sqlite3_stmt *s, struct err *e);

/* e gets what SQLite says; always -1. */
int memory_error(struct memory *m, struct err *e);

/* What is at column i; borrowed until the next step. */
struct slice memory_slice(sqlite3_stmt *s, int i);
int memory_bind(sqlite3_stmt *s, int i, struct slice text);
/* ms, or TIMESTAMP_NONE. */
int64_t memory_moment(sqlite3_stmt *s, int i);

int memory_exec(struct memory *m, const char *sql, struct err *e);

/* The one number that a statement, whose values are bound, answers. */
int memory_number(struct memory *m, sqlite3_stmt *s, int64_t *n, struct err *e);

int memory_store_load(struct memory *m, struct err *e);
int memory_store_save(struct memory *m, struct err *e);

/* Makes the tables, or brings those of an older version up to this one. */
int memory_schema(struct memory *m, const struct memory_options *o, struct err *e);

/* Notes that its words are by our rules now. */
int memory_rules(struct memory *m, struct err *e);

/* The row at which SQL_MEMORY or SQL_MEMORIES stands. */
int memory_row_fill(
    struct memory *m, sqlite3_stmt *s, bool vector, struct memory_row *r, struct err *e);

/* Lets go what was kept, where somebody has changed the data since. */
void memory_keep_check(struct memory *m);
void memory_keep_clear(struct memory *m);
void memory_keep_free(struct memory *m);
/* Where the collection is kept; keep.n: it is not. */
size_t memory_keep_find(const struct memory_keep *k, int64_t collection);
void memory_keep_drop(struct memory *m, size_t i);
/* Is it worth copying? It is noted that it was asked for. */
bool memory_keep_worth(struct memory_keep *k, int64_t collection);
/* More than may be kept at all. */
bool memory_keep_over(const struct columns *c);
/* Keeps it, in place of those not used for longest; c is emptied or freed. */
void memory_keep_add(struct memory *m, int64_t collection, unsigned parts, struct columns *c);

void memory_pending_clear(struct memory_pending *p);
void memory_pending_free(struct memory_pending *p);
/* Counts the terms of a text, delta times, and puts them on pending.terms; *length is as in a block. */
void memory_pending_text(
    struct memory *m, struct slice text, int64_t delta, bool keep, uint32_t *length);
/* Notes a memory that stands in its tables for the flush: its terms, its code, its triggers. */
int memory_index(struct memory *m, const struct memory_record *r, int64_t collection, int64_t row,
    struct err *e);

/* The log: begins to sync what was committed; or does, and waits. */
int memory_sync_begin(struct memory *m, struct err *e);
int memory_sync(struct memory *m, struct err *e);
void memory_sync_free(struct memory *m);

/* Brings everything into blocks, terms and counts. */
int memory_flush(struct memory *m, struct err *e);

/* Runs a statement that drops what has that key. */
int memory_drop(struct memory *m, enum memory_sql which, int64_t key, struct err *e);

/* Writes the block that stands in c (with its codes), or drops the one at key where c is empty. */
int memory_block_put(struct memory *m, int64_t key, const struct columns *c, struct err *e);
/* The same, and its codes stay as they are. */
int memory_block_columns(struct memory *m, int64_t key, const struct columns *c, struct err *e);
/* Reads the block at the statement's row (key, columns) into m->block, with its codes. */
int memory_block_get(
    struct memory *m, sqlite3_stmt *s, struct columns *c, int64_t *key, struct err *e);

/* The last block of the collection whose first row is at most row: 1, and it stands in c. */
int memory_block_of(struct memory *m, int64_t collection, int64_t row, struct columns *c,
    int64_t *key, struct err *e);
/* By its first row. */
int64_t memory_block_key(int64_t collection, const struct columns *c);
/* Where the row stands in the block; c->n: nowhere. */
size_t memory_block_place(const struct columns *c, int64_t row);

/* All that stands in c, as blocks of at most MEMORY_BLOCK memories. m->block is used for it. */
int memory_blocks_write(
    struct memory *m, int64_t collection, const struct columns *c, struct err *e);

/* The text of a memory's JSON; borrowed from it or m->scratch. */
int memory_text(struct memory *m, struct slice json, struct slice *text, struct err *e);

#endif
