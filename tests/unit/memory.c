/* memory: random puts, replacements, forgettings and touches beside a model that holds them all. */
#include "memory.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "json.h"
#include "timestamp.h"

enum { NPCS = 4, IDS = 60, DIMENSIONS = 8 };

/* What the store should hold. */
struct model {
	bool there;
	int text, time, recalls;
	bool vector;
	float x[DIMENSIONS];
};

#define EQUAL(got, want) CHECK((int64_t)(got) == (int64_t)(want))

static struct model model[NPCS][IDS];
static char path[256];
static struct err e;

static const char *const words_of[] = {"river", "mill", "stone", "the", "and", "of", "wolves",
    "running", "keys", "market", "debts", "forgotten", "priest", "bells", "winter", "\xe6\x9d\xb1"};

static void text_of(int n, struct buf *b)
{
	unsigned seed = (unsigned)n * 2654435761u;

	buf_clear(b);
	for (int i = 0; i < 3 + n % 20; i++) {
		seed = seed * 1103515245u + 12345u;
		buf_fmt(b, "%s%s", i ? " " : "", words_of[seed >> 16 & 15]);
	}
	buf_fmt(b, " only%d", n);
}

static void json_of(int npc, int id, int text, int time, struct buf *words, struct buf *b)
{
	text_of(text, words);
	buf_clear(b);
	buf_fmt(b, "{\"npc\":\"npc%d\",\"id\":\"m%d\",\"text\":\"%s\",\"time\":%d}", npc, id,
	    buf_cstr(words), time);
}

/* As memory_checker wants it; the test's memories have no more than this. */
static int read_json(void *ctx, struct slice json, struct memory_record *r, struct err *why)
{
	static struct json_doc doc;
	static struct buf scratch;
	const struct json *root = json_parse(&doc, json, why);
	int64_t seconds = 0;

	(void)ctx;
	buf_clear(&scratch);
	*r = (struct memory_record){.recalled = TIMESTAMP_NONE};
	if (!root || !json_int(json_get(root, "time"), &seconds))
		return -1;
	r->text = json_text(json_get(root, "text"), &scratch);
	r->time = seconds * 1000;
	return 0;
}

static size_t findings;

static void told(void *ctx, const char *finding)
{
	(void)ctx;
	fprintf(stderr, "# %s\n", finding);
	findings++;
}

static const struct memory_checker checker = {read_json, told, NULL};

static struct memory *open_it(void)
{
	struct memory *m = memory_open(&(struct memory_options){.path = path, .write = true}, &e);

	if (!m)
		fprintf(stderr, "# %s\n", e.text);
	CHECK(m != NULL);
	return m;
}

static enum memory_put put(struct memory *m, int npc, int id, int text, int time, const float *x)
{
	static struct buf words, json;
	char names[2][16];
	enum memory_put got = MEMORY_REFUSED;
	struct memory_record r = {.vector = x, .dimensions = x ? DIMENSIONS : 0};

	json_of(npc, id, text, time, &words, &json);
	snprintf(names[0], sizeof names[0], "npc%d", npc);
	snprintf(names[1], sizeof names[1], "m%d", id);
	r.npc = slice_str(names[0]);
	r.id = slice_str(names[1]);
	r.text = buf_all(&words);
	r.json = buf_all(&json);
	r.time = time * INT64_C(1000);
	r.recalled = TIMESTAMP_NONE;
	r.model = slice_str("m");
	EQUAL(memory_put(m, &r, &got, &e), 0);
	return got;
}

static void random_vector(float *x)
{
	for (int i = 0; i < DIMENSIONS; i++)
		x[i] = (float)(rand() % 2001 - 1000) / 1000 + 0.0001f;
}

static void random_put(struct memory *m)
{
	int npc = rand() % NPCS, id = rand() % IDS, text = rand() % 300, time = rand() % 1000;
	struct model *o = &model[npc][id];
	bool vector = rand() % 2;
	float x[DIMENSIONS];
	enum memory_put got;
	bool same = o->there && o->text == text && o->time == time && !vector;

	random_vector(x);
	got = put(m, npc, id, text, time, vector ? x : NULL);
	EQUAL(got, same ? MEMORY_SAME : o->there ? MEMORY_REPLACED : MEMORY_ADDED);
	if (got == MEMORY_SAME)
		return;
	o->recalls = o->there ? o->recalls : 0;
	o->vector = vector || (o->there && o->text == text && o->vector);
	if (vector)
		memcpy(o->x, x, sizeof x);
	o->there = true;
	o->text = text;
	o->time = time;
}

