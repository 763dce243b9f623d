/*
 * What is drawn for a schema, as a whole: each case is thrown many times, and all that came out is
 * compared, sorted, with what may come out.
 */
#include "check.h"

#include <stdlib.h>

#include "dice.h"
#include "fs.h"

enum { THROWS = 200, KINDS = 32 };

struct outcome {
	char *text[KINDS];
	size_t n;
	struct err e; /* of the last failure */
	bool failed;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void note(struct outcome *o, struct buf *answer)
{
	const char *text = buf_cstr(answer);

	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->text[i], text) == 0)
			return;
	if (CHECK(o->n < KINDS))
		o->text[o->n++] = strdup(text);
}

static void throw_many(const struct json *c, struct outcome *o)
{
	const struct json *schema = json_get(c, "schema"), *dice = json_get(c, "dice"),
			  *world = json_get(c, "world");
	struct err e;
	struct dice_throw t = {.schema = schema ? schema_compile(schema, &e) : NULL,
	    .recipe = dice ? grammar_compile(dice, "dice", &e) : NULL,
	    .world = world ? grammar_compile(world, "world", &e) : NULL,
	    .row = json_get(c, "row")};
	struct dice d = {0};
	struct buf answer = {0};

	CHECK((t.schema || !schema) && (t.recipe || !dice) && (t.world || !world));
	for (uint64_t i = 0; i < THROWS && !o->failed; i++) {
		t.key = dice_key(&d, i, c, t.row);
		if (dice_answer(&d, &t, &answer, &o->e) == 0)
			note(o, &answer);
		else
			o->failed = true;
	}
	schema_free(t.schema);
	grammar_free((struct grammar *)(uintptr_t)t.recipe);
	grammar_free((struct grammar *)(uintptr_t)t.world);
	dice_free(&d);
	buf_free(&answer);
}

static void check_fails(const struct outcome *o, const struct json *why)
{
	struct buf text = {0};

	json_unescape(why, &text);
	if (!CHECK(o->failed) || !CHECK(strstr(o->e.text, buf_cstr(&text))))
		printf("# got  %s\n", o->failed ? o->e.text : o->n ? o->text[0] : "nothing");
	buf_free(&text);
}

static void check_set(struct outcome *o, const struct json *want)
{
	struct buf got = {0}, all = {0};

	qsort(o->text, o->n, sizeof *o->text, by_text);
	for (size_t i = 0; i < o->n; i++)
		buf_fmt(&got, "%s\n", o->text[i]);
	for (const struct json *i = json_first(want); i != json_end(want); i = json_next(i)) {
		json_unescape(i, &all);
		buf_byte(&all, '\n');
	}
	if (o->failed)
		printf("# failed: %s\n", o->e.text);
	CHECK(!o->failed);
	CHECK_SLICE(buf_all(&got), buf_cstr(&all));
	buf_free(&got);
	buf_free(&all);
}

static void run_case(const struct json *c)
{
	struct outcome o = {0};
	const struct json *fails = json_get(c, "fails");

	throw_many(c, &o);
	if (fails)
		check_fails(&o, fails);
	else
		check_set(&o, json_get(c, "want"));
	for (size_t i = 0; i < o.n; i++)
		free(o.text[i]);
}

static void run_file(const char *path)
{
	struct buf text = {0}, name = {0};
	struct json_doc doc = {0};
	struct err e;
	struct slice rest, line;

	check_test("the cases can be read");
	CHECK(fs_slurp(path, 1 << 20, &text, &e) == 0);
	for (rest = buf_all(&text); rest.ptr && rest.len > 0;) {
		const struct json *c;

		line = slice_split(&rest, '\n');
		c = json_parse(&doc, line, &e);
		if (!c) {
			check_test("a case that is not JSON");
			CHECK(false);
			printf("# %s: %.*s\n", e.text, SLICE_FMT(line));
			continue;
		}
		json_unescape(json_get(c, "about"), &name);
		buf_byte(&name, '\0');
		check_test(name.ptr);
		run_case(c);
		check_test(NULL);
		buf_clear(&name);
	}
	json_doc_free(&doc);
	buf_free(&text);
	buf_free(&name);
}

static uint64_t key_of(const char *body, const char *row, uint64_t seed)
{
	struct json_doc docs[2] = {{0}};
	struct dice d = {0};
	uint64_t key = dice_key(&d, seed, json_parse(&docs[0], slice_str(body), NULL),
	    row ? json_parse(&docs[1], slice_str(row), NULL) : NULL);

	json_doc_free(&docs[0]);
	json_doc_free(&docs[1]);
	dice_free(&d);
	return key;
}

static void keys(void)
{
	static const char *const same[][2] = {
	    {"{\"a\":1,\"b\":[true,null]}", " {\"b\" : [true, null], \"a\":1.0} "},
	    {"\"\\u0061\\n/\"", "\"a\\u000a\\/\""}, {"100", "1e2"}, {"0", "-0.0"}, {"0", "-0"}};
	static const char *const other[][2] = {{"{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"},
	    {"[1,2]", "[2,1]"}, {"[[1],2]", "[[1,2]]"}, {"9007199254740993", "9007199254740992"},
	    {"\"1\"", "1"}, {"{\"a\":\"b\"}", "[\"a\",\"b\"]"}, {"[]", "{}"}, {"null", "false"},
	    {"\"\"", "\"\\u0000\""}, {"\"aaaaaaaab\"", "\"aaaaaaaac\""}};

	check_test("texts with one canonical form have one key");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		CHECK(key_of(same[i][0], NULL, 1) == key_of(same[i][1], NULL, 1));
	check_test("other values have other keys");
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		CHECK(key_of(other[i][0], NULL, 1) != key_of(other[i][1], NULL, 1));
	check_test("body, row and seed each count");
	CHECK(key_of("{}", "[]", 1) != key_of("[]", "{}", 1));
	CHECK(key_of("{}", NULL, 1) != key_of("{}", "{}", 1));
	CHECK(key_of("{}", NULL, 1) != key_of("{}", NULL, 2));
	check_test("a key is the same everywhere");
	CHECK(key_of("{\"a\":[1,2.5,\"longer than eight bytes\"]}", "{\"id\":\"x\"}", 7) ==
	    UINT64_C(0x81a76d401073c387));
}

int main(int argc, char **argv)
{
	keys();
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	return check_done();
}
