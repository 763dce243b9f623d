/*
 * recall_test: a store in a folder of its own, for drivers that ask it: memories as lines, queries,
 * and what comes back as the ids of it.
 */
#ifndef RECALL_TEST_H
#define RECALL_TEST_H

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "json.h"
#include "memo.h"
#include "memory.h"
#include "timestamp.h"

static char folder[] = "/tmp/npc-recall-XXXXXX";
static struct memory *store;
static struct err e;

static inline void must(int status, const char *what)
{
	if (CHECK(status >= 0))
		return;
	printf("# %s: %s\n", what, e.text);
	exit(1);
}

static inline const char *path_of(const char *end)
{
	static char path[sizeof folder + 32];

	snprintf(path, sizeof path, "%s/m.db%s", folder, end);
	return path;
}

/* Closes the store that there was, and begins a new one. */
static inline void new_store(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};

	if (!store)
		CHECK(mkdtemp(folder) != NULL);
	memory_close(store);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		unlink(path_of(ends[i]));
	store = memory_open(
	    &(struct memory_options){.path = path_of(""), .write = true, .normal = true}, &e);
	must(store ? 0 : -1, "memory_open");
}

static inline void end_store(void)
{
	new_store();
	memory_close(store);
	unlink(path_of("-wal"));
	unlink(path_of("-shm"));
	unlink(path_of(""));
	rmdir(folder);
}

static inline void put_memory(struct slice line)
{
	static struct json_doc doc;
	static struct memo memo;
	enum memory_put put = MEMORY_REFUSED;
	const struct json *root = json_parse(&doc, line, &e);

	must(root ? memo_read(&memo, root, NULL, memory_words(store), &e) : -1, line.ptr);
	must(memory_put(store, &memo.record, &put, &e), line.ptr);
	CHECK(put == MEMORY_ADDED || put == MEMORY_REPLACED);
}

/* Adds memories, a line each, up to NULL. */
static inline void put_all(const char *line, ...)
{
	va_list ap;

	must(memory_begin(store, &e), "memory_begin");
	va_start(ap, line);
	for (; line; line = va_arg(ap, const char *))
		put_memory(slice_str(line));
	va_end(ap);
	must(memory_commit(store, &e), "memory_commit");
}

static inline bool same_text(const char *got, const char *want, const char *file, int line)
{
	return check_same(got, strlen(got), want, file, line);
}

#endif
