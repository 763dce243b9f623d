#include <stdint.h>
#include <string.h>

#include "regex_impl.h"
#include "utf8.h"

/*
 * The pattern is read by ECMAScript's grammar (ECMA-262, section 22.2.1) and written again in the
 * part of PCRE2's that means the same; whatever PCRE2 might take for something of its own is
 * written as \x{…}.
 */
struct ecma {
	const char *start, *p, *end;
	struct buf *out;
	struct err *e;
	size_t depth; /* of open groups */
	bool atom; /* may a quantifier follow? */
	bool backrefs; /* is any group referred to? */
	size_t members; /* of the class that is being read */
};

/* Inside of brackets. */
#define SPACE                                                                                      \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"       \
	"\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACE                                                                                  \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"           \
	"\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"             \
	"\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
#define NOTHING "(?!)"
#define ANYTHING "[\\x{0}-\\x{10ffff}]"

enum { REPEAT_MAX = 65535 };

static const struct {
	const char *name, *code;
} categories[] = {
    {"Cased_Letter", "LC"},
    {"Close_Punctuation", "Pe"},
    {"Combining_Mark", "M"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
    {"cntrl", "Cc"},
    {"digit", "Nd"},
    {"punct", "P"},
};

static int bad(const struct ecma *t, const char *what)
{
	return err_set(t->e, "not a regular expression of ECMAScript: %s, at byte %zu", what,
	    (size_t)(t->p - t->start));
}

/* The byte that is next, plus ahead; -1 at the end. */
static int peek(const struct ecma *t, size_t ahead)
{
	return (size_t)(t->end - t->p) > ahead ? (unsigned char)t->p[ahead] : -1;
}

static bool skip(struct ecma *t, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, text, n) != 0)
		return false;
	t->p += n;
	return true;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_surrogate(uint32_t cp)
{
	return cp >= 0xd800 && cp <= 0xdfff;
}

static void put_char(struct ecma *t, uint32_t cp)
{
	if (cp < 0x80 && (is_letter((int)cp) || is_digit((int)cp)))
		buf_byte(t->out, (char)cp);
	else
		buf_fmt(t->out, "\\x{%x}", (unsigned)cp);
}

static uint32_t next_char(struct ecma *t)
{
	uint32_t cp = 0;
	size_t n = utf8_decode(t->p, (size_t)(t->end - t->p), &cp);

	t->p += n ? n : 1;
	return cp;
}

/* Exactly n hexadecimal digits. */
static bool hex(struct ecma *t, size_t n, uint32_t *cp)
{
	*cp = 0;
	for (size_t i = 0; i < n; i++) {
		int value = hex_value(peek(t, i));

		if (value < 0)
			return false;
		*cp = *cp << 4 | (uint32_t)value;
	}
	t->p += n;
	return true;
}

static bool braced_hex(struct ecma *t, uint32_t *cp)
{
	size_t digits = 0;

	*cp = 0;
	for (int value; (value = hex_value(peek(t, 0))) >= 0; t->p++, digits++) {
		*cp = *cp << 4 | (uint32_t)value;
		if (*cp > 0x10ffff)
			return false;
	}
	return digits && skip(t, "}");
}

/* What follows "\u". A pair of surrogates is one character. */
static int unicode_escape(struct ecma *t, uint32_t *cp)
{
	const char *back;
	uint32_t low;

	if (skip(t, "{"))
		return braced_hex(t, cp) ? 0 : bad(t, "\\u{…} is no code point");
	if (!hex(t, 4, cp))
		return bad(t, "\\u wants four hexadecimal digits");
	back = t->p;
	if (*cp >= 0xd800 && *cp <= 0xdbff && skip(t, "\\u")) {
		if (hex(t, 4, &low) && low >= 0xdc00 && low <= 0xdfff)
			*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
		else
			t->p = back;
	}
	return 0;
}

/* An escape that stands for one character; the backslash has been read. */
static int char_escape(struct ecma *t, uint32_t *cp)
{
	static const char letters[] = "tnvfr", controls[] = "\t\n\v\f\r";
	int c = peek(t, 0);
	const char *at;

	if (c < 0)
		return bad(t, "a backslash at the end");
	if (c >= 0x80 || (!is_letter(c) && !is_digit(c))) {
		*cp = next_char(t);
		return 0;
	}
	t->p++;
	at = strchr(letters, c);
	if (at) {
		*cp = (uint32_t)controls[at - letters];
		return 0;
	}
	if (c == 'u')
		return unicode_escape(t, cp);
	if (c == 'x')
		return hex(t, 2, cp) ? 0 : bad(t, "\\x wants two hexadecimal digits");
	if (c == 'c' && is_letter(peek(t, 0))) {
		*cp = next_char(t) & 0x1f;
		return 0;
	}
	if (c == '0' && !is_digit(peek(t, 0))) {
		*cp = 0;
		return 0;
	}
	t->p -= 2;
	return bad(t, "an unknown escape");
}

