#include "repeats.h"

#include <stdlib.h>

#include "mem.h"

void repeats_add(struct repeats *r, uint64_t hash)
{
	if (r->n == r->cap)
		r->hash = mem_more(r->hash, r->n, &r->cap, sizeof *r->hash);
	r->hash[r->n++] = hash;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

uint64_t repeats_count(struct repeats *r)
{
	uint64_t count = 0;
	size_t end;

	if (r->n == 0)
		return 0;
	qsort(r->hash, r->n, sizeof *r->hash, by_value);
	for (size_t i = 0; i < r->n; i = end) {
		for (end = i + 1; end < r->n && r->hash[end] == r->hash[i];)
			end++;
		if (end - i > 1)
			count += end - i;
	}
	return count;
}

void repeats_free(struct repeats *r)
{
	free(r->hash);
	*r = (struct repeats){0};
}
