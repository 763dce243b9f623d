#include <math.h>

#include "recall_impl.h"
#include "timestamp.h"
#include "vector.h"

/* What is not told is neither important nor unimportant. */
#define IMPORTANCE_NOT_TOLD 5

/* Memories are offered from the last on: of those that are equal the later added comes first. */
static uint32_t number_of(const struct recall *r, size_t at)
{
	return (uint32_t)(r->n - 1 - at);
}

static size_t place_of(const struct recall *r, const struct top_one *one)
{
	return r->n - 1 - one->number;
}

int recall_rescore(struct recall *r, size_t at, struct err *e)
{
	int got;

	if ((r->state[at] & RECALL_EXACT) || r->cosine[at] <= RECALL_NO_VECTOR)
		return 0;
	got = memory_vector(r->m, r->row[at], r->x, e);
	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(
		    e, "damaged: memory %lld has a code, and no vector", (long long)r->row[at]);
	r->exact[at] = vector_cosine(r->q->vector, r->x, r->dimensions);
	r->state[at] |= RECALL_EXACT;
	r->compared = true;
	return 0;
}

/* The best by one score alone, of those above a least, best first. */
static void fill_pool(struct recall *r, const float *score, float above, size_t size)
{
	top_begin(&r->pool, size);
	for (size_t i = r->n; i-- > 0;)
		if (score[i] > above && (double)score[i] > r->pool.least &&
		    !(r->state[i] & RECALL_OUTSIDE))
			top_add(&r->pool, score[i], number_of(r, i));
	top_sort(&r->pool);
}

/*
 * How far a cosine by codes of that scale is off, at most. A number is off by half a step, and the scale
 * is a step for a vector of length 1: what is off in the memory's vector changes the cosine by half a
 * step times the sum of the query's numbers if all roundings lean one way. Where they are spread evenly,
 * it is by more than ROUNDINGS steps less than once in 10^10 times, however many they are: their sum is
 * sub-Gaussian with a variance of a twelfth of a step (Arbel et al., On Strict Sub-Gaussianity, 2020).
 * The other way round it is next to nothing: half a step of the query's finer codes times the square
 * root of the dimensions. Floats add their own little.
 */
#define ROUNDINGS 2.0

static double code_error(const struct recall *r, float scale)
{
	double root = sqrt((double)r->dimensions), query = (double)r->query_scale / 2;
	double steps = fmin(r->query_sum / 2, ROUNDINGS);

	return steps * (double)scale + query * root * (1 + root * (double)scale / 2) + 1e-5;
}

/*
 * t holds the best by codes, in order. Compares the floats of those that could be among the best so
 * many (or of all); by is what a cosine counts for in the score. 1: no other could be; 0: perhaps one
 * behind t.
 */
static int rescore(struct recall *r, const struct top *t, double by,
    double (*score)(const struct recall *r, size_t at), struct err *e)
{
	double most = by * code_error(r, r->scale_most);

	top_begin(&r->sure, r->wanted);
	for (size_t i = 0; i < t->n; i++) {
		size_t at = place_of(r, &t->best[i]);
		double behind = r->sure.n == r->wanted ? r->sure.least - t->best[i].score : -1;

		if (behind > most)
			return 1;
		if (behind > by * code_error(r, r->scale[at]))
			continue;
		if (recall_rescore(r, at, e) < 0)
			return -1;
		top_add(&r->sure, score(r, at), t->best[i].number);
	}
	return r->wanted >= t->k;
}

/* Puts what t holds in order anew. Each place is read before it can be written. */
static void reorder(
    struct recall *r, struct top *t, double (*score)(const struct recall *r, size_t at))
{
	size_t n = t->n;

	top_begin(t, t->k);
	for (size_t i = 0; i < n; i++) {
		uint32_t number = t->best[i].number;

		top_add(t, score(r, r->n - 1 - number), number);
	}
	top_sort(t);
}

static int fill_vector_pool(struct recall *r, size_t size, struct err *e)
{
	fill_pool(r, r->cosine, RECALL_NO_VECTOR, size);
	if (rescore(r, &r->pool, 1, recall_cosine, e) < 0)
		return -1;
	reorder(r, &r->pool, recall_cosine);
	return 0;
}

static void fuse_pool(struct recall *r, unsigned by)
{
	for (size_t i = 0; i < r->pool.n; i++) {
		size_t at = place_of(r, &r->pool.best[i]);

		r->relevance[at] += (float)rank_fused(i);
		r->state[at] |= (uint8_t)by;
	}
}

