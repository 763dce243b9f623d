#include "recall.h"

#include <math.h>

#include "recall_test.h"
#include "rng.h"
#include "vector.h"

/* A test says what differs from these. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define DEFAULTS                                                                                   \
	.k = 10, .relevance = RECALL_RELEVANCE, .recency = RECALL_RECENCY,                         \
	.importance = RECALL_IMPORTANCE, .half_life = RECALL_HALF_LIFE, .at = TIMESTAMP_NONE,      \
	.since = TIMESTAMP_NONE, .until = TIMESTAMP_NONE

static struct rng rng = {5};
static const char *how;
static bool bad;

/* The ids that come back for a query, in order, or the error. */
static const char *run(const struct recall_options *o, struct recall_query q, const char *npcs)
{
	static struct buf out;
	static struct json_doc doc;
	struct slice npc[8], rest = slice_str(npcs);
	struct recall *r = recall_new(store, o);
	struct buf line = {0};
	const char *got = e.text;

	buf_clear(&out);
	while (rest.ptr && q.npcs < 8)
		npc[q.npcs++] = slice_split(&rest, ' ');
	q.npc = npc;
	/* The second time nothing of the first must be left. */
	if (recall_run(r, &q, &e) == 0 && recall_run(r, &q, &e) == 0) {
		for (size_t i = 0; i < recall_count(r); i++) {
			const struct json *root;

			buf_clear(&line);
			recall_put(r, i, &line);
			root = json_parse(&doc, buf_all(&line), &e);
			must(root ? 0 : -1, "recall_put");
			buf_fmt(&out, "%s%.*s", i ? " " : "",
			    SLICE_FMT(
				slice_make(json_get(root, "id")->ptr, json_get(root, "id")->len)));
			CHECK(recall_row(r, i) > 0);
		}
		got = buf_cstr(&out);
	}
	how = recall_how(r);
	bad = recall_bad(r);
	recall_free(r);
	buf_free(&line);
	/* The snapshot was released, whatever happened. */
	must(memory_begin(store, &e), "memory_begin");
	memory_rollback(store);
	return got;
}

static const char *ask(const struct recall_options *o, const char *npcs, const char *text)
{
	return run(o, (struct recall_query){.text = slice_str(text), .time = TIMESTAMP_NONE}, npcs);
}

#define OPTIONS(...) (&(struct recall_options){DEFAULTS, __VA_ARGS__})
#define ASKS(want, npcs, text, ...)                                                                \
	same_text(ask(OPTIONS(__VA_ARGS__), npcs, text), want, __FILE__, __LINE__)

/* Hit i of a query, whole. */
static const char *answer(const struct recall_options *o, struct recall_query q, size_t i)
{
	static struct buf line;
	struct slice npc = slice_str("bob");
	struct recall *r = recall_new(store, o);

	q.npc = &npc;
	q.npcs = 1;
	buf_clear(&line);
	must(recall_run(r, &q, &e), "recall_run");
	if (CHECK(i < recall_count(r)))
		recall_put(r, i, &line);
	recall_free(r);
	return buf_cstr(&line);
}

#define ANSWERS(want, i, q, ...)                                                                   \
	same_text(answer(OPTIONS(__VA_ARGS__), q, i), want, __FILE__, __LINE__)
#define TEXT(t) ((struct recall_query){.text = slice_str(t), .time = TIMESTAMP_NONE})

