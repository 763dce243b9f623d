#include "lifted.h"

#include <stdint.h>
#include <stdlib.h>

#include "mem.h"
#include "vector.h"

enum { SHORTEST = 16 };

static const char name[] = "\"embedding\"";

struct lifted_one {
	size_t at; /* of its [] in the text */
	size_t first, n; /* in the floats */
	bool taken;
};

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/*
 * The [ of the next array under the name, or NULL. What strings there are need not be known: in
 * JSON text a quote that ends the name is never within a string, and the one before it is only
 * where it is escaped. In text that is not JSON the part up to the array shows that already, and
 * that part is kept.
 */
static const char *next_array(const char *p, const char *end)
{
	const char *from = p, *at;

	while ((at = memmem(p, (size_t)(end - p), name, sizeof name - 1)) != NULL) {
		p = at + sizeof name - 1;
		if (at > from && at[-1] == '\\')
			continue;
		at = skip_space(p, end);
		if (at == end || *at != ':')
			continue;
		at = skip_space(at + 1, end);
		if (at < end && *at == '[')
			return at;
	}
	return NULL;
}

/* Notes the array at p, whose floats have been put; how long it is, 0: it stays where it is. */
static size_t lift(struct lifted *l, const char *p, const char *end)
{
	size_t before = l->floats.len, n, used;

	if (vector_read_array(p, (size_t)(end - p), &l->floats, &n, &used, NULL) < 0)
		return 0;
	if (used < SHORTEST) {
		l->floats.len = before;
		return 0;
	}
	l->one = mem_more(l->one, l->n, &l->cap, sizeof *l->one);
	l->one[l->n++] = (struct lifted_one){.first = before / sizeof(float), .n = n};
	return used;
}

/* Puts what stands before the array on the text, and [] for it. */
static void replace(struct lifted *l, const char *from, const char *array)
{
	buf_put(&l->text, from, (size_t)(array - from));
	l->one[l->n - 1].at = l->text.len;
	buf_str(&l->text, "[]");
}

static void begin(struct lifted *l)
{
	buf_clear(&l->text);
	buf_clear(&l->floats);
	/* Neither grows beyond twice the line. */
	l->text.max = l->floats.max = SIZE_MAX / 2;
	l->n = l->taken = 0;
}

struct slice lifted_text(struct lifted *l, struct slice line)
{
	const char *from = line.ptr, *p = line.ptr, *end;

	begin(l);
	if (line.len == 0)
		return line;
	end = line.ptr + line.len;
	while ((p = next_array(p, end)) != NULL) {
		size_t used = lift(l, p, end);

		if (used > 0) {
			replace(l, from, p);
			from = p + used;
		}
		p += used > 0 ? used : 1;
	}
	if (l->n == 0)
		return line;
	buf_put(&l->text, from, (size_t)(end - from));
	return buf_all(&l->text);
}

static struct lifted_one *find(const struct lifted *l, size_t at)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->one[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n && l->one[low].at == at ? l->one + low : NULL;
}

const float *lifted_take(struct lifted *l, const struct json *v, size_t *n)
{
	struct lifted_one *one;

	if (l->n == 0 || !json_is(v, JSON_ARRAY))
		return NULL;
	/* What stands in another text stands beyond this one's end. */
	one = find(l, (size_t)((uintptr_t)v->ptr - (uintptr_t)l->text.ptr));
	if (!one)
		return NULL;
	l->taken += !one->taken;
	one->taken = true;
	*n = one->n;
	return (const float *)(const void *)l->floats.ptr + one->first;
}

bool lifted_all_taken(const struct lifted *l)
{
	return l->taken == l->n;
}

void lifted_free(struct lifted *l)
{
	buf_free(&l->text);
	buf_free(&l->floats);
	free(l->one);
	*l = (struct lifted){0};
}
