/*
 * english: small changes to English words, by rule and a short list of exceptions. Each works on
 * the text that stands in b from byte at on, and leaves an empty text alone.
 *
 * Lower-case letters decide; a word that no rule knows gets the regular form. Text that is not
 * UTF-8 is kept. When b is full it is marked over, as always.
 *
 *	buf_str(&b, "honest miller");
 *	english_article(&b, 0);		// an honest miller
 */
#ifndef ENGLISH_H
#define ENGLISH_H

#include <stddef.h>

#include "buf.h"

/* The first character in upper case. */
void english_capitalize(struct buf *b, size_t at);

/* The first character of each word, where words are parted by white space and hyphens. */
void english_capitalize_all(struct buf *b, size_t at);

/* "a" or "an" before it, by the sound that the first word begins with. */
void english_article(struct buf *b, size_t at);

/* The last word in the plural. */
void english_plural(struct buf *b, size_t at);

/* The first word, a verb, in the past tense: "walk home", "walked home". */
void english_past(struct buf *b, size_t at);

#endif
