/*
 * json: one JSON text (RFC 8259), checked whole and held as an array of values that borrow from it.
 *
 * Beyond the grammar, and an error here: bytes that are not UTF-8, lone surrogates in escapes,
 * a name twice in one object (RFC 7493, I-JSON; RFC 8785 demands it), more than JSON_DEPTH levels,
 * text after the value. Any value may stand at the top.
 *
 * Ownership: the document owns the array and reuses it from text to text, so that a warm document
 * allocates nothing; values point into the array and into the caller's text, and are gone with
 * the next json_parse() or when the text goes.
 *
 *	struct json_doc doc = {0};
 *	const struct json *root = json_parse(&doc, line, &e);	// NULL: e says what and at which byte
 *	const struct json *body = json_get(root, "body");	// NULL when it is not there
 *	json_doc_free(&doc);
 *
 * Walking: the values of a document stand in the order of the text. An array's elements, and an
 * object's names, are visited by
 *
 *	for (const struct json *v = json_first(up); v != json_end(up); v = json_next(v))
 *
 * where for an object v is the name, a string, and json_value(v) what it names.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* How many arrays and objects may stand in one another. */
enum { JSON_DEPTH = 512 };

/* The longest text, in bytes: positions are 31-bit. */
#define JSON_TEXT_MAX ((size_t)INT32_MAX - 1)

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	const char *ptr; /* the value's text; a string's without its quotes, escapes as written */
	uint32_t len;
	uint32_t span; /* values from here to the next one beside it; a name's includes its value */
	uint32_t count; /* elements or members */
	uint8_t type; /* enum json_type */
	bool escaped; /* a string with a backslash in it */
	bool name; /* a string that names a member */
};

struct json_doc {
	struct json *values;
	size_t cap;
	void *tokens; /* jsmn's, reused */
	size_t tokens_cap;
	struct json_string *strings; /* where they stand, reused */
	size_t strings_cap;
	struct buf bones; /* the text with its strings emptied, reused */
	const struct json **names; /* for the search for names that stand twice, reused */
	size_t names_cap;
};

/* The value at the top, or NULL. */
const struct json *json_parse(struct json_doc *d, struct slice text, struct err *e);

void json_doc_free(struct json_doc *d);

static inline const struct json *json_first(const struct json *up)
{
	return up + 1;
}

static inline const struct json *json_next(const struct json *v)
{
	return v + v->span;
}

static inline const struct json *json_end(const struct json *up)
{
	return up + up->span;
}

static inline const struct json *json_value(const struct json *name)
{
	return name + 1;
}

static inline bool json_is(const struct json *v, enum json_type type)
{
	return v && v->type == type;
}

/* The value of an object's member, or NULL: not there, or v is NULL or no object. */
const struct json *json_get(const struct json *v, const char *name);
const struct json *json_get_slice(const struct json *v, struct slice name);

/* The value of a member when it is of that type, else NULL. */
const struct json *json_get_type(const struct json *v, const char *name, enum json_type type);

/* An array's element i, or NULL. Takes time in proportion to i. */
const struct json *json_at(const struct json *v, size_t i);

/* RFC 6901: the value that the pointer ("" or "/a/0/b~1c") leads to, or NULL. */
const struct json *json_pointer(const struct json *v, struct slice pointer);

/* The value as it is written, a string with its quotes. */
static inline struct slice json_raw(const struct json *v)
{
	unsigned quote = v->type == JSON_STRING;

	return slice_make(v->ptr - quote, (size_t)v->len + 2 * quote);
}

/*
 * A string's text without escapes. It borrows from the document when there are none; otherwise
 * it is put on the end of scratch, and valid until that grows.
 */
struct slice json_text(const struct json *v, struct buf *scratch);

/* Puts a string's text, without escapes, on b. */
void json_unescape(const struct json *v, struct buf *b);

/*
 * Puts the value on b as one line: as it is written, or, where that is more than one line, without
 * the space between its tokens.
 */
void json_compact(const struct json *v, struct buf *b);

/* Is v (which may be NULL) a string with this text? Escapes are seen through. */
bool json_str_is(const struct json *v, const char *text);
bool json_str_eq(const struct json *v, struct slice text);

/* A number as a double; an infinity when it is too large. */
double json_double(const struct json *v);

/* A number that is written as an integer (no fraction, no exponent) and fits; else false. */
bool json_int(const struct json *v, int64_t *out);

/* How many bytes from ptr on need no escape within a string. */
size_t json_plain_run(const char *ptr, size_t len);

/* What the type is called: "null", "boolean", "number", "string", "array", "object". */
const char *json_type_name(const struct json *v);

#endif
