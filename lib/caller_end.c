#include <stdlib.h>
#include <string.h>

#include "caller_impl.h"
#include "clock.h"

/* ---- what an attempt says */

static const struct json *judge(struct caller *c, struct ticket *t)
{
	struct http_call *call = &t->call;
	const struct json *root = NULL;
	struct err e;

	if (call->event_stream && t->stream && call->status >= 200 && call->status < 300)
		caller_stream_end(t);
	secret_mask(c->config.secret, call->answer.ptr, call->answer.len);
	secret_mask(c->config.secret, t->request_id.ptr, t->request_id.len);
	secret_mask(c->config.secret, call->why.text, strlen(call->why.text));
	if (call->answer.len)
		root = json_parse(&c->doc, buf_all(&call->answer), &e);
	if (root)
		secret_mask_json(c->config.secret, root, &c->scratch);
	verdict_judge(&t->verdict, call, root, &e, t->url, &t->hint);
	return root;
}

/* ---- what it means for the quota and the endpoint */

static void settle(struct caller *c, struct ticket *t, const struct json *root)
{
	struct money_use use = {0};
	bool known = root && money_usage(root, &use);

	if (!t->call.connected) {
		caller_settle_unsent(c, t);
		return;
	}
	if (known || t->call.status >= 300) {
		money_use_add(&t->used, &use);
		if (t->price)
			t->cost = money_add(t->cost, money_cost(t->price, &use));
		caller_settle(c, t, &use);
	} else {
		/* Nobody knows what it cost: what was reserved, at most. */
		if (t->price)
			t->cost = money_add(t->cost, t->demand.money);
		caller_settle(c, t, NULL);
	}
}

static void tell_limit(const struct ticket *t, int64_t now)
{
	struct pace_limit *l = &t->endpoint->limit;

	if (t->verdict.limited)
		pace_limit_refused(l, t->limit, t->call.status == 429, t->call.began, now);
	else if (t->call.status)
		pace_limit_good(l, t->limit, now);
	else
		pace_limit_gone(l);
}

static void tell_breaker(struct caller *c, const struct ticket *t, int64_t now)
{
	struct endpoint *p = t->endpoint;

	if (!t->verdict.endpoint) {
		pace_breaker_good(&p->breaker);
		p->worked = true;
		p->down = 0;
		return;
	}
	pace_breaker_bad(&p->breaker, t->call.began, now, rng_unit(&c->rng));
	if (!p->down)
		p->down = now;
}

/* Pauses the endpoint as the server asks; the wait, or -1 where it asks for none. */
static int64_t heed_hint(struct caller *c, const struct ticket *t, int64_t now)
{
	int64_t wait = hint_wait(&t->hint, t->call.status == 429, clock_wall());
	int64_t pause = wait < c->config.max_wait ? wait : c->config.max_wait;

	if (wait <= 0)
		return wait;
	if (now + pause > t->endpoint->paused)
		t->endpoint->paused = now + pause;
	if (c->config.share && c->config.n_endpoints == 1 &&
	    paceshare_pause(c->config.share, &c->config.quota, pause, &c->broken) < 0)
		caller_stop(c, CALLER_ASKED, "halted", c->broken.text);
	return wait;
}

/* ---- whether to try again */

static bool others_work(const struct caller *c, const struct endpoint * not )
{
	for (size_t i = 0; i < c->config.n_endpoints; i++) {
		const struct endpoint *p = &c->config.endpoints[i];

		if (p != not &&!p->gone && p->breaker.state == PACE_CLOSED)
			return true;
	}
	return false;
}

/*
 * Given up: one whose certificate or key is no good, one that never worked when a line has tried it
 * for the last time, and one that has only failed for too long.
 */
