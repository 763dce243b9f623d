#include "handle.h"

#include "clock.h"
#include "completion.h"
#include "jw.h"
#include "stream.h"

enum {
	KEEP_SIZE = 1024 * 1024,
	FAULT_WAIT = 100000000, /* what a drawn 429 or 503 says, in nanoseconds */
	CLOCK_SLACK = 1000000 /* the wall clock is not the monotonic one */
};

/* One request on its way to its reply. */
struct turn {
	struct server *server;
	const struct request *request;
	struct reply *reply;
	struct ask ask;
	enum service_op op;
	struct slice id; /* of a file or a batch */
	struct seen_entry *seen;
	struct fault fault;
	enum admit_spelling hint;
	int64_t hint_wait;
	struct delay latency;
	int64_t now;
	bool hinted;
	bool early;
	bool early_any;
};

void handle_init(struct server *s, struct options *o)
{
	*s = (struct server){.options = o, .admit = o->admit, .rng = {o->seed}};
	s->journal.fd = -1;
	s->journal.headers = o->log_headers;
	s->cuts = o->cuts;
	s->service = o->service;
	if (o->content.ptr)
		s->service.batches.content = buf_all(&o->content);
	s->service.batches.rng = (struct rng){o->seed};
}

void handle_free(struct server *s)
{
	seen_free(&s->seen);
	batches_free(&s->service.batches);
	json_doc_free(&s->doc);
	reply_draft_free(&s->draft);
	buf_free(&s->scratch);
	buf_free(&s->content);
	buf_free(&s->journal.lines);
}

static void refuse(struct turn *t, int status, const char *message, const char *code)
{
	struct reply_draft *d = &t->server->draft;

	d->status = status;
	buf_clear(&d->body);
	completion_error(&d->body, message, "invalid_request_error", code);
}

/* --- what was told before, and whether it was heeded */

static void note_early(struct turn *t)
{
	struct server *s = t->server;
	int64_t now = t->now + CLOCK_SLACK;

	t->early = t->seen->not_before && now < t->seen->not_before;
	t->early_any = now < s->told_until && t->now > s->told_at + s->options->grace;
	t->seen->not_before = 0;
}

static void tell(struct turn *t, int64_t fixed)
{
	struct server *s = t->server;
	int64_t wait = t->hint_wait, told;

	if (fixed && wait < 0)
		wait = fixed;
	else if (wait == OPTIONS_WAIT_FULL || (wait == OPTIONS_WAIT_USUAL && admit_always(t->hint)))
		wait = admit_full(&s->admit);
	else if (wait < 0)
		wait = admit_next(&s->admit);
	told = admit_hint(&s->admit, t->hint, wait, t->ask.wall, &s->draft.headers);
	t->hinted = true;
	if (told <= 0)
		return;
	t->seen->not_before = t->now + told;
	if (s->told_until <= t->now)
		s->told_at = t->now;
	if (s->told_until < t->now + told)
		s->told_until = t->now + told;
}

/* --- what is asked */

static int read_body(struct turn *t, struct err *e)
{
	struct server *s = t->server;
	const struct json *root;

	if (!slice_is(t->request->method, "POST") || t->op == SERVICE_UPLOAD ||
	    t->op == SERVICE_CANCEL)
		return 0;
	root = json_parse(&s->doc, t->request->body, e);
	if (!root)
		return -1;
	if (root->type != JSON_OBJECT)
		return err_set(e, "the body is not an object");
	buf_reset(&s->scratch, KEEP_SIZE);
	ask_body(&t->ask, root, t->request->body.len, &s->scratch);
	return 0;
}

static int read_steering(struct turn *t, struct err *e)
{
	const struct ask *a = &t->ask;

	if (a->latency.ptr && delay_parse(a->latency, &t->latency, e) < 0)
		return -1;
	if (a->hint.ptr && admit_spelling(a->hint, &t->hint, e) < 0)
		return -1;
	if (a->hint_wait.ptr && options_wait(a->hint_wait, &t->hint_wait, e) < 0)
		return -1;
	return 0;
}

