#include "png.h"

#include <string.h>
#include <zlib.h>

static const char signature[8] = {'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};

enum {
	LENGTH_SIZE = 4,
	TYPE_SIZE = 4,
	CRC_SIZE = 4,
	OVERHEAD = LENGTH_SIZE + TYPE_SIZE + CRC_SIZE,
	IHDR_SIZE = 13,
	NUMBER_MAX = 0x7FFFFFFF /* as PNG has it */
};

struct chunk {
	struct slice type, data;
	struct slice whole; /* with length, type and CRC */
};

static uint32_t read_32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static void put_32(struct buf *b, uint32_t n)
{
	char bytes[4] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};

	buf_put(b, bytes, sizeof bytes);
}

static uint32_t crc_of(struct slice type, struct slice data)
{
	uLong crc = crc32_z(0, (const Bytef *)type.ptr, type.len);

	/* Given NULL, it would begin anew. */
	if (data.len)
		crc = crc32_z(crc, (const Bytef *)data.ptr, data.len);
	return (uint32_t)crc;
}

/* Takes the chunk at *at, which has been seen to lie within the file. */
static struct chunk take(struct slice file, size_t *at)
{
	const char *p = file.ptr + *at;
	size_t len = read_32(p);
	struct chunk c = {.type = slice_make(p + LENGTH_SIZE, TYPE_SIZE),
	    .data = slice_make(p + LENGTH_SIZE + TYPE_SIZE, len),
	    .whole = slice_make(p, len + OVERHEAD)};

	*at += c.whole.len;
	return c;
}

/* ---- is it a picture? */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next chunk, which may not be one. */
static int next(struct slice file, size_t *at, struct chunk *c, struct err *e)
{
	size_t left = file.len - *at;
	uint32_t len;

	if (left == 0)
		return err_set(e, "ends without IEND");
	if (left < OVERHEAD)
		return err_set(e, "cut off at byte %zu, within a chunk", file.len);
	len = read_32(file.ptr + *at);
	for (size_t i = 0; i < TYPE_SIZE; i++)
		if (!is_letter(file.ptr[*at + LENGTH_SIZE + i]))
			return err_set(e, "no chunk where one should begin, at byte %zu", *at);
	if (len > NUMBER_MAX)
		return err_set(
		    e, "a chunk at byte %zu says that it has %lu bytes", *at, (unsigned long)len);
	if (len > left - OVERHEAD)
		return err_set(e, "cut off: the %.4s chunk at byte %zu should have %lu bytes",
		    file.ptr + *at + LENGTH_SIZE, *at, (unsigned long)len);
	*c = take(file, at);
	if (crc_of(c->type, c->data) != read_32(c->data.ptr + c->data.len))
		return err_set(e, "damaged: the CRC of the %.4s chunk at byte %zu is wrong",
		    c->type.ptr, *at - c->whole.len);
	return 0;
}

