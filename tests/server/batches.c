#include "batches.h"

#include <stdlib.h>

#include "ask.h"
#include "completion.h"
#include "jw.h"
#include "mem.h"
#include "num.h"

static const char *const names[] = {"validating", "in_progress", "finalizing", "completed",
    "expired", "failed", "cancelling", "cancelled"};

int batches_end(struct slice name, enum batch_state *end, struct err *e)
{
	for (unsigned i = BATCH_COMPLETED; i <= BATCH_FAILED; i++)
		if (slice_is(name, names[i])) {
			*end = (enum batch_state)i;
			return 0;
		}
	return err_set(e, "'%.*s' is not completed, expired or failed", SLICE_FMT(name));
}

static bool has_ended(const struct batch *b)
{
	return b->output || b->errors || b->state == BATCH_COMPLETED || b->state == BATCH_EXPIRED ||
	    b->state == BATCH_FAILED || b->state == BATCH_CANCELLED;
}

int batches_create(
    struct batches *bs, const struct json *body, int64_t now, size_t *number, struct err *e)
{
	const struct json *input = json_get_type(body, "input_file_id", JSON_STRING);
	const struct json *endpoint = json_get_type(body, "endpoint", JSON_STRING);
	const struct json *metadata = json_get_type(body, "metadata", JSON_OBJECT);
	const struct file *f =
	    input ? files_find(&bs->files, slice_make(input->ptr, input->len)) : NULL;
	struct batch new = {.created = now};

	if (!f || strcmp(f->purpose, "batch") != 0)
		return err_set(e, "no such input file");
	if (!endpoint || !json_str_is(json_get(body, "completion_window"), "24h"))
		return err_set(e, "endpoint or completion_window is missing");
	new.input = (size_t)(f - bs->files.list) + 1;
	new.endpoint = mem_copy(endpoint->ptr, endpoint->len);
	if (metadata)
		new.metadata = mem_copy(json_raw(metadata).ptr, json_raw(metadata).len);
	bs->list = mem_more(bs->list, bs->n, &bs->cap, sizeof *bs->list);
	bs->list[bs->n++] = new;
	*number = bs->n;
	return 0;
}

size_t batches_find(const struct batches *bs, struct slice id)
{
	uint64_t number;

	if (!slice_starts(id, "batch_") ||
	    num_uint(slice_make(id.ptr + 6, id.len - 6), 1, UINT64_MAX, &number, NULL) < 0)
		return 0;
	return number <= bs->n ? (size_t)number : 0;
}

/* --- what it answers */

/* Lines of the input, and of what is written of it. */
struct work {
	struct batches *bs;
	struct batch *batch;
	int64_t now;
	struct slice *lines;
	size_t n, cap;
	struct buf out, errors;
};

static bool read_lines(struct work *w)
{
	const struct file *f = &w->bs->files.list[w->batch->input - 1];
	struct slice rest = buf_all(&f->bytes);
	struct json_doc doc = {0};
	bool good = true;

	while (rest.ptr) {
		struct slice line = slice_split(&rest, '\n');
		const struct json *root;

		if (slice_trim(line).len == 0)
			continue;
		root = json_parse(&doc, line, NULL);
		good &= root && json_get(root, "custom_id") && json_get(root, "body") &&
		    root->count == 4;
		w->lines = mem_more(w->lines, w->n, &w->cap, sizeof *w->lines);
		w->lines[w->n++] = line;
	}
	json_doc_free(&doc);
	return good;
}

static void shuffle(struct work *w)
{
	for (size_t i = w->n; i > 1; i--) {
		size_t j = (size_t)rng_below(&w->bs->rng, i);
		struct slice held = w->lines[i - 1];

		w->lines[i - 1] = w->lines[j];
		w->lines[j] = held;
	}
}

static void begin_line(struct buf *b, const struct json *id, uint64_t number)
{
	jw_object(b);
	jw_name(b, "id");
	buf_fmt(b, "\"batch_req_%llu\"", (unsigned long long)number);
	jw_member_json(b, "custom_id", id);
}

static void end_line(struct buf *b, const char *code)
{
	jw_name(b, "error");
	if (code) {
		jw_object(b);
		jw_member_cstr(b, "code", code);
		jw_member_cstr(b, "message", "This request could not be executed.");
		jw_object_end(b);
	} else
		jw_null(b);
	jw_object_end(b);
	buf_byte(b, '\n');
}