static int fuse(struct recall *r, size_t size, struct err *e)
{
	memset(r->relevance, 0, r->n * sizeof *r->relevance);
	fill_pool(r, r->score, 0, size);
	fuse_pool(r, RECALL_BY_WORDS);
	if (fill_vector_pool(r, size, e) < 0)
		return -1;
	fuse_pool(r, RECALL_BY_VECTOR);
	return 0;
}

static void mark_words(uint8_t *restrict state, const float *restrict score, size_t n)
{
	for (size_t i = 0; i < n; i++)
		state[i] |= (uint8_t)(score[i] > 0 ? RECALL_BY_WORDS : 0);
}

static int find_relevance(struct recall *r, size_t size, struct err *e)
{
	if (r->n == 0)
		return 0;
	if (r->words && r->vectors)
		return fuse(r, size, e);
	if (r->words) {
		memcpy(r->relevance, r->score, r->n * sizeof *r->score);
		mark_words(r->state, r->score, r->n);
	} else if (!r->vectors) {
		memset(r->relevance, 0, r->n * sizeof *r->relevance);
	}
	return 0;
}

static bool by_vector_alone(const struct recall *r)
{
	return r->vectors && !r->words;
}

/* Not yet scaled. Of vectors that point away from the query it is negative: they keep their order. */
static double raw_relevance(const struct recall *r, size_t at)
{
	if (!by_vector_alone(r))
		return (double)r->relevance[at];
	return r->cosine[at] > RECALL_NO_VECTOR ? recall_cosine(r, at) : 0;
}

static double importance_of(const struct recall *r, size_t at)
{
	/* Not a number is not told either. */
	return r->importance[at] > 0 ? (double)r->importance[at] : IMPORTANCE_NOT_TOLD;
}

static double recency_of(const struct recall *r, int64_t seen)
{
	return rank_recency(r->now, seen, r->o.half_life);
}

/* What the candidates have, from the least to the greatest. */
struct span {
	int64_t first, last;
	float least, greatest;
};

/* One look at each; what is no candidate is not seen. */
static struct span find_span(struct recall *r)
{
	const int64_t *seen = r->seen;
	const float *importance = r->importance;
	struct span s = {INT64_MAX, INT64_MIN, INFINITY, -INFINITY};
	size_t candidates = 0;

	for (size_t i = 0; i < r->n; i++) {
		float told = importance[i] > 0 ? importance[i] : IMPORTANCE_NOT_TOLD;

		if (!recall_candidate(r, i))
			continue;
		candidates++;
		s.first = seen[i] < s.first ? seen[i] : s.first;
		s.last = seen[i] > s.last ? seen[i] : s.last;
		s.least = told < s.least ? told : s.least;
		s.greatest = told > s.greatest ? told : s.greatest;
	}
	r->candidates = candidates;
	return s;
}

/* Vectors alone: without a call for each, for there may be a hundred thousand. */
static double most_by_vector(const struct recall *r)
{
	const uint8_t *state = r->state;
	const float *cosine = r->cosine;
	float most = 0;
	double exact = 0;

	if (!r->compared && r->o.since == TIMESTAMP_NONE && r->o.until == TIMESTAMP_NONE)
		return (double)r->cosine_most;
	for (size_t i = 0; i < r->n; i++)
		if ((state[i] & (RECALL_OUTSIDE | RECALL_EXACT)) == 0)
			most = cosine[i] > most ? cosine[i] : most;
		else if ((state[i] & RECALL_OUTSIDE) == 0)
			exact = r->exact[i] > exact ? r->exact[i] : exact;
	return (double)most > exact ? (double)most : exact;
}

static double find_most(const struct recall *r)
{
	double most = 0;

	if (by_vector_alone(r))
		return most_by_vector(r);
	for (size_t i = 0; i < r->n; i++)
		if (recall_candidate(r, i) && (double)r->relevance[i] > most)
			most = (double)r->relevance[i];
	return most;
}

/*
 * The scales that all candidates share. What is the same for all of them decides nothing, and takes
 * no part in the mean.
 */
