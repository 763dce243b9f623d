/*
 * redisurl: where a Redis is, from a URL.
 *
 *	redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?ttl=DURATION]
 *	redis+unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE&ttl=DURATION]
 *
 * HOST may be an IPv6 address in brackets. %XX is understood in user, password and path.
 *
 *	struct redisurl u;
 *	if (redisurl_read(&u, text, &e) < 0)
 *		…			// e shows nothing of the URL: there may be a password in it
 *	redisurl_free(&u);		// and wipes the password
 */
#ifndef REDISURL_H
#define REDISURL_H

#include <stdint.h>

#include "err.h"

struct redisurl {
	char *host, *port; /* or NULL */
	char *path; /* of the socket, or NULL */
	char *user, *password; /* or NULL */
	char *shown; /* for people: HOST:PORT, or the path */
	uint64_t database;
	uint64_t ttl; /* seconds; 0: for ever */
};

int redisurl_read(struct redisurl *u, const char *text, struct err *e);

/* Takes another password, where it had none; NULL is none. */
void redisurl_password(struct redisurl *u, const char *password);

void redisurl_free(struct redisurl *u);

#endif
