/*
 * servers: which servers are asked, with which headers, and with whose key.
 *
 * Without any -u it is NPC_BASE_URL with NPC_API_KEY (or _FILE, _CMD); only where none of these is
 * set, OPENAI_BASE_URL (else OpenAI's) with OPENAI_API_KEY. A key goes only to the origin that it was
 * set for, NPC_API_KEY without NPC_BASE_URL to wherever -u leads; and never over http:// to another
 * machine, unless that is let.
 *
 *	struct servers s = {0};
 *	switch (servers_option(&s, "url", optarg, &e)) {
 *	case 1: …	// taken	case 0: …	// no option of these	case -1: …	// no good
 *	}
 *	if (servers_open(&s, &conf, &e) < 0)
 *		…
 *	… s.endpoints, s.n, servers_secret(&s) …
 *	servers_free(&s);
 */
#ifndef SERVERS_H
#define SERVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "conf.h"
#include "endpoint.h"
#include "err.h"
#include "slice.h"

enum { SERVERS_MAX = 64, SERVERS_HEADERS = 64 };

enum servers_auth { SERVERS_BEARER, SERVERS_API_KEY, SERVERS_NO_AUTH };

struct servers {
	struct endpoint endpoints[SERVERS_MAX];
	size_t n;
	const char *urls[SERVERS_MAX];
	struct servers_header {
		struct slice name, value;
	} headers[SERVERS_HEADERS];
	size_t n_headers;
	enum servers_auth auth;
	bool insecure; /* a key may go over http:// to other machines */
	struct buf key;
};

/* By their long names: url, header ("NAME: TEXT"), auth, insecure-http. Borrows value. */
int servers_option(struct servers *s, const char *name, const char *value, struct err *e);

int servers_open(struct servers *s, const struct conf *conf, struct err *e);

/*
 * What must never be written anywhere: the key, or where there is none, what a header given as an
 * option authenticates by; else empty.
 */
struct slice servers_secret(const struct servers *s);

/* The key is wiped. */
void servers_free(struct servers *s);

#endif
