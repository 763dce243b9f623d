/*
 * files: what was uploaded to the server, and what its batches wrote. They are numbered from 1; the
 * id of one is file-N.
 */
#ifndef FILES_H
#define FILES_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

struct file {
	char *name, *purpose;
	int64_t created; /* seconds since 1970 */
	struct buf bytes;
};

struct files {
	struct file *list;
	size_t n, cap;
};

/* A new one, empty; its number. Pointers to others are no longer good. */
size_t files_add(struct files *fs, struct slice name, struct slice purpose, int64_t created);

/* By its id; NULL: there is none. */
struct file *files_find(const struct files *fs, struct slice id);

void files_put(const struct files *fs, size_t number, struct buf *b);
void files_list(const struct files *fs, struct buf *b);
void files_free(struct files *fs);

#endif
