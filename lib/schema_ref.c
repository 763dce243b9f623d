#include "mem.h"
#include "schema_impl.h"

/* The base of a schema whose own $id is relative, or that has none. */
static const char default_base[] = "json-schema:///";

static struct slice keep_text(struct schema *s, struct slice text)
{
	char *copy = schema_alloc(s, text.len + 1, 1);

	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return slice_make(copy, text.len);
}

/* The document part of a URI, which has taken the fragment off. */
static struct slice split_fragment(struct slice *uri)
{
	struct slice rest = *uri;

	*uri = slice_split(&rest, '#');
	return rest;
}

static const struct schema_resource *find_resource(const struct schema *s, struct slice uri)
{
	for (size_t i = 0; i < s->resource_count; i++)
		if (slice_eq(s->resources[i].uri, uri))
			return &s->resources[i];
	return NULL;
}

static void add_resource(struct schema *s, struct slice uri, const struct json *root)
{
	s->resources =
	    mem_more(s->resources, s->resource_count, &s->resource_cap, sizeof *s->resources);
	s->resources[s->resource_count++] = (struct schema_resource){keep_text(s, uri), root};
}

/* *resource becomes the one that begins at v, which has this $id. */
static int scan_id(
    struct schema *s, const struct json *v, const struct json *id, size_t *resource, struct err *e)
{
	struct buf out = {0}, text = {0};
	struct slice uri, fragment;
	const struct schema_resource *other;
	int rc = 0;

	if (id->type != JSON_STRING)
		return schema_err(s, id, e, "must be a string");
	schema_uri_resolve(s->resources[*resource].uri, json_text(id, &text), &out);
	uri = buf_all(&out);
	fragment = split_fragment(&uri);
	other = find_resource(s, uri);
	if (fragment.len)
		rc = schema_err(s, id, e, "must not have a fragment");
	else if (other && other->root != v)
		rc = schema_err(s, id, e, "names two schemas");
	else
		add_resource(s, uri, v);
	*resource = s->resource_count - 1;
	buf_free(&text);
	buf_free(&out);
	return rc;
}

static const struct json *find_anchor(const struct schema *s, size_t resource, struct slice name)
{
	for (size_t i = 0; i < s->anchor_count; i++)
		if (s->anchors[i].resource == resource && slice_eq(s->anchors[i].name, name))
			return s->anchors[i].at;
	return NULL;
}

static bool is_anchor(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool first = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!first && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return name.len > 0;
}

static int scan_anchor(struct schema *s, const struct json *v, const struct json *anchor,
    size_t resource, struct err *e)
{
	struct buf text = {0};
	struct slice name;
	const struct json *other;
	int rc = 0;

	if (anchor->type != JSON_STRING)
		return schema_err(s, anchor, e, "must be a string");
	name = json_text(anchor, &text);
	other = find_anchor(s, resource, name);
	if (!is_anchor(name)) {
		rc = schema_err(
		    s, anchor, e, "must be a letter or '_', then letters, digits, '-', '_' or '.'");
	} else if (other && other != v) {
		rc = schema_err(s, anchor, e, "names two schemas");
	} else if (!other) {
		s->anchors =
		    mem_more(s->anchors, s->anchor_count, &s->anchor_cap, sizeof *s->anchors);
		s->anchors[s->anchor_count++] =
		    (struct schema_anchor){resource, keep_text(s, name), v};
	}
	buf_free(&text);
	return rc;
}

static int scan_below(struct schema *s, const struct json *name, size_t resource, struct err *e)
{
	const struct json *v = json_value(name);
	enum schema_shape shape = schema_shape(name);

	if (shape == SCHEMA_ONE)
		return schema_scan(s, v, resource, e);
	if ((shape != SCHEMA_EACH || v->type != JSON_ARRAY) &&
	    (shape != SCHEMA_EACH_NAMED || v->type != JSON_OBJECT))
		return 0;
	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
		if (schema_scan(s, shape == SCHEMA_EACH ? i : json_value(i), resource, e) < 0)
			return -1;
	return 0;
}

