#include "servers.h"

#include <stdlib.h>
#include <string.h>

#include "key.h"

static const char default_base[] = "https://api.openai.com/v1";

/* ---- options */

static int add_url(struct servers *s, const char *value, struct err *e)
{
	if (s->n == SERVERS_MAX)
		return err_set(e, "more than %d", SERVERS_MAX);
	s->urls[s->n++] = value;
	return 1;
}

static int add_header(struct servers *s, const char *text, struct err *e)
{
	struct slice value = slice_str(text), name = slice_split(&value, ':');

	if (!value.ptr || name.len == 0)
		return err_set(e, "not 'NAME: TEXT'");
	if (s->n_headers == SERVERS_HEADERS)
		return err_set(e, "more than %d", SERVERS_HEADERS);
	/* Only blanks: a line break at an end is to be seen, and refused. */
	while (value.len && *value.ptr == ' ') {
		value.ptr++;
		value.len--;
	}
	s->headers[s->n_headers++] = (struct servers_header){name, value};
	return 1;
}

static int set_auth(struct servers *s, const char *value, struct err *e)
{
	static const char *const names[] = {"bearer", "api-key", "none"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(value, names[i]) == 0) {
			s->auth = (enum servers_auth)i;
			return 1;
		}
	return err_set(e, "'%s' is not bearer, api-key or none", value);
}

int servers_option(struct servers *s, const char *name, const char *value, struct err *e)
{
	if (strcmp(name, "url") == 0)
		return add_url(s, value, e);
	if (strcmp(name, "header") == 0)
		return add_header(s, value, e);
	if (strcmp(name, "auth") == 0)
		return set_auth(s, value, e);
	if (strcmp(name, "insecure-http") != 0)
		return 0;
	s->insecure = true;
	return 1;
}

/* ---- where to, and whose key */

/* Where the configuration leads, and whether its key is for that origin alone. */
struct place {
	const char *base, *key;
	bool only_base;
};

static struct place find_place(const struct conf *conf)
{
	const char *base = conf_get(conf, "NPC_BASE_URL");

	if (base || key_is_set(conf, "NPC_API_KEY"))
		return (struct place){base ? base : default_base, "NPC_API_KEY", base != NULL};
	base = conf_get(conf, "OPENAI_BASE_URL");
	return (struct place){base ? base : default_base, "OPENAI_API_KEY", true};
}

static bool key_goes(const struct servers *s, const struct endpoint *p, const struct place *place)
{
	struct err e;
	char *origin;
	bool same;

	if (s->auth == SERVERS_NO_AUTH)
		return false;
	if (!place->only_base)
		return true;
	origin = endpoint_origin(place->base, &e);
	same = origin && strcmp(origin, p->origin) == 0;
	free(origin);
	return same;
}

static int set_key(struct servers *s, struct endpoint *p, const struct place *place,
    const struct conf *conf, struct err *e)
{
	struct buf value = {0};
	bool bearer = s->auth == SERVERS_BEARER;
	int status;

	if (!key_goes(s, p, place))
		return 0;
	if (s->key.len == 0 && key_find(conf, place->key, &s->key, e) < 0)
		return -1;
	if (s->key.len == 0)
		return 0;
	buf_str(&value, bearer ? "Bearer " : "");
	buf_slice(&value, buf_all(&s->key));
	status =
	    endpoint_header(p, slice_str(bearer ? "Authorization" : "api-key"), buf_all(&value), e);
	key_free(&value);
	return status;
}

static int set_headers(const struct servers *s, struct endpoint *p, struct err *e)
{
	static const char *const own[][2] = {{"Content-Type", "application/json"},
	    {"User-Agent", "npc-llm"},
	    /* Else bodies of over a megabyte wait a second for a "100 Continue". */
	    {"Expect", ""}};

	for (size_t i = 0; i < s->n_headers; i++)
		if (endpoint_header(p, s->headers[i].name, s->headers[i].value, e) < 0)
			return -1;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (endpoint_header(p, slice_str(own[i][0]), slice_str(own[i][1]), e) < 0)
			return -1;
	return 0;
}

static int open_one(struct servers *s, struct endpoint *p, const char *base,
    const struct place *place, const struct conf *conf, struct err *e)
{
	if (endpoint_init(p, base, e) < 0 || set_headers(s, p, e) < 0 ||
	    set_key(s, p, place, conf, e) < 0)
		return -1;
	if (p->plain && !p->local && p->credentials && !s->insecure)
		return err_set(e,
		    "%s: a key would go over http:// to another machine, for all to read "
		    "(--insecure-http lets it)",
		    p->shown);
	return 0;
}

int servers_open(struct servers *s, const struct conf *conf, struct err *e)
{
	struct place place = find_place(conf);

	if (s->n == 0)
		s->urls[s->n++] = place.base;
	for (size_t i = 0; i < s->n; i++)
		if (open_one(s, &s->endpoints[i], s->urls[i], &place, conf, e) < 0)
			return -1;
	return 0;
}

/* Without the scheme before it: "Bearer SECRET". */
static struct slice last_word(struct slice text)
{
	struct slice word = text = slice_trim(text);

	while (text.ptr)
		word = slice_split(&text, ' ');
	return word;
}

struct slice servers_secret(const struct servers *s)
{
	for (size_t i = 0; s->key.len == 0 && i < s->n_headers; i++)
		if (endpoint_is_credential(s->headers[i].name))
			return last_word(s->headers[i].value);
	return buf_all(&s->key);
}

void servers_free(struct servers *s)
{
	for (size_t i = 0; i < s->n; i++)
		endpoint_free(&s->endpoints[i]);
	key_free(&s->key);
}
