#include "columns.h"

#include <string.h>

enum { FORMAT = 1 };

/* More memories than any block has: a damaged one asks for no more room than this. */
enum { MOST = 65536 };

/* The columns of numbers that are stored one after the other, with the bytes of one held number. */
enum { COLUMNS = 7 };

struct shape {
	size_t offset;
	size_t size;
};

static const struct shape shapes[COLUMNS] = {
    {offsetof(struct columns, row), sizeof(int64_t)},
    {offsetof(struct columns, time), sizeof(int64_t)},
    {offsetof(struct columns, recalled), sizeof(int64_t)},
    {offsetof(struct columns, importance), sizeof(float)},
    {offsetof(struct columns, session), sizeof(uint32_t)},
    {offsetof(struct columns, length), sizeof(uint32_t)},
    {offsetof(struct columns, end), sizeof(uint32_t)},
};

static struct buf *column(struct columns *c, size_t i)
{
	return (struct buf *)(void *)((char *)c + shapes[i].offset);
}

static const struct buf *column_of(const struct columns *c, size_t i)
{
	return (const struct buf *)(const void *)((const char *)c + shapes[i].offset);
}

void columns_clear(struct columns *c)
{
	for (size_t i = 0; i < COLUMNS; i++)
		buf_clear(column(c, i));
	buf_clear(&c->term);
	buf_clear(&c->scale);
	buf_clear(&c->code);
	c->n = 0;
	c->dimensions = 0;
}

bool columns_over(const struct columns *c)
{
	bool over = c->term.over || c->scale.over || c->code.over;

	for (size_t i = 0; i < COLUMNS; i++)
		over |= column_of(c, i)->over;
	return over;
}

static void put(struct buf *b, const void *value, size_t size)
{
	buf_put(b, value, size);
}

static void put_zeros(struct buf *b, size_t n)
{
	char *room = buf_room(b, n);

	if (room)
		memset(room, 0, n);
	if (room)
		b->len += n;
}

static uint32_t terms_of(const struct columns *c)
{
	return (uint32_t)(c->term.len / sizeof(uint32_t));
}

void columns_add(struct columns *c, int64_t row, int64_t time, int64_t recalled, float importance,
    uint32_t session, uint32_t length, const uint32_t *term, size_t terms)
{
	uint32_t end;

	put(&c->term, term, terms * sizeof *term);
	end = terms_of(c);
	put(&c->row, &row, sizeof row);
	put(&c->time, &time, sizeof time);
	put(&c->recalled, &recalled, sizeof recalled);
	put(&c->importance, &importance, sizeof importance);
	put(&c->session, &session, sizeof session);
	put(&c->length, &length, sizeof length);
	put(&c->end, &end, sizeof end);
	c->n++;
	if (c->dimensions) {
		put_zeros(&c->scale, sizeof(float));
		put_zeros(&c->code, c->dimensions);
	}
}

static void give_dimensions(struct columns *c, size_t dimensions)
{
	if (c->dimensions)
		return;
	c->dimensions = dimensions;
	put_zeros(&c->scale, c->n * sizeof(float));
	put_zeros(&c->code, c->n * dimensions);
}

void columns_add_code(struct columns *c, const int8_t *code, size_t dimensions, float scale)
{
	give_dimensions(c, dimensions);
	memcpy(c->scale.ptr + (c->n - 1) * sizeof scale, &scale, sizeof scale);
	memcpy(c->code.ptr + (c->n - 1) * dimensions, code, dimensions);
}

static void copy_codes(struct columns *c, const struct columns *src, size_t from, size_t count)
{
	if (src->dimensions == 0) {
		put_zeros(&c->scale, c->dimensions ? count * sizeof(float) : 0);
		put_zeros(&c->code, count * c->dimensions);
		return;
	}
	give_dimensions(c, src->dimensions);
	buf_put(&c->scale, src->scale.ptr + from * sizeof(float), count * sizeof(float));
	buf_put(&c->code, src->code.ptr + from * src->dimensions, count * src->dimensions);
}

void columns_copy(struct columns *c, const struct columns *src, size_t from, size_t count)
{
	uint32_t first = columns_begin(src, from);
	uint32_t before = terms_of(c);
	uint32_t *end;

	if (count == 0)
		return;
	copy_codes(c, src, from, count);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_put(column(c, i), column_of(src, i)->ptr + from * shapes[i].size,
		    count * shapes[i].size);
	if (src->term.len)
		buf_put(&c->term, src->term.ptr + first * sizeof(uint32_t),
		    (columns_begin(src, from + count) - first) * sizeof(uint32_t));
	end = (uint32_t *)(void *)c->end.ptr + c->n;
	for (size_t i = 0; i < count; i++)
		end[i] = end[i] - first + before;
	c->n += count;
}

