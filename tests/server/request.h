/*
 * request: HTTP/1.1 requests (RFC 9112) out of bytes that come in any pieces, one after another
 * (pipelined), with bodies by Content-Length or in chunks.
 *
 * A whole request borrows from the buffer that it was read from, and from the reader; it is valid
 * until either is touched. Anything that cannot be a request is REQUEST_BAD, with the status to
 * answer: the connection is then of no more use.
 *
 *	switch (request_read(&reader, slice, &q)) {
 *	case REQUEST_WHOLE:
 *		…			// q.size bytes of it are used up
 *		request_done(&reader);
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

/* The longest head and body, in bytes. */
#define REQUEST_MAX_HEAD ((size_t)256 << 10)
#define REQUEST_MAX_BODY ((size_t)64 << 20)

enum request_state {
	REQUEST_PART, /* more bytes are needed */
	REQUEST_WHOLE,
	REQUEST_BAD
};

struct request {
	struct slice method;
	struct slice target; /* as it came */
	struct slice path; /* the target without its query */
	struct slice headers; /* the lines between request line and blank line */
	struct slice authorization;
	struct slice api_key;
	struct slice body;
	bool close; /* the client wants no further request on this connection */
	bool expects; /* it waits for 100 Continue */
	bool chunked;
	uint64_t length;
	size_t size; /* bytes of the whole request */
	int status; /* why it is bad */
};

struct request_reader {
	size_t seen; /* bytes searched for the end of the head */
	size_t head; /* the head's length; 0: not there yet */
	size_t at; /* where the next bytes of chunks are */
	uint64_t left; /* of the chunk at hand */
	bool trailers;
	struct buf chunks; /* the body that came in chunks */
};

/* text: all bytes from the request's first one on, as far as they came. */
enum request_state request_read(struct request_reader *r, struct slice text, struct request *q);

/* Ready for the next request. */
void request_done(struct request_reader *r);

void request_reader_free(struct request_reader *r);

/* Takes the next header off *lines; false at the end. */
bool request_header(struct slice *lines, struct slice *name, struct slice *value);

/* Letters of either case are the same. */
bool request_same(struct slice name, const char *lower);

#endif
