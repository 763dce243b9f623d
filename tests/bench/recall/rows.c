/*
 * Vectors in SQLite as one would put them there at first: a row each, its code a blob, found by an
 * index on the collection, all of them compared, the best 40 again as float32.
 *
 *	rows FILE [PLAN…]
 *
 * Prints the median microseconds of processor of a question. FILE is made anew, and left there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "made.h"
#include "mem.h"
#include "sqlite.h"
#include "top.h"
#include "vector.h"

enum { K = 10, RESCORED = 40 };

static struct made_plan plan;
static struct made *made;
static size_t n; /* dimensions */
static sqlite3 *db;
static float *x, *y;
static int8_t *code;

static void fill(void)
{
	sqlite3_stmt *s, *t;

	sqlite_do(db,
	    "CREATE TABLE code (id INTEGER PRIMARY KEY, npc INTEGER, scale REAL, code BLOB);"
	    "CREATE TABLE vector (id INTEGER PRIMARY KEY, vector BLOB);"
	    "CREATE INDEX code_npc ON code (npc); BEGIN");
	s = sqlite_prepare(db, "INSERT INTO code VALUES (?, ?, ?, ?)");
	t = sqlite_prepare(db, "INSERT INTO vector VALUES (?, ?)");
	for (uint64_t i = 0; i < plan.collections * plan.each; i++) {
		float scale;

		made_vector(made, i, x);
		vector_encode(x, n, code, &scale);
		sqlite3_bind_int64(s, 1, (int64_t)i);
		sqlite3_bind_int64(s, 2, (int64_t)(i / plan.each));
		sqlite3_bind_double(s, 3, (double)scale);
		sqlite_blob(s, 4, code, n);
		sqlite_step(s);
		sqlite3_bind_int64(t, 1, (int64_t)i);
		sqlite_blob(t, 2, x, n * sizeof *x);
		sqlite_step(t);
	}
	sqlite3_finalize(s);
	sqlite3_finalize(t);
	sqlite_do(db, "COMMIT");
}

static void search(sqlite3_stmt *scan, sqlite3_stmt *get, uint64_t collection, struct top *best)
{
	static struct top rough;
	static int16_t query[VECTOR_MAX];
	float scale;

	vector_encode_query(x, n, query, &scale);
	top_begin(&rough, RESCORED);
	sqlite3_bind_int64(scan, 1, (int64_t)collection);
	while (sqlite_step(scan)) {
		float other = (float)sqlite3_column_double(scan, 1), score;

		vector_scan(query, sqlite3_column_blob(scan, 2), &other, n, 1, &score);
		if ((double)score > rough.least)
			top_add(&rough, score, (uint32_t)sqlite3_column_int64(scan, 0));
	}
	top_begin(best, K);
	for (size_t i = 0; i < rough.n; i++) {
		sqlite3_bind_int64(get, 1, rough.best[i].number);
		while (sqlite_step(get)) {
			memcpy(y, sqlite3_column_blob(get, 0), n * sizeof *y);
			top_add(best, vector_cosine(x, y, n), rough.best[i].number);
		}
	}
	top_sort(best);
}

int main(int argc, char **argv)
{
	sqlite3_stmt *scan, *get;
	struct top best = {0};
	double *took;

	plan = made_usual;
	while (made_option(argc, argv, "", &plan) != -1)
		;
	if (!argv[optind])
		return 2;
	made = made_new(&plan);
	n = plan.dimensions;
	x = mem_array(n, sizeof *x);
	y = mem_array(n, sizeof *y);
	code = mem_array(n, 1);
	took = mem_array((size_t)plan.questions, sizeof *took);
	db = sqlite_new(argv[optind]);
	fill();
	/* As large a cache as any would have who asks for speed. */
	sqlite_do(db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA mmap_size = 1000000000");
	scan = sqlite_prepare(db, "SELECT id, scale, code FROM code WHERE npc = ?");
	get = sqlite_prepare(db, "SELECT vector FROM vector WHERE id = ?");
	for (uint64_t q = 0; q < plan.questions; q++) {
		int64_t from;

		made_question_vector(made, q, x);
		from = clock_cpu();
		search(scan, get, q % plan.collections, &best);
		took[q] = (double)(clock_cpu() - from) / 1000;
	}
	printf("%.2f\n", made_median(took, (size_t)plan.questions));
	sqlite3_finalize(scan);
	sqlite3_finalize(get);
	sqlite3_close(db);
	return 0;
}
