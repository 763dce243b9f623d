/*
 * The least that an exact search of vectors costs: a bare scan of one-byte codes in memory, the best
 * RESCORED compared again as float32.
 *
 *	scan time [PLAN…]	microseconds of a question: by the clock, and of processor
 *	scan found [PLAN…]	recall@10, over up to 200 questions
 *	scan exact [PLAN…]	the true top 10, by float32: {"id":…,"relevant":[…]}
 *
 * time prints medians over the questions, of the faster of two loops over the codes: one that the
 * compiler makes, and the library's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "jw.h"
#include "made.h"
#include "mem.h"
#include "ndjson.h"
#include "top.h"
#include "vector.h"

enum { K = 10, RESCORED = 40, CHECKED = 200 };

static struct made_plan plan;
static struct made *made;
static float *all, *scales, *near;
static int8_t *codes;
static size_t n; /* dimensions */

typedef void scan_loop(const float *, const int8_t *, const float *, size_t, size_t, float *);

__attribute__((target_clones("arch=x86-64-v4", "avx2", "default"), optimize("O3"))) static void
compare(const int8_t *query, const int8_t *code, const float *scale, size_t dimensions,
    size_t count, float *out)
{
	for (size_t i = 0; i < count; i++, code += dimensions) {
		int32_t sum = 0;

		for (size_t k = 0; k < dimensions; k++)
			sum += (int16_t)(query[k] * code[k]);
		out[i] = scale[i] * (float)sum;
	}
}

static void plain_scan(const float *x, const int8_t *code, const float *scale, size_t dimensions,
    size_t count, float *out)
{
	static int8_t query[VECTOR_MAX];
	float own;

	vector_encode(x, dimensions, query, &own);
	compare(query, code, scale, dimensions, count, out);
}

static void library_scan(const float *x, const int8_t *code, const float *scale, size_t dimensions,
    size_t count, float *out)
{
	static int16_t query[VECTOR_MAX];
	float own;

	vector_encode_query(x, dimensions, query, &own);
	vector_scan(query, code, scale, dimensions, count, out);
}

static void make_all(void)
{
	size_t count = (size_t)(plan.collections * plan.each);

	all = mem_grow(NULL, count * n, sizeof *all);
	codes = mem_grow(NULL, count * n, 1);
	scales = mem_array(count, sizeof *scales);
	near = mem_array((size_t)plan.each, sizeof *near);
	for (size_t i = 0; i < count; i++) {
		made_vector(made, i, all + i * n);
		vector_encode(all + i * n, n, codes + i * n, scales + i);
	}
}

/* The first memory of the collection that question q asks. */
static size_t first_of(uint64_t q)
{
	return (size_t)(q % plan.collections * plan.each);
}

static void search(scan_loop *loop, size_t first, const float *x, struct top *best)
{
	static struct top rough;
	size_t each = (size_t)plan.each;

	loop(x, codes + first * n, scales + first, n, each, near);
	top_begin(&rough, RESCORED);
	for (size_t i = 0; i < each; i++)
		if (near[i] > rough.least)
			top_add(&rough, near[i], (uint32_t)i);
	top_begin(best, K);
	for (size_t i = 0; i < rough.n; i++) {
		size_t at = first + rough.best[i].number;

		top_add(best, vector_cosine(x, all + at * n, n), rough.best[i].number);
	}
	top_sort(best);
}

static void exact(size_t first, const float *x, struct top *best)
{
	top_begin(best, K);
	for (size_t i = 0; i < plan.each; i++)
		top_add(best, vector_cosine(x, all + (first + i) * n, n), (uint32_t)i);
	top_sort(best);
}

struct cost {
	double wall, cpu;
};

static struct cost median_us(scan_loop *loop)
{
	size_t count = (size_t)plan.questions;
	double *wall = mem_array(count, sizeof *wall), *cpu = mem_array(count, sizeof *cpu);
	float *x = mem_array(n, sizeof *x);
	struct top best = {0};
	struct cost cost;

	for (uint64_t q = 0; q < plan.questions; q++) {
		int64_t from, from_cpu;

		made_question_vector(made, q, x);
		from = clock_mono();
		from_cpu = clock_cpu();
		search(loop, first_of(q), x, &best);
		cpu[q] = (double)(clock_cpu() - from_cpu) / 1000;
		wall[q] = (double)(clock_mono() - from) / 1000;
	}
	cost = (struct cost){made_median(wall, count), made_median(cpu, count)};
	top_free(&best);
	free(x);
	free(wall);
	free(cpu);
	return cost;
}

static void tell_time(void)
{
	struct cost plain, library;

	median_us(library_scan); /* warms */
	plain = median_us(plain_scan);
	library = median_us(library_scan);
	if (plain.cpu < library.cpu)
		library = plain;
	printf("%.2f %.2f\n", library.wall, library.cpu);
}

static bool among(const struct top *t, uint32_t number)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->best[i].number == number)
			return true;
	return false;
}

static double found_part(void)
{
	struct top best = {0}, truth = {0};
	float *x = mem_array(n, sizeof *x);
	size_t found = 0, of = 0;

	for (uint64_t q = 0; q < plan.questions && q < CHECKED; q++) {
		made_question_vector(made, q, x);
		search(library_scan, first_of(q), x, &best);
		exact(first_of(q), x, &truth);
		for (size_t i = 0; i < truth.n; i++)
			found += among(&best, truth.best[i].number);
		of += truth.n;
	}
	top_free(&best);
	top_free(&truth);
	free(x);
	return (double)found / (double)of;
}

static void tell_exact(void)
{
	struct ndjson_out out;
	struct top truth = {0};
	float *x = mem_array(n, sizeof *x);
	struct err e;
	char name[24];

	ndjson_out_init(&out, STDOUT_FILENO);
	for (uint64_t q = 0; q < plan.questions; q++) {
		made_question_vector(made, q, x);
		exact(first_of(q), x, &truth);
		jw_object(&out.buf);
		snprintf(name, sizeof name, "q%llu", (unsigned long long)q);
		jw_member_cstr(&out.buf, "id", name);
		jw_name(&out.buf, "relevant");
		jw_array(&out.buf);
		for (size_t i = 0; i < truth.n; i++) {
			made_id(first_of(q) + truth.best[i].number, name);
			jw_cstr(&out.buf, name);
		}
		jw_array_end(&out.buf);
		jw_object_end(&out.buf);
		if (ndjson_end(&out, &e) < 0)
			exit(1);
	}
	if (ndjson_flush(&out, &e) < 0)
		exit(1);
	top_free(&truth);
	free(x);
}

int main(int argc, char **argv)
{
	const char *what;

	plan = made_usual;
	while (made_option(argc, argv, "", &plan) != -1)
		;
	what = argv[optind] ? argv[optind] : "";
	n = plan.dimensions;
	made = made_new(&plan);
	make_all();
	if (strcmp(what, "time") == 0)
		tell_time();
	else if (strcmp(what, "found") == 0)
		printf("%.4f\n", found_part());
	else if (strcmp(what, "exact") == 0)
		tell_exact();
	else
		return 2;
	return 0;
}
