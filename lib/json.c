#include "json.h"

#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "mem.h"
#include "utf8.h"

/*
 * A text is read in three steps. First its strings are found and checked, many bytes at a time,
 * and the text is copied without what is in them: "bones" of one fifth of the size. Then jsmn
 * finds where values begin and end in the bones. It lets much through that is not JSON, so at last
 * its tokens are held against the bones: each must be whole by itself, and what stands between two
 * must be just the punctuation that is due there, until every byte has been accounted for.
 */

enum {
	TOKENS_A_TURN = 1024, /* how far jsmn runs before the depth is looked at */
	FEW_NAMES = 48 /* up to here names are compared each with each */
};

/* A string's inside, in the text. */
struct json_string {
	uint32_t at;
	uint32_t len;
	bool escaped;
};

struct check {
	struct json_doc *doc;
	struct slice text;
	const char *bones;
	size_t len; /* of the bones */
	size_t pos; /* in the bones: all before it is accounted for */
	size_t strings; /* found */
	size_t seen; /* those whose token has been taken */
	size_t dropped; /* bytes of the text that were in those */
	struct err *e;
	unsigned depth;
	uint32_t made; /* values so far */
	bool name_due[JSON_DEPTH]; /* in an object: the next token is a name */
	uint32_t open[JSON_DEPTH]; /* the containers around pos, as places in doc->values */
	uint32_t name[JSON_DEPTH]; /* the member of each that is being read */
	uint32_t closes[JSON_DEPTH]; /* where they end in the bones */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int bad_text(const struct check *c, size_t at, const char *what)
{
	return err_set(c->e, "not JSON: byte %zu: %s", at + 1, what);
}

/* The same for a place in the bones. */
static int bad(const struct check *c, size_t at, const char *what)
{
	const struct json_string *s = c->doc->strings;
	size_t dropped = 0;

	for (size_t i = 0; i < c->strings && s[i].at - dropped < at; i++)
		dropped += s[i].len;
	return bad_text(c, at + dropped, what);
}

static size_t skip_space(const struct check *c, size_t at)
{
	while (at < c->len && is_space(c->bones[at]))
		at++;
	return at;
}

/* Sixteen bytes at a time: is one of them below 0x20, a quote or a backslash? */
typedef unsigned char chunk __attribute__((vector_size(16)));

static bool has_special(const char *ptr)
{
	chunk bytes;
	struct {
		uint64_t low, high;
	} marks;

	memcpy(&bytes, ptr, sizeof bytes);
	bytes = (chunk)((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
	memcpy(&marks, &bytes, sizeof marks);
	return (marks.low | marks.high) != 0;
}

/* Eight bytes at a time: which of them are such? */
static uint64_t special_bytes(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	uint64_t slash = word ^ ones * '\\', quote = word ^ ones * '"';

	return ((word - ones * 0x20) & ~word & high) | ((slash - ones) & ~slash & high) |
	    ((quote - ones) & ~quote & high);
}

/* Of those that are marked, the first one in memory. (Marks behind it may be false.) */
static size_t first_marked(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(marks) / 8;
#else
	return (size_t)__builtin_clzll(marks) / 8;
#endif
}

size_t json_plain_run(const char *ptr, size_t len)
{
	size_t i = 0;
	uint64_t word, marks;

	while (len - i >= sizeof(chunk) && !has_special(ptr + i))
		i += sizeof(chunk);
	for (; len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, ptr + i, sizeof word);
		marks = special_bytes(word);
		if (marks)
			return i + first_marked(marks);
	}
	while (i < len && (unsigned char)ptr[i] >= 0x20 && ptr[i] != '"' && ptr[i] != '\\')
		i++;
	return i;
}

static unsigned hex_digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : ((unsigned)c | 0x20) - 'a' + 10;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static uint32_t hex4(const char *p)
{
	return hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 |
	    hex_digit(p[3]);
}

static bool is_unit_escape(const char *p, size_t len)
{
	return len >= 6 && p[0] == '\\' && p[1] == 'u' && is_hex(p[2]) && is_hex(p[3]) &&
	    is_hex(p[4]) && is_hex(p[5]);
}

/* The length of the good escape at p, or 0. A surrogate is good only as half of a pair. */
static size_t escape_len(const char *p, size_t len)
{
	uint32_t unit;

	if (len < 2)
		return 0;
	if (p[1] != 'u')
		return strchr("\"\\/bfnrt", p[1]) && p[1] ? 2 : 0;
	if (!is_unit_escape(p, len))
		return 0;
	unit = hex4(p + 2);
	if (unit < 0xd800 || unit > 0xdfff)
		return 6;
	if (unit > 0xdbff || !is_unit_escape(p + 6, len - 6))
		return 0;
	unit = hex4(p + 8);
	return unit >= 0xdc00 && unit <= 0xdfff ? 12 : 0;
}

/* Finds the end of the string whose inside begins at s->at; -1 when it is not a good one. */
static int read_string(const struct check *c, struct json_string *s)
{
	size_t at = s->at, n;

	for (;;) {
		at += json_plain_run(c->text.ptr + at, c->text.len - at);
		if (at == c->text.len)
			return bad_text(c, at, "the text ends too early");
		if (c->text.ptr[at] == '"')
			break;
		if (c->text.ptr[at] != '\\')
			return bad_text(c, at, "a control character in a string");
		n = escape_len(c->text.ptr + at, c->text.len - at);
		if (n == 0)
			return bad_text(c, at, "a bad escape, or half of a surrogate pair");
		s->escaped = true;
		at += n;
	}
	s->len = (uint32_t)(at - s->at);
	return 0;
}

static struct json_string *add_string(struct check *c, size_t at)
{
	struct json_doc *d = c->doc;

	d->strings = mem_more(d->strings, c->strings, &d->strings_cap, sizeof *d->strings);
	d->strings[c->strings] = (struct json_string){.at = (uint32_t)at};
	return d->strings + c->strings++;
}

/* Copies the text without what is in its strings, which are checked and noted. */
static int find_strings(struct check *c)
{
	struct buf *bones = &c->doc->bones;
	char *to, *from_start;
	size_t at = 0;

	buf_clear(bones);
	bones->max = JSON_TEXT_MAX;
	from_start = to = buf_room(bones, c->text.len);
	while (at < c->text.len) {
		char byte = c->text.ptr[at++];

		*to++ = byte;
		if (byte != '"')
			continue;
		if (read_string(c, add_string(c, at)) < 0)
			return -1;
		at += c->doc->strings[c->strings - 1].len + 1;
		*to++ = '"';
	}
	c->bones = from_start;
	c->len = (size_t)(to - from_start);
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(p[n]))
		n++;
	return n;
}

static bool is_number(const char *p, size_t len)
{
	size_t i = len > 0 && p[0] == '-', n = digits(p + i, len - i);

	if (n == 0 || (n > 1 && p[i] == '0'))
		return false;
	i += n;
	if (i < len && p[i] == '.') {
		n = digits(p + i + 1, len - i - 1);
		if (n == 0)
			return false;
		i += n + 1;
	}
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		i += i < len && (p[i] == '+' || p[i] == '-');
		n = digits(p + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return i == len;
}

static int check_primitive(const struct check *c, struct json *v)
{
	struct slice s = {v->ptr, v->len};

	if (slice_is(s, "null"))
		v->type = JSON_NULL;
	else if (slice_is(s, "true"))
		v->type = JSON_TRUE;
	else if (slice_is(s, "false"))
		v->type = JSON_FALSE;
	else if (is_number(v->ptr, v->len))
		v->type = JSON_NUMBER;
	else
		return bad_text(
		    c, (size_t)(v->ptr - c->text.ptr), "neither a number nor true, false or null");
	return 0;
}

/* Names that are written alike stand together: shorter first, then by bytes. */
static int name_order(const struct json *a, const struct json *b)
{
	struct buf x = {0}, y = {0};
	int order;

	if (!a->escaped && !b->escaped) {
		if (a->len != b->len)
			return a->len < b->len ? -1 : 1;
		return a->len ? memcmp(a->ptr, b->ptr, a->len) : 0;
	}
	json_unescape(a, &x);
	json_unescape(b, &y);
	order = x.len != y.len ? (x.len < y.len ? -1 : 1) : x.len ? memcmp(x.ptr, y.ptr, x.len) : 0;
	buf_free(&x);
	buf_free(&y);
	return order;
}

static const struct json *twice_among_few(const struct json *object)
{
	for (const struct json *a = json_first(object); a != json_end(object); a = json_next(a))
		for (const struct json *b = json_first(object); b != a; b = json_next(b))
			if ((a->len == b->len || a->escaped || b->escaped) && name_order(a, b) == 0)
				return a;
	return NULL;
}

static void sift(const struct json **heap, size_t at, size_t n)
{
	const struct json *v = heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && name_order(heap[child], heap[child + 1]) < 0)
			child++;
		if (name_order(v, heap[child]) >= 0)
			break;
		heap[at] = heap[child];
	}
	heap[at] = v;
}

