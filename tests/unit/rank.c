#include "rank.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "rng.h"
#include "timestamp.h"

enum { MOST = 400, TERMS = 40, ALL = MOST * TERMS };

/* A collection by hand: each memory's terms, as a block has them. */
static struct {
	uint32_t n;
	uint32_t end[MOST], term[ALL], length[MOST];
	float score[MOST], out[MOST];
} have;

static struct rng rng = {1};

static bool about(double a, double b)
{
	return fabs(a - b) <= 1e-5 * (1 + fabs(b));
}

static uint32_t plain(uint32_t number)
{
	return number << 2;
}

static uint32_t stop(uint32_t number)
{
	return number << 2 | MEMORY_TERM_STOP;
}

static void add_memory(const uint32_t *term, uint32_t n, uint32_t length)
{
	uint32_t at = have.n ? have.end[have.n - 1] : 0;

	memcpy(have.term + at, term, n * sizeof *term);
	have.end[have.n] = at + n;
	have.length[have.n++] = length;
}

#define MEMORY(length, ...)                                                                        \
	add_memory((uint32_t[]){__VA_ARGS__}, sizeof(uint32_t[]){__VA_ARGS__} / 4, length)

/* Scores them in blocks of so many. */
static void run(struct rank_query *q, uint32_t at_once)
{
	static uint32_t end[MOST];

	for (uint32_t first = 0; first < have.n; first += at_once) {
		uint32_t n = have.n - first < at_once ? have.n - first : at_once;
		uint32_t base = first ? have.end[first - 1] : 0;
		struct memory_block b = {
		    .n = n, .length = have.length + first, .end = end, .term = have.term + base};

		for (uint32_t i = 0; i < n; i++)
			end[i] = have.end[first + i] - base;
		rank_block(q, &b, have.score + first, first);
	}
	rank_pairs(q, have.n, have.score);
}

static void by_hand(void)
{
	struct rank_query *q = rank_query_new();

	check_test("BM25 as it was worked out by hand");
	have.n = 0;
	MEMORY(4, plain(1), plain(7), plain(1), plain(8));
	MEMORY(2, plain(2), stop(3), plain(9));
	MEMORY(2, plain(9), plain(8));
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 1, 10, false, false);
	rank_query_add(q, 0, 0, false, false);
	rank_query_add(q, 2, 50, false, false);
	rank_query_add(q, 3, 90, true, false);
	CHECK(rank_query_end(q));
	run(q, 3);
	/* ln(1 + 90.5 / 10.5) = 2.263745; 2 * 1.4 / (2 + 0.4) = 1.166667 */
	CHECK(about(have.score[0], 2.641036));
	/* ln(1 + 50.5 / 50.5) = 0.693147; 1.4 / (1 + 0.4 * 0.95) = 1.014493 */
	CHECK(about(have.score[1], 0.703193));
	CHECK(have.score[2] == 0);

	check_test("a term counts once, however often it is asked for");
	rank_query_begin(q, 100, 400);
	for (int i = 0; i < 5; i++) {
		rank_query_add(q, 1, 10, false, false);
		rank_query_add(q, 0, 0, false, false);
	}
	CHECK(rank_query_end(q));
	run(q, 1);
	CHECK(about(have.score[0], 2.641036));

	check_test("stop words count where there is nothing else");
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 3, 90, true, false);
	CHECK(rank_query_end(q));
	run(q, 2);
	CHECK(have.score[1] > 0 && have.score[0] == 0);

	check_test("a stop word of the same stem is not what is asked for");
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 3, 90, false, false);
	CHECK(rank_query_end(q));
	run(q, 2);
	CHECK(have.score[1] == 0);

	check_test("nothing that a memory could have: no score");
	rank_query_begin(q, 100, 400);
	CHECK(!rank_query_end(q));
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 3, 90, true, false);
	rank_query_add(q, 0, 0, false, false);
	CHECK(!rank_query_end(q));
	run(q, 3);
	CHECK(have.score[0] == 0 && have.score[1] == 0);

	check_test("counts that can't be are no harm");
	for (int64_t all = -5; all <= 5; all += 5) {
		rank_query_begin(q, all, all == 5 ? INT64_MAX : all);
		rank_query_add(q, 1, INT64_MAX, false, false);
		rank_query_add(q, 7, 1, false, false);
		CHECK(rank_query_end(q));
		run(q, 3);
		CHECK(isfinite(have.score[0]) && have.score[0] >= 0);
	}
	rank_query_free(q);
	rank_query_free(NULL);
}

