#include "keeper.h"

#include "jw.h"
#include "memo.h"
#include "timestamp.h"
#include "vector.h"

static void missing(void *ctx, struct slice id)
{
	struct keeper *k = ctx;

	k->missing(k->ctx, id);
}

/* ---- printed */

static void put_whole(struct keeper *k, const struct memory_row *r)
{
	struct buf *b = k->out;

	/* Without the brace at its end; other members follow. */
	jw_raw(b, slice_make(r->json.ptr, r->json.len - 1));
	if (r->vector) {
		jw_name(b, "embedding");
		buf_byte(b, '"');
		vector_write(r->vector, r->dimensions, b);
		buf_byte(b, '"');
	}
	if (r->vector && *k->counts.model)
		jw_member_cstr(b, "embedding_model", k->counts.model);
	if (r->recalled != TIMESTAMP_NONE) {
		jw_name(b, "recalled");
		jw_double(b, (double)r->recalled / 1000);
	}
	if (r->recalls)
		jw_member_int(b, "recalls", r->recalls);
	jw_object_end(b);
}

static bool print(void *ctx, const struct pick_memory *one)
{
	struct keeper *k = ctx;

	if (k->whole)
		put_whole(k, one->row);
	else
		jw_raw(k->out, one->row->json);
	k->put(k->ctx);
	return true;
}

int keeper_print(struct keeper *k, bool whole, struct err *e)
{
	k->whole = k->pick.vectors = whole;
	k->pick.missing = missing;
	if (memory_snapshot(k->memory, e) < 0 || memory_counts(k->memory, &k->counts, e) < 0 ||
	    pick_each(&k->pick, k->memory, print, k, e) < 0)
		return -1;
	memory_release(k->memory);
	return 0;
}

/* ---- forgotten */

/* What it is called back with is the cull. */
static bool add(void *ctx, const struct pick_memory *one)
{
	struct keeper *k = ctx;

	return cull_add(&k->cull, one);
}

static int choose(struct keeper *k, struct err *e)
{
	k->pick.missing = missing;
	if (pick_each(&k->pick, k->memory, add, k, e) < 0)
		return -1;
	cull_choose(&k->cull);
	return 0;
}

static int remove_chosen(struct keeper *k, struct err *e)
{
	size_t n;

	if (memory_begin(k->memory, e) < 0 || choose(k, e) < 0 ||
	    memory_forget(k->memory, k->cull.row, k->cull.rows, &n, e) < 0)
		return -1;
	return memory_commit(k->memory, e);
}

static int only_choose(struct keeper *k, struct err *e)
{
	if (memory_snapshot(k->memory, e) < 0 || choose(k, e) < 0)
		return -1;
	memory_release(k->memory);
	return 0;
}

int keeper_forget(struct keeper *k, size_t keep, bool dry, struct err *e)
{
	k->cull.keep = keep;
	if ((dry ? only_choose : remove_chosen)(k, e) < 0)
		return -1;
	for (size_t i = 0; i < k->cull.rows; i++) {
		jw_raw(k->out, cull_name(&k->cull, i));
		k->put(k->ctx);
	}
	return 0;
}

/* ---- counted */

static bool put_collection(void *ctx, struct slice npc, const struct memory_collection *c)
{
	struct keeper *k = ctx;

	jw_object(k->out);
	jw_member_str(k->out, "npc", npc);
	jw_member_int(k->out, "memories", c->memories);
	jw_member_int(k->out, "words", c->words);
	jw_member_int(k->out, "vectors", c->vectors);
	jw_member_int(k->out, "triggers", c->triggers);
	jw_object_end(k->out);
	k->put(k->ctx);
	return true;
}

static void put_counts(struct keeper *k)
{
	const struct memory_counts *c = &k->counts;
	struct buf *b = k->out;

	jw_object(b);
	jw_member_int(b, "memories", c->memories);
	jw_member_int(b, "collections", c->collections);
	jw_member_int(b, "words", c->words);
	jw_member_int(b, "terms", c->terms);
	jw_member_int(b, "triggers", c->triggers);
	jw_member_int(b, "vectors", c->vectors);
	jw_member_int(b, "dimensions", c->dimensions);
	jw_member_cstr(b, "model", c->model);
	jw_member_cstr(b, "language", c->language);
	jw_member_int(b, "bytes", c->bytes);
	jw_member_int(b, "free_bytes", c->free_bytes);
	jw_object_end(b);
	k->put(k->ctx);
}

int keeper_stat(struct keeper *k, bool by_npc, struct err *e)
{
	if (memory_snapshot(k->memory, e) < 0 || memory_counts(k->memory, &k->counts, e) < 0)
		return -1;
	if (!by_npc)
		put_counts(k);
	else if (memory_collections(k->memory, put_collection, k, e) < 0)
		return -1;
	memory_release(k->memory);
	return 0;
}

/* ---- checked */

struct reader {
	struct memory *memory;
	struct json_doc doc;
	struct memo memo;
	void (*told)(void *ctx, const char *finding);
	void *ctx;
};

static int read_stored(void *ctx, struct slice json, struct memory_record *r, struct err *e)
{
	struct reader *d = ctx;
	const struct json *root = json_parse(&d->doc, json, e);

	if (!root || memo_read(&d->memo, root, NULL, memory_words(d->memory), e) < 0)
		return -1;
	*r = d->memo.record;
	return 0;
}

static void tell(void *ctx, const char *finding)
{
	const struct reader *d = ctx;

	d->told(d->ctx, finding);
}

int keeper_check(struct memory *m, bool all, void (*told)(void *ctx, const char *finding),
    void *ctx, size_t *wrong, struct err *e)
{
	struct reader d = {.memory = m, .told = told, .ctx = ctx};
	struct memory_checker c = {read_stored, tell, &d};
	int status = memory_check(m, all, &c, wrong, e);

	json_doc_free(&d.doc);
	memo_free(&d.memo);
	return status;
}

void keeper_free(struct keeper *k)
{
	pick_free(&k->pick);
	cull_free(&k->cull);
}
