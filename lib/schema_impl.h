/*
 * schema_impl: what the files of schema share; for no one else.
 *
 *	schema.c	compiles: keywords are read, a node for each subschema
 *	schema_keys.c	the keywords, and how the value of each is read
 *	schema_ref.c	base URIs, anchors, where a $ref leads
 *	schema_uri.c	URI references
 *	schema_check.c	a value against a node: alternatives, what is left unevaluated
 *	schema_kinds.c	the keywords for numbers, strings and arrays
 *	schema_object.c	the keywords for objects
 *	schema_equal.c	equality and hashes of JSON values
 *	schema_say.c	explanations
 *
 * A node is one subschema; it and all that hangs on it live until schema_free(). Everything that
 * changes while checking is in struct schema_run.
 */
#ifndef SCHEMA_IMPL_H
#define SCHEMA_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "decimal.h"
#include "err.h"
#include "json.h"
#include "regex.h"
#include "schema.h"
#include "slice.h"

struct schema_node;

/* Bits of node.types: 1 << enum json_type, and integers, which are numbers too. */
enum { SCHEMA_INTEGER = 1 << 7, SCHEMA_ANY_TYPE = 0x7f };

/* Which groups of keywords a node has: bits of node.uses. */
enum {
	SCHEMA_NUMBER = 1,
	SCHEMA_STRING = 2,
	SCHEMA_ARRAY = 4,
	SCHEMA_OBJECT = 8,
	SCHEMA_LOGIC = 16,
	SCHEMA_VALUES = 32
};

struct schema_list {
	struct schema_node **nodes;
	size_t count;
};

struct schema_bound {
	struct decimal value;
	const struct json *at;
};

/* enum and const: the values and their hashes. */
struct schema_values {
	const struct json **values;
	uint32_t *hashes;
	size_t count;
	unsigned types;
};

/* A regular expression; node is NULL for the keyword pattern. */
struct schema_pattern {
	struct regex *regex;
	const struct json *at;
	struct schema_node *node;
	struct schema_pattern *before; /* all of a schema hang together, to be freed */
};

/* A name that properties or required knows. */
struct schema_member {
	struct slice name; /* ptr is NULL in an empty slot */
	uint32_t hash;
	bool required;
	struct schema_node *node; /* NULL: only required */
};

/* What a member calls for: other members (an array of names) or a schema; the other is NULL. */
struct schema_dependent {
	struct slice name;
	const struct json *needs;
	struct schema_node *node;
};

struct schema_node {
	const struct json *at;
	struct schema_node *next; /* in the order of making */
	bool never; /* the schema false */
	uint8_t types;
	uint8_t uses;
	struct {
		struct schema_bound *least, *most, *over, *under, *step;
	} number;
	struct {
		size_t least, most;
		struct schema_pattern *pattern;
	} string;
	struct {
		struct schema_list prefix;
		struct schema_node *items, *contains, *unevaluated;
		size_t least, most, least_contained, most_contained;
		bool unique;
	} array;
	struct {
		struct schema_member *members; /* a hash table of mask + 1 slots */
		size_t mask, required;
		struct schema_pattern *patterns;
		size_t pattern_count;
		struct schema_dependent *dependents;
		size_t dependent_count;
		struct schema_node *additional, *names, *unevaluated;
		size_t least, most;
		const struct json *properties, *requires; /* as written */
	} object;
	struct {
		struct schema_node *ref, *not, *condition, *then, *otherwise;
		struct schema_list all, any, one;
	} logic;
	struct {
		struct schema_values *any, *constant;
	} values;
	struct { /* for the search for circles */
		struct schema_node *from;
		size_t child;
		int state;
	} walk;
};

/* The way from the value at the top to the one being checked; innermost first. */
struct schema_path {
	const struct schema_path *up;
	const struct json *name; /* NULL for an element */
	size_t index;
	bool of_name; /* not the member, but its name */
};

/* Where no one asks which members or elements were evaluated. */
#define SCHEMA_NO_MARKS SIZE_MAX

/* A check that is under way, and the memory that one check leaves to the next. */
struct schema_run {
	struct buf text; /* unescaped strings, a stack */
	uint64_t *words; /* marks and hash tables, a stack */
	size_t words_used, words_cap;
	const struct schema_path *path;
	unsigned depth;
	uint64_t steps; /* that are left */
	bool broken; /* could not be checked; out says why */
	bool explain;
	bool line; /* is a line being written? */
	size_t line_at; /* where in out it began */
	size_t base_depth; /* of the value whose alternatives are weighed */
	unsigned failures, score;
	struct buf out;
};

struct schema_resource {
	struct slice uri;
	const struct json *root;
};

struct schema_anchor {
	size_t resource;
	struct slice name;
	const struct json *at;
};

struct schema {
	char *text;
	struct json_doc doc;
	const struct json *root;
	void *memory; /* everything of schema_alloc(), a list */
	struct schema_pattern *patterns;
	struct schema_node **node_of; /* by the value's place in the document */
	uint32_t *resource_of; /* the same; one more than the resource, 0 for none */
	struct schema_node *top, *last;
	size_t node_count;
	struct schema_resource *resources;
	size_t resource_count, resource_cap;
	struct schema_anchor *anchors;
	size_t anchor_count, anchor_cap;
	struct schema_run run;
};

