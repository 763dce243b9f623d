#include "caller.h"

#include <stdlib.h>
#include <string.h>

#include "caller_impl.h"
#include "clock.h"
#include "jw.h"
#include "mem.h"

enum {
	WINDOW = 4, /* tickets for each call in flight: the others wait for another attempt */
	WINDOW_LEAST = 16,
	KEEP_TEXT = 16 * 1024
};

static const char chat[] = "/v1/chat/completions";

/* ---- tickets */

static struct ticket_list *list_of(struct caller *c, enum ticket_state state)
{
	switch (state) {
	case TICKET_READY:
		return &c->ready;
	case TICKET_FLYING:
		return &c->flying;
	case TICKET_WAITING:
		return &c->waiting;
	case TICKET_DONE:
	default:
		return NULL;
	}
}

static void unlink_ticket(struct caller *c, struct ticket *t)
{
	struct ticket_list *l = list_of(c, t->state);

	if (!l)
		return;
	*(t->prev ? &t->prev->next : &l->first) = t->next;
	*(t->next ? &t->next->prev : &l->last) = t->prev;
	t->prev = t->next = NULL;
	l->n--;
}

void caller_move(struct caller *c, struct ticket *t, enum ticket_state state)
{
	struct ticket_list *l = list_of(c, state);

	unlink_ticket(c, t);
	t->state = state;
	if (!l)
		return;
	t->prev = l->last;
	*(l->last ? &l->last->next : &l->first) = t;
	l->last = t;
	l->n++;
}

/* The last in order, in no list yet. */
struct ticket *caller_ticket(struct caller *c)
{
	struct ticket *t = c->idle;

	if (t)
		c->idle = t->next;
	else
		t = mem_array(1, sizeof *t);
	t->next = NULL;
	t->later = NULL;
	t->caller = c;
	t->state = TICKET_DONE;
	if (c->config.ordered) {
		*(c->newest ? &c->newest->later : &c->oldest) = t;
		c->newest = t;
	}
	c->n_tickets++;
	return t;
}

/* Memory is kept for the next line, unless it is much. */
static void clear_ticket(struct ticket *t)
{
	struct ticket old = *t;

	buf_reset(&old.text, KEEP_TEXT);
	buf_reset(&old.changed, KEEP_TEXT);
	buf_reset(&old.carried, KEEP_TEXT);
	buf_reset(&old.out, KEEP_TEXT);
	buf_reset(&old.call.answer, KEEP_TEXT);
	buf_clear(&old.request_id);
	ticket_stream_free(old.stream);
	*t = (struct ticket){.text = old.text,
	    .changed = old.changed,
	    .carried = old.carried,
	    .out = old.out,
	    .request_id = old.request_id};
	t->call.answer = old.call.answer;
}

static void put_back(struct caller *c, struct ticket *t)
{
	clear_ticket(t);
	t->next = c->idle;
	c->idle = t;
	c->n_tickets--;
}

static void end_record(struct caller *c)
{
	if (outlet_end(c->config.out, &c->broken) == 0)
		c->broken.text[0] = '\0';
}

/* In order: everything at the head that is done. */
void caller_release(struct caller *c, struct ticket *t)
{
	caller_move(c, t, TICKET_DONE);
	if (!c->config.ordered) {
		put_back(c, t);
		return;
	}
	while (c->oldest && c->oldest->state == TICKET_DONE) {
		t = c->oldest;
		c->oldest = t->later;
		if (!c->oldest)
			c->newest = NULL;
		if (t->out.len) {
			buf_slice(&c->config.out->buf, buf_all(&t->out));
			end_record(c);
		}
		put_back(c, t);
	}
}

struct buf *caller_record(struct caller *c, struct ticket *t)
{
	return c->config.ordered && t ? &t->out : &c->config.out->buf;
}

void caller_record_end(struct caller *c, struct ticket *t)
{
	if (!c->config.ordered || !t)
		end_record(c);
}

/* ---- lines */

bool caller_has_room(const struct caller *c)
{
	return c->ready.n == 0 && c->n_tickets < c->window &&
	    outlet_waiting(c->config.out) < CALLER_OUT_MAX && !c->config.out->failed;
}

void caller_pass(struct caller *c, struct slice text)
{
	struct ticket *t = caller_ticket(c);

	buf_slice(caller_record(c, t), text);
	caller_record_end(c, t);
	caller_release(c, t);
}

