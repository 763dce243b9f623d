/*
 * lore: memories that keys bring up, as players know them from character cards (Character Card V2,
 * character_book) and World Info.
 *
 *	{"npc":"lore","text":"The bridge fell in the flood.","keys":["bridge","old bridge"],
 *	 "secondary_keys":["flood"],"selective_logic":"and_any","insertion_order":10}
 *
 * A memory with keys is brought up when one of them stands, as whole words and whatever the case
 * (case_sensitive: true: as written), in the query's text or its turns. secondary_keys then decide:
 * and_any (the default: one of them too), and_all, not_any, not_all. constant: true brings it up always. enabled:
 * false never. In scripts without spaces a key is found anywhere.
 *
 * What was brought up is text that can bring up more, LORE_DEPTH times over at most, unless it says prevent_recursion:
 * true; exclude_recursion: true is brought up by the query alone.
 *
 * Order: constant ones first; then by insertion_order, higher first (default 100); then by when they were added.
 */
#ifndef LORE_H
#define LORE_H

#include "err.h"
#include "json.h"
#include "memory.h"
#include "words.h"

enum { LORE_DEPTH = 3 };

/*
 * Checks the members of a memory that are lore's: arrays of strings, known logic, and so on; and puts
 * the folded first words of its keys (each once) on folded, one after the other, ended by NUL. -1: e says what is wrong.
 */
int lore_read(const struct json *memory, struct words *words, struct buf *folded, bool *constant,
    struct err *e);

struct lore_hit {
	int64_t row;
	double order;
	bool constant;
	struct slice key; /* that brought it up; in the lore's memory */
	unsigned depth; /* 0: by the query */
};

struct lore {
	struct lore_hit *hit;
	size_t n, cap;
	struct lore_state *state;
};

/* Begins with the text that is searched for keys. */
void lore_begin(struct lore *l, struct slice text);
void lore_more(struct lore *l, struct slice text);
/* Brings up what the collection has; may be called for several. Then lore_sort() once. */
int lore_search(struct lore *l, struct memory *m, int64_t collection, struct err *e);
void lore_sort(struct lore *l);
void lore_free(struct lore *l);

#endif