/* schema.c */

/* The node of the subschema at v: the one that there is, or a new one, read later. */
struct schema_node *schema_node_at(struct schema *s, const struct json *v);

/* Zeroed memory that lives as long as the schema. */
void *schema_alloc(struct schema *s, size_t n, size_t size);

/* An error at a place of the schema. */
__attribute__((format(printf, 4, 5))) int schema_err(
    const struct schema *s, const struct json *at, struct err *e, const char *fmt, ...);

static inline size_t schema_place(const struct schema *s, const struct json *v)
{
	return (size_t)(v - s->root);
}

/* schema_keys.c */

/* What a keyword's value is made of. */
enum schema_shape { SCHEMA_VALUE, SCHEMA_ONE, SCHEMA_EACH, SCHEMA_EACH_NAMED };

/* SCHEMA_VALUE when the name is not a keyword. */
enum schema_shape schema_shape(const struct json *name);

/* Reads what is written in the node's schema object. */
int schema_read(struct schema *s, struct schema_node *n, struct err *e);

/* schema_ref.c */

/* Finds the $id and the anchors in v and below, of which resource is the base. */
int schema_scan(struct schema *s, const struct json *v, size_t resource, struct err *e);
int schema_scan_root(struct schema *s, struct err *e);

/* What the $ref with this value, in the schema object from, leads to; or NULL. */
const struct json *schema_ref(
    struct schema *s, const struct json *from, const struct json *ref, struct err *e);

/* schema_uri.c */

/* Puts what ref means where base holds (RFC 3986, section 5.2) on out. */
void schema_uri_resolve(struct slice base, struct slice ref, struct buf *out);

/* schema_check.c */

/* Does the value fit? Its members or elements that were evaluated are marked, if asked for. */
bool schema_fits(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks);

/* The same, where a failure is nothing to be told. */
bool schema_fits_quietly(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks);

static inline void schema_mark(struct schema_run *r, size_t marks, size_t i)
{
	if (marks != SCHEMA_NO_MARKS)
		r->words[marks + i / 64] |= (uint64_t)1 << i % 64;
}

/* schema_kinds.c */

bool schema_fits_number(struct schema_run *r, const struct schema_node *n, const struct json *v);
bool schema_fits_string(struct schema_run *r, const struct schema_node *n, const struct json *v);
bool schema_fits_array(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks);

/* What is named by a member, and an element, against a node. */
bool schema_fits_member(struct schema_run *r, const struct schema_node *n, const struct json *name);
bool schema_fits_element(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t index);

/* Is the pattern found in the text? A search that hits its bound breaks the run. */
bool schema_matches(struct schema_run *r, const struct schema_pattern *p, struct slice text);

/* How many elements or members; words are what to call one, and the keywords for both bounds. */
bool schema_fits_size(struct schema_run *r, const struct json *v, size_t least, size_t most,
    const char *const words[3]);

/* schema_object.c */

bool schema_fits_object(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks);

/* A member that nothing allows; the keyword is what forbids it. */
bool schema_say_unknown(struct schema_run *r, const struct schema_node *n, const struct json *name,
    const char *keyword);

/* schema_equal.c */

uint32_t schema_hash_text(struct slice text);
uint32_t schema_hash(struct schema_run *r, const struct json *v);
bool schema_equal(struct schema_run *r, const struct json *a, const struct json *b);
bool schema_is_integer(const struct json *v);

/* The values of an array are all different; else *first and *second are places of a pair. */
bool schema_unique(struct schema_run *r, const struct json *array, size_t *first, size_t *second);

/* Zeroed words; returns where they begin. Given back by setting words_used to what it was. */
size_t schema_words(struct schema_run *r, size_t n);

/* schema_say.c: each returns false, so that a check can end in it. */

/* How much a failure says against an alternative being the one that was meant. */
enum schema_weight { SCHEMA_PLAIN, SCHEMA_WRONG_VALUE, SCHEMA_WRONG_CONST, SCHEMA_WRONG_TYPE };

/* Begins a failure's line and writes this in it; nothing when there are enough of them. */
__attribute__((format(printf, 3, 4))) bool schema_say(
    struct schema_run *r, enum schema_weight weight, const char *fmt, ...);

/* Goes on with the line, when one is being written. */
bool schema_say_text(struct schema_run *r, const char *text);
bool schema_say_count(struct schema_run *r, size_t n);
bool schema_say_quoted(struct schema_run *r, struct slice text);
bool schema_say_value(struct schema_run *r, const struct json *v);
bool schema_say_name(struct schema_run *r, const struct json *name);
bool schema_say_types(struct schema_run *r, unsigned types);

/* ", but is the number 180". */
bool schema_say_found(struct schema_run *r, const struct json *v);

/* Lines that were written before, and what they weighed. */
bool schema_say_lines(struct schema_run *r, struct slice lines, unsigned score);

/* Is the line long enough? */
bool schema_line_is_long(const struct schema_run *r);

/* Ends the check: it could not be made. */
bool schema_say_broken(struct schema_run *r, const char *text);

/* How far below the value at the top. */
size_t schema_path_depth(const struct schema_path *path);

#endif