static void judge_endpoint(struct caller *c, const struct ticket *t, bool again, int64_t now)
{
	struct endpoint *p = t->endpoint;
	enum http_outcome o = t->call.outcome;

	if (o == HTTP_UNTRUSTED || t->verdict.kind == VERDICT_NO_KEY ||
	    t->verdict.kind == VERDICT_NO_QUOTA)
		p->gone = true;
	else if (o == HTTP_UNREACHED && !p->worked && !again)
		p->gone = true;
	else if (p->down && p->breaker.state != PACE_CLOSED && now - p->down > c->config.max_wait)
		p->gone = true;
}

/* The wait before another attempt, or -1: there is none. */
static int64_t wait_for_next(struct caller *c, const struct ticket *t, int64_t hinted)
{
	enum verdict_kind kind = t->verdict.kind;
	bool elsewhere = others_work(c, t->endpoint);

	if (kind == VERDICT_GOOD || t->attempts > c->config.retries || c->why != CALLER_GOING ||
	    (t->stream && t->stream->begun))
		return -1;
	if (kind != VERDICT_RETRY)
		return elsewhere && kind != VERDICT_FINAL ? 0 : -1;
	if (elsewhere && t->verdict.endpoint)
		return 0;
	if (hinted > c->config.max_wait)
		return elsewhere ? 0 : -1;
	if (hinted > 0)
		return hinted;
	return pace_backoff_wait(&(struct pace_backoff){0}, t->attempts - 1, rng_unit(&c->rng));
}

static void tell_attempt(const struct caller *c, const struct ticket *t, int64_t wait)
{
	struct slice rest = slice_str(t->call.url);
	struct caller_attempt a = {.place = &t->place,
	    .url = slice_split(&rest, '?'),
	    .status = t->call.status,
	    .code = t->verdict.code,
	    .ms = (t->call.ended - t->call.began) / 1000000,
	    .wait = wait};

	if (c->config.attempted)
		c->config.attempted(c->config.ctx, &a);
}

/* A dead key ends the run where it was the last endpoint's. */
static void stop_if_dead(struct caller *c, const struct ticket *t)
{
	for (size_t i = 0; i < c->config.n_endpoints; i++)
		if (!c->config.endpoints[i].gone)
			return;
	if (t->verdict.kind == VERDICT_NO_KEY || t->verdict.kind == VERDICT_NO_QUOTA)
		caller_stop(c, CALLER_DEAD_KEY, "halted", t->verdict.why.text);
	else
		caller_stop(c, CALLER_NO_ENDPOINT, "halted",
		    t->verdict.code ? t->verdict.why.text : "no endpoint is left that works");
}

void caller_ended(struct caller *c, struct ticket *t)
{
	/* Not when this turn began: what the server asks for counts from its answer on. */
	int64_t now = t->call.ended, hinted, wait;
	const struct json *root;

	t->endpoint->flying--;
	root = judge(c, t);
	settle(c, t, root);
	tell_limit(t, now);
	tell_breaker(c, t, now);
	hinted = heed_hint(c, t, now);
	wait = wait_for_next(c, t, hinted);
	tell_attempt(c, t, wait);
	judge_endpoint(c, t, wait >= 0, now);
	if (wait >= 0) {
		t->due = now + wait;
		caller_move(c, t, TICKET_WAITING);
	} else {
		caller_write(c, t, root);
	}
	stop_if_dead(c, t);
	if (wait < 0)
		caller_release(c, t);
}

/* Its last answer, where it has one, says more than that all has been stopped. */
void caller_give_up(struct caller *c, struct ticket *t)
{
	const struct json *root = NULL;

	caller_settle_unsent(c, t);
	if (t->attempts == 0) {
		c->unsent++;
		t->verdict = (struct verdict){.kind = VERDICT_FINAL, .code = c->code};
		err_set(&t->verdict.why, "%s", c->message.text);
	} else if (!t->verdict.code && t->call.answer.len) {
		root = json_parse(&c->doc, buf_all(&t->call.answer), NULL);
	}
	caller_write(c, t, root);
	caller_release(c, t);
}