static const char *category(struct slice name)
{
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
		if (slice_is(name, categories[i].name))
			return categories[i].code;
	return NULL;
}

static void put_property(struct ecma *t, struct slice name, bool negated)
{
	struct slice value = name, kind = slice_split(&value, '=');
	const char *code, *prefix = "";

	if (!value.ptr)
		value = kind;
	else if (slice_is(kind, "Script") || slice_is(kind, "sc"))
		prefix = "sc:";
	else if (slice_is(kind, "Script_Extensions") || slice_is(kind, "scx"))
		prefix = "scx:";
	else if (!slice_is(kind, "General_Category") && !slice_is(kind, "gc"))
		value = name;
	code = *prefix ? NULL : category(value);
	if (slice_is(name, "Assigned")) {
		code = "Cn";
		negated = !negated;
	}
	buf_fmt(t->out, "\\%c{%s", negated ? 'P' : 'p', prefix);
	buf_slice(t->out, code ? slice_str(code) : value);
	buf_byte(t->out, '}');
}

static int property(struct ecma *t, bool negated)
{
	const char *from;

	if (!skip(t, "{"))
		return bad(t, "\\p wants a name in braces");
	from = t->p;
	while (
	    is_letter(peek(t, 0)) || is_digit(peek(t, 0)) || peek(t, 0) == '_' || peek(t, 0) == '=')
		t->p++;
	if (t->p == from || peek(t, 0) != '}')
		return bad(t, "\\p wants a name in braces");
	put_property(t, slice_make(from, (size_t)(t->p - from)), negated);
	t->p++;
	return 1;
}

/* An escape that stands for a set: 1 when it was one and is written, else 0. */
static int set_escape(struct ecma *t, bool in_class)
{
	int c = peek(t, 0);

	if (c <= 0 || !strchr("dDwWsSpP", c))
		return 0;
	t->p++;
	if (c == 'p' || c == 'P')
		return property(t, c == 'P');
	if (c == 's' || c == 'S')
		buf_fmt(t->out, in_class ? "%s" : "[%s]", c == 's' ? SPACE : NOT_SPACE);
	else
		buf_fmt(t->out, "\\%c", c);
	return 1;
}

/* Lone surrogates are in no text: they are cut out of ranges. */
static void put_range(struct ecma *t, uint32_t low, uint32_t high)
{
	if (is_surrogate(low))
		low = 0xe000;
	if (is_surrogate(high))
		high = 0xd7ff;
	if (low > high)
		return;
	t->members++;
	put_char(t, low);
	if (high > low) {
		buf_byte(t->out, '-');
		put_char(t, high);
	}
}

static int class_char(struct ecma *t, uint32_t *cp)
{
	if (!skip(t, "\\")) {
		*cp = next_char(t);
		return 0;
	}
	if (skip(t, "b")) {
		*cp = '\b';
		return 0;
	}
	return char_escape(t, cp);
}

/* One member of a class: a set, a character or a range. */
static int class_member(struct ecma *t)
{
	const char *back = t->p;
	uint32_t low, high;
	int set = skip(t, "\\") ? set_escape(t, true) : 0;

	if (set) {
		t->members++;
		return set < 0 ? -1 : 0;
	}
	t->p = back;
	if (class_char(t, &low) < 0)
		return -1;
	high = low;
	/* In [a-\d] and [a-] the hyphen is a character. */
	if (peek(t, 0) == '-' && peek(t, 1) >= 0 && peek(t, 1) != ']' &&
	    !(peek(t, 1) == '\\' && peek(t, 2) > 0 && strchr("dDwWsSpP", peek(t, 2)))) {
		t->p++;
		if (class_char(t, &high) < 0)
			return -1;
		if (low > high)
			return bad(t, "a range that runs backwards");
	}
	put_range(t, low, high);
	return 0;
}

