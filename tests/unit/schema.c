/*
 * schema against files of cases (tests/unit/schema/, or any that are named):
 *
 *	[{"description": "…", "schema": …, "tests": [
 *		{"description": "…", "data": …, "valid": true}]}]
 *
 * Beside that form, which others use too: "valid": null where the check must hit a bound; "why"
 * is the whole explanation; a group with "error" must not compile, and its error have that text.
 * Without a file, what cannot be said in one: ownership, hostile sizes, what npc-dice reads.
 */
#include "schema.h"

#include <stdlib.h>

#include "check.h"
#include "fs.h"
#include "mem.h"

static struct buf description;

/* A test's name must stay until the next one begins: two buffers in turn. */
static void begin(const struct json *group, const struct json *test)
{
	static struct buf names[2];
	static unsigned turn;
	struct buf *b = &names[turn++ % 2];

	buf_clear(b);
	buf_slice(b, buf_all(&description));
	json_unescape(json_get(group, "description"), b);
	if (test) {
		buf_str(b, ": ");
		json_unescape(json_get(test, "description"), b);
	}
	check_test(buf_cstr(b));
}

static int wanted(const struct json *valid)
{
	if (json_is(valid, JSON_NULL))
		return -1;
	return json_is(valid, JSON_TRUE);
}

static void run_test(struct schema *s, const struct json *group, const struct json *test)
{
	const struct json *data = json_get(test, "data"), *text = json_get(test, "why");
	int want = wanted(json_get(test, "valid"));
	struct buf why = {0};

	begin(group, test);
	CHECK(schema_check(s, data, NULL) == want);
	CHECK(schema_check(s, data, &why) == want);
	CHECK((why.len == 0) == (want == 1));
	if (text && !json_str_eq(text, buf_all(&why))) {
		printf("# got: %s\n", buf_cstr(&why));
		CHECK(!"the explanation as it should be");
	}
	buf_free(&why);
}

static void must_not_compile(const struct json *group, const struct json *text)
{
	struct buf want = {0};
	struct err e = {""};
	struct schema *s = schema_compile(json_get(group, "schema"), &e);

	begin(group, NULL);
	json_unescape(text, &want);
	CHECK(!s);
	if (!strstr(e.text, buf_cstr(&want))) {
		printf("# got: %s\n", e.text);
		CHECK(!"the error as it should be");
	}
	schema_free(s);
	buf_free(&want);
}

static void run_group(const struct json *group)
{
	const struct json *tests = json_get(group, "tests"), *error = json_get(group, "error");
	struct err e;
	struct schema *s;

	if (error) {
		must_not_compile(group, error);
		return;
	}
	s = schema_compile(json_get(group, "schema"), &e);
	for (const struct json *t = json_first(tests); t != json_end(tests); t = json_next(t)) {
		if (s) {
			run_test(s, group, t);
			continue;
		}
		begin(group, t);
		printf("# cannot compile: %s\n", e.text);
		CHECK(s != NULL);
	}
	schema_free(s);
}

static void run_file(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct json_doc doc = {0};
	struct buf text = {0};
	const struct json *root = NULL;
	struct err e;

	buf_clear(&description);
	buf_fmt(&description, "%s: ", base);
	if (fs_slurp(path, 64 << 20, &text, &e) == 0)
		root = json_parse(&doc, buf_all(&text), &e);
	if (!json_is(root, JSON_ARRAY)) {
		check_test(path);
		printf("# %s\n", root ? "not an array of groups" : e.text);
		CHECK(!"a file of cases");
	} else {
		for (const struct json *g = json_first(root); g != json_end(root); g = json_next(g))
			run_group(g);
	}
	json_doc_free(&doc);
	buf_free(&text);
}

/* Compiles from text that is gone afterwards. */
static struct schema *compile(const char *text, struct err *e)
{
	struct json_doc doc = {0};
	char *copy = mem_copy(text, strlen(text));
	const struct json *root = json_parse(&doc, slice_str(copy), e);
	struct schema *s = root ? schema_compile(root, e) : NULL;

	memset(copy, '?', strlen(text));
	free(copy);
	json_doc_free(&doc);
	return s;
}

