#include "findings.h"

#include <inttypes.h>

#include "jw.h"

int findings_open(struct findings *f, const char *path, size_t listed, struct err *e)
{
	*f = (struct findings){.path = path, .file.fd = -1, .listed = listed};
	if (!path)
		return 0;
	if (fs_temp_open(&f->file, path, e) < 0)
		return -1;
	ndjson_out_init(&f->out, f->file.fd);
	return 0;
}

static struct findings_kind *kind_of(const struct findings *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->kind[i].name, name) == 0)
			return (struct findings_kind *)(uintptr_t)&f->kind[i];
	return NULL;
}

void findings_begin(struct findings *f, const char *kind, struct slice id)
{
	f->now = kind_of(f, kind);
	if (!f->now) {
		f->now = &f->kind[f->n < FINDINGS_KINDS ? f->n++ : FINDINGS_KINDS - 1];
		f->now->name = kind;
	}
	f->now->count++;
	buf_clear(&f->line);
	jw_escape(&f->line, id);
	jw_object(&f->out.buf);
	jw_member_cstr(&f->out.buf, "finding", kind);
	jw_member_str(&f->out.buf, "id", id);
}

static void name_member(struct findings *f, const char *name)
{
	buf_fmt(&f->line, "  %s ", name);
}

void findings_str(struct findings *f, const char *name, struct slice text)
{
	name_member(f, name);
	if (!text.ptr) {
		buf_str(&f->line, "none");
		jw_name(&f->out.buf, name);
		jw_null(&f->out.buf);
		return;
	}
	jw_escape(&f->line, text);
	jw_member_str(&f->out.buf, name, text);
}

void findings_number(struct findings *f, const char *name, double n)
{
	name_member(f, name);
	buf_fmt(&f->line, "%.3g", n);
	jw_name(&f->out.buf, name);
	jw_double(&f->out.buf, n);
}

int findings_end(struct findings *f, struct err *e)
{
	if (f->now->count <= f->listed) {
		buf_str(&f->now->list, "\n  ");
		buf_slice(&f->now->list, buf_all(&f->line));
	}
	jw_object_end(&f->out.buf);
	if (!f->path) {
		buf_clear(&f->out.buf);
		return 0;
	}
	return ndjson_end(&f->out, e) < 0 ? err_wrap(e, "%s", f->path) : 0;
}

uint64_t findings_count(const struct findings *f, const char *kind)
{
	const struct findings_kind *k = kind_of(f, kind);

	return k ? k->count : 0;
}

void findings_list(const struct findings *f, struct buf *b)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct findings_kind *k = &f->kind[i];

		if (f->listed == 0)
			continue;
		buf_fmt(b, "\n\n%s: %" PRIu64, k->name, k->count);
		buf_slice(b, buf_all(&k->list));
		if (k->count > f->listed)
			buf_fmt(b, "\n  and %" PRIu64 " more", k->count - f->listed);
	}
}

static void release(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		buf_free(&f->kind[i].list);
	buf_free(&f->line);
	ndjson_out_free(&f->out);
}

int findings_close(struct findings *f, struct err *e)
{
	int status = 0;

	if (f->path && ndjson_flush(&f->out, e) < 0) {
		status = err_wrap(e, "%s", f->path);
		fs_temp_drop(&f->file);
	} else if (f->path) {
		status = fs_temp_commit(&f->file, e);
	}
	release(f);
	return status;
}

void findings_drop(struct findings *f)
{
	if (f->path)
		fs_temp_drop(&f->file);
	release(f);
}
