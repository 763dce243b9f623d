/*
 * where: does a JSON object have what a filter asks for? The filters are those of Chroma
 * (docs: "Metadata Filtering"), as they are known from there:
 *
 *	{"kind":"rumour"}				equal
 *	{"importance":{"$gte":5,"$lt":9}}		all of these: $eq $ne $gt $gte $lt $lte $in $nin
 *	{"$or":[{"kind":"rumour"},{"tags":"war"}]}	$and, $or: arrays of filters
 *
 * More than one member: all of them; none: everything passes. Operands are strings, numbers and
 * booleans ($gt and its like: strings and numbers), those of $in, $nin, $and and $or arrays that are
 * not empty. Numbers compare as they are written, exactly, strings by their bytes; one type never
 * equals or precedes another. A member that is an array has a value when one of its elements is equal
 * ($eq, $in; $ne and $nin: when none is). A member that is not there is equal to nothing, so that
 * $ne and $nin hold and all others do not; null is a member that is not there. A name with
 * dots looks into objects ("place.town") unless a member has just that name.
 *
 *	struct where w = {0};
 *	if (where_read(&w, slice_str(optarg), &e) < 0)
 *		…				// an operator that is not known, an operand of the wrong type
 *	if (where_holds(&w, memory))
 *		…
 *	where_free(&w);
 */
#ifndef WHERE_H
#define WHERE_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

struct where {
	struct buf text;
	struct json_doc doc;
	const struct json *root; /* NULL: no filter was read; everything passes */
};

/* Copies the text. On -1 nothing is read; e names the member and the operator. */
int where_read(struct where *w, struct slice text, struct err *e);
bool where_holds(const struct where *w, const struct json *object);
void where_free(struct where *w);

#endif
