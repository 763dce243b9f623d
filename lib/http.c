#include "http.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "http_impl.h"
#include "mem.h"

enum {
	READ_SIZE = 8 * 1024, /* curl's buffer, one a call in flight */
	KEEP_ANSWER = 16 * 1024, /* an answer's memory beyond this is let go */
	NAMES_KEPT = 600, /* seconds that a resolved name is kept */
	STREAMS = 100 /* calls that share an HTTP/2 connection */
};

/* ---- rings of calls */

static void ring_init(struct http_call *head)
{
	head->prev = head->next = head;
}

static void ring_remove(struct http_call *c)
{
	c->prev->next = c->next;
	c->next->prev = c->prev;
	c->prev = c->next = NULL;
}

static void ring_add(struct http_call *head, struct http_call *c)
{
	c->prev = head->prev;
	c->next = head;
	c->prev->next = head->prev = c;
}

/* ---- what curl tells of an answer */

/* A body behind a status that is no success is kept, whoever reads: it says what was wrong. */
static bool is_streamed(struct http_call *c)
{
	long status = 0;

	if (c->status == 0 &&
	    curl_easy_getinfo(c->handle->easy, CURLINFO_RESPONSE_CODE, &status) == 0)
		c->status = (int)status;
	return c->event_stream && c->status >= 200 && c->status < 300;
}

static size_t on_data(char *ptr, size_t size, size_t n, void *ctx)
{
	struct http_handle *handle = ctx;
	struct http_call *c = handle->call;
	int taken = 0;

	n *= size;
	c->heard = clock_mono();
	if (is_streamed(c) && c->reader && c->reader->data)
		taken = c->reader->data(c->ctx, slice_make(ptr, n));
	if (taken < 0) {
		c->outcome = HTTP_REFUSED;
		return CURL_WRITEFUNC_ERROR;
	}
	if (taken == 0)
		buf_put(&c->answer, ptr, n);
	if (!c->answer.over)
		return n;
	c->outcome = HTTP_TOO_LARGE;
	return CURL_WRITEFUNC_ERROR;
}

static bool starts_caseless(struct slice text, const char *with)
{
	size_t n = strlen(with);

	return text.len >= n && strncasecmp(text.ptr, with, n) == 0;
}

static void header(struct http_call *c, struct slice line)
{
	struct slice value = line, name = slice_split(&value, ':');

	if (!value.ptr)
		return;
	value = slice_trim(value);
	if (name.len == 12 && starts_caseless(name, "content-type"))
		c->event_stream = starts_caseless(value, "text/event-stream");
	else if (strchr("rRxX", name.ptr[0]) && c->reader && c->reader->header)
		c->reader->header(c->ctx, slice_trim(name), value);
}

static size_t on_header(char *ptr, size_t size, size_t n, void *ctx)
{
	struct http_handle *handle = ctx;

	n *= size;
	handle->call->heard = clock_mono();
	if (n > 1 && strchr("cCrRxX", ptr[0]))
		header(handle->call, slice_make(ptr, n));
	return n;
}

/* ---- handles */

static bool set_always(struct http *h, struct http_handle *handle)
{
	const struct http_config *k = &h->config;
	CURL *easy = handle->easy;

	return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == 0 &&
	    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		(long)(k->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, k->http2 ? 1L : 0L) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == 0 &&
	    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_SIZE) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)NAMES_KEPT) == 0 &&
	    curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(k->connect_timeout / 1000000)) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(k->timeout / 1000000)) == 0 &&
	    (!k->cacert || curl_easy_setopt(easy, CURLOPT_CAINFO, k->cacert) == 0) &&
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, handle->error) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_PRIVATE, handle) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_WRITEDATA, handle) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_HEADERDATA, handle) == 0 &&
	    http_sockets_handle(h, handle) == 0;
}

static struct http_handle *make_handle(struct http *h)
{
	struct http_handle *handle = mem_array(1, sizeof *handle);