static int check(struct schema *s, struct slice text, struct buf *why)
{
	struct json_doc doc = {0};
	struct err e;
	const struct json *root = json_parse(&doc, text, &e);
	int rc = root ? schema_check(s, root, why) : -2;

	json_doc_free(&doc);
	return rc;
}

static void put_times(struct buf *b, const char *text, size_t n)
{
	while (n-- > 0)
		buf_str(b, text);
}

static void test_deep(void)
{
	struct buf text = {0};
	struct err e;
	struct schema *s =
	    compile("{\"anyOf\":[{\"type\":\"integer\"},{\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}],"
		    "\"$defs\":{\"a\":{\"items\":{\"$ref\":\"#\"}}}}",
		&e);

	check_test("a value as deep as any can be");
	put_times(&text, "[", JSON_DEPTH);
	buf_str(&text, "1");
	put_times(&text, "]", JSON_DEPTH);
	if (CHECK(s != NULL))
		CHECK(check(s, buf_all(&text), NULL) == 1);
	schema_free(s);
	buf_free(&text);
}

static void test_chain(void)
{
	struct buf text = {0}, why = {0};
	struct err e;
	struct schema *s;

	check_test("a chain of references longer than the stack");
	buf_str(&text, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
	for (unsigned i = 0; i < 7000; i++)
		buf_fmt(&text, "\"%u\":{\"$ref\":\"#/$defs/%u\"},", i, i + 1);
	buf_str(&text, "\"7000\":{\"type\":\"string\"}}}");
	s = compile(buf_cstr(&text), &e);
	if (CHECK(s != NULL)) {
		CHECK(check(s, slice_str("1"), &why) == -1);
		CHECK_SLICE(buf_all(&why),
		    "/: could not be checked: too many schemas hold for it in one another");
		CHECK(json_is(json_get(schema_resolve(s, schema_json(s)), "type"), JSON_STRING));
	}
	schema_free(s);
	buf_free(&text);
	buf_free(&why);
}

static void test_doubling(void)
{
	struct buf text = {0};
	struct err e;
	struct schema *s;

	check_test("schemas that double at each level end in time");
	buf_str(&text, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
	for (unsigned i = 0; i < 60; i++)
		buf_fmt(&text,
		    "\"%u\":{\"allOf\":[{\"$ref\":\"#/$defs/%u\"},{\"$ref\":\"#/$defs/%u\"}]},", i,
		    i + 1, i + 1);
	buf_str(&text, "\"60\":{\"type\":\"string\"}}}");
	s = compile(buf_cstr(&text), &e);
	if (CHECK(s != NULL)) {
		CHECK(check(s, slice_str("\"x\""), NULL) == -1);
		CHECK(check(s, slice_str("1"), NULL) == 0);
	}
	schema_free(s);
	buf_free(&text);
}

static void test_many_elements(void)
{
	struct buf text = {0}, why = {0};
	struct err e;
	struct schema *s = compile("{\"uniqueItems\":true}", &e);

	check_test("uniqueItems among 200,000 elements");
	buf_str(&text, "[");
	for (unsigned i = 0; i < 200000; i++)
		buf_fmt(&text, "{\"n\":%u,\"s\":\"%u\"},", i, i);
	buf_str(&text, "{\"s\":\"\\u0037\",\"n\":7.0}]");
	if (CHECK(s != NULL)) {
		CHECK(check(s, buf_all(&text), &why) == 0);
		CHECK_SLICE(buf_all(&why),
		    "/: must have no equal elements (uniqueItems), but elements 7 and 200000 "
		    "(from 0) are both {\"s\":\"\\u0037\",\"n\":7.0}");
		text.ptr[text.len - 4] = '8';
		CHECK(check(s, buf_all(&text), NULL) == 1);
	}
	schema_free(s);
	buf_free(&text);
	buf_free(&why);
}

/* Names of eight characters, of which only the last ones differ, must not fall together. */
static void test_alike(void)
{
	struct buf text = {0};
	struct err e;
	struct schema *s = compile("{\"uniqueItems\":true}", &e);

	check_test("uniqueItems among a million strings that are much alike");
	buf_str(&text, "[\"x\"");
	for (unsigned i = 0; i < 1000000; i++)
		buf_fmt(&text, ",\"%u\"", 10000000 + i);
	buf_str(&text, "]");
	if (CHECK(s != NULL))
		CHECK(check(s, buf_all(&text), NULL) == 1);
	schema_free(s);
	buf_free(&text);
}

static void test_many_members(void)
{
	enum { COUNT = 50000 };
	struct buf text = {0};
	struct err e;
	struct schema *s = compile("{\"uniqueItems\":true}", &e);

	check_test("two objects of 50,000 members, in opposite orders");
	buf_str(&text, "[{\"x\":0");
	for (unsigned i = 0; i < COUNT; i++)
		buf_fmt(&text, ",\"m%u\":%u", i, i);
	buf_str(&text, "},{\"m0\":0");
	for (unsigned i = COUNT - 1; i > 0; i--)
		buf_fmt(&text, ",\"m%u\":%u", i, i);
	buf_str(&text, ",\"x\":0}]");
	if (CHECK(s != NULL)) {
		CHECK(check(s, buf_all(&text), NULL) == 0);
		text.ptr[text.len - 3] = '1';
		CHECK(check(s, buf_all(&text), NULL) == 1);
	}
	schema_free(s);
	buf_free(&text);
}

static void test_patterns(void)
{
	struct buf text = {0}, why = {0};
	struct err e;
	struct schema *s = compile(
	    "{\"items\":{\"anyOf\":[{\"not\":{\"pattern\":\"^(a+)+$\"}},{\"type\":\"string\"}]}}",
	    &e);

	check_test("a pattern that runs away is neither yes nor no");
	buf_str(&text, "[\"a\",\"");
	put_times(&text, "a", 5000);
	buf_str(&text, "!\"]");
	if (CHECK(s != NULL)) {
		CHECK(check(s, buf_all(&text), &why) == -1);
		CHECK_SLICE(buf_all(&why),
		    "/1: could not be checked: the regular expression takes "
		    "too many steps on this text");
		CHECK(check(s, slice_str("[\"b\",\"aa\"]"), NULL) == 1);
	}
	schema_free(s);
	buf_free(&text);
	buf_free(&why);
}

static void test_long_texts(void)
{
	struct buf text = {0}, why = {0};
	struct err e;
	struct schema *s = compile("{\"additionalProperties\":false,\"minProperties\":12}", &e);

	check_test("an explanation stays short, whatever it speaks of");
	buf_str(&text, "{\"");
	put_times(&text, "é", 5000);
	buf_str(&text, "\":1");
	for (unsigned i = 0; i < 10; i++)
		buf_fmt(&text, ",\"%u\":1", i);
	buf_str(&text, "}");
	if (CHECK(s != NULL)) {
		CHECK(check(s, buf_all(&text), &why) == 0);
		CHECK(why.len < 1000);
		CHECK(strstr(buf_cstr(&why), "éé…\" is not allowed"));
	}
	schema_free(s);
	buf_free(&text);
	buf_free(&why);
}

static void test_resolve(void)
{
	struct err e;
	struct schema *s = compile(
	    "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"x\":{\"enum\":[{\"$ref\":\"#\"}]}},"
	    "\"$defs\":{\"b\":{\"$ref\":\"#c\"},\"c\":{\"$anchor\":\"c\",\"minimum\":1}}}",
	    &e);
	const struct json *root, *a, *in_enum;

	check_test("references can be followed in the schema's own text");
	if (!CHECK(s != NULL))
		return;
	root = schema_json(s);
	a = json_pointer(root, slice_str("/properties/a"));
	in_enum = json_pointer(root, slice_str("/properties/x/enum/0"));
	CHECK(schema_resolve(s, a) == json_pointer(root, slice_str("/$defs/c")));
	CHECK(schema_resolve(s, root) == root);
	CHECK(schema_resolve(s, in_enum) == in_enum);
	CHECK(check(s, slice_str("{\"a\":0}"), NULL) == 0);
	schema_free(s);
	schema_free(NULL);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	test_deep();
	test_chain();
	test_doubling();
	test_many_elements();
	test_alike();
	test_many_members();
	test_patterns();
	test_long_texts();
	test_resolve();
	argc = check_done();
	buf_free(&description);
	return argc;
}
