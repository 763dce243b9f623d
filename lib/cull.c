#include "cull.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"

struct cull_one {
	int64_t row, time;
	double importance;
	size_t at, len, npc; /* of names: the whole, and its part that names the npc */
	size_t place; /* in the order of picking */
	bool kept;
};

bool cull_add(void *ctx, const struct pick_memory *one)
{
	struct cull *c = ctx;
	struct buf *b = &c->names;
	struct cull_one *o;
	size_t at = b->len;

	b->max = SIZE_MAX / 2;
	c->one = mem_more(c->one, c->n, &c->cap, sizeof *c->one);
	o = &c->one[c->n];
	*o = (struct cull_one){.row = one->row->row, .time = one->time, .at = at, .place = c->n++};
	o->importance = one->importance;
	buf_byte(b, '{');
	jw_member_str(b, "npc", one->row->npc);
	o->npc = b->len - at;
	jw_member_str(b, "id", one->row->id);
	jw_object_end(b);
	o->len = b->len - at;
	return true;
}

static int by_worth(const void *a, const void *b, void *names)
{
	const struct cull_one *x = a, *y = b;
	const char *text = names;
	int order = slice_cmp(slice_make(text + x->at, x->npc), slice_make(text + y->at, y->npc));

	if (order)
		return order;
	if (x->importance != y->importance)
		return x->importance > y->importance ? -1 : 1;
	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return (x->row < y->row) - (x->row > y->row);
}

static int by_row(const void *a, const void *b)
{
	const struct cull_one *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
	const struct cull_one *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* A memory that was picked twice is one. */
static void drop_doubles(struct cull *c)
{
	size_t n = 0;

	qsort(c->one, c->n, sizeof *c->one, by_row);
	for (size_t i = 0; i < c->n; i++)
		if (i == 0 || c->one[i].row != c->one[i - 1].row)
			c->one[n++] = c->one[i];
	c->n = n;
}

static bool same_npc(const struct cull *c, const struct cull_one *a, const struct cull_one *b)
{
	return slice_eq(
	    slice_make(c->names.ptr + a->at, a->npc), slice_make(c->names.ptr + b->at, b->npc));
}

static void mark_kept(struct cull *c)
{
	size_t of_npc = 0;

	qsort_r(c->one, c->n, sizeof *c->one, by_worth, c->names.ptr);
	for (size_t i = 0; i < c->n; i++) {
		of_npc = i && same_npc(c, &c->one[i - 1], &c->one[i]) ? of_npc + 1 : 0;
		c->one[i].kept = of_npc < c->keep;
	}
}

void cull_choose(struct cull *c)
{
	if (c->n == 0)
		return;
	drop_doubles(c);
	if (c->keep)
		mark_kept(c);
	qsort(c->one, c->n, sizeof *c->one, by_place);
	c->row = mem_array(c->n, sizeof *c->row);
	c->name = mem_array(c->n, sizeof *c->name);
	for (size_t i = 0; i < c->n; i++)
		if (!c->one[i].kept) {
			c->row[c->rows] = c->one[i].row;
			c->name[c->rows++] = i;
		}
}

struct slice cull_name(const struct cull *c, size_t i)
{
	const struct cull_one *o = &c->one[c->name[i]];

	return slice_make(c->names.ptr + o->at, o->len);
}

void cull_free(struct cull *c)
{
	free(c->one);
	free(c->row);
	free(c->name);
	buf_free(&c->names);
}
