/*
 * grammar FILE...: expands the cases of each file, {"tests":[{"name","grammar","world"?,"row"?,
 * "symbol"?,"lenient"?, …}]}, where symbol is "origin" unless said. What must come out, whatever
 * the seed: "expected", one text; "among", several texts, each of which must occur; or "error".
 */
#include "grammar.h"

#include <stdlib.h>

#include "check.h"
#include "fs.h"
#include "mem.h"

enum { SEEDS = 300, TEXTS = 32 };

struct fixture {
	struct json_doc doc;
	struct grammar *g;
	struct grammar_run run;
	struct rng rng;
	struct buf out;
	struct err e;
};

static void set_up(struct fixture *f, const char *text)
{
	*f = (struct fixture){.rng = {1}};
	f->g = grammar_compile(json_parse(&f->doc, slice_str(text), &f->e), "g", &f->e);
	if (f->g)
		grammar_begin(&f->run, f->g, NULL, NULL, &f->rng);
	else
		printf("# %s\n", f->e.text);
	CHECK(f->g != NULL);
}

static struct slice expand(struct fixture *f, const char *symbol)
{
	buf_clear(&f->out);
	f->e.text[0] = '\0';
	if (!f->g || grammar_expand(&f->run, slice_str(symbol), &f->out, &f->e) < 0)
		return slice_str(f->e.text);
	return buf_all(&f->out);
}

static bool gives(struct fixture *f, const char *symbol, const char *want)
{
	struct slice got = expand(f, symbol);

	return CHECK_SLICE(got, want);
}

static void tear_down(struct fixture *f)
{
	grammar_free(f->g);
	grammar_run_free(&f->run);
	buf_free(&f->out);
	json_doc_free(&f->doc);
}

/* ---- cases */

/* Notes which of the texts in among came out. */
static void note(const struct json *among, struct slice got, uint32_t *seen)
{
	unsigned i = 0;

	for (const struct json *v = json_first(among); v != json_end(among); v = json_next(v), i++)
		if (json_str_eq(v, got)) {
			*seen |= UINT32_C(1) << i;
			return;
		}
	printf("# got  %.*s\n", SLICE_FMT(got));
	CHECK(!"one of those that are expected");
}

static void expand_seeds(const struct json *test, struct grammar *g, struct grammar *world)
{
	const struct json *expected = json_get(test, "expected"), *among = json_get(test, "among");
	const struct json *error = json_get(test, "error"), *as = json_get(test, "symbol");
	struct grammar_run run = {.lenient = json_get(test, "lenient") != NULL};
	struct buf out = {0}, name = {0};
	struct slice symbol = as ? json_text(as, &name) : slice_str("origin");
	uint32_t seen = 0;
	bool good = true;

	for (uint64_t seed = 0; seed < SEEDS && good; seed++) {
		struct rng rng = {seed};
		struct err e = {""};
		struct slice got = {0};

		buf_clear(&out);
		grammar_begin(&run, g, world, json_get(test, "row"), &rng);
		if (grammar_expand(&run, symbol, &out, &e) < 0)
			got = slice_str(e.text);
		good = CHECK((got.ptr != NULL) == (error != NULL));
		got = got.ptr ? got : buf_all(&out);
		if (among)
			note(among, got, &seen);
		else
			good = good && CHECK(json_str_eq(error ? error : expected, got));
		if (!good)
			printf("# got  %.*s\n", SLICE_FMT(got));
	}
	CHECK(!among || seen == (UINT32_C(1) << among->count) - 1);
	grammar_run_free(&run);
	buf_free(&out);
	buf_free(&name);
}

static void run(const struct json *test)
{
	const struct json *error = json_get(test, "error");
	struct err e = {""};
	struct grammar *g = grammar_compile(json_get(test, "grammar"), "g", &e), *world = NULL;

	if (g && json_get(test, "world"))
		world = grammar_compile(json_get(test, "world"), "w", &e);
	if (g)
		expand_seeds(test, g, world);
	else if (!CHECK(error && json_str_is(error, e.text)))
		printf("# got  %s\n", e.text);
	grammar_free(g);
	grammar_free(world);
}

