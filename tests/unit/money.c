#include "money.h"

#include <stdlib.h>

#include "check.h"
#include "jw.h"

static struct json_doc doc;
static struct err e;

static const struct json *parse(const char *text)
{
	const struct json *root = json_parse(&doc, slice_str(text), &e);

	if (!CHECK(root))
		exit(1);
	return root;
}

static void amounts(void)
{
	static const struct {
		const char *text;
		int64_t nano;
	} good[] = {
	    {"0", 0},
	    {"0.00", 0},
	    {"-0", 0},
	    {"0e5", 0},
	    {"1", 1000000000},
	    {"2.50", 2500000000},
	    {"0.075", 75000000},
	    {"0.1", 100000000},
	    {"1e-9", 1},
	    {"1.5e2", 150000000000},
	    {"12.5e-1", 1250000000},
	    {"0.0000000001", 1},
	    {"0.0000000011", 2},
	    {"1e-300", 1},
	    {"0.123456789", 123456789},
	    {"0.1234567890", 123456789},
	    {"0.1234567891", 123456790},
	    {"9000000000", 9000000000000000000},
	};
	static const char *const bad[] = {"", " 1", "1 ", "-1", "-1e-9", "abc", "1,5", ".5", "1.",
	    "+1", "0x10", "nan", "9223372036.9", "1e10", "1e400", "1e99999999999999999999"};
	int64_t nano;

	check_test("amounts are exact");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		nano = -1;
		if (!CHECK(money_parse(slice_str(good[i].text), &nano, &e) == 0) ||
		    !CHECK(nano == good[i].nano))
			printf("# %s: %lld\n", good[i].text, (long long)nano);
	}
	check_test("bad amounts are told");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		nano = -1;
		if (!CHECK(money_parse(slice_str(bad[i]), &nano, &e) == -1 && nano == -1))
			printf("# %s: %lld\n", bad[i], (long long)nano);
	}
}

static void price_argument(void)
{
	static const char *const bad[] = {
	    "", "1", "1,", ",1", "1,2,3,4", "1,2,", "1,x", "a,b", "-1,2", "1;2"};
	struct money_prices p = {0};
	const struct money_price *price;

	check_test("--price IN,OUT and IN,OUT,CACHED");
	CHECK(money_price(&p, slice_str("m")) == NULL);
	CHECK(money_prices_arg(&p, slice_str("2.50,10"), &e) == 0);
	price = money_price(&p, slice_str("m"));
	CHECK(price && price->in == 2500000000 && price->out == 10000000000);
	CHECK(price && price->cached == price->in);
	CHECK(money_prices_arg(&p, slice_str("2.50, 10, 1.25"), &e) == 0 && p.len == 1);
	price = money_price(&p, (struct slice){0});
	CHECK(price && price->cached == 1250000000);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(money_prices_arg(&p, slice_str(bad[i]), &e) == -1))
			printf("# %s\n", bad[i]);
	CHECK(p.len == 1);
	money_prices_free(&p);
	money_prices_free(&p);
}

