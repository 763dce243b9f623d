#include "parcels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"

static int close_one(struct parcel *one, struct err *e)
{
	int status = ndjson_flush(&one->out, e);

	if (status == 0 && fsync(one->out.fd) < 0)
		status = err_sys(e, errno, "%s: cannot write", one->name);
	if (close(one->out.fd) < 0 && status == 0)
		status = err_sys(e, errno, "%s: cannot write", one->name);
	ndjson_out_free(&one->out);
	one->open = false;
	return status;
}

static int open_one(
    struct parcels *p, struct slice url, struct slice model, struct parcel **out, struct err *e)
{
	struct parcel *one;
	struct buf path = {0};
	int fd;

	p->list = mem_more(p->list, p->n, &p->cap, sizeof *p->list);
	one = &p->list[p->n];
	*one = (struct parcel){.open = true};
	snprintf(one->name, sizeof one->name, "%03zu.ndjson", p->n + 1);
	buf_fmt(&path, "%s/%s", p->folder, one->name);
	fd = open(buf_cstr(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		err_sys(e, errno, "%s: cannot create", buf_cstr(&path));
	buf_free(&path);
	if (fd < 0)
		return -1;
	ndjson_out_init(&one->out, fd);
	one->url = mem_copy(url.ptr, url.len);
	one->model = mem_copy(model.ptr, model.len);
	p->n++;
	*out = one;
	return 0;
}

/* The open one of that kind, or NULL. */
static struct parcel *find(const struct parcels *p, struct slice url, struct slice model)
{
	for (size_t i = p->n; i-- > 0;)
		if (p->list[i].open && slice_is(url, p->list[i].url) &&
		    slice_is(model, p->list[i].model))
			return &p->list[i];
	return NULL;
}

static bool is_full(const struct parcels *p, const struct parcel *one, size_t more)
{
	return one->lines >= p->max_lines || one->bytes + more > p->max_bytes;
}

int parcels_put(
    struct parcels *p, struct slice url, struct slice model, struct slice text, struct err *e)
{
	struct parcel *one = find(p, url, model);

	if (one && is_full(p, one, text.len + 1)) {
		if (close_one(one, e) < 0)
			return -1;
		one = NULL;
	}
	if (!one && open_one(p, url, model, &one, e) < 0)
		return -1;
	buf_slice(&one->out.buf, text);
	one->lines++;
	one->bytes += text.len + 1;
	return ndjson_end(&one->out, e);
}

int parcels_close(struct parcels *p, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].open && close_one(&p->list[i], status == 0 ? e : NULL) < 0)
			status = -1;
	return status;
}

void parcels_free(struct parcels *p)
{
	parcels_close(p, NULL);
	for (size_t i = 0; i < p->n; i++) {
		free(p->list[i].url);
		free(p->list[i].model);
	}
	free(p->list);
	*p = (struct parcels){0};
}
