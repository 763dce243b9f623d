#include "made.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "rng.h"

enum { WORDS = 20000, LONGEST = 16, SHORTEST_TEXT = 8, LONGEST_TEXT = 20, RARE = 4 };

static const float noise = 0.3F;

static const char *const common[] = {"the", "of", "and", "to", "a", "in", "is", "i", "that", "it",
    "was", "you", "for", "he", "on", "with", "as", "his", "they", "be", "at", "she", "have", "not",
    "this", "but", "had", "by", "her", "from", "we", "my", "are", "or", "there", "what", "all",
    "were", "when", "your", "said", "so", "if", "me", "who", "no", "him", "them", "then", "would",
    "will", "could", "been", "one", "has", "their", "about", "out", "up", "more", "do", "never",
    "before", "where", "how", "after", "again", "now", "did", "must", "only", "some", "than", "any",
    "our", "here", "why", "very", "because", "over", "down", "off", "its", "may", "too", "once",
    "until", "while", "should", "nothing"};

enum { COMMON = sizeof common / sizeof *common, ALL = COMMON + WORDS };

struct made {
	struct made_plan plan;
	float *centres;
	char (*words)[LONGEST];
	double *up_to; /* of each word's rank, the share of all text */
	uint64_t vector_key, text_key, question_key;
};

const struct made_plan made_usual = {
    .collections = 1, .each = 1000, .questions = 1000, .dimensions = 384, .seed = 1};

_Noreturn static void usage(const char *program)
{
	fprintf(stderr,
	    "usage: %s [-c COLLECTIONS] [-n EACH] [-q QUESTIONS] [-d DIMENSIONS] [-s SEED] "
	    "[-k gaussian|clustered] …\n",
	    program);
	exit(2);
}

static uint64_t number(const char *text, const char *program)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (n == 0 || *end)
		usage(program);
	return n;
}

int made_option(int argc, char **argv, const char *own, struct made_plan *plan)
{
	char letters[64];
	int c;

	snprintf(letters, sizeof letters, "c:n:q:d:s:k:%s", own);
	while ((c = getopt(argc, argv, letters)) != -1)
		switch (c) {
		case 'c':
			plan->collections = number(optarg, argv[0]);
			break;
		case 'n':
			plan->each = number(optarg, argv[0]);
			break;
		case 'q':
			plan->questions = number(optarg, argv[0]);
			break;
		case 'd':
			plan->dimensions = (size_t)number(optarg, argv[0]);
			break;
		case 's':
			plan->seed = number(optarg, argv[0]);
			break;
		case 'k':
			plan->clustered = strcmp(optarg, "clustered") == 0;
			if (!plan->clustered && strcmp(optarg, "gaussian") != 0)
				usage(argv[0]);
			break;
		case '?':
			usage(argv[0]);
		default:
			return c;
		}
	return -1;
}

/* Box and Muller 1958. */
static void gaussian(struct rng *r, float *x, size_t n)
{
	for (size_t i = 0; i < n; i += 2) {
		uint64_t bits = rng_next(r);
		float u = (float)((bits >> 40) + 1) * 0x1p-24F;
		float angle = (float)(bits & 0xffffff) * (0x1p-24F * 6.2831853F);
		float radius = sqrtf(-2 * logf(u));

		x[i] = radius * cosf(angle);
		if (i + 1 < n)
			x[i + 1] = radius * sinf(angle);
	}
}

static void one_vector(const struct made *m, uint64_t key, uint64_t i, float *x)
{
	struct rng r = {rng_at(key, i)};
	size_t n = m->plan.dimensions;

	if (!m->plan.clustered) {
		gaussian(&r, x, n);
		return;
	}
	const float *centre = m->centres + rng_below(&r, MADE_CENTRES) * n;

	gaussian(&r, x, n);
	for (size_t k = 0; k < n; k++)
		x[k] = centre[k] + noise * x[k];
}