static int choose_fault(struct turn *t, const struct rule *rule, struct err *e)
{
	struct server *s = t->server;
	struct slice name = ask_fault(&t->ask, t->seen->times, &s->scratch);

	if (!name.ptr && rule && rule->fault)
		name = slice_str(rule->fault);
	if (name.ptr) {
		if (fault_find(name, &t->fault, e) < 0)
			return -1;
	} else {
		t->fault = fault_draw(&s->options->faults, &s->rng);
	}
	if (fault_is_stream(t->fault) && !t->ask.stream)
		t->fault = (struct fault){0};
	return 0;
}

static void echo(struct turn *t)
{
	struct buf *b = &t->server->content;

	buf_clear(b);
	jw_object(b);
	jw_name(b, "digest");
	buf_fmt(b, "\"%016llx\"", (unsigned long long)t->ask.digest);
	jw_member_str(b, "id", t->ask.id);
	jw_object_end(b);
	t->ask.content = buf_all(b);
}

static void choose_content(struct turn *t, const struct rule *rule)
{
	struct ask *a = &t->ask;
	const struct buf *fixed = &t->server->options->content;

	if (!a->finish.ptr)
		a->finish = slice_str(rule && rule->finish ? rule->finish
			: a->tool                          ? "tool_calls"
							   : "stop");
	if (!a->content.ptr && rule && rule->content)
		a->content = slice_make(rule->content, rule->content_len);
	else if (!a->content.ptr && fixed->ptr && !a->tool)
		a->content = buf_all(fixed);
	else if (!a->content.ptr && !a->tool)
		echo(t);
}

/* --- what is answered */

static void say(struct turn *t)
{
	struct server *s = t->server;
	struct reply_draft *d = &s->draft;

	switch (t->ask.kind) {
	case ASK_CHAT:
	case ASK_TEXT:
		if (t->ask.stream)
			stream_draft(d, &t->ask, t->fault, &s->rng);
		else
			completion_put(&d->body, &t->ask, t->fault.kind == FAULT_NULL_CONTENT);
		break;
	case ASK_EMBEDDINGS:
		completion_embeddings(&d->body, &t->ask, s->options->dim);
		break;
	case ASK_MODELS:
		completion_models(&d->body);
		break;
	case ASK_UNKNOWN:
		refuse(t, 404, "Unknown request URL", "unknown_url");
		break;
	}
}

static bool key_fits(const struct turn *t)
{
	const struct options *o = t->server->options;
	const struct request *q = t->request;
	struct slice bearer = q->authorization;

	if (!o->key)
		return true;
	if (o->auth != OPTIONS_BEARER && q->api_key.ptr && slice_is(q->api_key, o->key))
		return true;
	if (o->auth == OPTIONS_API_KEY || !bearer.ptr || !slice_starts(bearer, "Bearer "))
		return false;
	return slice_is(slice_make(bearer.ptr + 7, bearer.len - 7), o->key);
}

static void answer(struct turn *t)
{
	struct server *s = t->server;
	const struct rule *rule = rules_find(&s->options->rules, t->request->body);
	int status;
	struct err e;

	if (choose_fault(t, rule, &e) < 0) {
		refuse(t, 400, e.text, "bad_steering");
		return;
	}
	choose_content(t, rule);
	say(t);
	status = t->fault.kind == FAULT_STATUS ? t->fault.status : 0;
	if (status == 429 || status == 503)
		tell(t, FAULT_WAIT);
	spoil_draft(&s->draft, t->reply, t->fault, &s->options->spoil);
}

/* The same of a batch service. */
static void serve(struct turn *t)
{
	struct server *s = t->server;
	struct service *v = &s->service;
	struct err e;

	if (service_fault(v, t->op, &t->fault, &e) < 0) {
		refuse(t, 400, e.text, "bad_steering");
		return;
	}
	if (t->fault.status < 300)
		service_answer(v, t->op, t->id, t->request, t->ask.root, t->ask.wall, &s->draft);
	else if (t->fault.status == 429 || t->fault.status == 503)
		tell(t, FAULT_WAIT);
	spoil_draft(&s->draft, t->reply, t->fault, &s->options->spoil);
	s->journal.uploads += t->op == SERVICE_UPLOAD && s->draft.status == 200;
	s->journal.batches = v->batches.n;
	s->journal.paid = v->batches.paid;
	s->journal.paid_twice = v->batches.paid_twice;
}