/* The score of a query of the words 1 and 2 (10 memories have each) on what is there. */
static void ask_two(struct rank_query *q, bool between)
{
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 1, 10, false, false);
	if (between)
		rank_query_add(q, 3, 90, true, false);
	rank_query_add(q, 2, 10, false, false);
	CHECK(rank_query_end(q));
	run(q, 2);
}

static void pairs(void)
{
	struct rank_query *q = rank_query_new();
	double alone = 2 * 2.263745, pair;

	check_test("two words beside each other score as a term of their own");
	have.n = 0;
	MEMORY(4, plain(1), plain(2));
	MEMORY(4, plain(1), stop(3), stop(4), plain(2));
	MEMORY(4, plain(2), plain(1));
	MEMORY(4, plain(1), plain(9), plain(2));
	MEMORY(4, plain(5), plain(1));
	MEMORY(4, plain(2), plain(5));
	ask_two(q, false);
	/* In 2 of 6: 33 of 100, but 10 have the rarer of the two. */
	pair = RANK_PAIR * 2.263745;
	CHECK(about(have.score[0], alone + pair));
	CHECK(about(have.score[1], alone + pair));
	CHECK(about(have.score[2], alone));
	CHECK(about(have.score[3], alone));
	CHECK(about(have.score[4], alone / 2));
	CHECK(about(have.score[5], alone / 2));

	check_test("… also with a stop word between them in the query");
	ask_two(q, true);
	CHECK(about(have.score[0], alone + pair));

	check_test("… or where a pair is rare in the collection, in proportion");
	rank_query_begin(q, 12, 48);
	rank_query_add(q, 1, 6, false, false);
	rank_query_add(q, 2, 5, false, false);
	CHECK(rank_query_end(q));
	run(q, 4);
	/* 2 of 6 are 4 of 12: ln(1 + 8.5 / 4.5) */
	CHECK(about(have.score[0] - have.score[2], RANK_PAIR * 1.0608720));

	check_test("a word that the store does not know parts a pair");
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 1, 10, false, false);
	rank_query_add(q, 0, 0, false, false);
	rank_query_add(q, 2, 10, false, false);
	CHECK(rank_query_end(q));
	run(q, 6);
	CHECK(about(have.score[0], alone));

	check_test("characters make no pairs, and part them");
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 1, 10, false, true);
	rank_query_add(q, 2, 10, false, true);
	CHECK(rank_query_end(q));
	run(q, 6);
	CHECK(about(have.score[0], alone));

	check_test("in a query of stop words they are words as any");
	have.n = 0;
	MEMORY(4, stop(1), stop(2));
	MEMORY(4, stop(1), stop(3), stop(2));
	rank_query_begin(q, 100, 400);
	rank_query_add(q, 1, 10, true, false);
	rank_query_add(q, 2, 10, true, false);
	CHECK(rank_query_end(q));
	run(q, 2);
	CHECK(about(have.score[0], alone + pair));
	CHECK(about(have.score[1], alone));
	rank_query_free(q);
}

/* ---- the same, slowly: every term of the query held against every term of every memory. */
struct slow {
	uint32_t number[64];
	int64_t count[64];
	bool stop[64];
	size_t n;
	bool stops;
};

