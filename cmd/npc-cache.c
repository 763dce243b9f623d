/* npc-cache: request lines in, response lines out: asks another program only for what is new. */

#include <signal.h>
#include <stdlib.h>

#include "cacheopts.h"
#include "cachestat.h"
#include "clock.h"
#include "conf.h"
#include "deposit.h"
#include "diag.h"
#include "filter.h"
#include "jw.h"
#include "lookup.h"
#include "mem.h"
#include "misses.h"
#include "relay.h"

static const char usage[] = "npc-cache run [OPTION...] CMD [ARG...] | "
			    "npc-cache get|put|key|stat|list|gc|verify|clear [OPTION...] "
			    "[FILE...]";

struct cache {
	struct filter filter;
	struct cacheopts options;
	struct conf conf;
	struct buf dir;
	struct cachekey keys;
	struct events events;
	struct tiers tiers;
	struct lookup lookup;
	struct deposit deposit;
	struct misses misses;
	uint64_t hits, missed, stored, passed;
};

/* ---- the store and the remote behind it */

static int open_store(struct cache *c, struct err *e)
{
	if (cacheopts_dir(&c->options, &c->conf, &c->dir, e) < 0)
		return -1;
	c->options.store.dir = buf_cstr(&c->dir);
	c->tiers.store = store_open(&c->options.store, e);
	return c->tiers.store ? 0 : -1;
}

