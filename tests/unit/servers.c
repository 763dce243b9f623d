#include "servers.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

/* In the place of libc's: how many bytes have been wiped. */
static size_t wiped;

void explicit_bzero(void *ptr, size_t n)
{
	wiped += n;
	memset(ptr, 0, n);
}

static struct conf conf;
static struct err e;

static const char *const names[] = {"NPC_BASE_URL", "NPC_API_KEY", "NPC_API_KEY_FILE",
    "NPC_API_KEY_CMD", "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_API_KEY_FILE",
    "OPENAI_API_KEY_CMD"};

/* "NAME=VALUE NAME=VALUE": all else is not set. */
static void environment(const char *text)
{
	struct slice rest = slice_str(text);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	while (rest.len) {
		struct slice value = slice_split(&rest, ' '), name = slice_split(&value, '=');

		setenv(strndupa(name.ptr, name.len), strndupa(value.ptr, value.len), 1);
	}
}

static const char *header(const struct endpoint *p, const char *name)
{
	for (const struct curl_slist *h = p->headers; h; h = h->next)
		if (strncmp(h->data, name, strlen(name)) == 0)
			return h->data;
	return "";
}

#define O "OPENAI_API_KEY=sk-o"
#define N "NPC_API_KEY=sk-n"

static void whose_key(void)
{
	/* goes: to each server, in turn, the key's last letter or '-'. */
	static const struct {
		const char *env, *urls, *goes;
	} cases[] = {
	    {"", "", "-"},
	    {O, "", "o"},
	    {O, "https://api.openai.com/v1", "o"},
	    {O, "https://api.openai.com:443/other", "o"},
	    {O, "https://API.OpenAI.com", "o"},
	    {O, "http://localhost:1/v1", "-"},
	    {O, "https://evil.example/v1", "-"},
	    {O, "https://api.openai.com.evil.example/v1", "-"},
	    {O, "https://api.openai.com:444/v1", "-"},
	    {O " OPENAI_BASE_URL=https://h/v1", "", "o"},
	    {O " OPENAI_BASE_URL=https://h/v1", "https://api.openai.com/v1", "-"},
	    {O " OPENAI_BASE_URL=https://h/v1", "https://h/v2 https://i/v1", "o-"},
	    {O " OPENAI_BASE_URL=nonsense", "https://api.openai.com/v1", "-"},
	    {O " NPC_BASE_URL=https://h/v1", "", "-"},
	    {O " NPC_BASE_URL=https://h/v1", "https://api.openai.com/v1", "-"},
	    {O " " N, "", "n"},
	    {O " NPC_API_KEY_CMD=exit\t1", "https://h", "!"},
	    {O " NPC_API_KEY_FILE=/nowhere", "https://h", "!"},
	    {O " NPC_BASE_URL=https://h NPC_API_KEY_FILE=/nowhere", "https://i", "-"},
	    {N, "", "n"},
	    {N, "https://h https://i", "nn"},
	    {N " NPC_BASE_URL=https://h", "", "n"},
	    {N " NPC_BASE_URL=https://h:443/x", "https://i https://h/v1 http://h:443", "-n-"},
	    {N " NPC_BASE_URL=https://h OPENAI_BASE_URL=https://i " O, "https://i", "-"},
	    {"NPC_API_KEY_CMD=echo\tsk-c", "https://h https://i", "cc"},
	};

	check_test("each server gets the key that was set for it, or none");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct servers s = {0};
		struct slice rest = slice_str(cases[i].urls);
		char got[8] = "";

		environment(cases[i].env);
		while (rest.len) {
			struct slice url = slice_split(&rest, ' ');

			servers_option(&s, "url", strndupa(url.ptr, url.len), &e);
		}
		if (servers_open(&s, &conf, &e) < 0)
			strcpy(got, "!");
		for (size_t k = 0; k < s.n && got[0] != '!'; k++) {
			const char *key = header(&s.endpoints[k], "Authorization: Bearer sk-");

			got[k] = *key ? key[strlen(key) - 1] : '-';
			CHECK(s.endpoints[k].credentials == (*key != '\0'));
			CHECK(!*key || strlen(key) == strlen("Authorization: Bearer sk-n"));
		}
		CHECK(strlen(cases[i].goes) == strlen(got));
		if (!CHECK(strcmp(got, cases[i].goes) == 0))
			printf("# %s, %s: %s, not %s\n", cases[i].env, cases[i].urls, got,
			    cases[i].goes);
		CHECK((servers_secret(&s).len > 0) == (strpbrk(got, "onc") != NULL));
		wiped = 0;
		servers_free(&s);
		CHECK(servers_secret(&s).len == 0);
		CHECK(wiped >= strlen("sk-n"));
	}
}

static void where_to(void)
{
	static const char *const cases[][2] = {
	    {"", "https://api.openai.com/v1"},
	    {N, "https://api.openai.com/v1"},
	    {"OPENAI_BASE_URL=https://o/v1", "https://o/v1"},
	    {"OPENAI_BASE_URL=https://o/v1 " N, "https://api.openai.com/v1"},
	    {"OPENAI_BASE_URL=https://o/v1 NPC_BASE_URL=https://n/v1", "https://n/v1"},
	};

	check_test("without any url, the configuration's");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct servers s = {0};

		environment(cases[i][0]);
		CHECK(servers_open(&s, &conf, &e) == 0 && s.n == 1);
		CHECK_SLICE(slice_str(s.endpoints[0].base), cases[i][1]);
		servers_free(&s);
	}
}

