/*
 * bans: words and names that are worn out: how often they stand in a text, and whether one is part
 * of a name. An entry is one word or several; in a text, one that begins with an upper-case letter
 * is found only where the text has one too, so that a willow is not taken for Willow. In names case
 * does not count.
 *
 *	{"description":"…","entries":["Lyra",{"value":"tapestry"},…]}
 *
 *	struct bans b = {0};
 *	bans_load(&b, &conf, slice_str("banned-names"), &e);	// as tables are found; may be repeated
 *	words += bans_count(&b, w.word, w.n);
 *	if (bans_find(&b, w.word, w.n, &entry))
 *		…
 *	bans_free(&b);
 */
#ifndef BANS_H
#define BANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"
#include "rows.h"
#include "slice.h"
#include "wordhash.h"

enum { BANS_PHRASE = 8, BANS_SIEVE = 1024 };

struct bans {
	struct rows entries; /* the hash of the words, and the entry as it is written */
	uint64_t sieve[BANS_SIEVE]; /* a bit for some of the first word's bits */
	size_t longest; /* words */
};

/*
 * Adds the entries of a table. Errors name file and entry: one that is no string, has no word, or
 * more than BANS_PHRASE.
 */
int bans_load(struct bans *b, const struct conf *c, struct slice name, struct err *e);

/* How many words of the text are, or are part of, an entry. */
size_t bans_count(const struct bans *b, const struct wordhash_word *word, size_t n);

/* The first entry that stands in the words of a name, as it is written. */
bool bans_find(
    const struct bans *b, const struct wordhash_word *word, size_t n, struct slice *entry);

void bans_free(struct bans *b);

#endif
