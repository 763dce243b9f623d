/*
 * memory: the database of what characters remember: one SQLite file of collections, one for each
 * npc, of memories with their words and, where they have them, their vectors.
 *
 * How it stays quick. A search reads its collection and nothing else: each collection's terms stand
 * in blocks of at most MEMORY_BLOCK memories, columns one after the other (rows, times, term
 * numbers; and for vectors, scales and codes of one byte a dimension), so that a query is a scan
 * of some tens of kilobytes for each thousand memories, whatever else is in the file. The terms'
 * numbers and how many memories have them (for the idf of BM25) are kept once for the whole store.
 * An FTS5 index over all was 80 times slower to ask for one collection in a hundred, a table for each collection
 * does not go to 10,000 of them, and neither has an idf of the store. What is added becomes a block
 * of its own, and blocks are merged when the one before is not larger (the logarithmic method,
 * Bentley and Saxe 1980), so that each memory is rewritten a few times at most.
 *
 * The rows of a collection ascend, in its blocks too: a later row was added later. A memory that is
 * added again, changed, gets a new row.
 *
 * Durability: everything between memory_begin() and memory_commit() is one transaction; when commit
 * has returned 0 it is on the disk (or with .normal in the system's hands). Many transactions one after
 * the other need not wait each: see memory_commit_ahead(). What is forgotten is overwritten with zeros,
 * and its words and vectors leave the blocks.
 *
 * Any number of processes may read and write at once: writers wait for each other, at most .wait_ms.
 *
 *	struct memory *m = memory_open(&(struct memory_options){.path = path, .write = true}, &e);
 *	memory_begin(m, &e);
 *	memory_put(m, &record, &put, &e);
 *	memory_commit(m, &e);		// or memory_rollback(m)
 *	memory_close(m);
 *
 * Errors are those of SQLite, in words; after one within a transaction it is rolled back. The database
 * is for one thread.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"
#include "words.h"

enum { MEMORY_BLOCK = 256 };

enum { MEMORY_ID_LONGEST = 255 }; /* bytes, of an id and of an npc */

struct memory;

struct memory_options {
	const char *path;
	bool
	    write; /* made where there is none, unless must_exist; else only read, also where nothing can be written */
	bool must_exist;
	bool normal; /* a commit survives the process, perhaps not a power cut */
	const char *
	    language; /* for a new file, see words.h; NULL: "en". Another one than the file's is an error */
	bool rebuild; /* opened though its words are by older rules: for memory_check() */
	int64_t wait_ms; /* for other writers; 0: 60 s */
	bool *empty; /* or NULL; set where it cannot be read since nothing has been added yet */
};

/*
 * NULL: it cannot be opened, is no database, not one of ours, of a newer version, or is damaged. One of
 * an older version is migrated when it is opened for writing.
 */
struct memory *memory_open(const struct memory_options *o, struct err *e);
void memory_close(struct memory *m);

/* A memory as it is added. Everything is borrowed. */
struct memory_record {
	struct slice npc, id; /* 1 to MEMORY_ID_LONGEST bytes */
	struct slice text; /* without escapes; what is searched */
	struct slice json; /* the whole object, one line, without its embedding */
	int64_t time; /* ms, or TIMESTAMP_NONE */
	double importance; /* 0: not told */
	uint32_t session; /* a digest of the member "session"; 0: not told */
	const float *vector; /* or NULL */
	size_t dimensions;
	struct slice model; /* that the vector is of; may be empty: not told */
	int64_t recalled; /* when it was last recalled, ms, or TIMESTAMP_NONE */
	int64_t recalls; /* how often */
	const struct memory_keys *keys; /* lore triggers, NULL: none */
};

/* The folded first words of the keys that bring a memory up; constant: it always is. */
struct memory_keys {
	const struct slice *word;
	size_t n;
	bool constant;
};

enum memory_put {
	MEMORY_ADDED,
	MEMORY_REPLACED, /* one with that npc and id was there */
	MEMORY_SAME, /* it was there, byte for byte */
	MEMORY_REFUSED /* the vector does not fit the store: e says why; nothing is changed */
};

int memory_begin(struct memory *m, struct err *e);
int memory_commit(struct memory *m, struct err *e);
void memory_rollback(struct memory *m);

/*
 * The same, without waiting for the disk: 0 says that all commits before this one are durable, and that
 * this one will be when the next returns 0, or memory_durable().
 */
int memory_commit_ahead(struct memory *m, struct err *e);
int memory_durable(struct memory *m, struct err *e);

/*
 * Adds it, or replaces the one with the same npc and id. A vector that is there is kept when the text
 * is the same and none comes. -1: the database failed, and the transaction is rolled back.
 */
int memory_put(
    struct memory *m, const struct memory_record *r, enum memory_put *put, struct err *e);

/* Within a transaction. What is not there is left alone; *n is how many were there. */
int memory_forget(struct memory *m, const int64_t *rows, size_t count, size_t *n, struct err *e);

/*
 * Notes, within a transaction, that these were recalled at that time. Not those that were put in the
 * same one.
 */
