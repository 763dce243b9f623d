#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "memory_impl.h"

/* "npcm", so that file(1) and we know our own. */
enum { APPLICATION = 0x6e70636d };

/* Of the tables; a change is one more, with a step in migrate(). */
enum { VERSION = 1 };

#define WAIT_MS 60000

/*
 * In a page of 8 KiB five vectors of 384 dimensions and more than one memory stand together; larger ones
 * make each change of a term cost more in the log.
 */
static const char *const tables =
    "CREATE TABLE store("
    " one INTEGER PRIMARY KEY CHECK(one = 1),"
    " language TEXT NOT NULL, rules INTEGER NOT NULL,"
    " model TEXT NOT NULL DEFAULT '', dimensions INTEGER NOT NULL DEFAULT 0,"
    " memories INTEGER NOT NULL DEFAULT 0, words INTEGER NOT NULL DEFAULT 0,"
    " vectors INTEGER NOT NULL DEFAULT 0, triggers INTEGER NOT NULL DEFAULT 0,"
    " next_term INTEGER NOT NULL DEFAULT 1, next_row INTEGER NOT NULL DEFAULT 1);"
    "CREATE TABLE collection("
    " number INTEGER PRIMARY KEY, npc TEXT NOT NULL UNIQUE,"
    " memories INTEGER NOT NULL DEFAULT 0, words INTEGER NOT NULL DEFAULT 0,"
    " vectors INTEGER NOT NULL DEFAULT 0, triggers INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE memory("
    " row INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id TEXT NOT NULL,"
    " json TEXT NOT NULL, recalled INTEGER, recalls INTEGER NOT NULL,"
    " UNIQUE(collection, id));"
    "CREATE TABLE vector(row INTEGER PRIMARY KEY, floats BLOB NOT NULL);"
    "CREATE TABLE block(at INTEGER PRIMARY KEY, columns BLOB NOT NULL);"
    "CREATE TABLE code(at INTEGER PRIMARY KEY, columns BLOB NOT NULL);"
    "CREATE TABLE term("
    " text TEXT PRIMARY KEY, number INTEGER NOT NULL, memories INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE lore("
    " collection INTEGER NOT NULL, word TEXT NOT NULL, row INTEGER NOT NULL,"
    " PRIMARY KEY(collection, word, row)) WITHOUT ROWID;"
    "CREATE INDEX lore_row ON lore(row);";

/* A number that the file itself tells: a pragma, or a count. */
static int ask(struct memory *m, const char *text, int64_t *value, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int got = -1;

	if (sqlite3_prepare_v2(m->db, text, -1, &s, NULL) != SQLITE_OK)
		memory_error(m, e);
	else
		got = memory_step(m, s, e);
	if (got == 1)
		*value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return got < 0 ? -1 : 0;
}