static void by_words(void)
{
	check_test("words: the best first, the later added first where they are equal");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"a\",\"text\":\"The miller owes me four "
		"marks.\",\"session\":1}",
	    "{\"npc\":\"bob\",\"id\":\"b\",\"text\":\"A miller came.\",\"session\":2}",
	    "{\"npc\":\"bob\",\"id\":\"c\",\"text\":\"A miller came.\",\"session\":3}",
	    "{\"npc\":\"bob\",\"id\":\"d\",\"text\":\"Rain all day.\",\"session\":4}",
	    "{\"npc\":\"eve\",\"id\":\"e\",\"text\":\"A miller came.\",\"session\":4}",
	    "{\"npc\":\"eve\",\"id\":\"f\",\"text\":\"What he owes is mine.\",\"session\":5}",
	    NULL);
	ASKS("a c b", "bob", "What does the miller owe?", );
	CHECK(strcmp(how, "lexical") == 0);
	ASKS("a", "bob", "What does the miller owe?", .k = 1);
	ASKS("", "bob", "What does the miller owe?", .k = 0);

	check_test("… of several npcs the one named first, each once");
	ASKS("e c b a", "eve bob", "millers come", );
	ASKS("c b e a", "bob eve bob bob", "millers come", );
	ASKS("c b a", "bob nobody", "millers come", );

	check_test("nobody, no text, nothing but stop words, nothing but signs");
	ASKS("", "nobody", "miller", );
	ASKS("", "bob", "", );
	ASKS("", "bob", "' \" ( ) * - : NEAR/2 \xff", );
	ASKS("f", "eve", "what is", );
	ASKS("", "bob", "xyzzy", );
	ASKS("a", "bob", "the", );

	check_test("min_score is of the score in all");
	ASKS("a c b", "bob", "What does the miller owe?", .min_score = 0.01);
	ASKS("a", "bob", "What does the miller owe?", .min_score = 0.9);
	ASKS("", "bob", "What does the miller owe?", .min_score = 1.1);
	ASKS("a c b", "bob", "What does the miller owe?", .min_score = NAN);
}

static void neighbours(void)
{
	check_test("what was said beside it comes too, behind");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"a\",\"text\":\"Rain.\",\"time\":60}",
	    "{\"npc\":\"bob\",\"id\":\"b\",\"text\":\"Where is the ring?\",\"time\":120}",
	    "{\"npc\":\"bob\",\"id\":\"c\",\"text\":\"Under the oak.\",\"time\":180}",
	    "{\"npc\":\"bob\",\"id\":\"d\",\"text\":\"Snow.\",\"time\":240}",
	    "{\"npc\":\"eve\",\"id\":\"e\",\"text\":\"Hail.\",\"time\":150}", NULL);
	ASKS("b c a", "bob eve", "the ring", );
	CHECK(strstr(
	    answer(OPTIONS(.recency = 0), TEXT("ring"), 1), "\"score\":0.1,\"why\":\"words\""));

	check_test("… also when the one that was asked for is outside of the time");
	ASKS("c", "bob", "the ring", .since = 150000);
	ASKS("a", "bob", "the ring", .until = 120000);
}

static void times(void)
{
	check_test("since and until, and what has no time");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"n\",\"text\":\"ring\",\"session\":1}",
	    "{\"npc\":\"bob\",\"id\":\"t1\",\"text\":\"ring\",\"session\":2,\"time\":1}",
	    "{\"npc\":\"bob\",\"id\":\"t3\",\"text\":\"ring\",\"session\":3,\"time\":3}",
	    "{\"npc\":\"bob\",\"id\":\"t2\",\"text\":\"ring\",\"session\":4,\"time\":2}", NULL);
	ASKS("t3 t2 t1 n", "bob", "ring", );
	ASKS("t3 t2", "bob", "ring", .since = 2000);
	ASKS("t1", "bob", "ring", .until = 2000);
	ASKS("t2", "bob", "ring", .since = 2000, .until = 3000);
	ASKS("", "bob", "ring", .since = 3000, .until = 2000);

	check_test("a clock: half a second ago, a second ago, and the future");
	ASKS("t2 t3 t1 n", "bob", "ring", .at = 500, .recency = 0);
	ASKS("t2 t3 t1 n", "bob", "ring", .at = 500);
	ANSWERS(
	    "{\"id\":\"t2\",\"npc\":\"bob\",\"text\":\"ring\",\"time\":2,\"score\":0.75,\"why\":"
	    "\"words\","
	    "\"explain\":{\"words\":0.105361,\"relevance\":1,\"recency\":0.5,\"importance\":0}}",
	    1, TEXT("ring"), .recency = 1, .at = 3000, .half_life = 1000, .explain = true);
	CHECK(strstr(answer(OPTIONS(.recency = 1, .half_life = 1000),
			 (struct recall_query){.text = slice_str("ring"), .time = 3000}, 1),
	    "\"score\":0.75"));
	CHECK(strstr(
	    answer(OPTIONS(.recency = 1, .half_life = 1000), TEXT("ring"), 1), "\"score\":0.75"));

	check_test("what was recalled is recent");
	{
		int64_t row = 2;

		must(memory_begin(store, &e), "memory_begin");
		must(memory_touch(store, &row, 1, 9000, &e), "memory_touch");
		must(memory_commit(store, &e), "memory_commit");
	}
	ASKS("t1 t3 t2 n", "bob", "ring", );
}

