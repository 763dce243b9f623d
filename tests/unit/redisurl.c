#include "redisurl.h"

#include "check.h"

static bool same(const char *got, const char *want)
{
	return got && want ? strcmp(got, want) == 0 : !got && !want;
}

static void good(void)
{
	static const struct {
		const char *url, *host, *port, *path, *user, *password, *shown;
		uint64_t database, ttl;
	} cases[] = {
	    {"redis://h", "h", "6379", NULL, NULL, NULL, "h:6379", 0, 0},
	    {"redis://10.0.0.1:7/12", "10.0.0.1", "7", NULL, NULL, NULL, "10.0.0.1:7", 12, 0},
	    {"redis://h/?ttl=2d", "h", "6379", NULL, NULL, NULL, "h:6379", 0, 172800},
	    {"redis://h?ttl=1500ms&db=3", "h", "6379", NULL, NULL, NULL, "h:6379", 3, 1},
	    {"redis://[::1]:7", "::1", "7", NULL, NULL, NULL, "[::1]:7", 0, 0},
	    {"redis://[fe80::1]", "fe80::1", "6379", NULL, NULL, NULL, "[fe80::1]:6379", 0, 0},
	    {"redis://:p%40%2Fq@h", "h", "6379", NULL, NULL, "p@/q", "h:6379", 0, 0},
	    {"redis://me:p:q@r@h:1", "h", "1", NULL, "me", "p:q@r", "h:1", 0, 0},
	    {"redis://me@h", "h", "6379", NULL, "me", NULL, "h:6379", 0, 0},
	    {"redis+unix:///run/r%20s.sock?db=1", NULL, NULL, "/run/r s.sock", NULL, NULL,
		"/run/r s.sock", 1, 0},
	    {"redis+unix://:p@/r", NULL, NULL, "/r", NULL, "p", "/r", 0, 0},
	};
	struct redisurl u;
	struct err e;

	check_test("URLs and what they say");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (!CHECK(redisurl_read(&u, cases[i].url, &e) == 0)) {
			printf("# %s: %s\n", cases[i].url, e.text);
			continue;
		}
		if (!CHECK(same(u.host, cases[i].host) && same(u.port, cases[i].port) &&
			same(u.path, cases[i].path) && same(u.user, cases[i].user) &&
			same(u.password, cases[i].password) && same(u.shown, cases[i].shown) &&
			u.database == cases[i].database && u.ttl == cases[i].ttl))
			printf("# %s\n", cases[i].url);
		redisurl_free(&u);
	}
}

static void bad(void)
{
	static const char *const cases[] = {"", "redis", "redis:/h", "http://h", "rediss://h",
	    "redis://", "redis://:7", "redis://h:", "redis://h:0", "redis://h:65536",
	    "redis://h:7x", "redis://[::1", "redis://[::1]7", "redis://h/x", "redis://h/1/2",
	    "redis://h/99999", "redis://h?ttl=0", "redis://h?ttl=900ms", "redis://h?ttl",
	    "redis://h?x=1", "redis://u:%zz@h", "redis://u:%4@h", "redis://%00:p@h",
	    "redis+unix://", "redis+unix://h/p", "redis+unix:///p%0"};
	static const char *const secrets[] = {"redis://u:s3cret/w@h", "redis://u:s3cret?w@h",
	    "redis://s3cret:s3cret", "redis://u:s3cret%@h", "redis://h/s3cret",
	    "redis://h?ttl=s3cret", "redis://u:s3cret", "s3cret://x", "redis+unix://u:s3cret@h/p"};
	struct redisurl u;
	struct err e;

	check_test("URLs that are none");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (!CHECK(redisurl_read(&u, cases[i], &e) == -1))
			printf("# %s\n", cases[i]);

	check_test("what is wrong with a URL is told without showing it");
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (!CHECK(redisurl_read(&u, secrets[i], &e) == -1 && !strstr(e.text, "s3cret")))
			printf("# %s: %s\n", secrets[i], e.text);
}

static void another_password(void)
{
	struct redisurl u;

	check_test("a password from elsewhere, where there is none");
	CHECK(redisurl_read(&u, "redis://h", NULL) == 0);
	redisurl_password(&u, NULL);
	redisurl_password(&u, "");
	CHECK(!u.password);
	redisurl_password(&u, "p");
	redisurl_password(&u, "q");
	CHECK(same(u.password, "p"));
	redisurl_free(&u);
	redisurl_free(&u);
}

int main(void)
{
	good();
	bad();
	another_password();
	return check_done();
}
