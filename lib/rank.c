#include "rank_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "timestamp.h"

void rank_table_begin(struct rank_table *t, size_t n)
{
	unsigned bits = 4;

	while (((size_t)1 << bits) < 2 * n)
		bits++;
	/* After a long query a short one does not pay for emptying a large table. */
	t->cap = (size_t)1 << bits;
	t->shift = 64 - bits;
	if (t->cap > t->room) {
		free(t->slot);
		t->slot = mem_array(t->cap, sizeof *t->slot);
		t->room = t->cap;
	}
	memset(t->slot, 0xff, t->cap * sizeof *t->slot);
}

void rank_table_free(struct rank_table *t)
{
	free(t->slot);
	*t = (struct rank_table){0};
}

struct rank_query *rank_query_new(void)
{
	return mem_array(1, sizeof(struct rank_query));
}

static void free_terms(struct rank_terms *t)
{
	free(t->term);
	free(t->touched);
	rank_table_free(&t->table);
}

void rank_query_free(struct rank_query *q)
{
	if (!q)
		return;
	free(q->place);
	free_terms(&q->words);
	free_terms(&q->pairs);
	free(q->note);
	free(q->hit);
	free(q->order);
	rank_table_free(&q->sessions);
	free(q);
}

void rank_query_begin(struct rank_query *q, int64_t memories, int64_t words)
{
	q->memories = memories > 0 ? memories : 0;
	q->average = memories > 0 && words > 0 ? (double)words / (double)memories : 1;
	q->places = q->words.n = q->pairs.n = q->notes = 0;
	memset(q->filter, 0, sizeof q->filter);
}

void rank_query_add(struct rank_query *q, uint32_t number, int64_t count, bool stop, bool gram)
{
	if (q->places == q->places_cap)
		q->place = mem_more(q->place, q->places, &q->places_cap, sizeof *q->place);
	q->place[q->places++] = (struct rank_place){number, count, stop, gram};
}

/* n of the store's memories have it; a count that is not possible is taken as the nearest that is. */
static float idf(const struct rank_query *q, double n)
{
	double all = (double)q->memories;

	if (n > all)
		n = all;
	return (float)log1p((all - n + 0.5) / (n + 0.5));
}

/* The term with that key, which is made where there is none. */
static uint32_t term_of(struct rank_terms *t, uint64_t key, int64_t count)
{
	struct rank_slot *slot = rank_table_slot(&t->table, key);

	if (slot->value != RANK_NOBODY)
		return slot->value;
	if (t->n == t->cap)
		t->term = mem_more(t->term, t->n, &t->cap, sizeof *t->term);
	t->term[t->n] = (struct rank_term){.number = (uint32_t)key, .count = count};
	*slot = (struct rank_slot){key, (uint32_t)t->n};
	return (uint32_t)t->n++;
}

static uint64_t pair_key(uint32_t first, uint32_t second)
{
	return (uint64_t)first << 32 | second;
}

static void make_room(struct rank_terms *t, size_t n)
{
	t->n = 0;
	rank_table_begin(&t->table, n);
	if (n > t->touched_cap) {
		t->touched = mem_grow(t->touched, n, sizeof *t->touched);
		t->touched_cap = n;
	}
}

bool rank_query_end(struct rank_query *q)
{
	uint32_t before = RANK_NOBODY;

	q->stops = true;
	for (size_t i = 0; i < q->places; i++)
		q->stops = q->stops && q->place[i].stop;
	make_room(&q->words, q->places);
	make_room(&q->pairs, q->places);
	for (size_t i = 0; i < q->places; i++) {
		const struct rank_place *p = &q->place[i];
		uint32_t at = RANK_NOBODY;

		if (p->stop && !q->stops)
			continue;
		if (p->count > 0) {
			at = term_of(&q->words, p->number, p->count);
			q->words.term[at].idf = idf(q, (double)p->count);
			q->filter[p->number % RANK_FILTER] = 1;
		}
		/* Characters have their twos for that. */
		if (p->gram)
			at = RANK_NOBODY;
		if (at != RANK_NOBODY && before != RANK_NOBODY) {
			int64_t rarer = q->words.term[before].count;

			term_of(
			    &q->pairs, pair_key(before, at), p->count < rarer ? p->count : rarer);
		}
		before = at;
	}
	return q->words.n > 0;
}

/*
 * The places of the block's terms that may be the query's, for most are not. No branch depends on
 * what they are: a guess that goes wrong would cost more than all the rest.
 */
