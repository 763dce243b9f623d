#include <utf8proc.h>

#include "utf8.h"
#include "words_impl.h"

/*
 * A code point and those that may join it, composed together. No text has more of them (UAX #15's
 * Stream-Safe Format has 30); putting a million marks in order would take for ever.
 */
enum { PENDING_MOST = 64 };

struct pending {
	struct buf *out;
	bool marks; /* keep U+0300 to U+036F */
	size_t n;
	utf8proc_int32_t cp[PENDING_MOST];
};

static bool accent(uint32_t cp)
{
	return cp >= 0x300 && cp <= 0x36f;
}

static bool is_mark(int category)
{
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
	    category == UTF8PROC_CATEGORY_ME;
}

/* A vowel or final consonant of Hangul, which joins what is before it. */
static bool joining_jamo(uint32_t cp)
{
	return (cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff);
}

static bool hangul_syllable(uint32_t cp)
{
	return cp >= 0xac00 && cp <= 0xd7a3;
}

static int combining_class(utf8proc_int32_t cp)
{
	return cp < 0x300 ? 0 : utf8proc_get_property(cp)->combining_class;
}

/* The canonical order: each row of marks by class, equal ones as they are. */
static void order(utf8proc_int32_t *cp, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		utf8proc_int32_t one = cp[i];
		int class = combining_class(one);
		size_t at = i;

		if (class == 0)
			continue;
		for (; at > 0 && combining_class(cp[at - 1]) > class; at--)
			cp[at] = cp[at - 1];
		cp[at] = one;
	}
}

