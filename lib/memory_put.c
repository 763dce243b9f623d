#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "memory_impl.h"
#include "timestamp.h"
#include "vector.h"

/* ---- a memory leaves */

int memory_text(struct memory *m, struct slice json, struct slice *text, struct err *e)
{
	const struct json *root = json_parse(&m->doc, json, e);
	const struct json *v = json_get_type(root, "text", JSON_STRING);

	if (!root)
		return err_wrap(e, "%s: a memory is damaged", m->path);
	if (!v)
		return err_set(e, "%s: a memory is damaged: it has no text", m->path);
	buf_clear(&m->scratch);
	*text = json_text(v, &m->scratch);
	return 0;
}

static struct memory_pending_memory *pending_row(struct memory_pending *p, int64_t row)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->memory[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n && p->memory[low].row == row ? &p->memory[low] : NULL;
}

/* Takes the row out of its tables, and notes that it has to leave its block. */
static int leave(
    struct memory *m, int64_t collection, int64_t row, struct slice text, struct err *e)
{
	struct memory_pending *p = &m->pending;
	struct memory_pending_memory *waiting = pending_row(p, row);
	uint32_t length;
	int n_triggers;

	memory_pending_text(m, text, -1, false, &length);
	if (memory_drop(m, SQL_MEMORY_DROP, row, e) < 0 ||
	    memory_drop(m, SQL_VECTOR_DROP, row, e) < 0)
		return -1;
	m->store.vectors -= sqlite3_changes(m->db);
	if (memory_drop(m, SQL_TRIGGER_DROP, row, e) < 0)
		return -1;
	n_triggers = sqlite3_changes(m->db);
	if (waiting) {
		waiting->gone = true;
		return 0;
	}
	p->gone = mem_more(p->gone, p->n_gone, &p->gone_cap, sizeof *p->gone);
	p->gone[p->n_gone++] = (struct memory_pending_gone){collection, row, n_triggers};
	return 0;
}

/* ---- a memory comes */

static int new_collection(struct memory *m, struct slice npc, int64_t *number, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_COLLECTION_NEW, e);

	memory_bind(s, 1, npc);
	if (memory_done(m, s, e) < 0)
		return -1;
	*number = sqlite3_last_insert_rowid(m->db);
	if (*number > MEMORY_COLLECTION_MAX)
		return err_set(e, "%s: no more than %lld collections", m->path,
		    (long long)MEMORY_COLLECTION_MAX);
	return 0;
}

static int collection_of(struct memory *m, struct slice npc, int64_t *number, struct err *e)
{
	struct memory_collection c;
	int got;

	if (m->npc.len && slice_eq(buf_all(&m->npc), npc)) {
		*number = m->npc_collection;
		return 0;
	}
	got = memory_collection(m, npc, &c, e);
	if (got < 0 || (got == 0 && new_collection(m, npc, &c.number, e) < 0))
		return -1;
	buf_clear(&m->npc);
	buf_slice(&m->npc, npc);
	*number = m->npc_collection = c.number;
	return 0;
}

/* The memory that has this id now: 1; its JSON is borrowed until the next statement of that kind. */
static int there(
    struct memory *m, int64_t collection, struct slice id, struct memory_row *old, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_ID, e);
	int got;

	sqlite3_bind_int64(s, 1, collection);
	memory_bind(s, 2, id);
	got = memory_step(m, s, e);
	if (got == 1)
		*old = (struct memory_row){.row = sqlite3_column_int64(s, 0),
		    .json = memory_slice(s, 1),
		    .recalled = memory_moment(s, 2),
		    .recalls = sqlite3_column_int64(s, 3)};
	return got;
}

static bool fits(struct memory *m, const struct memory_record *r, struct err *e)
{
	struct memory_store *t = &m->store;

	if (!r->vector)
		return true;
	if (r->model.len >= sizeof t->model) {
		err_set(
		    e, "its vector's model has a name of more than %zu bytes", sizeof t->model - 1);
		return false;
	}
	if (t->vectors == 0) {
		t->dimensions = (int64_t)r->dimensions;
		t->model[0] = '\0';
	}
	if ((int64_t)r->dimensions != t->dimensions) {
		err_set(e, "its vector has %zu dimensions, those of this store have %lld",
		    r->dimensions, (long long)t->dimensions);
		return false;
	}
	if (r->model.len && t->model[0] && !slice_is(r->model, t->model)) {
		err_set(e, "its vector is of the model '%.*s', those of this store are of '%s'",
		    SLICE_FMT(r->model), t->model);
		return false;
	}
	if (r->model.len && !t->model[0])
		sqlite3_snprintf(sizeof t->model, t->model, "%.*s", SLICE_FMT(r->model));
	return true;
}

