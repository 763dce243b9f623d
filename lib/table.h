/*
 * table: a weighted table, compiled once and drawn from row by row.
 *
 *	{"description":"…","entries":["plain", {"value":"v","weight":2,"when":{"class":["poor"]}}]}
 *
 * A bare string is an entry of weight 1; so is an object without "weight". "when" names fields that
 * are drawn before, each with the values that suit: all of them must fit. Any other member of an
 * entry is its reader's business (json). A value is a string, a number or a literal.
 *
 * There is no state: a draw is a function of a key, the row's number and what the row has drawn
 * before. table_place() gives each row a place in [0, 1). The rows of a block of TABLE_BLOCK lie
 * one in each 64th, in an order that the key chooses; so the shares of a table come out as its
 * weights say, a longer cast begins with the shorter one, and two fields, which have two keys, know
 * nothing of each other. (Stratified sampling, with a permutation a block.)
 *
 *	struct table *t = table_compile("goals.json: ", json, earlier, n, &e);
 *	uint32_t i = table_draw(t, table_place(key, row), picks);	// TABLE_NONE: nothing fits
 *	struct slice value = table_at(t, i)->text;
 *	table_free(t);
 *
 * Ownership: the table borrows from the document that it was compiled from, and from the tables
 * that its "when" names. Errors begin with "where", which is a file and a pointer's beginning.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "json.h"
#include "slice.h"

enum { TABLE_BLOCK = 64, TABLE_PICKS = 5 };

/* The most entries of a table. */
#define TABLE_ENTRIES 100000

#define TABLE_NONE UINT32_MAX

struct table;

struct table_entry {
	struct slice text; /* a string's text, anything else as it is written */
	const struct json *value;
	const struct json *json; /* the object, or NULL where it is a bare string */
	double weight;
	uint32_t id; /* the same for all entries of a table with the same text */
	uint32_t when, whens; /* its conditions */
	char *own; /* the text's memory where it had escapes */
};

/* A field that is drawn before: its values, and where in the picks they are. */
struct table_field {
	struct slice name;
	const struct table *table;
};

/* What a row has drawn in one field: entries of that field's table. */
struct table_pick {
	uint32_t n;
	uint32_t entry[TABLE_PICKS];
};

struct table *table_compile(const char *where, const struct json *json,
    const struct table_field *earlier, size_t n, struct err *e);

/* NULL is allowed. */
void table_free(struct table *t);

size_t table_size(const struct table *t);
const struct table_entry *table_at(const struct table *t, size_t i);

/* Has any entry a "when"? */
bool table_conditional(const struct table *t);

/* Has any entry a "when" that looks at this field? */
bool table_asks(const struct table *t, size_t field);

/* The entry with this text that stands first, or TABLE_NONE. */
uint32_t table_find(const struct table *t, struct slice text);

/* A row's place in [0, 1). */
double table_place(uint64_t key, uint64_t row);

/* The entry at place u among those that fit picks[field] of the earlier fields. */
uint32_t table_draw(const struct table *t, double u, const struct table_pick *picks);

/* Does this entry fit? */
bool table_fits(const struct table *t, uint32_t entry, const struct table_pick *picks);

#endif