static size_t find_hits(struct rank_query *q, const struct memory_block *b)
{
	uint32_t terms = b->n ? b->end[b->n - 1] : 0;
	uint32_t *hit;
	size_t n = 0;

	if (terms > q->hits_cap) {
		q->hits_cap = (size_t)terms + terms / 2;
		q->hit = mem_grow(q->hit, q->hits_cap, sizeof *q->hit);
	}
	hit = q->hit;
	for (uint32_t i = 0; i < terms; i++) {
		hit[n] = i;
		n += q->filter[MEMORY_TERM_NUMBER(b->term[i]) % RANK_FILTER];
	}
	return n;
}

static void count_term(struct rank_terms *t, uint32_t at)
{
	if (t->term[at].times++ == 0)
		t->touched[t->touched_n++] = at;
}

/* Do only stop words stand between the two places? */
static bool beside(const struct rank_query *q, const uint32_t *term, uint32_t from, uint32_t to)
{
	for (from++; from < to; from++)
		if (q->stops || !(term[from] & MEMORY_TERM_STOP))
			return false;
	return true;
}

/* Counts what the hits of one memory are. */
static void count_hits(struct rank_query *q, const uint32_t *term, const uint32_t *hit, size_t n)
{
	uint32_t before = RANK_NOBODY, before_at = 0;

	q->words.touched_n = q->pairs.touched_n = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t t = term[hit[i]], at;

		if ((t & MEMORY_TERM_STOP) && !q->stops)
			continue;
		at = rank_table_slot(&q->words.table, MEMORY_TERM_NUMBER(t))->value;
		if (at == RANK_NOBODY)
			continue;
		count_term(&q->words, at);
		if (q->pairs.n > 0 && before != RANK_NOBODY && beside(q, term, before_at, hit[i])) {
			uint32_t pair =
			    rank_table_slot(&q->pairs.table, pair_key(before, at))->value;

			if (pair != RANK_NOBODY)
				count_term(&q->pairs, pair);
		}
		before = at;
		before_at = hit[i];
	}
}

/* How much the n-th time adds less than the one before it, and a long text less than a short one. */
static float saturated(const struct rank_query *q, uint32_t times, uint32_t length)
{
	double k = RANK_K1 * (1 - RANK_B + RANK_B * length / q->average);

	return (float)(times * (RANK_K1 + 1) / (times + k));
}

static void note_pair(struct rank_query *q, uint32_t memory, uint32_t pair, float part)
{
	if (q->notes == q->notes_cap)
		q->note = mem_more(q->note, q->notes, &q->notes_cap, sizeof *q->note);
	q->note[q->notes++] = (struct rank_note){memory, pair, part};
}

/* The score of the memory that was counted; what was counted is emptied. */
static float score_memory(struct rank_query *q, uint32_t memory, uint32_t length)
{
	double score = 0;

	for (size_t i = 0; i < q->words.touched_n; i++) {
		struct rank_term *t = &q->words.term[q->words.touched[i]];

		score += (double)t->idf * saturated(q, t->times, length);
		t->times = 0;
	}
	for (size_t i = 0; i < q->pairs.touched_n; i++) {
		struct rank_term *t = &q->pairs.term[q->pairs.touched[i]];

		note_pair(q, memory, q->pairs.touched[i], saturated(q, t->times, length));
		t->seen++;
		t->times = 0;
	}
	return (float)score;
}

void rank_block(struct rank_query *q, const struct memory_block *b, float *score, uint32_t first)
{
	size_t hits = find_hits(q, b), at = 0;

	for (size_t i = 0; i < b->n; i++) {
		size_t from = at;

		while (at < hits && q->hit[at] < b->end[i])
			at++;
		score[i] = 0;
		if (at == from)
			continue;
		count_hits(q, b->term, q->hit + from, at - from);
		score[i] = score_memory(q, first + (uint32_t)i, b->length[i]);
	}
}

void rank_pairs(struct rank_query *q, int64_t memories, float *score)
{
	for (size_t i = 0; i < q->pairs.n; i++) {
		struct rank_term *t = &q->pairs.term[i];
		double n = (double)t->seen;

		if (memories > 0 && memories < q->memories)
			n *= (double)q->memories / (double)memories;
		if (n > (double)t->count)
			n = (double)t->count;
		t->idf = idf(q, n);
	}
	for (size_t i = 0; i < q->notes; i++) {
		const struct rank_note *note = &q->note[i];

		score[note->memory] +=
		    (float)RANK_PAIR * q->pairs.term[note->pair].idf * note->part;
	}
}

double rank_fused(size_t place)
{
	return 1 / (RANK_FUSION + 1 + (double)place);
}

double rank_recency(int64_t at, int64_t time, int64_t half_life_ms)
{
	double age = (double)at - (double)time;

	if (time == TIMESTAMP_NONE)
		return 0;
	if (!(age > 0))
		return 1;
	return half_life_ms > 0 ? exp2(-age / (double)half_life_ms) : 0;
}
