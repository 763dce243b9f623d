#include "top.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"

/* A heap with the worst at its root, so that it is at hand to be put out. */
static bool is_worse(struct top_one a, struct top_one b)
{
	return a.score < b.score || (a.score == b.score && a.number > b.number);
}

static void rise(struct top_one *heap, size_t at)
{
	struct top_one one = heap[at];

	for (size_t up; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!is_worse(one, heap[up]))
			break;
		heap[at] = heap[up];
	}
	heap[at] = one;
}

static void sink(struct top_one *heap, size_t n)
{
	struct top_one one = heap[0];
	size_t at = 0;

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && is_worse(heap[child + 1], heap[child]))
			child++;
		if (!is_worse(heap[child], one))
			break;
		heap[at] = heap[child];
	}
	heap[at] = one;
}

void top_begin(struct top *t, size_t k)
{
	t->n = 0;
	t->k = k;
	t->least = k > 0 ? -INFINITY : INFINITY;
}

void top_add(struct top *t, double score, uint32_t number)
{
	struct top_one one = {score, number};

	if (isnan(score) || t->k == 0)
		return;
	if (t->n < t->k) {
		t->best = mem_more(t->best, t->n, &t->cap, sizeof *t->best);
		t->best[t->n] = one;
		rise(t->best, t->n++);
	} else if (is_worse(t->best[0], one)) {
		t->best[0] = one;
		sink(t->best, t->n);
	}
	if (t->n == t->k)
		t->least = t->best[0].score;
}

void top_sort(struct top *t)
{
	/* The worst of what is left goes to its end. */
	for (size_t left = t->n; left > 1; left--) {
		struct top_one worst = t->best[0];

		t->best[0] = t->best[left - 1];
		sink(t->best, left - 1);
		t->best[left - 1] = worst;
	}
}

void top_free(struct top *t)
{
	free(t->best);
	*t = (struct top){0};
}
