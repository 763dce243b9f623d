/*
 * tmpl [--html] FILE...: renders the cases of each file, which has the form of the Mustache
 * specification's own: {"tests":[{"name","data","template","expected","partials"?}, …]}.
 * Ours may say, in place of "expected": "messages" (the array that must come out) or "error"
 * (what must be said; a partial that is not there is an error in such a case alone, and renders as
 * nothing in the others, as the specification wants it).
 *
 * Nothing is HTML-escaped. With --html what is expected has its entities undone before it is
 * compared, so that cases about escaping show that the rest of them holds.
 */
#include "tmpl.h"

#include <stdlib.h>

#include "check.h"
#include "fs.h"
#include "mem.h"

struct partials {
	const struct json *texts;
	bool strict;
};

static int load(void *ctx, struct slice name, struct buf *text, struct err *e)
{
	const struct partials *p = ctx;
	const struct json *found = json_get_slice(p->texts, name);

	if (found)
		json_unescape(found, text);
	else if (p->strict)
		return err_set(e, "not there");
	return 0;
}

static void undo_entities(struct buf *b)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&quot;", '"'}, {"&lt;", '<'}, {"&gt;", '>'}};
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++) {
		b->ptr[to] = b->ptr[i];
		for (size_t k = 0; k < 4; k++)
			if (slice_starts(slice_make(b->ptr + i, b->len - i), entities[k].name)) {
				b->ptr[to] = entities[k].c;
				i += strlen(entities[k].name) - 1;
				break;
			}
		to++;
	}
	b->len = to;
}

static struct slice text_of(const struct json *test, const char *name, struct buf *b)
{
	const struct json *v = json_get_type(test, name, JSON_STRING);

	buf_clear(b);
	if (v)
		json_unescape(v, b);
	return buf_all(b);
}

/* Bytes, since NULs may be among them. */
static void compare(struct slice got, const struct buf *want)
{
	if (CHECK(slice_eq(got, buf_all(want))))
		return;
	printf("# got  %.*s\n", SLICE_FMT(got));
	printf("# want %.*s\n", SLICE_FMT(buf_all(want)));
}

static void run(const struct json *test, bool html)
{
	struct partials partials = {json_get(test, "partials"), json_get(test, "error") != NULL};
	struct tmpl_loader loader = {load, &partials};
	const struct json *data = json_get(test, "data"), *messages = json_get(test, "messages");
	struct buf text = {0}, want = {0}, out = {0}, scratch = {0};
	struct err e = {""};
	struct tmpl *t = tmpl_compile(text_of(test, "template", &text), "t", &loader, &e);
	int got = -1;

	if (t && messages)
		got = tmpl_render_messages(t, &data, 1, &out, &scratch, &e);
	else if (t)
		got = tmpl_render(t, &data, 1, &out, &e);
	if (partials.strict) {
		CHECK(got < 0);
		text_of(test, "error", &want);
		compare(slice_str(e.text), &want);
	} else if (CHECK(got == 0)) {
		if (messages)
			buf_slice(&want, json_raw(messages));
		else
			text_of(test, "expected", &want);
		if (html)
			undo_entities(&want);
		compare(buf_all(&out), &want);
	} else {
		printf("# %s\n", e.text);
	}
	tmpl_free(t);
	buf_free(&text);
	buf_free(&want);
	buf_free(&out);
	buf_free(&scratch);
}

static void run_file(const char *path, bool html)
{
	static char names[2][256];
	static unsigned turn;
	struct buf text = {0}, name = {0};
	struct json_doc doc = {0};
	struct err e = {""};
	const struct json *root = NULL, *tests;

	if (fs_slurp(path, BUF_MAX, &text, &e) == 0)
		root = json_parse(&doc, buf_all(&text), &e);
	tests = json_get_type(root, "tests", JSON_ARRAY);
	if (!tests) {
		check_test(path);
		printf("# %s\n", e.text);
		CHECK(tests != NULL);
	}
	for (const struct json *i = tests ? json_first(tests) : NULL; tests && i != json_end(tests);
	     i = json_next(i)) {
		const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
		struct slice title = text_of(i, "name", &name);

		turn ^= 1;
		snprintf(names[turn], sizeof names[turn], "%s: %.*s", base, SLICE_FMT(title));
		check_test(names[turn]);
		run(i, html);
	}
	json_doc_free(&doc);
	buf_free(&text);
	buf_free(&name);
}

/* ---- what has no place in a file */

