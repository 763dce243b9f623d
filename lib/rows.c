#include "rows.h"

#include <stdlib.h>

#include "mem.h"
#include "rng.h"

struct rows_row {
	size_t at; /* the id, then the text */
	size_t len;
	uint8_t id_len;
	bool marked;
};

enum { FIRST_SLOTS = 64 };
#define ROWS_MAX ((size_t)1 << 31)

struct slice rows_id(const struct rows *r, size_t i)
{
	return slice_make(r->text.ptr + r->row[i].at, r->row[i].id_len);
}

/* The slot where the id is, or where it would be put. */
static uint32_t *slot_of(const struct rows *r, struct slice id)
{
	size_t mask = r->n_slots - 1, at = (size_t)rng_key(0, id) & mask;

	while (r->slots[at] && !slice_eq(rows_id(r, r->slots[at] - 1), id))
		at = (at + 1) & mask;
	return r->slots + at;
}

static void make_slots(struct rows *r)
{
	if (r->n_slots > 2 * (r->count + 1))
		return;
	free(r->slots);
	r->n_slots = r->n_slots ? r->n_slots * 2 : FIRST_SLOTS;
	r->slots = mem_array(r->n_slots, sizeof *r->slots);
	for (size_t i = 0; i < r->count; i++)
		*slot_of(r, rows_id(r, i)) = (uint32_t)(i + 1);
}

bool rows_add(struct rows *r, struct slice id, struct slice text)
{
	size_t at = r->text.len;
	uint32_t *slot;

	if (id.len > UINT8_MAX || r->count >= ROWS_MAX)
		return false;
	r->text.max = SIZE_MAX / 2;
	make_slots(r);
	slot = slot_of(r, id);
	if (*slot)
		return false;
	buf_slice(&r->text, id);
	buf_slice(&r->text, text);
	if (r->text.over)
		return false;
	r->row = mem_more(r->row, r->count, &r->cap, sizeof *r->row);
	r->row[r->count] = (struct rows_row){at, text.len, (uint8_t)id.len, false};
	*slot = (uint32_t)++r->count;
	return true;
}

bool rows_find(const struct rows *r, struct slice id, size_t *i)
{
	uint32_t found = r->n_slots ? *slot_of(r, id) : 0;

	if (!found)
		return false;
	*i = found - 1;
	return true;
}

struct slice rows_text(const struct rows *r, size_t i)
{
	return slice_make(r->text.ptr + r->row[i].at + r->row[i].id_len, r->row[i].len);
}

bool rows_marked(const struct rows *r, size_t i)
{
	return r->row[i].marked;
}

void rows_mark(struct rows *r, size_t i)
{
	r->row[i].marked = true;
}

void rows_free(struct rows *r)
{
	free(r->row);
	free(r->slots);
	buf_free(&r->text);
	*r = (struct rows){0};
}