static int create(struct memory *m, const char *language, struct err *e)
{
	struct words known;
	char *text = sqlite3_mprintf("%s INSERT INTO store(one, language, rules) VALUES(1, %Q, %d);"
				     "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    tables, language, WORDS_VERSION, APPLICATION, VERSION);
	int got = words_open(&known, language, e);

	/* Nothing is made in a language that nobody could open it in again. */
	words_close(&known);
	if (got == 0)
		got = text ? memory_exec(m, text, e) : err_set(e, "out of memory");
	sqlite3_free(text);
	return got;
}

/*
 * The change to a write-ahead log wants the file for itself for a moment, and does not wait for it.
 */
static int begin_log(struct memory *m, int64_t wait_ms, struct err *e)
{
	for (int64_t waited = 0;; waited += 5) {
		int got = sqlite3_exec(m->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);

		if (got == SQLITE_OK)
			return 0;
		if ((got != SQLITE_BUSY && got != SQLITE_LOCKED) || waited >= wait_ms)
			return memory_error(m, e);
		sqlite3_sleep(5);
	}
}

struct heading {
	int64_t application, version, things;
};

static int read_heading(struct memory *m, struct heading *h, struct err *e)
{
	if (ask(m, "PRAGMA application_id", &h->application, e) < 0 ||
	    ask(m, "PRAGMA user_version", &h->version, e) < 0 ||
	    ask(m, "SELECT count(*) FROM sqlite_schema", &h->things, e) < 0)
		return -1;
	return 0;
}

/* Many may find the file empty at once: one of them makes the tables. */
static int found(struct memory *m, const struct memory_options *o, int64_t wait_ms, struct err *e)
{
	struct heading h;
	int got;

	if (begin_log(m, wait_ms, e) < 0 || memory_exec(m, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	got = read_heading(m, &h, e);
	if (got == 0 && h.application == 0 && h.things == 0)
		got = create(m, o->language ? o->language : "en", e);
	if (got == 0)
		return memory_exec(m, "COMMIT", e);
	sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static int check_heading(struct memory *m, const struct heading *h, struct err *e)
{
	if (h->application != APPLICATION)
		return err_set(e, "%s: an SQLite database, but none of memories", m->path);
	if (h->version > VERSION)
		return err_set(e,
		    "%s: made by a newer version (its tables are version %lld, this knows %d)",
		    m->path, (long long)h->version, VERSION);
	if (h->version < 1)
		return err_set(e, "%s: its tables have no version", m->path);
	return 0;
}

static int heading(struct memory *m, const struct memory_options *o, int64_t wait_ms, struct err *e)
{
	struct heading h;

	if (read_heading(m, &h, e) < 0)
		return -1;
	if (h.application == 0 && h.things == 0 && o->write) {
		if (found(m, o, wait_ms, e) < 0 || read_heading(m, &h, e) < 0)
			return -1;
	} else if (h.application == 0 && h.things == 0) {
		if (o->empty)
			*o->empty = true;
		return err_set(e, "%s: empty: nothing has been added to it", m->path);
	}
	return check_heading(m, &h, e);
}

/*
 * What is put is read back from the log's pages and the file's, mapped: no copy into a cache of
 * ours. Freed space is zeroed, so that what was forgotten is gone from the file.
 */
static int configure(struct memory *m, const struct memory_options *o, struct err *e)
{
	m->normal = o->normal;
	return memory_exec(m,
	    "PRAGMA page_size = 8192; PRAGMA secure_delete = ON; PRAGMA mmap_size = 2147418112;"
	    "PRAGMA cache_size = -16384; PRAGMA synchronous = NORMAL;"
	    "PRAGMA wal_autocheckpoint = 4000; PRAGMA trusted_schema = OFF;",
	    e);
}

static int load(struct memory *m, const struct memory_options *o, struct err *e)
{
	int64_t rules;

	if (memory_store_load(m, e) < 0 || ask(m, "SELECT rules FROM store", &rules, e) < 0)
		return -1;
	if (words_open(&m->words, m->store.language, e) < 0)
		return err_wrap(e, "%s", m->path);
	if (o->language && strcmp(o->language, m->store.language) != 0)
		return err_set(e, "%s: its language is '%s', not '%s'", m->path, m->store.language,
		    o->language);
	m->rebuild = rules != WORDS_VERSION;
	if (m->rebuild && !o->rebuild)
		return err_set(
		    e, "%s: its words are by other rules: run npc-recall check", m->path);
	return 0;
}

int memory_rules(struct memory *m, struct err *e)
{
	char *text = sqlite3_mprintf("UPDATE store SET rules = %d", WORDS_VERSION);
	int got = text ? memory_exec(m, text, e) : err_set(e, "out of memory");

	sqlite3_free(text);
	m->rebuild = false;
	return got;
}

/* Only for its owner: what characters know is the game's secret. */
static int make_file(const struct memory_options *o, struct err *e)
{
	/* What is there is not opened: closing it would take the locks of this process off it. */
	int fd = open(o->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? 0 : err_sys(e, errno, "%s", o->path);
	close(fd);
	return 0;
}

/* https://sqlite.org/uri.html: ?, # and % mean something in it. */
static void put_uri(struct buf *b, const char *path)
{
	buf_str(b, "file:");
	for (; *path; path++)
		if (strchr("?#%", *path))
			buf_fmt(b, "%%%02x", (unsigned)(unsigned char)*path);
		else
			buf_byte(b, *path);
	buf_str(b, "?immutable=1");
}

static int open_file(struct memory *m, int flags, bool still, struct err *e)
{
	struct buf uri = {0};
	int got;

	put_uri(&uri, m->path);
	got = sqlite3_open_v2(still ? buf_cstr(&uri) : m->path, &m->db,
	    flags | SQLITE_OPEN_NOMUTEX | (still ? SQLITE_OPEN_URI : 0), NULL);
	buf_free(&uri);
	if (got != SQLITE_OK)
		return err_set(
		    e, "%s: %s", m->path, m->db ? sqlite3_errmsg(m->db) : sqlite3_errstr(got));
	sqlite3_extended_result_codes(m->db, 1);
	return 0;
}

/*
 * A store that came on a medium that cannot be written has no place for SQLite's shared index. Then
 * nobody else writes it either.
 */
static bool nobody_writes(const char *path)
{
	struct stat st;
	char *log = sqlite3_mprintf("%s-wal", path);
	bool none = log && stat(log, &st) < 0 && access(path, W_OK) < 0;

	sqlite3_free(log);
	return none;
}

static char *path_of(const char *path)
{
	struct buf b = {0};
	char *copy;

	/* To SQLite a name that begins with a colon is no file. */
	if (path[0] == ':')
		buf_str(&b, "./");
	buf_str(&b, path);
	copy = mem_copy(b.ptr ? b.ptr : "", b.len);
	buf_free(&b);
	return copy;
}

static struct memory *open_as(const struct memory_options *o, bool still, int *code, struct err *e)
{
	struct memory *m = mem_array(1, sizeof *m);
	int64_t wait_ms = o->wait_ms > 0 ? o->wait_ms : WAIT_MS;

	m->path = path_of(o->path);
	if (open_file(m, still ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, still, e) == 0) {
		sqlite3_busy_timeout(m->db, (int)(wait_ms > INT32_MAX ? INT32_MAX : wait_ms));
		if (configure(m, o, e) == 0 && heading(m, o, wait_ms, e) == 0 && load(m, o, e) == 0)
			return m;
	}
	*code = m->db ? sqlite3_errcode(m->db) & 0xff : SQLITE_ERROR;
	memory_close(m);
	return NULL;
}

/* A reader changes nothing, and leaves the log to those who write. */
static int only_read(struct memory *m, struct err *e)
{
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return memory_exec(m, "PRAGMA query_only = ON", e);
}

struct memory *memory_open(const struct memory_options *o, struct err *e)
{
	struct memory *m;
	int code;

	/* No locks for other threads, no sums of memory: refused, and right already, after the first time. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

	if (o->write && !o->must_exist && make_file(o, e) < 0)
		return NULL;
	m = open_as(o, false, &code, e);
	if (!m && !o->write && (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) &&
	    nobody_writes(o->path))
		m = open_as(o, true, &code, e);
	if (m && !o->write && only_read(m, e) < 0) {
		memory_close(m);
		return NULL;
	}
	return m;
}