static int class(struct ecma *t)
{
	bool negated = skip(t, "^");
	size_t from = t->out->len;

	t->members = 0;
	buf_str(t->out, negated ? "[^" : "[");
	while (!skip(t, "]")) {
		if (t->p == t->end)
			return bad(t, "a '[' that is not closed");
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
static int group_name(struct ecma *t, const char *opening)
{
	const char *close = memchr(t->p, '>', (size_t)(t->end - t->p));

	if (!close || close == t->p || is_digit(peek(t, 0)))
		return bad(t, "a group's name that is missing or not closed");
	for (const char *c = t->p; c < close; c++)
		if ((unsigned char)*c < 0x80 && !is_letter(*c) && !is_digit(*c) && *c != '_')
			return bad(t, "a group's name with a character that cannot be in it");
	buf_str(t->out, opening);
	buf_put(t->out, t->p, (size_t)(close + 1 - t->p));
	t->p = close + 1;
	return 0;
}

static int group(struct ecma *t)
{
	static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};

	t->depth++;
	t->atom = false;
	if (peek(t, 0) != '?') {
		buf_byte(t->out, '(');
		return 0;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (skip(t, kinds[i])) {
			buf_fmt(t->out, "(%s", kinds[i]);
			return 0;
		}
	if (skip(t, "?<"))
		return group_name(t, "(?<");
	return bad(t, "an unknown kind of group");
}

static int group_end(struct ecma *t)
{
	if (t->depth == 0) {
		t->p--;
		return bad(t, "a ')' too many");
	}
	t->depth--;
	t->atom = true;
	buf_byte(t->out, ')');
	return 0;
}

/* Digits of at most REPEAT_MAX; -1 when there are none, -2 when there are too many. */
static long repeat_count(struct ecma *t)
{
	long n = is_digit(peek(t, 0)) ? 0 : -1;

	for (; is_digit(peek(t, 0)); t->p++)
		if (n >= 0) {
			n = n * 10 + (peek(t, 0) - '0');
			n = n > REPEAT_MAX ? -2 : n;
		}
	return n;
}

static int braces(struct ecma *t)
{
	long least = repeat_count(t), most = least;

	if (least >= 0 && skip(t, ","))
		most = peek(t, 0) == '}' ? REPEAT_MAX + 1 : repeat_count(t);
	if (least == -2 || most == -2)
		return bad(t, "a repeat count above 65535");
	if (least < 0 || most < 0 || !skip(t, "}"))
		return bad(t, "a '{' that begins no repeat count (write \\{ for the character)");
	if (most < least)
		return bad(t, "a repeat count that runs backwards");
	buf_fmt(t->out, "{%ld", least);
	if (most > REPEAT_MAX)
		buf_byte(t->out, ',');
	else if (most > least)
		buf_fmt(t->out, ",%ld", most);
	buf_byte(t->out, '}');
	return 0;
}

static int quantifier(struct ecma *t, char c)
{
	if (!t->atom) {
		t->p--;
		return bad(t, "nothing to repeat");
	}
	t->atom = false;
	if (c != '{')
		buf_byte(t->out, c);
	else if (braces(t) < 0)
		return -1;
	if (skip(t, "?"))
		buf_byte(t->out, '?');
	return 0;
}

static int backref(struct ecma *t)
{
	unsigned n = 0;

	for (; is_digit(peek(t, 0)) && n < 100000; t->p++)
		n = n * 10 + (unsigned)(peek(t, 0) - '0');
	buf_fmt(t->out, "\\g{%u}", n);
	t->backrefs = true;
	return 0;
}

/* A backslash outside of a class. */
static int escape(struct ecma *t)
{
	int c = peek(t, 0), set;
	uint32_t cp;

	t->atom = c != 'b' && c != 'B';
	if (c == 'b' || c == 'B') {
		t->p++;
		buf_fmt(t->out, "\\%c", c);
		return 0;
	}
	if (skip(t, "k<")) {
		t->backrefs = true;
		return group_name(t, "\\k<");
	}
	if (is_digit(c) && c != '0')
		return backref(t);
	set = set_escape(t, false);
	if (set)
		return set < 0 ? -1 : 0;
	if (char_escape(t, &cp) < 0)
		return -1;
	if (is_surrogate(cp))
		buf_str(t->out, NOTHING);
	else
		put_char(t, cp);
	return 0;
}

static int term(struct ecma *t)
{
	uint32_t c = next_char(t);

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
		put_char(t, c);
	}
	t->atom = true;
	return 0;
}

int regex_ecma(struct slice pattern, struct buf *out, bool *backrefs, struct err *e)
{
	struct ecma t = {.start = pattern.len ? pattern.ptr : "", .out = out, .e = e};

	t.p = t.start;
	t.end = t.start + pattern.len;
	if (utf8_check(t.start, pattern.len) != pattern.len)
		return bad(&t, "text that is not UTF-8");
	/* The callout tells regex.c of each place where a match is tried. */
	buf_str(out, "(?C1)(?:");
	while (t.p < t.end)
		if (term(&t) < 0)
			return -1;
	if (t.depth)
		return bad(&t, "a '(' that is not closed");
	buf_byte(out, ')');
	*backrefs = t.backrefs;
	if (out->over)
		return bad(&t, "too long");
	return 0;
}
