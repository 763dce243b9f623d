#include "wordhash.h"

#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"

/* FNV-1a's prime and basis; wordhash_mix() makes up for its weak low bits. */
#define PRIME UINT64_C(0x100000001b3)
#define BASIS UINT64_C(0xcbf29ce484222325)

enum { RIGHT_QUOTE = 0x2019, DIGITS = 9 };

struct reader {
	const char *ptr, *end;
	unsigned gap; /* flags that what stood before the next word gives it */
};

static bool alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Beyond ASCII: the Latin-1 signs, general punctuation and symbols, CJK and full-width punctuation. */
static bool letter(uint32_t cp)
{
	if (cp < 0xc0)
		return cp == 0xaa || cp == 0xb5 || cp == 0xba;
	return cp != 0xd7 && cp != 0xf7 && !(cp >= 0x2000 && cp < 0x2c00) &&
	    !(cp >= 0x3000 && cp < 0x3005) && !(cp >= 0x3008 && cp < 0x3021) && cp != 0xfeff &&
	    !(cp >= 0xff01 && cp < 0xff10);
}

static unsigned gap_of(uint32_t cp)
{
	switch (cp) {
	case '.':
	case '!':
	case '?':
	case '\n':
	case 0x2026: /* … */
	case 0x3002: /* the ideographic full stop */
		return WORDHASH_SENTENCE | WORDHASH_BREAK;
	case ',':
	case ';':
	case ':':
	case '(':
	case ')':
	case '"':
	case 0x2013: /* dashes */
	case 0x2014:
	case 0x201c: /* quotes */
	case 0x201d:
		return WORDHASH_BREAK;
	default:
		return 0;
	}
}

/* The next code point; bad bytes, which json_parse() lets nobody have, part words. */
static size_t peek(const char *ptr, const char *end, uint32_t *cp)
{
	size_t n;

	*cp = (unsigned char)*ptr;
	if (*cp < 0x80)
		return 1;
	n = utf8_decode(ptr, (size_t)(end - ptr), cp);
	if (n == 0)
		*cp = ' ';
	return n ? n : 1;
}

static bool is_letter(uint32_t cp)
{
	return cp < 0x80 ? alnum((unsigned char)cp) : letter(cp);
}

/* Does an apostrophe at ptr, n bytes long, stand before a letter? */
static bool within(const char *ptr, size_t n, const char *end)
{
	uint32_t next;

	if (ptr + n >= end)
		return false;
	peek(ptr + n, end, &next);
	return is_letter(next);
}

static void skip_gap(struct reader *r)
{
	while (r->ptr < r->end) {
		uint32_t cp;
		size_t n = peek(r->ptr, r->end, &cp);

		if (is_letter(cp))
			return;
		r->gap |= gap_of(cp);
		r->ptr += n;
	}
}

static uint64_t put(uint64_t h, uint32_t cp)
{
	h = (h ^ (cp & 0xff)) * PRIME;
	return cp < 0x80 ? h : (h ^ (cp >> 8)) * PRIME;
}

/* r stands at a letter. */
static struct wordhash_word take(struct reader *r)
{
	struct wordhash_word w = {BASIS, 0, r->gap | WORDHASH_NUMBER};
	bool first = true;
	size_t n, digits = 0;

	for (uint32_t cp; r->ptr < r->end; r->ptr += n, first = false) {
		n = peek(r->ptr, r->end, &cp);
		if (!is_letter(cp)) {
			if ((cp != '\'' && cp != RIGHT_QUOTE) || !within(r->ptr, n, r->end))
				break;
			cp = '\'';
		}
		if (cp < '0' || cp > '9' || ++digits > DIGITS)
			w.flags &= ~(unsigned)WORDHASH_NUMBER;
		else
			w.number = w.number * 10 + (cp - '0');
		if (cp >= 'a' && cp <= 'z') {
			w.hash = (w.hash ^ cp) * PRIME;
			continue;
		}
		if (first && utf8_fold(cp) != cp)
			w.flags |= WORDHASH_CAPITAL;
		w.hash = put(w.hash, utf8_fold(cp));
	}
	w.hash = wordhash_mix(w.hash);
	r->gap = 0;
	return w;
}

void wordhash_add(struct wordhash *w, struct slice text)
{
	struct reader r = {text.ptr, text.ptr + text.len, WORDHASH_SENTENCE | WORDHASH_BREAK};

	if (text.len == 0)
		return;
	for (skip_gap(&r); r.ptr < r.end; skip_gap(&r)) {
		if (w->n == w->cap)
			w->word = mem_more(w->word, w->n, &w->cap, sizeof *w->word);
		w->word[w->n++] = take(&r);
	}
}

uint64_t wordhash_hash(struct slice text)
{
	struct reader r = {text.ptr, text.ptr + text.len, 0};

	if (text.len == 0)
		return 0;
	skip_gap(&r);
	return r.ptr < r.end ? take(&r).hash : 0;
}

void wordhash_free(struct wordhash *w)
{
	free(w->word);
	*w = (struct wordhash){0};
}
