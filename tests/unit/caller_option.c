#include "caller.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "fs.h"

#define S PACE_SECOND

static struct caller_config k;
static struct err e;

static void anew(void)
{
	money_prices_free(&k.prices);
	memset(&k, 0, sizeof k);
	caller_defaults(&k);
}

static void defaults(void)
{
	check_test("what is so unless told otherwise");
	anew();
	CHECK(k.calls == 5 && k.least == 0 && k.retries == 5 && k.max_wait == 120 * S);
	CHECK(k.rpm == 0 && k.tpm == 0 && !k.ordered && !k.stream);
	CHECK(!k.quota.money.limited && !k.quota.tokens.limited && k.prices.len == 0);
	CHECK(k.http.connect_timeout == 10 * S && k.http.timeout == 600 * S);
	CHECK(k.http.stall == 60 * S && !k.http.stall_before);
	CHECK(k.http.max_response == 8 << 20 && !k.http.cacert && !k.http.http2);
}

static void numbers(void)
{
	static const struct {
		const char *name;
		int64_t *to;
		const char *text;
		int64_t want; /* -1: refused */
	} cases[] = {
	    {"rpm", &k.rpm, "1", 1},
	    {"rpm", &k.rpm, "2147483647", INT32_MAX},
	    {"rpm", &k.rpm, "2147483648", -1},
	    {"rpm", &k.rpm, "0", -1},
	    {"rpm", &k.rpm, "", -1},
	    {"rpm", &k.rpm, "1.5", -1},
	    {"rpm", &k.rpm, "-1", -1},
	    {"rpm", &k.rpm, "60/min", -1},
	    {"tpm", &k.tpm, "1", 1},
	    {"tpm", &k.tpm, "9223372036854", 9223372036854},
	    {"tpm", &k.tpm, "9223372036855", -1},
	    {"tpm", &k.tpm, "0", -1},
	    {"tpm", &k.tpm, "18446744073709551617", -1},
	    {"token-budget", &k.quota.tokens.limit, "0", 0},
	    {"token-budget", &k.quota.tokens.limit, "9223372036854", 9223372036854},
	    {"token-budget", &k.quota.tokens.limit, "9223372036855", -1},
	    {"token-budget", &k.quota.tokens.limit, "1k", -1},
	    {"max-cost", &k.quota.money.limit, "0", 0},
	    {"max-cost", &k.quota.money.limit, "12.5", 12500000000},
	    {"max-cost", &k.quota.money.limit, "-1", -1},
	    {"max-cost", &k.quota.money.limit, "1e99", -1},
	    {"max-cost", &k.quota.money.limit, "$5", -1},
	    {"max-wait", &k.max_wait, "1ms", 1000000},
	    {"max-wait", &k.max_wait, "1.5m", 90 * S},
	    {"max-wait", &k.max_wait, "0", -1},
	    {"max-wait", &k.max_wait, "0.5ms", -1},
	    {"max-wait", &k.max_wait, "0.000999999", -1},
	    {"max-wait", &k.max_wait, "1w", -1},
	    {"connect-timeout", &k.http.connect_timeout, "3", 3 * S},
	    {"connect-timeout", &k.http.connect_timeout, "-3", -1},
	    {"timeout", &k.http.timeout, "2h", 7200 * S},
	    {"timeout", &k.http.timeout, "0s", -1},
	    {"timeout", &k.http.timeout, "9999999999999", -1},
	    {"stall", &k.http.stall, "250ms", S / 4},
	    {"stall", &k.http.stall, "", -1},
	};

	check_test("numbers, money and times, and their limits");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool good = cases[i].want >= 0;

		anew();
		e.text[0] = '\0';
		if (!CHECK(
			caller_option(&k, cases[i].name, cases[i].text, &e) == (good ? 1 : -1)) ||
		    !CHECK(good ? *cases[i].to == cases[i].want : e.text[0] != '\0'))
			printf("# --%s %s: %lld\n", cases[i].name, cases[i].text,
			    (long long)*cases[i].to);
	}
	check_test("a budget of 0 is one");
	anew();
	CHECK(caller_option(&k, "max-cost", "0", &e) == 1 && k.quota.money.limited);
	CHECK(!k.quota.tokens.limited);
	CHECK(caller_option(&k, "token-budget", "0", &e) == 1 && k.quota.tokens.limited);

	check_test("only --stall makes the wait for the first byte count");
	anew();
	CHECK(caller_option(&k, "timeout", "1", &e) == 1 && !k.http.stall_before);
	CHECK(caller_option(&k, "stall", "1", &e) == 1 && k.http.stall_before);
}

