#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"
#include "words_impl.h"

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static int no_such(const char *name, struct err *e)
{
	char all[512] = "";
	size_t len = 0;

	for (const char **one = sb_stemmer_list(); *one; one++) {
		int n = snprintf(all + len, sizeof all - len, "%s, ", *one);

		if (n > 0 && (size_t)n < sizeof all - len)
			len += (size_t)n;
	}
	return err_set(e, "%.40s: no such language; known are %sor none", name, all);
}

struct words_language *words_language(const char *name, struct err *e)
{
	/* What their stemmers know has no accents: they are taken off before. */
	static const char *const plain[] = {"none", "english", "eng", "en", "porter", NULL};
	static const char *const eliding[] = {
	    "french", "fra", "fre", "fr", "italian", "ita", "it", "catalan", "cat", "ca", NULL};
	struct sb_stemmer *stemmer = NULL;
	struct words_language *l;

	if (strcmp(name, "none") != 0) {
		stemmer = sb_stemmer_new(name, NULL);
		if (!stemmer) {
			no_such(name, e);
			return NULL;
		}
	}
	l = mem_array(1, sizeof *l);
	l->stemmer = stemmer;
	l->marks = !is_one_of(name, plain);
	l->elides = is_one_of(name, eliding);
	words_stop_init(&l->stop, name);
	if (stemmer)
		l->known = mem_array(WORDS_KNOWN, sizeof *l->known);
	return l;
}

void words_language_free(struct words_language *l)
{
	if (!l)
		return;
	sb_stemmer_delete(l->stemmer);
	free(l->known);
	free(l);
}

/* The stem without accents, cut to what a term may be; it is never empty. */
static struct slice stem_of(struct words_language *l, struct slice word, struct buf *scratch)
{
	const sb_symbol *text =
	    sb_stemmer_stem(l->stemmer, (const sb_symbol *)word.ptr, (int)word.len);
	struct slice stem;

	if (!text) /* there is one reason, and nobody to tell it to */
		mem_array(SIZE_MAX, 2);
	stem = slice_make((const char *)text, (size_t)sb_stemmer_length(l->stemmer));
	if (stem.len == 0)
		stem = word;
	if (l->marks) {
		buf_clear(scratch);
		words_unmark(scratch, stem);
		stem = buf_all(scratch);
	}
	if (stem.len > WORDS_LONGEST)
		stem.len = utf8_cut(stem.ptr, WORDS_LONGEST);
	return stem;
}

size_t words_stem(struct words_language *l, struct slice word, struct buf *scratch,
    char out[WORDS_LONGEST], bool *stop)
{
	struct words_known *known = NULL;
	struct slice stem;

	if (word.len <= WORDS_KNOWN_LONGEST) {
		known = &l->known[words_hash(word) % WORDS_KNOWN];
		if (known->len == word.len && memcmp(known->word, word.ptr, word.len) == 0) {
			*stop = known->stop;
			memcpy(out, known->stem, known->stem_len);
			return known->stem_len;
		}
	}
	*stop = words_stop_has(&l->stop, word);
	stem = stem_of(l, word, scratch);
	memcpy(out, stem.ptr, stem.len);
	if (known && stem.len <= sizeof known->stem) {
		known->len = (uint8_t)word.len;
		known->stem_len = (uint8_t)stem.len;
		known->stop = *stop;
		memcpy(known->word, word.ptr, word.len);
		memcpy(known->stem, stem.ptr, stem.len);
	}
	return stem.len;
}
