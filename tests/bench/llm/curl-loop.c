/*
 * curl-loop: the least that a client over libcurl can do, to measure others by. Sends the body of
 * each request line, N at once, by curl_multi_socket_action and epoll, and looks at nothing that
 * comes back but its status. Prints how many were 200, and how many were not.
 *
 *	curl-loop [-k] -j N -u URL FILE		-k: certificates are not checked
 *
 * The file is held in memory, all of it. URL has its path. The body is found as the text from
 * "body": to the line's last brace.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "buf.h"
#include "diag.h"
#include "fs.h"
#include "mem.h"
#include "num.h"

struct loop {
	CURLM *multi;
	int epoll;
	long timeout; /* milliseconds; -1: none */
	int running;
	const char *url;
	struct curl_slist *headers;
	struct slice rest; /* of the file */
	uint64_t open; /* requests on their way */
	unsigned long good;
	unsigned long bad;
	bool careless;
};

static size_t ignore(char *ptr, size_t size, size_t n, void *user)
{
	(void)ptr;
	(void)user;
	return size * n;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
	static char mark;
	struct loop *l = user;
	struct epoll_event event = {.data.fd = fd};

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, &event);
		return 0;
	}
	event.events =
	    (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	epoll_ctl(l->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	curl_multi_assign(l->multi, fd, &mark);
	return 0;
}

static int on_timer(CURLM *multi, long timeout, void *user)
{
	struct loop *l = user;

	(void)multi;
	l->timeout = timeout;
	return 0;
}

/* The next line's body, or empty at the end. */
static struct slice next_body(struct loop *l)
{
	static const char name[] = "\"body\":";
	struct slice line = slice_split(&l->rest, '\n');
	const char *at = line.len ? memmem(line.ptr, line.len, name, sizeof name - 1) : NULL;

	if (!at)
		return slice_make("", 0);
	at += sizeof name - 1;
	return slice_make(at, line.len - (size_t)(at - line.ptr) - 1);
}

static void send_next(struct loop *l, CURL *easy)
{
	struct slice body = next_body(l);

	if (body.len == 0) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body.len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.ptr);
	curl_multi_add_handle(l->multi, easy);
	l->open++;
}

static void begin(struct loop *l, uint64_t at_once)
{
	for (uint64_t i = 0; i < at_once; i++) {
		CURL *easy = curl_easy_init();

		curl_easy_setopt(easy, CURLOPT_URL, l->url);
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, l->headers);
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, l->careless ? 0L : 1L);
		send_next(l, easy);
	}
}

static void collect(struct loop *l)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(l->multi, &left))) {
		CURL *easy = msg->easy_handle;
		long status = 0;

		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		if (msg->data.result == CURLE_OK && status == 200)
			l->good++;
		else
			l->bad++;
		curl_multi_remove_handle(l->multi, easy);
		l->open--;
		send_next(l, easy);
	}
}

static void run(struct loop *l)
{
	struct epoll_event events[256];

	do {
		int n = epoll_wait(l->epoll, events, 256, (int)l->timeout);

		if (n == 0) {
			l->timeout = -1;
			curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &l->running);
		}
		for (int i = 0; i < n; i++)
			curl_multi_socket_action(l->multi, events[i].data.fd,
			    (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
				(events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
			    &l->running);
		collect(l);
	} while (l->open);
}

int main(int argc, char **argv)
{
	struct loop l = {.timeout = -1};
	struct buf file = {0};
	uint64_t at_once = 5;
	struct err e;
	int opt;

	diag_init(argv[0]);
	while ((opt = getopt(argc, argv, "j:ku:")) != -1) {
		if (opt == 'u')
			l.url = optarg;
		else if (opt == 'k')
			l.careless = true;
		else if (opt != 'j' || num_uint(slice_str(optarg), 1, 10000, &at_once, &e) < 0)
			diag_die(DIAG_USAGE, "usage: curl-loop [-k] -j N -u URL FILE");
	}
	if (!l.url || !argv[optind])
		diag_die(DIAG_USAGE, "usage: curl-loop [-k] -j N -u URL FILE");
	if (fs_slurp(argv[optind], BUF_MAX, &file, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	l.rest = buf_all(&file);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.multi = curl_multi_init();
	l.headers =
	    curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
	curl_multi_setopt(l.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(l.multi, CURLMOPT_SOCKETDATA, &l);
	curl_multi_setopt(l.multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(l.multi, CURLMOPT_TIMERDATA, &l);
	curl_multi_setopt(l.multi, CURLMOPT_MAXCONNECTS, (long)at_once + 16);
	begin(&l, at_once);
	run(&l);
	printf("%lu %lu\n", l.good, l.bad);
	curl_multi_cleanup(l.multi);
	curl_slist_free_all(l.headers);
	buf_free(&file);
	return l.bad > 0;
}