static bool note_row(void *ctx, int64_t row)
{
	*(int64_t *)ctx = row;
	return false;
}

static int64_t row_of(struct memory *m, int npc, int id)
{
	char names[2][16];
	int64_t row = 0;

	snprintf(names[0], sizeof names[0], "npc%d", npc);
	snprintf(names[1], sizeof names[1], "m%d", id);
	EQUAL(memory_find(m, slice_str(names[0]), slice_str(names[1]), note_row, &row, &e), 0);
	return row;
}

static void random_forget(struct memory *m)
{
	int npc = rand() % NPCS, id = rand() % IDS;
	int64_t row = row_of(m, npc, id);
	size_t n = 0;

	EQUAL(row != 0, model[npc][id].there);
	EQUAL(memory_forget(m, &row, 1, &n, &e), 0);
	EQUAL((int)n, model[npc][id].there);
	model[npc][id].there = false;
}

struct seen {
	struct memory *m;
	int npc;
	size_t n, vectors;
	int64_t last;
};

static int see_block(
    void *ctx, const struct memory_block *b, const struct memory_codes *c, struct err *why)
{
	struct seen *s = ctx;

	(void)why;
	CHECK(b->n > 0 && b->n <= MEMORY_BLOCK);
	for (size_t i = 0; i < b->n; i++) {
		CHECK(b->row[i] > s->last);
		s->last = b->row[i];
		s->vectors += c && c->scale[i] > 0;
	}
	s->n += b->n;
	return 0;
}

static bool see_row(void *ctx, const struct memory_row *r)
{
	struct seen *s = ctx;
	static struct buf words, json;
	int id = atoi(r->id.ptr + 1);
	const struct model *o = &model[s->npc][id];

	CHECK(o->there);
	json_of(s->npc, id, o->text, o->time, &words, &json);
	CHECK(slice_eq(r->json, buf_all(&json)));
	EQUAL((int)r->recalls, o->recalls);
	EQUAL(r->vector != NULL, o->vector);
	if (r->vector && o->vector)
		CHECK(memcmp(r->vector, o->x, sizeof o->x) == 0);
	s->n++;
	return true;
}

static void compare(struct memory *m)
{
	size_t all = 0;

	EQUAL(memory_snapshot(m, &e), 0);
	for (int npc = 0; npc < NPCS; npc++) {
		struct memory_collection c;
		struct seen rows = {.m = m, .npc = npc}, blocks = {.m = m};
		size_t there = 0, vectors = 0;
		char name[16];

		snprintf(name, sizeof name, "npc%d", npc);
		for (int id = 0; id < IDS; id++) {
			there += model[npc][id].there;
			vectors += model[npc][id].there && model[npc][id].vector;
		}
		EQUAL(memory_collection(m, slice_str(name), &c, &e), there > 0);
		EQUAL((int)c.memories, (int)there);
		EQUAL((int)c.vectors, (int)vectors);
		EQUAL(memory_rows(m, slice_str(name), true, see_row, &rows, &e), 0);
		EQUAL((int)rows.n, (int)there);
		if (there)
			EQUAL(memory_blocks(
				  m, c.number, MEMORY_TERMS | MEMORY_CODES, see_block, &blocks, &e),
			    0);
		EQUAL((int)blocks.n, (int)there);
		EQUAL((int)blocks.vectors, (int)vectors);
		all += there;
	}
	{
		struct memory_counts counts;

		EQUAL(memory_counts(m, &counts, &e), 0);
		EQUAL((int)counts.memories, (int)all);
	}
	memory_release(m);
}

static void nothing_wrong(struct memory *m, bool all)
{
	size_t wrong = 99;

	EQUAL(memory_check(m, all, &checker, &wrong, &e), 0);
	EQUAL((int)wrong, 0);
}

static void one_transaction(struct memory *m)
{
	struct model before[NPCS][IDS];
	int n = rand() % 40;

	memcpy(before, model, sizeof model);
	EQUAL(memory_begin(m, &e), 0);
	while (n-- > 0)
		if (rand() % 4)
			random_put(m);
		else
			random_forget(m);
	if (rand() % 5 == 0) {
		memory_rollback(m);
		memcpy(model, before, sizeof model);
	} else {
		EQUAL(memory_commit(m, &e), 0);
	}
}