	handle->http = h;
	handle->easy = curl_easy_init();
	if (!handle->easy || !set_always(h, handle)) {
		curl_easy_cleanup(handle->easy);
		free(handle);
		return NULL;
	}
	handle->all = h->all;
	h->all = handle;
	return handle;
}

static struct http_handle *take_handle(struct http *h)
{
	struct http_handle *handle = h->idle;

	if (!handle)
		return make_handle(h);
	h->idle = handle->next;
	return handle;
}

static void give_handle(struct http *h, struct http_handle *handle)
{
	handle->call = NULL;
	handle->next = h->idle;
	h->idle = handle;
}

/* A body makes a POST of whatever it was, so PUT is one by another name. */
static bool set_method(CURL *easy, enum http_method method)
{
	const char *name = method == HTTP_PUT ? "PUT" : NULL;

	return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name) == 0 &&
	    (method != HTTP_GET || curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == 0);
}

static bool set_body(CURL *easy, struct slice body)
{
	return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) == 0 &&
	    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.ptr ? body.ptr : "") == 0;
}

/* What is set already is not set again: curl would parse the URL anew each time. */
static bool set_call(struct http_handle *handle, const struct http_call *c)
{
	CURL *easy = handle->easy;

	if (handle->url != c->url && curl_easy_setopt(easy, CURLOPT_URL, c->url) != 0)
		return false;
	handle->url = c->own_url ? NULL : c->url;
	if (handle->headers != c->headers &&
	    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers) != 0)
		return false;
	handle->headers = c->headers;
	if (handle->method != c->method && !set_method(easy, c->method))
		return false;
	handle->method = c->method;
	return c->method == HTTP_GET || set_body(easy, c->body);
}

/* ---- calls */

int http_start(struct http *h, struct http_call *c, struct err *e)
{
	struct http_handle *handle = take_handle(h);

	if (!handle)
		return err_set(e, "cannot make a curl handle");
	c->outcome = HTTP_ANSWERED;
	c->status = 0;
	c->event_stream = c->connected = false;
	c->why.text[0] = handle->error[0] = '\0';
	c->answer.max = h->config.max_response;
	buf_reset(&c->answer, KEEP_ANSWER);
	c->handle = handle;
	c->began = clock_mono();
	c->heard = h->config.stall_before ? c->began : 0;
	handle->call = c;
	if (!set_call(handle, c) || curl_multi_add_handle(h->multi, handle->easy) != CURLM_OK) {
		handle->url = NULL;
		give_handle(h, handle);
		c->handle = NULL;
		return err_set(e, "cannot start a call");
	}
	ring_add(&h->flying, c);
	return 0;
}

static void detach(struct http *h, struct http_call *c)
{
	curl_multi_remove_handle(h->multi, c->handle->easy);
	give_handle(h, c->handle);
	c->handle = NULL;
	ring_remove(c);
}

void http_abandon(struct http *h, struct http_call *c)
{
	if (c->handle)
		detach(h, c);
	else if (c->next)
		ring_remove(c);
}

static bool was_connected(CURL *easy)
{
	curl_off_t us = 0;

	return curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &us) == 0 && us > 0;
}

static enum http_outcome outcome_of(const struct http_call *c, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_WRITE_ERROR:
		return c->outcome == HTTP_ANSWERED ? HTTP_CUT : c->outcome;
	case CURLE_OPERATION_TIMEDOUT:
		return c->connected ? HTTP_TIMEOUT : HTTP_UNREACHED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_UNTRUSTED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
		return HTTP_UNREACHED;
	default:
		/* A connection that broke before a status came has not answered at all. */
		return c->status || c->answer.len || code == CURLE_UNSUPPORTED_PROTOCOL ||
			code == CURLE_WEIRD_SERVER_REPLY
		    ? HTTP_CUT
		    : HTTP_UNREACHED;
	}
}

