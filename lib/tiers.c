#include "tiers.h"

#include "clock.h"
#include "jw.h"

/* Whatever comes: false when nothing more can. */
static bool wait_on(struct tiers *t, int64_t last)
{
	int64_t at = remote_deadline(t->remote);

	return events_wait(t->events, at < last ? at : last, clock_mono(), NULL) == 0;
}

/* Where an entry comes, it is checked by the store that keeps it. */
static bool fetch(struct tiers *t, const struct address *key)
{
	struct remote_got got;

	remote_get(t->remote, key, t);
	while (!remote_next(t->remote, clock_mono(), &got))
		if (!wait_on(t, EVENTS_NEVER))
			return false;
	return got.hit && store_put_entry(t->store, key, got.entry, NULL) == 0;
}

bool tiers_get(struct tiers *t, const struct address *key, const struct store_want *want,
    struct buf *b, struct store_info *info)
{
	size_t at = b->len;

	if (store_get(t->store, key, want, b, info))
		return true;
	b->len = at;
	return t->remote && fetch(t, key) && store_get(t->store, key, want, b, info);
}

int tiers_put(struct tiers *t, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e)
{
	struct store_want any = {0};

	if (store_put(t->store, key, payload, info, e) < 0)
		return -1;
	buf_clear(&t->entry);
	if (t->remote && store_get_entry(t->store, key, &any, &t->entry))
		remote_put(t->remote, key, buf_all(&t->entry));
	return 0;
}

void tiers_finish(struct tiers *t, int64_t limit)
{
	int64_t last = clock_mono() + limit;
	struct remote_got got;

	while (t->remote && remote_busy(t->remote) && clock_mono() < last) {
		while (remote_next(t->remote, clock_mono(), &got))
			;
		if (!remote_busy(t->remote) || !wait_on(t, last))
			return;
	}
}

void tiers_stats(const struct tiers *t, struct stats *s)
{
	const struct remote_counts *n;

	if (!t->remote)
		return;
	n = remote_counts(t->remote);
	jw_name(&s->buf, "remote");
	jw_object(&s->buf);
	stats_int(s, "hits", n->hits);
	stats_int(s, "misses", n->misses);
	stats_int(s, "failed", n->failed);
	stats_int(s, "skipped", n->skipped);
	stats_int(s, "puts", n->puts);
	stats_int(s, "puts_failed", n->puts_failed);
	stats_int(s, "puts_skipped", n->puts_skipped);
	jw_object_end(&s->buf);
}

int tiers_close(struct tiers *t, struct err *e)
{
	int status;

	remote_close(t->remote);
	status = store_close(t->store, e);
	if (t->events)
		events_free(t->events);
	buf_free(&t->entry);
	*t = (struct tiers){0};
	return status;
}
