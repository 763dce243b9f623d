/*
 * words: a text as the terms that it is searched by, in the order of the text.
 *
 * The text is normalised (NFKC, UAX #15, and case folded, as utf8proc has them; what Unicode calls
 * ignorable, like a soft hyphen, is dropped), parted at what is neither letter, mark nor number, and
 * each word stemmed (Snowball, Porter 2001) in the given language and freed of the combining marks
 * U+0300 to U+036F. So é is e + U+0301, composed or not. In English, and without a language, it is e
 * too; other stemmers are shown the accents first, for they know endings by them.
 *
 * An apostrophe within a word is dropped (O'Brien is obrien, don't is dont) together with an English
 * word that leans on the one before: 's 'd 'm 'll 're 've, so that Bob's is Bob, and she'll no shell.
 * In French, Italian and Catalan it parts words, for there it stands between two: l'amour. ’ and
 * what else is written for an apostrophe is one.
 *
 * Scripts that are written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar; also
 * Hangul, whose words are long and end in many ways) give each character (with the marks on it) as a
 * term, and each two that stand beside each other: so a part of such a text is found in it. The
 * second character stands before the two.
 *
 * Any bytes are text: bad UTF-8 is read as U+FFFD, NUL parts words. Of a word longer than
 * WORDS_LONGEST bytes, folded, what is beyond is left out, and so is what is beyond 4 GiB of
 * a text. Time and memory are in proportion to the text, whatever it is. No text has
 * a syntax.
 *
 *	struct words w = {0};
 *	if (words_open(&w, "en", &e) < 0)
 *		…
 *	words_split(&w, text);
 *	for (i = 0; i < w.n; i++)
 *		if (!w.term[i].stop)
 *			… words_text(&w, i)
 *	words_close(&w);
 *
 * What it holds is reused from text to text, with the stems of some thousand words. Nothing of that,
 * and no locale, decides what comes out. The text that is split must not be the terms' own.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

enum { WORDS_LONGEST = 128 };

/*
 * The version of these rules. Whoever stores terms stores it too, and makes them anew when it is
 * another.
 */
enum { WORDS_VERSION = 1 };

enum words_kind {
	WORDS_WORD,
	WORDS_CHARACTER, /* of a script without spaces */
	WORDS_TWO /* two such characters */
};

struct words_term {
	uint32_t at, len; /* in text */
	uint8_t kind; /* enum words_kind */
	bool stop; /* a word of the language's list of stop words */
};

struct words {
	struct buf text; /* the terms' bytes; a WORDS_TWO is where its two characters are */
	struct words_term *term;
	size_t n, cap;
	struct words_language *language;
	struct buf normal, scratch; /* working memory */
};

/*
 * language: the name or the ISO 639-1 letters of a Snowball stemmer ("en", "english"), or "none": no
 * stemming, no stop words; lower case. There is a list of stop words at least for English, German, French,
 * Spanish, Italian, Portuguese, Dutch and Russian; other languages have none.
 */
int words_open(struct words *w, const char *language, struct err *e);

/* The terms of the text, stemmed: what is searched by. Good until the next text. */
void words_split(struct words *w, struct slice text);

/*
 * The same without stemming and without WORDS_TWO, accents off in every language: what whole words
 * are compared by. stop is never set.
 */
void words_fold(struct words *w, struct slice text);

static inline struct slice words_text(const struct words *w, size_t i)
{
	return slice_make(w->text.ptr + w->term[i].at, w->term[i].len);
}

void words_close(struct words *w);

#endif