static void weights(void)
{
	check_test("importance lifts, and what is not told is a 5");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"i9\",\"text\":\"ring\",\"session\":1,\"importance\":9}",
	    "{\"npc\":\"bob\",\"id\":\"i5\",\"text\":\"ring\",\"session\":2}",
	    "{\"npc\":\"bob\",\"id\":\"i1\",\"text\":\"ring\",\"session\":3,\"importance\":1}",
	    "{\"npc\":\"bob\",\"id\":\"x\",\"text\":\"stone\",\"session\":4,\"importance\":10}",
	    NULL);
	ASKS("i9 i5 i1", "bob", "ring", );
	ASKS("i1 i5 i9", "bob", "ring", .importance = 0);
	ANSWERS(
	    "{\"id\":\"i5\",\"npc\":\"bob\",\"text\":\"ring\",\"score\":0.75,\"why\":\"words\"}", 1,
	    TEXT("ring"), .importance = 1);
	ANSWERS("{\"id\":\"i9\",\"npc\":\"bob\",\"text\":\"ring\",\"importance\":9,\"score\":1,"
		"\"why\":\"words\"}",
	    0, TEXT("ring"), );

	check_test("weights that are given make all memories candidates");
	ASKS("i9 i5 i1 x", "bob", "ring", .weighed = true);
	ASKS("x i9 i5 i1", "bob", "ring", .weighed = true, .importance = 20);
	ASKS("x i9 i5 i1", "bob", "", .weighed = true);
	ASKS("x i9", "bob", "", .weighed = true, .k = 2);
	CHECK(strstr(answer(OPTIONS(.weighed = true), TEXT(""), 0), "\"why\":\"recency\""));

	check_test("weights that are no weights are 0");
	ASKS("i1 i5 i9", "bob", "ring", .importance = NAN, .recency = -1);
	ASKS("i1 i5 i9", "bob", "ring", .importance = 0, .relevance = -INFINITY);
	ASKS("x i1 i5 i9", "bob", "", .importance = 0, .relevance = 0, .recency = 0,
	    .weighed = true);
}

static void filters(void)
{
	struct where w = {0}, none = {0};
	struct buf line = {0};

	check_test("a filter leaves out, however deep in the ranking it must be looked for");
	new_store();
	must(memory_begin(store, &e), "memory_begin");
	for (int i = 0; i < 3000; i++) {
		buf_clear(&line);
		buf_fmt(&line,
		    "{\"npc\":\"bob\",\"id\":\"m%d\",\"text\":\"ring\",\"session\":%d,\"n\":%d,"
		    "\"kind\":\"%s\"}",
		    i, i + 1, i, i % 1000 == 7 ? "rare" : "common");
		put_memory(buf_all(&line));
	}
	must(memory_commit(store, &e), "memory_commit");
	must(where_read(&w, slice_str("{\"kind\":\"rare\"}"), &e), "where_read");
	ASKS("m2007 m1007 m7", "bob", "ring", .where = &w);
	ASKS("m2007 m1007", "bob", "ring", .where = &w, .k = 2);
	ASKS("m2007 m1007 m7", "bob", "", .where = &w, .weighed = true);
	ASKS("m2007 m1007", "bob", "ring", .where = &w, .budget = 2);
	ASKS("m2999 m2998", "bob", "ring", .where = &none, .k = 2);
	where_free(&w);
	must(where_read(&w, slice_str("{\"n\":{\"$lt\":30}}"), &e), "where_read");
	ASKS("m29 m28 m27", "bob", "ring", .where = &w, .k = 3);
	where_free(&w);
	must(where_read(&w, slice_str("{\"n\":-1}"), &e), "where_read");
	ASKS("", "bob", "ring", .where = &w, .k = 3);
	where_free(&w);
	buf_free(&line);
}

