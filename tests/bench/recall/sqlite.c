#include "sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn static void fail(sqlite3 *db)
{
	fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
	exit(1);
}

sqlite3 *sqlite_new(const char *path)
{
	sqlite3 *db;

	unlink(path);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		fail(db);
	sqlite_do(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	return db;
}

void sqlite_do(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(db);
}

sqlite3_stmt *sqlite_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail(db);
	return s;
}

void sqlite_text(sqlite3_stmt *s, int at, struct slice text)
{
	sqlite3_bind_text64(s, at, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void sqlite_blob(sqlite3_stmt *s, int at, const void *bytes, size_t len)
{
	sqlite3_bind_blob64(s, at, bytes, len, SQLITE_STATIC);
}

bool sqlite_step(sqlite3_stmt *s)
{
	int got = sqlite3_step(s);

	if (got == SQLITE_ROW)
		return true;
	if (got != SQLITE_DONE)
		fail(sqlite3_db_handle(s));
	sqlite3_reset(s);
	return false;
}