static void need_store(struct cache *c)
{
	struct err e;

	if (open_store(c, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
}

static void open_remote(struct cache *c)
{
	const char *url = c->options.remote;
	struct err e;

	if (events_init(&c->events, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	c->tiers.events = &c->events;
	if (!url)
		url = conf_get(&c->conf, "NPC_CACHE_REMOTE");
	if (!url)
		return;
	/* A helper that ends is no reason to end. */
	signal(SIGPIPE, SIG_IGN);
	c->tiers.remote = remote_open(url, c->options.remote_limit, &c->events, &e);
	if (!c->tiers.remote)
		diag_die(DIAG_USAGE, "%s", e.text);
}

/* Whatever is still to be written down; but the remote keeps nobody who has been told to end. */
static int close_store(struct cache *c, bool told)
{
	struct err e;
	int status;

	tiers_finish(&c->tiers, (told ? 1 : 10) * c->options.remote_limit);
	tiers_stats(&c->tiers, &c->filter.stats);
	if (c->tiers.remote && remote_trouble(c->tiers.remote))
		diag_warn("the remote: %s", remote_trouble(c->tiers.remote));
	status = tiers_close(&c->tiers, &e);
	if (status < 0)
		diag_warn("%s", e.text);
	return status;
}

static void release(struct cache *c)
{
	cachekey_free(&c->keys);
	lookup_free(&c->lookup);
	deposit_free(&c->deposit);
	money_prices_free(&c->options.prices);
	conf_free(&c->conf);
	buf_free(&c->dir);
}

/* ---- run */

static void say(void *ctx, const char *text)
{
	(void)ctx;
	diag_warn("%s", text);
}

static int run(struct cache *c, char **operands)
{
	struct relay_config k = {.fetch = c->options.fetch, .max_line = c->filter.max_line};
	struct relay_result r;
	struct err e;
	int status, broken;

	if (!*operands)
		filter_usage(&c->filter, "run: which CMD?");
	filter_begin(&c->filter);
	if (!c->options.space)
		cachekey_command(&c->keys, operands);
	if (open_store(c, &e) < 0)
		diag_warn("no store: %s", e.text);
	open_remote(c);
	k.fetch.events = &c->events;
	k.fetch.store = c->tiers.store;
	k.fetch.remote = c->tiers.remote;
	k.fetch.keys = &c->keys;
	k.fetch.argv = operands;
	k.fetch.since = c->options.refresh ? clock_wall() : 0;
	k.fetch.max_line = c->filter.max_line > BUF_MAX / 4 ? BUF_MAX : 4 * c->filter.max_line;
	k.fetch.say = say;
	broken = relay_run(&k, &r, &e);
	if (broken < 0)
		diag_warn("%s", e.text);
	relay_stats(&r, &c->filter.stats);
	close_store(c, r.signal != 0);
	release(c);
	c->filter.failed = r.counts.failed + r.counts.strays;
	c->filter.unreadable = r.unreadable;
	status = filter_end(&c->filter);
	if (r.signal)
		diag_die_by(r.signal);
	if (r.unwritable || broken < 0)
		return DIAG_STOPPED;
	return r.status ? r.status : status;
}

/* ---- get, put, key */

/* What cannot be written is told at the end. */
static void miss(struct cache *c, const struct line *l)
{
	c->missed++;
	if (c->options.misses) {
		misses_put(&c->misses, l->root, NULL);
		return;
	}
	c->filter.failed++;
	line_put_error(&c->filter.out.buf, l, "cache_miss", "the store has no answer");
	filter_put(&c->filter);
}

/* Not a request: told and answered, or passed on. true: that was it. */
static bool is_other(struct cache *c, struct line *l, const struct json *root)
{
	struct err e;
	int status = line_read(l, root, &e);

	if (l->kind == LINE_REQUEST && status == 0)
		return false;
	if (l->kind == LINE_REQUEST) {
		filter_fail(&c->filter, "invalid_request_line: %s", e.text);
		line_put_error(&c->filter.out.buf, l, "invalid_request_line", e.text);
	} else {
		c->passed++;
		jw_raw(&c->filter.out.buf, json_raw(root));
	}
	filter_put(&c->filter);
	return true;
}

static void get_line(void *ctx, const struct json *root)
{
	struct cache *c = ctx;
	struct line l;

	if (is_other(c, &l, root))
		return;
	if (lookup_answer(&c->lookup, &l, &c->filter.out.buf) != LOOKUP_HIT) {
		miss(c, &l);
		return;
	}
	c->hits++;
	filter_put(&c->filter);
}

/* The message has been said already. */
static void bad_line(void *ctx, const char *message)
{
	struct cache *c = ctx;
	struct line nothing = {0};

	line_put_error(&c->filter.out.buf, &nothing, "invalid_request_line", message);
	filter_put(&c->filter);
}

static void told(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static int end(struct cache *c, int status)
{
	int ended;

	release(c);
	ended = filter_end(&c->filter);
	return status ? status : ended;
}

static int get(struct cache *c, char **operands)
{
	struct err e;
	int status = 0;

	need_store(c);
	open_remote(c);
	c->lookup = (struct lookup){.tiers = &c->tiers, .keys = &c->keys};
	c->lookup.want.max_age = c->options.fetch.max_age;
	if (misses_open(&c->misses, c->options.misses, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	filter_run(&c->filter, operands, get_line, bad_line, c);
	if (misses_close(&c->misses, &e) < 0) {
		diag_warn("%s", e.text);
		status = DIAG_STOPPED;
	}
	if (uses_save(&c->lookup.uses, c->tiers.store, &e) < 0)
		diag_warn("hits are not counted: %s", e.text);
	stats_int(&c->filter.stats, "lines", c->filter.lines);
	stats_int(&c->filter.stats, "passed", c->passed);
	stats_int(&c->filter.stats, "hits", c->hits);
	stats_int(&c->filter.stats, "misses", c->missed);
	close_store(c, false);
	return end(c, status);
}

static void put_line(void *ctx, const struct json *root)
{
	struct cache *c = ctx;
	struct line l;
	struct err e;

	line_read(&l, root, &e);
	if (l.kind == LINE_DELTA)
		return;
	if (l.kind == LINE_REQUEST)
		err_set(&e, "it is no response");
	else if (deposit_response(&c->deposit, &l, &e) == 0) {
		c->stored++;
		return;
	}
	filter_fail(&c->filter, "%.*s: %s",
	    SLICE_FMT(l.custom_id ? json_raw(l.custom_id) : slice_str("null")), e.text);
}

static int put(struct cache *c, char **operands)
{
	struct err e;

	if (!c->options.requests)
		filter_usage(&c->filter, "put: -q REQUESTS is needed");
	c->deposit = (struct deposit){.tiers = &c->tiers, .truncated = c->options.fetch.truncated};
	if (joined_read(
		&c->deposit.requests, c->options.requests, c->filter.max_line, &c->keys, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	need_store(c);
	open_remote(c);
	filter_run(&c->filter, operands, put_line, told, c);
	stats_int(&c->filter.stats, "lines", c->filter.lines);
	stats_int(&c->filter.stats, "stored", c->stored);
	stats_int(&c->filter.stats, "failed", c->filter.failed);
	return end(c, close_store(c, false) < 0 ? DIAG_STOPPED : 0);
}

static void key_line(void *ctx, const struct json *root)
{
	struct cache *c = ctx;
	struct buf *b = &c->filter.out.buf;
	char hex[ADDRESS_HEX + 1];
	struct address key;
	struct line l;
	struct err e;

	if (is_other(c, &l, root))
		return;
	jw_object(b);
	jw_member_json(b, "custom_id", l.custom_id);
	jw_name(b, "key");
	if (cachekey_make(&c->keys, &l, &key, &e) == 0) {
		address_hex(&key, hex);
		jw_cstr(b, hex);
	} else {
		jw_null(b);
		filter_fail(&c->filter, "no key: %s", e.text);
	}
	jw_object_end(b);
	filter_put(&c->filter);
}

static int key(struct cache *c, char **operands)
{
	filter_run(&c->filter, operands, key_line, bad_line, c);
	stats_int(&c->filter.stats, "lines", c->filter.lines);
	return end(c, 0);
}

/* ---- keeping house */

static void stat_store(struct cache *c)
{
	const struct money_prices *prices;
	struct cachestat all = {0};
	struct err e;

	prices = c->options.prices.len ? &c->options.prices : NULL;
	if (cachestat_read(&all, c->tiers.store, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (c->options.json)
		cachestat_json(&all, prices, &c->filter.out.buf);
	else
		cachestat_text(&all, prices, &c->filter.out.buf);
	filter_put(&c->filter);
	cachestat_free(&all);
}

static void put_entry(void *ctx)
{
	struct cache *c = ctx;

	filter_put(&c->filter);
}

static void list(struct cache *c)
{
	struct err e;

	if (cachestat_list(c->tiers.store, &c->filter.out.buf, put_entry, c, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
}

static void bad_entry(void *ctx, const char *path, const char *why)
{
	struct cache *c = ctx;

	diag_warn("%s: %s", path, why);
	c->filter.failed++;
}

static void clean(struct cache *c)
{
	struct store *s = c->tiers.store;
	struct store_report r = {0};
	struct err e;
	int status = 0;

	if (c->options.command == CACHE_GC)
		status = store_gc(s, c->options.store.max_size, c->options.fetch.max_age, &r, &e);
	else if (c->options.command == CACHE_VERIFY)
		status = store_verify(s, bad_entry, c, &r, &e);
	else
		status = store_clear(s, &r, &e);
	if (status < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	cachestat_report(&r, c->options.json, &c->filter.out.buf);
	filter_put(&c->filter);
}

/* Without operands. */
static int keep_house(struct cache *c, char **operands)
{
	if (*operands)
		filter_usage(&c->filter, "%s: '%s' is one too many", c->options.name, *operands);
	need_store(c);
	filter_begin(&c->filter);
	if (c->options.command == CACHE_STAT)
		stat_store(c);
	else if (c->options.command == CACHE_LIST)
		list(c);
	else
		clean(c);
	return end(c, close_store(c, false) < 0 ? DIAG_STOPPED : 0);
}

static int dispatch(struct cache *c, char **operands)
{
	struct err e;

	if (conf_load(&c->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	if (c->options.space)
		cachekey_name(&c->keys, c->options.space);
	switch (c->options.command) {
	case CACHE_RUN:
		return run(c, operands);
	case CACHE_GET:
		return get(c, operands);
	case CACHE_PUT:
		return put(c, operands);
	case CACHE_KEY:
		return key(c, operands);
	default:
		return keep_house(c, operands);
	}
}

static void read_options(struct cache *c, int argc, char **argv)
{
	struct err e;
	int option;

	while ((option = getopt_long(argc, argv, CACHEOPTS_LETTERS, cacheopts_long, NULL)) != -1) {
		int status = cacheopts_set(&c->options, option, optarg, &e);

		if (status < 0)
			filter_usage(&c->filter, "%s", e.text);
		if (status == 0)
			filter_option(&c->filter, option, optarg);
	}
}

int main(int argc, char **argv)
{
	struct cache *c = mem_array(1, sizeof *c);
	bool named = argc > 1 && argv[1][0] != '-';
	int status;

	filter_init(&c->filter, argv[0], usage, cacheopts_help);
	if (named && cacheopts_init(&c->options, argv[1]) < 0)
		filter_usage(&c->filter, "'%s' is no command", argv[1]);
	/* Messages about options begin with the program's name. */
	if (named) {
		argv[1] = argv[0];
		read_options(c, argc - 1, argv + 1);
	} else {
		read_options(c, argc, argv);
		filter_usage(&c->filter, "which command?");
	}
	status = dispatch(c, argv + 1 + optind);
	free(c);
	return status;
}