static void prices_file(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"[]", "not an object"},
	    {"{\"m\":5}", "m: not an object"},
	    {"{\"m\":{\"in\":1}}", "m: \"out\" is not a number"},
	    {"{\"m\":{\"in\":\"1\",\"out\":2}}", "m: \"in\""},
	    {"{\"m\":{\"in\":1,\"out\":-2}}", "m: -2: below 0"},
	    {"{\"m\":{\"in\":1,\"out\":2,\"cached\":null}}", "cached"},
	};
	struct money_prices p = {0};
	const struct money_price *price;

	check_test("a file of prices by model");
	CHECK(money_prices_load(&p,
		  parse("{\"gpt-x\":{\"in\":2.5,\"out\":10,\"cached\":1.25,\"note\":\"a\"},"
			"\"m\\u00e9\":{\"in\":0.1,\"out\":0}}"),
		  &e) == 0);
	price = money_price(&p, slice_str("gpt-x"));
	CHECK(price && price->in == 2500000000 && price->cached == 1250000000);
	price = money_price(&p, slice_str("m\xc3\xa9"));
	CHECK(price && price->in == 100000000 && price->out == 0 && price->cached == 100000000);
	CHECK(money_price(&p, slice_str("gpt")) == NULL && money_price(&p, slice_str("*")) == NULL);

	check_test("\"*\" and --price are for every other model");
	CHECK(money_prices_arg(&p, slice_str("7,8"), &e) == 0);
	price = money_price(&p, slice_str("gpt-x"));
	CHECK(price && price->in == 2500000000);
	price = money_price(&p, slice_str("other"));
	CHECK(price && price->in == 7000000000);
	CHECK(money_prices_load(&p, parse("{\"*\":{\"in\":1,\"out\":1}}"), &e) == 0 && p.len == 3);
	price = money_price(&p, slice_str("other"));
	CHECK(price && price->in == 1000000000);

	check_test("bad files are told, with the model");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(money_prices_load(&p, parse(bad[i].text), &e) == -1) ||
		    !CHECK(strstr(e.text, bad[i].why)))
			printf("# %s\n", e.text);
	money_prices_free(&p);

	check_test("many models");
	for (int i = 0; i < 200; i++) {
		char text[64];

		snprintf(text, sizeof text, "{\"m%d\":{\"in\":%d,\"out\":0}}", i, i);
		CHECK(money_prices_load(&p, parse(text), &e) == 0);
	}
	price = money_price(&p, slice_str("m137"));
	CHECK(price && price->in == 137 * MONEY_UNIT);
	money_prices_free(&p);
}

static struct money_use estimate(const char *body, const char *url)
{
	struct money_use use;

	money_estimate(parse(body), slice_str(url), &use);
	return use;
}

#define CHAT "/v1/chat/completions"

