#include "hint.h"

#include <stddef.h>
#include <strings.h>

#include "hint_impl.h"

static bool same(struct slice a, const char *b)
{
	return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

static bool starts(struct slice text, const char *word)
{
	size_t n = strlen(word);

	return n <= text.len && strncasecmp(text.ptr, word, n) == 0;
}

static bool has(struct slice text, const char *word)
{
	for (; text.len > 0; text.ptr++, text.len--)
		if (starts(text, word))
			return true;
	return false;
}

static void later(struct hint_time *t, struct hint_time other)
{
	if (other.form != HINT_NONE && (t->form != other.form || other.ns > t->ns))
		*t = other;
}

static void fewer(struct hint_quota *q, struct slice value)
{
	bool minus = hint_take(&value, "-");
	struct hint_number n;

	if (!hint_take_number(&value, &n) || value.len > 0)
		return;
	n.whole = minus ? 0 : n.whole;
	if (!q->known || n.whole < q->remaining)
		q->remaining = n.whole;
	q->known = true;
}

/* The name without the words that tell the headers of one quota apart. */
static uint64_t rest_of(struct slice name)
{
	static const char *const words[] = {"remaining", "reset", "-after", "-ms", "-"};
	uint64_t hash = 0xcbf29ce484222325u;

	while (name.len > 0) {
		size_t n = 0;

		for (size_t i = 0; i < sizeof words / sizeof *words && n == 0; i++)
			if (starts(name, words[i]))
				n = strlen(words[i]);
		if (n == 0)
			hash = (hash ^ (unsigned char)(*name.ptr | 0x20)) * 0x100000001b3u;
		hint_skip(&name, n > 0 ? n : 1);
	}
	return hash;
}

static struct hint_quota *quota_of(struct hint *h, struct slice name)
{
	uint64_t hash = rest_of(name);
	struct hint_quota *q = h->quotas;

	for (; q < h->quotas + h->quotas_len; q++)
		if (q->name == hash)
			return q;
	if (h->quotas_len == HINT_QUOTAS)
		return NULL;
	h->quotas_len++;
	*q = (struct hint_quota){.name = hash, .tokens = has(name, "token")};
	return q;
}

/* "limit=100, remaining=0, reset=5", and the later draft's "default";r=0;t=5. */
static void read_fields(struct hint_quota *q, struct slice value)
{
	while (value.ptr && value.len > 0) {
		size_t n = 0;

		while (n < value.len && value.ptr[n] != ',' && value.ptr[n] != ';')
			n++;
		struct slice field = slice_trim(slice_make(value.ptr, n));
		struct slice name = slice_trim(slice_split(&field, '='));

		hint_skip(&value, n < value.len ? n + 1 : n);
		if (!field.ptr)
			continue;
		field = slice_trim(field);
		if (same(name, "remaining") || same(name, "r"))
			fewer(q, field);
		else if (same(name, "reset") || same(name, "t"))
			later(&q->reset, hint_read_time(field));
	}
}

static void read_limit(struct hint *h, struct slice name, struct slice value)
{
	bool both = same(name, "ratelimit"), remaining = has(name, "remaining");
	struct hint_quota *q = NULL;

	if (both || remaining || has(name, "reset"))
		q = quota_of(h, name);
	if (!q)
		return;
	if (both)
		read_fields(q, value);
	else if (remaining)
		fewer(q, value);
	else
		later(&q->reset, has(name, "-ms") ? hint_read_ms(value) : hint_read_time(value));
}

void hint_header(struct hint *h, struct slice name, struct slice value)
{
	value = slice_trim(value);
	if (has(name, "ratelimit") || has(name, "rate-limit")) {
		read_limit(h, name, value);
	} else if (same(name, "retry-after")) {
		later(&h->after, hint_read_time(value));
	} else if (same(name, "retry-after-ms") || same(name, "x-ms-retry-after-ms")) {
		later(&h->after_ms, hint_read_ms(value));
	} else if (same(name, "x-should-retry")) {
		if (same(value, "true"))
			h->retry = HINT_RETRY;
		else if (same(value, "false"))
			h->retry = HINT_NO_RETRY;
	} else if (same(name, "date")) {
		h->date = hint_read_time(value);
	}
}

/* The server's clock, as far as it is known: its Date has whole seconds, the answer a way to go. */
static int64_t server_now(const struct hint *h, int64_t wall)
{
	int64_t behind = wall - h->date.ns;

	if (h->date.form != HINT_INSTANT || (behind >= 0 && behind < 2 * HINT_SECOND))
		return wall;
	return h->date.ns;
}

static int64_t wait_for(const struct hint *h, const struct hint_time *t, int64_t wall)
{
	int64_t now;

	switch (t->form) {
	case HINT_SPAN:
		return t->ns;
	case HINT_INSTANT:
		now = server_now(h, wall);
		return t->ns > now ? t->ns - now : 0;
	case HINT_NONE:
	default:
		return -1;
	}
}

/*
 * The longest reset of the quotas that have 0 remaining; or do not say how many; or of tokens, of
 * which some remain, but were too few for this request (of requests one would have been enough).
 */
enum sort { NONE_LEFT, UNKNOWN, TOO_FEW };

static bool of_sort(const struct hint_quota *q, enum sort sort)
{
	switch (sort) {
	case NONE_LEFT:
		return q->known && q->remaining == 0;
	case UNKNOWN:
		return !q->known;
	case TOO_FEW:
	default:
		return q->tokens;
	}
}

static int64_t longest(const struct hint *h, enum sort sort, int64_t wall)
{
	int64_t most = -1;

	for (unsigned i = 0; i < h->quotas_len; i++)
		if (of_sort(&h->quotas[i], sort)) {
			int64_t wait = wait_for(h, &h->quotas[i].reset, wall);

			most = wait > most ? wait : most;
		}
	return most;
}

int64_t hint_wait(const struct hint *h, bool limited, int64_t wall)
{
	int64_t wait = wait_for(h, &h->after_ms, wall);

	if (wait < 0)
		wait = wait_for(h, &h->after, wall);
	if (wait < 0)
		wait = longest(h, NONE_LEFT, wall);
	if (wait < 0 && limited)
		wait = longest(h, UNKNOWN, wall);
	if (wait < 0 && limited)
		wait = longest(h, TOO_FEW, wall);
	return wait;
}

bool hint_exhausted(const struct hint *h)
{
	for (unsigned i = 0; i < h->quotas_len; i++)
		if (of_sort(&h->quotas[i], NONE_LEFT))
			return true;
	return false;
}

int64_t hint_remaining(const struct hint *h)
{
	int64_t least = -1;

	for (unsigned i = 0; i < h->quotas_len; i++) {
		const struct hint_quota *q = &h->quotas[i];

		if (q->known && !q->tokens && (least < 0 || q->remaining < least))
			least = q->remaining;
	}
	return least;
}
