#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"

char *buf_room(struct buf *b, size_t n)
{
	size_t max = b->max ? b->max : BUF_MAX;

	if (b->over || n > max - b->len) {
		b->over = true;
		return NULL;
	}
	if (n > b->cap - b->len) {
		size_t cap = b->cap < 64 ? 64 : b->cap;

		while (cap - b->len < n)
			cap += cap / 2;
		b->ptr = mem_grow(b->ptr, cap, 1);
		b->cap = cap;
	}
	return b->ptr + b->len;
}

void buf_put(struct buf *b, const char *ptr, size_t len)
{
	char *to;

	if (len == 0)
		return;
	to = buf_room(b, len);
	if (!to)
		return;
	memcpy(to, ptr, len);
	b->len += len;
}

void buf_byte(struct buf *b, char c)
{
	char *to = buf_room(b, 1);

	if (!to)
		return;
	*to = c;
	b->len++;
}

void buf_utf8(struct buf *b, unsigned cp)
{
	char bytes[4];

	buf_put(b, bytes, utf8_encode(cp, bytes));
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	char *to;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	to = n < 0 ? NULL : buf_room(b, (size_t)n + 1);
	if (to && vsnprintf(to, (size_t)n + 1, fmt, again) == n)
		b->len += (size_t)n;
	else
		b->over = true;
	va_end(again);
	va_end(ap);
}

const char *buf_cstr(struct buf *b)
{
	char *to = buf_room(b, 1);

	if (!to)
		return "";
	*to = '\0';
	return b->ptr;
}

void buf_reset(struct buf *b, size_t keep)
{
	if (b->cap > keep) {
		free(b->ptr);
		b->ptr = NULL;
		b->cap = 0;
	}
	buf_clear(b);
}

void buf_free(struct buf *b)
{
	free(b->ptr);
	b->ptr = NULL;
	b->len = b->cap = 0;
	b->over = false;
}
