#include "keyurl.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "buf.h"
#include "mem.h"

/* Stands for a key until one is put in its place. */
static const char no_key[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
}

/* ---- the URL */

static bool is_http(CURLU *u)
{
	char *scheme = NULL;
	bool good = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

	curl_free(scheme);
	return good;
}

static CURLUcode add_key(CURLU *u)
{
	char *path = NULL;
	struct buf b = {0};
	CURLUcode bad = curl_url_get(u, CURLUPART_PATH, &path, 0);

	buf_str(&b, path ? path : "");
	while (b.len && b.ptr[b.len - 1] == '/')
		b.len--;
	buf_fmt(&b, "/%s", no_key);
	if (!bad)
		bad = curl_url_set(u, CURLUPART_PATH, buf_cstr(&b), 0);
	curl_free(path);
	buf_free(&b);
	return bad;
}

/* Without a user there is an empty one. */
static CURLUcode add_password(CURLU *u, const char *password)
{
	char *user = NULL, *before = NULL;
	CURLUcode bad = CURLUE_OK;

	if (curl_url_get(u, CURLUPART_PASSWORD, &before, 0) == CURLUE_OK) {
		wipe(before);
		curl_free(before);
		return CURLUE_OK;
	}
	if (curl_url_get(u, CURLUPART_USER, &user, 0) != CURLUE_OK)
		bad = curl_url_set(u, CURLUPART_USER, "", 0);
	curl_free(user);
	if (!bad)
		bad = curl_url_set(u, CURLUPART_PASSWORD, password, CURLU_URLENCODE);
	return bad;
}

static int read_base(
    struct keyurl *k, CURLU *u, const char *base, const char *password, struct err *e)
{
	char *url = NULL, *key = NULL;

	if (curl_url_set(u, CURLUPART_URL, base, 0) != CURLUE_OK || !is_http(u))
		return err_set(e, "not a URL such as https://HOST/PATH");
	if (add_key(u) != CURLUE_OK || (password && add_password(u, password) != CURLUE_OK) ||
	    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
		return err_set(e, "no URL of a key comes of the URL");
	if (curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK)
		key = strstr(url, no_key);
	if (key) {
		k->url = mem_copy(url, strlen(url));
		k->key_at = (size_t)(key - url);
	}
	wipe(url);
	curl_free(url);
	return key ? 0 : err_set(e, "no URL of a key comes of the URL");
}

/* ---- headers */

static int add_header(struct keyurl *k, const char *header, struct err *e)
{
	struct curl_slist *more = curl_slist_append(k->headers, header);

	if (!more)
		return err_set(e, "out of memory");
	k->headers = more;
	return 0;
}

static int add_token(struct keyurl *k, const char *token, struct err *e)
{
	struct buf b = {0};
	int status;

	for (const char *c = token; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return err_set(e, "a blank or a control character is in the token");
	buf_fmt(&b, "Authorization: Bearer %s", token);
	status = add_header(k, buf_cstr(&b), e);
	explicit_bzero(b.ptr, b.cap);
	buf_free(&b);
	return status;
}

/* To ask before a large body costs a second where a server does not know the question. */
static int set_headers(struct keyurl *k, const char *token, struct err *e)
{
	if (add_header(k, "Content-Type: application/octet-stream", e) < 0 ||
	    add_header(k, "Expect:", e) < 0)
		return -1;
	return token ? add_token(k, token, e) : 0;
}

/* ---- the whole */

int keyurl_init(
    struct keyurl *k, const char *base, const char *password, const char *token, struct err *e)
{
	CURLU *u = curl_url();
	int status;

	*k = (struct keyurl){0};
	if (!u)
		return err_set(e, "out of memory");
	status = read_base(k, u, base, password, e);
	curl_url_cleanup(u);
	if (status == 0)
		status = set_headers(k, token, e);
	if (status < 0)
		keyurl_free(k);
	return status;
}

char *keyurl_new(const struct keyurl *k)
{
	return mem_copy(k->url, strlen(k->url));
}

void keyurl_set(const struct keyurl *k, char *url, const struct address *key)
{
	char hex[ADDRESS_HEX + 1];

	address_hex(key, hex);
	memcpy(url + k->key_at, hex, ADDRESS_HEX);
}

void keyurl_drop(char *url)
{
	wipe(url);
	free(url);
}

void keyurl_free(struct keyurl *k)
{
	for (struct curl_slist *h = k->headers; h; h = h->next)
		wipe(h->data);
	curl_slist_free_all(k->headers);
	keyurl_drop(k->url);
	*k = (struct keyurl){0};
}
