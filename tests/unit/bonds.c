#include "bonds.h"

#include <stdlib.h>

#include "check.h"

static char got[1024];

static int put(void *ctx, const struct bonds_found *f, struct err *e)
{
	size_t len = strlen(got);
	int n = snprintf(
	    got + len, sizeof got - len, "%s%u>%.*s", len ? " " : "", f->row, SLICE_FMT(f->to));

	(void)ctx;
	if (f->is.ptr)
		n = snprintf(got + strlen(got), sizeof got - strlen(got), "(%.*s not %.*s)",
		    SLICE_FMT(f->is), SLICE_FMT(f->name));
	return n > 0 ? 0 : err_set(e, "too long");
}

static void add(struct bonds *b, uint32_t row, const char *json)
{
	struct json_doc doc = {0};
	const struct json *ties = json_parse(&doc, slice_str(json), NULL);

	if (!CHECK(ties != NULL))
		exit(1);
	bonds_add(b, row, ties);
	json_doc_free(&doc);
}

static int stop(void *ctx, const struct bonds_found *f, struct err *e)
{
	(void)ctx;
	(void)f;
	return err_set(e, "stopped");
}

int main(void)
{
	struct bonds b = {0};
	struct rows people = {0};
	struct err e;

	rows_add(&people, slice_str("a"), slice_str("Ada"));
	rows_add(&people, slice_str("b"), slice_str("Bo"));
	rows_add(&people, slice_str("c"), slice_str(""));

	check_test("no ties");
	CHECK(bonds_resolve(&b, &people, put, NULL, &e) == 0 && b.n == 0 && b.mutual == 0);
	bonds_add(&b, 0, NULL);
	add(&b, 0, "[]");
	add(&b, 0, "\"a\"");
	add(&b, 0, "{\"to\":\"a\"}");
	CHECK(b.n == 0);

	check_test("ties to nobody, and to somebody of another name");
	add(&b, 0,
	    "[{\"to\":\"b\"},{\"to\":\"c\",\"name\":\"Cid\"},{\"to\":\"b\",\"name\":\"Bo\"}]");
	add(&b, 1, "[{\"to\":\"z\",\"name\":\"Zoe\"},{\"to\":7},{},null,\"a\",\"\\u0062\"]");
	add(&b, 2, "[{\"to\":\"a\",\"name\":\"Bo\"},{\"to\":\"A\"}]");
	CHECK(bonds_resolve(&b, &people, put, NULL, &e) == 0);
	CHECK_SLICE(slice_str(got), "0>c( not Cid) 1>z 1> 1> 1> 2>a(Ada not Bo) 2>A");
	CHECK(b.n == 11 && b.dangling == 5 && b.misnamed == 2);

	check_test("mutual are those that go both ways; not the one to oneself");
	/* a>b twice, a>c, b>a, b>b, c>a */
	CHECK(b.mutual == 5);

	check_test("errors come back");
	CHECK(bonds_resolve(&b, &people, stop, NULL, &e) == -1);
	bonds_free(&b);
	rows_free(&people);
	return check_done();
}
