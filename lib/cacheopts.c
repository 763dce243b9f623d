#include "cacheopts.h"

#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "num.h"
#include "remote.h"

const char cacheopts_help[] =
    "  run       answers what is known, asks CMD for the rest and stores its answers\n"
    "  get       answers what is known\n"
    "  put       stores responses by their requests\n"
    "  key       tells each request's key\n"
    "  stat      tells what is stored, and what that has saved\n"
    "  list      a line for each entry\n"
    "  gc        removes what has expired, is broken, or is too much\n"
    "  verify    reads and checks every entry\n"
    "  clear     removes every entry\n"
    "      --cache-dir DIR       the store (NPC_CACHE_DIR, else ~/.cache/npc)\n"
    "      --remote URL          a second tier, redis:// or http:// (NPC_CACHE_REMOTE)\n"
    "      --remote-timeout TIME  how long it may take to answer (1s)\n"
    "      --namespace NAME      whose answers these are (npc-llm, or CMD as typed)\n"
    "      --max-age TIME        what is older does not count; gc removes it\n"
    "      --max-size SIZE       what the store may hold (2G)\n"
    "      --sync data|none|batch  when answers are on the disk (data)\n"
    "  -k, --keep-order          run: answers in the order of the input\n"
    "      --refresh             run: asks for everything anew, and stores it\n"
    "      --no-store            run: stores nothing\n"
    "      --store-truncated     run, put: stores answers that were cut at a limit, too\n"
    "      --wait TIME           run: for another process that asks the same, at most (10m)\n"
    "      --window N            run: so many lines wait for their answers at most (10000)\n"
    "      --misses FILE         get: writes the requests without an answer there\n"
    "  -q, --requests FILE       put: the requests\n"
    "      --json                stat, gc, verify, clear: as JSON\n"
    "      --price IN,OUT[,CACHED], --prices FILE\n"
    "                            stat: money for a million tokens; the same by model, as JSON\n"
    "      --max-line SIZE       the longest line that is read (16M)\n"
    "      --stats FILE          writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help                -V, --version\n";

enum {
	CACHE_DIR = 0x100,
	REMOTE,
	REMOTE_TIMEOUT,
	NAMESPACE,
	MAX_AGE,
	MAX_SIZE,
	SYNC,
	REFRESH,
	NO_STORE,
	STORE_TRUNCATED,
	WAIT,
	WINDOW,
	MISSES,
	JSON,
	PRICE,
	PRICES
};

const struct option cacheopts_long[] = {{"cache-dir", required_argument, NULL, CACHE_DIR},
    {"remote", required_argument, NULL, REMOTE},
    {"remote-timeout", required_argument, NULL, REMOTE_TIMEOUT},
    {"namespace", required_argument, NULL, NAMESPACE},
    {"max-age", required_argument, NULL, MAX_AGE}, {"max-size", required_argument, NULL, MAX_SIZE},
    {"sync", required_argument, NULL, SYNC}, {"keep-order", no_argument, NULL, 'k'},
    {"refresh", no_argument, NULL, REFRESH}, {"no-store", no_argument, NULL, NO_STORE},
    {"store-truncated", no_argument, NULL, STORE_TRUNCATED},
    {"wait", required_argument, NULL, WAIT}, {"window", required_argument, NULL, WINDOW},
    {"misses", required_argument, NULL, MISSES}, {"requests", required_argument, NULL, 'q'},
    {"json", no_argument, NULL, JSON}, {"price", required_argument, NULL, PRICE},
    {"prices", required_argument, NULL, PRICES}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

/* What an option is for, where not for all. */
static const struct {
	int option;
	unsigned commands;
} scopes[] = {{'k', CACHE_RUN}, {REFRESH, CACHE_RUN}, {NO_STORE, CACHE_RUN}, {WAIT, CACHE_RUN},
    {WINDOW, CACHE_RUN}, {STORE_TRUNCATED, CACHE_RUN | CACHE_PUT}, {MISSES, CACHE_GET},
    {'q', CACHE_PUT}, {SYNC, CACHE_RUN | CACHE_PUT}, {REMOTE, CACHE_RUN | CACHE_GET | CACHE_PUT},
    {REMOTE_TIMEOUT, CACHE_RUN | CACHE_GET | CACHE_PUT},
    {NAMESPACE, CACHE_RUN | CACHE_GET | CACHE_PUT | CACHE_KEY},
    {MAX_AGE, CACHE_RUN | CACHE_GET | CACHE_GC},
    {MAX_SIZE, CACHE_RUN | CACHE_GET | CACHE_PUT | CACHE_GC},
    {JSON, CACHE_STAT | CACHE_GC | CACHE_VERIFY | CACHE_CLEAR}, {PRICE, CACHE_STAT},
    {PRICES, CACHE_STAT}, {FILTER_MAX_LINE, CACHE_RUN | CACHE_GET | CACHE_PUT | CACHE_KEY}};

static const char *const commands[] = {
    "run", "get", "put", "key", "stat", "list", "gc", "verify", "clear"};

enum { PRICES_FILE_MAX = 1 << 20 };

#define SECOND INT64_C(1000000000)

int cacheopts_init(struct cacheopts *o, const char *command)
{
	*o = (struct cacheopts){.remote_limit = SECOND, .name = command};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(command, commands[i]) != 0)
			continue;
		o->command = 1U << i;
		o->name = commands[i];
		return 0;
	}
	return -1;
}

