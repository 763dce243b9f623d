#include "recall.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "recall_impl.h"
#include "timestamp.h"
#include "vector.h"

/* How many at least are looked at; and where two rankings are fused, for which the places below count. */
enum { LEAST = 32, LEAST_FUSED = 100 };

static double weight(double w)
{
	return isfinite(w) && w > 0 ? w : 0;
}

struct recall *recall_new(struct memory *m, const struct recall_options *o)
{
	struct recall *r = mem_array(1, sizeof *r);

	r->m = m;
	r->o = *o;
	r->o.relevance = weight(o->relevance);
	r->o.recency = weight(o->recency);
	r->o.importance = weight(o->importance);
	r->rank = rank_query_new();
	return r;
}

/* ---- the collections */

static int by_collection(const void *a, const void *b)
{
	const struct recall_part *x = a, *y = b;

	if (x->collection != y->collection)
		return x->collection < y->collection ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int last_named_first(const void *a, const void *b)
{
	const struct recall_part *x = a, *y = b;

	return (x->place < y->place) - (x->place > y->place);
}

/* Each collection once, where it was first named; in the columns the last one comes first. */
static void sort_parts(struct recall *r)
{
	size_t n = 0;

	if (r->parts < 2)
		return;
	qsort(r->part, r->parts, sizeof *r->part, by_collection);
	for (size_t i = 1; i < r->parts; i++)
		if (r->part[i].collection != r->part[n].collection)
			r->part[++n] = r->part[i];
	r->parts = n + 1;
	qsort(r->part, r->parts, sizeof *r->part, last_named_first);
}

static int find_parts(struct recall *r, struct err *e)
{
	struct memory_collection c;

	r->parts = 0;
	for (size_t i = 0; i < r->q->npcs; i++) {
		int got = memory_collection(r->m, r->q->npc[i], &c, e);

		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		if (r->parts == r->parts_cap)
			r->part = mem_more(r->part, r->parts, &r->parts_cap, sizeof *r->part);
		r->part[r->parts++] = (struct recall_part){.collection = c.number,
		    .triggers = c.triggers,
		    .memories = c.memories,
		    .vectors = c.vectors,
		    .place = i};
	}
	sort_parts(r);
	if (r->parts > r->collections_cap) {
		r->collection = mem_grow(r->collection, r->parts, sizeof *r->collection);
		r->collections_cap = r->parts;
	}
	return 0;
}

/* ---- the query */

/*
 * Stop words are looked up only where there is nothing else: they are a good half of what people
 * say, and would not count.
 */
static int read_words(struct recall *r, const struct memory_counts *c, struct err *e)
{
	struct words *w = memory_words(r->m);
	bool kept = false;

	words_split(w, r->q->text);
	for (size_t i = 0; i < w->n; i++)
		kept = kept || !w->term[i].stop;
	rank_query_begin(r->rank, c->memories, c->words);
	for (size_t i = 0; i < w->n; i++) {
		uint32_t number = 0;
		int64_t count = 0;

		if (!(kept && w->term[i].stop) &&
		    memory_term(r->m, words_text(w, i), &number, &count, e) < 0)
			return -1;
		rank_query_add(
		    r->rank, number, count, w->term[i].stop, w->term[i].kind != WORDS_WORD);
	}
	r->words = rank_query_end(r->rank);
	return 0;
}

static int bad(struct recall *r)
{
	r->bad = true;
	return -1;
}

static int check_vector(struct recall *r, const struct memory_counts *c, struct err *e)
{
	const struct recall_query *q = r->q;
	bool any = false;

	if ((uint64_t)c->dimensions != q->dimensions) {
		err_set(e, "the vector has %zu dimensions, those of the store have %lld",
		    q->dimensions, (long long)c->dimensions);
		return bad(r);
	}
	if (q->model.len > 0 && c->model[0] && !slice_is(q->model, c->model)) {
		err_set(e, "the vector is of the model '%.*s', those of the store are of '%s'",
		    SLICE_FMT(q->model), c->model);
		return bad(r);
	}
	for (size_t i = 0; i < q->dimensions; i++) {
		if (!isfinite(q->vector[i])) {
			err_set(e, "the vector holds what is no finite number");
			return bad(r);
		}
		any = any || q->vector[i] != 0;
	}
	if (any)
		return 0;
	err_set(e, "the vector is all 0");
	return bad(r);
}

static double sum_of(const float *x, size_t n)
{
	double sum = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		sum += fabs((double)x[i]);
		square += (double)x[i] * (double)x[i];
	}
	return sum / sqrt(square);
}

