#include <stdarg.h>
#include <stdio.h>

#include "schema_impl.h"
#include "utf8.h"

/*
 * A line is begun by schema_say() and goes on until the next one. Once there are enough lines the
 * run no longer explains, and so ends soon.
 */
enum { SHOWN_MAX = 100, LINE_LONG = 800 };

/* Controls, and what turns or breaks a line on a terminal. */
static bool is_unseen(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x200e || cp == 0x200f ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

/* Text that may be anything, at most so many bytes of it; "…" where it is cut. */
static void put_masked(struct buf *out, struct slice text, size_t most)
{
	size_t len = text.len > most ? utf8_cut(text.ptr, most) : text.len;

	for (size_t i = 0; i < len;) {
		uint32_t cp = 0xfffd;
		size_t n = utf8_decode(text.ptr + i, len - i, &cp);

		if (is_unseen(cp))
			buf_fmt(out, "\\u%04x", (unsigned)cp);
		else
			buf_utf8(out, cp);
		i += n ? n : 1;
	}
	if (len < text.len)
		buf_str(out, "…");
}

/* A string's text as a JSON pointer has it. */
static void put_step(struct buf *out, const struct json *name)
{
	struct buf text = {0}, step = {0};
	struct slice s = json_text(name, &text);

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '~' || s.ptr[i] == '/')
			buf_str(&step, s.ptr[i] == '~' ? "~0" : "~1");
		else
			buf_byte(&step, s.ptr[i]);
	}
	put_masked(out, buf_all(&step), SHOWN_MAX);
	buf_free(&step);
	buf_free(&text);
}

/* Turns the list round on the way, since a path leads upwards; it may be JSON_DEPTH long. */
static void put_path(struct buf *out, const struct schema_path *path)
{
	const struct schema_path *steps[JSON_DEPTH + 1];
	size_t n = 0;

	for (; path && n < sizeof steps / sizeof *steps; path = path->up)
		if (!path->of_name)
			steps[n++] = path;
	if (n == 0)
		buf_byte(out, '/');
	while (n-- > 0) {
		buf_byte(out, '/');
		if (steps[n]->name)
			put_step(out, steps[n]->name);
		else
			buf_fmt(out, "%zu", steps[n]->index);
	}
}

size_t schema_path_depth(const struct schema_path *path)
{
	size_t n = 0;

	for (; path; path = path->up)
		n++;
	return n;
}

/*
 * A wrong type or constant right at the value says that another alternative was meant; a wrong
 * constant in one of its members ("kind": "foe") nearly as clearly.
 */
static unsigned weigh(const struct schema_run *r, enum schema_weight weight)
{
	size_t down = schema_path_depth(r->path) - r->base_depth;

	if (down == 0)
		return weight == SCHEMA_PLAIN ? 10 : 1000;
	if (down == 1 && weight == SCHEMA_WRONG_CONST)
		return 200;
	return down == 1 && weight != SCHEMA_PLAIN ? 20 : 10;
}

bool schema_say(struct schema_run *r, enum schema_weight weight, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	r->line = false;
	if (!r->explain)
		return false;
	r->score += weigh(r, weight);
	if (r->failures == SCHEMA_FAILURES) {
		r->explain = false;
		return false;
	}
	r->line = true;
	if (r->out.len)
		buf_byte(&r->out, '\n');
	r->line_at = r->out.len;
	r->failures++;
	put_path(&r->out, r->path);
	buf_str(&r->out, ": ");
	if (r->path && r->path->of_name) {
		buf_str(&r->out, "the name ");
		schema_say_name(r, r->path->name);
		buf_byte(&r->out, ' ');
	}
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return schema_say_text(r, text);
}

bool schema_say_text(struct schema_run *r, const char *text)
{
	if (r->line)
		buf_str(&r->out, text);
	return false;
}

bool schema_say_count(struct schema_run *r, size_t n)
{
	if (r->line)
		buf_fmt(&r->out, "%zu", n);
	return false;
}

bool schema_say_quoted(struct schema_run *r, struct slice text)
{
	if (!r->line)
		return false;
	buf_byte(&r->out, '"');
	put_masked(&r->out, text, SHOWN_MAX);
	buf_byte(&r->out, '"');
	return false;
}

/* Without the white space between the tokens; a little more of it than will be shown. */
static void put_packed(struct buf *out, struct slice raw)
{
	bool string = false;

	for (size_t i = 0; i < raw.len && out->len < SHOWN_MAX + 8; i++) {
		char c = raw.ptr[i];

		if (!string && strchr(" \t\r\n", c))
			continue;
		buf_byte(out, c);
		if (string && c == '\\' && i + 1 < raw.len)
			buf_byte(out, raw.ptr[++i]);
		else if (c == '"')
			string = !string;
	}
}

bool schema_say_value(struct schema_run *r, const struct json *v)
{
	struct buf packed = {0};

	if (!r->line)
		return false;
	if (v->type == JSON_STRING)
		return schema_say_quoted(r, slice_make(v->ptr, v->len));
	put_packed(&packed, json_raw(v));
	put_masked(&r->out, buf_all(&packed), SHOWN_MAX);
	buf_free(&packed);
	return false;
}

bool schema_say_name(struct schema_run *r, const struct json *name)
{
	return schema_say_quoted(r, slice_make(name->ptr, name->len));
}

bool schema_say_types(struct schema_run *r, unsigned types)
{
	static const struct {
		unsigned bits;
		const char *name;
	} names[] = {
	    {1 << JSON_OBJECT, "an object"},
	    {1 << JSON_ARRAY, "an array"},
	    {1 << JSON_STRING, "a string"},
	    {1 << JSON_NUMBER, "a number"},
	    {SCHEMA_INTEGER, "an integer"},
	    {1 << JSON_TRUE | 1 << JSON_FALSE, "true or false"},
	    {1 << JSON_NULL, "null"},
	};
	const char *between = "";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(types & names[i].bits))
			continue;
		schema_say_text(r, between);
		schema_say_text(r, names[i].name);
		between = " or ";
	}
	return false;
}

bool schema_say_found(struct schema_run *r, const struct json *v)
{
	if (!r->line)
		return false;
	buf_str(&r->out, ", but is ");
	switch (v->type) {
	case JSON_NUMBER:
		buf_str(&r->out, "the number ");
		return schema_say_value(r, v);
	case JSON_ARRAY:
		buf_fmt(
		    &r->out, "an array of %u %s", v->count, v->count == 1 ? "element" : "elements");
		return false;
	case JSON_OBJECT:
		buf_str(&r->out, "the object ");
		return schema_say_value(r, v);
	default:
		return schema_say_value(r, v);
	}
}

bool schema_line_is_long(const struct schema_run *r)
{
	return !r->line || r->out.len - r->line_at > LINE_LONG;
}

bool schema_say_lines(struct schema_run *r, struct slice lines, unsigned score)
{
	r->line = false;
	if (!r->explain)
		return false;
	while (lines.len && r->failures < SCHEMA_FAILURES) {
		struct slice line = slice_split(&lines, '\n');

		if (line.len == 0)
			continue;
		if (r->out.len)
			buf_byte(&r->out, '\n');
		buf_slice(&r->out, line);
		r->failures++;
	}
	r->score += score;
	return false;
}

bool schema_say_broken(struct schema_run *r, const char *text)
{
	if (r->broken)
		return false;
	buf_clear(&r->out);
	put_path(&r->out, r->path);
	buf_fmt(&r->out, ": could not be checked: %s", text);
	r->broken = true;
	r->explain = false;
	r->line = false;
	return false;
}
