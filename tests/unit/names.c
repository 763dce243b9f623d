/* names: that no two rows bear the same name, and what is dropped so that it be so. */
#include "names.h"

#include <stdlib.h>

#include "check.h"
#include "fold.h"

enum { WINDOWS = 40 };

static struct json_doc doc;

/* n names made of a syllable and a number in letters. */
static void put_list(struct buf *b, const char *syllable, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_fmt(b, "%s\"%s%c%c\"", i ? "," : "", syllable, 'a' + i / 26, 'a' + i % 26);
}

static void put_culture(struct buf *b, const char *syllable, unsigned given, unsigned family)
{
	buf_clear(b);
	buf_str(b, "{\"given\":{\"feminine\":[");
	put_list(b, "Fe", given);
	buf_str(b, "],\"masculine\":[");
	put_list(b, "Ma", given + 3);
	buf_str(b, "]},\"family\":[");
	put_list(b, syllable, family);
	buf_str(b, "]}");
}

static int add(struct names *n, const char *culture, const char *text, struct err *e)
{
	const struct json *json = json_parse(&doc, slice_str(text), e);

	if (!CHECK(json != NULL))
		return -1;
	return names_add(n, slice_str(culture), "n.json: ", json, e);
}

static struct names *two_cultures(uint64_t seed)
{
	struct names *n = names_new(seed);
	struct buf b = {0};
	struct err e;

	CHECK(names_list(n, slice_str("feminine")) == 0);
	CHECK(names_list(n, slice_str("masculine")) == 1);
	CHECK(names_list(n, slice_str("feminine")) == 0);
	put_culture(&b, "Ko", 17, 27);
	CHECK(add(n, "one", buf_cstr(&b), &e) == 0);
	put_culture(&b, "Zu", 9, 40);
	CHECK(add(n, "two", buf_cstr(&b), &e) == 0);
	CHECK(names_settle(n, &e) == 0);
	buf_free(&b);
	return n;
}

static struct slice whole(
    const struct names *n, const struct names_pick *p, uint64_t x, struct buf *b)
{
	buf_clear(b);
	names_put(n, p, x, b);
	return buf_all(b);
}

/* Each row bears all four kinds of name at once here: more than a cast would ever ask. */
static void test_distinct(void)
{
	struct names *n = two_cultures(1);
	struct fold seen = {0};
	struct buf b = {0};
	size_t wanted = 0;

	check_test("all whole names of all rows are distinct, conflicts' names too");
	for (uint64_t row = 0; row < 20000; row++) {
		for (uint32_t i = 0; i < 4; i++) {
			struct names_pick p = names_pick(n, i / 2, i % 2, row);

			fold_add(&seen, whole(n, &p, names_regular(&p), &b), row);
			fold_add(&seen, whole(n, &p, names_conflict(&p, row % 7), &b), row);
			wanted += 2;
		}
	}
	CHECK(seen.n == wanted);
	fold_free(&seen);
	buf_free(&b);
	names_free(n);
}

/* 24 families of 27 and 16 given names of 17: 6 windows of 64 are a generation. */
static void test_generation(void)
{
	struct names *n = two_cultures(3);
	bool pairs[32][32] = {{false}};
	bool once = true;

	check_test("a generation uses each pair once, the next begins after it");
	for (uint64_t row = 0; row < 24 * 16; row++) {
		struct names_pick p = names_pick(n, 0, 0, row);

		once = once && p.generation == 0 && !pairs[p.family][p.given];
		pairs[p.family][p.given] = true;
	}
	CHECK(once);
	CHECK(names_pick(n, 0, 0, 24 * 16).generation == 1);
	CHECK(names_pick(n, 0, 0, UINT64_C(24) * 16 * 1000000).generation == 1000000);
	names_free(n);
}

static void test_window(void)
{
	struct names *n = two_cultures(1);
	bool eight = true, shared = true;

	check_test("a window has eight families, and sisters and brothers share them");
	for (uint64_t w = 0; w < WINDOWS; w++) {
		uint64_t families[2] = {0};

		for (uint64_t row = w * NAMES_WINDOW; row < (w + 1) * NAMES_WINDOW; row++)
			for (uint32_t list = 0; list < 2; list++)
				families[list] |= UINT64_C(1) << names_pick(n, 0, list, row).family;
		eight = eight && __builtin_popcountll(families[0]) == NAMES_GROUP;
		shared = shared && families[0] == families[1];
	}
	CHECK(eight);
	CHECK(shared);
	names_free(n);
}

static void test_seed(void)
{
	struct names *a = two_cultures(1), *b = two_cultures(2);
	struct buf left = {0}, right = {0};
	unsigned same = 0;

	check_test("another seed deals out other names");
	for (uint64_t row = 0; row < 64; row++) {
		struct names_pick p = names_pick(a, 0, 0, row), q = names_pick(b, 0, 0, row);

		same += slice_eq(whole(a, &p, 0, &left), whole(b, &q, 0, &right));
	}
	CHECK(same < 4);
	buf_free(&left);
	buf_free(&right);
	names_free(a);
	names_free(b);
}

