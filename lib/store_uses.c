/*
 * Uses by model: slots of 256 bytes at the end of the file of accounts, added to under one lock.
 * A slot never crosses a page, is written at once, and has a checksum: one that is damaged is
 * passed over.
 *
 *	0	length of the name		136	hits, misses, bytes, tokens: in, cached, out
 *	8	the name, 128 bytes		184	XXH3-64 of what comes before
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include "store_impl.h"

enum { SLOT = 256, FIRST = 8448, NAME = 128, NUMBERS = 6, AT_NUMBERS = 8 + NAME };
enum { AT_SUM = AT_NUMBERS + 8 * NUMBERS, AT_ONCE = 16, MODELS = 65536 };

static void numbers(struct store_use *use, uint64_t *out[NUMBERS])
{
	out[0] = &use->hits;
	out[1] = &use->misses;
	out[2] = &use->bytes;
	out[3] = &use->tokens_in;
	out[4] = &use->tokens_cached;
	out[5] = &use->tokens_out;
}

static void write_slot(char slot[SLOT], struct slice model, struct store_use *use)
{
	uint64_t *n[NUMBERS];

	numbers(use, n);
	memset(slot, 0, SLOT);
	store_put64(slot, model.len);
	if (model.len)
		memcpy(slot + 8, model.ptr, model.len);
	for (int i = 0; i < NUMBERS; i++)
		store_put64(slot + AT_NUMBERS + 8 * i, *n[i]);
	store_put64(slot + AT_SUM, XXH3_64bits(slot, AT_SUM));
}

static bool read_slot(const char *slot, struct slice *model, struct store_use *use)
{
	uint64_t *n[NUMBERS];

	if (store_get64(slot) > NAME || store_get64(slot + AT_SUM) != XXH3_64bits(slot, AT_SUM))
		return false;
	numbers(use, n);
	*model = slice_make(slot + 8, store_get64(slot));
	for (int i = 0; i < NUMBERS; i++)
		*n[i] = store_get64(slot + AT_NUMBERS + 8 * i);
	return true;
}

/*
 * Calls each with every slot and where it stands, until it returns other than 0, which is returned;
 * *end is where the next one would go.
 */
static int slots(struct store *s,
    int (*each)(void *ctx, struct slice model, const struct store_use *use, uint64_t at), void *ctx,
    uint64_t *end, struct err *e)
{
	char bytes[AT_ONCE * SLOT];
	struct store_use use;
	struct slice model;
	int status = 0;

	*end = FIRST;
	for (;;) {
		ssize_t n = pread(s->accounts, bytes, sizeof bytes, (off_t)*end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "%s: cannot read the accounts", s->dir);
		if (n < SLOT)
			return 0;
		for (const char *slot = bytes; slot + SLOT <= bytes + n; slot += SLOT) {
			if (read_slot(slot, &model, &use))
				status = each(ctx, model, &use, *end);
			if (status != 0)
				return status;
			*end += SLOT;
		}
	}
}

struct wanted {
	struct slice model;
	struct store_use use;
};

static int add_to(void *ctx, struct slice model, const struct store_use *use, uint64_t at)
{
	struct wanted *w = ctx;

	(void)at;
	if (!slice_eq(model, w->model))
		return 0;
	w->use.hits += use->hits;
	w->use.misses += use->misses;
	w->use.bytes += use->bytes;
	w->use.tokens_in += use->tokens_in;
	w->use.tokens_cached += use->tokens_cached;
	w->use.tokens_out += use->tokens_out;
	return 1;
}

int store_count(struct store *s, struct slice model, const struct store_use *use, struct err *e)
{
	struct wanted w = {slice_make(model.ptr, model.len < NAME ? model.len : NAME), *use};
	char slot[SLOT];
	uint64_t at;
	int status;

	if (store_ready(s, e) < 0)
		return -1;
	if (store_lock(s->accounts, F_WRLCK, FIRST, 0, true) < 0)
		return err_sys(e, errno, "%s: cannot lock the accounts", s->dir);
	status = slots(s, add_to, &w, &at, e);
	if (status >= 0 && at >= FIRST + (uint64_t)MODELS * SLOT)
		status = err_set(e, "%s: has uses of too many models", s->dir);
	if (status >= 0) {
		write_slot(slot, w.model, &w.use);
		status = store_pwrite(s->accounts, slot, SLOT, at, e);
	}
	store_lock(s->accounts, F_UNLCK, FIRST, 0, false);
	return status;
}

struct told {
	int (*each)(void *ctx, struct slice model, const struct store_use *use);
	void *ctx;
};

static int tell(void *ctx, struct slice model, const struct store_use *use, uint64_t at)
{
	const struct told *t = ctx;

	(void)at;
	return t->each(t->ctx, model, use);
}

int store_uses(struct store *s,
    int (*each)(void *ctx, struct slice model, const struct store_use *use), void *ctx,
    struct err *e)
{
	struct told t = {each, ctx};
	uint64_t end;

	if (s->accounts < 0)
		return err_set(e, "%s: has no accounts", s->dir);
	return slots(s, tell, &t, &end, e);
}
