#include <stdlib.h>

#include "mem.h"
#include "recall_impl.h"
#include "timestamp.h"
#include "vector.h"

/* A count that is damaged asks for no more than this. */
enum { MANY = 1 << 24 };

static void make_room(struct recall *r, size_t more)
{
	size_t n = r->n + more;

	if (n <= r->cap)
		return;
	r->cap = n < 1024 ? 1024 : n + n / 2;
	r->row = mem_grow(r->row, r->cap, sizeof *r->row);
	r->time = mem_grow(r->time, r->cap, sizeof *r->time);
	r->seen = mem_grow(r->seen, r->cap, sizeof *r->seen);
	r->session = mem_grow(r->session, r->cap, sizeof *r->session);
	r->importance = mem_grow(r->importance, r->cap, sizeof *r->importance);
	r->own = mem_grow(r->own, r->cap, sizeof *r->own);
	r->score = mem_grow(r->score, r->cap, sizeof *r->score);
	r->cosine = mem_grow(r->cosine, r->cap, sizeof *r->cosine);
	r->scale = mem_grow(r->scale, r->cap, sizeof *r->scale);
	r->exact = mem_grow(r->exact, r->cap, sizeof *r->exact);
	r->relevance = mem_grow(r->relevance, r->cap, sizeof *r->relevance);
	r->state = mem_grow(r->state, r->cap, sizeof *r->state);
}

static bool outside(const struct recall_options *o, int64_t time)
{
	if (o->since == TIMESTAMP_NONE && o->until == TIMESTAMP_NONE)
		return false;
	return time == TIMESTAMP_NONE || time < o->since ||
	    (o->until != TIMESTAMP_NONE && time >= o->until);
}

/* What decides of recency: the later of when it was and when it was last recalled. */
static void read_seen(int64_t *restrict seen, const int64_t *restrict time,
    const int64_t *restrict recalled, size_t n)
{
	for (size_t i = 0; i < n; i++)
		seen[i] = recalled[i] > time[i] ? recalled[i] : time[i];
}

static void read_columns(struct recall *r, const struct memory_block *b)
{
	size_t at = r->n;

	memcpy(r->row + at, b->row, b->n * sizeof *b->row);
	memcpy(r->importance + at, b->importance, b->n * sizeof *b->importance);
	read_seen(r->seen + at, b->time, b->recalled, b->n);
	memset(r->state + at, 0, b->n);
	if (r->o.since != TIMESTAMP_NONE || r->o.until != TIMESTAMP_NONE)
		for (size_t i = 0; i < b->n; i++)
			r->state[at + i] = outside(&r->o, b->time[i]) ? RECALL_OUTSIDE : 0;
	/* For the neighbours of words alone. */
	if (r->words) {
		memcpy(r->time + at, b->time, b->n * sizeof *b->time);
		memcpy(r->session + at, b->session, b->n * sizeof *b->session);
	}
}

/*
 * Scaled by the query's own scale, and marked where there is a vector; in the same look, the greatest
 * scale and the greatest cosine.
 */
static void read_cosines(struct recall *r, const float *restrict scale, size_t n)
{
	float *restrict cosine = r->cosine + r->n;
	uint8_t *restrict state = r->state + r->n;
	/* In a hybrid it is the place among the others that marks them. */
	unsigned mark = r->words ? 0 : RECALL_BY_VECTOR;
	float by = r->query_scale, greatest = r->scale_most, most = r->cosine_most;

	for (size_t i = 0; i < n; i++) {
		float c = scale[i] > 0 ? cosine[i] * by : RECALL_NO_VECTOR;

		state[i] |= (uint8_t)(scale[i] > 0 ? mark : 0);
		cosine[i] = c;
		most = c > most ? c : most;
		greatest = scale[i] > greatest ? scale[i] : greatest;
	}
	r->scale_most = greatest;
	r->cosine_most = most;
}

static int read_codes(struct recall *r, const struct memory_codes *c, size_t n, struct err *e)
{
	float *cosine = r->cosine + r->n;

	if (c && (c->dimensions != r->dimensions || c->n != n))
		return err_set(e, "damaged: a block of vectors of another length");
	if (c) {
		vector_scan(r->code, c->code, c->scale, r->dimensions, n, cosine);
		memcpy(r->scale + r->n, c->scale, n * sizeof *c->scale);
		read_cosines(r, c->scale, n);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		cosine[i] = RECALL_NO_VECTOR;
		r->scale[r->n + i] = 0;
	}
	return 0;
}

static int read_block(
    void *ctx, const struct memory_block *b, const struct memory_codes *c, struct err *e)
{
	struct recall *r = ctx;

	if (b->n > UINT32_MAX - r->n)
		return err_set(e, "more memories than can be searched at once");
	make_room(r, b->n);
	read_columns(r, b);
	if (r->words)
		rank_block(r->rank, b, r->own + r->n, (uint32_t)r->n);
	if (r->vectors && read_codes(r, c, b->n, e) < 0)
		return -1;
	r->n += b->n;
	return 0;
}

static void score_words(struct recall *r)
{
	rank_pairs(r->rank, (int64_t)r->n, r->own);
	memcpy(r->score, r->own, r->n * sizeof *r->score);
	for (size_t i = 0; i < r->parts; i++) {
		size_t at = r->part[i].first;

		rank_neighbours(r->rank, r->time + at, r->session + at, r->part[i].end - at,
		    r->own + at, r->score + at);
	}
}

/* As the store counts them: so that there is room at once. */
static size_t how_many(const struct recall *r)
{
	int64_t n = 1;

	for (size_t i = 0; i < r->parts; i++)
		if (r->part[i].memories > 0 && r->part[i].memories < MANY)
			n += r->part[i].memories;
	return (size_t)(n < MANY ? n : MANY);
}

int recall_read(struct recall *r, struct err *e)
{
	unsigned parts = (r->words ? MEMORY_TERMS : 0) | (r->vectors ? MEMORY_CODES : 0);

	r->n = 0;
	r->scale_most = r->cosine_most = 0;
	make_room(r, how_many(r));
	for (size_t i = 0; i < r->parts; i++) {
		struct recall_part *p = &r->part[i];

		p->first = r->n;
		if (memory_blocks(r->m, p->collection, parts, read_block, r, e) < 0)
			return -1;
		p->end = r->n;
	}
	if (r->words)
		score_words(r);
	return 0;
}

size_t recall_place(const struct recall *r, int64_t row)
{
	for (size_t i = 0; i < r->parts; i++) {
		size_t from = r->part[i].first, to = r->part[i].end;

		while (from < to) {
			size_t mid = from + (to - from) / 2;

			if (r->row[mid] < row)
				from = mid + 1;
			else
				to = mid;
		}
		if (from < r->part[i].end && r->row[from] == row)
			return from;
	}
	return RECALL_NOWHERE;
}