static struct tmpl *compile(const char *text)
{
	struct err e = {""};
	struct tmpl *t = tmpl_compile(slice_str(text), "t", NULL, &e);

	if (!CHECK(t != NULL))
		printf("# %s\n", e.text);
	return t;
}

static void test_stack(void)
{
	struct json_doc a = {0}, b = {0};
	const struct json *stack[3];
	struct buf out = {0};
	struct tmpl *t = compile("{{x}} {{y}} {{z.a}}{{z.b}}|");
	struct err e;

	check_test("the last context of the stack is asked first, and NULL is empty");
	stack[0] = json_parse(&a, slice_str("{\"x\":1,\"y\":2,\"z\":{\"a\":3}}"), &e);
	stack[1] = json_parse(&b, slice_str("{\"y\":4,\"z\":{\"b\":5}}"), &e);
	stack[2] = NULL;
	CHECK(tmpl_render(t, stack, 3, &out, &e) == 0);
	CHECK(tmpl_render(t, stack, 1, &out, &e) == 0);
	CHECK(tmpl_render(t, NULL, 0, &out, &e) == 0);
	CHECK_SLICE(buf_all(&out), "1 4 5|1 2 3|  |");
	tmpl_free(t);
	buf_free(&out);
	json_doc_free(&a);
	json_doc_free(&b);
}

static void test_cap(void)
{
	struct json_doc doc = {0};
	struct buf out = {.max = 8}, scratch = {.max = 8};
	struct tmpl *t = compile("{{#l}}{{.}}{{/l}}");
	struct err e = {""};
	const struct json *v = json_parse(&doc, slice_str("{\"l\":[\"abcd\",\"efgh\",\"i\"]}"), &e);

	check_test("an output that is full is an error, and nothing of it is left");
	CHECK(tmpl_render(t, &v, 1, &out, &e) < 0);
	CHECK_SLICE(slice_str(e.text), "t: more than 8 bytes");
	CHECK(out.len == 0 && !out.over);
	e.text[0] = '\0';
	CHECK(tmpl_render_messages(t, &v, 1, &out, &scratch, &e) < 0);
	CHECK_SLICE(slice_str(e.text), "t: more than 8 bytes");
	scratch.max = 0;
	CHECK(tmpl_render_messages(t, &v, 1, &out, &scratch, &e) < 0);
	CHECK(out.len == 0 && !out.over);
	CHECK(tmpl_render_messages(t, &v, 1, &out, &scratch, NULL) < 0);
	tmpl_free(t);
	buf_free(&out);
	buf_free(&scratch);
	json_doc_free(&doc);
}

static void test_large(void)
{
	enum { LARGE = 10 * 1000 * 1000 };
	struct json_doc doc = {0};
	struct buf line = {0}, out = {0}, scratch = {0};
	struct tmpl *t = compile("@user\n{{x}}");
	const struct json *v;
	struct err e = {""};

	check_test("a value of 10 MB with NULs and a border inside passes unchanged");
	buf_str(&line, "{\"x\":\"a\\u0000b\\n@system\\n{{x}}");
	for (size_t i = 0; i < LARGE; i++)
		buf_byte(&line, (char)('a' + i % 26));
	buf_str(&line, "\"}");
	v = json_parse(&doc, buf_all(&line), &e);
	CHECK(tmpl_render_messages(t, &v, 1, &out, &scratch, &e) == 0);
	CHECK(scratch.len == LARGE + 17 && memcmp(scratch.ptr, "a\0b\n@system\n{{x}}abc", 20) == 0);
	buf_clear(&scratch);
	buf_str(&scratch, "[{\"role\":\"user\",\"content\":");
	buf_slice(&scratch, json_raw(json_get(v, "x")));
	buf_str(&scratch, "}]");
	CHECK(slice_eq(buf_all(&out), buf_all(&scratch)));
	tmpl_free(t);
	buf_free(&line);
	buf_free(&out);
	buf_free(&scratch);
	json_doc_free(&doc);
}

/* A chain of n objects, each a level of partials. */
static int render_chain(size_t n, struct buf *out)
{
	struct json_doc data = {0}, texts = {0};
	struct buf text = {0};
	struct err e = {""};
	struct partials partials = {
	    json_parse(&texts, slice_str("{\"p\":\"x{{#c}}{{>p}}{{/c}}\"}"), &e), true};
	struct tmpl_loader loader = {load, &partials};
	struct tmpl *t = tmpl_compile(slice_str("{{>p}}"), "t", &loader, &e);
	const struct json *v;
	int got;

	for (size_t i = 1; i < n; i++)
		buf_str(&text, "{\"c\":");
	buf_str(&text, "{\"c\":null}");
	for (size_t i = 1; i < n; i++)
		buf_byte(&text, '}');
	v = json_parse(&data, buf_all(&text), &e);
	got = t && v ? tmpl_render(t, &v, 1, out, &e) : -2;
	tmpl_free(t);
	buf_free(&text);
	json_doc_free(&data);
	json_doc_free(&texts);
	return got;
}

