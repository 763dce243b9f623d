/*
 * lore: memories that keys bring up, as players know them from character cards (Character Card V2,
 * character_book) and World Info.
 *
 *	{"npc":"lore","text":"The bridge fell in the flood.","keys":["bridge","old bridge"],
 *	 "secondary_keys":["flood"],"selective_logic":"and_any","insertion_order":10}
 *
 * A memory with keys is brought up when one of them stands, as whole words and whatever the case
 * (case_sensitive: true: as written), in the query's text or its turns. secondary_keys then decide,
 * unless selective is false: and_any (the default: one of them too), and_all, not_any, not_all.
 * constant: true brings it up always; enabled: false never. In scripts without spaces a key is found
 * anywhere. A key without a letter or digit brings nothing up.
 *
 * What was brought up is text that can bring up more, LORE_DEPTH times over at most, unless it says
 * prevent_recursion: true; what says exclude_recursion: true is brought up by the query alone.
 *
 * Order: constant ones first; then by insertion_order, higher first (default 100); then by when
 * they were added.
 *
 *	struct lore l = {0};
 *	lore_begin(&l, text);
 *	lore_more(&l, turn);			// each
 *	if (lore_search(&l, m, collections, n, &e) < 0)
 *		…
 *	for (i = 0; i < l.n; i++)
 *		… l.hit[i].row
 *	lore_free(&l);
 *
 * What it holds is reused from query to query.
 */
#ifndef LORE_H
#define LORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "memory.h"
#include "words.h"

enum { LORE_DEPTH = 3 };

/*
 * Checks the members of a memory that are lore's: arrays of strings, known logic, and so on; and
 * puts the folded first words of its keys (each once) on folded, one after the other, ended by NUL:
 * none, where enabled is false. -1: e says what is wrong.
 */
int lore_read(const struct json *memory, struct words *words, struct buf *folded, bool *constant,
    struct err *e);

/* Is this lore that is switched off? Then nothing should recall it. */
bool lore_disabled(const struct json *memory);

struct lore_hit {
	int64_t row;
	double order;
	bool constant;
	struct slice key; /* that brought it up, in the lore's memory; empty where it is constant */
	unsigned depth; /* 0: by the query */
};

struct lore {
	struct lore_hit *hit; /* in order */
	size_t n, cap;
	struct lore_state *state;
};

/* Begins with the text that is searched for keys; a key does not reach from one text into another. */
void lore_begin(struct lore *l, struct slice text);
void lore_more(struct lore *l, struct slice text);

/*
 * Brings up what the collections have, once; what one of them has can bring up what another has.
 * Between memory_snapshot() and memory_release().
 */
int lore_search(
    struct lore *l, struct memory *m, const int64_t *collection, size_t collections, struct err *e);

void lore_free(struct lore *l);

#endif
