/*
 * cast: in every world that ships, that fields are independent in pairs unless a table says
 * otherwise, and that shares are as the weights say. Run from the tree's top.
 */
#include "cast.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "mem.h"

enum { ROWS = 100000, MOST_COLUMNS = 64 };

/*
 * Chi-square over its degrees of freedom, its cube root taken, is nearly normal (Wilson and
 * Hilferty, 1931). Beyond LIMIT is p = 0.001 shared out among 300 pairs; as far below is as odd:
 * fields that mirror each other too well.
 */
#define LIMIT 4.6

/* What all rows drew in one field. */
struct column {
	struct slice name;
	const struct table *table; /* NULL: not from a table with weights */
	size_t values;
	uint32_t *drawn;
};

struct sample {
	struct cast *cast;
	struct column columns[MOST_COLUMNS];
	size_t n;
};

static struct column *add_column(struct sample *s, struct slice name, size_t values)
{
	struct column *c = &s->columns[s->n++];

	*c = (struct column){.name = name, .values = values};
	c->drawn = mem_array(ROWS, sizeof *c->drawn);
	return c;
}

static void add_columns(struct sample *s)
{
	for (unsigned f = 0; f < CAST_FACTORS; f++)
		add_column(s, slice_str(cast_factor(f)), CAST_LEVELS);
	for (size_t f = 0; f < cast_fields(s->cast) && s->n < MOST_COLUMNS; f++) {
		const struct table_field *field = cast_field_at(s->cast, f);

		if (!table_conditional(field->table))
			add_column(s, field->name, table_size(field->table))->table = field->table;
	}
}

static void take_row(struct sample *s, const struct cast_person *p, size_t row)
{
	size_t n = 0;

	for (unsigned f = 0; f < CAST_FACTORS; f++)
		s->columns[n++].drawn[row] = p->level[f];
	for (size_t f = 0; f < cast_fields(s->cast) && n < s->n; f++)
		if (cast_field_at(s->cast, f)->table == s->columns[n].table)
			s->columns[n++].drawn[row] = p->picks[f].entry[0];
}

static void count(const struct column *c, double *counts)
{
	for (size_t i = 0; i < ROWS; i++)
		counts[c->drawn[i]]++;
}

/* How far from chance, in standard deviations. */
static double deviation(const struct column *a, const struct column *b)
{
	double *left = mem_array(a->values, sizeof *left),
	       *right = mem_array(b->values, sizeof *right);
	double *both = mem_array(a->values * b->values, sizeof *both);
	double sum = 0, freedom, rows = 0, columns = 0;

	count(a, left);
	count(b, right);
	for (size_t i = 0; i < ROWS; i++)
		both[a->drawn[i] * b->values + b->drawn[i]]++;
	for (size_t i = 0; i < a->values; i++) {
		rows += left[i] > 0;
		for (size_t k = 0; k < b->values; k++) {
			double want = left[i] * right[k] / ROWS;

			if (want > 0)
				sum += (both[i * b->values + k] - want) *
				    (both[i * b->values + k] - want) / want;
		}
	}
	for (size_t k = 0; k < b->values; k++)
		columns += right[k] > 0;
	free(left);
	free(right);
	free(both);
	freedom = (rows - 1) * (columns - 1);
	if (freedom < 1)
		return 0;
	return (cbrt(sum / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom));
}

static void check_pairs(const struct sample *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct column *a = &s->columns[k], *b = &s->columns[i];
			double off = deviation(a, b);

			if (!CHECK(fabs(off) < LIMIT))
				printf("# %.*s and %.*s: %.1f\n", SLICE_FMT(a->name),
				    SLICE_FMT(b->name), off);
		}
	}
}

/* Rejection bends the shares of later traits, not of the first; the bound is a tenth of a point. */
static void check_shares(const struct column *c)
{
	double *counts = mem_array(c->values, sizeof *counts), sum = 0, worst = 0;

	count(c, counts);
	for (size_t i = 0; i < c->values; i++)
		sum += table_at(c->table, i)->weight;
	for (size_t i = 0; i < c->values; i++)
		worst = fmax(worst, fabs(counts[i] / ROWS - table_at(c->table, i)->weight / sum));
	if (!CHECK(worst < 0.001))
		printf("# %.*s: %.4f\n", SLICE_FMT(c->name), worst);
	free(counts);
}

static bool draw_rows(struct sample *s, uint64_t first)
{
	for (size_t row = 0; row < ROWS; row++) {
		struct err e;
		const struct cast_person *p = cast_person(s->cast, first + row, &e);

		if (!CHECK(p != NULL)) {
			printf("# %s\n", e.text);
			return false;
		}
		take_row(s, p, row);
	}
	return true;
}

/* first: independence must hold far out in a cast, too. */
static void test_world(const struct conf *conf, const char *name, uint64_t seed, uint64_t first)
{
	struct sample s = {0};
	struct err e = {""};
	struct world *w = world_load(conf, slice_str(name), &e);

	check_test(name);
	s.cast = w ? cast_load(conf, w, seed, &e) : NULL;
	if (!CHECK(s.cast != NULL)) {
		printf("# %s\n", e.text);
		world_free(w);
		return;
	}
	add_columns(&s);
	CHECK(s.n >= 12);
	if (draw_rows(&s, first)) {
		check_pairs(&s);
		for (size_t i = CAST_FACTORS; i < s.n; i++)
			check_shares(&s.columns[i]);
	}
	for (size_t i = 0; i < s.n; i++)
		free(s.columns[i].drawn);
	cast_free(s.cast);
	world_free(w);
}

int main(void)
{
	struct conf conf;
	struct err e;

	setenv("NPC_DATA", "data", 1);
	if (conf_load(&conf, &e) < 0) {
		printf("Bail out! %s\n", e.text);
		return 1;
	}
	test_world(&conf, "hansa", 1, 0);
	test_world(&conf, "perihelion", 1, 0);
	test_world(&conf, "fallen-water", 42, UINT64_C(1) << 40);
	conf_free(&conf);
	return check_done();
}
