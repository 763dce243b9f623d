/*
 * buf: growable bytes with a cap. {0} is a valid empty buffer with the default cap.
 *
 * Putting never fails at once: what would pass the cap is dropped whole and the buffer is marked
 * over, so that a record is built without a check a line and asked once at its end.
 *
 *	struct buf b = {.max = limit};
 *	buf_str(&b, "ties: ");
 *	buf_put(&b, ptr, len);
 *	if (b.over)
 *		return err_set(e, "longer than %zu bytes", b.max);
 *	buf_free(&b);
 *
 * The bytes belong to the buffer and move when it grows.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "slice.h"

/* The cap where max is 0, in bytes. */
#define BUF_MAX ((size_t)1 << 30)

struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max;
	bool over;
};

/* Makes room for n more bytes and returns where they go, or NULL (and marks b over). */
char *buf_room(struct buf *b, size_t n);

void buf_put(struct buf *b, const char *ptr, size_t len);
void buf_byte(struct buf *b, char c);
void buf_utf8(struct buf *b, unsigned cp);
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *fmt, ...);

static inline void buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void buf_slice(struct buf *b, struct slice s)
{
	buf_put(b, s.ptr, s.len);
}

/* What is in it from byte at on; valid until the buffer grows. */
static inline struct slice buf_from(const struct buf *b, size_t at)
{
	return slice_make(b->ptr ? b->ptr + at : "", b->len - at);
}

static inline struct slice buf_all(const struct buf *b)
{
	return buf_from(b, 0);
}

/* The text with a NUL after it, which is not counted in len. "" when nothing could be put. */
const char *buf_cstr(struct buf *b);

/* Empties it and keeps the memory, unless that is more than keep bytes. */
void buf_reset(struct buf *b, size_t keep);

static inline void buf_clear(struct buf *b)
{
	b->len = 0;
	b->over = false;
}

void buf_free(struct buf *b);

#endif
