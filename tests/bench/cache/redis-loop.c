/*
 * Redis asked one by one: the time in microseconds of a GET, the median over hundreds.
 *
 *	redis-loop ENTRIES RUNS SOCKET
 *
 * Values are of the sizes that store-loop's are.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { BLOCK = 100, TIMES = 1000, LEAST = 1500, MOST = 4000 };

static redisContext *redis;

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "redis-loop: %s %s\n", what, redis ? redis->errstr : "");
	exit(1);
}

/* As long as an entry's key. */
static void name_of(long i, char name[65])
{
	snprintf(name, 65, "%064lx", (unsigned long)i * 0x9e3779b97f4a7c15);
}

static size_t size_of(long i)
{
	return LEAST + (size_t)(i * 7 % 256) * (MOST - LEAST) / 255;
}

static void fill(long entries)
{
	static char value[MOST];
	char name[65];

	memset(value, 'x', sizeof value);
	for (long i = 0; i < entries; i++) {
		redisReply *r;

		name_of(i, name);
		r = redisCommand(redis, "SET %s %b", name, value, size_of(i));
		if (!r || r->type != REDIS_REPLY_STATUS)
			fail("cannot set");
		freeReplyObject(r);
	}
}

static double get(long first)
{
	int64_t from = clock_mono();
	char name[65];

	for (long i = first; i < first + BLOCK; i++) {
		redisReply *r;

		name_of(i, name);
		r = redisCommand(redis, "GET %b", name, (size_t)64);
		if (!r || r->type != REDIS_REPLY_STRING || r->len != size_of(i))
			fail("cannot get");
		freeReplyObject(r);
	}
	return (double)(clock_mono() - from) / 1000 / BLOCK;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	double took[TIMES];
	long entries = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
	long runs = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	size_t n = 0;

	if (entries < BLOCK || entries % BLOCK || runs <= 0) {
		fprintf(stderr, "usage: redis-loop ENTRIES RUNS SOCKET\n");
		return 2;
	}
	redis = redisConnectUnix(argv[3]);
	if (!redis || redis->err)
		fail("cannot connect");
	fill(entries);
	for (long i = 0; i < runs; i++)
		for (long k = 0; k < entries && n < TIMES; k += BLOCK)
			took[n++] = get(k);
	qsort(took, n, sizeof *took, by_size);
	printf("%.3f\n", took[n / 2]);
	redisFree(redis);
	return 0;
}
