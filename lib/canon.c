#include "canon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jw.h"
#include "mem.h"

enum { FEW_MEMBERS = 48 };

/* One member, its name without escapes. */
struct member {
	struct slice name;
	const struct json *value;
};

/*
 * UTF-16 order differs from that of UTF-8's bytes in one place: U+E000 to U+FFFF (lead bytes ee
 * and ef) come after the surrogates, which stand for all beyond (lead bytes f0 to f4).
 */
static int utf16_rank(unsigned char c)
{
	return c == 0xee || c == 0xef ? c + 0x10 : c;
}

static int utf16_order(const void *left, const void *right)
{
	struct slice a = ((const struct member *)left)->name,
		     b = ((const struct member *)right)->name;
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++)
		if (a.ptr[i] != b.ptr[i])
			return utf16_rank((unsigned char)a.ptr[i]) -
			    utf16_rank((unsigned char)b.ptr[i]);
	return a.len < b.len ? -1 : a.len > b.len;
}

static bool is_integer(const struct json *v)
{
	for (uint32_t i = 0; i < v->len; i++)
		if (v->ptr[i] == '.' || (v->ptr[i] | 0x20) == 'e')
			return false;
	return true;
}

static int put_number(struct buf *b, const struct json *v, struct err *e)
{
	double n;

	if (is_integer(v)) {
		jw_raw(b,
		    v->len == 2 && v->ptr[0] == '-' && v->ptr[1] == '0' ? slice_str("0")
									: json_raw(v));
		return 0;
	}
	n = json_double(v);
	if (isinf(n))
		return err_set(e, "no canonical form: %.*s is too large a number",
		    (int)(v->len < 40 ? v->len : 40), v->ptr);
	jw_double(b, n);
	return 0;
}

/* Is the escape at p, which is well-formed, the one that the canonical form has? */
static bool is_canonical_escape(const char *p)
{
	if (p[1] != 'u')
		return p[1] != '/';
	if (p[2] != '0' || p[3] != '0' || (p[4] != '0' && p[4] != '1') ||
	    (p[5] >= 'A' && p[5] <= 'F'))
		return false;
	/* These have short forms. */
	return p[4] == '1' || !strchr("89acd", p[5]);
}

/* Text that was escaped by a writer that escapes no more than it must: nearly all there is. */
static bool is_canonical(const struct json *v)
{
	const char *p = v->ptr, *end = v->ptr + v->len;

	if (!v->escaped)
		return true;
	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		if (!is_canonical_escape(p))
			return false;
		p += 2;
	}
	return true;
}

static void put_string(struct buf *b, const struct json *v)
{
	struct buf text = {0};

	if (is_canonical(v)) {
		jw_raw(b, json_raw(v));
		return;
	}
	jw_str(b, json_text(v, &text));
	buf_free(&text);
}

static int put_array(struct buf *b, const struct json *v, struct err *e)
{
	jw_array(b);
	for (const struct json *el = json_first(v); el != json_end(v); el = json_next(el))
		if (canon_put(b, el, e) < 0)
			return -1;
	jw_array_end(b);
	return 0;
}

static bool is_listed(const struct json *name, const char *const *names)
{
	for (; names && *names; names++)
		if (json_str_is(name, *names))
			return true;
	return false;
}

static bool has_escapes(const struct json *v)
{
	for (const struct json *name = json_first(v); name != json_end(v); name = json_next(name))
		if (name->escaped)
			return true;
	return false;
}

/* The names without escapes; room is made first, so that none moves while others are added. */
static size_t read_members(
    const struct json *v, const char *const *without, struct member *members, struct buf *names)
{
	size_t n = 0;

	if (has_escapes(v))
		buf_room(names, v->len);
	for (const struct json *name = json_first(v); name != json_end(v); name = json_next(name))
		if (!is_listed(name, without))
			members[n++] = (struct member){json_text(name, names), json_value(name)};
	return n;
}

/* Few, and mostly in order already. */
static void sort_members(struct member *members, size_t n)
{
	struct member moved;
	size_t at;

	if (n > FEW_MEMBERS) {
		qsort(members, n, sizeof *members, utf16_order);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		moved = members[i];
		for (at = i; at > 0 && utf16_order(&members[at - 1], &moved) > 0; at--)
			members[at] = members[at - 1];
		members[at] = moved;
	}
}

static int put_object(
    struct buf *b, const struct json *v, const char *const *without, struct err *e)
{
	struct member few[FEW_MEMBERS];
	struct member *members =
	    v->count <= FEW_MEMBERS ? few : mem_array(v->count, sizeof *members);
	struct buf names = {0};
	size_t n = read_members(v, without, members, &names);
	int status = 0;

	sort_members(members, n);
	jw_object(b);
	for (size_t i = 0; i < n && status == 0; i++) {
		jw_name_slice(b, members[i].name);
		status = canon_put(b, members[i].value, e);
	}
	jw_object_end(b);
	if (members != few)
		free(members);
	buf_free(&names);
	return status;
}

int canon_put_without(struct buf *b, const struct json *v, const char *const *names, struct err *e)
{
	return v->type == JSON_OBJECT ? put_object(b, v, names, e) : canon_put(b, v, e);
}

/* The document's depth is bounded, and so is this recursion. */
int canon_put(struct buf *b, const struct json *v, struct err *e)
{
	switch ((enum json_type)v->type) {
	case JSON_NUMBER:
		return put_number(b, v, e);
	case JSON_STRING:
		put_string(b, v);
		return 0;
	case JSON_ARRAY:
		return put_array(b, v, e);
	case JSON_OBJECT:
		return put_object(b, v, NULL, e);
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		break;
	}
	jw_json(b, v);
	return 0;
}