/* Values of the wrong kind are passed over: they are found when the keywords are read. */
int schema_scan(struct schema *s, const struct json *v, size_t resource, struct err *e)
{
	static const char *const anchors[] = {"$anchor", "$dynamicAnchor"};
	const struct json *found;

	if (s->resource_of[schema_place(s, v)])
		return 0;
	found = json_get(v, "$id");
	if (found && scan_id(s, v, found, &resource, e) < 0)
		return -1;
	s->resource_of[schema_place(s, v)] = (uint32_t)resource + 1;
	if (v->type != JSON_OBJECT)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		found = json_get(v, anchors[i]);
		if (found && scan_anchor(s, v, found, resource, e) < 0)
			return -1;
	}
	for (const struct json *n = json_first(v); n != json_end(v); n = json_next(n))
		if (scan_below(s, n, resource, e) < 0)
			return -1;
	return 0;
}

int schema_scan_root(struct schema *s, struct err *e)
{
	add_resource(s, slice_str(default_base), s->root);
	return schema_scan(s, s->root, 0, e);
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdefABCDEF", *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return -1;
	return (int)(at - digits) < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

static void put_percent_decoded(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool escape = text.ptr[i] == '%' && text.len - i > 2;
		int high = escape ? hex_value(text.ptr[i + 1]) : -1;
		int low = escape ? hex_value(text.ptr[i + 2]) : -1;

		if (high >= 0 && low >= 0) {
			buf_byte(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_byte(out, text.ptr[i]);
		}
	}
}

/*
 * Follows a JSON pointer from a resource's root. It may lead through other resources, and to
 * where no schema was expected: that place is scanned now, with the base that holds around it.
 */
static const struct json *follow(
    struct schema *s, const struct json *v, struct slice pointer, struct err *e)
{
	size_t resource = s->resource_of[schema_place(s, v)] - 1;

	while (v && pointer.len) {
		struct slice rest = slice_make(pointer.ptr + 1, pointer.len - 1);
		size_t step = slice_split(&rest, '/').len + 1;

		v = json_pointer(v, slice_make(pointer.ptr, step));
		pointer = slice_make(pointer.ptr + step, pointer.len - step);
		if (v && s->resource_of[schema_place(s, v)])
			resource = s->resource_of[schema_place(s, v)] - 1;
	}
	if (v && schema_scan(s, v, resource, e) < 0)
		return NULL;
	return v;
}

static const struct json *find_target(
    struct schema *s, const struct json *ref, struct slice uri, struct err *e)
{
	struct slice fragment = split_fragment(&uri);
	const struct schema_resource *resource = find_resource(s, uri);
	const struct json *target;
	struct buf decoded = {0};

	if (!resource) {
		size_t skip = slice_starts(uri, default_base) ? sizeof default_base - 1 : 0;

		schema_err(s, ref, e, "leads out of this document, to %.*s",
		    SLICE_FMT(slice_make(uri.ptr + skip, uri.len - skip)));
		return NULL;
	}
	*e = (struct err){0};
	put_percent_decoded(&decoded, fragment);
	if (decoded.len == 0)
		target = resource->root;
	else if (decoded.ptr[0] == '/')
		target = follow(s, resource->root, buf_all(&decoded), e);
	else
		target = find_anchor(
		    s, s->resource_of[schema_place(s, resource->root)] - 1, buf_all(&decoded));
	if (!target && !e->text[0])
		schema_err(s, ref, e, "leads to nothing: there is no #%.*s", SLICE_FMT(fragment));
	buf_free(&decoded);
	return target;
}

const struct json *schema_ref(
    struct schema *s, const struct json *from, const struct json *ref, struct err *e)
{
	size_t resource = s->resource_of[schema_place(s, from)] - 1;
	struct buf out = {0}, text = {0};
	const struct json *target;

	schema_uri_resolve(s->resources[resource].uri, json_text(ref, &text), &out);
	target = find_target(s, ref, buf_all(&out), e);
	buf_free(&text);
	buf_free(&out);
	return target;
}
