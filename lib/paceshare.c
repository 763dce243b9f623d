#include "paceshare.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "mem.h"
#include "rng.h"
#include "slice.h"

/* Numbers have a sign and all digits, so that every line has the same length. */
enum { FIELDS = 6, FIELD = 20, SUM = 16, TAIL = 1 + SUM + 1 };
#define MAGIC "npc-pace"
#define HEAD MAGIC " 1"
enum { LENGTH = sizeof HEAD - 1 + FIELDS * (1 + FIELD) + TAIL };

/* Clocks of machines that share a file differ by less than this. */
static const int64_t skew = PACE_MINUTE;

/* What stands in the file. Times are of the wall clock. */
struct record {
	int64_t last; /* the latest time that anybody has written */
	int64_t requests, tokens; /* when the buckets are empty */
	int64_t pause;
	int64_t money_used, tokens_used;
};

static void fields(struct record *r, int64_t *out[FIELDS])
{
	out[0] = &r->last;
	out[1] = &r->requests;
	out[2] = &r->tokens;
	out[3] = &r->pause;
	out[4] = &r->money_used;
	out[5] = &r->tokens_used;
}

static void put_checksum(struct buf *b, struct slice summed)
{
	buf_fmt(b, " %0*" PRIx64 "\n", SUM, rng_key(1, summed));
}

static void put_record(struct buf *b, struct record *r)
{
	int64_t *field[FIELDS];

	fields(r, field);
	buf_str(b, HEAD);
	for (int i = 0; i < FIELDS; i++)
		buf_fmt(b, " %+0*" PRId64, FIELD, *field[i]);
	put_checksum(b, buf_all(b));
}

/* The checksum has been found right: so has the form. */
static void read_fields(const char *text, struct record *r)
{
	int64_t *field[FIELDS];
	const char *at = text + sizeof HEAD - 1;

	fields(r, field);
	for (int i = 0; i < FIELDS; i++, at += 1 + FIELD)
		*field[i] = strtoll(at + 1, NULL, 10);
}

static int read_record(const char *text, size_t len, struct record *r, struct err *e)
{
	struct slice all = slice_make(text, len);
	struct buf sum = {0};
	bool good;

	*r = (struct record){0};
	if (len == 0)
		return 0;
	if (!slice_starts(all, MAGIC " "))
		return err_set(e, "not a file of paces: it holds something else");
	if (!slice_starts(all, HEAD " "))
		return err_set(e, "a file of paces of another version");
	if (len != LENGTH)
		return err_set(e, "damaged: %zu bytes, not %d", len, LENGTH);
	put_checksum(&sum, slice_make(text, LENGTH - TAIL));
	good = memcmp(text + LENGTH - TAIL, sum.ptr, TAIL) == 0;
	buf_free(&sum);
	if (!good)
		return err_set(e, "damaged: its checksum is wrong");
	read_fields(text, r);
	return 0;
}

static int lock(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
	int status;

	do
		status = fcntl(fd, F_OFD_SETLKW, &whole);
	while (status < 0 && errno == EINTR);
	return status;
}

static int load(int fd, struct record *r, struct err *e)
{
	char text[LENGTH + 1];
	ssize_t n;

	do
		n = pread(fd, text, sizeof text, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, errno, "cannot read");
	return read_record(text, (size_t)n, r, e);
}

