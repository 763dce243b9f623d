#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "memory_impl.h"

/*
 * A stream of queries asks the same characters again: what a collection's blocks hold is kept, as one
 * block, from the second time on that it is read, up to so many bytes in all. Nothing is kept over a
 * change by anybody.
 */
#define KEPT_MOST ((size_t)44 << 20)

/* Where all is full, one in so many that are not kept takes the place of the one not used for longest. */
enum { PATIENCE = 16 };

void memory_keep_drop(struct memory *m, size_t i)
{
	struct memory_keep *k = &m->keep;

	k->bytes -= k->kept[i].bytes;
	columns_free(&k->kept[i].columns);
	k->n--;
	k->kept[i] = k->kept[k->n];
	k->collection[i] = k->collection[k->n];
}

void memory_keep_clear(struct memory *m)
{
	while (m->keep.n)
		memory_keep_drop(m, m->keep.n - 1);
	memset(m->keep.seen, 0, sizeof m->keep.seen);
	memset(m->keep.large, 0, sizeof m->keep.large);
}

void memory_keep_free(struct memory *m)
{
	memory_keep_clear(m);
	free(m->keep.kept);
	free(m->keep.collection);
}

void memory_keep_check(struct memory *m)
{
	unsigned version = 0;

	if (sqlite3_file_control(m->db, "main", SQLITE_FCNTL_DATA_VERSION, &version) != SQLITE_OK ||
	    version != m->keep.version)
		memory_keep_clear(m);
	m->keep.version = version;
}

size_t memory_keep_find(const struct memory_keep *k, int64_t collection)
{
	size_t i = 0;

	while (i < k->n && k->collection[i] != collection)
		i++;
	return i;
}

/* Is the collection's bit set? From now on it is. */
static bool noted(unsigned char *bits, int64_t collection)
{
	unsigned char *byte = &bits[(uint64_t)collection / 8 % MEMORY_KEEP_BITS];
	unsigned char bit = (unsigned char)(1U << ((uint64_t)collection & 7));
	bool before = *byte & bit;

	*byte |= bit;
	return before;
}

static bool is_noted(const unsigned char *bits, int64_t collection)
{
	return bits[(uint64_t)collection / 8 % MEMORY_KEEP_BITS] >> ((uint64_t)collection & 7) & 1;
}

/* Copies that are thrown away cost more than reading again. */
bool memory_keep_worth(struct memory_keep *k, int64_t collection)
{
	size_t usual = k->n ? k->bytes / k->n : 0;

	if (!noted(k->seen, collection) || is_noted(k->large, collection))
		return false;
	return k->bytes + usual <= KEPT_MOST || ++k->refused % PATIENCE == 0;
}

static size_t size_of(const struct columns *c)
{
	return c->row.len + c->time.len + c->recalled.len + c->importance.len + c->session.len +
	    c->length.len + c->end.len + c->term.len + c->scale.len + c->code.len;
}

bool memory_keep_over(const struct columns *c)
{
	return size_of(c) > KEPT_MOST || columns_over(c);
}

static void drop_oldest(struct memory *m)
{
	struct memory_keep *k = &m->keep;
	size_t oldest = 0;

	for (size_t i = 1; i < k->n; i++)
		if (k->kept[i].used < k->kept[oldest].used)
			oldest = i;
	memory_keep_drop(m, oldest);
}

void memory_keep_add(struct memory *m, int64_t collection, unsigned parts, struct columns *c)
{
	struct memory_keep *k = &m->keep;
	size_t bytes = size_of(c), cap = k->cap;

	if (memory_keep_over(c)) {
		noted(k->large, collection);
		columns_free(c);
		return;
	}
	while (k->n && k->bytes + bytes > KEPT_MOST)
		drop_oldest(m);
	k->collection = mem_more(k->collection, k->n, &cap, sizeof *k->collection);
	k->kept = mem_more(k->kept, k->n, &k->cap, sizeof *k->kept);
	k->collection[k->n] = collection;
	k->kept[k->n++] =
	    (struct memory_kept){.parts = parts, .bytes = bytes, .used = ++k->clock, .columns = *c};
	k->bytes += bytes;
	*c = (struct columns){0};
}
