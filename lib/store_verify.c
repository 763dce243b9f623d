#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "store_impl.h"

int store_walk(struct store *s,
    int (*each)(void *ctx, const struct address *key, const struct store_info *info), void *ctx,
    struct err *e)
{
	struct store_files files = {0};
	struct store_head h;
	int status = 0;

	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++) {
		files.n = 0;
		status = store_list(s, i, false, &files, e);
		for (size_t k = 0; k < files.n && status == 0; k++)
			if (store_peek(s, &files.file[k].key, &h) == STORE_WHOLE)
				status = each(ctx, &files.file[k].key, &h.info);
	}
	free(files.file);
	return status;
}

/* What is wrong with it, or NULL; it is in s->entry then. errno ENOENT: it is gone. */
static const char *check(struct store *s, const struct store_file *f)
{
	struct store_head h;
	enum store_flaw flaw;
	struct slice entry;
	struct buf payload = {0};
	char path[STORE_PATH];
	bool read;
	int fd;

	store_path(&f->key, path);
	fd = store_open_file(s->fd, path);
	if (fd < 0)
		return strerror(errno);
	read = store_slurp(s, fd);
	close(fd);
	if (!read)
		return "cannot be read";
	entry = buf_all(&s->entry);
	flaw = store_head_read(&f->key, entry.ptr, entry.len, entry.len, &h);
	if (flaw == STORE_WHOLE && !store_payload_good(&h, entry))
		flaw = STORE_BAD_PAYLOAD;
	if (flaw == STORE_WHOLE && h.length != h.raw &&
	    !store_payload_put(&h, entry, NULL, &payload))
		flaw = STORE_BAD_PAYLOAD;
	buf_free(&payload);
	return flaw == STORE_WHOLE ? NULL : store_flaw_text(flaw);
}

struct verify {
	struct store *s;
	void (*bad)(void *ctx, const char *path, const char *why);
	void *ctx;
	struct store_report *r;
};

static void verify_file(struct verify *v, const struct store_file *f)
{
	char path[STORE_PATH];
	struct buf whole = {0};
	const char *why;

	errno = 0;
	why = check(v->s, f);
	if (why && errno == ENOENT)
		return;
	v->r->checked++;
	if (!why) {
		v->r->left.entries++;
		v->r->left.bytes += v->s->entry.len;
		return;
	}
	v->r->bad++;
	store_path(&f->key, path);
	buf_fmt(&whole, "%s/%s", v->s->dir, path);
	v->bad(v->ctx, buf_cstr(&whole), why);
	buf_free(&whole);
}

int store_verify(struct store *s, void (*bad)(void *ctx, const char *path, const char *why),
    void *ctx, struct store_report *r, struct err *e)
{
	struct verify v = {s, bad, ctx, r};
	struct store_files files = {0};
	int status = 0;

	*r = (struct store_report){0};
	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++) {
		files.n = 0;
		status = store_list(s, i, false, &files, e);
		for (size_t k = 0; k < files.n && status == 0; k++)
			verify_file(&v, &files.file[k]);
	}
	free(files.file);
	return status;
}
