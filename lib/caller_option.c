#include <string.h>

#include "caller_impl.h"
#include "num.h"

enum { JOBS = 5, JOBS_MAX = 10000, AUTO_MAX = 256, RETRIES = 5 };

void caller_defaults(struct caller_config *k)
{
	k->calls = JOBS;
	k->retries = RETRIES;
	k->max_wait = 120 * PACE_SECOND;
	k->http = (struct http_config){.connect_timeout = 10 * PACE_SECOND,
	    .timeout = 600 * PACE_SECOND,
	    .stall = 60 * PACE_SECOND,
	    .max_response = (size_t)8 << 20};
}

/* Each takes a value: 1, or -1 and why not. */
typedef int setter(struct caller_config *k, struct slice value, struct err *e);

static int set_jobs(struct caller_config *k, struct slice most, struct err *e)
{
	struct slice least;
	uint64_t n = 1;

	k->least = 0;
	if (slice_is(most, "auto")) {
		k->least = 1;
		k->calls = AUTO_MAX;
		return 1;
	}
	least = slice_split(&most, '-');
	if (!most.ptr) {
		most = least;
	} else {
		if (num_uint(least, 1, JOBS_MAX, &n, e) < 0)
			return -1;
		k->least = (size_t)n;
	}
	if (num_uint(most, n, JOBS_MAX, &n, e) < 0)
		return -1;
	k->calls = (size_t)n;
	return 1;
}

static int set_count(int64_t *out, struct slice value, uint64_t least, uint64_t most, struct err *e)
{
	uint64_t n;

	if (num_uint(value, least, most, &n, e) < 0)
		return -1;
	*out = (int64_t)n;
	return 1;
}

static int set_rpm(struct caller_config *k, struct slice value, struct err *e)
{
	return set_count(&k->rpm, value, 1, INT32_MAX, e);
}

static int set_tpm(struct caller_config *k, struct slice value, struct err *e)
{
	return set_count(&k->tpm, value, 1, INT64_MAX / 1000000, e);
}

static int set_retries(struct caller_config *k, struct slice value, struct err *e)
{
	uint64_t n;

	if (num_uint(value, 0, 1000, &n, e) < 0)
		return -1;
	k->retries = (unsigned)n;
	return 1;
}

static int set_price(struct caller_config *k, struct slice value, struct err *e)
{
	return money_prices_arg(&k->prices, value, e) < 0 ? -1 : 1;
}

static int set_max_cost(struct caller_config *k, struct slice value, struct err *e)
{
	k->quota.money.limited = true;
	return money_parse(value, &k->quota.money.limit, e) < 0 ? -1 : 1;
}

static int set_token_budget(struct caller_config *k, struct slice value, struct err *e)
{
	k->quota.tokens.limited = true;
	return set_count(&k->quota.tokens.limit, value, 0, INT64_MAX / 1000000, e);
}

static int set_time(int64_t *out, struct slice value, struct err *e)
{
	if (num_duration(value, out, e) < 0)
		return -1;
	if (*out < 1000000)
		return err_set(e, "'%.*s' is less than a millisecond", SLICE_FMT(value));
	return 1;
}

static int set_max_wait(struct caller_config *k, struct slice value, struct err *e)
{
	return set_time(&k->max_wait, value, e);
}

static int set_connect_timeout(struct caller_config *k, struct slice value, struct err *e)
{
	return set_time(&k->http.connect_timeout, value, e);
}

static int set_timeout(struct caller_config *k, struct slice value, struct err *e)
{
	return set_time(&k->http.timeout, value, e);
}

static int set_stall(struct caller_config *k, struct slice value, struct err *e)
{
	k->http.stall_before = true;
	return set_time(&k->http.stall, value, e);
}

static int set_max_response(struct caller_config *k, struct slice value, struct err *e)
{
	uint64_t n;

	if (num_size(value, &n, e) < 0)
		return -1;
	if (n < 1 || n > BUF_MAX)
		return err_set(e, "'%.*s' is not from 1 byte to 1G", SLICE_FMT(value));
	k->http.max_response = (size_t)n;
	return 1;
}

static int set_flag(struct caller_config *k, const char *name)
{
	bool *flag = NULL;

	if (strcmp(name, "keep-order") == 0)
		flag = &k->ordered;
	else if (strcmp(name, "stream") == 0)
		flag = &k->stream;
	else if (strcmp(name, "http2") == 0)
		flag = &k->http.http2;
	if (flag)
		*flag = true;
	return flag != NULL;
}

int caller_option(struct caller_config *k, const char *name, const char *value, struct err *e)
{
	static const struct {
		const char *name;
		setter *set;
	} valued[] = {{"jobs", set_jobs}, {"rpm", set_rpm}, {"tpm", set_tpm},
	    {"retries", set_retries}, {"max-wait", set_max_wait}, {"price", set_price},
	    {"max-cost", set_max_cost}, {"token-budget", set_token_budget},
	    {"connect-timeout", set_connect_timeout}, {"timeout", set_timeout},
	    {"stall", set_stall}, {"max-response", set_max_response}};

	for (size_t i = 0; i < sizeof valued / sizeof *valued; i++)
		if (strcmp(name, valued[i].name) == 0)
			return valued[i].set(k, slice_str(value), e);
	if (strcmp(name, "prices") == 0)
		return money_prices_read(&k->prices, value, e) < 0 ? -1 : 1;
	if (strcmp(name, "cacert") == 0) {
		k->http.cacert = value;
		return 1;
	}
	return set_flag(k, name);
}
