/*
 * grammar: text from rules that are drawn, after Tracery (Kate Compton; tracery.io).
 *
 * A grammar is an object of symbols; a symbol is a rule or an array of rules:
 *
 *	{"origin":["#greeting.capitalize#, #who#!"],"greeting":["hail","good day"],"who":"#name#"}
 *
 * In a rule:
 *	#symbol#		an expansion of the symbol
 *	#symbol.a.capitalize#	changed, from left to right: capitalize, capitalizeAll, a, s, ed
 *	[symbol:rule]		from here on the symbol is this rule's text, expanded once
 *	[symbol:rule,rule]	… or one of several; \, is a comma
 *	[symbol:POP]		what it was before
 *	#[symbol:rule]other#	for this expansion only
 *	\# \[ \] \\		the character itself
 * What a rule pushes outside #…# stays until it is popped or grammar_begin() is called.
 *
 * Beyond Tracery:
 * - An entry of an array may be {"text":rule,"weight":number}; a string's weight is 1.
 * - A symbol may be an object that chooses by the row:
 *   {"by":"pronouns","she/her":["she"],"":["they"]}. "by" leads into the row; the case is chosen
 *   that is named like the text there, or like an element of the array there; "" is the case for
 *   all others. A case is a rule or an array of rules.
 * - The members of a row are symbols: a string is its text, a number or literal as it is written,
 *   an array one of its elements. #home/town# leads inside, as does #traits/0#. null, an object
 *   and an empty array have no text, and are as if they were not there.
 *
 * What a symbol is, is looked for in this order: what was pushed, the row, the grammar, the world's
 * symbols. The row's text, and what was pushed, is text: nothing in it is interpreted.
 *
 * Draws are without replacement: a list yields each of its rules once before it begins again, and
 * never the same twice running, from one grammar_begin() to the next; arrays of the row too, where
 * they have at most 64 elements. The same rng, row and grammar give the same text.
 *
 * Compiling fails for a symbol that is no rule, and for what is not balanced, unknown modifiers and
 * wrong weights, naming file, symbol and rule. Expanding fails for a symbol that is nowhere (unless
 * run.lenient: then it is "((symbol))"), for a choice without a case, and beyond GRAMMAR_DEPTH,
 * GRAMMAR_STEPS, GRAMMAR_PUSHED and GRAMMAR_LENGTH.
 *
 * Ownership: a grammar owns copies of everything. A run borrows what it is begun with, owns its
 * memory, and allocates nothing once it is warm; zeros are a valid run.
 *
 *	struct grammar_run run = {0};
 *	grammar_begin(&run, g, world, row, &rng);
 *	if (grammar_expand(&run, slice_str("origin"), &out, &e) < 0)
 *		…
 *	grammar_run_free(&run);
 */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "rng.h"
#include "slice.h"

/* Expansions within expansions; expansions, and bytes put, by one call; texts pushed at once. */
enum { GRAMMAR_DEPTH = 64, GRAMMAR_STEPS = 100000, GRAMMAR_PUSHED = 4096 };
#define GRAMMAR_LENGTH ((size_t)64 << 20)

struct grammar;

/* root is the object of symbols; it may go afterwards. NULL: e says what is wrong with it. */
struct grammar *grammar_compile(const struct json *root, const char *file, struct err *e);

void grammar_free(struct grammar *g);

/* Has the grammar itself this symbol? */
bool grammar_has(const struct grammar *g, struct slice symbol);

struct grammar_run {
	bool lenient;

	/* All below is private. */
	const struct grammar *g, *world;
	const struct json *row;
	struct rng *rng;
	uint64_t names[4]; /* which hashes the names of the row's members have */
	struct grammar_deck *decks; /* one for each list of g, then of world */
	size_t decks_cap;
	uint64_t *drawn; /* the bits of all decks */
	size_t drawn_cap;
	struct grammar_array *arrays; /* those of the row that were drawn from */
	size_t n_arrays, arrays_cap;
	struct grammar_push *pushed;
	size_t n_pushed, pushed_cap;
	struct buf text; /* what was pushed */
	struct buf work; /* what is being pushed */
	size_t steps, depth;
};

/* world, the symbols behind the grammar's, and row may be NULL. */
void grammar_begin(struct grammar_run *run, const struct grammar *g, const struct grammar *world,
    const struct json *row, struct rng *rng);

/*
 * Puts an expansion of the symbol on out. On failure out is as it was, and the run is to be begun
 * anew.
 */
int grammar_expand(struct grammar_run *run, struct slice symbol, struct buf *out, struct err *e);

void grammar_run_free(struct grammar_run *run);

#endif