/* The bit depths that a colour type has, a bit each (table 11.1). */
static unsigned depths(unsigned colour)
{
	static const unsigned all[] = {
	    [0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
	    [2] = 1 << 8 | 1 << 16,
	    [3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
	    [4] = 1 << 8 | 1 << 16,
	    [6] = 1 << 8 | 1 << 16,
	};

	return colour < sizeof all / sizeof *all ? all[colour] : 0;
}

static int check_header(const struct chunk *c, struct err *e)
{
	const unsigned char *h = (const unsigned char *)c->data.ptr;
	uint32_t width, height;

	if (!slice_is(c->type, "IHDR"))
		return err_set(e, "begins with %.4s where IHDR must stand", c->type.ptr);
	if (c->data.len != IHDR_SIZE)
		return err_set(e, "IHDR has %zu bytes instead of 13", c->data.len);
	width = read_32(c->data.ptr);
	height = read_32(c->data.ptr + 4);
	if (width == 0 || height == 0 || width > NUMBER_MAX || height > NUMBER_MAX)
		return err_set(
		    e, "cannot be %lu by %lu pixels", (unsigned long)width, (unsigned long)height);
	if (h[8] > 16 || !(depths(h[9]) >> h[8] & 1))
		return err_set(e, "no PNG has colour type %u with %u bits", h[9], h[8]);
	if (h[10] != 0 || h[11] != 0 || h[12] > 1)
		return err_set(e, "its compression, filter or interlacing is unknown");
	return 0;
}

int png_check(struct slice file, struct err *e)
{
	size_t at = sizeof signature;
	struct chunk c;
	enum { BEFORE, WITHIN, AFTER } pixels = BEFORE;

	if (file.len < sizeof signature || memcmp(file.ptr, signature, sizeof signature) != 0)
		return err_set(e, "not a PNG");
	if (next(file, &at, &c, e) < 0 || check_header(&c, e) < 0)
		return -1;
	do {
		if (next(file, &at, &c, e) < 0)
			return -1;
		if (slice_is(c.type, "IHDR"))
			return err_set(e, "has two headers");
		if (!slice_is(c.type, "IDAT"))
			pixels = pixels == WITHIN ? AFTER : pixels;
		else if (pixels == AFTER)
			return err_set(e, "its image data does not stand together");
		else
			pixels = WITHIN;
	} while (!slice_is(c.type, "IEND"));
	if (pixels == BEFORE)
		return err_set(e, "has no image data");
	return c.data.len ? err_set(e, "IEND has %zu bytes", c.data.len) : 0;
}

/* ---- texts */

static bool is_text(const struct chunk *c)
{
	return slice_is(c->type, "tEXt") || slice_is(c->type, "zTXt") || slice_is(c->type, "iTXt");
}

/* Whatever follows the keyword is behind a NUL. */
static bool has_keyword(const struct chunk *c, const char *keyword)
{
	size_t n = strlen(keyword);

	return c->data.len > n && memcmp(c->data.ptr, keyword, n + 1) == 0;
}

bool png_text(struct slice file, const char *keyword, struct slice *text)
{
	size_t at = sizeof signature;
	struct chunk c;

	do {
		c = take(file, &at);
		if (slice_is(c.type, "tEXt") && has_keyword(&c, keyword)) {
			size_t skip = strlen(keyword) + 1;

			*text = slice_make(c.data.ptr + skip, c.data.len - skip);
			return true;
		}
	} while (!slice_is(c.type, "IEND"));
	return false;
}

static bool is_replaced(const struct chunk *c, const struct png_text *texts, size_t n)
{
	if (!is_text(c))
		return false;
	for (size_t i = 0; i < n; i++)
		if (has_keyword(c, texts[i].keyword))
			return true;
	return false;
}

static void put_text(struct buf *b, const struct png_text *t)
{
	struct slice type = slice_str("tEXt");
	size_t len = strlen(t->keyword) + 1 + t->text.len, data;

	put_32(b, (uint32_t)len);
	buf_slice(b, type);
	data = b->len;
	buf_put(b, t->keyword, strlen(t->keyword) + 1);
	buf_slice(b, t->text);
	if (!b->over)
		put_32(b, crc_of(type, buf_from(b, data)));
}

void png_with(struct slice file, const struct png_text *texts, size_t n, struct buf *b)
{
	size_t at = sizeof signature;
	struct chunk c;

	png_begin(b);
	for (;;) {
		c = take(file, &at);
		if (slice_is(c.type, "IEND"))
			break;
		if (!is_replaced(&c, texts, n))
			buf_slice(b, c.whole);
	}
	for (size_t i = 0; i < n; i++)
		put_text(b, &texts[i]);
	buf_slice(b, c.whole);
	buf_put(b, file.ptr + at, file.len - at);
}

/* ---- a picture of one's own */

void png_begin(struct buf *b)
{
	buf_put(b, signature, sizeof signature);
}

void png_chunk(struct buf *b, const char type[4], struct slice data)
{
	struct slice name = slice_make(type, TYPE_SIZE);

	put_32(b, (uint32_t)data.len);
	buf_slice(b, name);
	buf_slice(b, data);
	put_32(b, crc_of(name, data));
}