static void test_numbers(void)
{
	bool used[4096] = {false}, odd = true, once = true;

	check_test("a conflict's number is odd, and no other conflict has it");
	for (uint64_t generation = 0; generation < 30; generation++) {
		struct names_pick p = {.generation = generation};

		for (uint64_t attempt = 0; attempt < 10; attempt++) {
			uint64_t x = names_conflict(&p, attempt);

			odd = odd && x % 2 == 1;
			once = once && x < 4096 && !used[x];
			used[x < 4096 ? x : 0] = true;
		}
	}
	CHECK(odd);
	CHECK(once);
}

/* Eight names of each kind are left, so that every one is used in the first window. */
static const char dropping[] =
    "{\"given\":{\"feminine\":[\"Ada\",\"ada\",\"LYRA\",\"Bea\",\"Cia\",\"Dea\",\"Eva\",\"Fia\","
    "\"Gea\",\"\\u0100da\"],\"masculine\":[\"EVA\",\"A\",\"B\",\"C\",\"D\",\"E\",\"F\",\"G\","
    "\"H\"]},"
    "\"family\":[\"van Voss\",\"Bea Smith\",\"c Holm\",\"vAN Dyk\",\"Van "
    "Dyk\",\"Aa\",\"Bb\",\"Cc\","
    "\"Dd\",\"Ee\",\"Ff\",\"Gg\",\"VOSS\",\"Kai van Dyk\"]}";

static void test_dropped(void)
{
	struct names *n = names_new(1);
	struct buf b = {0};
	struct fold seen = {0};
	struct err e = {""};

	check_test("banned and ambiguous names are dropped");
	names_list(n, slice_str("feminine"));
	names_list(n, slice_str("masculine"));
	names_ban(n, slice_str("Lyra"));
	names_ban(n, slice_str("voss"));
	names_ban(n, slice_str("kai"));
	CHECK(add(n, "one", dropping, &e) == 0);
	if (!CHECK(names_settle(n, &e) == 0))
		printf("# %s\n", e.text);
	for (uint64_t row = 0; row < NAMES_WINDOW; row++) {
		struct names_pick p = names_pick(n, 0, 0, row);

		CHECK(p.generation == 0);
		fold_add(&seen, whole(n, &p, 0, &b), row);
	}
	CHECK(seen.n == NAMES_WINDOW);
	CHECK(fold_find(&seen, slice_str("ada van dyk"), NULL));
	CHECK(fold_find(&seen, slice_str("\304\201da aa"), NULL));
	CHECK(!fold_find(&seen, slice_str("lyra aa"), NULL));
	CHECK(!fold_find(&seen, slice_str("ada van voss"), NULL));
	CHECK(!fold_find(&seen, slice_str("ada c holm"), NULL));
	fold_free(&seen);
	buf_free(&b);
	names_free(n);
}

static void test_families_of_two(void)
{
	struct names *n = names_new(1);
	struct buf b = {0};
	struct err e = {""};

	check_test("a family name that an earlier culture has is dropped from a later one");
	names_list(n, slice_str("feminine"));
	put_culture(&b, "Ko", 8, 10);
	CHECK(add(n, "one", buf_cstr(&b), &e) == 0);
	put_culture(&b, "KO", 8, 17);
	CHECK(add(n, "two", buf_cstr(&b), &e) == 0);
	CHECK(names_settle(n, &e) < 0);
	CHECK_SLICE(
	    slice_str(e.text), "n.json: /family: 7 names can be used, at least 8 are needed");
	buf_free(&b);
	names_free(n);
}

static void test_errors(void)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
	    {"{}", "n.json: /given/f: no such list of names"},
	    {"{\"given\":{\"f\":{}}}", "n.json: /given/f: wanted an array of names"},
	    {"{\"given\":{\"f\":[\"A\",1]}}",
		"n.json: /given/f/1: wanted a name (a string), found number"},
	    {"{\"given\":{\"f\":[\"\"]}}", "n.json: /given/f/0: an empty name"},
	    {"{\"given\":{\"f\":[\"A\",\"Anna Maria\"]}}",
		"n.json: /given/f/1: a given name with a blank in it"},
	    {"{\"given\":{\"f\":[\"A\\u0000\"]}}",
		"n.json: /given/f/0: a name with a control character"},
	    {"{\"given\":{\"f\":[\"A\"]}}", "n.json: /family: no such list of names"},
	    {"{\"given\":{\"f\":[\"A\"]},\"family\":[\"B\",\" C\"]}",
		"n.json: /family/1: a name with a blank at an end"},
	};

	check_test("what is no name is an error that says where");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct names *n = names_new(1);
		struct err e = {""};

		names_list(n, slice_str("f"));
		CHECK(add(n, "one", cases[i].text, &e) < 0);
		CHECK_SLICE(slice_str(e.text), cases[i].error);
		names_free(n);
	}
}

int main(void)
{
	test_distinct();
	test_generation();
	test_window();
	test_seed();
	test_numbers();
	test_dropped();
	test_families_of_two();
	test_errors();
	names_free(NULL);
	json_doc_free(&doc);
	return check_done();
}
