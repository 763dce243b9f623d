#include "regex_impl.h"
#include "utf8.h"

/* Inside of brackets. */
#define SPACE                                                                                      \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"       \
	"\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACE                                                                                  \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"           \
	"\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"             \
	"\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

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

int regex_bad(const struct regex_ecma *t, const char *what)
{
	return err_set(t->e, "not a regular expression of ECMAScript: %s, at byte %zu", what,
	    (size_t)(t->p - t->start));
}

static int hex_value(int c)
{
	if (regex_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void regex_put_char(struct regex_ecma *t, uint32_t cp)
{
	if (cp < 0x80 && (regex_is_letter((int)cp) || regex_is_digit((int)cp)))
		buf_byte(t->out, (char)cp);
	else
		buf_fmt(t->out, "\\x{%x}", (unsigned)cp);
}

uint32_t regex_next_char(struct regex_ecma *t)
{
	uint32_t cp = 0;
	size_t n = utf8_decode(t->p, (size_t)(t->end - t->p), &cp);

	t->p += n ? n : 1;
	return cp;
}

/* Exactly n hexadecimal digits. */
static bool hex(struct regex_ecma *t, size_t n, uint32_t *cp)
{
	*cp = 0;
	for (size_t i = 0; i < n; i++) {
		int value = hex_value(regex_peek(t, i));

		if (value < 0)
			return false;
		*cp = *cp << 4 | (uint32_t)value;
	}
	t->p += n;
	return true;
}

static bool braced_hex(struct regex_ecma *t, uint32_t *cp)
{
	size_t digits = 0;

	*cp = 0;
	for (int value; (value = hex_value(regex_peek(t, 0))) >= 0; t->p++, digits++) {
		*cp = *cp << 4 | (uint32_t)value;
		if (*cp > 0x10ffff)
			return false;
	}
	return digits && regex_skip(t, "}");
}

/* What follows "\u". A pair of surrogates is one character. */
static int unicode_escape(struct regex_ecma *t, uint32_t *cp)
{
	const char *back;
	uint32_t low;

	if (regex_skip(t, "{"))
		return braced_hex(t, cp) ? 0 : regex_bad(t, "\\u{…} is no code point");
	if (!hex(t, 4, cp))
		return regex_bad(t, "\\u wants four hexadecimal digits");
	back = t->p;
	if (*cp >= 0xd800 && *cp <= 0xdbff && regex_skip(t, "\\u")) {
		if (hex(t, 4, &low) && low >= 0xdc00 && low <= 0xdfff)
			*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
		else
			t->p = back;
	}
	return 0;
}

int regex_char_escape(struct regex_ecma *t, uint32_t *cp)
{
	static const char letters[] = "tnvfr", controls[] = "\t\n\v\f\r";
	int c = regex_peek(t, 0);
	const char *at;

	if (c < 0)
		return regex_bad(t, "a backslash at the end");
	if (c >= 0x80 || (!regex_is_letter(c) && !regex_is_digit(c))) {
		*cp = regex_next_char(t);
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
		return hex(t, 2, cp) ? 0 : regex_bad(t, "\\x wants two hexadecimal digits");
	if (c == 'c' && regex_is_letter(regex_peek(t, 0))) {
		*cp = regex_next_char(t) & 0x1f;
		return 0;
	}
	if (c == '0' && !regex_is_digit(regex_peek(t, 0))) {
		*cp = 0;
		return 0;
	}
	t->p -= 2;
	return regex_bad(t, "an unknown escape");
}

static const char *category(struct slice name)
{
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
		if (slice_is(name, categories[i].name))
			return categories[i].code;
	return NULL;
}

static void put_property(struct regex_ecma *t, struct slice name, bool negated)
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

static int property(struct regex_ecma *t, bool negated)
{
	const char *from;

	if (!regex_skip(t, "{"))
		return regex_bad(t, "\\p wants a name in braces");
	from = t->p;
	while (regex_is_letter(regex_peek(t, 0)) || regex_is_digit(regex_peek(t, 0)) ||
	    regex_peek(t, 0) == '_' || regex_peek(t, 0) == '=')
		t->p++;
	if (t->p == from || regex_peek(t, 0) != '}')
		return regex_bad(t, "\\p wants a name in braces");
	put_property(t, slice_make(from, (size_t)(t->p - from)), negated);
	t->p++;
	return 1;
}

int regex_set_escape(struct regex_ecma *t, bool in_class)
{
	int c = regex_peek(t, 0);

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
