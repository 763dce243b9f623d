#include "jw.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

static void separate(struct buf *b)
{
	char last = b->len ? b->ptr[b->len - 1] : '\n';

	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_byte(b, ',');
}

void jw_object(struct buf *b)
{
	separate(b);
	buf_byte(b, '{');
}

void jw_object_end(struct buf *b)
{
	buf_byte(b, '}');
}

void jw_array(struct buf *b)
{
	separate(b);
	buf_byte(b, '[');
}

void jw_array_end(struct buf *b)
{
	buf_byte(b, ']');
}

static void escape_byte(struct buf *b, char c)
{
	static const char hex[] = "0123456789abcdef", from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *at = c ? strchr(from, c) : NULL;
	unsigned u = (unsigned char)c;

	if (at)
		buf_put(b, (char[]){'\\', to[at - from]}, 2);
	else
		buf_put(b, (char[]){'\\', 'u', '0', '0', hex[u >> 4], hex[u & 15]}, 6);
}

static void escape_good(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t run = json_plain_run(p + i, len - i);

		buf_put(b, p + i, run);
		i += run;
		if (i < len)
			escape_byte(b, p[i]);
	}
}

void jw_escape(struct buf *b, struct slice text)
{
	size_t done = 0;

	for (;;) {
		size_t good = utf8_check(text.ptr + done, text.len - done);

		escape_good(b, text.ptr + done, good);
		done += good;
		if (done == text.len)
			return;
		buf_utf8(b, 0xfffd);
		done++;
	}
}

void jw_str(struct buf *b, struct slice text)
{
	separate(b);
	buf_byte(b, '"');
	if (text.len)
		jw_escape(b, text);
	buf_byte(b, '"');
}

void jw_cstr(struct buf *b, const char *text)
{
	jw_str(b, slice_str(text));
}

void jw_name_slice(struct buf *b, struct slice name)
{
	jw_str(b, name);
	buf_byte(b, ':');
}

void jw_name(struct buf *b, const char *name)
{
	jw_name_slice(b, slice_str(name));
}

void jw_int(struct buf *b, int64_t n)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0)
		*--p = '-';
	separate(b);
	buf_put(b, p, (size_t)(digits + sizeof digits - p));
}

/* The fewest digits that read back as n, without point or zeros at the end; 10^*power follows. */
static size_t shortest_digits(double n, char digits[20], int *power)
{
	char text[40];
	size_t count = 0;

	/* Any 15 digits survive a double, unless it is subnormal. */
	for (int precision = n < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, n);
		if (strtod(text, NULL) == n)
			break;
	}
	for (const char *p = text; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[count++] = *p;
	*power = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	return count;
}

static void put_zeros(struct buf *b, int n)
{
	while (n-- > 0)
		buf_byte(b, '0');
}

/* ECMA-262, Number::toString: point and exponent by where the digits stand. */
static void put_digits(struct buf *b, const char *digits, int count, int power)
{
	if (power > 21 || power < -5) {
		buf_byte(b, digits[0]);
		if (count > 1)
			buf_byte(b, '.');
		buf_put(b, digits + 1, (size_t)count - 1);
		buf_fmt(b, "e%+d", power - 1);
	} else if (power <= 0) {
		buf_str(b, "0.");
		put_zeros(b, -power);
		buf_put(b, digits, (size_t)count);
	} else if (power >= count) {
		buf_put(b, digits, (size_t)count);
		put_zeros(b, power - count);
	} else {
		buf_put(b, digits, (size_t)power);
		buf_byte(b, '.');
		buf_put(b, digits + power, (size_t)(count - power));
	}
}

void jw_double(struct buf *b, double n)
{
	char digits[20];
	int count, power;

	if (n > -1e15 && n < 1e15 && n == (double)(int64_t)n) {
		jw_int(b, (int64_t)n);
		return;
	}
	separate(b);
	if (n < 0)
		buf_byte(b, '-');
	count = (int)shortest_digits(fabs(n), digits, &power);
	put_digits(b, digits, count, power);
}

void jw_bool(struct buf *b, bool yes)
{
	jw_raw(b, slice_str(yes ? "true" : "false"));
}

void jw_null(struct buf *b)
{
	jw_raw(b, slice_str("null"));
}

void jw_raw(struct buf *b, struct slice json)
{
	separate(b);
	buf_slice(b, json);
}

void jw_json(struct buf *b, const struct json *v)
{
	jw_raw(b, json_raw(v));
}

void jw_member_str(struct buf *b, const char *name, struct slice text)
{
	jw_name(b, name);
	jw_str(b, text);
}

void jw_member_cstr(struct buf *b, const char *name, const char *text)
{
	jw_name(b, name);
	jw_cstr(b, text);
}

void jw_member_int(struct buf *b, const char *name, int64_t n)
{
	jw_name(b, name);
	jw_int(b, n);
}

void jw_member_json(struct buf *b, const char *name, const struct json *v)
{
	jw_name(b, name);
	jw_json(b, v);
}