static void estimates(void)
{
	struct money_use use;
	struct buf b = {0};

	check_test("what is sent: a token for four bytes");
	use = estimate(
	    "{\"messages\":[{\"role\":\"user\",\"content\":\"0123456\"}],\"max_tokens\":5}", CHAT);
	CHECK(use.in == 10 && use.out == 5 && use.bounded && use.cached == 0);
	use =
	    estimate("{\"prompt\":\"0123456789\",\"user\":\"someone who does not matter\"}", CHAT);
	CHECK(use.in == 3 && use.out == 0 && !use.bounded);
	use = estimate("{\"prompt\":\"\xe6\x9d\x91\xe6\x9d\x91\xe6\x9d\x91\"}", CHAT);
	CHECK(use.in == 5);
	use = estimate("{\"prompt\":\"0123456789\",\"tools\":[\"0123456789\"]}", CHAT);
	CHECK(use.in == 7);

	check_test("the output limit, times n");
	use = estimate("{\"max_completion_tokens\":7,\"max_tokens\":5,\"n\":3}", CHAT);
	CHECK(use.out == 21 && use.bounded && money_tokens(&use) == 21);
	use = estimate("{\"max_output_tokens\":9,\"n\":1}", "/v1/responses");
	CHECK(use.out == 9 && use.bounded);
	use = estimate("{\"max_completion_tokens\":null,\"max_tokens\":5,\"n\":0}", CHAT);
	CHECK(use.out == 5 && use.bounded);
	use = estimate("{\"max_tokens\":\"5\"}", CHAT);
	CHECK(!use.bounded && use.out == 0);
	use = estimate("{\"max_tokens\":-1}", CHAT);
	CHECK(!use.bounded);
	use = estimate("{\"max_tokens\":0}", CHAT);
	CHECK(use.bounded && use.out == 0);
	use = estimate("{\"max_tokens\":1e3}", CHAT);
	CHECK(use.bounded && use.out == 1000);
	use = estimate("{\"max_tokens\":1e300,\"n\":1e300}", CHAT);
	CHECK(use.bounded && use.out == INT64_MAX && money_tokens(&use) == INT64_MAX);

	check_test("embeddings have no output");
	use = estimate("{\"input\":[\"abcdef\",\"abcdef\"]}", "/v1/embeddings");
	CHECK(use.bounded && use.in == 5 && use.out == 0);
	use = estimate("{\"input\":\"a\"}", "/openai/embeddings?api-version=1");
	CHECK(use.bounded);
	use = estimate("{\"input\":\"a\"}", "/embeddings/x");
	CHECK(!use.bounded);

	check_test("an image is not read as text");
	buf_str(
	    &b, "{\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"data:image/png;base64,");
	for (int i = 0; i < 100000; i++)
		buf_str(&b, "AAAA");
	buf_str(&b, "\"}}]}]}");
	use = estimate(buf_cstr(&b), CHAT);
	CHECK(use.in > MONEY_IMAGE && use.in < MONEY_IMAGE + 20);
	buf_free(&b);

	check_test("any body will do");
	use = estimate("[]", CHAT);
	CHECK(use.in == 0 && !use.bounded);
	use = estimate("{\"messages\":null,\"n\":\"x\"}", "");
	CHECK(!use.bounded);
}

static struct money_use usage(const char *answer, bool want)
{
	struct money_use use;

	CHECK(money_usage(parse(answer), &use) == want);
	return use;
}

static void usages(void)
{
	struct money_use use;

	check_test("usage in all its spellings");
	use = usage(
	    "{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}", true);
	CHECK(use.in == 11 && use.out == 7 && use.cached == 0);
	use = usage("{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,"
		    "\"prompt_tokens_details\":{\"cached_tokens\":4}}}",
	    true);
	CHECK(use.cached == 4);
	use = usage("{\"usage\":{\"input_tokens\":11,\"output_tokens\":7,"
		    "\"input_tokens_details\":{\"cached_tokens\":5}}}",
	    true);
	CHECK(use.in == 11 && use.out == 7 && use.cached == 5);
	use = usage("{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,"
		    "\"prompt_cache_hit_tokens\":6}}",
	    true);
	CHECK(use.cached == 6);
	use = usage("{\"usage\":{\"prompt_tokens\":11,\"total_tokens\":11}}", true);
	CHECK(use.in == 11 && use.out == 0);

	check_test("usage that says nothing, or nonsense");
	usage("{}", false);
	usage("[]", false);
	usage("{\"usage\":null}", false);
	usage("{\"usage\":{}}", false);
	usage("{\"usage\":{\"prompt_tokens\":\"11\"}}", false);
	use = usage("{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":-7}}", false);
	CHECK(use.in == 0 && use.out == 0);
	use = usage(
	    "{\"usage\":{\"prompt_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":99}}}",
	    true);
	CHECK(use.cached == 5);
	use = usage("{\"usage\":{\"prompt_tokens\":5,\"prompt_tokens_details\":null}}", true);
	CHECK(use.cached == 0);
}

static void costs(void)
{
	struct money_price p = {2500000000, 10000000000, 1250000000};
	struct money_use use = {.in = 1000, .out = 100};
	struct buf b = {0};
	static const struct {
		int64_t nano;
		const char *text;
	} shown[] = {{0, "0.0000"}, {MONEY_UNIT / 10000, "0.0001"}, {12345678, "0.0123"},
	    {999960000, "1.0000"}, {MONEY_UNIT, "1.00"}, {12345678901, "12.35"},
	    {INT64_MAX, "9223372036.85"}};

	check_test("a cost is exact, rounded up to the nano-unit");
	CHECK(money_cost(&p, &use) == 3500000);
	use.cached = 400;
	CHECK(money_cost(&p, &use) == 3000000);
	use = (struct money_use){.in = 1};
	p.in = 1;
	CHECK(money_cost(&p, &use) == 1);
	p.in = 75000000;
	CHECK(money_cost(&p, &use) == 75);
	use = (struct money_use){.in = INT64_MAX, .out = INT64_MAX};
	CHECK(money_cost(&p, &use) == INT64_MAX);

	check_test("money for people");
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		buf_clear(&b);
		money_put(&b, shown[i].nano);
		CHECK_SLICE(buf_all(&b), shown[i].text);
	}
	buf_free(&b);
}

int main(void)
{
	amounts();
	price_argument();
	prices_file();
	estimates();
	usages();
	costs();
	json_doc_free(&doc);
	return check_done();
}
