#include "estimate.h"

#include "check.h"

static struct json_doc doc;
static struct money_prices none, prices;
static struct err e;

static void add(struct estimate *s, const char *text, const struct money_prices *p)
{
	const struct json *root = json_parse(&doc, slice_str(text), &e);
	struct line l = {0};

	if (!CHECK(root && line_read(&l, root, &e) == 0))
		printf("# %s: %s\n", text, e.text);
	else
		estimate_add(s, &l, p);
}

static void put(const struct estimate *s, const struct money_prices *p, const char *want)
{
	struct buf b = {0};

	estimate_put(s, &b, p);
	CHECK_SLICE(buf_all(&b), want);
	buf_free(&b);
}

static void sums(void)
{
	struct estimate s = {0};

	check_test("nothing");
	put(&s, &none,
	    "{\"requests\":0,\"passed\":0,\"tokens_in\":0,\"tokens_out\":0,"
	    "\"without_output_limit\":0}");
	check_test("requests are summed, what is none is passed");
	add(&s, "{\"custom_id\":\"a\",\"body\":{\"prompt\":\"12345678901234\",\"max_tokens\":7}}",
	    &none);
	add(&s, "{\"custom_id\":\"b\",\"body\":{\"prompt\":\"123456\",\"max_tokens\":10,\"n\":3}}",
	    &none);
	add(&s, "{\"custom_id\":\"c\",\"response\":{},\"error\":null}", &none);
	add(&s, "{\"custom_id\":\"c\",\"delta\":\"x\"}", &none);
	put(&s, &none,
	    "{\"requests\":2,\"passed\":2,\"tokens_in\":6,\"tokens_out\":37,"
	    "\"without_output_limit\":0}");
	check_test("without an output limit, and embeddings, that need none");
	add(&s, "{\"custom_id\":\"d\",\"body\":{}}", &none);
	add(&s, "{\"custom_id\":\"e\",\"url\":\"/v1/embeddings\",\"body\":{\"input\":\"12\"}}",
	    &none);
	put(&s, &none,
	    "{\"requests\":4,\"passed\":2,\"tokens_in\":7,\"tokens_out\":37,"
	    "\"without_output_limit\":1}");
	CHECK(s.cost == 0 && s.unpriced == 0);
}

static void costs(void)
{
	struct estimate s = {0};

	check_test("each model has its price, its name read without escapes");
	add(&s,
	    "{\"custom_id\":\"a\",\"body\":{\"model\":\"d\\u0065ar\",\"prompt\":\"12\","
	    "\"max_tokens\":1000000}}",
	    &prices);
	CHECK(s.cost == 20 * MONEY_UNIT + 1000);
	add(&s, "{\"custom_id\":\"b\",\"body\":{\"model\":\"cheap\",\"max_tokens\":1000000}}",
	    &prices);
	put(&s, &prices,
	    "{\"requests\":2,\"passed\":0,\"tokens_in\":1,\"tokens_out\":2000000,"
	    "\"without_output_limit\":0,\"without_price\":0,\"cost\":20.500001}");

	check_test("with prices, a cost of 0 is told");
	put(&(struct estimate){0}, &prices,
	    "{\"requests\":0,\"passed\":0,\"tokens_in\":0,\"tokens_out\":0,"
	    "\"without_output_limit\":0,\"without_price\":0,\"cost\":0}");

	check_test("a model without a price costs nothing, and is counted");
	add(&s, "{\"custom_id\":\"c\",\"body\":{\"model\":\"other\",\"max_tokens\":5}}", &prices);
	add(&s, "{\"custom_id\":\"d\",\"body\":{\"max_tokens\":5}}", &prices);
	add(&s, "{\"custom_id\":\"e\",\"body\":{\"model\":7,\"max_tokens\":5}}", &prices);
	put(&s, &prices,
	    "{\"requests\":5,\"passed\":0,\"tokens_in\":1,\"tokens_out\":2000015,"
	    "\"without_output_limit\":0,\"without_price\":3,\"cost\":20.500001}");
}

static void overflow(void)
{
	struct estimate s = {0};

	check_test("absurd limits stop at the largest number");
	for (int i = 0; i < 3; i++)
		add(&s,
		    "{\"custom_id\":\"a\",\"body\":{\"model\":\"dear\",\"max_tokens\":1e300,"
		    "\"n\":1e300}}",
		    &prices);
	CHECK(s.use.out == INT64_MAX && s.cost == INT64_MAX && s.requests == 3);
	s.use.in = INT64_MAX;
	add(&s, "{\"custom_id\":\"a\",\"body\":{\"prompt\":\"12345\"}}", &prices);
	CHECK(s.use.in == INT64_MAX);
}

int main(void)
{
	static const char text[] =
	    "{\"dear\":{\"in\":1,\"out\":20},\"cheap\":{\"in\":0,\"out\":0.5}}";
	const struct json *root = json_parse(&doc, slice_str(text), &e);

	CHECK(root && money_prices_load(&prices, root, &e) == 0);
	sums();
	costs();
	overflow();
	money_prices_free(&prices);
	json_doc_free(&doc);
	return check_done();
}
