#include "redis.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "redis_impl.h"

enum {
	SEND_HELD = 8 << 20, /* bytes that wait to be sent, one entry apart */
	SLACK = 128 * 1024, /* what a reply may have beyond an entry */
	KEEP_REPLY = 1 << 20,
	ARGS = 5
};

static const char prefix[] = "npc:v1:";

/* ---- what is asked */

static void push(struct redis *r, uint64_t number, enum redis_asked asked)
{
	r->pending[(r->first + r->n_pending++) % REDIS_PENDING] =
	    (struct redis_pending){number, asked};
}

static struct redis_pending pop(struct redis *r)
{
	struct redis_pending p = r->pending[r->first];

	r->first = (r->first + 1) % REDIS_PENDING;
	r->n_pending--;
	return p;
}

static void send_words(struct redis *r, int n, const struct slice *words)
{
	const char *ptr[ARGS];
	size_t len[ARGS];
	char *command = NULL;
	int size;

	for (int i = 0; i < n; i++) {
		ptr[i] = words[i].ptr;
		len[i] = words[i].len;
	}
	size = redisFormatCommandArgv(&command, n, ptr, len);
	/* Only for want of memory; then the server would wait for the rest: as bad as lost. */
	if (size < 0)
		r->link.out.over = true;
	else
		buf_put(&r->link.out, command, (size_t)size);
	if (command)
		explicit_bzero(command, (size_t)(size < 0 ? 0 : size));
	redisFreeCommand(command);
}

static void greet(struct redis *r)
{
	const struct redisurl *u = r->config.url;
	struct slice auth[3] = {slice_str("AUTH")};
	char text[24];
	int n = 1;

	if (u->password) {
		if (u->user)
			auth[n++] = slice_str(u->user);
		auth[n++] = slice_str(u->password);
		send_words(r, n, auth);
		push(r, 0, REDIS_AUTH);
	}
	if (u->database) {
		int len = snprintf(text, sizeof text, "%llu", (unsigned long long)u->database);
		struct slice words[] = {slice_str("SELECT"), slice_make(text, (size_t)len)};

		send_words(r, 2, words);
		push(r, 0, REDIS_SELECT);
	}
}

static void ask(struct redis *r, const struct wire *m)
{
	char key[sizeof prefix + ADDRESS_HEX], ttl[24];
	struct slice words[ARGS] = {slice_str(m->verb == WIRE_GET ? "GET" : "SET")};
	int n = 3, len;

	memcpy(key, prefix, sizeof prefix - 1);
	address_hex(&m->key, key + sizeof prefix - 1);
	words[1] = slice_make(key, sizeof key - 1);
	words[2] = m->bytes;
	if (m->verb == WIRE_GET) {
		n = 2;
	} else if (r->config.url->ttl) {
		len = snprintf(ttl, sizeof ttl, "%llu", (unsigned long long)r->config.url->ttl);
		words[n++] = slice_str("EX");
		words[n++] = slice_make(ttl, (size_t)len);
	}
	send_words(r, n, words);
	push(r, m->number, m->verb == WIRE_GET ? REDIS_GET : REDIS_SET);
}

/* ---- what is answered */

static void answer(struct redis *r, enum wire_verb verb, uint64_t number, struct slice bytes)
{
	r->config.answer(
	    r->config.ctx, &(struct wire){.verb = verb, .number = number, .bytes = bytes});
}

/* A server that is no friend might say the password back. */
static struct slice harmless(const struct redis *r, struct slice text)
{
	const char *secret = r->config.url->password;

	if (secret && *secret && memmem(text.ptr, text.len, secret, strlen(secret)))
		return slice_str("the server refused");
	return text;
}

static int answered_greeting(struct redis *r, enum redis_asked asked, struct err *e)
{
	const char *where = r->config.url->shown;

	if (r->type == REDIS_REPLY_STATUS)
		return 0;
	if (asked == REDIS_AUTH)
		return err_set(e, "%s: the server refused the user or the password", where);
	return err_set(e, "%s: the server refused the database: %.*s", where,
	    SLICE_FMT(harmless(r, buf_all(&r->reply))));
}

static int answered(struct redis *r, struct err *e)
{
	struct redis_pending p;
	struct slice reply = buf_all(&r->reply);

	if (r->n_pending == 0)
		return err_set(e, "%s: an answer that nobody asked for", r->config.url->shown);
	p = r->pending[r->first];
	if (p.asked == REDIS_AUTH || p.asked == REDIS_SELECT) {
		pop(r);
		return answered_greeting(r, p.asked, e);
	}
	if (r->type == REDIS_REPLY_ERROR) {
		struct err text;

		err_set(&text, "%s: %.*s", r->config.url->shown, SLICE_FMT(harmless(r, reply)));
		answer(r, WIRE_FAILED, p.number, slice_str(text.text));
	} else if (p.asked == REDIS_GET && r->type == REDIS_REPLY_STRING) {
		answer(r, WIRE_HIT, p.number, reply);
	} else if (p.asked == REDIS_GET && r->type == REDIS_REPLY_NIL) {
		answer(r, WIRE_MISS, p.number, reply);
	} else if (p.asked == REDIS_SET && r->type == REDIS_REPLY_STATUS) {
		answer(r, WIRE_DONE, p.number, reply);
	} else {
		return err_set(e, "%s: an answer to another question", r->config.url->shown);
	}
	pop(r);
	r->link.failures = 0;
	return 0;
}

