/*
 * schema: JSON Schema draft 2020-12, compiled once and checked against many values.
 *
 * Known: every keyword of the core, applicator, unevaluated and validation vocabularies that
 * needs no network. References stay in the document: JSON pointers, $anchor, and $id with
 * relative references (RFC 3986). format, the content… keywords, titles and the like are
 * annotations, and so is every name that the specification does not know (dependencies,
 * additionalItems and definitions among them; a pointer into those still leads somewhere).
 *
 * Errors when it is compiled: a keyword whose value the specification does not allow; $ref out of
 * the document; $dynamicRef; a $schema other than 2020-12; references that come back to the same
 * value without an end. The text begins with the place: "#/properties/age/minimum: must be …".
 *
 * Numbers are compared exactly, as they are written (decimal.h); lengths count code points;
 * patterns are ECMAScript's (regex.h). A check is bounded in depth and in steps.
 *
 *	struct schema *s = schema_compile(root, &e);	// NULL: e says what and where
 *	int rc = schema_check(s, value, &why);		// 1 valid, 0 not, -1 could not be checked
 *	schema_free(s);
 *
 * The schema owns a copy of its text and needs nothing of the caller's. It keeps the working
 * memory of its checks, so a warm one allocates nothing for a valid value; so it is for one
 * thread at a time. Numbers of steps and not the clock bound it: the same everywhere.
 *
 * Explanations are for a person, or a model that is asked again: one line a failure, at most
 * SCHEMA_FAILURES of them, no line feed after the last, control characters masked:
 *
 *	/appearance/height: must be a string (type), but is the number 180
 *	/: the member "greeting" is missing (required)
 *	/kind: must be one of "friend", "rival" (enum), but is "foe"
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "buf.h"
#include "err.h"
#include "json.h"

enum { SCHEMA_FAILURES = 8 };

struct schema;

/* The compiled schema, or NULL. */
struct schema *schema_compile(const struct json *root, struct err *e);

/* NULL is allowed. */
void schema_free(struct schema *s);

/*
 * 1 when the value fits, 0 when it does not, -1 when that could not be told: a regular expression
 * or the check as a whole hit its bound. But for 1, the explanation is put on the end of why;
 * without one (NULL) the check ends at the first failure.
 */
int schema_check(struct schema *s, const struct json *value, struct buf *why);

/* The schema's own text as JSON, for who wants to make a value that fits it. */
const struct json *schema_json(const struct schema *s);

/*
 * Where the "$ref" of a node of schema_json() leads, through further ones until a node that has
 * none; the node itself when it has none, or is in no schema (inside an enum, say).
 */
const struct json *schema_resolve(const struct schema *s, const struct json *node);

#endif
