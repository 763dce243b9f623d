/*
 * base64: RFC 4648 with its padding, onto a buf and back.
 *
 *	base64_put(&b, bytes);
 *	if (base64_get(text, &b, &e) < 0)
 *		…			// what was put on b before the fault stays there
 *
 * Reading is strict: nothing but the 64 letters and the padding at the end, bits that mean nothing
 * being zero. So there is one text for the same bytes.
 */
#ifndef BASE64_H
#define BASE64_H

#include "buf.h"
#include "err.h"
#include "slice.h"

void base64_put(struct buf *b, struct slice bytes);

int base64_get(struct slice text, struct buf *b, struct err *e);

#endif
