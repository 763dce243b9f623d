/*
 * check: the little that a unit driver needs. A driver is a program that prints TAP: one line for
 * each test, after what went wrong in it.
 *
 *	int main(void)
 *	{
 *		check_test("an empty slice is no name");
 *		CHECK(!slice_plain_name((struct slice){0}));
 *		return check_done();
 *	}
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
	const char *name;
	int tests, failed;
	bool bad;
} check_state;

static inline void check_close(void)
{
	if (!check_state.name)
		return;
	check_state.failed += check_state.bad;
	printf(
	    "%sok %d - %s\n", check_state.bad ? "not " : "", ++check_state.tests, check_state.name);
}

/* Begins a test; the one before it is ended. The name must stay. */
static inline void check_test(const char *name)
{
	check_close();
	check_state.name = name;
	check_state.bad = false;
}

static inline bool check_that(bool good, const char *what, const char *file, int line)
{
	if (!good) {
		printf("# %s:%d: %s\n", file, line, what);
		check_state.bad = true;
	}
	return good;
}

static inline bool check_same(
    const char *got, size_t len, const char *want, const char *file, int line)
{
	bool good = len == strlen(want) && memcmp(got, want, len) == 0;

	if (!good) {
		printf("# %s:%d: got  %.*s\n", file, line, (int)len, got);
		printf("# %s:%d: want %s\n", file, line, want);
		check_state.bad = true;
	}
	return good;
}

/* Ends the last test; the exit status of the driver. */
static inline int check_done(void)
{
	check_close();
	printf("1..%d\n", check_state.tests);
	return check_state.failed > 0;
}

#define CHECK(good) check_that((good), #good, __FILE__, __LINE__)

/* Is this slice that text? */
#define CHECK_SLICE(got, want) check_same((got).ptr, (got).len, (want), __FILE__, __LINE__)

#endif