/* Heapsort: in place, and no input makes it slow. */
static void sort_names(const struct json **names, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(names, i, n);
	for (size_t i = n; i-- > 1;) {
		const struct json *last = names[i];

		names[i] = names[0];
		names[0] = last;
		sift(names, 0, i);
	}
}

static const struct json *twice_among_many(struct json_doc *d, const struct json *object)
{
	size_t n = 0;

	if (object->count > d->names_cap) {
		d->names_cap = object->count;
		d->names = mem_grow(d->names, d->names_cap, sizeof(const struct json *));
	}
	for (const struct json *v = json_first(object); v != json_end(object); v = json_next(v))
		d->names[n++] = v;
	sort_names(d->names, n);
	for (size_t i = 1; i < n; i++)
		if (name_order(d->names[i - 1], d->names[i]) == 0)
			return d->names[i];
	return NULL;
}

static int check_names(const struct check *c, const struct json *object)
{
	const struct json *name =
	    object->count <= FEW_NAMES ? twice_among_few(object) : twice_among_many(c->doc, object);

	if (!name)
		return 0;
	return err_set(c->e, "not JSON: byte %zu: the name \"%.*s\" stands twice in one object",
	    (size_t)(name->ptr - c->text.ptr), (int)(name->len < 100 ? name->len : 100), name->ptr);
}

