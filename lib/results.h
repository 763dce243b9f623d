/*
 * results: what a batch service made of requests: the lines of its output and error files, found by
 * their tickets (ticket.h).
 *
 *	struct results r = {0};
 *	if (results_add(&r, "output.ndjson", &e) < 0)	// as many files as there are
 *		…
 *	struct result *found = results_find(&r, &ticket);	// NULL: there is none
 *	results_free(&r);
 *
 * Files may be in any order, and say things twice: an answer with status 200 stays, otherwise what
 * comes later counts. What is no response, or has no ticket, is counted and passed over. The files
 * are mapped, not read: they must not change meanwhile. Memory grows with the number of lines.
 */
#ifndef RESULTS_H
#define RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "err.h"
#include "slice.h"

struct result {
	struct address ticket;
	struct slice text; /* the line */
	bool good; /* an answer with status 200 */
	bool taken; /* the caller's */
};

struct results {
	struct result *list;
	size_t n, cap;
	size_t *slots; /* a hash table of places in list, from 1; 0 is free */
	size_t n_slots; /* a power of two, more than n */
	struct slice *maps;
	size_t n_maps, maps_cap;
	size_t twice; /* lines for tickets that had one */
	size_t strange; /* lines that are no responses with a ticket */
};

int results_add(struct results *r, const char *path, struct err *e);

/* Adds one that is in no file; false: its ticket is there already, and nothing is added. */
bool results_note(struct results *r, const struct result *new);

struct result *results_find(const struct results *r, const struct address *ticket);
void results_free(struct results *r);

#endif