static void budgets(void)
{
	struct where w = {0};

	check_test("lore first, once, beyond k; then what fits into the budget");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"r\",\"text\":\"ring ring ring!\",\"session\":1}",
	    "{\"npc\":\"bob\",\"id\":\"s\",\"text\":\"ring.\",\"session\":2}",
	    "{\"npc\":\"bob\",\"id\":\"u\",\"text\":\"ring around the rosie\",\"session\":3}",
	    "{\"npc\":\"lore\",\"id\":\"k\",\"text\":\"The ring is "
	    "cursed.\",\"keys\":[\"ring\"],\"a\":1}",
	    "{\"npc\":\"lore\",\"id\":\"c\",\"text\":\"It is 1348.\",\"constant\":true}",
	    "{\"npc\":\"lore\",\"id\":\"off\",\"text\":\"ring\",\"keys\":[\"ring\"],\"enabled\":"
	    "false}",
	    NULL);
	ASKS("c k r s u", "bob lore", "the ring", );
	ASKS("c k r", "bob lore", "the ring", .k = 1);
	ASKS("c k", "bob lore", "the ring", .k = 0);
	ASKS("r s u", "bob", "the ring", );
	ASKS("c", "bob lore", "", );
	/* 3 and 5 tokens; then 4, 2 and 6. */
	ASKS("c k r s", "bob lore", "the ring", .budget = 14);
	ASKS("c k r", "bob lore", "the ring", .budget = 13);
	ASKS("c k", "bob lore", "the ring", .budget = 11);
	ASKS("c r", "bob lore", "the ring", .budget = 7);
	ASKS("c", "bob lore", "the ring", .budget = 4);
	ASKS("", "bob lore", "the ring", .budget = 1);
	ASKS("c k r s u", "bob lore", "the ring", .budget = UINT64_MAX);

	check_test("the filter holds for lore, time does not");
	must(where_read(&w, slice_str("{\"a\":{\"$ne\":1}}"), &e), "where_read");
	ASKS("c r s u", "bob lore", "the ring", .where = &w);
	ASKS("c k", "bob lore", "the ring", .since = 1);
	where_free(&w);

	check_test("keys are looked for in the turns too");
	{
		struct slice turn[] = {slice_str("hm"), slice_str("A ring!")};

		same_text(
		    run(OPTIONS(0), (struct recall_query){.turn = turn, .turns = 2}, "bob lore"),
		    "c k", __FILE__, __LINE__);
	}

	check_test("why, and the score by which it would be ranked");
	put_all("{\"npc\":\"bob\",\"id\":\"o\",\"text\":\"oak\",\"keys\":[\"the \\\"Ring\\\"\"]}",
	    "{\"npc\":\"bob\",\"id\":\"w\",\"text\":\"x\",\"constant\":true,\"session\":9}", NULL);
	ANSWERS("{\"id\":\"w\",\"npc\":\"bob\",\"text\":\"x\",\"score\":0,\"why\":\"constant\"}", 0,
	    TEXT("the ring, the oak"), );
	ANSWERS("{\"id\":\"o\",\"npc\":\"bob\",\"text\":\"oak\",\"score\":1,"
		"\"why\":\"key the \\\"Ring\\\"\"}",
	    1, TEXT("the ring, the oak"), );
	ANSWERS("{\"id\":\"w\",\"npc\":\"bob\",\"text\":\"x\",\"score\":0,\"why\":\"constant\","
		"\"explain\":{\"relevance\":0,\"recency\":0,\"importance\":0}}",
	    0, TEXT(""), .explain = true);
}

/* ---- vectors */

enum { MOST = 1200, MANY = 48 };

static float vectors[MOST][MANY];

static void random_vector(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(rng_unit(&rng) + rng_unit(&rng) + rng_unit(&rng) - 1.5);
}

static void put_vector(const char *npc, int id, const char *text, const float *x, size_t n)
{
	struct buf line = {0};

	buf_fmt(&line, "{\"npc\":\"%s\",\"id\":\"m%d\",\"text\":\"%s\",\"session\":%d,\"tenth\":%d",
	    npc, id, text, id + 1, id % 10);
	if (x) {
		buf_str(&line, ",\"embedding_model\":\"e5\",\"embedding\":\"");
		vector_write(x, n, &line);
		buf_byte(&line, '"');
	}
	/* Every other one is lore that is switched off. */
	if (strcmp(npc, "off") == 0 && id % 2)
		buf_str(&line, ",\"keys\":[\"y\"],\"enabled\":false");
	buf_byte(&line, '}');
	put_memory(buf_all(&line));
	buf_free(&line);
}

static struct recall_query vector_query(const char *text, const float *x, size_t n)
{
	return (struct recall_query){
	    .text = slice_str(text), .vector = x, .dimensions = n, .time = TIMESTAMP_NONE};
}