/* Ends the innermost container; from pos to its bracket only space may stand. */
static int close_one(struct check *c)
{
	unsigned top = c->depth - 1;
	struct json *v = c->doc->values + c->open[top];
	size_t end = c->closes[top], at = skip_space(c, c->pos);

	if (at != end - 1)
		return bad(c, at, "a bracket, or a value after a comma, was due");
	if (v->type == JSON_OBJECT && !c->name_due[top])
		return bad(c, at, "a name without a value");
	v->span = c->made - c->open[top];
	v->len = (uint32_t)(end + c->dropped - (size_t)(v->ptr - c->text.ptr));
	c->pos = end;
	c->depth--;
	if (v->type == JSON_OBJECT && v->count > 1)
		return check_names(c, v);
	return 0;
}

/* A value within the innermost container is whole: its member's span is known. */
static void member_done(struct check *c)
{
	unsigned top = c->depth - 1;

	if (c->depth == 0 || c->doc->values[c->open[top]].type != JSON_OBJECT)
		return;
	if (c->name_due[top])
		return;
	c->doc->values[c->name[top]].span = c->made - c->name[top];
	c->name_due[top] = true;
}

static int close_until(struct check *c, size_t start)
{
	while (c->depth > 0 && c->closes[c->depth - 1] <= start) {
		if (close_one(c) < 0)
			return -1;
		member_done(c);
	}
	return 0;
}

/* What stands before a token: the comma or colon that is due, and space. */
static int check_gap(struct check *c, size_t start)
{
	unsigned top = c->depth - 1;
	const struct json *up = c->depth ? c->doc->values + c->open[top] : NULL;
	size_t at = skip_space(c, c->pos);
	char due = 0;

	if (!up) {
		if (c->made > 0)
			return bad(c, at, "text after the value");
	} else if (up->type == JSON_OBJECT && !c->name_due[top])
		due = ':';
	else if (up->count > 0)
		due = ',';
	if (due) {
		if (at >= c->len || c->bones[at] != due)
			return bad(c, at, due == ':' ? "a colon was due" : "a comma was due");
		at = skip_space(c, at + 1);
	}
	if (at != start)
		return bad(c, at, "a value was due");
	return 0;
}

