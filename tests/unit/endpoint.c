#include "endpoint.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "buf.h"
#include "check.h"

/* In the place of libc's: how many bytes have been wiped. */
static size_t wiped;

void explicit_bzero(void *ptr, size_t n)
{
	wiped += n;
	memset(ptr, 0, n);
}

static struct err e;

static void base_urls(void)
{
	static const struct {
		const char *base, *origin, *shown;
		bool local, plain;
	} good[] = {
	    {"https://api.example.com/v1", "https://api.example.com:443",
		"https://api.example.com/v1", false, false},
	    {"http://localhost:11434/v1", "http://localhost:11434", "http://localhost:11434/v1",
		true, true},
	    {"HTTPS://API.Example.COM:443/V1/", "https://api.example.com:443",
		"https://API.Example.COM:443/V1/", false, false},
	    {"https://h/a?api-version=1&key=x#part", "https://h:443", "https://h/a", false, false},
	    {"http://h", "http://h:80", "http://h/", false, true},
	    {"http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1/", true, true},
	    {"http://127.8.9.1/", "http://127.8.9.1:80", "http://127.8.9.1/", true, true},
	    {"http://[::1]:8/v1", "http://[::1]:8", "http://[::1]:8/v1", true, true},
	    {"http://[::2]:8/v1", "http://[::2]:8", "http://[::2]:8/v1", false, true},
	    {"http://LOCALHOST/", "http://localhost:80", "http://LOCALHOST/", true, true},
	    {"http://a.localhost/", "http://a.localhost:80", "http://a.localhost/", true, true},
	    {"http://localhost.example.com/", "http://localhost.example.com:80",
		"http://localhost.example.com/", false, true},
	    {"http://mylocalhost/", "http://mylocalhost:80", "http://mylocalhost/", false, true},
	    {"http://127.example.com/", "http://127.example.com:80", "http://127.example.com/",
		false, true},
	    {"http://127.a.b.example/", "http://127.a.b.example:80", "http://127.a.b.example/",
		false, true},
	    {"http://127.0.0.300/", "http://127.0.0.300:80", "http://127.0.0.300/", false, true},
	    {"http://127.0.0.1.5/", "http://127.0.0.1.5:80", "http://127.0.0.1.5/", false, true},
	    {"http://1270.0.0.1/", "http://1270.0.0.1:80", "http://1270.0.0.1/", false, true},
	    {"http://127.0.0.1.example.com/", "http://127.0.0.1.example.com:80",
		"http://127.0.0.1.example.com/", false, true},
	    {"http://126.0.0.1/", "http://126.0.0.1:80", "http://126.0.0.1/", false, true},
	    {"http://128.0.0.1/", "http://128.0.0.1:80", "http://128.0.0.1/", false, true},
	    {"http://10.127.0.1/", "http://10.127.0.1:80", "http://10.127.0.1/", false, true},
	    {"http://0.0.0.0/", "http://0.0.0.0:80", "http://0.0.0.0/", false, true},
	};
	static const char *const bad[] = {"", " ", "localhost", "localhost:11434/v1", "/v1",
	    "//h/v1", "ftp://h/", "file:///etc/passwd", "unix:///x", "http://", "http://h:99999/",
	    "http://h:x/", "http://h:-1/", "http://a b/", "http://h\n/", "http://h/a b",
	    "http://h/\x01", "http://u@h/", "http://u:p@h/", "http://:p@h/", "http://@h/",
	    "https://u%40x:p@h/v1", "http://[::1/", "http://h\\@g/"};

	check_test("base URLs: where they lead, what is shown, whether that is this machine");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct endpoint p;
		char *origin = endpoint_origin(good[i].base, &e);

		if (!CHECK(endpoint_init(&p, good[i].base, &e) == 0) || !CHECK(origin)) {
			printf("# %s: %s\n", good[i].base, e.text);
			continue;
		}
		CHECK_SLICE(slice_str(p.base), good[i].base);
		CHECK_SLICE(slice_str(p.origin), good[i].origin);
		CHECK_SLICE(slice_str(origin), good[i].origin);
		CHECK_SLICE(slice_str(p.shown), good[i].shown);
		if (!CHECK(p.local == good[i].local && p.plain == good[i].plain))
			printf("# %s\n", good[i].base);
		CHECK(!p.headers && !p.credentials && p.n_urls == 0);
		endpoint_free(&p);
		endpoint_free(&p);
		free(origin);
	}
	check_test("what is no base URL is refused, and a password in it not shown");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct endpoint p;

		e.text[0] = '\0';
		if (!CHECK(endpoint_init(&p, bad[i], &e) == -1) ||
		    !CHECK(strstr(e.text, "base URL") && !strstr(e.text, "p@")) ||
		    !CHECK(endpoint_origin(bad[i], NULL) == NULL))
			printf("# %s: %s\n", bad[i], e.text);
		endpoint_free(&p);
	}
}

