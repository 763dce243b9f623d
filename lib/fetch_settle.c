#include <stdarg.h>
#include <stdio.h>

#include "clock.h"
#include "fetch_impl.h"
#include "jw.h"

void fetch_say(struct fetch *f, const char *fmt, ...)
{
	char text[2 * ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) >= 0)
		f->config.say(f->config.ctx, text);
	va_end(ap);
}

/* ---- what the store has */

static struct store_want want(const struct fetch *f)
{
	struct store_want w = {.max_age = f->config.max_age};
	int64_t age;

	if (!f->config.since)
		return w;
	age = clock_wall() - f->config.since;
	if (!w.max_age || age < w.max_age)
		w.max_age = age > 1 ? age : 1;
	return w;
}

bool fetch_look_up(
    struct fetch *f, const struct address *key, struct buf *b, struct store_info *info)
{
	struct store_want w = want(f);

	return f->config.store && store_get(f->config.store, key, &w, b, info);
}

/* Ends a record; what nobody can read is not kept. */
void fetch_record(struct fetch *f, struct order_place *place)
{
	struct outlet *out = f->config.out;
	struct err e;

	if (order_end(&f->order, place, &e) < 0) {
		fetch_say(f, "%s", e.text);
		f->counts.failed++;
	}
	if (out->failed) {
		out->at = out->whole = 0;
		buf_clear(&out->buf);
	}
}

bool fetch_hit(struct fetch *f, const struct address *key, const struct reply_to *to,
    struct order_place *place, struct slice model)
{
	struct buf *b = order_buf(&f->order, place);
	size_t at = reply_hit(b, to, key), body = b->len;
	struct store_info info;

	if (!fetch_look_up(f, key, b, &info)) {
		b->len = at;
		b->over = false;
		return false;
	}
	uses_hit(&f->uses, model, b->len - body, &info);
	reply_hit_end(b, to);
	fetch_record(f, place);
	f->counts.hits++;
	return true;
}

/* ---- what becomes of an ask */

static void release(struct fetch *f, struct ask *a)
{
	if (a->claimed)
		store_release(f->config.store, &a->key);
	a->claimed = false;
}

static void close_place(struct fetch *f, struct asker *who)
{
	order_close(&f->order, who->place);
	who->place = NULL;
}

/* It has been answered meanwhile, by another process or by a remote. */
void fetch_settle_payload(
    struct fetch *f, struct ask *a, struct slice payload, const struct store_info *info)
{
	for (struct asker *who = a->first; who; who = who->next) {
		struct reply_to to = fetch_to(who);
		struct buf *b = order_buf(&f->order, who->place);

		reply_hit(b, &to, &a->key);
		buf_slice(b, payload);
		reply_hit_end(b, &to);
		fetch_record(f, who->place);
		close_place(f, who);
		uses_hit(&f->uses, slice_str(a->model), payload.len, info);
		f->counts.hits++;
	}
	release(f, a);
	fetch_drop(f, a);
}

void fetch_settle_failed(struct fetch *f, struct ask *a, const char *code, const char *message)
{
	for (struct asker *who = a->first; who; who = who->next) {
		struct reply_to to = fetch_to(who);

		reply_error(order_buf(&f->order, who->place), &to, code, message);
		fetch_record(f, who->place);
		close_place(f, who);
		f->counts.failed++;
		f->counts.interrupted += f->stopped;
	}
	release(f, a);
	fetch_drop(f, a);
}

/* The first is printed before the claim is given up; whoever else asked has it for nothing. */
static void print(struct fetch *f, struct ask *a, const struct reply_parts *answer, bool good)
{
	struct reply_parts parts = *answer;

	for (struct asker *who = a->first; who; who = who->next) {
		struct reply_to to = fetch_to(who);

		if (who != a->first && good)
			parts.meta = slice_str(REPLY_CACHED);
		reply_answer(order_buf(&f->order, who->place), &to, &parts);
		fetch_record(f, who->place);
		close_place(f, who);
		f->counts.failed += !good;
		if (who == a->first)
			release(f, a);
	}
	fetch_drop(f, a);
}

static void unsaved(struct fetch *f, uint64_t n, const struct err *e)
{
	f->counts.unsaved += n;
	if (!f->told_unsaved)
		fetch_say(f, "answers are not stored: %s", e->text);
	f->told_unsaved = true;
}

static void copy_to_remote(struct fetch *f, const struct ask *a)
{
	struct store_want any = {0};

	if (!f->config.remote)
		return;
	buf_clear(&f->entry);
	if (store_get_entry(f->config.store, &a->key, &any, &f->entry))
		remote_put(f->config.remote, &a->key, buf_all(&f->entry));
}

static bool store_answer(struct fetch *f, const struct ask *a, const struct storable *s)
{
	struct store_info info = {.tokens_in = (uint64_t)s->use.in,
	    .tokens_cached = (uint64_t)s->use.cached,
	    .tokens_out = (uint64_t)s->use.out};
	struct err e;

	if (s->why != STORABLE) {
		f->counts.unstored[s->why]++;
		return false;
	}
	if (!a->keyed || !f->config.store || f->config.read_only)
		return false;
	if (store_put(f->config.store, &a->key, json_raw(s->body), &info, &e) < 0) {
		unsaved(f, 1, &e);
		return false;
	}
	f->counts.stored++;
	return true;
}

/* Keeps the answer until its batch is committed. */
static void keep(struct fetch *f, struct ask *a, const struct reply_parts *p)
{
	struct slice *parts[] = {&a->parts.id, &a->parts.response, &a->parts.error, &a->parts.meta};
	const struct slice from[] = {p->id, p->response, p->error, p->meta};
	size_t at[4];

	for (size_t i = 0; i < 4; i++) {
		at[i] = a->answer.len;
		buf_slice(&a->answer, from[i]);
	}
	for (size_t i = 0; i < 4; i++)
		*parts[i] = slice_make(a->answer.ptr + at[i], from[i].len);
	f->bytes += a->answer.cap;
	fetch_move(f, a, ASK_STORED);
}

void fetch_settle_answer(struct fetch *f, struct ask *a, const struct line *l)
{
	struct reply_parts parts;
	struct storable s;
	int64_t status = 0;
	const struct json *code = json_get_type(l->response, "status_code", JSON_NUMBER);
	bool good = !l->error && code && json_int(code, &status) && status >= 200 && status < 300;

	f->counts.answered++;
	storable_judge(&s, l, f->config.truncated);
	uses_miss(&f->uses, slice_str(a->model));
	reply_parts(&parts, l);
	if (!store_answer(f, a, &s)) {
		print(f, a, &parts, good);
	} else if (f->config.batch) {
		keep(f, a, &parts);
		if (f->lists[ASK_STORED].n >= FETCH_BATCH)
			fetch_commit(f);
	} else {
		copy_to_remote(f, a);
		print(f, a, &parts, good);
	}
}

void fetch_commit(struct fetch *f)
{
	struct ask_list *list = &f->lists[ASK_STORED];
	struct ask *a;
	struct err e;
	bool failed;

	if (!list->n)
		return;
	failed = store_commit(f->config.store, &e) < 0;
	if (failed) {
		f->counts.stored -= list->n;
		unsaved(f, list->n, &e);
	}
	while ((a = list->first) != NULL) {
		if (!failed)
			copy_to_remote(f, a);
		print(f, a, &a->parts, true);
	}
}
