#include "order.h"

#include <stdlib.h>

#include "mem.h"

struct order_place *order_open(struct order *o)
{
	struct order_place *p;

	if (!o->ordered)
		return NULL;
	p = mem_array(1, sizeof *p);
	if (o->newest)
		o->newest->next = p;
	else
		o->oldest = p;
	o->newest = p;
	o->open++;
	return p;
}

static bool goes_out(const struct order *o, const struct order_place *p)
{
	return !p || p == o->oldest;
}

struct buf *order_buf(struct order *o, struct order_place *p)
{
	return goes_out(o, p) ? &o->out->buf : &p->kept;
}

static int keep(struct order *o, struct order_place *p, struct err *e)
{
	buf_byte(&p->kept, '\n');
	if (p->kept.over) {
		buf_clear(&p->kept);
		return err_set(e, "a record grew too large to be kept");
	}
	o->bytes += p->kept.len;
	return 0;
}

int order_end(struct order *o, struct order_place *p, struct err *e)
{
	return goes_out(o, p) ? outlet_end(o->out, e) : keep(o, p, e);
}

/* What was kept is whole records; the last line feed is the one that ends them. */
static void let_out(struct order *o, struct order_place *p)
{
	if (p->kept.len == 0)
		return;
	o->bytes -= p->kept.len;
	buf_put(&o->out->buf, p->kept.ptr, p->kept.len - 1);
	outlet_end(o->out, NULL);
	buf_clear(&p->kept);
}

void order_close(struct order *o, struct order_place *p)
{
	if (!p)
		return;
	p->closed = true;
	while ((p = o->oldest) != NULL) {
		let_out(o, p);
		if (!p->closed)
			return;
		o->oldest = p->next;
		if (!o->oldest)
			o->newest = NULL;
		o->open--;
		buf_free(&p->kept);
		free(p);
	}
}

void order_free(struct order *o)
{
	struct order_place *next;

	for (struct order_place *p = o->oldest; p; p = next) {
		next = p->next;
		buf_free(&p->kept);
		free(p);
	}
	o->oldest = o->newest = NULL;
	o->open = o->bytes = 0;
}