static void urls(void)
{
	static const struct {
		const char *base, *path, *url; /* NULL: refused */
	} cases[] = {
	    {"http://h", "/v1/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/", "/v1/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/v1", "/v1/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/v1/", "/v1/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/v1//", "/v1/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/openai/v2", "/v1/embeddings", "http://h/openai/v2/embeddings"},
	    {"http://h/v1", "/chat/completions", "http://h/v1/chat/completions"},
	    {"http://h/v1", "/v1", "http://h/v1"},
	    {"http://h/a", "/v1beta/x", "http://h/a/v1beta/x"},
	    {"http://h/a", "/v1/v1/x", "http://h/a/v1/x"},
	    {"http://h/a", "/", "http://h/a/"},
	    {"http://h/a?v=1", "/v1/x", "http://h/a/x?v=1"},
	    {"http://h/a?v=1", "/v1/x?w=2&y", "http://h/a/x?v=1&w=2&y"},
	    {"http://h/a", "/v1/x?w=%20?", "http://h/a/x?w=%20?"},
	    {"http://h/a", "/v1?w", "http://h/a?w"},
	    {"http://h/a", "/x?", "http://h/a/x"},
	    {"http://h/a", "/x%20y", "http://h/a/x%20y"},
	    {"http://h/a", "", NULL},
	    {"http://h/a", "v1/x", NULL},
	    {"http://h/a", "//evil.example/x", NULL},
	    {"http://h/a", "http://evil.example/", NULL},
	    {"http://h/a", "@evil.example/", NULL},
	    {"http://h/a", "?x", NULL},
	    {"http://h/a", "/x#y", NULL},
	    {"http://h/a", "/x\\y", NULL},
	    {"http://h/a", "/x y", NULL},
	    {"http://h/a", "/x\r\nHost: evil", NULL},
	    {"http://h/a", "/x\x7f", NULL},
	    {"http://h/a", "/\xc3\xbc", NULL},
	};

	check_test("a line's url, on a base: joined, or refused");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct endpoint p;
		const char *url;

		CHECK(endpoint_init(&p, cases[i].base, &e) == 0);
		e.text[0] = '\0';
		url = endpoint_url(&p, slice_str(cases[i].path), &e);
		if (!CHECK(!url == !cases[i].url))
			printf("# %s, %s: %s\n", cases[i].base, cases[i].path, url ? url : e.text);
		else if (url)
			CHECK_SLICE(slice_str(url), cases[i].url);
		else
			CHECK(strstr(e.text, "must be a path"));
		endpoint_free(&p);
	}
}

static void many_urls(void)
{
	struct endpoint p;
	const char *first;
	char path[32];

	check_test("urls stay where they are, each made once; there is a limit");
	CHECK(endpoint_init(&p, "http://h/v1", &e) == 0);
	first = endpoint_url(&p, slice_str("/0"), &e);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < ENDPOINT_URLS; i++) {
			snprintf(path, sizeof path, "/%d", i);
			CHECK(endpoint_url(&p, slice_str(path), &e) != NULL);
		}
	CHECK(p.n_urls == ENDPOINT_URLS);
	CHECK(endpoint_url(&p, slice_str("/64"), &e) == NULL && strstr(e.text, "more than 64"));
	CHECK(endpoint_url(&p, slice_str("/x y"), &e) == NULL && strstr(e.text, "must be a path"));
	CHECK(endpoint_url(&p, slice_str("/0"), &e) == first);
	CHECK_SLICE(slice_str(first), "http://h/v1/0");
	endpoint_free(&p);
}

