/*
 * What SQLite alone takes to store memories: rows of npc, id, text, JSON and, with -v, a vector,
 * unique by npc and id, in batches of 4,096, each of them durable.
 *
 *	insert [-v] FILE [PLAN…]
 *
 * Prints rows a second; what makes the rows is not counted. FILE is made anew, and left there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "jw.h"
#include "made.h"
#include "mem.h"
#include "sqlite.h"

enum { BATCH = 4096 };

struct row {
	struct buf text, json;
	float *vector;
	char npc[24], id[24];
};

static struct made_plan plan;
static struct made *made;
static struct row rows[BATCH];
static bool with_vectors;

static void make_row(struct row *r, uint64_t i)
{
	made_id(i, r->id);
	made_npc(i / plan.each, r->npc);
	buf_clear(&r->text);
	made_text(made, i, &r->text);
	buf_clear(&r->json);
	jw_object(&r->json);
	jw_member_cstr(&r->json, "id", r->id);
	jw_member_cstr(&r->json, "npc", r->npc);
	jw_member_str(&r->json, "text", buf_all(&r->text));
	jw_member_int(&r->json, "time", (int64_t)(1000000 + i % plan.each * 40));
	jw_member_int(&r->json, "session", (int64_t)(i % plan.each / 20));
	jw_member_int(&r->json, "importance", (int64_t)(1 + i % 9));
	jw_object_end(&r->json);
	if (!with_vectors)
		return;
	if (!r->vector)
		r->vector = mem_array(plan.dimensions, sizeof *r->vector);
	made_vector(made, i, r->vector);
}

static void insert(sqlite3_stmt *s, const struct row *r)
{
	sqlite_text(s, 1, slice_str(r->npc));
	sqlite_text(s, 2, slice_str(r->id));
	sqlite_text(s, 3, buf_all(&r->text));
	sqlite_text(s, 4, buf_all(&r->json));
	if (with_vectors)
		sqlite_blob(s, 5, r->vector, plan.dimensions * sizeof *r->vector);
	sqlite_step(s);
}

int main(int argc, char **argv)
{
	uint64_t all;
	int64_t took = 0;
	sqlite3_stmt *s;
	sqlite3 *db;

	plan = made_usual;
	while (made_option(argc, argv, "v", &plan) != -1)
		with_vectors = true;
	if (!argv[optind])
		return 2;
	made = made_new(&plan);
	all = plan.collections * plan.each;
	db = sqlite_new(argv[optind]);
	sqlite_do(db,
	    "CREATE TABLE memory (row INTEGER PRIMARY KEY, npc TEXT, id TEXT, text TEXT,"
	    " json TEXT, vector BLOB, UNIQUE (npc, id))");
	s = sqlite_prepare(
	    db, "INSERT INTO memory (npc, id, text, json, vector) VALUES (?, ?, ?, ?, ?)");
	for (uint64_t i = 0; i < all; i += BATCH) {
		size_t n = (size_t)(all - i < BATCH ? all - i : BATCH);
		int64_t from;

		for (size_t k = 0; k < n; k++)
			make_row(&rows[k], i + k);
		from = clock_mono();
		sqlite_do(db, "BEGIN IMMEDIATE");
		for (size_t k = 0; k < n; k++)
			insert(s, &rows[k]);
		sqlite_do(db, "COMMIT");
		took += clock_mono() - from;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	printf("%.0f\n", (double)all * 1e9 / (double)took);
	return 0;
}