static void random_touch(struct memory *m)
{
	int npc = rand() % NPCS, id = rand() % IDS;
	int64_t row;

	EQUAL(memory_begin(m, &e), 0);
	row = row_of(m, npc, id);
	if (row) {
		EQUAL(memory_touch(m, &row, 1, 5000, &e), 0);
		model[npc][id].recalls++;
	}
	EQUAL(memory_commit(m, &e), 0);
}

static void test_random(void)
{
	struct memory *m = open_it();

	srand(7);
	for (int i = 0; m && i < 120; i++) {
		one_transaction(m);
		random_touch(m);
		if (i % 7 == 0)
			compare(m);
		if (i % 13 == 0)
			nothing_wrong(m, false);
		if (i % 31 == 0)
			EQUAL(memory_compact(m, &e), 0);
		if (i % 41 == 0)
			nothing_wrong(m, true);
		if (i % 17 == 0) {
			memory_close(m);
			m = open_it();
		}
	}
	if (m)
		compare(m);
	memory_close(m);
}

/* A thousand in one batch, then as many one by one: few blocks, and all in order. */
static void test_blocks(void)
{
	struct memory *m = open_it();
	struct memory_collection c;
	struct seen blocks = {.m = m};

	EQUAL(memory_begin(m, &e), 0);
	for (int i = 0; i < 1000; i++)
		put(m, 9, i, i, i, NULL);
	EQUAL(memory_commit(m, &e), 0);
	for (int i = 1000; i < 1100; i++) {
		EQUAL(memory_begin(m, &e), 0);
		put(m, 9, i, i, i, NULL);
		EQUAL(memory_commit(m, &e), 0);
	}
	EQUAL(memory_snapshot(m, &e), 0);
	EQUAL(memory_collection(m, slice_str("npc9"), &c, &e), 1);
	EQUAL(memory_blocks(m, c.number, MEMORY_TERMS | MEMORY_CODES, see_block, &blocks, &e), 0);
	EQUAL((int)blocks.n, 1100);
	memory_release(m);
	nothing_wrong(m, false);
	memory_close(m);
}

static void test_refused(void)
{
	struct memory *m = open_it();
	float x[DIMENSIONS + 1] = {1};
	enum memory_put got;
	struct memory_record r = {.npc = slice_str("n"),
	    .id = slice_str("i"),
	    .text = slice_str("t"),
	    .json = slice_str("{\"text\":\"t\",\"time\":1}"),
	    .time = 1000,
	    .recalled = TIMESTAMP_NONE,
	    .vector = x,
	    .dimensions = DIMENSIONS,
	    .model = slice_str("one")};

	EQUAL(memory_begin(m, &e), 0);
	EQUAL(memory_put(m, &r, &got, &e), 0);
	EQUAL(got, MEMORY_REFUSED); /* another model: the store's is "m" */
	CHECK(strstr(e.text, "'one'") != NULL);
	r.model = slice_str("m");
	r.dimensions++;
	EQUAL(memory_put(m, &r, &got, &e), 0);
	EQUAL(got, MEMORY_REFUSED);
	r.dimensions--;
	EQUAL(memory_put(m, &r, &got, &e), 0);
	EQUAL(got, MEMORY_ADDED);
	EQUAL(memory_commit(m, &e), 0);
	nothing_wrong(m, false);
	memory_close(m);
}

/* Text that is no SQL and no UTF-8 surprise to anybody, and a file that only its owner reads. */
static void test_file(void)
{
	struct stat st;
	struct memory *m;

	EQUAL(stat(path, &st), 0);
	EQUAL(st.st_mode & 0777, 0600);
	CHECK(memory_open(&(struct memory_options){.path = "/dev/null"}, &e) == NULL);
	m = memory_open(&(struct memory_options){.path = path}, &e);
	CHECK(m != NULL);
	CHECK(memory_begin(m, &e) < 0);
	memory_close(m);
	CHECK(memory_open(&(struct memory_options){.path = path, .language = "de"}, &e) == NULL);
	CHECK(strstr(e.text, "'en'") != NULL);
}

int main(void)
{
	char dir[] = "/tmp/npc-memory-XXXXXX";
	char command[300];

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/m.db", dir);
	check_test("random changes are all there, and nothing else");
	test_random();
	check_test("a vector that does not fit the store's is refused, and no more than it");
	test_refused();
	check_test("blocks of many and of one keep their order");
	test_blocks();
	check_test("the file is its owner's, and foreign ones are told");
	test_file();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	EQUAL(system(command), 0);
	return check_done();
}
