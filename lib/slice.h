/*
 * slice: borrowed bytes, a pointer and a length. The bytes belong to somebody else, need no
 * NUL at their end and may hold NULs inside. {0} is the valid empty slice.
 *
 *	if (slice_is(word, "END"))
 *		…
 *	err_set(e, "%.*s: unknown", SLICE_FMT(word));
 */
#ifndef SLICE_H
#define SLICE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

/* The two arguments of a "%.*s". */
#define SLICE_FMT(s) ((s).len > INT_MAX ? INT_MAX : (int)(s).len), ((s).ptr ? (s).ptr : "")

static inline struct slice slice_make(const char *ptr, size_t len)
{
	return (struct slice){ptr, len};
}

static inline struct slice slice_str(const char *s)
{
	return (struct slice){s, strlen(s)};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

static inline bool slice_starts(struct slice a, const char *s)
{
	size_t n = strlen(s);

	return a.len >= n && memcmp(a.ptr, s, n) == 0;
}

/* Byte order; a prefix comes first. */
int slice_cmp(struct slice a, struct slice b);

/* Without the spaces, tabs, CRs and LFs at both ends. */
struct slice slice_trim(struct slice s);

/*
 * Takes the text before the first sep off *rest and returns it; *rest is what follows the sep.
 * When there is no sep, all of *rest is returned and rest->ptr becomes NULL.
 */
struct slice slice_split(struct slice *rest, char sep);

/* [a-z0-9-]+, as a recipe or a world named on a line must be: never a path. */
bool slice_plain_name(struct slice s);

/* [A-Za-z0-9_-]{1,64}, as a row's id must be: what batch services accept. */
bool slice_row_id(struct slice s);

#endif