static void run_file(const char *path)
{
	static char names[2][256];
	static unsigned turn;
	struct buf text = {0}, name = {0};
	struct json_doc doc = {0};
	struct err e = {""};
	const struct json *tests = NULL;

	if (fs_slurp(path, BUF_MAX, &text, &e) == 0)
		tests = json_get_type(json_parse(&doc, buf_all(&text), &e), "tests", JSON_ARRAY);
	if (!tests) {
		check_test(path);
		printf("# %s\n", e.text);
		CHECK(tests != NULL);
		goto out;
	}
	for (const struct json *i = json_first(tests); i != json_end(tests); i = json_next(i)) {
		const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
		struct slice title = json_text(json_get(i, "name"), &name);

		turn ^= 1;
		snprintf(names[turn], sizeof names[turn], "%s: %.*s", base, SLICE_FMT(title));
		check_test(names[turn]);
		run(i);
	}
out:
	json_doc_free(&doc);
	buf_free(&text);
	buf_free(&name);
}

/* ---- what has no place in a file */

/* n expansions in a row yield each of n rules once, and the border to the next n no repetition. */
static void deals(const char *text, const char *symbol, size_t n)
{
	struct fixture f;
	char last = '\0';

	set_up(&f, text);
	for (int round = 0; round < 50; round++) {
		uint64_t seen = 0;

		for (size_t i = 0; i < n; i++) {
			struct slice got = expand(&f, symbol);

			CHECK(got.len == 1 && got.ptr[0] != last);
			last = got.ptr[0];
			seen |= UINT64_C(1) << (last - 'a');
		}
		CHECK(seen == (UINT64_C(1) << n) - 1);
	}
	tear_down(&f);
}

