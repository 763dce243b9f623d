/*
 * json against the grammar of RFC 8259, one text a line: tests/unit/json/accept.txt and
 * reject.txt, where "\xHH" stands for a byte that a line of text cannot hold. Given other files,
 * named y_*, n_* or i_* as conformance suites name them, it judges each as a whole text.
 */
#include "json.h"

#include <stdlib.h>

#include "canon.h"
#include "check.h"
#include "fs.h"

static struct json_doc doc;

/* "\xHH" becomes that byte; everything else stays, JSON's own escapes too. */
static void put_bytes(struct buf *b, struct slice line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.len - i >= 4 && line.ptr[i] == '\\' && line.ptr[i + 1] == 'x') {
			char hex[3] = {line.ptr[i + 2], line.ptr[i + 3], 0};

			buf_byte(b, (char)strtoul(hex, NULL, 16));
			i += 3;
		} else {
			buf_byte(b, line.ptr[i]);
		}
	}
}

static bool good(struct slice text, struct err *e)
{
	e->text[0] = '\0';
	return json_parse(&doc, text, e) != NULL;
}

static void judge(struct slice line, bool accept)
{
	struct buf text = {0};
	struct err e;

	put_bytes(&text, line);
	if (good(buf_all(&text), &e) != accept) {
		printf(
		    "# %s: %.*s %s\n", accept ? "refused" : "let through", SLICE_FMT(line), e.text);
		CHECK(!"as it should be");
	}
	buf_free(&text);
}

static void run_lines(const char *path, bool accept)
{
	struct buf file = {0};
	struct err e;
	struct slice rest;

	check_test(accept ? "what RFC 8259 allows is read" : "what RFC 8259 forbids is refused");
	if (!CHECK(fs_slurp(path, 1 << 20, &file, &e) == 0))
		return;
	rest = buf_all(&file);
	while (rest.ptr && rest.len) {
		struct slice line = slice_split(&rest, '\n');

		if (line.len && line.ptr[0] != '#')
			judge(line, accept);
	}
	buf_free(&file);
}

static void run_suite_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct buf file = {0};
	struct err e;

	check_test(name);
	if (CHECK(fs_slurp(path, 1 << 30, &file, &e) == 0)) {
		bool read = good(buf_all(&file), &e);

		CHECK(name[0] == 'i' || read == (name[0] == 'y'));
	}
	check_close();
	check_state.name = NULL;
	buf_free(&file);
}

static const struct json *parse(const char *text)
{
	struct err e;
	const struct json *v = json_parse(&doc, slice_str(text), &e);

	if (!v)
		printf("# %s\n", e.text);
	CHECK(v);
	return v;
}

static void walking(void)
{
	const struct json *v, *list;
	int64_t n = 0;
	size_t seen = 0;

	check_test("values are found by name, place and pointer");
	v = parse("{\"a\":[1,{\"b\":[]},\"x\"],\"\\u0062\":{\"c\":{}},\"\":0,\"m~n\":8,\"a/b\":1}");
	list = json_get(v, "a");
	CHECK(list && list->count == 3 && json_is(list, JSON_ARRAY));
	for (const struct json *el = json_first(list); el != json_end(list); el = json_next(el))
		seen++;
	CHECK(seen == 3);
	CHECK(json_str_is(json_at(list, 2), "x"));
	CHECK(!json_at(list, 3));
	CHECK(json_is(json_get(json_get(v, "b"), "c"), JSON_OBJECT));
	CHECK(!json_get(v, "c") && !json_get(NULL, "c") && !json_get(list, "c"));
	CHECK(json_pointer(v, slice_str("")) == v);
	CHECK(json_int(json_pointer(v, slice_str("/")), &n) && n == 0);
	CHECK(json_int(json_pointer(v, slice_str("/m~0n")), &n) && n == 8);
	CHECK(json_int(json_pointer(v, slice_str("/a~1b")), &n) && n == 1);
	CHECK(json_is(json_pointer(v, slice_str("/a/1/b")), JSON_ARRAY));
	CHECK(!json_pointer(v, slice_str("/a/01")) && !json_pointer(v, slice_str("/a/-")));
	CHECK(!json_pointer(v, slice_str("/a/3")) && !json_pointer(v, slice_str("a")));
	CHECK(!json_pointer(v, slice_str("/m~2n")) && !json_pointer(v, slice_str("/m~")));
}

static void text_and_numbers(void)
{
	struct buf b = {0};
	int64_t n;
	const struct json *v;

	check_test("strings lose their escapes, numbers keep their value");
	v = parse("\"\\u00e9\\uD83D\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\\u0000|\"");
	json_unescape(v, &b);
	CHECK(b.len == 16 && memcmp(b.ptr, "\xc3\xa9\xf0\x9f\x98\x80/\b\f\n\r\t\"\\\0|", 16) == 0);
	CHECK(json_int(parse("9223372036854775807"), &n) && n == INT64_MAX);
	CHECK(json_int(parse("-9223372036854775808"), &n) && n == INT64_MIN);
	CHECK(!json_int(parse("9223372036854775808"), &n) && !json_int(parse("1.0"), &n));
	CHECK(json_double(parse("-2.5e3")) == -2500.0);
	CHECK_SLICE(json_raw(parse(" \"a\\tb\" ")), "\"a\\tb\"");
	buf_free(&b);
}

