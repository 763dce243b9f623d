#include "endpoint.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "mem.h"

enum { FAILURES = 10 }; /* in a row, that open the breaker */

/* Between probes, in nanoseconds. */
#define FIRST_PROBE (PACE_SECOND / 2)
#define LONGEST_PROBE (10 * PACE_SECOND)

/* ---- the base URL */

static CURLU *parse(const char *base, struct err *e)
{
	CURLU *u = curl_url();
	char *user = NULL, *scheme = NULL;
	bool good;

	if (!u || curl_url_set(u, CURLUPART_URL, base, 0) != CURLUE_OK) {
		curl_url_cleanup(u);
		err_set(e, "not a base URL such as http://localhost:11434/v1");
		return NULL;
	}
	good = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
	if (!good)
		err_set(e, "a base URL must be http:// or https://");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK) {
		err_set(e, "a base URL must hold no user or password");
		good = false;
	}
	curl_free(user);
	curl_free(scheme);
	if (good)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

/* A part of it as a string to be freed, "" where it has none. */
static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(u, what, &text, flags) != CURLUE_OK)
		return mem_copy("", 0);
	copy = mem_copy(text, strlen(text));
	curl_free(text);
	return copy;
}

static char *origin_of(CURLU *u)
{
	CURLU *o = curl_url_dup(u);
	char *text, *slash;

	curl_url_set(o, CURLUPART_PATH, NULL, 0);
	curl_url_set(o, CURLUPART_QUERY, NULL, 0);
	curl_url_set(o, CURLUPART_FRAGMENT, NULL, 0);
	text = part(o, CURLUPART_URL, CURLU_DEFAULT_PORT);
	for (char *p = text; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	slash = strrchr(text, '/');
	if (slash && slash[1] == '\0')
		*slash = '\0';
	curl_url_cleanup(o);
	return text;
}

static bool ends_in(const char *text, const char *tail)
{
	size_t n = strlen(text), m = strlen(tail);

	return n >= m && strcasecmp(text + n - m, tail) == 0;
}

/* 127.0.0.0/8: "127.example.com" is somebody else, and so may "127.0.0.300" be. */
static bool is_loopback4(const char *host)
{
	struct in_addr a;

	return inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127;
}

static bool is_local(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || ends_in(host, ".localhost") ||
	    strcmp(host, "[::1]") == 0 || is_loopback4(host);
}

int endpoint_init(struct endpoint *p, const char *base, struct err *e)
{
	CURLU *u = parse(base, e);
	char *text;

	*p = (struct endpoint){0};
	if (!u)
		return -1;
	p->base = mem_copy(base, strlen(base));
	pace_breaker_init(&p->breaker, FAILURES, FIRST_PROBE, LONGEST_PROBE);
	p->origin = origin_of(u);
	text = part(u, CURLUPART_HOST, 0);
	p->local = is_local(text);
	free(text);
	text = part(u, CURLUPART_SCHEME, 0);
	p->plain = strcmp(text, "http") == 0;
	free(text);
	curl_url_set(u, CURLUPART_QUERY, NULL, 0);
	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	p->shown = part(u, CURLUPART_URL, 0);
	curl_url_cleanup(u);
	return 0;
}

char *endpoint_origin(const char *base, struct err *e)
{
	CURLU *u = parse(base, e);
	char *origin = u ? origin_of(u) : NULL;

	curl_url_cleanup(u);
	return origin;
}

/* ---- headers */

static bool is_token(struct slice name)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool alnum =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (c == '\0' || (!alnum && !strchr(others, c)))
			return false;
	}
	return name.len > 0;
}

