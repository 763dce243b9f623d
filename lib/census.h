/*
 * census: a cast in figures: who is in it, how much its texts repeat themselves and one another,
 * whether they keep to what is given, and whether its ties hold. No text is kept: a row leaves
 * hashes, a few sketches, its id and its name behind, about 800 bytes for one of npc-dice's.
 *
 * What is prose: the strings of at least CENSUS_WORDS words in the members that npc-cast does not
 * make, however deep; or every string in the members that are named, each by a path of names with
 * dots between them ("background.family"). Each string is a text; n-grams do not cross from one to
 * the next. For near-duplicates all texts of a member together are compared with those of the same
 * member of other rows, where they have min_words together.
 *
 *	struct census *c = census_new(&config, &e);
 *	switch (census_row(c, root, &e)) {
 *	case 0:		// counted
 *	case 1:		// no row: e says why; nothing of it was counted
 *	case -1:	// could not go on
 *	}
 *	if (census_end(c, &e) < 0)
 *		…
 *	census_figures(c, bad_rows, &figures);		// an empty census has the same figures, of none
 *	census_free(c);
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "bans.h"
#include "err.h"
#include "facts.h"
#include "figures.h"
#include "findings.h"
#include "json.h"

enum { CENSUS_WORDS = 5, CENSUS_TEXTS_MAX = 64 };

/* All is borrowed, and must stay. */
struct census_config {
	const char *folder; /* for a temporary file */
	const char *name, *ties; /* members */
	const char *fact[FACTS_MAX]; /* members */
	size_t n_facts;
	const char *text[CENSUS_TEXTS_MAX]; /* paths; none: what npc-cast does not make */
	size_t n_texts;
	size_t min_words; /* of a text that is compared */
	const struct bans *bans;
	struct findings *findings; /* opened */
};

struct census;

struct census *census_new(const struct census_config *config, struct err *e);

/* Values that a fact can have besides those of the rows: see facts_know(). */
void census_know(struct census *c, size_t fact, struct slice value);

int census_row(struct census *c, const struct json *root, struct err *e);

/* Once, after the last row: what takes all rows to know. */
int census_end(struct census *c, struct err *e);

/* Names and labels are the census's. */
void census_figures(struct census *c, uint64_t bad_rows, struct figures *f);

/* NULL is allowed. */
void census_free(struct census *c);

#endif
