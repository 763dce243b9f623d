/* npc-cache-http: commands in, answers out: npc-cache's entries at an HTTP server. */

#include <stdlib.h>

#include "clock.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "helper.h"
#include "http.h"
#include "keyurl.h"
#include "num.h"
#include "pace.h"
#include "rng.h"

static const char usage[] = "npc-cache-http [--timeout DURATION] [URL]";
static const char help[] =
    "      --timeout DURATION   how long a call may take (5s)\n"
    "      --stats FILE         writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help               -V, --version\n"
    "The URL is NPC_CACHE_REMOTE's where none is given; one with a password must not be.\n";

enum { OPTION_TIMEOUT = 0x100 };

static const struct option options[] = {
    {"timeout", required_argument, NULL, OPTION_TIMEOUT}, FILTER_OPTIONS, {0}};

enum {
	CALLS = 16, /* at once; each may hold an entry */
	KEEP_BODY = 64 * 1024,
	FAILURES = 3 /* in a row, that make a server one that is down */
};

#define FIRST_PAUSE (PACE_SECOND / 10)
#define LONGEST_PAUSE (5 * PACE_SECOND)

struct slot {
	struct http_call call; /* first: a call that has ended leads back to its slot */
	struct slot *next; /* of the free */
	uint64_t number;
	char *url;
	struct buf body;
};

struct program {
	struct filter filter;
	struct conf conf;
	struct events events;
	struct helper helper;
	struct http *http;
	struct keyurl urls;
	int64_t timeout;
	struct slot slots[CALLS], *free;
	size_t flying;
	struct pace_breaker breaker;
	struct rng rng;
	struct err why; /* it is down */
};

/* ---- commands */

static bool room(void *ctx)
{
	const struct program *p = ctx;

	return p->free != NULL;
}

static bool busy(void *ctx)
{
	const struct program *p = ctx;

	return p->flying > 0;
}

static int64_t deadline(void *ctx)
{
	const struct program *p = ctx;

	return http_deadline(p->http);
}

static void give_back(struct program *p, struct slot *s)
{
	buf_reset(&s->body, KEEP_BODY);
	s->next = p->free;
	p->free = s;
}

static void begin(void *ctx, const struct wire *m)
{
	struct program *p = ctx;
	struct slot *s = p->free;
	struct err e;

	if (pace_breaker_ask(&p->breaker, clock_mono()) == PACE_WAIT) {
		helper_failed(&p->helper, m->number, "%s", p->why.text);
		return;
	}
	p->free = s->next;
	s->number = m->number;
	keyurl_set(&p->urls, s->url, &m->key);
	buf_slice(&s->body, m->bytes);
	s->call.method = m->verb == WIRE_GET ? HTTP_GET : HTTP_PUT;
	s->call.body = buf_all(&s->body);
	if (http_start(p->http, &s->call, &e) == 0) {
		p->flying++;
		return;
	}
	pace_breaker_gone(&p->breaker);
	helper_failed(&p->helper, m->number, "%s", e.text);
	give_back(p, s);
}

/* ---- answers */

static void answer(struct program *p, const struct slot *s, enum wire_verb verb, struct slice bytes)
{
	helper_answer(
	    &p->helper, &(struct wire){.verb = verb, .number = s->number, .bytes = bytes});
}

static void refused(struct program *p, const struct slot *s)
{
	const char *hint = s->call.status == 409 ? " (is there such a folder?)"
	    : s->call.status == 401 || s->call.status == 403
	    ? " (is that the right password or token?)"
	    : s->call.status >= 300 && s->call.status < 400 ? " (redirects are not followed)"
							    : "";

	helper_failed(&p->helper, s->number, "the server says %d%s", s->call.status, hint);
}

static void get_answered(struct program *p, const struct slot *s)
{
	switch (s->call.status) {
	case 200:
		answer(p, s, WIRE_HIT, buf_all(&s->call.answer));
		break;
	case 404:
	case 410:
		answer(p, s, WIRE_MISS, (struct slice){0});
		break;
	default:
		refused(p, s);
	}
}

static void put_answered(struct program *p, const struct slot *s)
{
	if (s->call.status == 200 || s->call.status == 201 || s->call.status == 204)
		answer(p, s, WIRE_DONE, (struct slice){0});
	else
		refused(p, s);
}

