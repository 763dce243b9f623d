#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs.h"
#include "store_impl.h"

static int open_file(struct store *s, const struct store_file *f)
{
	char path[STORE_PATH];

	store_path(&f->key, path);
	return openat(s->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static bool read_info(struct store *s, const struct store_file *f, struct store_info *info)
{
	char head[STORE_HEAD];
	struct store_head h;
	int fd = open_file(s, f);
	ssize_t n;

	if (fd < 0)
		return false;
	n = fs_read(fd, head, sizeof head);
	close(fd);
	if (n < 0 || store_head_read(&f->key, head, (size_t)n, f->size, &h) != STORE_WHOLE)
		return false;
	*info = h.info;
	return true;
}

int store_walk(struct store *s,
    int (*each)(void *ctx, const struct address *key, const struct store_info *info), void *ctx,
    struct err *e)
{
	struct store_files files = {0};
	struct store_info info;
	int status = 0;

	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++) {
		files.n = 0;
		status = store_list(s, i, true, &files, e);
		for (size_t k = 0; k < files.n && status == 0; k++)
			if (read_info(s, &files.file[k], &info))
				status = each(ctx, &files.file[k].key, &info);
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
	int fd = open_file(s, f);
	bool read;

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
