#include "files.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"
#include "num.h"

size_t files_add(struct files *fs, struct slice name, struct slice purpose, int64_t created)
{
	fs->list = mem_more(fs->list, fs->n, &fs->cap, sizeof *fs->list);
	fs->list[fs->n] = (struct file){
	    .name = mem_copy(name.ptr, name.len),
	    .purpose = mem_copy(purpose.ptr, purpose.len),
	    .created = created,
	};
	return ++fs->n;
}

struct file *files_find(const struct files *fs, struct slice id)
{
	uint64_t number;

	if (!slice_starts(id, "file-") ||
	    num_uint(slice_make(id.ptr + 5, id.len - 5), 1, UINT64_MAX, &number, NULL) < 0)
		return NULL;
	return number <= fs->n ? &fs->list[number - 1] : NULL;
}

void files_put(const struct files *fs, size_t number, struct buf *b)
{
	const struct file *f = &fs->list[number - 1];

	jw_object(b);
	jw_name(b, "id");
	buf_fmt(b, "\"file-%zu\"", number);
	jw_member_cstr(b, "object", "file");
	jw_member_int(b, "bytes", (int64_t)f->bytes.len);
	jw_member_int(b, "created_at", f->created);
	jw_member_cstr(b, "filename", f->name);
	jw_member_cstr(b, "purpose", f->purpose);
	jw_member_cstr(b, "status", "processed");
	jw_object_end(b);
}

/* All on one page. */
void files_list(const struct files *fs, struct buf *b)
{
	jw_object(b);
	jw_member_cstr(b, "object", "list");
	jw_name(b, "data");
	jw_array(b);
	for (size_t i = fs->n; i > 0; i--)
		files_put(fs, i, b);
	jw_array_end(b);
	jw_name(b, "has_more");
	jw_bool(b, false);
	jw_object_end(b);
}

void files_free(struct files *fs)
{
	for (size_t i = 0; i < fs->n; i++) {
		free(fs->list[i].name);
		free(fs->list[i].purpose);
		buf_free(&fs->list[i].bytes);
	}
	free(fs->list);
	*fs = (struct files){0};
}