static int store(int fd, struct record *r, struct err *e)
{
	struct buf text = {0};
	ssize_t n;
	int status = 0;

	put_record(&text, r);
	do
		n = pwrite(fd, text.ptr, text.len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		status = err_sys(e, errno, "cannot write");
	else if (n != LENGTH)
		status = err_set(e, "cannot write: no room");
	buf_free(&text);
	return status;
}

/* The time now, as the file has it: it never runs backwards. A new file begins with it. */
static int64_t file_time(struct record *r, int64_t wall)
{
	int64_t back = r->last - wall;

	if (r->last == 0) {
		*r = (struct record){.last = wall, .requests = wall, .tokens = wall};
	} else if (back > skew) {
		r->requests -= back;
		r->tokens -= back;
		r->pause -= back;
		r->last = wall;
	} else if (back < 0) {
		r->last = wall;
	}
	return r->last;
}

static void to_quota(const struct record *r, struct pace_quota *q)
{
	q->rate.requests.empty = r->requests;
	q->rate.tokens.empty = r->tokens;
	q->pause = r->pause;
	q->money.used = r->money_used;
	q->tokens.used = r->tokens_used;
}

static void from_quota(const struct pace_quota *q, struct record *r)
{
	r->requests = q->rate.requests.empty;
	r->tokens = q->rate.tokens.empty;
	r->pause = q->pause;
	r->money_used = q->money.used;
	r->tokens_used = q->tokens.used;
}

/* What is done to the quota while the file is locked. */
struct change {
	enum { TAKE, SETTLE, RETURN, PAUSE } what;
	const struct pace_demand *demand, *used;
	int64_t wait;
	bool taken;
};

static void apply(struct change *c, struct pace_quota *q, int64_t now)
{
	int64_t at = now;

	switch (c->what) {
	case TAKE:
		c->taken = pace_quota_take(q, c->demand, now, &at);
		c->wait = at - now;
		break;
	case SETTLE:
		pace_quota_settle(q, c->demand, c->used);
		break;
	case RETURN:
		pace_quota_return(q, c->demand);
		break;
	case PAUSE:
		if (c->wait > 0 && c->wait < INT64_MAX - now)
			pace_quota_pause(q, now + c->wait);
		break;
	}
}

static int change_locked(struct paceshare *s, struct pace_quota *q, struct change *c, struct err *e)
{
	struct record r;

	if (load(s->fd, &r, e) < 0)
		return -1;
	int64_t now = file_time(&r, s->wall());

	to_quota(&r, q);
	apply(c, q, now);
	from_quota(q, &r);
	return store(s->fd, &r, e);
}

static int change(struct paceshare *s, struct pace_quota *q, struct change *c, struct err *e)
{
	int status;

	if (lock(s->fd, F_WRLCK) < 0)
		return err_sys(e, errno, "%s: cannot lock", s->path);
	status = change_locked(s, q, c, e);
	lock(s->fd, F_UNLCK);
	return status < 0 ? err_wrap(e, "%s", s->path) : 0;
}

int paceshare_open(struct paceshare *s, const char *path, struct err *e)
{
	struct pace_quota none = {0};
	struct change nothing = {.what = PAUSE};
	struct stat st;

	*s = (struct paceshare){.wall = clock_wall, .path = mem_copy(path, strlen(path))};
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (s->fd < 0)
		err_sys(e, errno, "%s: cannot open", path);
	else if (fstat(s->fd, &st) < 0 || !S_ISREG(st.st_mode))
		err_set(e, "%s: not a regular file", path);
	else if (change(s, &none, &nothing, e) == 0)
		return 0;
	paceshare_close(s);
	return -1;
}

int paceshare_take(struct paceshare *s, struct pace_quota *quota, const struct pace_demand *d,
    int64_t *wait, struct err *e)
{
	struct change c = {.what = TAKE, .demand = d};

	if (change(s, quota, &c, e) < 0)
		return -1;
	*wait = c.wait;
	return c.taken;
}

int paceshare_settle(struct paceshare *s, struct pace_quota *quota,
    const struct pace_demand *reserved, const struct pace_demand *used, struct err *e)
{
	struct change c = {.what = SETTLE, .demand = reserved, .used = used};

	return change(s, quota, &c, e);
}

int paceshare_return(struct paceshare *s, struct pace_quota *quota,
    const struct pace_demand *reserved, struct err *e)
{
	struct change c = {.what = RETURN, .demand = reserved};

	return change(s, quota, &c, e);
}

int paceshare_pause(struct paceshare *s, struct pace_quota *quota, int64_t wait, struct err *e)
{
	struct change c = {.what = PAUSE, .wait = wait};

	return change(s, quota, &c, e);
}

void paceshare_close(struct paceshare *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	*s = (struct paceshare){.fd = -1};
}