static double slow_idf(double all, double n)
{
	return log(1 + (all - n + 0.5) / (n + 0.5));
}

static double slow_saturated(double times, double length, double average)
{
	return times * 1.4 / (times + 0.4 * (0.9 + 0.1 * length / average));
}

static bool slow_kept(const struct slow *s, uint32_t term)
{
	return s->stops || !(term & MEMORY_TERM_STOP);
}

static uint32_t slow_times(const struct slow *s, size_t i, uint32_t memory, size_t pair_with)
{
	uint32_t from = memory ? have.end[memory - 1] : 0, times = 0, before = UINT32_MAX;

	for (uint32_t j = from; j < have.end[memory]; j++) {
		uint32_t number = MEMORY_TERM_NUMBER(have.term[j]);

		if (!slow_kept(s, have.term[j]))
			continue;
		if (pair_with == SIZE_MAX)
			times += number == s->number[i];
		else
			times += before == s->number[i] && number == s->number[pair_with];
		before = number;
	}
	return times;
}

static bool slow_first(const struct slow *s, size_t i, size_t j)
{
	for (size_t k = 0; k + 1 < s->n && k < i; k++)
		if (s->number[k] == s->number[i] &&
		    (j == SIZE_MAX || s->number[k + 1] == s->number[j]))
			return false;
	return true;
}

static double slow_score(
    const struct slow *s, uint32_t memory, double all, double average, double collection)
{
	double score = 0;

	for (size_t i = 0; i < s->n; i++) {
		uint32_t times = slow_times(s, i, memory, SIZE_MAX);

		if (s->count[i] > 0 && times > 0 && slow_first(s, i, SIZE_MAX))
			score += slow_idf(all, (double)s->count[i]) *
			    slow_saturated(times, have.length[memory], average);
	}
	for (size_t i = 0; i + 1 < s->n; i++) {
		double rarer =
		    (double)(s->count[i] < s->count[i + 1] ? s->count[i] : s->count[i + 1]);
		uint32_t times = slow_times(s, i, memory, i + 1);
		double seen = 0;

		if (rarer <= 0 || times == 0 || !slow_first(s, i, i + 1))
			continue;
		for (uint32_t m = 0; m < have.n; m++)
			seen += slow_times(s, i, m, i + 1) > 0;
		seen *= all / collection;
		score += 0.2 * slow_idf(all, seen < rarer ? seen : rarer) *
		    slow_saturated(times, have.length[memory], average);
	}
	return score;
}

/* A word of a few; those from 16 on are stop words. Far apart, so that the filter is met too. */
static uint32_t word(uint32_t *flags)
{
	uint32_t i = (uint32_t)(rng_unit(&rng) * rng_unit(&rng) * 24);

	*flags = i >= 16 ? MEMORY_TERM_STOP : 0;
	return i % 3 * 4096 + i;
}

static void random_collection(void)
{
	have.n = 0;
	for (int i = 0; i < 120; i++) {
		uint32_t term[TERMS], n = (uint32_t)rng_below(&rng, TERMS), flags;

		for (uint32_t j = 0; j < n; j++)
			term[j] = word(&flags) << 2, term[j] |= flags;
		add_memory(term, n, n);
	}
}

