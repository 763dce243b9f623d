/*
 * ndjson: lines in, records out.
 *
 * Reading: operands are files, "-" is standard input, none is standard input. A line ends with LF
 * or CRLF, the last one also without; blank lines are skipped. A line longer than max_line is
 * skipped and told. Memory is that of the longest line.
 *
 *	struct ndjson_in in;
 *	ndjson_in_init(&in, argv + optind, NDJSON_MAX_LINE, &out);
 *	while ((got = ndjson_next(&in, &line, &e)) != NDJSON_END)
 *		…			// line borrows until the next call
 *
 * A program that has more to do than to wait for input sets in.nowait: where ndjson_next() would
 * have to wait for a pipe or a terminal it then returns NDJSON_WAIT, to be called again once in.fd
 * can be read. Where much has been read and no line has come of it (blank lines, one without an
 * end), it returns NDJSON_MORE, to be called again.
 *
 * Writing: a record is built with jw in out.buf and ended by ndjson_end(), or taken back by
 * ndjson_undo(). Records are always written whole. They are held back only while input is at hand:
 * before the reader waits for more, the writer that it was given is flushed, unless it writes to a
 * regular file. So nobody downstream waits for a record that is done, and none costs a system
 * call of its own.
 */
#ifndef NDJSON_H
#define NDJSON_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* The longest line unless --max-line says otherwise, in bytes. */
#define NDJSON_MAX_LINE ((size_t)16 << 20)

struct ndjson_out {
	int fd;
	bool regular; /* a regular file: flushed when full and at the end */
	size_t records; /* ended so far */
	size_t whole; /* bytes of buf that are ended records */
	bool failed; /* a write failed: nothing more is written */
	struct buf buf;
};

enum ndjson_got {
	NDJSON_END,
	NDJSON_LINE,
	NDJSON_TOO_LONG, /* one line was skipped: e says file and line */
	NDJSON_UNREADABLE, /* an operand, or the rest of it, was skipped: e says which */
	NDJSON_WAIT, /* only with in.nowait: nothing whole is at hand */
	NDJSON_MORE /* only with in.nowait: there is more to be read */
};

struct ndjson_in {
	char *const *operands; /* those to come, NULL at the end */
	const char *name; /* of the file being read, as in messages */
	unsigned long line; /* number of the line last returned, from 1 */
	size_t max_line;
	size_t bytes; /* read so far, from all files */
	size_t bytes_before; /* the same, when ndjson_next() was last called */
	int fd;
	bool skipping; /* inside a line that was too long */
	bool nowait; /* the caller's: see above */
	size_t at; /* where the next line begins in buf */
	size_t seen; /* bytes of buf already searched for a line end */
	struct buf buf;
	struct ndjson_out *out; /* flushed before waiting; may be NULL */
};

void ndjson_in_init(
    struct ndjson_in *in, char *const *operands, size_t max_line, struct ndjson_out *out);
enum ndjson_got ndjson_next(struct ndjson_in *in, struct slice *line, struct err *e);
void ndjson_in_free(struct ndjson_in *in);

void ndjson_out_init(struct ndjson_out *out, int fd);

/*
 * Ends the record at the end of out->buf. -1: it was too large for the buffer (and is taken
 * back), or records could not be written.
 */
int ndjson_end(struct ndjson_out *out, struct err *e);

/* Takes back what was put after the last ended record. */
void ndjson_undo(struct ndjson_out *out);

int ndjson_flush(struct ndjson_out *out, struct err *e);
void ndjson_out_free(struct ndjson_out *out);

#endif
