#include "lifted.h"

#include <stdlib.h>

#include "check.h"
#include "rng.h"

static struct lifted lifted;
static struct json_doc doc;

#define LONG "[0.1,-0.2,0.3,0.4,5]"

static char *line;

/* The line is of just that length, so that a look behind its end is seen. */
static struct slice left_of(const char *text)
{
	size_t len = strlen(text);

	free(line);
	line = malloc(len ? len : 1);
	if (!CHECK(line != NULL))
		exit(1);
	memcpy(line, text, len);
	return lifted_text(&lifted, slice_make(line, len));
}

static void untouched(const char *text)
{
	struct slice got = left_of(text);

	if (!CHECK(got.ptr == line && got.len == strlen(text)))
		printf("# %s: %.*s\n", text, SLICE_FMT(got));
	CHECK(lifted_all_taken(&lifted) && !lifted_take(&lifted, NULL, NULL));
}

static void changed(const char *text, const char *want)
{
	CHECK_SLICE(left_of(text), want);
	CHECK(!lifted_all_taken(&lifted));
}

static void nothing_to_lift(void)
{
	check_test("nothing to lift: the line itself");
	untouched("");
	untouched("{\"id\":\"m1\",\"text\":\"x\"}");
	untouched("{\"embedding\":\"AACAPw==\"}");
	untouched("{\"object\":\"embedding\",\"x\":" LONG "}");
	untouched("{\"embeddings\":" LONG ",\"xembedding\":" LONG "}");
	untouched("{\"e\\u006dbedding\":" LONG "}");
	untouched("{\"embedding\":[1,2,3]}");
	untouched("{\"embedding\":{\"x\":" LONG "}}");
	untouched("[\"embedding\"," LONG "]");

	check_test("the name within a string");
	untouched("{\"text\":\"\\\"embedding\\\":" LONG "\"}");
	untouched("{\"text\":\"embedding\",\"x\":\"embedding\"}");
	untouched("{\"text\":\"\\\"embedding\"}");
	untouched("{\"\\\"embedding\":" LONG "}");
	untouched("{\"x\\\\\\\"embedding\":" LONG "}");

	check_test("arrays that are not right stay, for whoever reads them");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,NaN]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,1e999]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,01]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,\"5\"]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,[5]]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,]}");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4 5]}");
	untouched("{\"embedding\":[0,0,0,0,0,0,0,0,0,0,0]}");
	untouched("{\"embedding\":[                    ]}");

	check_test("lines that break off");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,0.5");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,0.5,");
	untouched("{\"embedding\":[0.1,0.2,0.3,0.4,-");
	untouched("{\"embedding\":[");
	untouched("{\"embedding\":");
	untouched("{\"embedding\" ");
	untouched("{\"embedding\"");
	untouched("{\"embedding");
	untouched("\"embedding\"");
	untouched("\\\"embedding\"");
}

static void lifting(void)
{
	check_test("an array of numbers, as it is written");
	changed("{\"a\":1,\"embedding\":" LONG ",\"b\":2}", "{\"a\":1,\"embedding\":[],\"b\":2}");
	changed("{\"embedding\":[1e-1,2E+2,-3.5e0,4]}", "{\"embedding\":[]}");
	changed("{\"embedding\" :\t [ 0.1 , -0.2,\r\n0.3 ,0.4 ] }", "{\"embedding\" :\t [] }");
	changed(
	    "{\"a\":{\"b\":[{\"embedding\":" LONG "}]}}", "{\"a\":{\"b\":[{\"embedding\":[]}]}}");

	check_test("the name as a value, then as a name");
	changed("{\"object\":\"embedding\",\"embedding\":" LONG "}",
	    "{\"object\":\"embedding\",\"embedding\":[]}");
	changed("{\"embedding\":{\"embedding\":" LONG "}}", "{\"embedding\":{\"embedding\":[]}}");
	changed("{\"a\":\"\\\\\",\"embedding\":" LONG "}", "{\"a\":\"\\\\\",\"embedding\":[]}");

	check_test("good ones beside bad and short ones");
	changed("[{\"embedding\":[1,2]},{\"embedding\":" LONG
		"},{\"embedding\":[0.1,0.2,0.3,0.4,x]},"
		"{\"embedding\":" LONG "}]",
	    "[{\"embedding\":[1,2]},{\"embedding\":[]},{\"embedding\":[0.1,0.2,0.3,0.4,x]},"
	    "{\"embedding\":[]}]");
	CHECK(lifted.n == 2 && lifted.floats.len == 40);
	changed("{\"embedding\":[\"embedding\":" LONG, "{\"embedding\":[\"embedding\":[]");

	check_test("what is not JSON stays so");
	changed("{\"a\":\"x\"embedding\":" LONG "}", "{\"a\":\"x\"embedding\":[]}");
	changed("{\"embedding\":" LONG, "{\"embedding\":[]");
}

