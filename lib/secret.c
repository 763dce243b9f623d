#include "secret.h"

#include <stdint.h>
#include <string.h>

void secret_mask(struct slice secret, char *at, size_t len)
{
	while (secret.len >= SECRET_LEAST && len >= secret.len) {
		char *found = memmem(at, len, secret.ptr, secret.len);

		if (!found)
			return;
		memset(found, '*', secret.len);
		len -= (size_t)(found - at) + secret.len;
		at = found + secret.len;
	}
}

/* Escapes go with the rest: a backslash left over would change what follows it. */
static void mask_string(struct slice secret, const struct json *v, struct buf *scratch)
{
	size_t from = scratch->len;
	struct slice text;

	json_unescape(v, scratch);
	text = buf_from(scratch, from);
	if (text.len >= secret.len && memmem(text.ptr, text.len, secret.ptr, secret.len))
		memset((char *)(uintptr_t)v->ptr, '*', v->len);
	scratch->len = from;
}

void secret_mask_json(struct slice secret, const struct json *root, struct buf *scratch)
{
	if (secret.len < SECRET_LEAST)
		return;
	for (const struct json *v = root; v != root + root->span; v++)
		if (v->type == JSON_STRING && v->escaped)
			mask_string(secret, v, scratch);
}

/* How many bytes at the end may be the beginning of the secret. */
static size_t may_begin(struct slice secret, struct slice text)
{
	size_t n = text.len < secret.len ? text.len : secret.len - 1;

	while (n && memcmp(text.ptr + text.len - n, secret.ptr, n) != 0)
		n--;
	return n;
}

struct slice secret_pass(struct secret_held *h, struct slice secret, struct slice piece)
{
	size_t held = h->text.len - h->passed;

	if (secret.len < SECRET_LEAST)
		return piece;
	if (h->passed && held)
		memmove(h->text.ptr, h->text.ptr + h->passed, held);
	h->text.len = held;
	buf_slice(&h->text, piece);
	secret_mask(secret, h->text.ptr, h->text.len);
	h->passed = h->text.len - may_begin(secret, buf_all(&h->text));
	return slice_make(h->text.ptr, h->passed);
}

struct slice secret_rest(struct secret_held *h)
{
	struct slice rest = buf_from(&h->text, h->passed);

	h->passed = h->text.len;
	return rest;
}

void secret_held_free(struct secret_held *h)
{
	buf_free(&h->text);
	h->passed = 0;
}
