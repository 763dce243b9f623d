#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base64.h"
#include "vector.h"
#include "vector_impl.h"

/*
 * base64 puts bytes onto a buf, and looks at each letter more than once; vectors are read by the hundred
 * thousand, into floats that are there.
 */

/* What each byte from FIRST on is worth; BAD where it is none of the letters. */
enum { FIRST = '+', BAD = 64 };

static const uint8_t worth[] = {62, 64, 64, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64,
    64, 64, 64, 64, 64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    21, 22, 23, 24, 25, 64, 64, 64, 64, 64, 64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51};

static unsigned worth_of(char c)
{
	unsigned at = (unsigned)(unsigned char)c - FIRST;

	return at < sizeof worth ? worth[at] : BAD;
}

/* Four letters are three bytes. */
static bool decode_four(const char *p, uint8_t out[3])
{
	unsigned a = worth_of(p[0]), b = worth_of(p[1]), c = worth_of(p[2]), d = worth_of(p[3]);

	out[0] = (uint8_t)(a << 2 | b >> 4);
	out[1] = (uint8_t)(b << 4 | c >> 2);
	out[2] = (uint8_t)(c << 6 | d);
	return (a | b | c | d) < BAD;
}

/* How many of the last four letters are none. */
static size_t padding(struct slice text)
{
	if (text.ptr[text.len - 1] != '=')
		return 0;
	return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

/* What the padding leaves over of a letter must be 0. */
static bool decode_last(const char *p, size_t padded, uint8_t *bytes)
{
	char filled[4];
	uint8_t out[3];
	size_t n = 3 - padded;

	memcpy(filled, p, sizeof filled);
	memset(filled + n + 1, 'A', padded);
	if (!decode_four(filled, out))
		return false;
	memcpy(bytes, out, n);
	for (; n < 3; n++)
		if (out[n])
			return false;
	return true;
}

/* text is a multiple of four letters, at least four. */
static bool decode(struct slice text, uint8_t *bytes)
{
	size_t padded = padding(text);

	for (; text.len > 4; text.ptr += 4, text.len -= 4, bytes += 3)
		if (!decode_four(text.ptr, bytes))
			return false;
	return decode_last(text.ptr, padded, bytes);
}

/* From the machine's order of bytes to the little end first, or back. */
static void order_bytes(uint8_t *bytes, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (size_t i = 0; i < n; i += 4) {
		uint32_t word;

		memcpy(&word, bytes + i, sizeof word);
		word = __builtin_bswap32(word);
		memcpy(bytes + i, &word, sizeof word);
	}
#else
	(void)bytes;
	(void)n;
#endif
}

int vector_base64(struct slice text, float *x, size_t *n, struct err *e)
{
	size_t bytes;

	if (text.len == 0)
		return err_set(e, "not a vector: it is empty");
	bytes = text.len % 4 == 0 ? text.len / 4 * 3 - padding(text) : 0;
	if (bytes > VECTOR_MAX * sizeof *x)
		return err_set(e, "not a vector: more than %d numbers", VECTOR_MAX);
	if (bytes == 0 || bytes % sizeof *x || !decode(text, (uint8_t *)x))
		return err_set(e, "not a vector: no base64 of numbers of 4 bytes");
	order_bytes((uint8_t *)x, bytes);
	*n = bytes / sizeof *x;
	return 0;
}

/* Three floats are sixteen letters: so that no padding comes between. */
void vector_write(const float *x, size_t n, struct buf *b)
{
	for (size_t at = 0; at < n; at += 3) {
		size_t some = n - at < 3 ? n - at : 3, bytes = some * sizeof *x;
		char in[12];

		memcpy(in, x + at, bytes);
		order_bytes((uint8_t *)in, bytes);
		base64_put(b, slice_make(in, bytes));
	}
}
