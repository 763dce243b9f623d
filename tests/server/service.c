#include "service.h"

#include "completion.h"
#include "multipart.h"
#include "num.h"

static const char *const names[SERVICE_OPS] = {
    NULL, "upload", "files", "file", "content", "create", "list", "poll", "cancel"};

int service_fault_option(struct service *s, const char *text, struct err *e)
{
	struct slice rest = slice_str(text), name = slice_split(&rest, '=');
	struct slice faults = rest;
	struct fault f;

	while (faults.ptr)
		if (fault_find(slice_split(&faults, ','), &f, e) < 0)
			return -1;
	for (int i = 1; i < SERVICE_OPS; i++)
		if (rest.ptr && slice_is(name, names[i])) {
			s->faults[i] = rest;
			return 0;
		}
	return err_set(e, "'%s' is not OP=FAULT,...", text);
}

int service_fault(struct service *s, enum service_op op, struct fault *f, struct err *e)
{
	*f = (struct fault){0};
	return s->faults[op].ptr ? fault_find(slice_split(&s->faults[op], ','), f, e) : 0;
}

/* --- what is asked */

static enum service_op file_op(bool post, struct slice id, struct slice more)
{
	if (id.len == 0)
		return post ? SERVICE_UPLOAD : SERVICE_FILES;
	if (post)
		return SERVICE_NONE;
	if (more.len == 0)
		return SERVICE_FILE;
	return slice_is(more, "content") ? SERVICE_CONTENT : SERVICE_NONE;
}

static enum service_op batch_op(bool post, struct slice id, struct slice more)
{
	if (id.len == 0)
		return post ? SERVICE_CREATE : SERVICE_LIST;
	if (post)
		return slice_is(more, "cancel") ? SERVICE_CANCEL : SERVICE_NONE;
	return more.len == 0 ? SERVICE_POLL : SERVICE_NONE;
}

enum service_op service_op(const struct request *q, struct slice *id)
{
	bool post = slice_is(q->method, "POST");
	struct slice rest = q->path, kind, more;

	slice_split(&rest, '/');
	if (rest.ptr && slice_starts(rest, "v1/"))
		slice_split(&rest, '/');
	if (!rest.ptr || (!post && !slice_is(q->method, "GET")))
		return SERVICE_NONE;
	kind = slice_split(&rest, '/');
	*id = rest.ptr ? slice_split(&rest, '/') : slice_make("", 0);
	more = rest.ptr ? rest : slice_make("", 0);
	if (slice_is(kind, "files"))
		return file_op(post, *id, more);
	return slice_is(kind, "batches") ? batch_op(post, *id, more) : SERVICE_NONE;
}

/* The value of a name in the query, "" without one. */
static struct slice query(const struct request *q, const char *name)
{
	struct slice rest = q->target;

	slice_split(&rest, '?');
	while (rest.ptr) {
		struct slice value = slice_split(&rest, '&'), key = slice_split(&value, '=');

		if (slice_is(key, name) && value.ptr)
			return value;
	}
	return slice_make("", 0);
}

/* --- what is answered */

static void refuse(struct reply_draft *d, int status, const char *message)
{
	d->status = status;
	buf_clear(&d->body);
	completion_error(&d->body, message, "invalid_request_error", NULL);
}

static void upload(struct service *s, const struct request *q, int64_t now, struct reply_draft *d)
{
	struct files *fs = &s->batches.files;
	struct slice purpose, bytes, name;
	size_t number;

	if (!multipart_part(q, "purpose", &purpose, NULL) || !slice_is(purpose, "batch") ||
	    !multipart_part(q, "file", &bytes, &name) || name.len == 0) {
		refuse(d, 400, "no file for a batch in a form");
		return;
	}
	number = files_add(fs, name, purpose, now);
	buf_slice(&fs->list[number - 1].bytes, bytes);
	files_put(fs, number, &d->body);
}

/* "bytes=N-": from there on. */
static uint64_t range(const struct request *q)
{
	struct slice lines = q->headers, name, value;
	uint64_t from = 0;

	while (request_header(&lines, &name, &value))
		if (request_same(name, "range") && slice_starts(value, "bytes=")) {
			value = slice_make(value.ptr + 6, value.len - 6);
			num_uint(slice_split(&value, '-'), 0, UINT64_MAX, &from, NULL);
		}
	return from;
}

static void content(const struct file *f, const struct request *q, struct reply_draft *d)
{
	uint64_t from = range(q);
	size_t len = f->bytes.len;

	d->type = "application/octet-stream";
	if (from && from >= len) {
		refuse(d, 416, "nothing there");
		return;
	}
	if (from) {
		d->status = 206;
		buf_fmt(&d->headers, "content-range: bytes %llu-%zu/%zu\r\n",
		    (unsigned long long)from, len - 1, len);
	}
	buf_slice(&d->body, buf_from(&f->bytes, (size_t)from));
}

static void create(struct service *s, const struct json *root, int64_t now, struct reply_draft *d)
{
	size_t number;
	struct err e;

	if (batches_create(&s->batches, root, now, &number, &e) < 0)
		refuse(d, 400, e.text);
	else
		batches_put(&s->batches, number, &d->body);
}

static void on_batch(
    struct service *s, enum service_op op, struct slice id, int64_t now, struct reply_draft *d)
{
	size_t number = batches_find(&s->batches, id);

	if (!number) {
		refuse(d, 404, "no such batch");
		return;
	}
	if (op == SERVICE_CANCEL && !batches_cancel(&s->batches, number)) {
		refuse(d, 409, "it has ended");
		return;
	}
	if (op == SERVICE_POLL)
		batches_step(&s->batches, number, now);
	batches_put(&s->batches, number, &d->body);
}

static void on_file(struct service *s, enum service_op op, struct slice id, const struct request *q,
    struct reply_draft *d)
{
	struct file *f = files_find(&s->batches.files, id);

	if (!f)
		refuse(d, 404, "no such file");
	else if (op == SERVICE_CONTENT)
		content(f, q, d);
	else
		files_put(&s->batches.files, (size_t)(f - s->batches.files.list) + 1, &d->body);
}

static void list(struct service *s, const struct request *q, struct reply_draft *d)
{
	uint64_t limit = 20;

	num_uint(query(q, "limit"), 1, 100, &limit, NULL);
	batches_list(&s->batches, query(q, "after"), limit, &d->body);
}

void service_answer(struct service *s, enum service_op op, struct slice id, const struct request *q,
    const struct json *root, int64_t wall, struct reply_draft *d)
{
	int64_t now = wall / 1000000000;

	switch (op) {
	case SERVICE_UPLOAD:
		upload(s, q, now, d);
		break;
	case SERVICE_FILES:
		files_list(&s->batches.files, &d->body);
		break;
	case SERVICE_FILE:
	case SERVICE_CONTENT:
		on_file(s, op, id, q, d);
		break;
	case SERVICE_CREATE:
		create(s, root, now, d);
		break;
	case SERVICE_LIST:
		list(s, q, d);
		break;
	default:
		on_batch(s, op, id, now, d);
	}
}

bool service_control(struct service *s, struct slice path)
{
	static const char end[] = "/control/end/";
	size_t n = sizeof end - 1;

	if (slice_is(path, "/control/hold"))
		s->batches.held = true;
	else if (slice_is(path, "/control/go"))
		s->batches.held = false;
	else
		return slice_starts(path, end) &&
		    batches_end(slice_make(path.ptr + n, path.len - n), &s->batches.end, NULL) == 0;
	return true;
}
