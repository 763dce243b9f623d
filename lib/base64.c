#include "base64.h"

#include <stdint.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t byte_at(struct slice bytes, size_t i)
{
	return i < bytes.len ? (unsigned char)bytes.ptr[i] : 0;
}

void base64_put(struct buf *b, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t three =
		    byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
		char four[4];

		for (int k = 0; k < 4; k++)
			four[k] = letters[three >> (18 - 6 * k) & 63];
		if (i + 1 >= bytes.len)
			four[2] = '=';
		if (i + 2 >= bytes.len)
			four[3] = '=';
		buf_put(b, four, 4);
	}
}

/* What a letter is worth; 64 where it is none. */
static uint32_t worth(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* How many of the last four characters are padding. */
static size_t padding(struct slice text)
{
	if (text.len < 4 || text.ptr[text.len - 1] != '=')
		return 0;
	return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

/* Three bytes, or fewer where the four characters end in padding. */
static int get_four(const char *p, size_t padded, struct buf *b)
{
	uint32_t four = 0;
	char three[3];

	for (size_t k = 0; k < 4; k++) {
		uint32_t value = k < 4 - padded ? worth(p[k]) : 0;

		if (value == 64)
			return -1;
		four = four << 6 | value;
	}
	if (padded && four & (padded == 2 ? 0xFFFF : 0xFF))
		return -1;
	for (int k = 0; k < 3; k++)
		three[k] = (char)(four >> (16 - 8 * k));
	buf_put(b, three, 3 - padded);
	return 0;
}

int base64_get(struct slice text, struct buf *b, struct err *e)
{
	size_t padded = padding(text);

	if (text.len % 4 != 0)
		return err_set(e, "not base64: its length is no multiple of four");
	for (size_t i = 0; i < text.len; i += 4)
		if (get_four(text.ptr + i, i + 4 == text.len ? padded : 0, b) < 0)
			return err_set(e, "not base64 from byte %zu on", i);
	return b->over ? err_set(e, "longer than %zu bytes", b->max) : 0;
}
