#include "joined.h"

#include <stdlib.h>

#include "mem.h"
#include "ndjson.h"

enum { FEW = 1024 };

/* FNV-1a: nobody gains by making his own ids collide. */
static size_t hash(struct slice id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < id.len; i++)
		h = (h ^ (unsigned char)id.ptr[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static struct joined_key *find(const struct joined *j, struct slice id)
{
	struct joined_key *k = j->cap ? j->buckets[hash(id) % j->cap] : NULL;

	while (k && !slice_eq(slice_make(k->id, k->len), id))
		k = k->next;
	return k;
}

static void put(struct joined *j, struct joined_key *k)
{
	struct joined_key **at = &j->buckets[hash(slice_make(k->id, k->len)) % j->cap];

	k->next = *at;
	*at = k;
}

static void grow(struct joined *j)
{
	struct joined bigger = {.cap = j->cap ? 4 * j->cap : FEW};
	struct joined_key *next;

	bigger.buckets = mem_array(bigger.cap, sizeof *bigger.buckets);
	for (size_t i = 0; i < j->cap; i++) {
		for (struct joined_key *k = j->buckets[i]; k; k = next) {
			next = k->next;
			put(&bigger, k);
		}
	}
	free(j->buckets);
	bigger.n = j->n;
	*j = bigger;
}

static int add(struct joined *j, const struct line *l, struct cachekey *keys, struct err *e)
{
	struct buf scratch = {0};
	struct slice id = json_text(l->custom_id, &scratch);
	struct joined_key *k;

	if (find(j, id)) {
		err_set(e, "custom_id \"%.*s\" stands twice", SLICE_FMT(id));
		buf_free(&scratch);
		return -1;
	}
	if (j->n >= j->cap)
		grow(j);
	k = mem_grow(NULL, sizeof *k + id.len, 1);
	*k = (struct joined_key){.len = id.len};
	memcpy(k->id, id.ptr, id.len);
	buf_free(&scratch);
	k->keyed = cachekey_make(keys, l, &k->key, NULL) == 0;
	put(j, k);
	j->n++;
	return 0;
}

static int add_line(
    struct joined *j, struct json_doc *doc, struct slice text, struct cachekey *keys, struct err *e)
{
	const struct json *root = json_parse(doc, text, e);
	struct line l = {0};
	int status = root ? line_read(&l, root, e) : -1;

	if (root && l.kind != LINE_REQUEST)
		return 0;
	return status < 0 ? -1 : add(j, &l, keys, e);
}

int joined_read(
    struct joined *j, const char *path, size_t max_line, struct cachekey *keys, struct err *e)
{
	char *operands[] = {mem_copy(path, strlen(path)), NULL};
	struct json_doc doc = {0};
	struct ndjson_in in;
	struct slice text;
	enum ndjson_got got;
	int status = 0;

	ndjson_in_init(&in, operands, max_line, NULL);
	while (status == 0 && (got = ndjson_next(&in, &text, e)) != NDJSON_END) {
		if (got != NDJSON_LINE)
			status = -1;
		else if (add_line(j, &doc, text, keys, e) < 0)
			status = err_wrap(e, "%s:%lu", in.name, in.line);
	}
	ndjson_in_free(&in);
	json_doc_free(&doc);
	free(operands[0]);
	return status;
}

const struct joined_key *joined_find(const struct joined *j, const struct json *custom_id)
{
	struct buf scratch = {0};
	const struct joined_key *k =
	    json_is(custom_id, JSON_STRING) ? find(j, json_text(custom_id, &scratch)) : NULL;

	buf_free(&scratch);
	return k;
}

void joined_free(struct joined *j)
{
	struct joined_key *next;

	for (size_t i = 0; i < j->cap; i++) {
		for (struct joined_key *k = j->buckets[i]; k; k = next) {
			next = k->next;
			free(k);
		}
	}
	free(j->buckets);
	*j = (struct joined){0};
}
