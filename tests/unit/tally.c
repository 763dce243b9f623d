#include "tally.h"

#include "check.h"
#include "jw.h"

static struct tally t;
static const struct money_use nothing;

static struct caller_result answer(int status)
{
	return (struct caller_result){
	    .status = status, .good = status < 300, .sent = true, .attempts = 1, .use = &nothing};
}

static struct caller_result failure(const char *code, bool sent)
{
	return (struct caller_result){
	    .code = code, .sent = sent, .attempts = sent ? 2 : 0, .use = &nothing};
}

static void add(struct caller_result r)
{
	tally_add(&t, &r);
}

static void put(const char *want)
{
	struct stats s;

	stats_begin(&s, NULL, "test");
	buf_clear(&s.buf);
	jw_object(&s.buf);
	tally_put(&t, &s);
	jw_object_end(&s.buf);
	CHECK_SLICE(buf_all(&s.buf), want);
	CHECK(stats_end(&s, NULL) == 0);
}

static void counts(void)
{
	check_test("nothing");
	t = (struct tally){0};
	put("{\"requests\":0,\"good\":0,\"failed\":0,\"passed\":0,\"attempts\":0,\"status\":{},"
	    "\"errors\":{},\"latency_ms\":{\"p50\":0,\"p90\":0,\"p99\":0,\"max\":0},"
	    "\"tokens_in\":0,\"tokens_cached\":0,\"tokens_out\":0,\"cost\":0}");

	check_test("good, failed, tried, by status and by code");
	add(answer(200));
	add(answer(200));
	add(answer(404));
	add(failure("timeout", true));
	add(failure("timeout", true));
	add(failure("halted", false));
	CHECK(t.done == 6 && t.good == 2 && t.failed == 4 && t.tried == 3 && t.attempts == 7);
	CHECK(t.status[200] == 2 && t.status[404] == 1 && t.status[0] == 0);
	CHECK(t.latency.n == 5);
	t.passed = 9;
	put("{\"requests\":6,\"good\":2,\"failed\":4,\"passed\":9,\"attempts\":7,"
	    "\"status\":{\"200\":2,\"404\":1},\"errors\":{\"timeout\":2,\"halted\":1},"
	    "\"latency_ms\":{\"p50\":0,\"p90\":0,\"p99\":0,\"max\":0},"
	    "\"tokens_in\":0,\"tokens_cached\":0,\"tokens_out\":0,\"cost\":0}");

	check_test("a status out of range counts at 0");
	t = (struct tally){0};
	for (int i = 0; i < 4; i++)
		add(answer((int[]){600, -1, INT32_MAX, 0}[i]));
	add(answer(599));
	add(answer(1));
	CHECK(t.status[0] == 4 && t.status[599] == 1 && t.status[1] == 1);
}

static void use_and_time(void)
{
	static const struct money_use use = {.in = 10, .cached = 4, .out = 3};
	struct caller_result r = answer(200);

	check_test("tokens, money and times are summed");
	t = (struct tally){0};
	r.use = &use;
	r.cost = 1500000000;
	for (int i = 1; i <= 10; i++) {
		r.ns = i * INT64_C(2000000) + 999;
		add(r);
	}
	put("{\"requests\":10,\"good\":10,\"failed\":0,\"passed\":0,\"attempts\":10,"
	    "\"status\":{\"200\":10},\"errors\":{},"
	    "\"latency_ms\":{\"p50\":10.239,\"p90\":18.431,\"p99\":20,\"max\":20},"
	    "\"tokens_in\":100,\"tokens_cached\":40,\"tokens_out\":30,\"cost\":15}");

	check_test("what a server says it used stops at the largest number");
	r.use = &(struct money_use){INT64_MAX, INT64_MAX, INT64_MAX, false};
	r.cost = INT64_MAX;
	add(r);
	add(r);
	CHECK(t.used.in == INT64_MAX && t.used.cached == INT64_MAX && t.used.out == INT64_MAX);
	CHECK(t.cost == INT64_MAX && t.done == 12);
}

static void many_codes(void)
{
	static char codes[2 * TALLY_CODES][8];
	uint64_t n = 0;

	check_test("more codes than there is room for: none is lost, each name stands once");
	t = (struct tally){0};
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 2 * TALLY_CODES; i++) {
			snprintf(codes[i], sizeof codes[i], "code%d", i);
			add(failure(codes[i], true));
		}
	for (size_t i = 0; i < TALLY_CODES; i++) {
		n += t.codes[i].n;
		CHECK(i == TALLY_CODES - 1 || t.codes[i].n == 3);
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(t.codes[i].code, t.codes[k].code) != 0);
	}
	CHECK(n == t.done);

	check_test("the same code by another address is the same");
	t = (struct tally){0};
	add(failure("code1", true));
	add(failure(codes[1], true));
	CHECK(t.codes[0].n == 2 && t.codes[1].code == NULL);
}

int main(void)
{
	counts();
	use_and_time();
	many_codes();
	return check_done();
}
