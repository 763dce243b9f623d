#include "stats.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "jw.h"

void stats_begin(struct stats *s, const char *path, const char *program)
{
	*s = (struct stats){.path = path, .wall = clock_mono()};
	jw_object(&s->buf);
	jw_member_cstr(&s->buf, "program", program);
}

void stats_int(struct stats *s, const char *name, uint64_t n)
{
	jw_member_int(&s->buf, name, (int64_t)n);
}

/* Milliseconds are as fine as a run's times are worth. */
static void put_seconds(struct buf *b, const char *name, int64_t ns)
{
	jw_name(b, name);
	jw_double(b, (double)((ns + 500000) / 1000000) / 1000);
}

static void put_usage(struct stats *s)
{
	struct rusage used;

	put_seconds(&s->buf, "wall_s", clock_mono() - s->wall);
	put_seconds(&s->buf, "cpu_s", clock_cpu());
	if (getrusage(RUSAGE_SELF, &used) == 0)
		jw_member_int(&s->buf, "peak_memory_bytes", (int64_t)used.ru_maxrss * 1024);
	jw_object_end(&s->buf);
	buf_byte(&s->buf, '\n');
}

static int write_file(const struct stats *s, struct err *e)
{
	struct fs_temp t;

	if (fs_temp_open(&t, s->path, e) < 0)
		return -1;
	if (fs_write(t.fd, s->buf.ptr, s->buf.len, e) < 0) {
		fs_temp_drop(&t);
		return err_wrap(e, "%s", s->path);
	}
	return fs_temp_commit(&t, e);
}

int stats_end(struct stats *s, struct err *e)
{
	int status = 0;

	if (s->path) {
		put_usage(s);
		if (strcmp(s->path, "-") == 0)
			status = fs_write(STDERR_FILENO, s->buf.ptr, s->buf.len, e);
		else
			status = write_file(s, e);
	}
	buf_free(&s->buf);
	return status;
}
