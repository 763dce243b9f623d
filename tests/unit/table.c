/* table FILE: the broken tables of the file, [{"table","error"},…], and what draws must be like. */
#include "table.h"

#include <stdlib.h>

#include "buf.h"
#include "check.h"
#include "fs.h"
#include "rng.h"

enum { MANY = 64 * 500 };

static struct json_doc class_doc, doc;

static const char class_text[] =
    "{\"entries\":[{\"value\":\"poor\",\"weight\":6},{\"value\":\"rich\",\"weight\":2},"
    "{\"value\":\"none\",\"weight\":0},{\"value\":\"no\\u0062le\",\"weight\":1},\"poor\"]}";

static struct table *compile(struct json_doc *d, const char *text, const struct table_field *before)
{
	struct err e = {""};
	const struct json *json = json_parse(d, slice_str(text), &e);
	struct table *t = json ? table_compile("t.json: ", json, before, before ? 1 : 0, &e) : NULL;

	if (!CHECK(t != NULL)) {
		printf("# %s\n", e.text);
		exit(1);
	}
	return t;
}

static void run_broken(const char *path, const struct table_field *before)
{
	struct json_doc broken = {0};
	struct buf text = {0}, want = {0};
	struct err e = {""};
	const struct json *cases = NULL;

	check_test(path);
	if (fs_slurp(path, 1 << 20, &text, &e) == 0)
		cases = json_parse(&broken, buf_all(&text), &e);
	if (!CHECK(cases && cases->count > 10))
		return;
	for (const struct json *v = json_first(cases); v != json_end(cases); v = json_next(v)) {
		struct table *t = table_compile("t.json: ", json_get(v, "table"), before, 1, &e);

		buf_clear(&want);
		json_unescape(json_get(v, "error"), &want);
		CHECK(t == NULL);
		CHECK_SLICE(slice_str(e.text), buf_cstr(&want));
		table_free(t);
	}
	json_doc_free(&broken);
	buf_free(&text);
	buf_free(&want);
}

/* In every block each 64th of [0, 1) has one row. */
static void test_places(void)
{
	uint64_t key = rng_key(1, slice_str("class")), far = UINT64_C(1) << 40;
	bool one_each = true, moves = false;

	check_test("a block's rows lie one in each part");
	for (uint64_t block = far; block < far + 50; block++) {
		uint64_t seen = 0;

		for (uint64_t i = 0; i < TABLE_BLOCK; i++) {
			double u = table_place(key, block * TABLE_BLOCK + i);

			if (!(u >= 0 && u < 1))
				one_each = false;
			else
				seen |= UINT64_C(1) << (unsigned)(u * TABLE_BLOCK);
		}
		one_each = one_each && seen == UINT64_MAX;
		moves = moves || table_place(key, block * 64) != table_place(key, 64 * block + 64);
	}
	CHECK(one_each);
	CHECK(moves);
	CHECK(table_place(key, 7) == table_place(key, 7));
	CHECK(table_place(key, 7) != table_place(key + 1, 7));
}

/* No share may be further from its weight than the parts that an entry's borders cut allow. */
static void test_shares(const struct table *t)
{
	static const double want[] = {0.6, 0.2, 0, 0.1, 0.1};
	uint64_t key = rng_key(1, slice_str("class"));
	unsigned count[5] = {0};

	check_test("shares are as the weights say");
	CHECK(table_size(t) == 5);
	CHECK(!table_conditional(t));
	for (uint64_t row = 0; row < MANY; row++)
		count[table_draw(t, table_place(key, row), NULL)]++;
	for (size_t i = 0; i < 5; i++) {
		double off = count[i] / (double)MANY - want[i];

		CHECK(off < 0.002 && off > -0.002);
	}
	CHECK(count[2] == 0);

	check_test("at the very ends there is an entry, and never one of weight 0");
	CHECK(table_draw(t, 0, NULL) == 0);
	CHECK(table_draw(t, 1, NULL) == 4);
}

