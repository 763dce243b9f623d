#include "slice.h"

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;

	if (c)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct slice slice_split(struct slice *rest, char sep)
{
	const char *at = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
	struct slice head = *rest;

	if (!at) {
		*rest = (struct slice){0};
		return head;
	}
	head.len = (size_t)(at - head.ptr);
	rest->ptr = at + 1;
	rest->len -= head.len + 1;
	return head;
}

static bool is_alnum_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool slice_plain_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum_lower(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	return s.len > 0;
}

bool slice_row_id(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_alnum_lower(c) && !(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
			return false;
	}
	return s.len > 0 && s.len <= 64;
}
