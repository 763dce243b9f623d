/*
 * secret: a text that must never be written anywhere, made unreadable in what others send: servers
 * echo. Each of its bytes becomes an asterisk.
 *
 * A secret shorter than SECRET_LEAST is none: local servers are given "none" or "ollama" for a key,
 * and answers may hold such words.
 *
 *	secret_mask(secret, answer.ptr, answer.len);
 *	secret_mask_json(secret, root, &scratch);	// where it is written with escapes, too
 *
 * In a text that comes in pieces the secret may stand across two of them; so the end of a piece that
 * may be its beginning is held back until the next:
 *
 *	struct secret_held h = {0};
 *	struct slice now = secret_pass(&h, secret, piece);	// valid until the next call
 *	struct slice rest = secret_rest(&h);			// after the last piece
 *	secret_held_free(&h);
 */
#ifndef SECRET_H
#define SECRET_H

#include <stddef.h>

#include "buf.h"
#include "json.h"
#include "slice.h"

enum { SECRET_LEAST = 8 };

void secret_mask(struct slice secret, char *at, size_t len);

/*
 * Every string of the document whose text has it, escapes undone, has all of its bytes masked. The
 * text that root was parsed from must be writable; it stays JSON, and root as it is stays good.
 */
void secret_mask_json(struct slice secret, const struct json *root, struct buf *scratch);

struct secret_held {
	struct buf text; /* what was passed last, then what is held */
	size_t passed;
};

struct slice secret_pass(struct secret_held *h, struct slice secret, struct slice piece);
struct slice secret_rest(struct secret_held *h);
void secret_held_free(struct secret_held *h);

#endif
