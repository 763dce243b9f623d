/* npc-cache-redis: commands in, answers out: npc-cache's entries in a Redis. */

#include <stdlib.h>

#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "helper.h"
#include "num.h"
#include "pace.h"
#include "redis.h"

static const char usage[] = "npc-cache-redis [--timeout DURATION] [URL]";
static const char help[] =
    "      --timeout DURATION   how long the server may say nothing (5s)\n"
    "      --stats FILE         writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help               -V, --version\n"
    "The URL is NPC_CACHE_REMOTE's where none is given; one with a password must not be.\n";

enum { OPTION_TIMEOUT = 0x100 };

static const struct option options[] = {
    {"timeout", required_argument, NULL, OPTION_TIMEOUT}, FILTER_OPTIONS, {0}};

struct program {
	struct filter filter;
	struct conf conf;
	struct events events;
	struct helper helper;
	struct redisurl url;
	struct redis *redis;
	int64_t timeout;
};

static bool room(void *ctx)
{
	const struct program *p = ctx;

	return redis_room(p->redis);
}

static void begin(void *ctx, const struct wire *command)
{
	const struct program *p = ctx;

	redis_begin(p->redis, command);
}

static bool busy(void *ctx)
{
	const struct program *p = ctx;

	return redis_busy(p->redis);
}

static int64_t deadline(void *ctx)
{
	const struct program *p = ctx;

	return redis_deadline(p->redis);
}

static void turn(void *ctx, int64_t now)
{
	const struct program *p = ctx;

	redis_turn(p->redis, now);
}

static const struct helper_backend backend = {room, begin, busy, deadline, turn};

static void answer(void *ctx, const struct wire *m)
{
	struct program *p = ctx;

	helper_answer(&p->helper, m);
}

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
	    redisurl_read(&p->url, url, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	redisurl_password(&p->url, conf_get(&p->conf, "NPC_CACHE_REMOTE_PASSWORD"));
}

static void start(struct program *p)
{
	struct redis_config config = {.events = &p->events,
	    .url = &p->url,
	    .timeout = p->timeout,
	    .answer = answer,
	    .ctx = p};
	struct err e;

	/* The resolver waits, and would for 10 s and more where no name server answers. */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	filter_begin(&p->filter);
	if (events_init(&p->events, &e) < 0 || helper_init(&p->helper, &p->events, &e) < 0 ||
	    !(p->redis = redis_new(&config, &e)))
		diag_die(DIAG_STOPPED, "%s", e.text);
}

static int end(struct program *p)
{
	redis_free(p->redis);
	redisurl_free(&p->url);
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