static void cut(struct buf *b, size_t at, size_t n)
{
	memmove(b->ptr + at, b->ptr + at + n, b->len - at - n);
	b->len -= n;
}

void columns_cut(struct columns *c, size_t i)
{
	uint32_t first = columns_begin(c, i);
	uint32_t terms = columns_begin(c, i + 1) - first;
	uint32_t *end;

	cut(&c->term, first * sizeof(uint32_t), terms * sizeof(uint32_t));
	for (size_t k = 0; k < COLUMNS; k++)
		cut(column(c, k), i * shapes[k].size, shapes[k].size);
	if (c->dimensions) {
		cut(&c->scale, i * sizeof(float), sizeof(float));
		cut(&c->code, i * c->dimensions, c->dimensions);
	}
	c->n--;
	end = (uint32_t *)(void *)c->end.ptr;
	for (size_t k = i; k < c->n; k++)
		end[k] -= terms;
}

/* ---- stored */

static uint64_t number_at(const char *ptr, size_t i, size_t size)
{
	uint64_t wide;
	uint32_t narrow;

	if (size == sizeof wide) {
		memcpy(&wide, ptr + i * size, size);
		return wide;
	}
	memcpy(&narrow, ptr + i * size, size);
	return narrow;
}

static void put_little(struct buf *b, uint64_t value, size_t width)
{
	char bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (char)(value >> (8 * i));
	buf_put(b, bytes, width);
}

static size_t width_of(uint64_t span)
{
	if (span == 0)
		return 0;
	if (span <= UINT8_MAX)
		return 1;
	if (span <= UINT16_MAX)
		return 2;
	return span <= UINT32_MAX ? 4 : 8;
}

/* 64-bit numbers are signed: the least of a time before 1970 is negative. */
static bool less(uint64_t a, uint64_t b, size_t size)
{
	return size == sizeof a ? (int64_t)a < (int64_t)b : a < b;
}

static void write_column(struct buf *b, const char *ptr, size_t n, size_t size)
{
	uint64_t least = n ? number_at(ptr, 0, size) : 0;
	uint64_t most = least;
	size_t width;

	for (size_t i = 1; i < n; i++) {
		uint64_t v = number_at(ptr, i, size);

		if (less(v, least, size))
			least = v;
		if (less(most, v, size))
			most = v;
	}
	width = width_of(most - least);
	put_little(b, width, 1);
	put_little(b, least, 8);
	for (size_t i = 0; i < n && width; i++)
		put_little(b, number_at(ptr, i, size) - least, width);
}

struct reader {
	const unsigned char *ptr;
	size_t left;
};

static bool take(struct reader *r, size_t n, const unsigned char **at)
{
	if (r->left < n)
		return false;
	*at = r->ptr;
	r->ptr += n;
	r->left -= n;
	return true;
}