static int insert(
    struct memory *m, const struct memory_record *r, int64_t collection, int64_t row, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_MEMORY_NEW, e);

	sqlite3_bind_int64(s, 1, row);
	sqlite3_bind_int64(s, 2, collection);
	memory_bind(s, 3, r->id);
	memory_bind(s, 4, r->json);
	if (r->recalled != TIMESTAMP_NONE)
		sqlite3_bind_int64(s, 5, r->recalled);
	sqlite3_bind_int64(s, 6, r->recalls);
	if (memory_done(m, s, e) < 0)
		return -1;
	if (!r->vector)
		return 0;
	s = memory_sql(m, SQL_VECTOR_NEW, e);
	sqlite3_bind_int64(s, 1, row);
	sqlite3_bind_blob64(s, 2, r->vector, r->dimensions * sizeof *r->vector, SQLITE_STATIC);
	return memory_done(m, s, e);
}

static int one_trigger(
    struct memory *m, int64_t collection, struct slice word, int64_t row, struct err *e)
{
	sqlite3_stmt *s = memory_sql(m, SQL_TRIGGER_NEW, e);

	sqlite3_bind_int64(s, 1, collection);
	memory_bind(s, 2, word);
	sqlite3_bind_int64(s, 3, row);
	return memory_done(m, s, e);
}

static int triggers(struct memory *m, const struct memory_keys *k, int64_t collection, int64_t row,
    int64_t *n, struct err *e)
{
	*n = 0;
	if (!k)
		return 0;
	if (k->constant && one_trigger(m, collection, slice_str(""), row, e) < 0)
		return -1;
	*n = k->constant;
	for (size_t i = 0; i < k->n; i++) {
		if (one_trigger(m, collection, k->word[i], row, e) < 0)
			return -1;
		*n += sqlite3_changes(m->db);
	}
	return 0;
}

static void wait_for_flush(struct memory *m, const struct memory_record *r, int64_t collection,
    int64_t row, int64_t n_triggers)
{
	struct memory_pending *p = &m->pending;
	struct memory_pending_memory w = {.collection = collection,
	    .row = row,
	    .time = r->time,
	    .recalled = r->recalled,
	    .importance = (float)r->importance,
	    .session = r->session,
	    .term = p->terms.len / sizeof(uint32_t),
	    .code = p->codes.len,
	    .triggers = n_triggers};
	int8_t *code;

	memory_pending_text(m, r->text, 1, true, &w.length);
	w.terms = p->terms.len / sizeof(uint32_t) - w.term;
	code = r->vector ? (int8_t *)buf_room(&p->codes, r->dimensions) : NULL;
	if (code) {
		vector_encode(r->vector, r->dimensions, code, &w.scale);
		p->codes.len += r->dimensions;
	}
	p->memory = mem_more(p->memory, p->n, &p->cap, sizeof *p->memory);
	p->memory[p->n++] = w;
}

int memory_index(
    struct memory *m, const struct memory_record *r, int64_t collection, int64_t row, struct err *e)
{
	int64_t n;

	if (triggers(m, r->keys, collection, row, &n, e) < 0)
		return -1;
	if (r->vector)
		m->store.vectors++;
	wait_for_flush(m, r, collection, row, n);
	if (m->pending.terms.over || m->pending.text.over || m->pending.codes.over)
		return err_set(e, "%s: too much for one transaction", m->path);
	return 0;
}

static int come(struct memory *m, const struct memory_record *r, int64_t collection, struct err *e)
{
	int64_t row = m->store.next_row;

	if (row > MEMORY_ROW_MAX)
		return err_set(e, "%s: no more than %lld memories", m->path, (long long)row);
	if (insert(m, r, collection, row, e) < 0)
		return -1;
	m->store.next_row++;
	return memory_index(m, r, collection, row, e);
}