int memory_touch(struct memory *m, const int64_t *rows, size_t count, int64_t at, struct err *e);

/* The file as small as a new one with the same memories, without a trace of what is gone. */
int memory_compact(struct memory *m, struct err *e);

/*
 * Is everything as it should be: SQLite's own check, every block, every count? What is derived
 * (terms, blocks, codes, counts, lore) is made anew from the memories and their vectors where it is
 * not, or where all says so. *wrong is how many findings there were. -1: what cannot be made anew is
 * damaged, or the database failed; nothing is changed then.
 */
struct memory_checker {
	/* Fills r from a memory's JSON: time, importance, session, text and keys. */
	int (*read)(void *ctx, struct slice json, struct memory_record *r, struct err *e);
	void (*told)(void *ctx, const char *finding);
	void *ctx;
};
int memory_check(
    struct memory *m, bool all, const struct memory_checker *c, size_t *wrong, struct err *e);

/*
 * ---- reading: between memory_snapshot() and memory_release() everything is of one moment. They may
 * stand within each other, and within a transaction.
 */
int memory_snapshot(struct memory *m, struct err *e);
void memory_release(struct memory *m);

struct memory_counts {
	int64_t memories, words, vectors, collections, terms, triggers;
	int64_t dimensions; /* 0: no vectors yet */
	int64_t bytes, free_bytes; /* of the file */
	char model[256], language[32];
};
int memory_counts(struct memory *m, struct memory_counts *c, struct err *e);

/* The same without what takes counting: collections, terms and the bytes are 0. */
void memory_totals(const struct memory *m, struct memory_counts *c);

/* One collection's numbers. 1: there; 0: no such npc. */
struct memory_collection {
	int64_t number;
	int64_t memories, words, vectors, triggers;
};
int memory_collection(
    struct memory *m, struct slice npc, struct memory_collection *c, struct err *e);

/* All collections, by npc; each returns false to stop. */
int memory_collections(struct memory *m,
    bool (*each)(void *ctx, struct slice npc, const struct memory_collection *c), void *ctx,
    struct err *e);

/* The number of a term and how many memories have it. 1: there; 0: no memory has it. */
int memory_term(
    struct memory *m, struct slice term, uint32_t *number, int64_t *memories, struct err *e);

/* A term in a block: its number and what kind it is. */
#define MEMORY_TERM_STOP 1U
#define MEMORY_TERM_GRAM 2U /* WORDS_CHARACTER or WORDS_TWO */
#define MEMORY_TERM_NUMBER(t) ((t) >> 2)

struct memory_block {
	size_t n;
	const int64_t *row;
	const int64_t *time; /* ms, or TIMESTAMP_NONE */
	const int64_t *recalled;
	const float *importance; /* 0: not told */
	const uint32_t *session;
	const uint32_t
	    *length; /* in words that are no stop words, or in all where there are no others */
	const uint32_t *end; /* of memory i's terms: term[end[i - 1] … end[i]) */
	const uint32_t *term;
};

struct memory_codes {
	size_t n;
	size_t dimensions;
	const float *scale; /* 0: this memory has no vector */
	const int8_t *code;
};

/* What of a block is wanted beside its columns of one number a memory. */
enum { MEMORY_TERMS = 1, MEMORY_CODES = 2 };

/*
 * The blocks of a collection in order; c is NULL where codes are not wanted or none of the block's
 * memories has a vector. Both borrow until it returns.
 */
int memory_blocks(struct memory *m, int64_t collection, unsigned parts,
    int (*each)(
	void *ctx, const struct memory_block *b, const struct memory_codes *c, struct err *e),
    void *ctx, struct err *e);

/* What a row holds; borrowed until the next call. 1: there; 0: not. */
struct memory_row {
	int64_t row;
	struct slice npc, id, json;
	int64_t recalled, recalls;
	const float *vector; /* NULL: none, or not asked for */
	size_t dimensions;
};
int memory_row(struct memory *m, int64_t row, bool vector, struct memory_row *r, struct err *e);

/* The rows with this id, in the npc's collection, or in all where npc.ptr is NULL. */
int memory_find(struct memory *m, struct slice npc, struct slice id,
    bool (*each)(void *ctx, int64_t row), void *ctx, struct err *e);

/* A row's vector into x, which has room for the store's dimensions. 1: there; 0: it has none. */
int memory_vector(struct memory *m, int64_t row, float *x, struct err *e);

/* All rows, of one npc or (npc.ptr NULL) of all, in the order in which they were added. */
int memory_rows(struct memory *m, struct slice npc, bool vectors,
    bool (*each)(void *ctx, const struct memory_row *r), void *ctx, struct err *e);

/*
 * Lore: the rows that a folded word may bring up, and those that are constant (word empty), in the
 * order of rows.
 */
int memory_triggered(struct memory *m, int64_t collection, struct slice word,
    bool (*each)(void *ctx, int64_t row), void *ctx, struct err *e);

/* The store's analyser of texts, for queries. */
struct words *memory_words(struct memory *m);

#endif
