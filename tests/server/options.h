/*
 * options: what the server's command line says. Texts borrow from argv; what was read from files
 * is owned. Wrong usage, --help and --digest end the program here.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "admit.h"
#include "buf.h"
#include "delay.h"
#include "faults.h"
#include "rules.h"
#include "service.h"
#include "spoil.h"

enum options_auth { OPTIONS_ANY, OPTIONS_BEARER, OPTIONS_API_KEY };

/* How long a hint says, beside a fixed time. */
enum {
	OPTIONS_WAIT_USUAL = -1, /* full for the x-ratelimit spellings, next for the others */
	OPTIONS_WAIT_NEXT = -2, /* until there is a token */
	OPTIONS_WAIT_FULL = -3 /* until the bucket is full */
};

struct options {
	const char *port_file;
	uint64_t port;
	bool exit_with_parent;
	bool digest; /* no server: a filter that puts digests beside request lines */
	struct delay latency;
	struct admit admit;
	enum admit_spelling hint;
	int64_t hint_wait; /* nanoseconds, or one of the above */
	int64_t grace;
	struct fault_rates faults;
	const char *key; /* NULL: none is wanted */
	enum options_auth auth;
	struct buf content; /* NULL ptr: the echo */
	struct rules rules;
	struct buf headers; /* on every answer */
	uint64_t dim;
	uint64_t seed;
	int64_t refuse_for;
	struct spoil spoil;
	struct service service; /* as it begins */
	uint64_t cut_at, cuts; /* so many requests are cut off after so many bytes */
	const char *log;
	bool log_headers;
};

void options_read(struct options *o, int argc, char **argv);
void options_free(struct options *o);

/* "next", "full" or a duration. */
int options_wait(struct slice text, int64_t *wait, struct err *e);

#endif
