/*
 * keyurl: the URLs of keys below one URL, and the headers and credentials that go there.
 *
 * BASE/KEY, where a query of BASE stays at the end. A user and a password in BASE stay in each URL,
 * for curl to make basic authentication of; a password from elsewhere is put there. A token becomes
 * a header.
 *
 *	struct keyurl u;
 *	if (keyurl_init(&u, "https://me@cache.example/npc", password, token, &e) < 0)
 *		…				// e shows nothing of what may be secret
 *	char *url = keyurl_new(&u);
 *	keyurl_set(&u, url, &key);		// as often as wanted
 *	keyurl_drop(url);
 *	keyurl_free(&u);			// and wipes what is secret
 */
#ifndef KEYURL_H
#define KEYURL_H

#include <stddef.h>

#include "address.h"
#include "err.h"

struct curl_slist;

struct keyurl {
	char *url; /* of a key; its digits begin at key_at */
	size_t key_at;
	struct curl_slist *headers;
};

/* password and token may be NULL; a password counts where base has none. */
int keyurl_init(
    struct keyurl *u, const char *base, const char *password, const char *token, struct err *e);

/* A URL to be changed by keyurl_set(). */
char *keyurl_new(const struct keyurl *u);
void keyurl_set(const struct keyurl *u, char *url, const struct address *key);
void keyurl_drop(char *url);

void keyurl_free(struct keyurl *u);

#endif
