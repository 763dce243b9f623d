/* http's inside, shared by its two files: http.c has the calls, http_sockets.c what curl waits for. */
#ifndef HTTP_IMPL_H
#define HTTP_IMPL_H

#include <curl/curl.h>

#include "http.h"

struct http_handle {
	struct http *http;
	CURL *easy;
	struct http_call *call; /* or NULL, when idle */
	const char *url; /* as set last: pointers, which stay as long as an endpoint does */
	struct curl_slist *headers;
	enum http_method method;
	char error[CURL_ERROR_SIZE];
	struct http_handle *next; /* of the idle */
	struct http_handle *all; /* of those made */
};

/* What is known of a descriptor, at its number. */
struct http_socket {
	bool open; /* a connection that http opened */
	bool wanted; /* curl waits for it: a call is on it */
	unsigned char mask; /* what epoll waits for; 0 when it is not there */
};

struct http {
	struct http_config config;
	CURLM *multi;
	unsigned source;
	bool bounded; /* to few connections, as long as they are HTTP/2's */
	int64_t timer; /* when curl wants to be called */
	int64_t stall_check;
	struct http_call flying, done; /* heads of rings */
	struct http_handle *idle, *all;
	struct http_socket *sockets; /* by descriptor */
	size_t n_sockets;
};

int http_sockets_init(struct http *h);

/* Lets easy tell of the sockets that it opens and closes. */
int http_sockets_handle(struct http *h, struct http_handle *handle);

#endif
