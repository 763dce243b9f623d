#include "figures.h"

#include "check.h"

static void output(void)
{
	struct figures f = {0};
	struct buf b = {0};

	check_test("as JSON: nothing, and one of each kind");
	figures_json(&f, &b);
	CHECK_SLICE(buf_all(&b), "{\"estimated\":[]}");
	buf_clear(&b);
	figures_add(&f, (struct figure){"rows", "rows", FIGURES_COUNT, 12345678, false, false});
	figures_add(&f, (struct figure){"share", "a share", FIGURES_SHARE, 0.125, false, true});
	figures_add(
	    &f, (struct figure){"ratio", "a longer label", FIGURES_NUMBER, 2.5, false, false});
	figures_add(&f, (struct figure){"none", "none", FIGURES_SHARE, 0, true, false});
	figures_json(&f, &b);
	CHECK_SLICE(buf_all(&b),
	    "{\"rows\":12345678,\"share\":0.125,\"ratio\":2.5,\"none\":null,"
	    "\"estimated\":[\"share\"]}");
	buf_clear(&b);

	check_test("as a table");
	figures_table(&f, &b);
	CHECK_SLICE(buf_all(&b),
	    "rows               12345678\n"
	    "a share             12.50 %  (estimated)\n"
	    "a longer label        2.500\n"
	    "none                      -");
	buf_free(&b);

	check_test("found by name");
	CHECK(figures_find(&f, slice_str("ratio")) == &f.figure[2]);
	CHECK(!figures_find(&f, slice_str("rati")) && !figures_find(&f, slice_str("")));
	figures_free(&f);
}

static bool holds(const char *text, double value)
{
	struct figures_condition c;
	struct figure f = {"n", "n", FIGURES_NUMBER, value, false, false};
	struct err e;

	CHECK(figures_condition(&c, slice_str(text), &e) == 0);
	CHECK_SLICE(c.name, "n");
	return figures_holds(&c, &f);
}

static void conditions(void)
{
	static const char *const bad[] = {"", "n", "n>", ">1", "n=1", "n=>1", "n=<1", "n<>1",
	    "n>>1", "n>1x", "n>x", "n>1 2", "n>01", "n>+1", "n>1%", "n>0x1", "n>.5", "n>\"1\"",
	    "n>true", "n>===1"};
	struct figures_condition c;
	struct figure none = {"n", "n", FIGURES_SHARE, 5, true, false};
	struct err e;

	check_test("each comparison, on both sides of its border");
	CHECK(!holds("n>1", 1) && holds("n>1", 1.5) && !holds("n>1", 0));
	CHECK(holds("n>=1", 1) && holds("n>=1", 2) && !holds("n>=1", 0.9));
	CHECK(!holds("n<1", 1) && holds("n<1", 0.5) && !holds("n<1", 2));
	CHECK(holds("n<=1", 1) && holds("n<=1", -1) && !holds("n<=1", 1.1));
	CHECK(holds("n==1", 1) && !holds("n==1", 1.1));
	CHECK(holds(" n  > -1e-3 ", 0) && holds("n>=0.25", 0.25));

	check_test("anything else is refused, in words");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(figures_condition(&c, slice_str(bad[i]), &e) == -1 &&
			strstr(e.text, bad[i])))
			printf("# %s\n", bad[i]);

	check_test("what was not measured meets no condition");
	CHECK(figures_condition(&c, slice_str("n>=0"), &e) == 0 && !figures_holds(&c, &none));
}

int main(void)
{
	output();
	conditions();
	return check_done();
}
