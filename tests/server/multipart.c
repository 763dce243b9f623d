#include "multipart.h"

#include "buf.h"

/* What stands between before and the next of the bytes in stop. */
static bool between(struct slice text, const char *before, char stop, struct slice *out)
{
	const char *at = text.len ? memmem(text.ptr, text.len, before, strlen(before)) : NULL;
	struct slice rest;

	if (!at)
		return false;
	at += strlen(before);
	rest = slice_make(at, text.len - (size_t)(at - text.ptr));
	*out = slice_split(&rest, stop);
	return true;
}

static bool find_boundary(const struct request *q, struct slice *boundary)
{
	struct slice lines = q->headers, name, value;

	while (request_header(&lines, &name, &value))
		if (request_same(name, "content-type") &&
		    slice_starts(value, "multipart/form-data"))
			return between(value, "boundary=", ';', boundary) && boundary->len;
	return false;
}

/* Takes the text up to mark off *rest; false: there is none. */
static bool upto(struct slice *rest, struct slice mark, struct slice *out)
{
	const char *at = rest->len ? memmem(rest->ptr, rest->len, mark.ptr, mark.len) : NULL;

	if (!at)
		return false;
	*out = slice_make(rest->ptr, (size_t)(at - rest->ptr));
	rest->ptr = at + mark.len;
	rest->len -= out->len + mark.len;
	return true;
}

bool multipart_part(
    const struct request *q, const char *name, struct slice *value, struct slice *filename)
{
	struct slice rest = q->body, boundary, head, part, named;
	struct buf mark = {0};
	bool found = false;

	if (!find_boundary(q, &boundary))
		return false;
	buf_fmt(&mark, "\r\n--%.*s", SLICE_FMT(boundary));
	/* The first stands at the beginning, without a line end before it. */
	if (!upto(&rest, slice_make(mark.ptr + 2, mark.len - 2), &part))
		rest.len = 0;
	while (!found && upto(&rest, slice_str("\r\n\r\n"), &head) &&
	    upto(&rest, buf_all(&mark), &part)) {
		found = between(head, "; name=\"", '"', &named) && slice_is(named, name);
		if (found && filename && !between(head, "filename=\"", '"', filename))
			*filename = slice_make("", 0);
	}
	*value = part;
	buf_free(&mark);
	return found;
}