/* Two to four syllables; some come twice, which does no harm. */
static void make_word(struct rng *r, char word[LONGEST])
{
	static const char *const begin[] = {"b", "br", "d", "dr", "f", "g", "gr", "h", "k", "l",
	    "m", "n", "p", "r", "s", "st", "t", "th", "v", "w"};
	static const char *const middle[] = {"a", "e", "i", "o", "u", "ai", "ea", "oo"};
	static const char *const end[] = {"", "", "", "l", "n", "r", "s", "m"};
	size_t syllables = 2 + (size_t)rng_below(r, 2);

	word[0] = '\0';
	for (size_t i = 0; i < syllables; i++) {
		size_t len = strlen(word);

		snprintf(word + len, LONGEST - len, "%s%s%s", begin[rng_below(r, 20)],
		    middle[rng_below(r, 8)], end[rng_below(r, 8)]);
	}
}

struct made *made_new(const struct made_plan *plan)
{
	struct made *m = mem_array(1, sizeof *m);
	struct rng r = {rng_key(plan->seed, slice_str("words"))};
	double sum = 0;

	m->plan = *plan;
	m->vector_key = rng_key(plan->seed, slice_str("vectors"));
	m->text_key = rng_key(plan->seed, slice_str("texts"));
	m->question_key = rng_key(plan->seed, slice_str("questions"));
	m->words = mem_array(ALL, sizeof *m->words);
	m->up_to = mem_array(ALL, sizeof *m->up_to);
	for (size_t i = 0; i < ALL; i++) {
		if (i < COMMON)
			snprintf(m->words[i], LONGEST, "%s", common[i]);
		else
			make_word(&r, m->words[i]);
		sum += 1 / (double)(i + 1);
		m->up_to[i] = sum;
	}
	for (size_t i = 0; i < ALL; i++)
		m->up_to[i] /= sum;
	if (plan->clustered) {
		r.state = rng_key(plan->seed, slice_str("centres"));
		m->centres = mem_array(MADE_CENTRES * plan->dimensions, sizeof *m->centres);
		gaussian(&r, m->centres, MADE_CENTRES * plan->dimensions);
	}
	return m;
}

void made_vector(struct made *m, uint64_t i, float *x)
{
	one_vector(m, m->vector_key, i, x);
}

void made_question_vector(struct made *m, uint64_t q, float *x)
{
	one_vector(m, m->question_key, q, x);
}

static size_t draw_word(const struct made *m, struct rng *r)
{
	double u = rng_unit(r);
	size_t low = 0, high = ALL - 1;

	while (low < high) {
		size_t at = (low + high) / 2;

		if (m->up_to[at] < u)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

static size_t draw_text(const struct made *m, uint64_t i, size_t word[LONGEST_TEXT])
{
	struct rng r = {rng_at(m->text_key, i)};
	size_t n = SHORTEST_TEXT + (size_t)rng_below(&r, LONGEST_TEXT - SHORTEST_TEXT + 1);

	for (size_t k = 0; k < n; k++)
		word[k] = draw_word(m, &r);
	return n;
}

static void put_word(const struct made *m, size_t word, const char *before, struct buf *b)
{
	buf_str(b, before);
	buf_str(b, m->words[word]);
}

void made_text(struct made *m, uint64_t i, struct buf *b)
{
	size_t word[LONGEST_TEXT];
	size_t n = draw_text(m, i, word);

	for (size_t k = 0; k < n; k++)
		put_word(m, word[k], k ? " " : "", b);
	buf_byte(b, '.');
}

void made_question_text(struct made *m, uint64_t q, struct buf *b)
{
	struct rng r = {rng_at(m->question_key, q) + 1};
	uint64_t i = q % m->plan.collections * m->plan.each + rng_below(&r, m->plan.each);
	size_t word[LONGEST_TEXT], rare = 0;
	size_t n = draw_text(m, i, word);

	put_word(m, rng_below(&r, COMMON), "", b);
	for (size_t k = 0; k < n && rare < RARE; k++) {
		if (word[k] < COMMON)
			continue;
		put_word(m, word[k], " ", b);
		put_word(m, rng_below(&r, COMMON), " ", b);
		rare++;
	}
	buf_byte(b, '?');
}

void made_npc(uint64_t collection, char name[24])
{
	snprintf(name, 24, "c%05llu", (unsigned long long)collection);
}

void made_id(uint64_t i, char name[24])
{
	snprintf(name, 24, "m%llu", (unsigned long long)i);
}

void made_free(struct made *m)
{
	free(m->centres);
	free(m->words);
	free(m->up_to);
	free(m);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double made_median(double *took, size_t n)
{
	qsort(took, n, sizeof *took, by_size);
	return n ? took[n / 2] : 0;
}