static void find_scales(struct recall *r)
{
	struct span s = find_span(r);

	/* The latest, where no time is told: scaled, what is recent is the same at any time after that. */
	r->now = r->o.at != TIMESTAMP_NONE ? r->o.at : r->q->time;
	if (r->now == TIMESTAMP_NONE && r->candidates)
		r->now = s.last;
	r->most = find_most(r);
	r->recency = recency_of(r, s.first);
	r->recency_span = r->candidates ? recency_of(r, s.last) - r->recency : 0;
	r->importance_least = (double)s.least;
	r->importance_span = r->candidates ? (double)s.greatest - (double)s.least : 0;
	r->weight = r->o.relevance + (r->recency_span > 0 ? r->o.recency : 0) +
	    (r->importance_span > 0 ? r->o.importance : 0);
}

static double clamped(double x)
{
	return x > 1 ? 1 : x > 0 ? x : 0;
}

static double relevance_of(const struct recall *r, size_t at)
{
	return raw_relevance(r, at) / (r->most > 0 ? r->most : 1);
}

double recall_score(const struct recall *r, size_t at, struct recall_parts *p)
{
	double relevance = relevance_of(r, at);

	p->relevance = clamped(relevance);
	p->recency = r->recency_span > 0
	    ? clamped((recency_of(r, r->seen[at]) - r->recency) / r->recency_span)
	    : 0;
	p->importance = r->importance_span > 0
	    ? clamped((importance_of(r, at) - r->importance_least) / r->importance_span)
	    : 0;
	if (!(r->weight > 0))
		return 0;
	return (r->o.relevance * relevance + r->o.recency * p->recency +
		   r->o.importance * p->importance) /
	    r->weight;
}

/* The relevance below which not even the most recent and important one would reach that score. */
static double cut_of(const struct recall *r, double score)
{
	double most = r->most > 0 ? r->most : 1;

	if (!(r->o.relevance > 0) || !(r->weight > 0))
		return -INFINITY;
	return (score * r->weight - r->o.recency - r->o.importance) * most / r->o.relevance - 1e-9;
}

/* The best so far by all that counts, best first; those that could not be among them are not looked at closer. */
static void fill_best(struct recall *r, size_t size)
{
	const float *quick = by_vector_alone(r) ? r->cosine : r->relevance;
	double off = r->compared ? code_error(r, r->scale_most) : 0;
	struct recall_parts p;
	double cut = -INFINITY;

	top_begin(&r->best, size);
	for (size_t i = r->n; i-- > 0;) {
		/* Without a vector it is not relevant, and may be recent. */
		double about = quick[i] > RECALL_NO_VECTOR ? (double)quick[i] : 0;

		if (about < cut || !recall_candidate(r, i))
			continue;
		top_add(&r->best, recall_score(r, i, &p), number_of(r, i));
		cut = cut_of(r, r->best.least) - off;
	}
	top_sort(&r->best);
}

static double whole_score(const struct recall *r, size_t at)
{
	struct recall_parts p;

	return recall_score(r, at, &p);
}

/*
 * Those behind the best by codes that could be among them all the same: where many are nearly as near,
 * a code cannot tell, and one look at all finds them sooner than a longer list.
 */
static int rescore_rest(struct recall *r, struct err *e)
{
	double none = code_error(r, 0), step = code_error(r, 1) - none;
	double cut = cut_of(r, r->sure.least) - none;

	/* Where likeness does not count, what it is off does not either. */
	if (!(r->o.relevance > 0))
		return 0;
	for (size_t i = r->n; i-- > 0;) {
		if ((double)r->cosine[i] + step * (double)r->scale[i] < cut ||
		    (r->state[i] & RECALL_EXACT) || !recall_candidate(r, i))
			continue;
		if (recall_rescore(r, i, e) < 0)
			return -1;
		top_add(&r->sure, whole_score(r, i), number_of(r, i));
		cut = cut_of(r, r->sure.least) - none;
	}
	return 0;
}

/* The best so far, where a code's cosine is not good enough. */
static int rescore_best(struct recall *r, size_t size, struct err *e)
{
	double scale = (r->most > 0 ? r->most : 1) * r->weight;
	int got = rescore(r, &r->best, scale > 0 ? r->o.relevance / scale : 0, whole_score, e);

	if (got < 0 || (got == 0 && r->best.n == size && rescore_rest(r, e) < 0))
		return -1;
	/* Floats change how relevant they are, and nothing else. */
	r->most = find_most(r);
	if (got)
		reorder(r, &r->best, whole_score);
	else
		fill_best(r, size);
	return 0;
}

int recall_select(struct recall *r, size_t size, struct err *e)
{
	if (find_relevance(r, size, e) < 0)
		return -1;
	find_scales(r);
	fill_best(r, size);
	return by_vector_alone(r) ? rescore_best(r, size, e) : 0;
}