/* What of the line is needed later: it borrows from the reader, whose text goes. */
static void keep_line(struct ticket *t, const struct line *l, struct slice text)
{
	const struct json *url = l->root ? json_get_type(l->root, "url", JSON_STRING) : NULL;

	buf_slice(&t->text, text);
	t->named = l->custom_id != NULL;
	if (t->named) {
		t->custom_id = *l->custom_id;
		t->custom_id.ptr = t->text.ptr + (l->custom_id->ptr - text.ptr);
	}
	if (l->body)
		t->body = slice_make(
		    t->text.ptr + (json_raw(l->body).ptr - text.ptr), json_raw(l->body).len);
	t->url = slice_str(chat);
	if (url)
		t->url = slice_make(t->text.ptr + (url->ptr - text.ptr), url->len);
	line_carry(&t->carried, l);
}

static int check_line(struct caller *c, const struct line *l, struct ticket *t, struct err *e)
{
	const struct json *method = json_get(l->root, "method");
	const struct json *url = json_get(l->root, "url");

	if (method && method->type != JSON_NULL && !json_str_is(method, "POST"))
		return err_set(e, "\"method\" must be POST");
	if (url && url->type != JSON_NULL && url->type != JSON_STRING)
		return err_set(e, "\"url\" must be a string");
	return endpoint_url(&c->config.endpoints[0], t->url, e) ? 0 : -1;
}

static void demand(struct caller *c, const struct line *l, struct ticket *t)
{
	const struct json *model = json_get_type(l->body, "model", JSON_STRING);
	struct money_use use = {0};
	int64_t n;

	c->scratch.len = 0;
	t->choices = json_get(l->body, "n") && json_int(json_get(l->body, "n"), &n) && n > 0 &&
		n <= STREAM_CHOICES
	    ? (size_t)n
	    : 1;
	t->price =
	    money_price(&c->config.prices, model ? json_text(model, &c->scratch) : slice_str(""));
	money_estimate(l->body, t->url, &use);
	t->demand.tokens = money_tokens(&use);
	if (t->price)
		t->demand.money = money_cost(t->price, &use);
	if (!c->budgeted || c->why != CALLER_GOING)
		return;
	if (!use.bounded)
		caller_stop(c, CALLER_UNBOUNDED, "halted",
		    "a budget needs an output limit (max_completion_tokens) in every body");
	else if (!t->price && c->config.quota.money.limited)
		caller_stop(c, CALLER_UNBOUNDED, "halted",
		    "a budget needs a price for every model that is named");
}

static void refuse(struct caller *c, struct ticket *t, const char *code, const char *message)
{
	t->verdict = (struct verdict){.kind = VERDICT_FINAL, .code = code};
	err_set(&t->verdict.why, "%s", message);
	caller_write(c, t, NULL);
	caller_release(c, t);
}

void caller_reject(struct caller *c, const struct line *l, const char *code, const char *message,
    const struct caller_place *place)
{
	struct ticket *t = caller_ticket(c);

	t->place = *place;
	if (l->root) {
		/* The whole line, from its object's braces. */
		keep_line(t, l, json_raw(l->root));
	}
	refuse(c, t, code, message);
}

void caller_add(
    struct caller *c, const struct line *l, struct slice text, const struct caller_place *place)
{
	struct ticket *t = caller_ticket(c);
	struct err e;

	t->place = *place;
	keep_line(t, l, text);
	if (check_line(c, l, t, &e) < 0) {
		refuse(c, t, "invalid_request_line", e.text);
		return;
	}
	demand(c, l, t);
	if (c->why != CALLER_GOING) {
		caller_give_up(c, t);
		return;
	}
	if (caller_streams(l, t->url, c->config.stream, &t->changed)) {
		t->stream = mem_array(1, sizeof *t->stream);
		if (t->changed.len)
			t->body = buf_all(&t->changed);
	}
	caller_move(c, t, TICKET_READY);
	caller_pump(c, clock_mono());
}

/* ---- stopping */

void caller_stop(struct caller *c, enum caller_why why, const char *code, const char *message)
{
	if (c->why == CALLER_GOING) {
		c->why = why;
		c->code = code;
		err_set(&c->message, "%s", message);
	}
	while (c->ready.first)
		caller_give_up(c, c->ready.first);
	while (c->waiting.first)
		caller_give_up(c, c->waiting.first);
}

