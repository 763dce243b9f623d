#include "regex_impl.h"
#include "utf8.h"

/*
 * The pattern is read by ECMAScript's grammar (ECMA-262, section 22.2.1) and written again in the
 * part of PCRE2's that means the same; whatever PCRE2 might take for something of its own is
 * written as \x{…}.
 */
#define NOTHING "(?!)"
#define ANYTHING "[\\x{0}-\\x{10ffff}]"

enum { REPEAT_MAX = 65535 };

/* Lone surrogates are in no text: they are cut out of ranges. */
static void put_range(struct regex_ecma *t, uint32_t low, uint32_t high)
{
	if (regex_is_surrogate(low))
		low = 0xe000;
	if (regex_is_surrogate(high))
		high = 0xd7ff;
	if (low > high)
		return;
	t->members++;
	regex_put_char(t, low);
	if (high > low) {
		buf_byte(t->out, '-');
		regex_put_char(t, high);
	}
}

static int class_char(struct regex_ecma *t, uint32_t *cp)
{
	if (!regex_skip(t, "\\")) {
		*cp = regex_next_char(t);
		return 0;
	}
	if (regex_skip(t, "b")) {
		*cp = '\b';
		return 0;
	}
	return regex_char_escape(t, cp);
}

/* One member of a class: a set, a character or a range. */
static int class_member(struct regex_ecma *t)
{
	const char *back = t->p;
	uint32_t low, high;
	int set = regex_skip(t, "\\") ? regex_set_escape(t, true) : 0;

	if (set) {
		t->members++;
		return set < 0 ? -1 : 0;
	}
	t->p = back;
	if (class_char(t, &low) < 0)
		return -1;
	high = low;
	/* In [a-\d] and [a-] the hyphen is a character. */
	if (regex_peek(t, 0) == '-' && regex_peek(t, 1) >= 0 && regex_peek(t, 1) != ']' &&
	    !(regex_peek(t, 1) == '\\' && regex_peek(t, 2) > 0 &&
		strchr("dDwWsSpP", regex_peek(t, 2)))) {
		t->p++;
		if (class_char(t, &high) < 0)
			return -1;
		if (low > high)
			return regex_bad(t, "a range that runs backwards");
	}
	put_range(t, low, high);
	return 0;
}

static int class(struct regex_ecma *t)
{
	bool negated = regex_skip(t, "^");
	size_t from = t->out->len;

	t->members = 0;
	buf_str(t->out, negated ? "[^" : "[");
	while (!regex_skip(t, "]")) {
		if (t->p == t->end)
			return regex_bad(t, "a '[' that is not closed");
		if (class_member(t) < 0)
			return -1;
	}
	if (t->members) {
		buf_byte(t->out, ']');
	} else {
		t->out->len = from;
		buf_str(t->out, negated ? ANYTHING : NOTHING);
	}
	t->atom = true;
	return 0;
}

/* What follows "(?<" or "\k<"; put as it is, PCRE2 checks it. */
static int group_name(struct regex_ecma *t, const char *opening)
{
	const char *close = memchr(t->p, '>', (size_t)(t->end - t->p));

	if (!close || close == t->p || regex_is_digit(regex_peek(t, 0)))
		return regex_bad(t, "a group's name that is missing or not closed");
	for (const char *c = t->p; c < close; c++)
		if ((unsigned char)*c < 0x80 && !regex_is_letter(*c) && !regex_is_digit(*c) &&
		    *c != '_')
			return regex_bad(t, "a group's name with a character that cannot be in it");
	buf_str(t->out, opening);
	buf_put(t->out, t->p, (size_t)(close + 1 - t->p));
	t->p = close + 1;
	return 0;
}

static int group(struct regex_ecma *t)
{
	static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};

	t->depth++;
	t->atom = false;
	if (regex_peek(t, 0) != '?') {
		buf_byte(t->out, '(');
		return 0;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (regex_skip(t, kinds[i])) {
			buf_fmt(t->out, "(%s", kinds[i]);
			return 0;
		}
	if (regex_skip(t, "?<"))
		return group_name(t, "(?<");
	return regex_bad(t, "an unknown kind of group");
}

static int group_end(struct regex_ecma *t)
{
	if (t->depth == 0) {
		t->p--;
		return regex_bad(t, "a ')' too many");
	}
	t->depth--;
	t->atom = true;
	buf_byte(t->out, ')');
	return 0;
}