static void test_borders(void)
{
	struct table *t = compile(&doc,
	    "{\"entries\":[{\"value\":1,\"weight\":0},\"a\",\"b\",{\"value\":2,\"weight\":0}]}",
	    NULL);

	check_test("a border belongs to what comes after it");
	CHECK(table_draw(t, 0, NULL) == 1);
	CHECK(table_draw(t, 0.5, NULL) == 2);
	CHECK(table_draw(t, 1, NULL) == 2);
	table_free(t);
}

static void test_texts(const struct table *t)
{
	check_test("texts are found, without their escapes, the first one of them");
	CHECK(table_find(t, slice_str("noble")) == 3);
	CHECK(table_find(t, slice_str("poor")) == 0);
	CHECK(table_find(t, slice_str("rich")) == 1);
	CHECK(table_find(t, slice_str("")) == TABLE_NONE);
	CHECK(table_find(t, slice_str("zzz")) == TABLE_NONE);
	CHECK(table_at(t, 4)->id == 0);
	CHECK_SLICE(table_at(t, 3)->text, "noble");
}

static void test_when(const struct table_field *class)
{
	struct table *t = compile(&doc,
	    "{\"entries\":[{\"value\":\"beg\",\"when\":{\"class\":[\"poor\"]}},"
	    "{\"value\":\"toil\",\"weight\":3,\"when\":{\"class\":[\"poor\"]}},"
	    "{\"value\":\"rule\",\"when\":{\"class\":[\"rich\",\"noble\",\"unheard of\"]}},"
	    "{\"value\":\"never\",\"when\":{\"class\":[]}},"
	    "{\"value\":\"nought\",\"weight\":0}]}",
	    class);
	struct table_pick pick = {.n = 1};
	unsigned count[5] = {0};

	check_test("an entry is drawn only where its conditions hold, with a fair share there");
	CHECK(table_conditional(t));
	CHECK(table_asks(t, 0) && !table_asks(t, 1));
	pick.entry[0] = 4;
	for (uint64_t row = 0; row < MANY; row++)
		count[table_draw(t, table_place(5, row), &pick)]++;
	CHECK(count[2] == 0 && count[3] == 0 && count[4] == 0);
	CHECK(count[0] > MANY / 4 - 64 && count[0] < MANY / 4 + 64);
	pick.entry[0] = 3;
	CHECK(table_draw(t, 0.5, &pick) == 2);
	CHECK(table_draw(t, 1, &pick) == 2);

	check_test("one of several picks is enough");
	pick = (struct table_pick){.n = 2, .entry = {2, 1}};
	CHECK(table_fits(t, 2, &pick) && !table_fits(t, 0, &pick));

	check_test("where nothing fits, nothing is drawn");
	pick = (struct table_pick){.n = 1, .entry = {2}};
	CHECK(table_draw(t, 0.5, &pick) == TABLE_NONE);
	table_free(t);
}

/* Values that are no strings are carried as they are written. */
static void test_values(void)
{
	struct table *t =
	    compile(&doc, "{\"entries\":[{\"value\":1.50},{\"value\":true},\"1.50\"]}", NULL);

	check_test("numbers and literals are values too");
	CHECK_SLICE(table_at(t, 0)->text, "1.50");
	CHECK_SLICE(table_at(t, 1)->text, "true");
	CHECK_SLICE(json_raw(table_at(t, 0)->value), "1.50");
	table_free(t);
	table_free(NULL);
}

int main(int argc, char **argv)
{
	struct table *classes;
	struct table_field class;

	check_test("a table compiles");
	classes = compile(&class_doc, class_text, NULL);
	class = (struct table_field){slice_str("class"), classes};
	for (int i = 1; i < argc; i++)
		run_broken(argv[i], &class);
	test_places();
	test_shares(classes);
	test_borders();
	test_texts(classes);
	test_when(&class);
	test_values();
	table_free((struct table *)(uintptr_t) class.table);
	json_doc_free(&class_doc);
	json_doc_free(&doc);
	return check_done();
}
