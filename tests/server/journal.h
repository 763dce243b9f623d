/*
 * journal: what the server received and did: a line of NDJSON for each request (--log), and
 * counts (GET /stats). A key is noted only as present, unless whole headers are asked for.
 *
 * Lines are gathered and written by journal_flush(), which comes before any answer is sent: who
 * has an answer finds its line.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "ask.h"
#include "buf.h"
#include "err.h"
#include "request.h"

struct journal {
	int fd; /* -1: no log */
	bool headers;
	struct buf lines;
	uint64_t requests;
	uint64_t status[600]; /* 0: nothing that has a status was sent */
	uint64_t admitted;
	uint64_t refused; /* by the token bucket */
	uint64_t early; /* came again before they were told to */
	uint64_t early_any; /* came while all were told to wait */
	uint64_t abandoned; /* the client left before the answer was out */
	uint64_t connections; /* that brought a request */
	uint64_t in_flight;
	uint64_t max_in_flight;
	uint64_t bytes_in; /* of bodies */
	uint64_t bytes_out;
	uint64_t uploads, cut; /* files for batches: whole ones, and those that were cut off */
	uint64_t batches;
	uint64_t paid; /* answers of batches; twice: for a body that had one */
	uint64_t paid_twice;
};

struct journal_entry {
	const struct request *request;
	const struct ask *ask;
	uint64_t connection;
	uint64_t time; /* the how manieth with this body */
	int status;
	const char *fault; /* "" for none */
	bool early;
	bool early_any;
};

void journal_note(struct journal *j, const struct journal_entry *entry);
int journal_flush(struct journal *j, struct err *e);
void journal_stats(const struct journal *j, struct buf *b);

/* Counts from zero; what is in flight stays so. */
void journal_reset(struct journal *j);

#endif
