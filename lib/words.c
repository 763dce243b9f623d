#include "words.h"

#include <stdlib.h>

#include "mem.h"
#include "utf8.h"
#include "words_impl.h"

/* Where a walk through a normal form stands. */
struct walk {
	struct words *w;
	const char *ptr;
	size_t len, at;
	bool stem;
};

int words_open(struct words *w, const char *language, struct err *e)
{
	*w = (struct words){.text = {.max = UINT32_MAX}, .normal = {.max = UINT32_MAX}};
	w->language = words_language(language, e);
	return w->language ? 0 : -1;
}

void words_close(struct words *w)
{
	words_language_free(w->language);
	free(w->term);
	buf_free(&w->text);
	buf_free(&w->normal);
	buf_free(&w->scratch);
	*w = (struct words){0};
}

static bool ascii(struct slice text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text.len; i++)
		all |= (unsigned char)text.ptr[i];
	return all < 0x80;
}

/* A letter folded, a digit, or 0. */
static char folded(char c)
{
	unsigned char u = (unsigned char)c;

	if ((u >= 'a' && u <= 'z') || (u >= '0' && u <= '9'))
		return c;
	return u >= 'A' && u <= 'Z' ? (char)(u + 32) : 0;
}

/* What stands at a place of the walk, and how long it is. */
static enum words_class class_at(const struct walk *k, size_t at, size_t *len)
{
	uint32_t cp = 0xfffd;

	*len = 1;
	if (at >= k->len)
		return WORDS_NOTHING;
	if (!(k->ptr[at] & 0x80))
		return folded(k->ptr[at]) ? WORDS_LETTER : WORDS_NOTHING;
	*len = utf8_decode(k->ptr + at, k->len - at, &cp);
	return words_class(cp);
}

static void put_term(struct words *w, size_t at, size_t len, enum words_kind kind, bool stop)
{
	w->term = mem_more(w->term, w->n, &w->cap, sizeof *w->term);
	w->term[w->n++] = (struct words_term){(uint32_t)at, (uint32_t)len, (uint8_t)kind, stop};
}

static void put_word(struct walk *k, struct slice word)
{
	struct words *w = k->w;
	struct words_language *l = w->language;
	size_t at = w->text.len, len = word.len;
	char *to = buf_room(&w->text, WORDS_LONGEST);
	bool stop = false;

	if (!to || len == 0)
		return;
	if (k->stem && l->stemmer)
		len = words_stem(l, word, &w->scratch, to, &stop);
	else
		memcpy(to, word.ptr, len);
	w->text.len += len;
	put_term(w, at, len, WORDS_WORD, stop);
}

/* The length of an English word that leans on the one before ('s, 'll), after its apostrophe. */
static size_t clitic(const struct walk *k, size_t at)
{
	static const char *const all[] = {"s", "d", "m", "ll", "re", "ve"};
	size_t other;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		size_t n = strlen(all[i]), same = 0;

		while (same < n && at + same < k->len && folded(k->ptr[at + same]) == all[i][same])
			same++;
		if (same == n && class_at(k, at + n, &other) == WORDS_NOTHING)
			return n;
	}
	return 0;
}

/*
 * At an apostrophe after a letter: does the word go on behind it? It does before a letter (O'Brien).
 * Clitics are passed over.
 */
static bool goes_on(struct walk *k)
{
	size_t n;

	while (k->at < k->len && k->ptr[k->at] == '\'' && (n = clitic(k, k->at + 1)) > 0)
		k->at += 1 + n;
	if (k->at >= k->len || k->ptr[k->at] != '\'' || k->w->language->elides)
		return false;
	if (k->at + 1 < k->len && k->ptr[k->at + 1] >= '0' && k->ptr[k->at + 1] <= '9')
		return false;
	if (class_at(k, k->at + 1, &n) != WORDS_LETTER)
		return false;
	k->at++;
	return true;
}

static void take_word(struct walk *k)
{
	char word[WORDS_LONGEST];
	size_t len = 0;
	bool full = false;

	while (k->at < k->len) {
		char c = k->ptr[k->at], f = folded(c);
		enum words_class class = f ? WORDS_LETTER : WORDS_NOTHING;
		size_t n = 1;

		if (c & 0x80)
			class = class_at(k, k->at, &n);
		else if (c == '\'' && goes_on(k))
			continue;
		if (class == WORDS_NOTHING || class == WORDS_UNSPACED)
			break;
		if (class != WORDS_IGNORED && !full) {
			full = n > sizeof word - len;
			if (!full && f)
				word[len] = f;
			else if (!full)
				memcpy(word + len, k->ptr + k->at, n);
			len += full ? 0 : n;
		}
		k->at += n;
	}
	put_word(k, slice_make(word, len));
}

/* One character of an unspaced script, with its marks: its length in the text. */
static size_t take_character(struct walk *k, size_t n)
{
	enum { MOST = WORDS_LONGEST / 2 };
	struct words *w = k->w;
	size_t from = w->text.len;

	buf_put(&w->text, k->ptr + k->at, n);
	for (;;) {
		enum words_class class;
		uint32_t cp;

		k->at += n;
		class = class_at(k, k->at, &n);
		if (class != WORDS_MARK && class != WORDS_IGNORED)
			return w->text.len - from;
		utf8_decode(k->ptr + k->at, k->len - k->at, &cp);
		if (class == WORDS_MARK && !(cp >= 0x300 && cp <= 0x36f) &&
		    w->text.len - from + n <= MOST)
			buf_put(&w->text, k->ptr + k->at, n);
	}
}

static void take_unspaced(struct walk *k, size_t n)
{
	struct words *w = k->w;
	size_t before = 0;

	do {
		size_t at = w->text.len, len = take_character(k, n);

		if (w->text.over)
			return;
		put_term(w, at, len, WORDS_CHARACTER, false);
		if (before && k->stem)
			put_term(w, at - before, before + len, WORDS_TWO, false);
		before = len;
	} while (class_at(k, k->at, &n) == WORDS_UNSPACED);
}

static void walk(struct words *w, struct slice text, bool stem)
{
	struct walk k = {.w = w, .ptr = text.ptr, .len = text.len, .stem = stem};

	buf_clear(&w->text);
	w->n = 0;
	if (!ascii(text)) {
		buf_clear(&w->normal);
		words_normal(&w->normal, text, stem && w->language->marks);
		k.ptr = w->normal.ptr;
		k.len = w->normal.len;
	}
	while (k.at < k.len) {
		size_t n;

		switch (class_at(&k, k.at, &n)) {
		case WORDS_LETTER:
			take_word(&k);
			break;
		case WORDS_UNSPACED:
			take_unspaced(&k, n);
			break;
		default:
			k.at += n;
		}
	}
}

void words_split(struct words *w, struct slice text)
{
	walk(w, text, true);
}

void words_fold(struct words *w, struct slice text)
{
	walk(w, text, false);
}