void caller_abandon(struct caller *c, const char *code, const char *message)
{
	caller_stop(c, CALLER_ASKED, code, message);
	while (c->flying.first) {
		struct ticket *t = c->flying.first;

		http_abandon(c->http, &t->call);
		t->endpoint->flying--;
		/* It may have been answered by now, and paid for. */
		caller_settle(c, t, NULL);
		t->call.status = 0;
		refuse(c, t, code, message);
	}
}

enum caller_why caller_stopped(const struct caller *c, const char **message)
{
	*message = c->message.text;
	return c->why;
}

uint64_t caller_unsent(const struct caller *c)
{
	return c->unsent;
}

/* ---- turns */

void caller_turn(struct caller *c, int64_t now)
{
	struct http_call *call;

	if (c->http)
		http_turn(c->http, now);
	while (c->http && (call = http_done(c->http)) != NULL)
		caller_ended(c, call->ctx);
	caller_pump(c, now);
	if (c->last && c->http && c->flying.n < c->config.calls)
		http_let_go(c->http);
}

int64_t caller_deadline(const struct caller *c)
{
	int64_t at = c->http ? http_deadline(c->http) : EVENTS_NEVER;

	/* Since the turn it has been written: nobody else would wake us for that. */
	if (c->held && outlet_waiting(c->config.out) < CALLER_OUT_MAX)
		return INT64_MIN;
	return c->deadline < at ? c->deadline : at;
}

void caller_last(struct caller *c)
{
	c->last = true;
}

bool caller_idle(const struct caller *c)
{
	return c->ready.n + c->flying.n + c->waiting.n == 0;
}

size_t caller_flying(const struct caller *c)
{
	return c->flying.n;
}

const char *caller_broken(const struct caller *c)
{
	return c->broken.text[0] ? c->broken.text : NULL;
}

int64_t caller_cost(const struct caller *c)
{
	return c->cost;
}

/* ---- the whole */

static void init_endpoints(struct caller *c)
{
	const struct caller_config *k = &c->config;
	int most = (int)k->calls, least = k->least ? (int)k->least : most;

	for (size_t i = 0; i < k->n_endpoints; i++) {
		pace_limit_init(&k->endpoints[i].limit, least, most);
		/* Others are there to go to: one that fails is set aside soon. */
		if (k->n_endpoints > 1)
			k->endpoints[i].breaker.threshold = 3;
		k->endpoints[i].warm |= k->endpoints[i].local;
	}
}

struct caller *caller_new(const struct caller_config *config, struct err *e)
{
	struct caller *c;

	if (config->n_endpoints == 0) {
		err_set(e, "no endpoint");
		return NULL;
	}
	c = mem_array(1, sizeof *c);
	c->config = *config;
	c->config.http.events = config->events;
	c->config.http.calls = config->calls;
	pace_rate_init(&c->config.quota.rate, config->rpm, config->tpm, clock_mono());
	c->deadline = EVENTS_NEVER;
	c->window = WINDOW * config->calls;
	if (c->window < WINDOW_LEAST)
		c->window = WINDOW_LEAST;
	c->budgeted = config->quota.money.limited || config->quota.tokens.limited;
	c->rng.state = config->seed;
	init_endpoints(c);
	return c;
}

static void free_ticket(struct ticket *t)
{
	ticket_stream_free(t->stream);
	buf_free(&t->text);
	buf_free(&t->changed);
	buf_free(&t->carried);
	buf_free(&t->out);
	buf_free(&t->request_id);
	http_call_free(&t->call);
	free(t);
}

static void free_list(struct caller *c, struct ticket_list *l)
{
	while (l->first) {
		struct ticket *t = l->first;

		if (t->state == TICKET_FLYING)
			http_abandon(c->http, &t->call);
		unlink_ticket(c, t);
		free_ticket(t);
	}
}

void caller_free(struct caller *c)
{
	if (!c)
		return;
	/* Those that are done and wait for one before them stand in no list. */
	for (struct ticket *t = c->oldest, *later; t; t = later) {
		later = t->later;
		if (t->state == TICKET_DONE)
			free_ticket(t);
	}
	free_list(c, &c->ready);
	free_list(c, &c->flying);
	free_list(c, &c->waiting);
	while (c->idle) {
		struct ticket *t = c->idle;

		c->idle = t->next;
		free_ticket(t);
	}
	http_free(c->http);
	json_doc_free(&c->doc);
	buf_free(&c->scratch);
	free(c);
}