/* What keeps a request from being answered, and then the answer. */
static void decide(struct turn *t)
{
	struct server *s = t->server;
	struct err e;

	if (read_body(t, &e) < 0 || read_steering(t, &e) < 0) {
		refuse(t, 400, e.text, NULL);
	} else if (!key_fits(t)) {
		refuse(t, 401, "Incorrect API key provided", "invalid_api_key");
	} else if (!admit_take(&s->admit, t->now)) {
		s->journal.refused++;
		refuse(t, 429, "Rate limit reached", "rate_limit_exceeded");
		t->latency = (struct delay){0};
		tell(t, 0);
	} else {
		s->journal.admitted++;
		if (t->op)
			serve(t);
		else
			answer(t);
	}
	if (!t->hinted && admit_always(t->hint))
		admit_hint(
		    &s->admit, t->hint, admit_full(&s->admit), t->ask.wall, &s->draft.headers);
}

static void render(struct turn *t)
{
	struct server *s = t->server;
	struct options *o = s->options;
	int64_t wait = delay_draw(&t->latency, &s->rng);

	if (wait > 0)
		reply_pause(t->reply, 0, wait);
	buf_fmt(&s->draft.headers, "x-request-id: req_%llu\r\n", (unsigned long long)t->ask.number);
	buf_slice(&s->draft.headers, buf_all(&o->headers));
	if (t->request->close)
		t->reply->end = REPLY_CLOSE;
	reply_render(t->reply, &s->draft, o->spoil.gap);
	spoil_reply(t->reply, t->fault, &o->spoil);
}

static void note(const struct turn *t, uint64_t connection)
{
	const struct journal_entry entry = {
	    .request = t->request,
	    .ask = &t->ask,
	    .connection = connection,
	    .time = t->seen->times,
	    .status = t->reply->status,
	    .fault = t->fault.name,
	    .early = t->early,
	    .early_any = t->early_any,
	};

	journal_note(&t->server->journal, &entry);
}

static bool about_the_server(struct server *s, const struct request *q, struct reply *r)
{
	bool reset = slice_is(q->path, "/stats/reset");

	if (!reset && !slice_is(q->path, "/stats") && !service_control(&s->service, q->path))
		return false;
	journal_stats(&s->journal, &s->draft.body);
	if (reset)
		journal_reset(&s->journal);
	if (q->close)
		r->end = REPLY_CLOSE;
	reply_render(r, &s->draft, 0);
	return true;
}

bool handle_request(
    struct server *s, const struct request *q, uint64_t connection, int64_t now, struct reply *r)
{
	struct turn t = {
	    .server = s,
	    .request = q,
	    .reply = r,
	    .hint = s->options->hint,
	    .hint_wait = s->options->hint_wait,
	    .latency = s->options->latency,
	    .now = now,
	};

	reply_draft_clear(&s->draft);
	if (about_the_server(s, q, r))
		return false;
	t.ask.number = ++s->number;
	t.ask.wall = clock_wall();
	t.ask.digest = seen_digest(q->body);
	t.seen = seen_at(&s->seen, t.ask.digest);
	t.seen->times++;
	note_early(&t);
	ask_path(&t.ask, q->path);
	t.op = service_op(q, &t.id);
	decide(&t);
	render(&t);
	note(&t, connection);
	return true;
}

void handle_bad(struct server *s, int status, struct reply *r)
{
	reply_draft_clear(&s->draft);
	s->draft.status = status;
	completion_error(&s->draft.body, "This is no request", "invalid_request_error", NULL);
	r->end = REPLY_CLOSE;
	reply_render(r, &s->draft, 0);
}