static void flush(struct pending *p)
{
	utf8proc_ssize_t n = (utf8proc_ssize_t)p->n;

	if (n > 1) {
		order(p->cp, p->n);
		n = utf8proc_normalize_utf32(p->cp, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	}
	for (utf8proc_ssize_t i = 0; i < n; i++)
		buf_utf8(p->out, (unsigned)p->cp[i]);
	p->n = 0;
}

/* Adds a code point that is decomposed and folded already. */
static void add(struct pending *p, uint32_t cp, const utf8proc_property_t *property)
{
	if (accent(cp) && !p->marks)
		return;
	if (p->n == PENDING_MOST ||
	    !(joining_jamo(cp) || (property && is_mark(property->category))))
		flush(p);
	p->cp[p->n++] = (utf8proc_int32_t)cp;
}

/*
 * What is written for an apostrophe: quotation marks, the modifier letters and the acute accent of
 * some keyboards.
 */
static bool apostrophe(uint32_t cp)
{
	return cp == 0x2019 || cp == 0x2018 || cp == 0x201b || cp == 0x2bb || cp == 0x2bc ||
	    cp == 0xb4 || cp == 0x1ffd || cp == 0xff07;
}

/* Decomposes, folds what comes of it, and adds that. */
static void add_any(struct pending *p, uint32_t cp)
{
	enum { EACH = 32 }; /* U+FDFA becomes 18 */
	const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
	utf8proc_int32_t part[EACH], folded[EACH];
	utf8proc_ssize_t parts, n;

	if (hangul_syllable(cp) ||
	    (property->decomp_seqindex == UINT16_MAX && property->casefold_seqindex == UINT16_MAX &&
		!property->ignorable)) {
		add(p, cp, property);
		return;
	}
	/* Not both at once: the order of marks must not decide what U+0345 is folded to. */
	parts = utf8proc_decompose_char((utf8proc_int32_t)cp, part, EACH,
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE, NULL);
	for (utf8proc_ssize_t i = 0; i < parts && i < EACH; i++) {
		/* The iota subscript is a mark, and goes with the other accents. */
		if (part[i] == 0x345)
			continue;
		if (apostrophe((uint32_t)part[i])) /* in U+0149 */
			part[i] = '\'';
		n = utf8proc_decompose_char(part[i], folded, EACH,
		    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
		    NULL);
		for (utf8proc_ssize_t k = 0; k < n && k < EACH; k++)
			add(p, (uint32_t)folded[k], utf8proc_get_property(folded[k]));
	}
}

/* Dashes, quotation marks and dots, and the zero width space, which would be ignored. */
static bool punctuation(uint32_t cp)
{
	return (cp >= 0x2010 && cp <= 0x2029) || cp == 0x200b;
}

static size_t ascii_run(const char *ptr, size_t len)
{
	size_t n = 0;

	while (n < len && !(ptr[n] & 0x80))
		n++;
	return n;
}

/* No ASCII joins what is before it, but the last one before something else may be joined. */
static void add_ascii(struct pending *p, const char *ptr, size_t len)
{
	flush(p);
	buf_put(p->out, ptr, len - 1);
	add(p, utf8_fold((unsigned char)ptr[len - 1]), NULL);
}

void words_normal(struct buf *out, struct slice text, bool marks)
{
	struct pending p;
	size_t at = 0;

	p.out = out;
	p.marks = marks;
	p.n = 0;
	while (at < text.len) {
		size_t n = ascii_run(text.ptr + at, text.len - at);
		uint32_t cp;

		if (n > 0) {
			add_ascii(&p, text.ptr + at, n);
			at += n;
			continue;
		}
		n = utf8_decode(text.ptr + at, text.len - at, &cp);
		at += n ? n : 1;
		if (n == 0)
			add(&p, 0xfffd, NULL);
		else if (apostrophe(cp))
			add(&p, '\'', NULL);
		else if (punctuation(cp))
			add(&p, ' ', NULL);
		else
			add_any(&p, cp);
	}
	flush(&p);
}

void words_unmark(struct buf *out, struct slice text)
{
	for (size_t at = 0, n; at < text.len; at += n) {
		utf8proc_int32_t part[8];
		utf8proc_ssize_t parts = 0, kept = 0;
		uint32_t cp;

		n = utf8_decode(text.ptr + at, text.len - at, &cp);
		if (n > 1)
			parts = utf8proc_decompose_char(
			    (utf8proc_int32_t)cp, part, 8, UTF8PROC_DECOMPOSE, NULL);
		for (utf8proc_ssize_t i = 0; i < parts && i < 8; i++)
			kept += !accent((uint32_t)part[i]);
		if (kept == parts) {
			buf_put(out, text.ptr + at, n);
			continue;
		}
		for (utf8proc_ssize_t i = 0; i < parts && i < 8; i++)
			if (!accent((uint32_t)part[i]))
				buf_utf8(out, (unsigned)part[i]);
	}
}

/* The blocks of Thai, Lao, Myanmar, Hangul, Khmer, kana and Han, and Han's iteration marks. */
static bool unspaced(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} blocks[] = {{0xe00, 0xeff}, {0x1000, 0x109f}, {0x1100, 0x11ff}, {0x1780, 0x17ff},
	    {0x2e80, 0x2fdf}, {0x3005, 0x3007}, {0x3021, 0x30ff}, {0x31f0, 0x31ff},
	    {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xa960, 0xa97f}, {0xa9e0, 0xa9ff},
	    {0xaa60, 0xaa7f}, {0xac00, 0xd7ff}, {0xf900, 0xfaff}, {0x1aff0, 0x1b16f},
	    {0x20000, 0x3ffff}};

	for (size_t i = 0; i < sizeof blocks / sizeof *blocks && cp >= blocks[i].first; i++)
		if (cp <= blocks[i].last)
			return true;
	return false;
}

enum words_class words_class(uint32_t cp)
{
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_NL:
		return unspaced(cp) ? WORDS_UNSPACED : WORDS_LETTER;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NO:
		return WORDS_LETTER;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
		return WORDS_MARK;
	case UTF8PROC_CATEGORY_ME:
		return WORDS_IGNORED;
	default:
		return WORDS_NOTHING;
	}
}