static void say_why(const struct http *h, struct http_call *c, CURLcode code)
{
	const char *text = c->handle->error[0] ? c->handle->error : curl_easy_strerror(code);

	if (c->outcome == HTTP_TOO_LARGE)
		err_set(&c->why, "the answer is longer than %zu bytes", h->config.max_response);
	else if (c->outcome != HTTP_ANSWERED && c->outcome != HTTP_REFUSED)
		err_set(&c->why, "%s", text);
}

/* Few connections are enough only where each bears many calls: who answers otherwise gets more. */
static void heed_version(struct http *h, CURL *easy)
{
	long version = 0;

	if (!h->bounded || curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version) != CURLE_OK ||
	    version == 0 || version == CURL_HTTP_VERSION_2_0)
		return;
	h->bounded = curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 0L) != CURLM_OK;
}

static void finish(struct http *h, struct http_call *c, CURLcode code)
{
	CURL *easy = c->handle->easy;
	long status = 0;

	if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
		c->status = (int)status;
	heed_version(h, easy);
	c->connected = was_connected(easy);
	c->outcome = outcome_of(c, code);
	c->ended = clock_mono();
	say_why(h, c, code);
	detach(h, c);
	ring_add(&h->done, c);
}

static void stalled(struct http *h, struct http_call *c)
{
	c->outcome = HTTP_STALLED;
	c->connected = true;
	c->ended = clock_mono();
	err_set(&c->why, "no byte for %.3g s", (double)h->config.stall / 1e9);
	detach(h, c);
	ring_add(&h->done, c);
}

/* At intervals, not by a timer for each call: a stall need not be seen at once. */
static void check_stalls(struct http *h, int64_t now)
{
	struct http_call *next;

	if (now < h->stall_check)
		return;
	for (struct http_call *c = h->flying.next; c != &h->flying; c = next) {
		next = c->next;
		if (c->heard && now - c->heard >= h->config.stall)
			stalled(h, c);
	}
	h->stall_check = now + h->config.stall / 8;
}

int64_t http_deadline(const struct http *h)
{
	int64_t at = h->timer;

	if (h->done.next != &h->done)
		return 0;
	return h->flying.next != &h->flying && h->stall_check < at ? h->stall_check : at;
}

void http_turn(struct http *h, int64_t now)
{
	int n;
	CURLMsg *m;

	if (now >= h->timer) {
		h->timer = EVENTS_NEVER;
		curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &n);
	}
	check_stalls(h, now);
	while ((m = curl_multi_info_read(h->multi, &n)) != NULL) {
		struct http_handle *handle = NULL;

		if (m->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &handle) == CURLE_OK &&
		    handle && handle->call)
			finish(h, handle->call, m->data.result);
	}
}

struct http_call *http_done(struct http *h)
{
	struct http_call *c = h->done.next;

	if (c == &h->done)
		return NULL;
	ring_remove(c);
	return c;
}

/* ---- the whole */

static bool set_multi(struct http *h)
{
	long connections = (long)h->config.calls;

	/* Fewer than calls in flight would be closed and opened all the time. */
	if (curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, connections + 1) != CURLM_OK)
		return false;
	if (!h->config.http2)
		return true;
	connections = (connections + STREAMS - 1) / STREAMS;
	h->bounded = true;
	return curl_multi_setopt(h->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)STREAMS) == 0 &&
	    curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections) == 0;
}

struct http *http_new(const struct http_config *config, struct err *e)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(e, "cannot initialise curl");
		return NULL;
	}
	h = mem_array(1, sizeof *h);
	h->config = *config;
	ring_init(&h->flying);
	ring_init(&h->done);
	h->multi = curl_multi_init();
	if (!h->multi || !set_multi(h) || http_sockets_init(h) != 0) {
		err_set(e, "cannot set up curl");
		http_free(h);
		return NULL;
	}
	return h;
}

void http_call_free(struct http_call *c)
{
	buf_free(&c->answer);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->flying.next != &h->flying)
		detach(h, h->flying.next);
	while (h->all) {
		struct http_handle *handle = h->all;

		h->all = handle->all;
		curl_easy_cleanup(handle->easy);
		free(handle);
	}
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h->sockets);
	free(h);
}
