#include "halt.h"

#include "num.h"

/* A part of next to nothing says nothing. */
enum { LEAST_FAILED = 3 };

int halt_parse(struct halt *h, struct slice text, struct err *e)
{
	struct slice rest = text, when = slice_split(&rest, ',');

	*h = (struct halt){.now = slice_is(when, "now")};
	if (slice_is(text, "never"))
		return 0;
	if ((!h->now && !slice_is(when, "soon")) || !rest.ptr || !slice_starts(rest, "fail="))
		return err_set(
		    e, "'%.*s' is not never, now,fail=N or soon,fail=N%%", SLICE_FMT(text));
	rest.ptr += 5;
	rest.len -= 5;
	h->percent = rest.len && rest.ptr[rest.len - 1] == '%';
	rest.len -= h->percent;
	return num_uint(rest, 1, h->percent ? 100 : UINT32_MAX, &h->fail, e);
}

bool halt_due(const struct halt *h, uint64_t failed, uint64_t finished)
{
	if (h->fail == 0)
		return false;
	if (!h->percent)
		return failed >= h->fail;
	return failed >= LEAST_FAILED && failed * 100 >= h->fail * finished;
}
