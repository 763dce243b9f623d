#include "wire.h"

#include <stdlib.h>

#include "check.h"
#include "mem.h"
#include "rng.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct wire one;
static struct err why;

static int take(const char *text, size_t len, size_t *left)
{
	struct slice rest = slice_make(text, len);
	int got = wire_take(&rest, &one, &why);

	*left = rest.len;
	return got;
}

static void check_key(void)
{
	char hex[ADDRESS_HEX + 1];

	address_hex(&one.key, hex);
	CHECK_SLICE(slice_str(hex), KEY);
}

/* As it is written by whoever writes a helper, not by wire_put(). */
static void each_message(void)
{
	static const struct {
		const char *text;
		enum wire_verb verb;
		const char *bytes;
	} cases[] = {
	    {"get 7 " KEY "\n", WIRE_GET, ""},
	    {"put 7 " KEY " 5\na\nb c\n", WIRE_PUT, "a\nb c"},
	    {"put 7 " KEY " 0\n\n", WIRE_PUT, ""},
	    {"hit 7 3\nmis\n", WIRE_HIT, "mis"},
	    {"miss 7\n", WIRE_MISS, ""},
	    {"done 7\n", WIRE_DONE, ""},
	    {"failed 7 no  route\n", WIRE_FAILED, "no  route"},
	    {"failed 7\n", WIRE_FAILED, ""},
	};
	size_t left;

	check_test("each message, as it is documented");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);

		if (!CHECK(take(cases[i].text, len, &left) == 1))
			printf("# %s\n", cases[i].text);
		CHECK(left == 0 && one.verb == cases[i].verb && one.number == 7);
		CHECK(slice_is(one.bytes, cases[i].bytes));
		if (one.verb == WIRE_GET || one.verb == WIRE_PUT)
			check_key();
		for (size_t n = 0; n < len; n++)
			CHECK(take(cases[i].text, n, &left) == 0 && left == n);
	}

	check_test("one after the other");
	CHECK(take("miss 1\ndone 2\n", 14, &left) == 1 && left == 7 && one.number == 1);
	CHECK(take("hit 18446744073709551615 1\n\n\nx", 30, &left) == 1 && left == 1);
	CHECK(one.number == UINT64_MAX);
}

static void nonsense(void)
{
	static const char *const cases[] = {"\n", "x\n", "GET 1 " KEY "\n", "get\n", "get \n",
	    "get 1\n", "get  1 " KEY "\n", "get 1 " KEY " \n", "get 1 " KEY " 5\n",
	    "get -1 " KEY "\n", "get 1 " KEY "0\n", "get 1 G" KEY "\n", "get 1 " KEY "\r\n",
	    "put 1 " KEY "\n", "put 1 " KEY " x\n", "put 1 " KEY " -1\n",
	    "put 1 " KEY " 67108865\n", "put 1 " KEY " 99999999999999999999\n",
	    "put 1 " KEY " 1\nab\n", "hit 1\n", "hit 1 \n", "hit 1 1 1\n",
	    "hit 18446744073709551616 1\n", "hit 1 0\nx", "miss\n", "miss 1 2\n", "done 1 \n",
	    " miss 1\n", "miss\t1\n"};
	char longest[WIRE_LINE + 1];
	size_t left;

	check_test("what is no message is told at once");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		why.text[0] = '\0';
		if (!CHECK(take(cases[i], strlen(cases[i]), &left) == -1 && why.text[0]))
			printf("# %s\n", cases[i]);
	}
	CHECK(take("miss\0 1\n", 8, &left) == -1);

	check_test("a line without an end is not waited for");
	memset(longest, ' ', sizeof longest);
	memcpy(longest, "failed 1", 8);
	CHECK(take(longest, WIRE_LINE - 1, &left) == 0);
	CHECK(take(longest, WIRE_LINE, &left) == -1);
	longest[WIRE_LINE - 1] = '\n';
	CHECK(take(longest, WIRE_LINE, &left) == 1);
	longest[WIRE_LINE - 1] = ' ';
	longest[WIRE_LINE] = '\n';
	CHECK(take(longest, WIRE_LINE + 1, &left) == -1);
}

static void put_and_take(void)
{
	struct wire m = {.verb = WIRE_PUT, .number = 12, .bytes = slice_str("\n\0 x")};
	struct buf b = {0};
	struct err text = {"a\nb\tc\x1b[31md\x7f é"};
	size_t left;

	check_test("what is put can be taken, whatever the bytes");
	m.bytes.len = 4;
	CHECK(address_parse(&m.key, slice_str(KEY)));
	for (int verb = WIRE_GET; verb <= WIRE_DONE; verb++) {
		bool entry = verb == WIRE_PUT || verb == WIRE_HIT;

		m.verb = (enum wire_verb)verb;
		buf_clear(&b);
		wire_put(&b, &m);
		buf_byte(&b, '\n');
		CHECK(take(b.ptr, b.len, &left) == 1 && left == 0);
		CHECK(one.verb == m.verb && one.number == 12);
		CHECK(slice_eq(one.bytes, entry ? m.bytes : (struct slice){0}));
	}

	check_test("a failure's text stays on its line, and within its length");
	m = (struct wire){.verb = WIRE_FAILED, .bytes = slice_str(text.text)};
	buf_clear(&b);
	wire_put(&b, &m);
	CHECK_SLICE(buf_all(&b), "failed 0 a?b?c?[31md? é");
	memset(text.text, 'x', ERR_MAX - 1);
	m.bytes = slice_make(text.text, ERR_MAX - 1);
	buf_clear(&b);
	wire_put(&b, &m);
	buf_byte(&b, '\n');
	CHECK(take(b.ptr, b.len, &left) == 1 && one.bytes.len == WIRE_TEXT);
	buf_free(&b);
}

/* Under the sanitizers this finds what reads beyond. */
static void any_bytes(void)
{
	static const char *const words[] = {"get ", "put ", "hit ", "miss ", "done ", "failed ",
	    "1", " ", "\n", KEY, " 3\n", "99", "abc", "\0", "-"};
	struct rng rng = {3};
	int taken = 0, refused = 0;

	check_test("any bytes: taken, refused or waited for, and nothing beyond them read");
	for (int i = 0; i < 20000; i++) {
		struct buf b = {0};
		char *exact;
		size_t left;
		int got;

		if (i % 2)
			buf_fmt(&b, "%s1", words[rng_below(&rng, 6)]);
		for (uint64_t n = rng_below(&rng, 8); n; n--)
			buf_str(&b, words[rng_below(&rng, sizeof words / sizeof *words)]);
		exact = mem_copy(b.ptr ? b.ptr : "", b.len);
		exact = mem_grow(exact, b.len ? b.len : 1, 1);
		got = take(exact, b.len, &left);
		CHECK(got >= -1 && got <= 1 && left <= b.len);
		taken += got == 1;
		refused += got == -1;
		free(exact);
		buf_free(&b);
	}
	CHECK(taken > 500 && refused > 5000);
}

int main(void)
{
	each_message();
	nonsense();
	put_and_take();
	any_bytes();
	return check_done();
}