static bool is_value(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') ||
		    value.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool has_header(const struct endpoint *p, struct slice name)
{
	for (const struct curl_slist *h = p->headers; h; h = h->next)
		if (strncasecmp(h->data, name.ptr, name.len) == 0 &&
		    (h->data[name.len] == ':' || h->data[name.len] == ';'))
			return true;
	return false;
}

bool endpoint_is_credential(struct slice name)
{
	static const char *const known[] = {
	    "authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (name.len == strlen(known[i]) && strncasecmp(name.ptr, known[i], name.len) == 0)
			return true;
	return false;
}

static bool is_expect(struct slice name)
{
	static const char expect[] = "Expect";

	return name.len == sizeof expect - 1 && strncasecmp(name.ptr, expect, name.len) == 0;
}

int endpoint_header(struct endpoint *p, struct slice name, struct slice value, struct err *e)
{
	struct buf line = {0};
	struct curl_slist *headers;

	if (!is_token(name))
		return err_set(e, "not the name of a header");
	if (!is_value(value))
		return err_set(e,
		    "header %.*s: its value has a line break, or another control "
		    "character, in it",
		    SLICE_FMT(name));
	if (has_header(p, name))
		return 0;
	value = slice_trim(value);
	/* To curl a header with nothing behind its colon is one to leave out. */
	buf_slice(&line, name);
	if (value.len)
		buf_str(&line, ": ");
	else
		buf_str(&line, is_expect(name) ? ":" : ";");
	buf_slice(&line, value);
	headers = curl_slist_append(p->headers, buf_cstr(&line));
	if (line.ptr)
		explicit_bzero(line.ptr, line.cap);
	buf_free(&line);
	if (!headers)
		return err_set(e, "out of memory");
	p->headers = headers;
	p->credentials |= endpoint_is_credential(name);
	return 0;
}

/* ---- urls */

static bool is_path(struct slice path)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] <= ' ' || path.ptr[i] > '~' || strchr("#\\", path.ptr[i]))
			return false;
	return path.len > 0 && path.ptr[0] == '/' && (path.len < 2 || path.ptr[1] != '/');
}

static char *join(const char *base, struct slice path, struct err *e)
{
	CURLU *u = parse(base, e);
	struct slice query = path, above;
	char *text;
	struct buf b = {0};
	CURLUcode bad;

	if (!u)
		return NULL;
	path = slice_split(&query, '?');
	text = part(u, CURLUPART_PATH, 0);
	above = slice_str(text);
	while (above.len && above.ptr[above.len - 1] == '/')
		above.len--;
	if (above.len && (slice_starts(path, "/v1/") || slice_is(path, "/v1"))) {
		path.ptr += 3;
		path.len -= 3;
	}
	buf_slice(&b, above);
	buf_slice(&b, path);
	bad = curl_url_set(u, CURLUPART_PATH, buf_cstr(&b), 0);
	buf_clear(&b);
	if (query.len) {
		buf_slice(&b, query);
		bad |= curl_url_set(u, CURLUPART_QUERY, buf_cstr(&b), CURLU_APPENDQUERY);
	}
	buf_free(&b);
	free(text);
	text = bad ? NULL : part(u, CURLUPART_URL, 0);
	curl_url_cleanup(u);
	if (!text)
		err_set(e, "no URL comes of it");
	return text;
}

const char *endpoint_url(struct endpoint *p, struct slice path, struct err *e)
{
	char *url;

	for (size_t i = 0; i < p->n_urls; i++)
		if (slice_is(path, p->urls[i].path))
			return p->urls[i].url;
	if (!is_path(path)) {
		err_set(e, "\"url\" must be a path such as /v1/chat/completions");
		return NULL;
	}
	if (p->n_urls == ENDPOINT_URLS) {
		err_set(e, "more than %d different urls in one run", ENDPOINT_URLS);
		return NULL;
	}
	url = join(p->base, path, e);
	if (!url)
		return NULL;
	p->urls[p->n_urls].path = mem_copy(path.ptr, path.len);
	p->urls[p->n_urls].url = url;
	p->n_urls++;
	return url;
}

int64_t endpoint_when(const struct endpoint *p)
{
	int64_t when = pace_breaker_at(&p->breaker);

	/* A name that is not known yet is looked up once, not by a thread for each call. */
	if (p->gone || (!p->warm && p->flying))
		return PACE_NEVER;
	return p->paused > when ? p->paused : when;
}

/* The headers hold the key. */
static void wipe(struct curl_slist *headers)
{
	for (struct curl_slist *h = headers; h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}

void endpoint_free(struct endpoint *p)
{
	for (size_t i = 0; i < p->n_urls; i++) {
		free(p->urls[i].path);
		free(p->urls[i].url);
	}
	wipe(p->headers);
	free(p->base);
	free(p->origin);
	free(p->shown);
	*p = (struct endpoint){0};
}
