/*
 * endpoint: a server that answers calls: its URL, the headers that go to it, its key, and how it
 * has been doing.
 *
 * A base URL is written as OpenAI's SDKs have it, with its path and perhaps a query. A line's url
 * begins with a slash; where the base has a path, the line's leading /v1 falls away.
 *
 *	struct endpoint p;
 *	if (endpoint_init(&p, "http://localhost:11434/v1", &e) < 0)
 *		…
 *	endpoint_header(&p, "Authorization", key, &e);
 *	const char *url = endpoint_url(&p, slice_str("/v1/chat/completions"), &e);
 *	endpoint_free(&p);
 *
 * URLs that have been asked for stay until endpoint_free().
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pace.h"
#include "slice.h"

struct curl_slist;

/* Different urls of lines that an endpoint takes in one run. */
enum { ENDPOINT_URLS = 64 };

struct endpoint {
	char *base; /* as given */
	char *origin; /* scheme://host:port */
	char *shown; /* for people: without query */
	bool local; /* this machine */
	bool plain; /* http:// */
	bool credentials; /* some header is one */
	struct curl_slist *headers;
	struct {
		char *path, *url;
	} urls[ENDPOINT_URLS];
	size_t n_urls;

	/* kept by who calls */
	size_t flying;
	size_t sent; /* calls, in all */
	bool warm; /* its name has been looked up */
	bool gone; /* not to be called again */
	int64_t paused; /* until then nothing is sent */
	bool worked; /* it has answered well before */
	int64_t down; /* since when it has only failed, or 0 */
	struct pace_breaker breaker;
	struct pace_limit limit;
};

/* Refused: what is no http:// or https:// URL, or has a user or a password in it. */
int endpoint_init(struct endpoint *p, const char *base, struct err *e);

/* Where base leads to, for comparing; to be freed. */
char *endpoint_origin(const char *base, struct err *e);

/* Is it a header that authenticates, by its name in any case? */
bool endpoint_is_credential(struct slice name);

/*
 * A header that is there already stays; blanks around value don't count. Refused: a name or value
 * that no header can have.
 */
int endpoint_header(struct endpoint *p, struct slice name, struct slice value, struct err *e);

const char *endpoint_url(struct endpoint *p, struct slice path, struct err *e);

/* The earliest time for a call, PACE_NEVER where that is not known: something must end first. */
int64_t endpoint_when(const struct endpoint *p);

void endpoint_free(struct endpoint *p);

#endif
