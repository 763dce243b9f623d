#include "misses.h"

#include "jw.h"

int misses_open(struct misses *m, const char *path, struct err *e)
{
	*m = (struct misses){0};
	if (!path)
		return 0;
	if (fs_temp_open(&m->file, path, e) < 0)
		return -1;
	m->path = path;
	ndjson_out_init(&m->out, m->file.fd);
	return 0;
}

int misses_put(struct misses *m, const struct json *root, struct err *e)
{
	if (!m->path)
		return 0;
	jw_raw(&m->out.buf, json_raw(root));
	return ndjson_end(&m->out, e) < 0 ? err_wrap(e, "%s", m->path) : 0;
}

int misses_close(struct misses *m, struct err *e)
{
	int status;

	if (!m->path)
		return 0;
	status = ndjson_flush(&m->out, e);
	if (status < 0 || m->out.failed)
		fs_temp_drop(&m->file);
	else
		status = fs_temp_commit(&m->file, e);
	if (status < 0)
		err_wrap(e, "%s", m->path);
	ndjson_out_free(&m->out);
	m->path = NULL;
	return status;
}
