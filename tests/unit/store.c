#include "store_test.h"

static void put_and_get(void)
{
	static const size_t sizes[] = {64, 1000, 4096 - 120, 4096 - 119, 5000, 70000, 200000};
	struct store *s;
	struct store_info info;

	check_test("what is put can be got, by another too; anything else is a miss");
	no_store();
	s = open_store();
	CHECK(get_nth(s, 0, NULL) == 0);
	for (unsigned i = 0; i < 7; i++)
		must_put(s, i, sizes[i]);
	for (unsigned i = 0; i < 7; i++) {
		CHECK(get_nth(s, i, &info) == 1);
		CHECK(info.tokens_in == i && info.tokens_cached == 7 && info.tokens_out == i + 1);
		CHECK(info.created > 0 && info.created <= clock_wall() && info.expires == 0);
		CHECK(info.stored == sizes[i] + 120);
	}
	CHECK(get_nth(s, 8, NULL) == 0);
	CHECK(totals_are_true(s));
	CHECK(store_close(s, NULL) == 0);
	s = open_store();
	for (unsigned i = 0; i < 7; i++)
		CHECK(get_nth(s, i, NULL) == 1);
	CHECK(totals_are_true(s));

	check_test("put again: it is replaced, and counted once");
	must_put(s, 1, 3000);
	must_put(s, 1, 2000);
	CHECK(get_nth(s, 1, &info) == 1 && info.stored == 2120);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

int main(void)
{
	new_place();
	put_and_get();
	no_place();
	return check_done();
}