/* An answer that is too long is one: the server is there. */
static void not_answered(struct program *p, const struct slot *s)
{
	const struct http_call *c = &s->call;

	if (c->outcome != HTTP_TOO_LARGE) {
		p->why = c->why;
		pace_breaker_bad(&p->breaker, c->began, c->ended, rng_unit(&p->rng));
	}
	helper_failed(&p->helper, s->number, "%s", c->why.text);
}

static void ended(struct program *p, const struct slot *s)
{
	if (s->call.outcome == HTTP_ANSWERED || s->call.outcome == HTTP_TOO_LARGE)
		pace_breaker_good(&p->breaker);
	if (s->call.outcome != HTTP_ANSWERED)
		not_answered(p, s);
	else if (s->call.method == HTTP_GET)
		get_answered(p, s);
	else
		put_answered(p, s);
}

static void turn(void *ctx, int64_t now)
{
	struct program *p = ctx;
	struct http_call *call;

	http_turn(p->http, now);
	while ((call = http_done(p->http)) != NULL) {
		struct slot *s = (struct slot *)call;

		p->flying--;
		ended(p, s);
		give_back(p, s);
	}
}

static const struct helper_backend backend = {room, begin, busy, deadline, turn};

/* ---- the whole */

static void set_timeout(struct program *p, const char *text)
{
	struct err e;

	if (num_duration(slice_str(text), &p->timeout, &e) < 0 || p->timeout <= 0)
		filter_usage(&p->filter, "--timeout: '%s' is not a duration above 0", text);
}

static void configure(struct program *p, char *const *operands)
{
	const char *url;
	struct err e;

	if (conf_load(&p->conf, &e) < 0 || !(url = helper_url(operands, &p->conf, &e)) ||
	    keyurl_init(&p->urls, url, conf_get(&p->conf, "NPC_CACHE_REMOTE_PASSWORD"),
		conf_get(&p->conf, "NPC_CACHE_REMOTE_TOKEN"), &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
}

static void make_slots(struct program *p)
{
	for (size_t i = 0; i < CALLS; i++) {
		struct slot *s = &p->slots[i];

		s->url = keyurl_new(&p->urls);
		s->call.url = s->url;
		s->call.own_url = true;
		s->call.headers = p->urls.headers;
		give_back(p, s);
	}
}

static void start(struct program *p)
{
	const char *cacert = conf_get(&p->conf, "NPC_CACHE_REMOTE_CACERT");
	struct http_config config = {.events = &p->events,
	    .calls = CALLS,
	    .connect_timeout = p->timeout,
	    .timeout = p->timeout,
	    .stall = p->timeout,
	    .max_response = WIRE_ENTRY,
	    .cacert = cacert ? cacert : getenv("SSL_CERT_FILE")};
	struct err e;

	filter_begin(&p->filter);
	if (events_init(&p->events, &e) < 0 || helper_init(&p->helper, &p->events, &e) < 0 ||
	    !(p->http = http_new(&config, &e)))
		diag_die(DIAG_STOPPED, "%s", e.text);
	pace_breaker_init(&p->breaker, FAILURES, FIRST_PAUSE, LONGEST_PAUSE);
	p->rng.state = (uint64_t)clock_wall();
	make_slots(p);
}

static void free_slots(struct program *p)
{
	for (size_t i = 0; i < CALLS; i++) {
		struct slot *s = &p->slots[i];

		keyurl_drop(s->url);
		http_call_free(&s->call);
		buf_free(&s->body);
	}
}

static int end(struct program *p)
{
	http_free(p->http);
	free_slots(p);
	keyurl_free(&p->urls);
	conf_free(&p->conf);
	p->filter.failed = p->helper.counts.failed;
	helper_stats(&p->helper, &p->filter.stats);
	helper_free(&p->helper);
	events_free(&p->events);
	return filter_end(&p->filter);
}

int main(int argc, char **argv)
{
	struct program p = {.timeout = 5 * PACE_SECOND};
	struct err e;
	int c;

	filter_init(&p.filter, argv[0], usage, help);
	while ((c = getopt_long(argc, argv, FILTER_LETTERS, options, NULL)) != -1)
		if (c == OPTION_TIMEOUT)
			set_timeout(&p, optarg);
		else
			filter_option(&p.filter, c, optarg);
	configure(&p, argv + optind);
	start(&p);
	if (helper_run(&p.helper, &backend, &p, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	return end(&p);
}