static int read_vector(struct recall *r, const struct memory_counts *c, struct err *e)
{
	r->vectors = false;
	if (!r->q->vector || r->o.mode == RECALL_LEXICAL || c->dimensions == 0)
		return 0;
	if (check_vector(r, c, e) < 0)
		return -1;
	for (size_t i = 0; i < r->parts; i++)
		r->vectors = r->vectors || r->part[i].vectors > 0;
	if (!r->vectors)
		return 0;
	r->dimensions = r->q->dimensions;
	if (r->dimensions > r->dimensions_cap) {
		r->code = mem_grow(r->code, r->dimensions, sizeof *r->code);
		r->x = mem_grow(r->x, r->dimensions, sizeof *r->x);
		r->dimensions_cap = r->dimensions;
	}
	vector_encode_query(r->q->vector, r->dimensions, r->code, &r->query_scale);
	r->query_sum = sum_of(r->q->vector, r->dimensions);
	return 0;
}

static int read_query(struct recall *r, struct err *e)
{
	struct memory_counts c;

	memory_totals(r->m, &c);
	if (find_parts(r, e) < 0 || read_vector(r, &c, e) < 0)
		return -1;
	r->words = false;
	if (r->vectors && r->o.mode == RECALL_VECTOR)
		return 0;
	return r->parts > 0 ? read_words(r, &c, e) : 0;
}

/* ---- the answer */

static size_t first_size(const struct recall *r)
{
	size_t least = r->vectors && !r->words ? LEAST : LEAST_FUSED,
	       size = recall_further(r->wanted);

	if (!r->vectors && !r->o.where)
		return r->wanted;
	return size > least ? size : least;
}

/*
 * Where some are left out, those behind them must be in the right order too; where too many are,
 * more of the ranking is looked at.
 */
static int rank(struct recall *r, struct err *e)
{
	size_t size;

	r->wanted = r->o.k > SIZE_MAX - r->lore.n ? SIZE_MAX : r->o.k + r->lore.n;
	if (r->o.k == 0)
		return recall_select(r, 0, e);
	size = first_size(r);
	for (;;) {
		bool again;
		int got = recall_select(r, size, e) < 0 ? -1 : recall_walk(r, e);

		if (got < 0)
			return -1;
		again = r->left_out && r->wanted < size;
		if (!again && (got > 0 || r->best.n < size || size >= r->n))
			return 0;
		if (!again)
			size = recall_further(size);
		r->wanted = SIZE_MAX;
	}
}

static int answer(struct recall *r, struct err *e)
{
	if (read_query(r, e) < 0)
		return -1;
	r->n = 0;
	if ((r->words || r->vectors || r->o.weighed) && recall_read(r, e) < 0)
		return -1;
	if (recall_lore(r, e) < 0)
		return -1;
	return rank(r, e);
}

int recall_run(struct recall *r, const struct recall_query *q, struct err *e)
{
	int status;

	r->q = q;
	r->bad = r->words = r->vectors = r->compared = false;
	r->hits = 0;
	if (memory_snapshot(r->m, e) < 0)
		return -1;
	status = answer(r, e);
	memory_release(r->m);
	if (status < 0)
		r->hits = 0;
	r->q = NULL;
	return status;
}

bool recall_bad(const struct recall *r)
{
	return r->bad;
}

const char *recall_how(const struct recall *r)
{
	if (!r->vectors)
		return "lexical";
	return r->words ? "hybrid" : "vector";
}

size_t recall_count(const struct recall *r)
{
	return r->hits;
}

int64_t recall_row(const struct recall *r, size_t i)
{
	return r->hit[i].row;
}

void recall_free(struct recall *r)
{
	if (!r)
		return;
	free(r->part);
	free(r->collection);
	free(r->row);
	free(r->time);
	free(r->seen);
	free(r->session);
	free(r->importance);
	free(r->own);
	free(r->score);
	free(r->cosine);
	free(r->scale);
	free(r->exact);
	free(r->relevance);
	free(r->state);
	free(r->code);
	free(r->x);
	rank_query_free(r->rank);
	lore_free(&r->lore);
	top_free(&r->pool);
	top_free(&r->best);
	top_free(&r->sure);
	free(r->hit);
	buf_free(&r->text);
	json_doc_free(&r->doc);
	buf_free(&r->scratch);
	free(r);
}
