#include <string.h>

#include "caller_impl.h"
#include "clock.h"

/* ---- what is heard while a call goes on */

static void on_connecting(void *ctx)
{
	struct ticket *t = ctx;

	t->endpoint->warm = true;
}

static void on_header(void *ctx, struct slice name, struct slice value)
{
	struct ticket *t = ctx;

	if (name.len == 12 && strncasecmp(name.ptr, "x-request-id", 12) == 0) {
		buf_clear(&t->request_id);
		buf_slice(&t->request_id, value);
	} else {
		hint_header(&t->hint, name, value);
	}
}

static int on_data(void *ctx, struct slice bytes)
{
	struct ticket *t = ctx;

	return t->stream ? caller_stream_data(t, bytes) : 0;
}

const struct http_reader caller_reader = {on_connecting, on_header, on_data};

/* ---- the quota */

static void break_down(struct caller *c)
{
	caller_stop(c, CALLER_ASKED, "halted", c->broken.text);
}

/* 1: granted, with the time; 0: a budget has no room; -1: the pace file is no good. */
static int take_quota(struct caller *c, struct ticket *t, int64_t now)
{
	struct pace_quota *q = &c->config.quota;
	int64_t wait = 0;
	int got;

	if (!c->config.share)
		return pace_quota_take(q, &t->demand, now, &t->at);
	got = paceshare_take(c->config.share, q, &t->demand, &wait, &c->broken);
	if (got >= 0)
		c->broken.text[0] = '\0';
	t->at = now + wait;
	return got;
}

void caller_settle(struct caller *c, struct ticket *t, const struct money_use *used)
{
	struct pace_demand d = t->demand;

	t->granted = false;
	if (used) {
		d.tokens = money_tokens(used);
		d.money = t->price ? money_cost(t->price, used) : 0;
	}
	if (t->price)
		c->cost = money_add(c->cost, d.money);
	if (!c->config.share)
		pace_quota_settle(&c->config.quota, &t->demand, &d);
	else if (paceshare_settle(c->config.share, &c->config.quota, &t->demand, &d, &c->broken) <
	    0)
		break_down(c);
}

void caller_settle_unsent(struct caller *c, struct ticket *t)
{
	if (!t->granted)
		return;
	t->granted = false;
	if (!c->config.share)
		pace_quota_return(&c->config.quota, &t->demand);
	else if (paceshare_return(c->config.share, &c->config.quota, &t->demand, &c->broken) < 0)
		break_down(c);
}

/* ---- where to */

static int64_t when(const struct caller *c, const struct endpoint *p, int64_t now)
{
	int64_t at = endpoint_when(p), learnt;

	if (!c->config.least)
		return at;
	if (pace_limit_full(&p->limit))
		return PACE_NEVER;
	learnt = pace_limit_when(&p->limit, now);
	return learnt > at ? learnt : at;
}

/* Somewhere else than where it failed, if there is a choice; then the least loaded. */
static bool is_better(const struct ticket *t, const struct endpoint *p, const struct endpoint *best)
{
	if (!best)
		return true;
	if (t->attempts && (p == t->endpoint) != (best == t->endpoint))
		return best == t->endpoint;
	return p->flying < best->flying || (p->flying == best->flying && p->sent < best->sent);
}

static struct endpoint *choose(
    const struct caller *c, const struct ticket *t, int64_t now, int64_t *next)
{
	struct endpoint *best = NULL;

	*next = PACE_NEVER;
	for (size_t i = 0; i < c->config.n_endpoints; i++) {
		struct endpoint *p = &c->config.endpoints[i];
		int64_t at = when(c, p, now);

		if (at > now)
			*next = at < *next ? at : *next;
		else if (is_better(t, p, best))
			best = p;
	}
	return best;
}

static bool all_gone(const struct caller *c)
{
	for (size_t i = 0; i < c->config.n_endpoints; i++)
		if (!c->config.endpoints[i].gone)
			return false;
	return true;
}

/* ---- which, and when */

/* Of those whose time has come the first that was due; else the next line. */
static struct ticket *next_ticket(struct caller *c, int64_t now)
{
	struct ticket *best = NULL;

	/* One that holds its place in the quota goes first: what goes before it would come too late. */
	if (c->ready.first && c->ready.first->granted)
		return c->ready.first;
	for (struct ticket *t = c->waiting.first; t; t = t->next)
		if (!best || t->due < best->due)
			best = t;
	if (best && best->due <= now)
		return best;
	if (c->ready.first)
		return c->ready.first;
	if (best)
		c->deadline = best->due;
	return NULL;
}

static void not_before(struct caller *c, int64_t at)
{
	if (at < c->deadline)
		c->deadline = at;
}

static int start(struct caller *c, struct ticket *t, struct endpoint *p, int64_t now)
{
	struct err e;

	if (!c->http && !(c->http = http_new(&c->config.http, &c->broken)))
		return -1;
	t->call.url = endpoint_url(p, t->url, &e);
	t->call.headers = p->headers;
	t->call.body = t->body;
	t->call.reader = &caller_reader;
	t->call.ctx = t;
	t->hint = (struct hint){0};
	buf_clear(&t->request_id);
	if (t->stream)
		ticket_stream_begin(t, c->config.http.max_response);
	if (!t->call.url || http_start(c->http, &t->call, &c->broken) < 0)
		return -1;
	pace_breaker_ask(&p->breaker, now);
	t->limit = pace_limit_sent(&p->limit, now);
	t->endpoint = p;
	p->flying++;
	p->sent++;
	if (t->attempts++ == 0)
		t->began = clock_wall();
	caller_move(c, t, TICKET_FLYING);
	return 0;
}

/* Whether another may be tried for. */
static bool send_ticket(struct caller *c, struct ticket *t, int64_t now)
{
	int64_t next;
	struct endpoint *p = choose(c, t, now, &next);
	int got = 1;

	if (!p) {
		not_before(c, next);
		return false;
	}
	if (!t->granted && (got = take_quota(c, t, now)) <= 0) {
		/* What is in flight may give some of its reserve back. */
		if (got == 0 && c->flying.n == 0)
			caller_stop(c, CALLER_EXHAUSTED, "budget_exhausted",
			    "the budget has no room for another call");
		else if (got < 0)
			break_down(c);
		return false;
	}
	t->granted = true;
	if (t->at > now) {
		not_before(c, t->at);
		return false;
	}
	if (start(c, t, p, now) == 0)
		return true;
	break_down(c);
	return false;
}

bool caller_held_up(const struct caller *c)
{
	return outlet_waiting(c->config.out) >= CALLER_OUT_MAX;
}

void caller_pump(struct caller *c, int64_t now)
{
	struct ticket *t;

	c->deadline = PACE_NEVER;
	c->held_up = false;
	if (c->why != CALLER_GOING)
		return;
	if (all_gone(c)) {
		caller_stop(c, CALLER_NO_ENDPOINT, "halted", "no endpoint is left that works");
		return;
	}
	while (c->why == CALLER_GOING && c->flying.n < c->config.calls && !caller_held_up(c) &&
	    (t = next_ticket(c, now)) != NULL)
		if (!send_ticket(c, t, now))
			break;
	c->held_up = caller_held_up(c);
}
