#include <stdlib.h>

#include "fetch_impl.h"
#include "mem.h"
#include "num.h"

static size_t key_bucket(const struct address *key)
{
	return ((size_t)key->bytes[30] << 8 | key->bytes[31]) % FETCH_BUCKETS;
}

static size_t number_bucket(uint64_t number)
{
	return (size_t)(number % FETCH_BUCKETS);
}

static void link_ask(struct fetch *f, struct ask *a)
{
	struct ask **at;

	if (!f->by_number) {
		f->by_number = mem_array(FETCH_BUCKETS, sizeof *f->by_number);
		f->by_key = mem_array(FETCH_BUCKETS, sizeof *f->by_key);
	}
	at = &f->by_number[number_bucket(a->number)];
	a->same_number = *at;
	*at = a;
	if (!a->keyed)
		return;
	at = &f->by_key[key_bucket(&a->key)];
	a->same_key = *at;
	*at = a;
}

static void unlink_ask(struct fetch *f, struct ask *a)
{
	struct ask **at = &f->by_number[number_bucket(a->number)];

	while (*at != a)
		at = &(*at)->same_number;
	*at = a->same_number;
	if (!a->keyed)
		return;
	for (at = &f->by_key[key_bucket(&a->key)]; *at != a;)
		at = &(*at)->same_key;
	*at = a->same_key;
}

struct ask *fetch_by_key(const struct fetch *f, const struct address *key)
{
	struct ask *a = f->by_key ? f->by_key[key_bucket(key)] : NULL;

	while (a && !address_eq(&a->key, key))
		a = a->same_key;
	return a;
}

/* Only what was sent can be answered. */
struct ask *fetch_by_number(const struct fetch *f, const struct json *custom_id)
{
	struct ask *a = NULL;
	uint64_t number = 0;

	if (!json_is(custom_id, JSON_STRING) || !f->by_number ||
	    num_uint(slice_make(custom_id->ptr, custom_id->len), 1, UINT64_MAX, &number, NULL) < 0)
		return NULL;
	for (a = f->by_number[number_bucket(number)]; a; a = a->same_number)
		if (a->number == number)
			return a->state == ASK_SENT ? a : NULL;
	return NULL;
}

static void leave(struct fetch *f, struct ask *a)
{
	struct ask_list *list = &f->lists[a->state];

	if (a->prev)
		a->prev->next = a->next;
	else
		list->first = a->next;
	if (a->next)
		a->next->prev = a->prev;
	else
		list->last = a->prev;
	list->n--;
}

static void enter(struct fetch *f, struct ask *a, enum ask_state state)
{
	struct ask_list *list = &f->lists[state];

	a->state = state;
	a->next = NULL;
	a->prev = list->last;
	if (list->last)
		list->last->next = a;
	else
		list->first = a;
	list->last = a;
	list->n++;
}

void fetch_move(struct fetch *f, struct ask *a, enum ask_state state)
{
	leave(f, a);
	enter(f, a, state);
}

struct reply_to fetch_to(const struct asker *who)
{
	return (struct reply_to){
	    slice_make(who->text, who->id), slice_make(who->text + who->id, who->carried)};
}

static size_t size_of(const struct asker *who)
{
	return sizeof *who + who->id + who->carried;
}

/* What is carried stands in f->carried. */
void fetch_join(struct fetch *f, struct ask *a, const struct line *l)
{
	struct slice id = json_raw(l->custom_id);
	size_t text = id.len + f->carried.len;
	struct asker *who = mem_grow(NULL, sizeof *who + text, 1);

	*who =
	    (struct asker){.place = order_open(&f->order), .id = id.len, .carried = f->carried.len};
	memcpy(who->text, id.ptr, id.len);
	if (f->carried.len)
		memcpy(who->text + id.len, f->carried.ptr, f->carried.len);
	if (a->last)
		a->last->next = who;
	else
		a->first = who;
	a->last = who;
	f->lines++;
	f->bytes += size_of(who);
}

/* The line byte for byte, with our number in the place of its custom_id; and a line feed. */
static void renumber(struct ask *a, const struct line *l, struct slice text)
{
	struct slice id = json_raw(l->custom_id);
	const char *rest = id.ptr + id.len;
	struct buf b = {.max = SIZE_MAX};

	buf_room(&b, text.len + 32);
	buf_put(&b, text.ptr, (size_t)(id.ptr - text.ptr));
	buf_fmt(&b, "\"%llu\"", (unsigned long long)a->number);
	buf_put(&b, rest, (size_t)(text.ptr + text.len - rest));
	buf_byte(&b, '\n');
	a->text = b.ptr;
	a->len = b.len;
}

struct ask *fetch_ask(struct fetch *f, const struct line *l, struct slice text,
    const struct address *key, struct slice model)
{
	struct ask *a = mem_array(1, sizeof *a);

	a->number = ++f->number;
	a->keyed = key != NULL;
	if (key)
		a->key = *key;
	a->model = mem_copy(model.ptr, model.len);
	renumber(a, l, text);
	f->bytes += sizeof *a + a->len;
	link_ask(f, a);
	enter(f, a, ASK_WAITING);
	fetch_join(f, a, l);
	return a;
}

void fetch_drop_text(struct fetch *f, struct ask *a)
{
	f->bytes -= a->len;
	free(a->text);
	a->text = NULL;
	a->len = 0;
}

void fetch_drop(struct fetch *f, struct ask *a)
{
	struct asker *next;

	for (struct asker *who = a->first; who; who = next) {
		next = who->next;
		f->lines--;
		f->bytes -= size_of(who);
		free(who);
	}
	leave(f, a);
	unlink_ask(f, a);
	fetch_drop_text(f, a);
	f->bytes -= sizeof *a + a->answer.cap;
	buf_free(&a->answer);
	free(a->model);
	free(a);
}
