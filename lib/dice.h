/*
 * dice: answers without a model: a value that meets a JSON Schema, its words drawn from a grammar.
 *
 * The schema says what is made: const and enum, booleans, null, numbers within their bounds and
 * multiples, arrays of distinct elements, objects with all the members that can be made, of anyOf
 * and oneOf a branch that works, of allOf all parts at once, $ref. Of a list of types the first
 * that works is taken. What other keywords demand (not, if, pattern, contains, …) is left to luck:
 * the answer as a whole is checked, and drawn again up to DICE_TRIES times.
 *
 * A string is an expansion of the first of these symbols that the recipe, the world or the row has;
 * for one that stands at /appearance/hair: "/appearance/hair", "appearance/hair", "hair". An array's
 * elements stand where the array stands. Text alone, and a string at the top, are "origin". A string
 * whose length does not suit the schema is drawn again, too. A grammar that has "/skills#" says by it
 * how many elements /skills gets, within the schema's bounds; one that has "/type" chooses by it among
 * the strings of /type's enum. Values are made in the schema's order, in one run of the grammar:
 * what one of them pushes is there for all after it.
 *
 * The world's symbols go before the recipe's, so that a recipe can hold plain ones for worlds that
 * have none; the row's members go before both.
 *
 * The same key, schema, grammars and row give the same answer on every machine. Depth, values,
 * draws and length are bounded.
 *
 *	struct dice d = {0};
 *	struct dice_throw t = {schema, recipe->dice, world, row, dice_key(&d, seed, body, row)};
 *	if (dice_answer(&d, &t, &text, &e) < 0)
 *		…		// e says which value could not be made, and why
 *	dice_free(&d);
 *
 * A struct dice owns only working memory, which it keeps from answer to answer; {0} is valid.
 */
#ifndef DICE_H
#define DICE_H

#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "grammar.h"
#include "json.h"
#include "rng.h"
#include "schema.h"

/* Draws of a whole answer, and of one string, before it is given up. */
enum { DICE_TRIES = 8 };

/* Levels, and values in one answer. */
enum { DICE_DEPTH = 64, DICE_VALUES = 10000 };

/* The longest answer, in bytes. */
#define DICE_TEXT ((size_t)64 << 20)

struct dice_throw {
	struct schema *schema; /* NULL: plain text */
	const struct grammar *recipe; /* NULL: there are no rules */
	const struct grammar *world; /* its symbols, or NULL */
	const struct json *row; /* or NULL */
	uint64_t key;
};

struct dice {
	/* All below is private. */
	const struct dice_throw *throw;
	struct rng rng;
	struct grammar_run run;
	struct json_doc doc; /* the answer's, while it is checked */
	struct buf path; /* of the value at hand: "/background/family" */
	struct buf string, why;
	size_t depth, values;
};

/* Makes out hold the answer and nothing else: JSON where there is a schema. Empty on failure. */
int dice_answer(struct dice *d, const struct dice_throw *t, struct buf *out, struct err *e);

/*
 * The key of a seed, a request's body and its row (either may be NULL). It depends on values
 * alone: texts that have the same canonical form have the same key.
 */
uint64_t dice_key(struct dice *d, uint64_t seed, const struct json *body, const struct json *row);

void dice_free(struct dice *d);

#endif
