#include "halt.h"

#include "check.h"

static void forms(void)
{
	static const struct {
		const char *text;
		bool now, percent;
		uint64_t fail;
	} good[] = {
	    {"never", false, false, 0},
	    {"now,fail=1", true, false, 1},
	    {"soon,fail=1", false, false, 1},
	    {"soon,fail=4294967295", false, false, UINT32_MAX},
	    {"now,fail=1%", true, true, 1},
	    {"soon,fail=100%", false, true, 100},
	    {"soon,fail=007", false, false, 7},
	};
	struct err e;

	check_test("never, a number, a percentage");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct halt h = {.now = true, .percent = true, .fail = 99};

		if (!CHECK(halt_parse(&h, slice_str(good[i].text), &e) == 0) ||
		    !CHECK(h.now == good[i].now && h.percent == good[i].percent &&
			h.fail == good[i].fail))
			printf("# %s\n", good[i].text);
	}
}

static void no_forms(void)
{
	static const char *const bad[] = {"", ",", "%", "never ", " never", "Never", "never,fail=1",
	    "now", "soon", "now,", "now,fail", "now,fail=", "now,fail=%", "now,fail=0",
	    "soon,fail=0%", "soon,fail=101%", "soon,fail=1%%", "now,fail=-1", "now,fail=+1",
	    "now,fail= 1", "now,fail=1 ", "now,fail=1.5", "now,fail=4294967296",
	    "now,fail=18446744073709551617", "now,fail=1,fail=2", "now,FAIL=1", "later,fail=1",
	    "now,success=1", "fail=1", "now;fail=1", "nownow,fail=1"};
	struct err e;

	check_test("anything else is refused, in words that name it, and never halts");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct halt h = {.fail = 1};

		e.text[0] = '\0';
		if (!CHECK(halt_parse(&h, slice_str(bad[i]), &e) == -1) || !CHECK(e.text[0]) ||
		    !CHECK(!halt_due(&h, 1000, 1000)))
			printf("# '%s': %s\n", bad[i], e.text);
	}
	CHECK(halt_parse(&(struct halt){0}, slice_str("later,fail=1"), &e) == -1 &&
	    strstr(e.text, "later,fail=1"));
	CHECK(halt_parse(&(struct halt){0}, (struct slice){0}, NULL) == -1);
}

static void due(void)
{
	static const struct {
		const char *text;
		uint64_t failed, finished;
		bool due;
	} cases[] = {
	    {"never", 1000000, 1000000, false},
	    {"now,fail=1", 0, 0, false},
	    {"now,fail=1", 0, 1000, false},
	    {"now,fail=1", 1, 1000, true},
	    {"soon,fail=3", 2, 2, false},
	    {"soon,fail=3", 3, 1000000, true},
	    {"soon,fail=3", 4, 4, true},
	    {"soon,fail=10%", 0, 0, false},
	    {"soon,fail=10%", 2, 2, false},
	    {"soon,fail=10%", 3, 3, true},
	    {"soon,fail=10%", 3, 30, true},
	    {"soon,fail=10%", 3, 31, false},
	    {"soon,fail=10%", 99999, 1000000, false},
	    {"soon,fail=10%", 100000, 1000000, true},
	    {"now,fail=100%", 999, 1000, false},
	    {"now,fail=100%", 1000, 1000, true},
	    {"now,fail=1%", 3, 300, true},
	    {"now,fail=1%", 3, 301, false},
	};
	struct err e;

	check_test("so many, or such a part of what is finished once three have failed");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct halt h;

		CHECK(halt_parse(&h, slice_str(cases[i].text), &e) == 0);
		if (!CHECK(halt_due(&h, cases[i].failed, cases[i].finished) == cases[i].due))
			printf("# %s, %d of %d\n", cases[i].text, (int)cases[i].failed,
			    (int)cases[i].finished);
	}
	check_test("zeros are never");
	CHECK(!halt_due(&(struct halt){0}, UINT32_MAX, UINT32_MAX));
}

int main(void)
{
	forms();
	no_forms();
	due();
	return check_done();
}
