/*
 * figures: named numbers that a program reports, as a table for people or as one JSON object, and
 * conditions on them ("near_duplicates>0.01").
 *
 *	struct figures f = {0};
 *	figures_add(&f, (struct figure){"near_duplicates", "rows with a near-duplicate",
 *	    FIGURES_SHARE, 0.02});
 *	figures_table(&f, &b);
 *
 *	struct figures_condition c;
 *	if (figures_condition(&c, slice_str("near_duplicates>0.01"), &e) < 0)
 *		…
 *	figures_find(&f, c.name);		// NULL: there is no such figure
 *	figures_holds(&c, figure);
 *	figures_free(&f);
 *
 * {0} is a valid empty set. Names and labels are borrowed.
 */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

enum figures_unit {
	FIGURES_COUNT,
	FIGURES_SHARE, /* 0 to 1; for people per cent */
	FIGURES_NUMBER
};

struct figure {
	const char *name; /* in JSON and in conditions */
	const char *label; /* for people */
	enum figures_unit unit;
	double value;
	bool none; /* there was nothing to measure: null in JSON */
	bool estimated; /* marked for people; in JSON its name is in the list "estimated" */
};

struct figures {
	struct figure *figure;
	size_t n, cap;
};

void figures_add(struct figures *f, struct figure figure);

const struct figure *figures_find(const struct figures *f, struct slice name);

/* Puts one object. */
void figures_json(const struct figures *f, struct buf *b);

/* Puts a line each, with line feeds between them. */
void figures_table(const struct figures *f, struct buf *b);

struct figures_condition {
	struct slice name; /* borrows from the text */
	char op[3]; /* < <= > >= == */
	double value;
};

/* Reads NAME OP NUMBER; blanks between them are allowed. */
int figures_condition(struct figures_condition *c, struct slice text, struct err *e);

/* Never for a figure that is none. */
bool figures_holds(const struct figures_condition *c, const struct figure *figure);

void figures_free(struct figures *f);

#endif
