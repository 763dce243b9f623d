/*
 * rules: what is answered to which request. A file of NDJSON, the first line that fits counts:
 *
 *	{"match":"the miller","content":{"name":"Ann"},"fault":"429","finish":"stop"}
 *
 * match is text that stands in the raw body (none: always); content is a string, or JSON that is
 * given as text; the other members may be left out.
 */
#ifndef RULES_H
#define RULES_H

#include <stddef.h>

#include "err.h"
#include "slice.h"

/* The text is owned by the list; what the line does not say is NULL. */
struct rule {
	char *match;
	size_t match_len;
	char *content;
	size_t content_len;
	char *fault;
	char *finish;
};

struct rules {
	struct rule *list;
	size_t n;
	size_t cap;
};

int rules_read(struct rules *r, const char *path, struct err *e);

/* NULL: none fits. */
const struct rule *rules_find(const struct rules *r, struct slice body);

void rules_free(struct rules *r);

#endif