static int open_container(struct check *c, const jsmntok_t *t, struct json *v)
{
	if (c->depth == JSON_DEPTH)
		return bad(c, (size_t)t->start, "more than 512 levels");
	v->type = t->type == JSMN_OBJECT ? JSON_OBJECT : JSON_ARRAY;
	c->open[c->depth] = c->made - 1;
	c->closes[c->depth] = (uint32_t)t->end;
	c->name_due[c->depth] = true;
	c->depth++;
	c->pos = (size_t)t->start + 1;
	return 0;
}

/* Counts v in the container around it; tells whether it is a name there. */
static int place_in_parent(struct check *c, struct json *v, bool is_string)
{
	unsigned top = c->depth - 1;
	struct json *up = c->doc->values + c->open[top];

	if (up->type == JSON_ARRAY) {
		up->count++;
		return 0;
	}
	if (!c->name_due[top])
		return 0;
	if (!is_string)
		return bad_text(c, (size_t)(v->ptr - c->text.ptr), "a name in quotes was due");
	up->count++;
	v->name = true;
	c->name[top] = c->made - 1;
	c->name_due[top] = false;
	return 0;
}

static void take_string(struct check *c, struct json *v)
{
	const struct json_string *s = c->doc->strings + c->seen++;

	v->type = JSON_STRING;
	v->ptr = c->text.ptr + s->at;
	v->len = s->len;
	v->escaped = s->escaped;
	c->dropped += s->len;
}

static int take_token(struct check *c, const jsmntok_t *t)
{
	bool quoted = t->type == JSMN_STRING;
	size_t start = (size_t)t->start - quoted;
	struct json *v;

	if (close_until(c, start) < 0 || check_gap(c, start) < 0)
		return -1;
	v = c->doc->values + c->made++;
	*v = (struct json){.ptr = c->text.ptr + (size_t)t->start + c->dropped,
	    .len = (uint32_t)(t->end - t->start),
	    .span = 1};
	if (c->depth > 0 && place_in_parent(c, v, quoted) < 0)
		return -1;
	if (t->type == JSMN_OBJECT || t->type == JSMN_ARRAY)
		return open_container(c, t, v);
	c->pos = (size_t)t->end + quoted;
	if (quoted)
		take_string(c, v);
	else if (check_primitive(c, v) < 0)
		return -1;
	if (!v->name)
		member_done(c);
	return 0;
}

static int check_tokens(struct check *c, const jsmntok_t *tokens, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (take_token(c, tokens + i) < 0)
			return -1;
	if (close_until(c, c->len) < 0)
		return -1;
	c->pos = skip_space(c, c->pos);
	return c->pos == c->len ? 0 : bad(c, c->pos, "text after the value");
}

/* Closing a bracket costs jsmn a walk up to it, so depth is bounded before it is all read. */
static bool too_deep(const jsmn_parser *p, const jsmntok_t *tokens)
{
	unsigned levels = 0;

	for (int i = p->toksuper; i >= 0; i = tokens[i].parent)
		levels++;
	return levels > 2 * JSON_DEPTH;
}

static int jsmn_failed(const struct check *c, const jsmn_parser *p, int code)
{
	if (code == JSMN_ERROR_PART)
		return bad(c, c->len, "the text ends too early");
	return bad(c, p->pos, "unexpected here");
}

/* The number of tokens, or -1. */
static ptrdiff_t tokenise(struct check *c)
{
	struct json_doc *d = c->doc;
	jsmn_parser p;

	jsmn_init(&p);
	for (;;) {
		size_t room = p.toknext + TOKENS_A_TURN;
		int n;

		if (room > d->tokens_cap) {
			d->tokens_cap = room < 2 * d->tokens_cap ? 2 * d->tokens_cap : room;
			d->tokens = mem_grow(d->tokens, d->tokens_cap, sizeof(jsmntok_t));
		}
		n = jsmn_parse(&p, c->bones, c->len, d->tokens, (unsigned)room);
		if (n >= 0)
			return (ptrdiff_t)p.toknext;
		if (n != JSMN_ERROR_NOMEM)
			return jsmn_failed(c, &p, n);
		if (too_deep(&p, d->tokens))
			return bad(c, p.pos, "more than 512 levels");
	}
}