/* Is all that r says there already? The vector is compared where r has one. */
static int same(struct memory *m, const struct memory_record *r, struct slice json, int64_t row,
    bool *yes, struct err *e)
{
	size_t size = r->dimensions * sizeof *r->vector;
	sqlite3_stmt *s;
	int got;

	*yes = slice_eq(json, r->json) && r->recalls == 0;
	if (!*yes || !r->vector)
		return 0;
	s = memory_sql(m, SQL_VECTOR, e);
	sqlite3_bind_int64(s, 1, row);
	got = memory_step(m, s, e);
	*yes = got == 1 && (size_t)sqlite3_column_bytes(s, 0) == size &&
	    memcmp(sqlite3_column_blob(s, 0), r->vector, size) == 0;
	sqlite3_reset(s);
	return got < 0 ? -1 : 0;
}

/* The vector of what is replaced stays, where the text does and no other comes. */
static int keep_vector(
    struct memory *m, struct memory_record *r, struct slice old, int64_t row, struct err *e)
{
	char *room;
	int got;

	if (r->vector || !slice_eq(old, r->text) || m->store.dimensions == 0)
		return 0;
	buf_clear(&m->floats);
	room = buf_room(&m->floats, (size_t)m->store.dimensions * sizeof(float));
	if (!room)
		return err_set(e, "%s: its vectors are too large", m->path);
	got = memory_vector(m, row, (float *)(void *)room, e);
	if (got == 1) {
		r->vector = (const float *)(const void *)room;
		r->dimensions = (size_t)m->store.dimensions;
	}
	return got < 0 ? -1 : 0;
}

/* How often it was recalled stays too, unless that is told anew. */
static void keep_recalls(struct memory_record *r, const struct memory_row *old)
{
	if (r->recalls || r->recalled != TIMESTAMP_NONE)
		return;
	r->recalls = old->recalls;
	r->recalled = old->recalled;
}

static int replace(struct memory *m, struct memory_record *r, int64_t collection,
    const struct memory_row *old, enum memory_put *put, struct err *e)
{
	struct slice text;
	bool yes;

	if (same(m, r, old->json, old->row, &yes, e) < 0)
		return -1;
	if (yes) {
		*put = MEMORY_SAME;
		return 0;
	}
	*put = MEMORY_REPLACED;
	keep_recalls(r, old);
	if (memory_text(m, old->json, &text, e) < 0 || keep_vector(m, r, text, old->row, e) < 0 ||
	    leave(m, collection, old->row, text, e) < 0)
		return -1;
	return come(m, r, collection, e);
}

static int put_record(
    struct memory *m, struct memory_record *r, enum memory_put *put, struct err *e)
{
	struct memory_row old;
	int64_t collection;
	int got;

	if (collection_of(m, r->npc, &collection, e) < 0)
		return -1;
	got = there(m, collection, r->id, &old, e);
	if (got < 0)
		return -1;
	if (got == 1)
		return replace(m, r, collection, &old, put, e);
	*put = MEMORY_ADDED;
	return come(m, r, collection, e);
}

int memory_put(struct memory *m, const struct memory_record *r, enum memory_put *put, struct err *e)
{
	struct memory_record copy = *r;

	if (!fits(m, r, e)) {
		*put = MEMORY_REFUSED;
		return 0;
	}
	if (put_record(m, &copy, put, e) == 0)
		return 0;
	memory_rollback(m);
	return -1;
}

/* ---- forgetting */

static int forget_one(struct memory *m, int64_t row, bool *was, struct err *e)
{
	struct memory_row r;
	struct memory_collection c;
	struct slice text;
	int got = memory_row(m, row, false, &r, e);

	*was = got == 1;
	if (got != 1)
		return got;
	if (memory_collection(m, r.npc, &c, e) < 0 || memory_text(m, r.json, &text, e) < 0)
		return -1;
	return leave(m, c.number, row, text, e);
}

int memory_forget(struct memory *m, const int64_t *rows, size_t count, size_t *n, struct err *e)
{
	bool was;

	*n = 0;
	for (size_t i = 0; i < count; i++) {
		if (forget_one(m, rows[i], &was, e) < 0) {
			memory_rollback(m);
			return -1;
		}
		*n += was;
	}
	return 0;
}
