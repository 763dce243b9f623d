#include "bar.h"

#include "check.h"

#define S INT64_C(1000000000)

static struct buf b;

static void shows(struct bar *bar, const struct bar_state *s, int64_t now, const char *want)
{
	buf_clear(&b);
	bar_put(bar, &b, s, now);
	CHECK_SLICE(buf_all(&b), want);
}

/* What a bar shows that began at 0 with nothing done, after so many seconds. */
static void what_is_shown(void)
{
	static const struct {
		const char *name;
		struct bar_state s;
		int64_t after;
		const char *want;
	} cases[] = {
	    {"nothing yet, and no time: no rates", {0}, 0, "0 done, 0 in flight"},
	    {"nothing yet", {.flying = 5}, S, "0 done, 5 in flight, 0.0 calls/s, 0.0 tokens/s"},
	    {"failures", {.done = 3, .failed = 2, .flying = 1}, 2 * S,
		"3 done, 2 failed, 1 in flight, 1.5 calls/s, 0.0 tokens/s"},
	    {"rates below ten have a decimal", {.done = 99, .tokens = 100}, 10 * S,
		"99 done, 0 in flight, 9.9 calls/s, 10 tokens/s"},
	    {"rates in thousands", {.done = 9999, .tokens = 10000}, S,
		"9999 done, 0 in flight, 9999 calls/s, 10.0k tokens/s"},
	    {"money", {.tokens = 50, .money = 12345678900, .priced = true}, S,
		"0 done, 0 in flight, 0.0 calls/s, 50 tokens/s, cost 12.35"},
	    {"no money, but prices", {.priced = true}, S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s, cost 0.0000"},
	    {"money without prices is not told", {.money = 5 * S}, S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s"},
	    {"time left", {.part = 0.25}, 20 * S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s, 0:01:00 left"},
	    {"hours left", {.part = 0.5}, 7384 * S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s, 2:03:04 left"},
	    {"little left", {.part = 0.999999}, 20 * S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s, 0:00:00 left"},
	    {"days left: a hundred hours at most", {.part = 1e-300}, 20 * S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s, 100:00:00 left"},
	    {"nothing left", {.part = 1}, 20 * S, "0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s"},
	    {"more than all is not believed", {.part = 1.5}, 20 * S,
		"0 done, 0 in flight, 0.0 calls/s, 0.0 tokens/s"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bar bar;

		check_test(cases[i].name);
		bar_init(&bar, 77 * S);
		shows(&bar, &cases[i].s, 77 * S + cases[i].after, cases[i].want);
	}
}

static void when_due(void)
{
	struct bar bar;

	check_test("due four times a second, from the last one on");
	bar_init(&bar, 5 * S);
	CHECK(bar.due == 5 * S + S / 4);
	buf_clear(&b);
	bar_put(&bar, &b, &(struct bar_state){0}, 9 * S);
	CHECK(bar.due == 9 * S + S / 4);

	check_test("it is put behind what is there");
	buf_clear(&b);
	buf_str(&b, "\r");
	bar_put(&bar, &b, &(struct bar_state){0}, 9 * S);
	CHECK(slice_starts(buf_all(&b), "\r0 done"));
}

/* Ten calls a second, told twice a second; then nothing more. */
static void rates_of_the_last_seconds(void)
{
	struct bar bar;
	struct bar_state s = {0};
	int64_t now = 0;

	check_test("a steady rate is steady");
	bar_init(&bar, 0);
	for (now = S / 2; now <= 60 * S; now += S / 2) {
		s.done += 5;
		s.tokens += 100;
		buf_clear(&b);
		bar_put(&bar, &b, &s, now);
		CHECK(memmem(b.ptr, b.len, ", 10 calls/s, 200 tokens/s", 26));
		CHECK(now - bar.then.at <= 8 * S);
		CHECK(now <= 8 * S || now - bar.then.at >= 4 * S);
	}
	check_test("what stands still is seen within two windows");
	for (now = 60 * S; now <= 69 * S; now += S / 2) {
		buf_clear(&b);
		bar_put(&bar, &b, &s, now);
	}
	CHECK(memmem(b.ptr, b.len, ", 0.0 calls/s, 0.0 tokens/s", 27));
}

int main(void)
{
	what_is_shown();
	when_due();
	rates_of_the_last_seconds();
	buf_free(&b);
	return check_done();
}