static void pay(struct batches *bs, struct slice body)
{
	struct seen_entry *entry = seen_at(&bs->seen, seen_digest(body));

	bs->paid++;
	bs->paid_twice += entry->times > 0;
	entry->times++;
}

static void put_answer(struct buf *b, const struct ask *a, int64_t status)
{
	jw_name(b, "response");
	jw_object(b);
	jw_member_int(b, "status_code", status);
	jw_member_cstr(b, "request_id", "req_batch");
	jw_name(b, "body");
	if (status != 200)
		completion_error(b, "No such parameter", "invalid_request_error", NULL);
	else if (a->kind == ASK_EMBEDDINGS)
		completion_embeddings(b, a, 8);
	else
		completion_put(b, a, false);
	jw_object_end(b);
}

static void answer(struct work *w, const struct json *root)
{
	const struct json *body = json_get(root, "body"), *id = json_get(root, "custom_id");
	struct ask a = {.number = w->bs->paid + 1, .wall = w->now * 1000000000};
	struct buf scratch = {0}, echo = {0};
	uint64_t status = 200;
	struct buf *to;

	ask_path(&a, slice_str(w->batch->endpoint));
	ask_body(&a, body, json_raw(body).len, &scratch);
	num_uint(ask_fault(&a, 1, &scratch), 400, 599, &status, NULL);
	if (!a.finish.ptr)
		a.finish = slice_str("stop");
	if (!a.content.ptr && w->bs->content.ptr)
		a.content = w->bs->content;
	if (!a.content.ptr) {
		buf_fmt(&echo, "{\"digest\":\"%016llx\"}",
		    (unsigned long long)seen_digest(json_raw(body)));
		a.content = buf_all(&echo);
	}
	to = status == 200 ? &w->out : &w->errors;
	begin_line(to, id, a.number);
	put_answer(to, &a, (int64_t)status);
	end_line(to, NULL);
	if (status == 200) {
		pay(w->bs, json_raw(body));
		w->batch->completed++;
	} else {
		w->batch->failed++;
	}
	buf_free(&scratch);
	buf_free(&echo);
}

/* A result that is nobody's, and one that was there already; the last one is lost. */
static void make_odd(struct work *w)
{
	struct slice all = buf_all(&w->out), first = slice_split(&all, '\n');
	struct slice nobody = slice_str("{\"id\":\"x\",\"custom_id\":\"nobody\",\"response\":"
					"{\"status_code\":200,\"body\":{}},\"error\":null}\n");
	struct buf odd = {0};

	buf_slice(&odd, nobody);
	buf_slice(&odd, first);
	buf_byte(&odd, '\n');
	buf_slice(&odd, buf_all(&w->out));
	while (odd.len && odd.ptr[--odd.len - 1] != '\n')
		continue;
	buf_free(&w->out);
	w->out = odd;
}

static size_t keep(struct work *w, struct buf *bytes, const char *name)
{
	size_t number;

	if (bytes->len == 0)
		return 0;
	number = files_add(&w->bs->files, slice_str(name), slice_str("batch_output"), w->now);
	w->bs->files.list[number - 1].bytes = *bytes;
	*bytes = (struct buf){0};
	return number;
}

static void finish(struct work *w, enum batch_state end)
{
	const char *code = end == BATCH_EXPIRED ? "batch_expired" : "batch_cancelled";
	size_t half = end == BATCH_COMPLETED ? w->n : w->n / 2;
	struct json_doc doc = {0};

	if (w->bs->shuffled)
		shuffle(w);
	for (size_t i = 0; i < w->n; i++) {
		const struct json *root = json_parse(&doc, w->lines[i], NULL);

		if (i < half) {
			answer(w, root);
			continue;
		}
		/* As the service does: who is cancelled is told nothing. */
		if (end != BATCH_EXPIRED)
			continue;
		begin_line(&w->errors, json_get(root, "custom_id"), i);
		jw_name(&w->errors, "response");
		jw_null(&w->errors);
		end_line(&w->errors, code);
		w->batch->failed++;
	}
	json_doc_free(&doc);
	if (w->bs->odd && w->out.len)
		make_odd(w);
	w->batch->output = keep(w, &w->out, "output.jsonl");
	w->batch->errors = keep(w, &w->errors, "error.jsonl");
	w->batch->state = end;
}