/* jsmn wants a comma or a bracket behind a value, so one that stands alone is not for it. */
static int parse_scalar(struct check *c)
{
	struct slice text = slice_trim(c->text);
	struct json *v = c->doc->values;

	*v = (struct json){.ptr = text.ptr, .len = (uint32_t)text.len, .span = 1};
	return check_primitive(c, v);
}

static void room_for_values(struct json_doc *d, size_t n)
{
	if (n <= d->cap)
		return;
	d->cap = n < 2 * d->cap ? 2 * d->cap : n;
	d->values = mem_grow(d->values, d->cap, sizeof *d->values);
}

/* The arrays in it need no clearing: depth says how much of them is in use. */
static void begin(struct check *c, struct json_doc *d, struct slice text, struct err *e)
{
	c->doc = d;
	c->text = text;
	c->e = e;
	c->pos = c->strings = c->seen = c->dropped = 0;
	c->depth = 0;
	c->made = 0;
}

static int parse_container(struct check *c)
{
	ptrdiff_t n;

	if (find_strings(c) < 0)
		return -1;
	n = tokenise(c);
	if (n < 0)
		return -1;
	room_for_values(c->doc, (size_t)n + 1);
	return check_tokens(c, c->doc->tokens, (size_t)n);
}

static int parse(struct check *c)
{
	size_t good = utf8_check(c->text.ptr, c->text.len);
	struct slice rest = slice_trim(c->text);

	if (good < c->text.len)
		return bad_text(c, good, "not UTF-8");
	if (rest.len == 0)
		return err_set(c->e, "not JSON: empty");
	room_for_values(c->doc, 1);
	if (rest.ptr[0] != '{' && rest.ptr[0] != '[' && rest.ptr[0] != '"')
		return parse_scalar(c);
	return parse_container(c);
}

const struct json *json_parse(struct json_doc *d, struct slice text, struct err *e)
{
	struct check c;

	if (text.len > JSON_TEXT_MAX) {
		err_set(e, "not JSON: longer than %zu bytes", JSON_TEXT_MAX);
		return NULL;
	}
	begin(&c, d, text, e);
	return parse(&c) < 0 ? NULL : d->values;
}

void json_doc_free(struct json_doc *d)
{
	free(d->values);
	free(d->tokens);
	free(d->names);
	free(d->strings);
	buf_free(&d->bones);
	*d = (struct json_doc){0};
}

bool json_str_eq(const struct json *v, struct slice text)
{
	struct buf b = {0};
	bool same;

	if (!json_is(v, JSON_STRING))
		return false;
	if (!v->escaped)
		return slice_eq(slice_make(v->ptr, v->len), text);
	json_unescape(v, &b);
	same = slice_eq(buf_all(&b), text);
	buf_free(&b);
	return same;
}

bool json_str_is(const struct json *v, const char *text)
{
	return json_str_eq(v, slice_str(text));
}

const struct json *json_get_slice(const struct json *v, struct slice name)
{
	if (!json_is(v, JSON_OBJECT))
		return NULL;
	for (const struct json *n = json_first(v); n != json_end(v); n = json_next(n)) {
		if (!n->escaped && (n->len != name.len || memcmp(n->ptr, name.ptr, name.len) != 0))
			continue;
		if (!n->escaped || json_str_eq(n, name))
			return json_value(n);
	}
	return NULL;
}

const struct json *json_get(const struct json *v, const char *name)
{
	return json_get_slice(v, slice_str(name));
}

const struct json *json_get_type(const struct json *v, const char *name, enum json_type type)
{
	const struct json *found = json_get(v, name);

	return json_is(found, type) ? found : NULL;
}

const struct json *json_at(const struct json *v, size_t i)
{
	const struct json *at;

	if (!json_is(v, JSON_ARRAY) || i >= v->count)
		return NULL;
	for (at = json_first(v); i > 0; i--)
		at = json_next(at);
	return at;
}

/* RFC 6901, section 4: digits without leading zeros. */
static const struct json *pointer_index(const struct json *v, struct slice step)
{
	size_t i = 0;

	if (step.len == 0 || step.len > 9 || (step.len > 1 && step.ptr[0] == '0') ||
	    digits(step.ptr, step.len) != step.len)
		return NULL;
	for (size_t k = 0; k < step.len; k++)
		i = i * 10 + (size_t)(step.ptr[k] - '0');
	return json_at(v, i);
}

