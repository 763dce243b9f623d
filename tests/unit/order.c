#include "order.h"

#include <unistd.h>

#include "check.h"

static struct outlet out;
static struct order order;

static void put(struct order_place *p, const char *text)
{
	buf_str(order_buf(&order, p), text);
	CHECK(order_end(&order, p, NULL) == 0);
}

/* What has gone out since the last time. */
static void gone(const char *want)
{
	CHECK_SLICE(slice_make(out.buf.ptr ? out.buf.ptr : "", out.whole), want);
	CHECK(out.whole == out.buf.len);
	buf_clear(&out.buf);
	out.whole = 0;
}

static void in_order(void)
{
	struct order_place *a, *b, *c;

	check_test("records go out in the order of their places");
	order = (struct order){.out = &out, .ordered = true};
	a = order_open(&order);
	b = order_open(&order);
	c = order_open(&order);
	put(c, "c1");
	order_close(&order, c);
	put(b, "b1");
	put(a, "a1");
	gone("a1\n");
	put(a, "a2");
	gone("a2\n");
	CHECK(order.open == 3 && order.bytes == 6);
	order_close(&order, a);
	gone("b1\n");
	put(b, "b2");
	gone("b2\n");
	order_close(&order, b);
	gone("c1\n");
	CHECK(order.open == 0 && order.bytes == 0 && !order.oldest && !order.newest);

	check_test("a place may stay empty; what was taken back is not there");
	a = order_open(&order);
	b = order_open(&order);
	buf_str(order_buf(&order, b), "never");
	order_buf(&order, b)->len = 0;
	order_close(&order, b);
	order_close(&order, a);
	gone("");
	CHECK(order.open == 0);
	a = order_open(&order);
	b = order_open(&order);
	put(b, "left over");
	order_free(&order);
}

static void without(void)
{
	check_test("without order all goes out at once");
	order = (struct order){.out = &out};
	CHECK(order_open(&order) == NULL);
	put(NULL, "x");
	order_close(&order, NULL);
	gone("x\n");
	order_free(&order);
}

static void too_large(void)
{
	struct order_place *a, *b;

	check_test("a record that is too large is taken back");
	order = (struct order){.out = &out, .ordered = true};
	a = order_open(&order);
	b = order_open(&order);
	b->kept.max = 4;
	buf_str(order_buf(&order, b), "too long");
	CHECK(order_end(&order, b, NULL) < 0);
	CHECK(order.bytes == 0);
	order_close(&order, b);
	order_close(&order, a);
	gone("");
	order_free(&order);
}

int main(void)
{
	outlet_init(&out, STDOUT_FILENO);
	in_order();
	without();
	too_large();
	outlet_free(&out);
	return check_done();
}