static void against_slow(void)
{
	struct rank_query *q = rank_query_new();
	bool same = true;
	int some = 0;

	check_test("the same as a slow way that knows no tables, on random collections");
	for (int round = 0; round < 300; round++) {
		struct slow s = {.n = rng_below(&rng, 12), .stops = true}, kept;
		double all = 120 + (double)rng_below(&rng, 1000);

		if (round % 30 == 0)
			random_collection();
		rank_query_begin(q, (int64_t)all, (int64_t)(all * 17));
		for (size_t i = 0; i < s.n; i++) {
			uint32_t flags;

			s.number[i] = word(&flags);
			s.stop[i] = flags || round % 7 == 0;
			/* The store's count of a word is the same wherever it stands. */
			s.count[i] = s.number[i] % 5 * 30;
			s.stops = s.stops && s.stop[i];
			rank_query_add(q, s.number[i], s.count[i], s.stop[i], false);
		}
		rank_query_end(q);
		run(q, (uint32_t)rng_below(&rng, 120) + 1);
		kept = s;
		kept.n = 0;
		for (size_t i = 0; i < s.n; i++)
			if (s.stops || !s.stop[i]) {
				kept.number[kept.n] = s.number[i];
				kept.count[kept.n++] = s.count[i];
			}
		for (uint32_t m = 0; m < have.n; m++) {
			double want = slow_score(&kept, m, all, 17, have.n);

			some += want > 0;
			if (!about(have.score[m], want)) {
				printf("# round %d, memory %u: %g, not %g\n", round, m,
				    (double)have.score[m], want);
				same = false;
			}
		}
	}
	CHECK(same && some > 1000);
	rank_query_free(q);
}

static void many_words(void)
{
	enum { MANY = 20000 };
	struct rank_query *q = rank_query_new();
	uint32_t end = MANY, length = MANY, *term = malloc(MANY * sizeof *term);
	struct memory_block b = {.n = 1, .length = &length, .end = &end, .term = term};
	float score = 0, again;

	check_test("20,000 different words, and a short query after them");
	for (uint32_t i = 0; i < MANY; i++)
		term[i] = plain(i * 7);
	rank_query_begin(q, 10, 10 * MANY);
	for (uint32_t i = 0; i < MANY; i++)
		rank_query_add(q, i * 7, 1, false, false);
	CHECK(rank_query_end(q));
	rank_block(q, &b, &score, 0);
	/* ln(1 + 9.5 / 1.5) = 1.99243 */
	CHECK(about(score, MANY * 1.99243));
	rank_pairs(q, 1, &score);
	CHECK(score > (float)(MANY * 1.99243 * 1.19));
	rank_query_begin(q, 10, 10 * MANY);
	rank_query_add(q, 7, 1, false, false);
	CHECK(rank_query_end(q));
	rank_block(q, &b, &again, 0);
	CHECK(about(again, 1.99243));
	free(term);
	rank_query_free(q);
}

enum { FEW = 6 };

static void lend(const int64_t *time, const uint32_t *session, const float *want)
{
	static const float score[FEW] = {1, 10, 100, 1000, 10000, 100000};
	struct rank_query *q = rank_query_new();
	float out[FEW] = {0};

	for (int twice = 0; twice < 2; twice++) {
		memset(out, 0, sizeof out);
		rank_neighbours(q, time, session, FEW, score, out);
	}
	for (int i = 0; i < FEW; i++)
		if (!CHECK(about(out[i], want[i])))
			printf("# memory %d: %g, not %g\n", i, (double)out[i], (double)want[i]);
	rank_query_free(q);
}

#define NO TIMESTAMP_NONE
#define MINUTES *INT64_C(60000)
#define LEND(times, sessions, wants)                                                               \
	lend((const int64_t[FEW])times, (const uint32_t[FEW])sessions, (const float[FEW])wants)
