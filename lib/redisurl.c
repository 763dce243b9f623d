#include "redisurl.h"

#include <stdlib.h>

#include "buf.h"
#include "mem.h"
#include "num.h"

enum { DATABASES = 65535, PART_MAX = 1024 };

#define SECOND INT64_C(1000000000)

static char *copy(struct slice s)
{
	return mem_copy(s.ptr ? s.ptr : "", s.len);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a %XX at the head of s stands for; 0: it is none, or a NUL. */
static char decode_one(struct slice s)
{
	int high = s.len > 2 ? hex_digit(s.ptr[1]) : -1;
	int low = s.len > 2 ? hex_digit(s.ptr[2]) : -1;

	return (char)(high < 0 || low < 0 ? 0 : high << 4 | low);
}

/* A copy without its %XX, or NULL: a lone %, or a NUL. */
static char *decode(struct slice s)
{
	char *text = copy(s), *to = text;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '%') {
			c = decode_one(slice_make(s.ptr + i, s.len - i));
			i += 2;
		}
		if (c == '\0') {
			explicit_bzero(text, s.len);
			free(text);
			return NULL;
		}
		*to++ = c;
	}
	*to = '\0';
	return text;
}

/* user:password, :password or user. */
static int read_userinfo(struct redisurl *u, struct slice info, struct err *e)
{
	struct slice user = slice_split(&info, ':');

	if (user.len && !(u->user = decode(user)))
		return err_set(e, "a URL's user has a %% in it that stands for nothing");
	if (info.ptr && !(u->password = decode(info)))
		return err_set(e, "a URL's password has a %% in it that stands for nothing");
	return 0;
}

static int read_database(struct redisurl *u, struct slice text, struct err *e)
{
	if (num_uint(text, 0, DATABASES, &u->database, NULL) < 0)
		return err_set(e, "a Redis URL's database is a number from 0 to %d", DATABASES);
	return 0;
}

static int read_query(struct redisurl *u, struct slice query, struct err *e)
{
	while (query.len) {
		struct slice value = slice_split(&query, '&');
		struct slice name = slice_split(&value, '=');
		int64_t ns = 0;

		if (slice_is(name, "db")) {
			if (read_database(u, value, e) < 0)
				return -1;
		} else if (slice_is(name, "ttl")) {
			if (num_duration(value, &ns, NULL) < 0 || ns < SECOND)
				return err_set(e, "a Redis URL's ttl is a second or more");
			u->ttl = (uint64_t)(ns / SECOND);
		} else {
			return err_set(e, "a Redis URL's query has db and ttl, nothing else");
		}
	}
	return 0;
}

/* HOST, HOST:PORT, [HOST]:PORT */
static int read_host(struct redisurl *u, struct slice authority, struct err *e)
{
	struct slice host = authority, port = {0};
	uint64_t n;

	if (host.len && host.ptr[0] == '[') {
		port = slice_make(host.ptr + 1, host.len - 1);
		host = slice_split(&port, ']');
		if (!port.ptr || (port.len && port.ptr[0] != ':'))
			return err_set(e, "a Redis URL's host has a [ and no ] before its port");
		port = port.len ? slice_make(port.ptr + 1, port.len - 1) : (struct slice){0};
	} else {
		port = host;
		host = slice_split(&port, ':');
	}
	if (host.len == 0)
		return err_set(e, "a Redis URL needs a host");
	u->host = copy(host);
	if (port.ptr && num_uint(port, 1, 65535, &n, NULL) < 0)
		return err_set(e, "a Redis URL's port is a number from 1 to 65535");
	u->port = port.ptr ? copy(port) : copy(slice_str("6379"));
	return 0;
}

static void show(struct redisurl *u)
{
	struct buf b = {0};

	if (u->path)
		buf_str(&b, u->path);
	else
		buf_fmt(&b, strchr(u->host, ':') ? "[%s]:%s" : "%s:%s", u->host, u->port);
	u->shown = copy(buf_all(&b));
	buf_free(&b);
}

/* A password may hold any '/', ':' or '?' as %XX only, but people write '@': the last one counts. */
static struct slice take_userinfo(struct slice *authority)
{
	const char *at = authority->len ? memrchr(authority->ptr, '@', authority->len) : NULL;
	struct slice info = {0};

	if (!at)
		return info;
	info = slice_make(authority->ptr, (size_t)(at - authority->ptr));
	authority->len -= info.len + 1;
	authority->ptr = at + 1;
	return info;
}

static int read_place(struct redisurl *u, struct slice place, bool is_unix, struct err *e)
{
	struct slice query = place, path, authority, info;

	path = slice_split(&query, '?');
	authority = slice_split(&path, '/');
	info = take_userinfo(&authority);
	if (info.ptr && read_userinfo(u, info, e) < 0)
		return -1;
	if (is_unix) {
		if (authority.len || path.len == 0)
			return err_set(e, "redis+unix:// needs a path that begins with a slash");
		u->path = decode(slice_make(path.ptr - 1, path.len + 1));
		if (!u->path)
			return err_set(e, "a URL's path has a %% in it that stands for nothing");
	} else {
		if (read_host(u, authority, e) < 0)
			return -1;
		if (path.len && read_database(u, path, e) < 0)
			return -1;
	}
	return read_query(u, query, e);
}

int redisurl_read(struct redisurl *u, const char *text, struct err *e)
{
	static const char tcp[] = "redis://", local[] = "redis+unix://";
	struct slice url = slice_str(text);
	bool is_unix = slice_starts(url, local);
	size_t scheme = is_unix ? sizeof local - 1 : sizeof tcp - 1;

	*u = (struct redisurl){0};
	if (!is_unix && !slice_starts(url, tcp))
		return err_set(e, "not a URL that begins with %s or %s", tcp, local);
	if (url.len > PART_MAX)
		return err_set(e, "a URL longer than %d bytes", PART_MAX);
	if (read_place(u, slice_make(url.ptr + scheme, url.len - scheme), is_unix, e) < 0) {
		redisurl_free(u);
		return -1;
	}
	show(u);
	return 0;
}

void redisurl_password(struct redisurl *u, const char *password)
{
	if (!u->password && password && *password)
		u->password = mem_copy(password, strlen(password));
}

void redisurl_free(struct redisurl *u)
{
	if (u->password)
		explicit_bzero(u->password, strlen(u->password));
	free(u->password);
	free(u->user);
	free(u->host);
	free(u->port);
	free(u->path);
	free(u->shown);
	*u = (struct redisurl){0};
}