static const struct json *pointer_name(const struct json *v, struct slice step)
{
	struct buf name = {0};
	const struct json *found = NULL;

	for (size_t i = 0; i < step.len; i++) {
		char c = step.ptr[i];

		if (c == '~') {
			i++;
			if (i == step.len || (step.ptr[i] != '0' && step.ptr[i] != '1'))
				goto out;
			c = step.ptr[i] == '0' ? '~' : '/';
		}
		buf_byte(&name, c);
	}
	found = json_get_slice(v, buf_all(&name));
out:
	buf_free(&name);
	return found;
}

const struct json *json_pointer(const struct json *v, struct slice pointer)
{
	if (pointer.len > 0 && pointer.ptr[0] != '/')
		return NULL;
	if (pointer.len > 0) {
		pointer.ptr++;
		pointer.len--;
	} else {
		pointer.ptr = NULL;
	}
	while (v && pointer.ptr) {
		struct slice step = slice_split(&pointer, '/');

		if (v->type == JSON_ARRAY)
			v = pointer_index(v, step);
		else
			v = pointer_name(v, step);
	}
	return v;
}

static size_t unescape_one(const char *p, struct buf *b)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at;
	uint32_t cp;

	if (p[1] != 'u') {
		at = strchr(from, p[1]);
		buf_byte(b, at ? to[at - from] : p[1]);
		return 2;
	}
	cp = hex4(p + 2);
	if (cp < 0xd800 || cp > 0xdfff) {
		buf_utf8(b, cp);
		return 6;
	}
	buf_utf8(b, 0x10000 + ((cp - 0xd800) << 10) + (hex4(p + 8) - 0xdc00));
	return 12;
}

void json_unescape(const struct json *v, struct buf *b)
{
	size_t i = 0;

	if (!v->escaped) {
		buf_put(b, v->ptr, v->len);
		return;
	}
	/* Escapes only ever shrink: one look for room serves the whole string. */
	if (!buf_room(b, v->len))
		return;
	while (i < v->len) {
		const char *slash = memchr(v->ptr + i, '\\', v->len - i);
		size_t run = slash ? (size_t)(slash - v->ptr) - i : v->len - i;

		buf_put(b, v->ptr + i, run);
		i += run;
		if (slash)
			i += unescape_one(slash, b);
	}
}

struct slice json_text(const struct json *v, struct buf *scratch)
{
	size_t at = scratch->len;

	if (!v->escaped)
		return slice_make(v->ptr, v->len);
	json_unescape(v, scratch);
	return buf_from(scratch, at);
}

/* The end of the string that begins at p, behind its quote. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

void json_compact(const struct json *v, struct buf *b)
{
	struct slice raw = json_raw(v);
	const char *p = raw.ptr, *end = raw.ptr + raw.len;

	if (!memchr(p, '\n', raw.len) && !memchr(p, '\r', raw.len)) {
		buf_slice(b, raw);
		return;
	}
	while (p < end) {
		const char *from = p;

		while (p < end && !is_space(*p))
			p = *p == '"' ? string_end(p, end) : p + 1;
		buf_put(b, from, (size_t)(p - from));
		while (p < end && is_space(*p))
			p++;
	}
}

double json_double(const struct json *v)
{
	char small[64];
	char *copy;
	double n;

	if (v->len < sizeof small) {
		memcpy(small, v->ptr, v->len);
		small[v->len] = '\0';
		return strtod(small, NULL);
	}
	copy = mem_copy(v->ptr, v->len);
	n = strtod(copy, NULL);
	free(copy);
	return n;
}

bool json_int(const struct json *v, int64_t *out)
{
	bool minus;
	int64_t n = 0;

	if (!json_is(v, JSON_NUMBER))
		return false;
	minus = v->ptr[0] == '-';
	for (size_t i = minus; i < v->len; i++) {
		int digit = v->ptr[i] - '0';

		if (!is_digit(v->ptr[i]) || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, minus ? -digit : digit, &n))
			return false;
	}
	*out = n;
	return true;
}

const char *json_type_name(const struct json *v)
{
	static const char *const names[] = {
	    "null", "boolean", "boolean", "number", "string", "array", "object"};

	return names[v->type];
}