#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static void neighbours(void)
{
	check_test("neighbours in time lend a tenth of their score");
	LEND(ROW(0, 30 MINUTES, 60 MINUTES, 91 MINUTES, 92 MINUTES, 92 MINUTES), ROW(0),
	    ROW(1, 10.1F, 1, 1000, 10100, 1000));

	check_test(
	    "what has no time is in the order of adding, and is no neighbour of what has one");
	LEND(ROW(NO, NO, NO, INT64_MIN + 1, INT64_MAX, INT64_MAX), ROW(0),
	    ROW(1, 10.1F, 1, 0, 10000, 1000));

	check_test("sessions that are told part, however near, and join, however far");
	LEND(ROW(0, 1, 2, 3, 4, INT64_MAX), ROW(7, 7, 8, 8, 9, 9),
	    ROW(1, 0.1F, 100, 10, 10000, 1000));

	check_test("… also when they are mixed in time");
	LEND(ROW(0, 1, 2, 3, 4, 5), ROW(7, 8, 7, 0, 8, 0), ROW(10, 1000, 0.1F, 10000, 1, 100));

	check_test("memories that were not added in the order of time");
	LEND(ROW(5 MINUTES, 4 MINUTES, 3 MINUTES, 2 MINUTES, 1 MINUTES, 0), ROW(0),
	    ROW(1, 10.1F, 101, 1010, 10100, 1000));
	LEND(ROW(0, 50 MINUTES, 50 MINUTES, 20 MINUTES, NO, NO), ROW(0),
	    ROW(100, 110, 1, 1.1F, 10000, 1000));
}

/* Each memory's neighbours are looked for among all. */
static void slow_neighbours(
    const int64_t *time, const uint32_t *session, int n, const float *score, double *out)
{
	for (int i = 0; i < n; i++) {
		int next = -1;

		out[i] += score[i];
		for (int j = 0; j < n; j++) {
			if (j == i || session[j] != session[i] || time[j] < time[i] ||
			    (time[j] == time[i] && j < i))
				continue;
			if (next < 0 || time[j] < time[next] || (time[j] == time[next] && j < next))
				next = j;
		}
		if (next < 0)
			continue;
		if (session[i] == 0 && time[i] != time[next] &&
		    (time[i] == NO || time[next] - time[i] > RANK_SESSION_GAP))
			continue;
		out[i] += 0.1 * score[next];
		out[next] += 0.1 * score[i];
	}
}

static void random_neighbours(void)
{
	enum { N = 200 };
	struct rank_query *q = rank_query_new();
	bool same = true;

	check_test("the same as a slow way, on random times and sessions");
	for (int round = 0; round < 100; round++) {
		int n = (int)rng_below(&rng, N + 1);
		int64_t time[N];
		uint32_t session[N];
		float score[N], out[N];
		double want[N] = {0};

		for (int i = 0; i < n; i++) {
			time[i] = (int64_t)rng_below(&rng, 100) * RANK_SESSION_GAP / 2;
			if (rng_below(&rng, 9) == 0)
				time[i] = NO;
			session[i] = (uint32_t)rng_below(&rng, (uint64_t)round % 9 + 1);
			score[i] = out[i] = (float)rng_unit(&rng);
		}
		rank_neighbours(q, time, session, (size_t)n, score, out);
		slow_neighbours(time, session, n, score, want);
		for (int i = 0; i < n; i++)
			same = same && about(out[i], want[i]);
	}
	CHECK(same);
	rank_query_free(q);
}

static void numbers(void)
{
	check_test("reciprocal rank fusion");
	CHECK(about(rank_fused(0), 1.0 / 61) && about(rank_fused(9), 1.0 / 70));

	check_test("recency halves with each half-life");
	CHECK(rank_recency(1000, 1000, 10) == 1 && rank_recency(1000, 2000, 10) == 1);
	CHECK(about(rank_recency(1000, 990, 10), 0.5) && about(rank_recency(1000, 970, 10), 0.125));
	CHECK(rank_recency(1000, NO, 10) == 0);
	CHECK(rank_recency(INT64_MAX, INT64_MIN + 1, 1) == 0);
	CHECK(rank_recency(NO, 5, 10) == 1);
	CHECK(rank_recency(10, 5, 0) == 0 && rank_recency(10, 10, 0) == 1);
	/* Park et al.: 0.995 an hour. */
	CHECK(fabs(rank_recency(3600000, 0, 138 * INT64_C(3600000)) - 0.995) < 0.0001);
}

int main(void)
{
	by_hand();
	pairs();
	against_slow();
	many_words();
	neighbours();
	random_neighbours();
	numbers();
	return check_done();
}
