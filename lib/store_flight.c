#include <fcntl.h>

#include "store_impl.h"

/* One byte of 2^62: two keys that meet only wait for each other. */
static uint64_t place(const struct address *key)
{
	uint64_t at = 0;

	for (int i = 0; i < 8; i++)
		at = at << 8 | key->bytes[i];
	return at >> 2;
}

enum store_claim store_claim(struct store *s, const struct address *key)
{
	int status = s->flights < 0 ? -1 : store_lock(s->flights, F_WRLCK, place(key), 1, false);

	if (status < 0)
		return STORE_UNCLAIMED;
	return status == 0 ? STORE_CLAIMED : STORE_TAKEN;
}

void store_release(struct store *s, const struct address *key)
{
	if (s->flights >= 0)
		store_lock(s->flights, F_UNLCK, place(key), 1, false);
}
