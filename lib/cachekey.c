#include "cachekey.h"

#include <string.h>

#include "canon.h"

static const char version[] = "npc-cache 1", npc_llm[] = "npc-llm",
		  default_url[] = "/v1/chat/completions";

static const char *const left_out[] = {"stream", "stream_options", "user", "safety_identifier",
    "metadata", "store", "service_tier", "prompt_cache_key", NULL};

/* A canonical text that one huge request has grown beyond this is let go. */
enum { KEEP_SIZE = 1024 * 1024 };

void cachekey_name(struct cachekey *k, const char *name)
{
	buf_clear(&k->space);
	buf_str(&k->space, name);
}

void cachekey_command(struct cachekey *k, char *const *argv)
{
	const char *slash = strrchr(argv[0], '/');

	cachekey_name(k, npc_llm);
	if (strcmp(slash ? slash + 1 : argv[0], npc_llm) == 0)
		return;
	/* A NUL after each word: no name has one. */
	buf_clear(&k->space);
	for (; *argv; argv++)
		buf_put(&k->space, *argv, strlen(*argv) + 1);
}

static bool is_null(const struct json *v)
{
	return !v || v->type == JSON_NULL;
}

static int find_url(struct cachekey *k, const struct json *root, struct slice *url, struct err *e)
{
	const struct json *method = json_get(root, "method"), *named = json_get(root, "url");

	buf_clear(&k->url);
	if (!is_null(method) && !json_str_is(method, "POST"))
		return err_set(e, "\"method\" is not POST");
	*url = slice_str(default_url);
	if (is_null(named))
		return 0;
	if (named->type != JSON_STRING)
		return err_set(e, "\"url\" is no string");
	*url = json_text(named, &k->url);
	return 0;
}

int cachekey_make(struct cachekey *k, const struct line *l, struct address *a, struct err *e)
{
	struct address_maker m;
	struct slice url = {0};

	buf_reset(&k->text, KEEP_SIZE);
	if (find_url(k, l->root, &url, e) < 0 ||
	    canon_put_without(&k->text, l->body, left_out, e) < 0)
		return -1;
	if (k->text.over)
		return err_set(e, "no canonical form: it is too long");
	address_begin(&m);
	address_field(&m, slice_str(version));
	address_field(&m, k->space.len ? buf_all(&k->space) : slice_str(npc_llm));
	address_field(&m, url);
	address_field(&m, buf_all(&k->text));
	address_end(&m, a);
	return 0;
}

void cachekey_free(struct cachekey *k)
{
	buf_free(&k->space);
	buf_free(&k->text);
	buf_free(&k->url);
}