static void test_partials_cap(void)
{
	struct buf out = {0};

	check_test("partials stand in one another as deep as the cap, and no deeper");
	CHECK(render_chain(TMPL_PARTIALS, &out) == 0);
	CHECK(out.len == TMPL_PARTIALS);
	CHECK(render_chain(TMPL_PARTIALS + 1, &out) == -1);
	CHECK(out.len == TMPL_PARTIALS);
	buf_free(&out);
}

static void test_bytes(void)
{
	struct err e = {""};
	struct tmpl *t = tmpl_compile(slice_make("a\nb\xff", 4), "t", NULL, &e);

	check_test("a template that is not UTF-8 is an error");
	CHECK(!t);
	CHECK_SLICE(slice_str(e.text), "t:2:2: this is not UTF-8");

	check_test("a partial where there is no loader is an error");
	CHECK(!tmpl_compile(slice_str("\xc3\xa4{{>p}}"), "t", NULL, &e));
	CHECK_SLICE(slice_str(e.text), "t:1:2: partial \"p\": there are no partials here");
	CHECK(!tmpl_compile(slice_str("{{>p}}"), "t", NULL, NULL));

	check_test("a NUL in a template is text");
	t = tmpl_compile(slice_make("a\0{{x}}b", 8), "t", NULL, &e);
	if (CHECK(t != NULL)) {
		struct buf out = {0};

		CHECK(tmpl_render(t, NULL, 0, &out, &e) == 0);
		CHECK(out.len == 3 && memcmp(out.ptr, "a\0b", 3) == 0);
		buf_free(&out);
	}
	tmpl_free(t);
}

static void test_messages_flag(void)
{
	struct tmpl *with = compile("@user\nx"), *without = compile("a @user\nx");
	struct buf out = {0};
	struct err e;

	check_test(
	    "a template knows whether it has messages, and renders as one text all the same");
	CHECK(tmpl_has_messages(with));
	CHECK(!tmpl_has_messages(without));
	CHECK(tmpl_render(with, NULL, 0, &out, &e) == 0);
	CHECK_SLICE(buf_all(&out), "x");
	tmpl_free(with);
	tmpl_free(without);
	tmpl_free(NULL);
	buf_free(&out);
}

/* Every beginning of a template with everything in it compiles or fails, and never worse. */
static void test_cuts(void)
{
	static const char all[] =
	    "{{! c }}\n@system\n{{a}} {{{a}}} {{&a}}\n{{#b}}\n {{^c.d}}{{.}}{{/c.d}}\n{{/b}}\r\n"
	    "@user \n{{=<% %>=}}\n<%#b%><%a%><%/b%>\n<%={{ }}=%>  {{ a }}\n@assistant\n{{x.y}}";
	struct json_doc doc = {0};
	struct buf out = {0}, scratch = {0};
	struct err e;
	const struct json *v = json_parse(&doc, slice_str("{\"a\":1,\"b\":[1,\"x\"]}"), &e);
	size_t compiled = 0;

	check_test("a template that is cut anywhere is handled");
	for (size_t n = 0; n < sizeof all; n++) {
		char *copy = mem_array(n, 1);
		struct tmpl *t;

		memcpy(copy, all, n);
		t = tmpl_compile(slice_make(copy, n), "t", NULL, &e);
		free(copy);
		buf_clear(&out);
		if (t)
			CHECK(tmpl_render_messages(t, &v, 1, &out, &scratch, &e) == 0);
		compiled += t != NULL;
		tmpl_free(t);
	}
	CHECK(compiled > 30 && compiled < sizeof all);
	buf_free(&out);
	buf_free(&scratch);
	json_doc_free(&doc);
}

int main(int argc, char **argv)
{
	bool html = argc > 1 && strcmp(argv[1], "--html") == 0;

	for (int i = 1 + html; i < argc; i++)
		run_file(argv[i], html);
	test_stack();
	test_cap();
	test_large();
	test_partials_cap();
	test_bytes();
	test_messages_flag();
	test_cuts();
	return check_done();
}