/*
 * hiredis calls these for each value; the text that they get is its buffer, which moves. There are
 * none for arrays and numbers: nothing that is asked here is answered with one, and memory for as
 * many elements as a server names is not for it to decide.
 */
static void *on_string(const redisReadTask *task, char *text, size_t len)
{
	struct redis *r = task->privdata;

	r->type = task->type;
	buf_reset(&r->reply, KEEP_REPLY);
	buf_put(&r->reply, text, len);
	return r;
}

static void *on_nil(const redisReadTask *task)
{
	struct redis *r = task->privdata;

	r->type = REDIS_REPLY_NIL;
	buf_clear(&r->reply);
	return r;
}

static redisReplyObjectFunctions functions = {.createString = on_string, .createNil = on_nil};

int redis_feed(struct redis *r, const char *ptr, size_t len, struct err *e)
{
	const char *where = r->config.url->shown;
	void *reply = NULL;

	if (redisReaderFeed(r->reader, ptr, len) != REDIS_OK)
		return err_set(e, "%s: %s", where, r->reader->errstr);
	for (;;) {
		if (redisReaderGetReply(r->reader, &reply) != REDIS_OK)
			return err_set(e, "%s: no answer of a Redis", where);
		if (!reply)
			break;
		/* Of a value that none of the functions made it is a number: what kind. So arrays are seen. */
		if (reply != r)
			r->type = REDIS_REPLY_ARRAY;
		if (answered(r, e) < 0)
			return -1;
	}
	if (r->reader->len - r->reader->pos > (size_t)WIRE_ENTRY + SLACK)
		return err_set(e, "%s: an answer longer than %d bytes", where, WIRE_ENTRY);
	return 0;
}

/* ---- the connection's life */

static void close_all(struct redis *r)
{
	redis_link_close(r);
	if (r->reader)
		redisReaderFree(r->reader);
	r->reader = NULL;
}

void redis_lost(struct redis *r, const struct err *why)
{
	struct redis_link *k = &r->link;
	bool idle = r->n_pending == 0 && k->failures == 0;
	double unit = (1 + rng_unit(&k->rng)) / 2;

	close_all(r);
	k->why = *why;
	/* Servers close what is not used for long: no reason to leave them alone. */
	if (!idle) {
		k->retry = clock_mono() + pace_backoff_wait(&k->backoff, k->failures, unit);
		k->failures++;
	}
	while (r->n_pending) {
		struct redis_pending p = pop(r);

		if (p.asked == REDIS_GET || p.asked == REDIS_SET)
			answer(r, WIRE_FAILED, p.number, slice_str(why->text));
	}
}

static void open_link(struct redis *r, int64_t now)
{
	if (redis_link_open(r, now) < 0) {
		struct err why = r->link.why;

		redis_lost(r, &why);
		return;
	}
	r->reader = redisReaderCreateWithFunctions(&functions);
	if (!r->reader) {
		redis_lost(r, &(struct err){"out of memory"});
		return;
	}
	r->reader->privdata = r;
	greet(r);
}

void redis_begin(struct redis *r, const struct wire *command)
{
	int64_t now = clock_mono();

	if (r->link.state == REDIS_DOWN && now >= r->link.retry)
		open_link(r, now);
	if (r->link.state == REDIS_DOWN) {
		answer(r, WIRE_FAILED, command->number, slice_str(r->link.why.text));
		return;
	}
	if (r->n_pending == 0)
		r->link.heard = now;
	ask(r, command);
}

bool redis_room(const struct redis *r)
{
	return r->n_pending + 3 < REDIS_PENDING && r->link.out.len - r->link.at < SEND_HELD;
}

bool redis_busy(const struct redis *r)
{
	return r->n_pending > 0;
}

int64_t redis_deadline(const struct redis *r)
{
	return r->n_pending ? r->link.heard + r->config.timeout : EVENTS_NEVER;
}

void redis_turn(struct redis *r, int64_t now)
{
	struct err why = {""};

	if (r->link.out.over)
		err_set(&why, "out of memory");
	else if (r->link.state == REDIS_UP && redis_link_send(r, now, &why) == 0)
		why.text[0] = '\0';
	if (!why.text[0] && now >= redis_deadline(r))
		err_set(&why, "%s: %s for %.3g s", r->config.url->shown,
		    r->link.state == REDIS_UP ? "no answer" : "no connection",
		    (double)r->config.timeout / 1e9);
	if (why.text[0])
		redis_lost(r, &why);
}

struct redis *redis_new(const struct redis_config *config, struct err *e)
{
	struct redis *r;

	if (config->timeout <= 0) {
		err_set(e, "a Redis needs a timeout");
		return NULL;
	}
	r = mem_array(1, sizeof *r);
	r->config = *config;
	redis_link_init(r);
	return r;
}

void redis_free(struct redis *r)
{
	if (!r)
		return;
	close_all(r);
	if (r->link.out.ptr)
		explicit_bzero(r->link.out.ptr, r->link.out.cap);
	buf_free(&r->link.out);
	buf_free(&r->reply);
	free(r);
}