static void headers(void)
{
	static const struct {
		const char *name, *value, *line; /* "": stays out; NULL: refused */
		bool credential;
	} cases[] = {
	    {"X-A", "b c", "X-A: b c", false},
	    {"x-a", "other", "", false},
	    {"X-A-B", "longer", "X-A-B: longer", false},
	    {"X", "shorter", "X: shorter", false},
	    {"Empty", "", "Empty;", false},
	    {"EMPTY", "x", "", false},
	    {"Blank", " \t ", "Blank;", false},
	    {"Around", "\t a b ", "Around: a b", false},
	    {"Expect", "", "Expect:", false},
	    {"expect", "100-continue", "", false},
	    {"!#$%&'*+-.^_`|~09azAZ", "1", "!#$%&'*+-.^_`|~09azAZ: 1", false},
	    {"Utf-8", "\xc3\xbc\t~", "Utf-8: \xc3\xbc\t~", false},
	    {"", "x", NULL, false},
	    {"a b", "x", NULL, false},
	    {"a:", "x", NULL, false},
	    {"a;", "x", NULL, false},
	    {"a\n", "x", NULL, false},
	    {"\xc3\xbc", "x", NULL, false},
	    {"A", "x\r\nEvil: 1", NULL, false},
	    {"A", "x\n", NULL, false},
	    {"A", "\n", NULL, false},
	    {"A", "x\x7f", NULL, false},
	    {"X-Authorization", "x", "X-Authorization: x", false},
	    {"AUTHORIZATION", "Bearer x", "AUTHORIZATION: Bearer x", true},
	    {"After", "x", "After: x", true},
	};
	static const char *const credentials[] = {
	    "Proxy-Authorization", "Api-Key", "x-api-key", "Cookie", "authorization"};
	struct endpoint p;

	check_test("headers: what is there stays, empty ones are sent, bad ones refused");
	CHECK(endpoint_init(&p, "http://h", &e) == 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct curl_slist *last = NULL, *h;
		size_t before = 0, after = 0;
		int status;

		for (h = p.headers; h; h = h->next)
			before++;
		status =
		    endpoint_header(&p, slice_str(cases[i].name), slice_str(cases[i].value), &e);
		for (h = p.headers; h; h = h->next, after++)
			last = h;
		if (!CHECK(status == (cases[i].line ? 0 : -1)) ||
		    !CHECK(after - before == (cases[i].line && *cases[i].line)))
			printf("# %s: %s\n", cases[i].name, cases[i].value);
		if (cases[i].line && *cases[i].line && last)
			CHECK_SLICE(slice_str(last->data), cases[i].line);
		CHECK(p.credentials == cases[i].credential);
	}
	CHECK(endpoint_header(&p, slice_make("a\0b", 3), slice_str("x"), &e) == -1);
	CHECK(endpoint_header(&p, slice_str("A"), slice_make("a\0b", 3), &e) == -1);
	wiped = 0;
	endpoint_free(&p);
	CHECK(wiped > 100);

	check_test("what counts as a credential");
	for (size_t i = 0; i < sizeof credentials / sizeof *credentials; i++) {
		CHECK(endpoint_init(&p, "http://h", &e) == 0);
		CHECK(endpoint_header(&p, slice_str(credentials[i]), slice_str("x"), &e) == 0);
		CHECK(p.credentials);
		endpoint_free(&p);
	}
}

static void when(void)
{
	struct endpoint p;

	check_test("the earliest time for a call");
	CHECK(endpoint_init(&p, "http://h", &e) == 0);
	CHECK(endpoint_when(&p) == 0);
	p.flying = 1;
	CHECK(endpoint_when(&p) == PACE_NEVER);
	p.warm = true;
	p.paused = 70;
	CHECK(endpoint_when(&p) == 70);
	for (int i = 0; i < 10; i++) {
		CHECK(endpoint_when(&p) == 70);
		pace_breaker_bad(&p.breaker, 100, 100, 0);
	}
	CHECK(endpoint_when(&p) == 100 + PACE_SECOND / 4);
	p.paused = PACE_MINUTE;
	CHECK(endpoint_when(&p) == PACE_MINUTE);
	p.gone = true;
	CHECK(endpoint_when(&p) == PACE_NEVER);
	endpoint_free(&p);
}

int main(void)
{
	base_urls();
	urls();
	many_urls();
	headers();
	when();
	return check_done();
}