static void canonical(const char *text, const char *want)
{
	struct buf b = {0};
	struct err e;

	if (CHECK(canon_put(&b, parse(text), &e) == 0))
		CHECK_SLICE(buf_all(&b), want);
	buf_free(&b);
}

static void canonical_form(void)
{
	struct buf b = {0};
	struct err e;

	check_test("the canonical form is RFC 8785's, but integers keep their digits");
	canonical(
	    " { \"b\" : [ 1.0 , 1e2 , 0.1e-6, 1e21, 123456789012345678901 ] , \"a\" : null } ",
	    "{\"a\":null,\"b\":[1,100,1e-7,1e+21,123456789012345678901]}");
	canonical("[9007199254740993,9007199254740992,-0,-0.0,0.000001,1.5,4.50,2e-3]",
	    "[9007199254740993,9007199254740992,0,0,0.000001,1.5,4.5,0.002]");
	canonical(
	    "[333333333.33333329,1E30,0.000000000000000000000000001,5e-324,1.7976931348623157e308]",
	    "[333333333.3333333,1e+30,1e-27,5e-324,1.7976931348623157e+308]");
	canonical("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
	    "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
	canonical(
	    "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
	    "\"\\u00f6\":7}",
	    "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
	    "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
	canonical("{\"\":1,\"aa\":2,\"a\":3}", "{\"\":1,\"a\":3,\"aa\":2}");
	CHECK(canon_put(&b, json_first(parse("[1e999,5]")), &e) < 0);
	CHECK(strstr(e.text, " 1e999 is too large"));
	buf_free(&b);
}

/* Each escape on its own, next to one that is not canonical: both ways of writing agree. */
static void canonical_escapes(void)
{
	struct buf alone = {0}, beside = {0}, want = {0};

	check_test("text whose escapes are canonical already has the same form as any other");
	for (unsigned c = 0; c < 0x80; c++) {
		for (unsigned upper = 0; upper < 2; upper++) {
			buf_clear(&alone);
			buf_clear(&beside);
			buf_fmt(&alone, upper ? "\"\\u%04X\"" : "\"\\u%04x\"", c);
			buf_fmt(&beside, "[\"\\u%04x\\/\"]", c);
			buf_clear(&want);
			CHECK(canon_put(&want, json_first(parse(buf_cstr(&beside))), NULL) == 0);
			/* Without the '/' that made it not canonical. */
			memmove(want.ptr + want.len - 2, want.ptr + want.len - 1, 1);
			want.len--;
			canonical(buf_cstr(&alone), buf_cstr(&want));
		}
	}
	canonical("\"\\n\\t\\r\\b\\f\\\\\\\"\"", "\"\\n\\t\\r\\b\\f\\\\\\\"\"");
	canonical("\"\\\\u000A\"", "\"\\\\u000A\"");
	buf_free(&alone);
	buf_free(&beside);
	buf_free(&want);
}

static void canonical_without(void)
{
	static const char *const names[] = {"b", "user", NULL};
	struct buf b = {0};

	check_test("members of the top can be left out, whatever their spelling");
	CHECK(canon_put_without(&b, parse("{\"c\":1,\"b\":{},\"\\u0075ser\":1,\"a\":{\"b\":2}}"),
		  names, NULL) == 0);
	CHECK_SLICE(buf_all(&b), "{\"a\":{\"b\":2},\"c\":1}");
	buf_free(&b);
}

static void nested(struct buf *b, size_t levels)
{
	buf_clear(b);
	for (size_t i = 0; i < levels; i++)
		buf_byte(b, '[');
	for (size_t i = 0; i < levels; i++)
		buf_byte(b, ']');
}

static void sizes(void)
{
	struct buf b = {0};
	struct err e;

	check_test("512 levels are read, 513 and 8,000,000 are an error");
	nested(&b, JSON_DEPTH);
	CHECK(good(buf_all(&b), &e));
	nested(&b, JSON_DEPTH + 1);
	CHECK(!good(buf_all(&b), &e));
	CHECK(strstr(e.text, "512 levels"));
	nested(&b, 8000000);
	CHECK(!good(buf_all(&b), &e));

	check_test("a name that stands twice is found among 100,000");
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_fmt(&b, "%c\"n%d\":%d", i ? ',' : '{', i, i);
	buf_byte(&b, '}');
	CHECK(good(buf_all(&b), &e));
	b.len--;
	buf_str(&b, ",\"\\u006e77\":0}");
	CHECK(!good(buf_all(&b), &e) && strstr(e.text, "twice"));
	buf_free(&b);
}

static void reuse(void)
{
	struct err e;
	const void *values, *tokens;

	check_test("a warm document allocates nothing");
	CHECK(good(slice_str("[1,2,3,4,5,6,7,8]"), &e));
	values = doc.values;
	tokens = doc.tokens;
	CHECK(good(slice_str("{\"a\":[true,false,null]}"), &e));
	CHECK(doc.values == values && doc.tokens == tokens);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *accept = strstr(argv[i], "accept.txt"),
			   *reject = strstr(argv[i], "reject.txt");

		if (accept || reject)
			run_lines(argv[i], accept != NULL);
		else
			run_suite_file(argv[i]);
	}
	walking();
	text_and_numbers();
	canonical_form();
	canonical_escapes();
	canonical_without();
	reuse();
	sizes();
	json_doc_free(&doc);
	return check_done();
}
