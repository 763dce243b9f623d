#include "results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line.h"
#include "mem.h"

/* Addresses are as good as random. */
static size_t place(const struct results *r, const struct address *ticket)
{
	size_t i;

	memcpy(&i, ticket->bytes, sizeof i);
	for (i &= r->n_slots - 1; r->slots[i]; i = (i + 1) & (r->n_slots - 1))
		if (address_eq(&r->list[r->slots[i] - 1].ticket, ticket))
			break;
	return i;
}

static void grow(struct results *r)
{
	free(r->slots);
	r->n_slots = r->n_slots ? r->n_slots * 2 : 1024;
	r->slots = mem_array(r->n_slots, sizeof *r->slots);
	for (size_t i = 0; i < r->n; i++)
		r->slots[place(r, &r->list[i].ticket)] = i + 1;
}

bool results_note(struct results *r, const struct result *new)
{
	size_t i;

	if (r->n * 2 >= r->n_slots)
		grow(r);
	i = place(r, &new->ticket);
	if (r->slots[i])
		return false;
	r->list = mem_more(r->list, r->n, &r->cap, sizeof *r->list);
	r->list[r->n++] = *new;
	r->slots[i] = r->n;
	return true;
}

static void add(struct results *r, const struct result *new)
{
	struct result *old;

	if (results_note(r, new))
		return;
	r->twice++;
	old = results_find(r, &new->ticket);
	if (!old->good)
		*old = *new;
}

static bool is_good(const struct line *l)
{
	int64_t status;

	return !l->error && json_is(json_get(l->response, "status_code"), JSON_NUMBER) &&
	    json_int(json_get(l->response, "status_code"), &status) && status == 200;
}

static void add_line(struct results *r, struct json_doc *doc, struct slice text)
{
	struct result new = {.text = text};
	const struct json *root;
	struct line l;

	if (slice_trim(text).len == 0)
		return;
	root = json_parse(doc, text, NULL);
	if (!root || line_read(&l, root, NULL) < 0 || l.kind != LINE_RESPONSE || !l.custom_id ||
	    !address_parse(&new.ticket, slice_make(l.custom_id->ptr, l.custom_id->len))) {
		r->strange++;
		return;
	}
	new.good = is_good(&l);
	add(r, &new);
}

static int map(const char *path, struct slice *text, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	*text = slice_make("", 0);
	if (fd < 0)
		return err_sys(e, errno, "%s: cannot open", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, "%s: not a file", path);
	}
	if (st.st_size == 0) {
		close(fd);
		return 0;
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return err_sys(e, errno, "%s: cannot map", path);
	*text = slice_make(at, (size_t)st.st_size);
	return 0;
}

int results_add(struct results *r, const char *path, struct err *e)
{
	struct json_doc doc = {0};
	struct slice rest;

	if (map(path, &rest, e) < 0)
		return -1;
	if (rest.len == 0)
		return 0;
	r->maps = mem_more(r->maps, r->n_maps, &r->maps_cap, sizeof *r->maps);
	r->maps[r->n_maps++] = rest;
	while (rest.ptr)
		add_line(r, &doc, slice_split(&rest, '\n'));
	json_doc_free(&doc);
	return 0;
}

struct result *results_find(const struct results *r, const struct address *ticket)
{
	size_t at = r->n_slots ? r->slots[place(r, ticket)] : 0;

	return at ? &r->list[at - 1] : NULL;
}

void results_free(struct results *r)
{
	for (size_t i = 0; i < r->n_maps; i++)
		munmap((void *)(uintptr_t)r->maps[i].ptr, r->maps[i].len);
	free(r->maps);
	free(r->slots);
	free(r->list);
	*r = (struct results){0};
}
