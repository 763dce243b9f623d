/*
 * http: many calls at once over libcurl's multi interface: one attempt each; whether to try again
 * is for others to say.
 *
 * Connections are kept and shared, easy handles reused, certificates always verified, redirects
 * never followed. The caller has the events (see events.h) and turns:
 *
 *	struct http *h = http_new(&config, &e);
 *	http_start(h, &call, &e);			// call.url, .headers, .body, .reader set
 *	for (;;) {
 *		events_wait(config.events, http_deadline(h), clock_mono(), &e);
 *		http_turn(h, clock_mono());
 *		while ((call = http_done(h)))
 *			…				// call->outcome, .status, .answer, .why
 *	}
 *	http_free(h);
 *
 * A struct http_call belongs to the caller and must stay where it is, its url, headers and body too,
 * from http_start() until http_done() or http_abandon() has returned it; {0} is one that was never
 * started. Its answer's memory is kept for the next call; http_call_free() lets it go.
 *
 * url and headers are told apart by their addresses: they stay until http_free(), but for the url of a
 * call that says that it has one of its own.
 *
 * An outcome of HTTP_ANSWERED says only that a status and a body came, not that they make sense.
 * Times are nanoseconds.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "events.h"
#include "slice.h"

struct curl_slist;
struct http;

struct http_config {
	struct events *events;
	size_t calls; /* in flight, at most */
	int64_t connect_timeout;
	int64_t timeout; /* of the whole attempt */
	int64_t stall; /* without a byte, once the answer has begun */
	bool stall_before; /* and before it, too */
	size_t max_response; /* bytes */
	const char *cacert; /* a file of certificates, or NULL */
	bool http2; /* with TLS, where the server has it */
};

enum http_outcome {
	HTTP_ANSWERED,
	HTTP_UNREACHED, /* no connection, or it closed before a byte was said */
	HTTP_UNTRUSTED, /* the certificate is no good: never better on another try */
	HTTP_TIMEOUT,
	HTTP_STALLED,
	HTTP_CUT, /* an answer that broke off, or is no HTTP */
	HTTP_TOO_LARGE,
	HTTP_REFUSED /* the reader did not want the rest */
};

/* Who hears of a call while it goes on; each may be NULL. */
struct http_reader {
	/* The name is known, a connection is being made. */
	void (*connecting)(void *ctx);
	/* Headers whose names begin with r or x in either case (all that anybody asks for). */
	void (*header)(void *ctx, struct slice name, struct slice value);
	/*
	 * Bytes of the body: 1 when the reader has taken them, 0 when they are to be kept in answer,
	 * -1 to break off.
	 */
	int (*data)(void *ctx, struct slice bytes);
};

enum http_method { HTTP_POST, HTTP_GET, HTTP_PUT };

struct http_call {
	/* the caller's */
	enum http_method method;
	const char *url;
	bool own_url; /* it may go, or change, when the call has ended */
	struct curl_slist *headers;
	struct slice body;
	const struct http_reader *reader;
	void *ctx;

	/* how it ended */
	enum http_outcome outcome;
	int status; /* 0 where none came */
	bool connected; /* the request was sent, or part of it */
	bool event_stream; /* the answer is text/event-stream */
	struct buf answer;
	struct err why; /* where it was not answered */
	int64_t began, ended;

	/* http's */
	struct http_handle *handle;
	int64_t heard; /* when the last byte came, or 0 */
	struct http_call *prev, *next;
};

struct http *http_new(const struct http_config *config, struct err *e);

int http_start(struct http *h, struct http_call *c, struct err *e);

/* Breaks it off; it is not returned by http_done(). No matter whether it is in flight. */
void http_abandon(struct http *h, struct http_call *c);

/* When http_turn() must be called although nothing is ready. */
int64_t http_deadline(const struct http *h);

void http_turn(struct http *h, int64_t now);

/* The next call that has ended, or NULL. */
struct http_call *http_done(struct http *h);

/*
 * Closes the connections that nobody uses: some servers keep a thread for each, so that calls in
 * flight on others wait for it.
 */
void http_let_go(struct http *h);

void http_call_free(struct http_call *c);
void http_free(struct http *h);

#endif
