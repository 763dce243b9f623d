#include "hint.h"

#include <stdlib.h>

#include "buf.h"
#include "check.h"
#include "fs.h"

/*
 * The cases stand in a file, a line each, parts separated by " | ": what is wanted after a refusal
 * for the rate, and otherwise, in milliseconds (- is nothing); then headers. The wall clock is 2026-03-01T12:00:00.250Z.
 */
static const int64_t wall = INT64_C(1772366400250000000);

static struct slice part(struct slice *rest)
{
	for (size_t i = 0; i + 3 <= rest->len; i++)
		if (memcmp(rest->ptr + i, " | ", 3) == 0) {
			struct slice s = slice_make(rest->ptr, i);

			*rest = slice_make(rest->ptr + i + 3, rest->len - i - 3);
			return slice_trim(s);
		}
	struct slice all = *rest;

	rest->ptr = NULL;
	return slice_trim(all);
}

static bool as_wanted(int64_t got, struct slice want)
{
	long double ms = strtold(want.ptr, NULL);

	if (slice_is(want, "-"))
		return got == -1;
	return got == (int64_t)(ms * 1e6L + 0.5L);
}

static void one_case(struct slice line)
{
	struct slice rest = line, refused = part(&rest), otherwise = part(&rest);
	struct hint h = {0};

	while (rest.ptr) {
		struct slice value = part(&rest), name = slice_split(&value, ':');

		hint_header(&h, name, value);
	}
	if (!CHECK(as_wanted(hint_wait(&h, true, wall), refused)) |
	    !CHECK(as_wanted(hint_wait(&h, false, wall), otherwise)))
		printf("# %.*s: %lld and %lld ns\n", SLICE_FMT(line),
		    (long long)hint_wait(&h, true, wall), (long long)hint_wait(&h, false, wall));
}

static void cases(const char *path)
{
	static char title[200];
	struct buf b = {0};
	struct slice rest;
	struct err e;
	int n = 0;

	if (!CHECK(fs_slurp(path, 1 << 20, &b, &e) == 0))
		return;
	buf_cstr(&b);
	for (rest = buf_all(&b); rest.ptr && rest.len > 0;) {
		struct slice line = slice_split(&rest, '\n');

		if (line.len == 0)
			continue;
		if (*line.ptr == '#') {
			check_close();
			snprintf(title, sizeof title, "%.*s", SLICE_FMT(slice_trim(line)));
			check_state.name = NULL;
			check_test(title + 2);
			continue;
		}
		one_case(line);
		n++;
	}
	CHECK(n > 50);
	buf_free(&b);
}

static struct hint of(const char *name, const char *value)
{
	struct hint h = {0};

	hint_header(&h, slice_str(name), slice_str(value));
	return h;
}

static void the_rest(void)
{
	struct hint h = of("X-Should-Retry", "TRUE");

	check_test("x-should-retry");
	CHECK(h.retry == HINT_RETRY);
	h = of("x-should-retry", " false ");
	CHECK(h.retry == HINT_NO_RETRY);
	h = of("x-should-retry", "maybe");
	CHECK(h.retry == HINT_UNSAID);

	check_test("remaining");
	h = of("x-ratelimit-remaining-requests", "12");
	CHECK(hint_remaining(&h) == 12 && !hint_exhausted(&h));
	h = of("x-ratelimit-remaining-tokens", "0");
	CHECK(hint_remaining(&h) == -1 && hint_exhausted(&h));
	h = of("x-ratelimit-remaining", "-3");
	CHECK(hint_remaining(&h) == 0 && hint_exhausted(&h));
	h = of("x-ratelimit-remaining", "many");
	CHECK(hint_remaining(&h) == -1 && !hint_exhausted(&h));
	h = of("ratelimit", "\"default\";r=50;t=30");
	CHECK(hint_remaining(&h) == 50);
	h = (struct hint){0};
	CHECK(hint_wait(&h, true, wall) == -1 && !hint_exhausted(&h));

	check_test("more quotas than there is room for, and hostile values");
	for (int i = 0; i < 1000; i++) {
		char name[64];

		snprintf(name, sizeof name, "x-ratelimit-reset-q%d", i);
		hint_header(&h, slice_str(name), slice_str("1"));
	}
	CHECK(h.quotas_len == HINT_QUOTAS && hint_wait(&h, true, wall) == 1000000000);
	static char dashes[100000];
	memset(dashes, '-', sizeof dashes);
	hint_header(&h, slice_str("retry-after"), slice_make(dashes, sizeof dashes));
	memset(dashes, '9', sizeof dashes);
	hint_header(&h, slice_str("retry-after-ms"), slice_make(dashes, sizeof dashes));
	CHECK(hint_wait(&h, true, wall) > 0);
	hint_header(&h, (struct slice){0}, (struct slice){0});
	hint_header(&h, slice_str("retry-after"), (struct slice){0});
}

/* Random texts of the letters that times are made of: nothing but that it comes back. */
static void noise(void)
{
	static const char letters[] = "0123456789.-:+,; TZhmsdSunMonJanFebGMT=r";
	char text[24];

	check_test("noise");
	srand(3);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)rand() % sizeof text;

		for (size_t j = 0; j < len; j++)
			text[j] = letters[(size_t)rand() % (sizeof letters - 1)];
		char *exact = malloc(len + 1);
		memcpy(exact, text, len);
		struct hint h = {0};

		exact = realloc(exact, len ? len : 1);
		hint_header(&h, slice_str("retry-after"), slice_make(exact, len));
		hint_header(&h, slice_str("ratelimit"), slice_make(exact, len));
		hint_header(&h, slice_str("date"), slice_make(exact, len));
		CHECK(hint_wait(&h, true, wall) >= -1);
		free(exact);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		cases(argv[i]);
	the_rest();
	noise();
	return check_done();
}
