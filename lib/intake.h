/*
 * intake: lines for a program that has more to do than to wait for them: reads while there is room
 * and input is at hand, a megabyte or so at once, waits through the events otherwise, and knows
 * which part of the input has been read.
 *
 *	struct intake in;
 *	intake_init(&in, operands, max_line, &events, &reader);
 *	for (;;) {
 *		intake_read(&in);		// calls reader.line as long as reader.room says so
 *		…
 *		if (in.ended && (all is done))
 *			break;
 *		events_wait(&events, intake_more(&in) ? 0 : …);
 *	}
 *	intake_free(&in);
 */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "events.h"
#include "ndjson.h"

struct intake_reader {
	bool (*room)(void *ctx);
	/* text borrows until it returns; in.name and in.line say where it stands. */
	void (*line)(void *ctx, struct slice text);
	/* A line that was too long and is skipped; message names it. */
	void (*too_long)(void *ctx, const char *message);
	/* An operand, or the rest of it, that cannot be read. */
	void (*unreadable)(void *ctx, const char *message);
	void *ctx;
};

struct intake {
	struct ndjson_in in;
	struct intake_reader reader;
	struct events *events;
	unsigned source;
	bool waits; /* in the events, for input */
	bool ended; /* there are no more lines */
	bool stopping; /* takes what is at hand, and waits for no more */
	uint64_t size; /* bytes in all, 0 where that is not known */
	uint64_t taken; /* bytes, up to the line last read */
	uint64_t stop_at; /* when stopping, for what has no end that is known */
	uint64_t lines; /* the skipped ones too */
};

void intake_init(struct intake *in, char *const *operands, size_t max_line, struct events *ev,
    const struct intake_reader *reader);

void intake_read(struct intake *in);

/* Would intake_read() read on at once? */
bool intake_more(const struct intake *in);

/*
 * From now on only what is at hand is read: all of a file, of a pipe what it holds, for it may never
 * end.
 */
void intake_stop(struct intake *in);

/* The part of the input that has been read, 0 … 1; 0 where that is not known. */
double intake_part(const struct intake *in);

void intake_free(struct intake *in);

#endif
