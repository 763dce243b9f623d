#include "seen.h"

#include <stdlib.h>

#include "mem.h"

uint64_t seen_digest(struct slice bytes)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < bytes.len; i++)
		h = (h ^ (unsigned char)bytes.ptr[i]) * 0x100000001b3u;
	return h;
}

static struct seen_entry *place(const struct seen *s, uint64_t digest)
{
	size_t i = (size_t)(digest ^ digest >> 32) & (s->cap - 1);

	while (s->table[i].times && s->table[i].digest != digest)
		i = (i + 1) & (s->cap - 1);
	return &s->table[i];
}

static void grow(struct seen *s)
{
	struct seen old = *s;

	s->cap = old.cap ? old.cap * 2 : 1024;
	s->table = mem_array(s->cap, sizeof *s->table);
	for (size_t i = 0; i < old.cap; i++)
		if (old.table[i].times)
			*place(s, old.table[i].digest) = old.table[i];
	free(old.table);
}

struct seen_entry *seen_at(struct seen *s, uint64_t digest)
{
	struct seen_entry *entry;

	if (s->used * 2 >= s->cap)
		grow(s);
	entry = place(s, digest);
	if (entry->times == 0) {
		*entry = (struct seen_entry){.digest = digest};
		s->used++;
	}
	return entry;
}

void seen_free(struct seen *s)
{
	free(s->table);
	*s = (struct seen){0};
}