static void jobs(void)
{
	static const struct {
		const char *text;
		size_t least, calls; /* 0: refused */
	} cases[] = {
	    {"1", 0, 1},
	    {"10000", 0, 10000},
	    {"10001", 0, 0},
	    {"0", 0, 0},
	    {"", 0, 0},
	    {"-", 0, 0},
	    {"-5", 0, 0},
	    {"5-", 0, 0},
	    {"2-8", 2, 8},
	    {"8-8", 8, 8},
	    {"8-7", 0, 0},
	    {"0-7", 0, 0},
	    {"1-10000", 1, 10000},
	    {"1-10001", 0, 0},
	    {"10001-10001", 0, 0},
	    {"1-2-3", 0, 0},
	    {"auto", 1, 256},
	    {"Auto", 0, 0},
	    {"auto-5", 0, 0},
	    {"1-auto", 0, 0},
	    {" 1", 0, 0},
	};

	check_test("jobs: N, MIN-MAX, auto");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int want = cases[i].calls ? 1 : -1;

		anew();
		if (!CHECK(caller_option(&k, "jobs", cases[i].text, &e) == want) ||
		    !CHECK(want < 0 || (k.calls == cases[i].calls && k.least == cases[i].least)))
			printf("# %s: %zu-%zu\n", cases[i].text, k.least, k.calls);
	}
	check_test("the last one counts, whole");
	anew();
	CHECK(caller_option(&k, "jobs", "2-8", &e) == 1 && caller_option(&k, "jobs", "3", &e) == 1);
	CHECK(k.least == 0 && k.calls == 3);
}

static void sizes_and_retries(void)
{
	static const struct {
		const char *text;
		size_t want; /* 0: refused */
	} sizes[] = {{"1", 1}, {"1K", 1024}, {"16MiB", 16 << 20}, {"1G", 1 << 30},
	    {"1073741824", 1 << 30}, {"1073741825", 0}, {"2G", 0}, {"0", 0}, {"", 0}, {"1T", 0}};

	check_test("retries: none to a thousand");
	anew();
	CHECK(caller_option(&k, "retries", "0", &e) == 1 && k.retries == 0);
	CHECK(caller_option(&k, "retries", "1000", &e) == 1 && k.retries == 1000);
	CHECK(caller_option(&k, "retries", "1001", &e) == -1);
	CHECK(caller_option(&k, "retries", "x", &e) == -1 && strstr(e.text, "'x'"));

	check_test("max-response: 1 byte to 1G");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		anew();
		if (!CHECK(caller_option(&k, "max-response", sizes[i].text, &e) ==
			(sizes[i].want ? 1 : -1)) ||
		    !CHECK(!sizes[i].want || k.http.max_response == sizes[i].want))
			printf("# %s: %zu\n", sizes[i].text, k.http.max_response);
	}
}

static void prices(void)
{
	static const char text[] = "{\"m\":{\"in\":1,\"out\":2}}";
	char path[] = "/tmp/npc-prices-XXXXXX";
	int fd = mkstemp(path);
	const struct money_price *p;

	check_test("prices, from the line and from a file");
	anew();
	CHECK(fs_write(fd, text, sizeof text - 1, &e) == 0);
	close(fd);
	CHECK(caller_option(&k, "prices", path, &e) == 1);
	CHECK(caller_option(&k, "price", "3,4", &e) == 1);
	p = money_price(&k.prices, slice_str("m"));
	CHECK(p && p->in == MONEY_UNIT);
	p = money_price(&k.prices, slice_str("other"));
	CHECK(p && p->in == 3 * MONEY_UNIT && p->out == 4 * MONEY_UNIT);
	CHECK(caller_option(&k, "price", "3", &e) == -1 && strstr(e.text, "IN,OUT"));
	unlink(path);
	CHECK(caller_option(&k, "prices", path, &e) == -1 && strstr(e.text, path));
}

static void flags_and_others(void)
{
	static const char *const others[] = {
	    "", "job", "jobs ", "JOBS", "url", "help", "keep", "http", "bar"};
	char path[] = "/ca.pem";

	check_test("flags");
	anew();
	CHECK(caller_option(&k, "keep-order", NULL, &e) == 1);
	CHECK(k.ordered && !k.stream && !k.http.http2);
	CHECK(caller_option(&k, "stream", NULL, &e) == 1 && k.stream && !k.http.http2);
	CHECK(caller_option(&k, "http2", NULL, &e) == 1 && k.http.http2);
	CHECK(caller_option(&k, "cacert", path, &e) == 1 && k.http.cacert == path);

	check_test("options of others are not taken");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(caller_option(&k, others[i], i % 2 ? "1" : NULL, &e) == 0);
}

int main(void)
{
	defaults();
	numbers();
	jobs();
	sizes_and_retries();
	prices();
	flags_and_others();
	money_prices_free(&k.prices);
	return check_done();
}
