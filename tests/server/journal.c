#include "journal.h"

#include <stdio.h>

#include "fs.h"
#include "jw.h"

static const char *form_of_key(const struct request *q)
{
	if (q->authorization.ptr)
		return slice_starts(q->authorization, "Bearer ") ? "bearer" : "other";
	return q->api_key.ptr ? "api-key" : "none";
}

static void put_headers(struct buf *b, const struct request *q)
{
	struct slice lines = q->headers, name, value;

	jw_name(b, "headers");
	jw_array(b);
	while (request_header(&lines, &name, &value)) {
		jw_array(b);
		jw_str(b, name);
		jw_str(b, value);
		jw_array_end(b);
	}
	jw_array_end(b);
}

static void put_line(struct journal *j, const struct journal_entry *entry)
{
	const struct request *q = entry->request;
	const struct ask *a = entry->ask;
	struct buf *b = &j->lines;

	jw_object(b);
	jw_member_int(b, "seq", (int64_t)a->number);
	jw_member_int(b, "ns", a->wall);
	jw_member_int(b, "connection", (int64_t)entry->connection);
	jw_member_str(b, "method", q->method);
	jw_member_str(b, "path", q->target);
	jw_member_int(b, "status", entry->status);
	jw_member_cstr(b, "fault", entry->fault);
	jw_name(b, "digest");
	buf_fmt(b, "\"%016llx\"", (unsigned long long)a->digest);
	jw_member_int(b, "time", (int64_t)entry->time);
	jw_member_int(b, "bytes", (int64_t)q->body.len);
	jw_member_str(b, "id", a->id);
	jw_member_str(b, "model", a->model);
	jw_name(b, "stream");
	jw_bool(b, a->stream);
	jw_member_int(b, "in_flight", (int64_t)j->in_flight);
	jw_name(b, "early");
	jw_bool(b, entry->early);
	jw_name(b, "early_any");
	jw_bool(b, entry->early_any);
	jw_member_cstr(b, "key", form_of_key(q));
	if (j->headers)
		put_headers(b, q);
	jw_object_end(b);
	buf_byte(b, '\n');
}

void journal_note(struct journal *j, const struct journal_entry *entry)
{
	j->requests++;
	j->status[entry->status]++;
	j->early += entry->early;
	j->early_any += entry->early_any;
	j->in_flight++;
	if (j->max_in_flight < j->in_flight)
		j->max_in_flight = j->in_flight;
	j->bytes_in += entry->request->body.len;
	if (j->fd >= 0)
		put_line(j, entry);
}

int journal_flush(struct journal *j, struct err *e)
{
	int status = 0;

	if (j->lines.len) {
		status = fs_write(j->fd, j->lines.ptr, j->lines.len, e);
		buf_clear(&j->lines);
	}
	return status;
}

static void put_statuses(const struct journal *j, struct buf *b)
{
	jw_name(b, "status");
	jw_object(b);
	for (int i = 0; i < 600; i++)
		if (j->status[i]) {
			char name[16];

			snprintf(name, sizeof name, "%d", i);
			jw_member_int(b, name, (int64_t)j->status[i]);
		}
	jw_object_end(b);
}

void journal_stats(const struct journal *j, struct buf *b)
{
	jw_object(b);
	jw_member_int(b, "requests", (int64_t)j->requests);
	put_statuses(j, b);
	jw_member_int(b, "admitted", (int64_t)j->admitted);
	jw_member_int(b, "refused", (int64_t)j->refused);
	jw_member_int(b, "early", (int64_t)j->early);
	jw_member_int(b, "early_any", (int64_t)j->early_any);
	jw_member_int(b, "abandoned", (int64_t)j->abandoned);
	jw_member_int(b, "connections", (int64_t)j->connections);
	jw_member_int(b, "in_flight", (int64_t)j->in_flight);
	jw_member_int(b, "max_in_flight", (int64_t)j->max_in_flight);
	jw_member_int(b, "bytes_in", (int64_t)j->bytes_in);
	jw_member_int(b, "bytes_out", (int64_t)j->bytes_out);
	jw_member_int(b, "uploads", (int64_t)j->uploads);
	jw_member_int(b, "cut", (int64_t)j->cut);
	jw_member_int(b, "batches", (int64_t)j->batches);
	jw_member_int(b, "paid", (int64_t)j->paid);
	jw_member_int(b, "paid_twice", (int64_t)j->paid_twice);
	jw_object_end(b);
}

void journal_reset(struct journal *j)
{
	struct journal fresh = {
	    .fd = j->fd,
	    .headers = j->headers,
	    .lines = j->lines,
	    .in_flight = j->in_flight,
	    .batches = j->batches,
	    .paid = j->paid,
	    .paid_twice = j->paid_twice,
	    .max_in_flight = j->in_flight,
	};

	*j = fresh;
}
