#include "rejects.h"

#include "jw.h"

int rejects_open(struct rejects *r, const char *path, struct err *e)
{
	*r = (struct rejects){.path = path, .file.fd = -1};
	if (!path)
		return 0;
	if (fs_temp_open(&r->file, path, e) < 0)
		return -1;
	ndjson_out_init(&r->out, r->file.fd);
	return 0;
}

/* "error" and "feedback" only say how the last attempt went. */
static bool is_note(const struct json *name, bool keep_feedback)
{
	return json_str_is(name, "error") || (!keep_feedback && json_str_is(name, "feedback"));
}

static void open_row(struct buf *b, const struct json *row, bool keep_feedback)
{
	struct slice raw = json_raw(row);

	if (!json_get(row, "error") && (keep_feedback || !json_get(row, "feedback"))) {
		jw_raw(b, slice_make(raw.ptr, raw.len - 1));
		return;
	}
	jw_object(b);
	for (const struct json *n = json_first(row); n != json_end(row); n = json_next(n)) {
		if (is_note(n, keep_feedback))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
}

void rejects_open_row(struct buf *b, const struct json *row)
{
	open_row(b, row, false);
}

static int end(struct rejects *r, struct err *e)
{
	jw_object_end(&r->out.buf);
	if (!r->path) {
		ndjson_undo(&r->out);
		return 0;
	}
	return ndjson_end(&r->out, e) < 0 ? err_wrap(e, "%s", r->path) : 0;
}

int rejects_bad(struct rejects *r, const struct json *row, struct slice feedback, struct err *e)
{
	r->bad++;
	open_row(&r->out.buf, row, false);
	jw_member_str(&r->out.buf, "feedback", feedback);
	return end(r, e);
}

int rejects_failed(struct rejects *r, const struct json *row, const struct json *id,
    struct slice code, struct slice message, struct err *e)
{
	struct buf *b = &r->out.buf;

	r->failed++;
	if (row) {
		open_row(b, row, true);
	} else {
		jw_object(b);
		if (id) {
			jw_name(b, "id");
			jw_raw(b, json_raw(id));
		}
	}
	jw_name(b, "error");
	jw_object(b);
	jw_member_str(b, "code", code);
	jw_member_str(b, "message", message);
	jw_object_end(b);
	return end(r, e);
}

int rejects_close(struct rejects *r, struct err *e)
{
	int status = 0;

	if (r->path && ndjson_flush(&r->out, e) < 0) {
		status = err_wrap(e, "%s", r->path);
		rejects_drop(r);
	} else if (r->path) {
		status = fs_temp_commit(&r->file, e);
	}
	ndjson_out_free(&r->out);
	return status;
}

void rejects_drop(struct rejects *r)
{
	if (r->path)
		fs_temp_drop(&r->file);
}