#define VECTOR_ASKS(want, text, x, ...)                                                            \
	same_text(                                                                                 \
	    run(OPTIONS(__VA_ARGS__), vector_query(text, x, 3), "bob"), want, __FILE__, __LINE__)

static void by_vector(void)
{
	static const float x[][3] = {{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {-1, 0, 0.1F}, {-1, 0, 0}};
	static const float odd[][3] = {{0, 0, 0}, {1, NAN, 0}, {1, INFINITY, 0}};
	struct recall_query q = vector_query("", x[0], 3);

	check_test("vectors: the nearest first, to the farthest");
	new_store();
	must(memory_begin(store, &e), "memory_begin");
	for (int i = 4; i >= 0; i--)
		put_vector("bob", i, i == 2 ? "ring" : "stone", x[i], 3);
	put_vector("bob", 5, "ring", NULL, 0);
	put_vector("eve", 6, "ring", NULL, 0);
	must(memory_commit(store, &e), "memory_commit");
	VECTOR_ASKS("m0 m1 m2 m3 m4", "", x[0], );
	CHECK(strcmp(how, "vector") == 0);
	VECTOR_ASKS("m0 m1", "ring", x[0], .mode = RECALL_VECTOR, .k = 2);
	VECTOR_ASKS("m0 m1 m5 m2 m3 m4", "", x[0], .weighed = true);
	VECTOR_ASKS("m0 m1", "", x[0], .min_score = 0.7);
	ANSWERS("{\"id\":\"m1\",\"npc\":\"bob\",\"text\":\"stone\",\"score\":0.707107,"
		"\"why\":\"vector\",\"explain\":{\"vector\":0.707107,\"relevance\":0.707107,"
		"\"recency\":0,\"importance\":0}}",
	    1, q, .explain = true);
	CHECK(strstr(answer(OPTIONS(0), q, 4), "\"score\":0,"));

	check_test("both: fused by their places");
	VECTOR_ASKS("m2 m5 m0 m1 m3 m4", "ring", x[0], );
	CHECK(strcmp(how, "hybrid") == 0);
	/* The first has 1/62 + 1/63; the second 1/61, which is 0.512262 of that. */
	q = vector_query("ring", x[0], 3);
	CHECK(strstr(answer(OPTIONS(0), q, 0), "\"score\":1,\"why\":\"words and vector\""));
	CHECK(strstr(answer(OPTIONS(0), q, 1), "\"score\":0.512262,\"why\":\"words\""));
	CHECK(strstr(answer(OPTIONS(0), q, 2), "\"why\":\"vector\""));

	check_test("words alone: asked for, or where there is nothing else");
	VECTOR_ASKS("m5 m2", "ring", x[0], .mode = RECALL_LEXICAL);
	CHECK(strcmp(how, "lexical") == 0);
	ASKS("m5 m2", "bob", "ring", .mode = RECALL_VECTOR);
	CHECK(strcmp(how, "lexical") == 0);
	same_text(run(OPTIONS(.mode = RECALL_VECTOR), vector_query("ring", x[0], 3), "eve"), "m6",
	    __FILE__, __LINE__);
	CHECK(strcmp(how, "lexical") == 0);

	check_test("vectors that do not fit are the query's fault");
	same_text(run(OPTIONS(0), vector_query("ring", x[0], 2), "bob"),
	    "the vector has 2 dimensions, those of the store have 3", __FILE__, __LINE__);
	CHECK(bad);
	q.model = slice_str("e6");
	same_text(run(OPTIONS(0), q, "bob"),
	    "the vector is of the model 'e6', those of the store are of 'e5'", __FILE__, __LINE__);
	CHECK(bad);
	q.model = slice_str("e5");
	same_text(run(OPTIONS(.k = 1), q, "bob"), "m2", __FILE__, __LINE__);
	CHECK(!bad);
	VECTOR_ASKS("the vector is all 0", "ring", odd[0], );
	VECTOR_ASKS("the vector holds what is no finite number", "ring", odd[1], );
	VECTOR_ASKS("the vector holds what is no finite number", "ring", odd[2], );
	VECTOR_ASKS("m5 m2", "ring", odd[2], .mode = RECALL_LEXICAL);

	check_test("a store without vectors does not mind one");
	new_store();
	put_all("{\"npc\":\"bob\",\"id\":\"m2\",\"text\":\"ring\"}", NULL);
	VECTOR_ASKS("m2", "ring", x[0], );
	VECTOR_ASKS("", "", odd[0], );
}

/* The ids of the k nearest that have a vector, slowly. */
static const char *slow_nearest(const float *x, size_t k, int from, int to, int step, int rest)
{
	static struct buf out;
	static double cosine[MOST];

	buf_clear(&out);
	for (int i = from; i < to; i++)
		cosine[i] = i % step == rest ? vector_cosine(x, vectors[i], MANY) : -3;
	for (size_t n = 0; n < k; n++) {
		int best = from;

		for (int i = from; i < to; i++)
			if (cosine[i] > cosine[best])
				best = i;
		if (cosine[best] < -2)
			break;
		buf_fmt(&out, "%sm%d", n ? " " : "", best);
		cosine[best] = -3;
	}
	return buf_cstr(&out);
}

static void against_slow(void)
{
	struct where w = {0};
	int round;

	check_test("the same ten as a slow and exact search, on random vectors");
	new_store();
	must(memory_begin(store, &e), "memory_begin");
	for (int i = 0; i < MOST; i++) {
		random_vector(vectors[i], MANY);
		if (i >= 600)
			for (int j = 0; j < MANY; j++)
				vectors[i][j] = vectors[i % 7][j] + vectors[i][j] / 20;
		put_vector(i < 600 ? "random"
			: i < 1000 ? "clusters"
				   : "some",
		    i, "x", i < 1000 || i % 9 == 0 ? vectors[i] : NULL, MANY);
	}
	for (int i = 600; i < 1000; i++)
		put_vector("off", i, "x", vectors[i], MANY);
	must(memory_commit(store, &e), "memory_commit");
	must(where_read(&w, slice_str("{\"tenth\":3}"), &e), "where_read");
	for (round = 0; round < 100; round++) {
		float x[MANY];

		random_vector(x, MANY);
		if (round % 2)
			for (int j = 0; j < MANY; j++)
				x[j] = vectors[round % 7][j] + x[j] / 20;
		if (!same_text(run(OPTIONS(0), vector_query("", x, MANY), "random"),
			slow_nearest(x, 10, 0, 600, 1, 0), __FILE__, __LINE__))
			break;
		if (!same_text(run(OPTIONS(0), vector_query("", x, MANY), "clusters"),
			slow_nearest(x, 10, 600, 1000, 1, 0), __FILE__, __LINE__))
			break;
		if (!same_text(run(OPTIONS(.k = 30), vector_query("", x, MANY), "some"),
			slow_nearest(x, 30, 1000, MOST, 9, 0), __FILE__, __LINE__))
			break;
		if (!same_text(run(OPTIONS(.k = 7), vector_query("", x, MANY), "clusters random"),
			slow_nearest(x, 7, 0, 1000, 1, 0), __FILE__, __LINE__))
			break;
		if (!same_text(run(OPTIONS(0), vector_query("", x, MANY), "off"),
			slow_nearest(x, 10, 600, 1000, 2, 0), __FILE__, __LINE__))
			break;
		if (!same_text(run(OPTIONS(.where = &w), vector_query("", x, MANY), "random"),
			slow_nearest(x, 10, 0, 600, 10, 3), __FILE__, __LINE__))
			break;
	}
	where_free(&w);
	CHECK(round == 100);
}

/* Hundreds that no code can tell from each other: the floats of all of them are compared. */
static void against_alike(void)
{
	float x[MANY];

	check_test("the nearest of many that are nearly the same");
	new_store();
	must(memory_begin(store, &e), "memory_begin");
	random_vector(x, MANY);
	for (int i = 0; i < 500; i++) {
		random_vector(vectors[i], MANY);
		for (int j = 0; j < MANY; j++)
			vectors[i][j] = x[j] + vectors[i][j] / 3000;
		put_vector("alike", i, "x", vectors[i], MANY);
	}
	must(memory_commit(store, &e), "memory_commit");
	same_text(run(OPTIONS(0), vector_query("", x, MANY), "alike"),
	    slow_nearest(x, 10, 0, 500, 1, 0), __FILE__, __LINE__);
	same_text(run(OPTIONS(.k = 1), vector_query("", x, MANY), "alike"),
	    slow_nearest(x, 1, 0, 500, 1, 0), __FILE__, __LINE__);
}

int main(void)
{
	by_words();
	neighbours();
	times();
	weights();
	filters();
	budgets();
	by_vector();
	against_slow();
	against_alike();
	end_store();
	return check_done();
}
