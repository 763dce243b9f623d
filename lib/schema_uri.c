#include "schema_impl.h"

/* The parts of a URI reference; a ptr of NULL is a part that is not there. */
struct uri {
	struct slice scheme, authority, path, query, fragment;
};

static bool is_scheme(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || strchr("+-.", c))))
			return false;
	}
	return s.len > 0;
}

/* Takes what precedes any of the bytes in ends off *rest. */
static struct slice take_until(struct slice *rest, const char *ends)
{
	size_t n = 0;
	struct slice head;

	while (n < rest->len && !(rest->ptr[n] && strchr(ends, rest->ptr[n])))
		n++;
	head = slice_make(rest->ptr, n);
	rest->ptr += n;
	rest->len -= n;
	return head;
}

/* RFC 3986, appendix B. */
static struct uri parse(struct slice text)
{
	struct uri u = {0};
	struct slice rest = text, head;

	if (!rest.ptr)
		rest.ptr = "";
	head = take_until(&rest, ":/?#");
	if (slice_starts(rest, ":") && is_scheme(head)) {
		u.scheme = head;
		rest = slice_make(rest.ptr + 1, rest.len - 1);
	} else {
		rest = slice_make(head.ptr, head.len + rest.len);
	}
	if (slice_starts(rest, "//")) {
		rest = slice_make(rest.ptr + 2, rest.len - 2);
		u.authority = take_until(&rest, "/?#");
	}
	u.path = take_until(&rest, "?#");
	if (slice_starts(rest, "?")) {
		rest = slice_make(rest.ptr + 1, rest.len - 1);
		u.query = take_until(&rest, "#");
	}
	if (slice_starts(rest, "#"))
		u.fragment = slice_make(rest.ptr + 1, rest.len - 1);
	return u;
}

/* Takes the last segment with its '/' off what was put on out since byte from. */
static void drop_segment(struct buf *out, size_t from)
{
	while (out->len > from && out->ptr[out->len - 1] != '/')
		out->len--;
	if (out->len > from)
		out->len--;
}

/* Section 5.2.4. */
static void put_without_dots(struct buf *out, struct slice path)
{
	size_t from = out->len;

	while (path.len) {
		struct slice segment;

		if (slice_starts(path, "../") || slice_starts(path, "./")) {
			take_until(&path, "/");
			path = slice_make(path.ptr + 1, path.len - 1);
			continue;
		}
		if (slice_is(path, ".") || slice_is(path, ".."))
			break;
		segment.ptr = path.ptr;
		segment.len = path.ptr[0] == '/';
		path = slice_make(path.ptr + segment.len, path.len - segment.len);
		segment.len += take_until(&path, "/").len;
		if (slice_is(segment, "/..") || slice_is(segment, "/.")) {
			if (segment.len == 3)
				drop_segment(out, from);
			if (path.len == 0)
				buf_byte(out, '/');
			continue;
		}
		buf_slice(out, segment);
	}
}

/* Section 5.2.3. */
static void put_merged(struct buf *out, const struct uri *base, struct slice path)
{
	struct buf merged = {0};
	size_t keep = base->path.len;

	if (base->authority.ptr && keep == 0)
		buf_byte(&merged, '/');
	while (keep > 0 && base->path.ptr[keep - 1] != '/')
		keep--;
	buf_put(&merged, base->path.ptr, keep);
	buf_slice(&merged, path);
	put_without_dots(out, buf_all(&merged));
	buf_free(&merged);
}

static void put_part(struct buf *out, const char *before, struct slice part)
{
	if (!part.ptr)
		return;
	buf_str(out, before);
	buf_slice(out, part);
}

static void put_authority(struct buf *out, const struct uri *u)
{
	put_part(out, "", u->scheme);
	if (u->scheme.ptr)
		buf_byte(out, ':');
	put_part(out, "//", u->authority);
}

void schema_uri_resolve(struct slice base_text, struct slice ref, struct buf *out)
{
	struct uri base = parse(base_text), u = parse(ref);
	bool same_path = false;

	if (u.scheme.ptr || u.authority.ptr) {
		if (!u.scheme.ptr)
			u.scheme = base.scheme;
		put_authority(out, &u);
		put_without_dots(out, u.path);
	} else {
		put_authority(out, &base);
		same_path = u.path.len == 0;
		if (same_path)
			buf_slice(out, base.path);
		else if (u.path.ptr[0] == '/')
			put_without_dots(out, u.path);
		else
			put_merged(out, &base, u.path);
	}
	put_part(out, "?", same_path && !u.query.ptr ? base.query : u.query);
	put_part(out, "#", u.fragment);
}