static void test_deals(void)
{
	check_test("a list yields each rule once before it begins again");
	deals("{\"x\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "x", 5);
	deals("{\"x\":[\"a\",\"b\"]}", "x", 2);
	deals("{\"x\":[{\"text\":\"a\",\"weight\":9},\"b\",{\"text\":\"c\",\"weight\":0.1}]}", "x",
	    3);
}

static void test_deals_long(void)
{
	enum { RULES = 200 };
	struct buf text = {0};
	struct fixture f;
	bool seen[RULES] = {false};

	check_test("a list of 200 rules yields each of them once");
	buf_str(&text, "{\"x\":[\"0\"");
	for (int i = 1; i < RULES; i++)
		buf_fmt(&text, ",\"%d\"", i);
	buf_str(&text, "]}");
	set_up(&f, buf_cstr(&text));
	for (int i = 0; i < RULES; i++) {
		struct slice got = expand(&f, "x");
		int n = atoi(buf_cstr(&f.out));

		CHECK(got.len > 0 && !seen[n]);
		seen[n] = true;
	}
	tear_down(&f);
	buf_free(&text);
}

static void test_deals_row(void)
{
	struct json_doc doc = {0};
	struct fixture f;
	struct err e;

	check_test("an array of the row yields each element once before it begins again");
	set_up(&f, "{\"o\":\"#l##l##l#\",\"p\":\"[q:a,b,c]#q##q##q#[q:POP]\"}");
	for (int i = 0; i < 50; i++) {
		const struct json *row =
		    json_parse(&doc, slice_str("{\"l\":[\"a\",\"b\",\"c\"]}"), &e);
		struct slice got;

		grammar_begin(&f.run, f.g, NULL, row, &f.rng);
		got = expand(&f, i % 2 ? "o" : "p");
		CHECK(got.len == 3 && got.ptr[0] + got.ptr[1] + got.ptr[2] == 'a' + 'b' + 'c');
		CHECK(got.ptr[0] != got.ptr[1] && got.ptr[1] != got.ptr[2]);
	}
	tear_down(&f);
	json_doc_free(&doc);
}

/* Chi-square of 12000 first draws with weights 1, 2 and 3, two degrees of freedom: 13.8 is 0.1%. */
static void test_weights(void)
{
	static const double want[] = {2000, 4000, 6000};
	struct fixture f;
	double chi = 0, n[3] = {0};

	check_test("first draws come out as the weights say");
	set_up(&f, "{\"x\":[\"a\",{\"text\":\"b\",\"weight\":2},{\"weight\":3,\"text\":\"c\"}]}");
	for (int i = 0; i < 12000; i++) {
		grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
		n[expand(&f, "x").ptr[0] - 'a']++;
	}
	for (int i = 0; i < 3; i++)
		chi += (n[i] - want[i]) * (n[i] - want[i]) / want[i];
	CHECK(chi < 13.8);
	tear_down(&f);

	check_test("first draws without weights come out evenly");
	set_up(&f, "{\"x\":[\"a\",\"b\",\"c\"]}");
	n[0] = n[1] = n[2] = chi = 0;
	for (int i = 0; i < 12000; i++) {
		grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
		n[expand(&f, "x").ptr[0] - 'a']++;
	}
	for (int i = 0; i < 3; i++)
		chi += (n[i] - 4000) * (n[i] - 4000) / 4000;
	CHECK(chi < 13.8);
	tear_down(&f);
}

static void test_same(void)
{
	static const char text[] =
	    "{\"o\":[\"#a# #a.s# [x:#a#,#a#]#x##x#\"],\"a\":[\"p\",\"q\",\"r\",\"s\",\"t\"]}";
	struct fixture f;
	char first[64];

	check_test("the same seed gives the same text, whatever the run was used for before");
	set_up(&f, text);
	expand(&f, "o");
	snprintf(first, sizeof first, "%s", buf_cstr(&f.out));
	for (int i = 0; i < 5; i++)
		expand(&f, "o");
	f.rng.state = 1;
	grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
	gives(&f, "o", first);
	tear_down(&f);
}

static void test_pushes_stay(void)
{
	struct fixture f;

	check_test("what a rule pushes stays from one call to the next, until the run begins anew");
	set_up(&f, "{\"set\":\"[x:one]\",\"x\":\"none\",\"tag\":\"#[x:two]x#\"}");
	gives(&f, "x", "none");
	gives(&f, "set", "");
	gives(&f, "x", "one");
	gives(&f, "tag", "two");
	gives(&f, "x", "one");
	grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
	gives(&f, "x", "none");
	tear_down(&f);
}

static void test_caps(void)
{
	struct fixture f;

	check_test("the caps on depth, expansions, pushes and text hold");
	set_up(&f,
	    "{\"d\":\"x#d#\",\"p\":\"[x:#p#]\","
	    "\"s0\":\"#s1##s1##s1##s1##s1##s1##s1##s1#\",\"s1\":\"#s2##s2##s2##s2##s2##s2##s2##s2#"
	    "\","
	    "\"s2\":\"#s3##s3##s3##s3##s3##s3##s3##s3#\",\"s3\":\"#s4##s4##s4##s4##s4##s4##s4##s4#"
	    "\","
	    "\"s4\":\"#s5##s5##s5##s5##s5##s5##s5##s5#\",\"s5\":\"#s6##s6##s6##s6##s6##s6##s6##s6#"
	    "\","
	    "\"s6\":\"\",\"q0\":\"#q1##q1##q1##q1##q1##q1##q1##q1#\",\"q1\":\"#q2##q2##q2##q2##q2##"
	    "q2##q2##q2#\","
	    "\"q2\":\"#q3##q3##q3##q3##q3##q3##q3##q3#\",\"q3\":\"#q4##q4##q4##q4##q4##q4##q4##q4#"
	    "\","
	    "\"q4\":\"[x:y][x:y]\",\"t\":\"[x:abc]#[x:#x##x##x##x##x##x##x##x#]u#\","
	    "\"u\":\"#[x:#x##x##x##x##x##x##x##x#]v#\",\"v\":\"#[x:#x##x##x##x##x##x##x##x#]w#\","
	    "\"w\":\"#[x:#x##x##x##x##x##x##x##x#]y#\",\"y\":\"#[x:#x##x##x##x##x##x##x##x#]z#\","
	    "\"z\":\"#[x:#x##x##x##x##x##x##x##x#]k#\",\"k\":\"#[x:#x##x##x##x##x##x##x##x#]l#\","
	    "\"l\":\"#[x:#x##x##x##x##x##x##x##x#]m#\",\"m\":\"#[x:#x##x##x##x##x##x##x##x#]n#\","
	    "\"n\":\"\"}");
	gives(&f, "d", "g: #d#: more than 64 levels deep");
	gives(&f, "p", "g: #p#: more than 64 levels deep");
	gives(&f, "s0", "g: #s6#: more than 100000 expansions");
	gives(&f, "q0", "g: [x:…]: too much was pushed");
	grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
	gives(&f, "t", "g: the text grows beyond 67108864 bytes");
	grammar_begin(&f.run, f.g, NULL, NULL, &f.rng);
	f.out.max = 3;
	gives(&f, "n", "");
	tear_down(&f);

	check_test("an output that is full is an error, and it is as it was");
	set_up(&f, "{\"x\":\"abcd\",\"y\":\"ab#x#\"}");
	f.out.max = 5;
	gives(&f, "x", "abcd");
	CHECK(grammar_expand(&f.run, slice_str("y"), &f.out, &f.e) < 0);
	CHECK_SLICE(slice_str(f.e.text), "g: the text grows beyond 5 bytes");
	CHECK(!f.out.over && f.out.max == 5);
	CHECK_SLICE(buf_all(&f.out), "abcd");
	CHECK(grammar_expand(&f.run, slice_str("nowhere"), &f.out, NULL) < 0);
	tear_down(&f);
}

static void test_large(void)
{
	enum { LARGE = 10 * 1000 * 1000 };
	struct buf line = {0};
	struct json_doc doc = {0};
	struct fixture f;
	struct err e;
	const struct json *row;

	check_test("a row's value of 10 MB with NULs passes unchanged");
	set_up(&f, "{\"o\":\"#[y:#x#]y#\",\"p\":\"#x##x##x##x##x##x##x#\"}");
	buf_str(&line, "{\"x\":\"a\\u0000b#o#[o:p]\\\\#");
	for (size_t i = 0; i < LARGE; i++)
		buf_byte(&line, (char)('a' + i % 26));
	buf_str(&line, "\"}");
	row = json_parse(&doc, buf_all(&line), &e);
	grammar_begin(&f.run, f.g, NULL, row, &f.rng);
	CHECK(expand(&f, "o").len == LARGE + 13);
	CHECK(f.out.len == LARGE + 13 && memcmp(f.out.ptr, "a\0b#o#[o:p]\\#abc", 16) == 0);
	gives(&f, "p", "g: the text grows beyond 67108864 bytes");
	tear_down(&f);
	buf_free(&line);
	json_doc_free(&doc);
}

static void test_has(void)
{
	struct fixture f;

	check_test("a grammar knows its symbols");
	set_up(&f, "{\"a\":\"x\",\"a/b\":\"y\",\"\":\"z\"}");
	CHECK(grammar_has(f.g, slice_str("a")) && grammar_has(f.g, slice_str("a/b")));
	CHECK(grammar_has(f.g, slice_str("")) && !grammar_has(f.g, slice_str("b")));
	gives(&f, "a/b", "y");
	gives(&f, "", "z");
	grammar_free(NULL);
	tear_down(&f);

	check_test("an empty grammar");
	set_up(&f, "{}");
	gives(&f, "a", "g: #a#: there is no such symbol");
	tear_down(&f);
}

/* Every beginning of a rule compiles or fails, and never worse. */
static void test_cuts(void)
{
	static const char all[] =
	    "a#b.s.capitalize#\\##[c:x,\\,#b#][d:y]c.a#[e:#b#,[f:g]z]#e#[e:POP],]";
	struct buf text = {0};
	size_t compiled = 0;

	check_test("a rule that is cut anywhere is handled");
	for (size_t n = 0; n < sizeof all; n++) {
		struct json_doc doc = {0};
		struct err e = {""};
		struct grammar *g;

		buf_clear(&text);
		buf_str(&text, "{\"x\":\"");
		for (size_t i = 0; i < n; i++)
			buf_put(&text, "\\\\", all[i] == '\\' ? 2 : 0),
			    buf_put(&text, all + i, all[i] != '\\');
		buf_str(&text, "\"}");
		g = grammar_compile(json_parse(&doc, buf_all(&text), &e), "g", &e);
		CHECK(g || strlen(e.text) > 0);
		compiled += g != NULL;
		grammar_free(g);
		json_doc_free(&doc);
	}
	CHECK(compiled > 5 && compiled < sizeof all - 20);
	buf_free(&text);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	test_deals();
	test_deals_long();
	test_deals_row();
	test_weights();
	test_same();
	test_pushes_stay();
	test_caps();
	test_large();
	test_has();
	test_cuts();
	return check_done();
}