static int set_duration(int64_t *ns, const char *value, struct err *e)
{
	if (num_duration(slice_str(value), ns, e) < 0)
		return -1;
	return *ns < 1000000 ? err_set(e, "'%s' is less than a millisecond", value) : 1;
}

static int set_size(uint64_t *bytes, const char *value, struct err *e)
{
	if (num_size(slice_str(value), bytes, e) < 0)
		return -1;
	return *bytes < 1 ? err_set(e, "'%s' is nothing", value) : 1;
}

static int set_window(size_t *lines, const char *value, struct err *e)
{
	uint64_t n;

	if (num_uint(slice_str(value), 1, 1000000, &n, e) < 0)
		return -1;
	*lines = (size_t)n;
	return 1;
}

static int set_sync(struct cacheopts *o, const char *value, struct err *e)
{
	if (strcmp(value, "data") == 0)
		o->store.sync = STORE_SYNC_DATA;
	else if (strcmp(value, "none") == 0)
		o->store.sync = STORE_SYNC_NONE;
	else if (strcmp(value, "batch") == 0)
		o->store.sync = STORE_SYNC_BATCH;
	else
		return err_set(e, "'%s' is not data, none or batch", value);
	o->fetch.batch = o->store.sync == STORE_SYNC_BATCH;
	return 1;
}

/* A command line can be read by everybody. */
static int set_remote(struct cacheopts *o, const char *value, struct err *e)
{
	if (remote_has_password(value))
		return err_set(e,
		    "a password does not belong on a command line: set "
		    "NPC_CACHE_REMOTE");
	o->remote = value;
	return 1;
}

static int set_price(struct cacheopts *o, const char *value, struct err *e)
{
	if (money_prices_arg(&o->prices, slice_str(value), e) < 0)
		return -1;
	o->priced = true;
	return 1;
}

static int set_name(const char **name, const char *value, struct err *e)
{
	*name = value;
	return *value ? 1 : err_set(e, "it is empty");
}

static int set_flag(struct cacheopts *o, int option)
{
	switch (option) {
	case 'k':
		o->fetch.ordered = true;
		return 1;
	case REFRESH:
		o->refresh = true;
		return 1;
	case NO_STORE:
		o->fetch.read_only = true;
		return 1;
	case STORE_TRUNCATED:
		o->fetch.truncated = true;
		return 1;
	case JSON:
		o->json = true;
		return 1;
	default:
		return 0;
	}
}

static int set_value(struct cacheopts *o, int option, const char *value, struct err *e)
{
	switch (option) {
	case CACHE_DIR:
		return set_name(&o->dir, value, e);
	case NAMESPACE:
		return set_name(&o->space, value, e);
	case MISSES:
		return strcmp(value, "-") == 0 ? err_set(e, "standard output is for what is found")
					       : set_name(&o->misses, value, e);
	case 'q':
		return set_name(&o->requests, value, e);
	case PRICES:
		return set_name(&o->prices_path, value, e);
	case PRICE:
		return set_price(o, value, e);
	case REMOTE:
		return set_remote(o, value, e);
	case REMOTE_TIMEOUT:
		return set_duration(&o->remote_limit, value, e);
	case MAX_AGE:
		return set_duration(&o->fetch.max_age, value, e);
	case WAIT:
		return set_duration(&o->fetch.wait, value, e);
	case WINDOW:
		return set_window(&o->fetch.window, value, e);
	case MAX_SIZE:
		return set_size(&o->store.max_size, value, e);
	case SYNC:
		return set_sync(o, value, e);
	default:
		return set_flag(o, option);
	}
}

static const char *long_name(int option)
{
	const struct option *p = cacheopts_long;

	while (p->name && p->val != option)
		p++;
	return p->name;
}

int cacheopts_set(struct cacheopts *o, int option, const char *value, struct err *e)
{
	const char *name = long_name(option);

	for (size_t i = 0; name && i < sizeof scopes / sizeof *scopes; i++)
		if (scopes[i].option == option && !(scopes[i].commands & o->command))
			return err_set(e, "--%s is not for %s", name, o->name);
	switch (set_value(o, option, value, e)) {
	case 1:
		return 1;
	case 0:
		return 0;
	default:
		return err_wrap(e, "--%s", name);
	}
}

int cacheopts_prices(struct cacheopts *o, struct err *e)
{
	struct buf text = {0};
	struct json_doc doc = {0};
	const struct json *root;
	int status;

	if (!o->prices_path)
		return 0;
	status = fs_slurp(o->prices_path, PRICES_FILE_MAX, &text, e);
	if (status == 0) {
		root = json_parse(&doc, buf_all(&text), e);
		status = root ? money_prices_load(&o->prices, root, e) : -1;
		if (status < 0)
			err_wrap(e, "%s", o->prices_path);
	}
	o->priced = true;
	json_doc_free(&doc);
	buf_free(&text);
	return status;
}

int cacheopts_dir(const struct cacheopts *o, const struct conf *c, struct buf *path, struct err *e)
{
	const char *dir = o->dir ? o->dir : conf_get(c, "NPC_CACHE_DIR");
	const char *caches = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (dir)
		buf_str(path, dir);
	else if (caches && *caches)
		buf_fmt(path, "%s/npc", caches);
	else if (home && *home)
		buf_fmt(path, "%s/.cache/npc", home);
	else
		return err_set(e,
		    "no folder for the store: --cache-dir, NPC_CACHE_DIR, "
		    "XDG_CACHE_HOME and HOME are not set");
	return 0;
}