/* Element i's embedding, or NULL. */
static const float *take(const struct json *root, size_t i, size_t *n)
{
	return lifted_take(&lifted, json_get(json_at(root, i), "embedding"), n);
}

static void taking(void)
{
	static const char text[] = "[{\"embedding\":" LONG ",\"other\":[]},{\"embedding\":[]},"
				   "{\"embedding\":[7,8,9,10,11,12,13]}]";
	struct err e = {""};
	size_t n = 0;
	const struct json *root = json_parse(&doc, left_of(text), &e);

	check_test("each is found where its [] stands");
	if (!CHECK(root && lifted.n == 2 && !lifted_all_taken(&lifted)))
		return;
	CHECK(memcmp(take(root, 0, &n), (float[]){0.1F, -0.2F, 0.3F, 0.4F, 5}, 20) == 0 && n == 5);
	CHECK(!take(root, 1, &n) && !lifted_all_taken(&lifted));
	CHECK(!lifted_take(&lifted, json_get(json_at(root, 0), "other"), &n));
	CHECK(!lifted_take(&lifted, root, &n) && !lifted_take(&lifted, json_at(root, 0), &n));

	check_test("one that is taken twice counts once");
	CHECK(take(root, 0, &n) && !lifted_all_taken(&lifted));
	CHECK(memcmp(take(root, 2, &n), (float[]){7, 8, 9, 10, 11, 12, 13}, 28) == 0 && n == 7);
	CHECK(lifted_all_taken(&lifted));

	check_test("the line parsed as it is has nothing lifted");
	root = json_parse(&doc, slice_make(line, strlen(text)), &e);
	for (size_t i = 0; i < 3; i++)
		CHECK(root && !take(root, i, &n));

	check_test("nothing is left over from one line to the next");
	untouched("{\"embedding\":[1]}");
	changed("{\"embedding\":" LONG "}", "{\"embedding\":[]}");
	CHECK(lifted.n == 1 && lifted.floats.len == 20);
}

/* Any text made of what matters here: what is JSON stays JSON, what is not does not become it. */
static void random_lines(void)
{
	static const char *const pieces[] = {"\"embedding\"", "\"embedding\":" LONG, LONG, ":", ",",
	    "{", "}", "[", "]", "\"", "\\", "\\\"", " ", "1", "\"a\"", "\"a\":", "\n",
	    "{\"embedding\":", "embedding"};
	struct rng r = {11};
	struct buf b = {0};
	size_t good = 0, lines = 0;

	check_test("text is JSON with its arrays exactly when it is without");
	for (int i = 0; i < 300000; i++) {
		struct slice text;
		bool was;

		buf_clear(&b);
		buf_str(&b, i % 2 ? "{" : "");
		for (size_t k = 1 + rng_below(&r, 7); k > 0; k--)
			buf_str(&b, pieces[rng_below(&r, sizeof pieces / sizeof *pieces)]);
		buf_str(&b, i % 2 ? "}" : "");
		text = lifted_text(&lifted, buf_all(&b));
		if (lifted.n == 0)
			continue;
		was = json_parse(&doc, buf_all(&b), NULL) != NULL;
		if (!CHECK(was == (json_parse(&doc, text, NULL) != NULL)))
			printf("# %.*s\n", SLICE_FMT(buf_all(&b)));
		lines++;
		good += was;
	}
	if (!CHECK(good > 20 && lines > 1000))
		printf("# %zu of %zu\n", good, lines);
	buf_free(&b);
}

int main(void)
{
	nothing_to_lift();
	lifting();
	taking();
	random_lines();
	lifted_free(&lifted);
	free(line);
	json_doc_free(&doc);
	return check_done();
}
