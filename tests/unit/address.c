#include "address.h"

#include <sodium/core.h>

#include "check.h"

static struct address of(const char *const *fields, size_t n)
{
	struct address_maker m;
	struct address a;

	address_begin(&m);
	for (size_t i = 0; i < n; i++)
		address_field(&m, slice_str(fields[i]));
	address_end(&m, &a);
	return a;
}

static void known_answers(void)
{
	char hex[ADDRESS_HEX + 1];
	struct address a;

	/* Made by Python: hashlib.blake2b(…, digest_size=32), lengths by struct.pack("<Q", n). */
	check_test("no field, an empty one, and some: as another implementation has them");
	a = of(NULL, 0);
	address_hex(&a, hex);
	CHECK_SLICE(
	    slice_str(hex), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	a = of((const char *const[]){""}, 1);
	address_hex(&a, hex);
	CHECK_SLICE(
	    slice_str(hex), "81e47a19e6b29b0a65b9591762ce5143ed30d0261e5d24a3201752506b20f15c");
	a = of((const char *const[]){"npc-llm", "/v1/chat/completions", "{}"}, 3);
	address_hex(&a, hex);
	CHECK_SLICE(
	    slice_str(hex), "121d20c6e179ebf81c6de86395072426a7ad08d712e7959504bb7798aa9a9452");

	check_test("the same once libsodium is initialised, which changes its code");
	CHECK(sodium_init() >= 0);
	a = of((const char *const[]){"npc-llm", "/v1/chat/completions", "{}"}, 3);
	address_hex(&a, hex);
	CHECK_SLICE(
	    slice_str(hex), "121d20c6e179ebf81c6de86395072426a7ad08d712e7959504bb7798aa9a9452");
}

static void borders(void)
{
	struct address a, b;

	check_test("where one field ends and the next begins makes a difference");
	a = of((const char *const[]){"ab", "c"}, 2);
	b = of((const char *const[]){"a", "bc"}, 2);
	CHECK(!address_eq(&a, &b));
	b = of((const char *const[]){"abc"}, 1);
	CHECK(!address_eq(&a, &b));
	b = of((const char *const[]){"ab", "c", ""}, 3);
	CHECK(!address_eq(&a, &b));
	b = of((const char *const[]){"ab", "c"}, 2);
	CHECK(address_eq(&a, &b));
}

static void as_text(void)
{
	struct address a = of((const char *const[]){"x"}, 1), b;
	char hex[ADDRESS_HEX + 1];

	check_test("what is written can be read");
	address_hex(&a, hex);
	CHECK(strlen(hex) == ADDRESS_HEX);
	CHECK(address_parse(&b, slice_str(hex)) && address_eq(&a, &b));

	check_test("another length, another digit, a capital: no address");
	CHECK(!address_parse(&b, slice_make(hex, ADDRESS_HEX - 1)));
	CHECK(!address_parse(&b, slice_make(hex, ADDRESS_HEX + 1)));
	CHECK(!address_parse(&b, (struct slice){0}));
	for (const char *c = "ABCDEFGgG/:@`x \n"; *c; c++)
		for (int i = 0; i < ADDRESS_HEX; i++) {
			char was = hex[i];

			hex[i] = *c;
			CHECK(!address_parse(&b, slice_str(hex)));
			hex[i] = was;
		}
}

int main(void)
{
	known_answers();
	borders();
	as_text();
	return check_done();
}
