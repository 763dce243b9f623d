#include <endian.h>
#include <math.h>

#include "dice.h"
#include "jw.h"

/* Odd constants with about as many ones as zeros. */
static const uint64_t salt_text = 0xa0761d6478bd642fu, salt_name = 0xe7037ed1a0b428dbu,
		      salt_array = 0x8ebc6af09c88c6e3u, salt_object = 0x589965cc75374cc3u;

static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ salt_name) * (b ^ salt_text);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, little end first on every machine. */
static uint64_t hash_text(struct slice s, uint64_t salt)
{
	uint64_t h = fold(salt, s.len), word;
	size_t i = 0;

	for (; i + sizeof word <= s.len; i += sizeof word) {
		memcpy(&word, s.ptr + i, sizeof word);
		h = fold(h, le64toh(word) + salt_array);
	}
	if (i < s.len) {
		word = 0;
		memcpy(&word, s.ptr + i, s.len - i);
		h = fold(h, le64toh(word) + salt_object);
	}
	return h;
}

static bool is_integer(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '.' || (s.ptr[i] | 0x20) == 'e')
			return false;
	return true;
}

/* 1.0 is 1, and 1e2 is 100, as in the canonical form; integers keep all their digits. */
static uint64_t hash_number(struct dice *d, const struct json *v)
{
	struct slice text = json_raw(v);
	double n;

	if (slice_is(text, "-0"))
		text = slice_str("0");
	if (!is_integer(text)) {
		n = json_double(v);
		if (!isinf(n)) {
			buf_clear(&d->string);
			jw_double(&d->string, n);
			text = buf_all(&d->string);
		}
	}
	return hash_text(text, salt_array);
}

static uint64_t hash_string(struct dice *d, const struct json *v, uint64_t salt)
{
	buf_clear(&d->string);
	return hash_text(json_text(v, &d->string), salt);
}

/* The document's depth is bounded, and so is this recursion. */
static uint64_t hash_value(struct dice *d, const struct json *v)
{
	uint64_t h = fold(salt_object, v->count);

	switch ((enum json_type)v->type) {
	case JSON_NUMBER:
		return hash_number(d, v);
	case JSON_STRING:
		return hash_string(d, v, salt_text);
	case JSON_ARRAY:
		h = fold(salt_array, v->count);
		for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
			h = fold(h, hash_value(d, i));
		return h;
	case JSON_OBJECT:
		/* A sum, so that the order of the members does not matter. */
		for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
			h += fold(hash_string(d, i, salt_name), hash_value(d, json_value(i)));
		return fold(h, salt_object);
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		break;
	}
	return hash_text(json_raw(v), salt_object);
}

uint64_t dice_key(struct dice *d, uint64_t seed, const struct json *body, const struct json *row)
{
	uint64_t h = rng_key(seed, slice_str("dice"));

	h = fold(h, body ? hash_value(d, body) : 0);
	h = fold(h, row ? hash_value(d, row) : 0);
	return rng_at(h, 0);
}
