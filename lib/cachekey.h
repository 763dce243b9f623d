/*
 * cachekey: the content address of a request: what has to be the same for two requests to have the
 * same answer.
 *
 * It is made of the version of these rules, a namespace, the url (the default where there is none)
 * and the body's canonical form (canon.h) without the members that do not shape the answer: stream,
 * stream_options, user, safety_identifier, metadata, store, service_tier, prompt_cache_key. Nothing
 * else of the line is in it: neither custom_id nor what is carried, and no credential.
 *
 * The namespace says who answers. It is "npc-llm" unless told otherwise, and for npc-llm under any
 * path and with any options; another command is its own, with its arguments as typed. A name that
 * was chosen never equals a command.
 *
 *	struct cachekey k = {0};
 *	struct address a;
 *	cachekey_command(&k, argv);		// or cachekey_name(&k, name), or nothing
 *	if (cachekey_make(&k, &line, &a, &e) < 0)
 *		…				// it has no canonical form: not to be stored
 *	cachekey_free(&k);
 *
 * A struct cachekey keeps its working memory from one to the next.
 */
#ifndef CACHEKEY_H
#define CACHEKEY_H

#include "address.h"
#include "buf.h"
#include "err.h"
#include "line.h"

struct cachekey {
	struct buf space; /* the namespace; empty: npc-llm */
	struct buf text, url;
};

void cachekey_name(struct cachekey *k, const char *name);
void cachekey_command(struct cachekey *k, char *const *argv);

/* l is a request. -1: a number that is too large, a url that is no string, a method other than POST. */
int cachekey_make(struct cachekey *k, const struct line *l, struct address *a, struct err *e);

void cachekey_free(struct cachekey *k);

#endif