/* Digits of at most REPEAT_MAX; -1 when there are none, -2 when there are too many. */
static long repeat_count(struct regex_ecma *t)
{
	long n = regex_is_digit(regex_peek(t, 0)) ? 0 : -1;

	for (; regex_is_digit(regex_peek(t, 0)); t->p++)
		if (n >= 0) {
			n = n * 10 + (regex_peek(t, 0) - '0');
			n = n > REPEAT_MAX ? -2 : n;
		}
	return n;
}

static int braces(struct regex_ecma *t)
{
	long least = repeat_count(t), most = least;

	if (least >= 0 && regex_skip(t, ","))
		most = regex_peek(t, 0) == '}' ? REPEAT_MAX + 1 : repeat_count(t);
	if (least == -2 || most == -2)
		return regex_bad(t, "a repeat count above 65535");
	if (least < 0 || most < 0 || !regex_skip(t, "}"))
		return regex_bad(
		    t, "a '{' that begins no repeat count (write \\{ for the character)");
	if (most < least)
		return regex_bad(t, "a repeat count that runs backwards");
	buf_fmt(t->out, "{%ld", least);
	if (most > REPEAT_MAX)
		buf_byte(t->out, ',');
	else if (most > least)
		buf_fmt(t->out, ",%ld", most);
	buf_byte(t->out, '}');
	return 0;
}

static int quantifier(struct regex_ecma *t, char c)
{
	if (!t->atom) {
		t->p--;
		return regex_bad(t, "nothing to repeat");
	}
	t->atom = false;
	if (c != '{')
		buf_byte(t->out, c);
	else if (braces(t) < 0)
		return -1;
	if (regex_skip(t, "?"))
		buf_byte(t->out, '?');
	return 0;
}

static int backref(struct regex_ecma *t)
{
	unsigned n = 0;

	for (; regex_is_digit(regex_peek(t, 0)) && n < 100000; t->p++)
		n = n * 10 + (unsigned)(regex_peek(t, 0) - '0');
	buf_fmt(t->out, "\\g{%u}", n);
	t->backrefs = true;
	return 0;
}

/* A backslash outside of a class. */
static int escape(struct regex_ecma *t)
{
	int c = regex_peek(t, 0), set;
	uint32_t cp;

	t->atom = c != 'b' && c != 'B';
	if (c == 'b' || c == 'B') {
		t->p++;
		buf_fmt(t->out, "\\%c", c);
		return 0;
	}
	if (regex_skip(t, "k<")) {
		t->backrefs = true;
		return group_name(t, "\\k<");
	}
	if (regex_is_digit(c) && c != '0')
		return backref(t);
	set = regex_set_escape(t, false);
	if (set)
		return set < 0 ? -1 : 0;
	if (regex_char_escape(t, &cp) < 0)
		return -1;
	if (regex_is_surrogate(cp))
		buf_str(t->out, NOTHING);
	else
		regex_put_char(t, cp);
	return 0;
}

static int term(struct regex_ecma *t)
{
	uint32_t c = regex_next_char(t);

	switch (c) {
	case '\\':
		return escape(t);
	case '[':
		return class(t);
	case '(':
		return group(t);
	case ')':
		return group_end(t);
	case '*':
	case '+':
	case '?':
	case '{':
		return quantifier(t, (char)c);
	case '^':
	case '$':
	case '|':
		buf_byte(t->out, (char)c);
		t->atom = false;
		return 0;
	case '.':
		buf_str(t->out, "[^\\n\\r\\x{2028}\\x{2029}]");
		break;
	default:
		regex_put_char(t, c);
	}
	t->atom = true;
	return 0;
}

int regex_ecma(struct slice pattern, struct buf *out, bool *backrefs, struct err *e)
{
	struct regex_ecma t = {.start = pattern.len ? pattern.ptr : "", .out = out, .e = e};

	t.p = t.start;
	t.end = t.start + pattern.len;
	if (utf8_check(t.start, pattern.len) != pattern.len)
		return regex_bad(&t, "text that is not UTF-8");
	/* The callout tells regex.c of each place where a match is tried. */
	buf_str(out, "(?C1)(?:");
	while (t.p < t.end)
		if (term(&t) < 0)
			return -1;
	if (t.depth)
		return regex_bad(&t, "a '(' that is not closed");
	buf_byte(out, ')');
	*backrefs = t.backrefs;
	if (out->over)
		return regex_bad(&t, "too long");
	return 0;
}
