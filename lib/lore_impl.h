/* What the parts of lore share. */
#ifndef LORE_IMPL_H
#define LORE_IMPL_H

#include <stdint.h>

#include "lore.h"

#define LORE_NONE UINT32_MAX

/*
 * Texts as the whole words that stand in them, each word with all its places, so that a key is
 * looked for where its first word stands and nowhere else. Texts are added, then read; only what
 * was read is searched.
 */
struct lore_text {
	struct buf raw; /* the texts, one after the other */
	struct lore_part *part; /* where each stands */
	size_t parts, parts_cap;
	size_t read; /* parts */
	struct buf names; /* the words, each once */
	struct lore_word *word;
	size_t words, words_cap;
	uint32_t *slot; /* words by their hash, LORE_NONE: empty */
	size_t slots;
	struct lore_place *place; /* the words of the texts in their order */
	size_t places, places_cap;
	uint32_t *sequence; /* of the key at hand */
	size_t sequence_cap;
	struct buf edge; /* working memory */
};

struct lore_part {
	size_t at, len; /* in raw */
	size_t end; /* of its places */
};

struct lore_word {
	size_t at, len; /* in names */
	uint64_t hash;
	uint32_t last; /* its last place */
};

struct lore_place {
	uint32_t word; /* LORE_NONE: the end of a text */
	uint32_t before; /* the same word's place before this one, or LORE_NONE */
};

void lore_text_begin(struct lore_text *t);
void lore_text_add(struct lore_text *t, struct slice text);
/* Reads what was added since. */
void lore_text_read(struct lore_text *t, struct words *w);

/* Does the key stand in the first so many of the parts, as whole words; exact: as it is written? */
bool lore_text_has(
    struct lore_text *t, struct words *w, struct slice key, bool exact, size_t parts);

void lore_text_free(struct lore_text *t);

static inline struct slice lore_text_word(const struct lore_text *t, size_t i)
{
	return slice_make(t->names.ptr + t->word[i].at, t->word[i].len);
}

#endif