/* Opens with these options, "NAME" or "NAME=VALUE"; NULL at the end. */
static int with(struct servers *s, const char *const *options)
{
	*s = (struct servers){0};
	for (; *options; options++) {
		const char *value = strchr(*options, '=');
		size_t n = value ? (size_t)(value - *options) : strlen(*options);

		CHECK(servers_option(s, strndupa(*options, n), value ? value + 1 : NULL, &e) == 1);
	}
	return servers_open(s, &conf, &e);
}

#define WITH(s, ...) with(s, (const char *const[]){__VA_ARGS__, NULL})

static void sent_headers(void)
{
	struct servers s;

	check_test("how the key goes");
	environment(N);
	CHECK(WITH(&s, "auth=api-key", "url=https://h") == 0);
	CHECK_SLICE(slice_str(header(&s.endpoints[0], "api-key")), "api-key: sk-n");
	CHECK(!*header(&s.endpoints[0], "Authorization"));
	servers_free(&s);
	CHECK(WITH(&s, "auth=api-key", "auth=none", "url=https://h") == 0);
	CHECK(!s.endpoints[0].credentials && servers_secret(&s).len == 0);
	servers_free(&s);
	CHECK(WITH(&s, "auth=none", "auth=bearer", "url=https://h") == 0);
	CHECK_SLICE(slice_str(header(&s.endpoints[0], "Auth")), "Authorization: Bearer sk-n");
	CHECK_SLICE(servers_secret(&s), "sk-n");
	CHECK_SLICE(slice_str(header(&s.endpoints[0], "User-")), "User-Agent: npc-llm");
	servers_free(&s);

	check_test("headers come before our own, the first of a name stays, all servers get them");
	CHECK(WITH(&s, "header=X-A:  b: c ", "header=user-agent:mine", "header=Authorization: x",
		  "header=X-A: again", "url=https://h", "url=https://i") == 0);
	for (int i = 0; i < 2; i++) {
		const struct endpoint *p = &s.endpoints[i];

		CHECK_SLICE(slice_str(header(p, "X-A")), "X-A: b: c");
		CHECK_SLICE(slice_str(header(p, "user-agent")), "user-agent: mine");
		CHECK(!*header(p, "User-Agent"));
		CHECK_SLICE(slice_str(header(p, "Authorization")), "Authorization: x");
		CHECK_SLICE(slice_str(header(p, "Content-Type")), "Content-Type: application/json");
		CHECK_SLICE(slice_str(header(p, "Expect")), "Expect:");
	}
	servers_free(&s);
	CHECK(WITH(&s, "header=X: a\r\nEvil: 1", "url=https://h") == -1);
	CHECK(strstr(e.text, "line break"));
	servers_free(&s);
	CHECK(WITH(&s, "header=X: \rEvil: 1", "url=https://h") == -1);
	servers_free(&s);
	CHECK(WITH(&s, "header=a b: c", "url=https://h") == -1);
	servers_free(&s);
}

static void plain_http(void)
{
	struct servers s;

	check_test("a key goes over http:// to this machine only, unless that is let");
	environment(N);
	CHECK(WITH(&s, "url=http://127.0.0.1:1") == 0 && s.endpoints[0].credentials);
	servers_free(&s);
	CHECK(WITH(&s, "url=http://user.example/v1?secret=1") == -1);
	CHECK(strstr(e.text, "http://user.example/v1: ") && strstr(e.text, "--insecure-http"));
	CHECK(!strstr(e.text, "sk-n") && !strstr(e.text, "secret"));
	servers_free(&s);
	CHECK(WITH(&s, "url=http://h", "insecure-http") == 0 && s.endpoints[0].credentials);
	servers_free(&s);
	CHECK(WITH(&s, "url=http://h", "auth=none") == 0);
	servers_free(&s);
	CHECK(WITH(&s, "url=http://h", "auth=none", "header=Cookie: a") == -1);
	servers_free(&s);
	CHECK(WITH(&s, "url=https://h", "url=http://i") == -1);
	servers_free(&s);
	environment("");
	CHECK(WITH(&s, "url=http://h") == 0);
	servers_free(&s);
}

static void options(void)
{
	static const char *const bad[][2] = {{"header", ""}, {"header", "a"}, {"header", ": b"},
	    {"auth", ""}, {"auth", "Bearer"}, {"auth", "basic"}};
	static const char *const others[] = {"", "urls", "ur", "jobs", "insecure-http2"};
	struct servers s = {0};

	check_test("options that are no good, and those of others");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(servers_option(&s, bad[i][0], bad[i][1], &e) == -1 && e.text[0]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(servers_option(&s, others[i], "1", &e) == 0);
	CHECK(s.n == 0 && s.n_headers == 0 && !s.insecure && s.auth == SERVERS_BEARER);

	check_test("as many as there is room for");
	for (int i = 0; i < 64; i++)
		CHECK(servers_option(&s, "url", "https://h", &e) == 1 &&
		    servers_option(&s, "header", "a: b", &e) == 1);
	CHECK(servers_option(&s, "url", "https://h", &e) == -1 && strstr(e.text, "64"));
	CHECK(servers_option(&s, "header", "a: b", &e) == -1 && strstr(e.text, "64"));
	environment("");
	CHECK(servers_open(&s, &conf, &e) == 0 && s.n == 64);
	servers_free(&s);

	check_test("one server that is no good: an error, and nothing leaks");
	environment(N);
	CHECK(WITH(&s, "url=https://h", "url=ftp://h", "url=https://i") == -1);
	servers_free(&s);
}

int main(void)
{
	whose_key();
	where_to();
	sent_headers();
	plain_http();
	options();
	return check_done();
}
