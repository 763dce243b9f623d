/*
 * embedded: a line that is a record (a memory, a query), or a response to an embedding request that
 * carries many of them, each with its vector.
 *
 *	{"custom_id":"…","response":{"status_code":200,"body":{"data":[{"index":0,"embedding":[…]}],
 *	 "model":"…"}},"error":null,"memories":[{…}]}
 *
 * Vector i is that of data[] with index i, or, where none of data has an index, of place i. Where an
 * index is too large or stands twice, or where vectors differ in length, nothing in the response can
 * be trusted, and none of its records has a vector. A vector that is none (embedding: null, a number
 * that is not finite, all zeros) is missing for its record alone.
 *
 *	struct embedded d = {0};
 *	if (embedded_read(&d, line, "memories", &e) < 0)
 *		…				// no JSON, or no object
 *	if (d.kind == EMBEDDED_RECORDS)
 *		for (const struct json *v = json_first(d.records); …; i++)
 *			embedded_vector(&d, i, &n)	// NULL: none; then d.why says why
 *	embedded_free(&d);
 *
 * Everything borrows from the line, and from d until it reads the next.
 */
#ifndef EMBEDDED_H
#define EMBEDDED_H

#include "buf.h"
#include "err.h"
#include "json.h"
#include "lifted.h"
#include "line.h"
#include "slice.h"

enum embedded_kind {
	EMBEDDED_PLAIN, /* root is the record */
	EMBEDDED_RECORDS, /* a response that carries some */
	EMBEDDED_RESPONSE, /* another response, or a piece of one */
	EMBEDDED_REQUEST /* that nobody has answered */
};

struct embedded_one;

struct embedded {
	enum embedded_kind kind;
	struct line line; /* unless plain */
	const struct json *root;
	const struct json *records; /* an array */
	struct slice model; /* as the response names it; may be empty */
	bool asked; /* false: npc-recall itself said that there was nothing to ask */
	struct err why; /* of an error that carries nothing, its message */
	struct lifted lifted; /* what was taken out of the line and is for the caller to take */
	struct json_doc doc;
	struct buf floats, text;
	struct embedded_one *one; /* for each record */
	size_t n, cap;
};

/* carried: the name of the array of records. */
int embedded_read(struct embedded *d, struct slice line, const char *carried, struct err *e);

/* The same with nothing lifted: a record that stands as it was written. */
int embedded_whole(struct embedded *d, struct slice line, const char *carried, struct err *e);

/* The n floats of record i, or NULL. */
const float *embedded_vector(const struct embedded *d, size_t i, size_t *n);

void embedded_free(struct embedded *d);

/* What the responses name as their source (meta.source) that npc-recall makes itself. */
#define EMBEDDED_SOURCE "recall"

#endif