static uint64_t little(const unsigned char *p, size_t width)
{
	uint64_t v = 0;

	for (size_t i = 0; i < width; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static bool take_little(struct reader *r, size_t width, uint64_t *v)
{
	const unsigned char *p;

	if (!take(r, width, &p))
		return false;
	*v = little(p, width);
	return true;
}

/* The widths apart, and each number in one expression: so the loops are made wide. */
#define AT1(p) ((uint32_t)(p)[0])
#define AT2(p) ((uint32_t)(p)[0] | (uint32_t)(p)[1] << 8)
#define AT4(p) (AT2(p) | (uint32_t)(p)[2] << 16 | (uint32_t)(p)[3] << 24)
#define AT8(p) ((uint64_t)AT4(p) | (uint64_t)AT4((p) + 4) << 32)

static void widen32(uint32_t *out, const unsigned char *p, size_t n, size_t width, uint32_t least)
{
	size_t i;

	if (width == 0)
		for (i = 0; i < n; i++)
			out[i] = least;
	else if (width == 1)
		for (i = 0; i < n; i++)
			out[i] = least + AT1(p + i);
	else if (width == 2)
		for (i = 0; i < n; i++)
			out[i] = least + AT2(p + 2 * i);
	else
		for (i = 0; i < n; i++)
			out[i] = least + AT4(p + 4 * i);
}

static void widen64(uint64_t *out, const unsigned char *p, size_t n, size_t width, uint64_t least)
{
	size_t i;

	if (width == 0)
		for (i = 0; i < n; i++)
			out[i] = least;
	else if (width == 1)
		for (i = 0; i < n; i++)
			out[i] = least + AT1(p + i);
	else if (width == 2)
		for (i = 0; i < n; i++)
			out[i] = least + AT2(p + 2 * i);
	else if (width == 4)
		for (i = 0; i < n; i++)
			out[i] = least + AT4(p + 4 * i);
	else
		for (i = 0; i < n; i++)
			out[i] = least + AT8(p + 8 * i);
}

static bool read_column(struct reader *r, struct buf *b, size_t n, size_t size)
{
	uint64_t width, least;
	const unsigned char *p;
	char *room;

	if (!take_little(r, 1, &width) || !take_little(r, 8, &least) || width > size ||
	    (width & (width - 1)) != 0 || (width && n > r->left / width) || !take(r, n * width, &p))
		return false;
	if (n == 0)
		return true;
	room = buf_room(b, n * size);
	if (!room)
		return false;
	b->len += n * size;
	if (size == sizeof(uint64_t))
		widen64((uint64_t *)(void *)room, p, n, width, least);
	else
		widen32((uint32_t *)(void *)room, p, n, width, (uint32_t)least);
	return true;
}

/* Nobody may be led outside the terms by a damaged block. */
static bool ends_ascend(const struct columns *c, uint64_t terms)
{
	const uint32_t *end = (const uint32_t *)(const void *)c->end.ptr;
	uint32_t before = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (end[i] < before)
			return false;
		before = end[i];
	}
	return before == terms;
}

static bool read_all(struct columns *c, struct reader *r, bool with_terms)
{
	uint64_t format, n, terms;

	if (!take_little(r, 1, &format) || format != FORMAT || !take_little(r, 4, &n) || n > MOST ||
	    !take_little(r, 4, &terms))
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		if (!read_column(r, column(c, i), (size_t)n, shapes[i].size))
			return false;
	c->n = (size_t)n;
	if (!ends_ascend(c, terms))
		return false;
	return !with_terms ||
	    (read_column(r, &c->term, (size_t)terms, sizeof(uint32_t)) && r->left == 0);
}

int columns_read(struct columns *c, struct slice blob, bool terms, struct err *e)
{
	struct reader r = {(const unsigned char *)blob.ptr, blob.len};

	columns_clear(c);
	return read_all(c, &r, terms) ? 0 : err_set(e, "a block is damaged");
}

void columns_write(const struct columns *c, struct buf *b)
{
	put_little(b, FORMAT, 1);
	put_little(b, c->n, 4);
	put_little(b, terms_of(c), 4);
	for (size_t i = 0; i < COLUMNS; i++)
		write_column(b, column_of(c, i)->ptr, c->n, shapes[i].size);
	write_column(b, c->term.ptr, terms_of(c), sizeof(uint32_t));
}

void columns_write_codes(const struct columns *c, struct buf *b)
{
	put_little(b, c->dimensions, 4);
	for (size_t i = 0; i < c->n; i++)
		put_little(b, number_at(c->scale.ptr, i, sizeof(float)), sizeof(float));
	buf_put(b, c->code.ptr, c->code.len);
}

int columns_codes(
    struct columns *c, struct slice blob, const int8_t **code, size_t *dimensions, struct err *e)
{
	struct reader r = {(const unsigned char *)blob.ptr, blob.len};
	const unsigned char *p;
	uint64_t d;
	char *room;

	if (!take_little(&r, 4, &d) || !take(&r, c->n * sizeof(float), &p) || d == 0 ||
	    r.left / d != c->n || r.left % d != 0)
		return err_set(e, "a block of codes is damaged");
	buf_clear(&c->scale);
	room = buf_room(&c->scale, c->n * sizeof(float));
	if (!room)
		return err_set(e, "a block of codes is too large");
	c->scale.len = c->n * sizeof(float);
	widen32((uint32_t *)(void *)room, p, c->n, sizeof(float), 0);
	*code = (const int8_t *)r.ptr;
	*dimensions = (size_t)d;
	return 0;
}

int columns_read_codes(struct columns *c, struct slice blob, struct err *e)
{
	const int8_t *code;

	if (columns_codes(c, blob, &code, &c->dimensions, e) < 0)
		return -1;
	buf_clear(&c->code);
	buf_put(&c->code, (const char *)code, c->n * c->dimensions);
	return 0;
}

void columns_free(struct columns *c)
{
	for (size_t i = 0; i < COLUMNS; i++)
		buf_free(column(c, i));
	buf_free(&c->term);
	buf_free(&c->scale);
	buf_free(&c->code);
	*c = (struct columns){0};
}