/* Reads the input: validation is all that it is needed for twice. */
static void work(struct batches *bs, struct batch *b, int64_t now, enum batch_state end)
{
	struct work w = {.bs = bs, .batch = b, .now = now};
	bool good = read_lines(&w);

	b->total = w.n;
	if (end != BATCH_IN_PROGRESS)
		finish(&w, end);
	else
		b->state = good && bs->end != BATCH_FAILED ? BATCH_IN_PROGRESS : BATCH_FAILED;
	free(w.lines);
	buf_free(&w.out);
	buf_free(&w.errors);
}

void batches_step(struct batches *bs, size_t number, int64_t now)
{
	struct batch *b = &bs->list[number - 1];

	if (bs->held)
		return;
	if (b->state == BATCH_VALIDATING)
		work(bs, b, now, BATCH_IN_PROGRESS);
	else if (b->state == BATCH_IN_PROGRESS)
		b->state = BATCH_FINALIZING;
	else if (b->state == BATCH_FINALIZING)
		work(bs, b, now, bs->end);
	else if (b->state == BATCH_CANCELLING)
		work(bs, b, now, BATCH_CANCELLED);
}

bool batches_cancel(struct batches *bs, size_t number)
{
	struct batch *b = &bs->list[number - 1];

	if (has_ended(b))
		return false;
	b->state = BATCH_CANCELLING;
	return true;
}

/* --- as JSON */

static void put_file(struct buf *b, const char *name, size_t number)
{
	jw_name(b, name);
	if (number)
		buf_fmt(b, "\"file-%zu\"", number);
	else
		jw_null(b);
}

static void put_errors(struct buf *b)
{
	jw_object(b);
	jw_member_cstr(b, "object", "list");
	jw_name(b, "data");
	jw_array(b);
	jw_object(b);
	jw_member_cstr(b, "code", "token_limit_exceeded");
	jw_member_cstr(b, "message", "Enqueued token limit reached");
	jw_object_end(b);
	jw_array_end(b);
	jw_object_end(b);
}

void batches_put(const struct batches *bs, size_t number, struct buf *b)
{
	const struct batch *one = &bs->list[number - 1];

	jw_object(b);
	jw_name(b, "id");
	buf_fmt(b, "\"batch_%zu\"", number);
	jw_member_cstr(b, "object", "batch");
	jw_member_cstr(b, "endpoint", one->endpoint);
	jw_name(b, "errors");
	if (one->state == BATCH_FAILED)
		put_errors(b);
	else
		jw_null(b);
	put_file(b, "input_file_id", one->input);
	jw_member_cstr(b, "completion_window", "24h");
	jw_member_cstr(b, "status", names[one->state]);
	put_file(b, "output_file_id", one->output);
	put_file(b, "error_file_id", one->errors);
	jw_member_int(b, "created_at", one->created);
	jw_name(b, "request_counts");
	jw_object(b);
	jw_member_int(b, "total", (int64_t)one->total);
	jw_member_int(b, "completed", (int64_t)one->completed);
	jw_member_int(b, "failed", (int64_t)one->failed);
	jw_object_end(b);
	jw_name(b, "metadata");
	if (one->metadata)
		jw_raw(b, slice_str(one->metadata));
	else
		jw_null(b);
	jw_object_end(b);
}

void batches_list(const struct batches *bs, struct slice after, uint64_t limit, struct buf *b)
{
	size_t from = after.len ? batches_find(bs, after) : bs->n + 1;
	size_t left = (size_t)limit;

	jw_object(b);
	jw_member_cstr(b, "object", "list");
	jw_name(b, "data");
	jw_array(b);
	while (from > 1 && left-- > 0)
		batches_put(bs, --from, b);
	jw_array_end(b);
	jw_name(b, "has_more");
	jw_bool(b, from > 1);
	jw_object_end(b);
}

void batches_free(struct batches *bs)
{
	for (size_t i = 0; i < bs->n; i++) {
		free(bs->list[i].endpoint);
		free(bs->list[i].metadata);
	}
	free(bs->list);
	files_free(&bs->files);
	seen_free(&bs->seen);
	*bs = (struct batches){0};
}
