/*
 * sqlite: what the peers that use SQLite share: statements that must succeed, or the program ends.
 */
#ifndef SQLITE_H
#define SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "slice.h"

/* Anew, in WAL mode, synchronous=FULL. */
sqlite3 *sqlite_new(const char *path);
void sqlite_do(sqlite3 *db, const char *sql);
sqlite3_stmt *sqlite_prepare(sqlite3 *db, const char *sql);
void sqlite_text(sqlite3_stmt *s, int at, struct slice text);
void sqlite_blob(sqlite3_stmt *s, int at, const void *bytes, size_t len);

/* A row? */
bool sqlite_step(sqlite3_stmt *s);

#endif
