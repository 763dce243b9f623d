/* memoryfile: what memory makes of files that are wrong. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "memory.h"
#include "timestamp.h"

static char folder[] = "/tmp/npc-memoryfile-XXXXXX";
static char path[64];
static struct err e;
static size_t told;

static const float vectors[2][3] = {{1, 2, 3}, {3, 2, 1}};
static const struct slice word = {"wolf", 4};
static const struct memory_keys keys = {&word, 1, true};

/* Memory i of three; the text of each is its JSON's. */
static struct memory_record record(int i)
{
	static const char *const json[] = {
	    "{\"text\":\"the mill\"}", "{\"text\":\"a wolf\"}", "{\"text\":\"bells and wolves\"}"};
	static const char *const id[] = {"0", "1", "2"};
	struct memory_record r = {.npc = slice_str(i < 2 ? "bob" : "ann"),
	    .id = slice_str(id[i]),
	    .json = slice_str(json[i]),
	    .time = TIMESTAMP_NONE,
	    .recalled = TIMESTAMP_NONE};

	r.text = slice_make(r.json.ptr + 9, r.json.len - 11);
	r.vector = i < 2 ? vectors[i] : NULL;
	r.dimensions = i < 2 ? 3 : 0;
	r.keys = i ? &keys : NULL;
	return r;
}

static struct memory *open_it(const char *language, bool rebuild)
{
	return memory_open(
	    &(struct memory_options){
		.path = path, .write = true, .language = language, .rebuild = rebuild},
	    &e);
}

static int read_json(void *ctx, struct slice json, struct memory_record *r, struct err *why)
{
	(void)ctx;
	(void)why;
	for (int i = 0; i < 3; i++) {
		*r = record(i);
		r->vector = NULL;
		if (slice_eq(r->json, json))
			return 0;
	}
	return -1;
}

static void tell(void *ctx, const char *finding)
{
	(void)ctx;
	(void)finding;
	told++;
}

/* As memory_check() returns; told is how much it has found. */
static int checked(bool all)
{
	const struct memory_checker by = {read_json, tell, NULL};
	struct memory *m = open_it(NULL, true);
	size_t wrong = 0;
	int got;

	told = 0;
	if (!m)
		return -1;
	got = memory_check(m, all, &by, &wrong, &e);
	CHECK(wrong == told);
	memory_close(m);
	return got;
}

/* A new store of the three, then changed behind its back. */
static void store_with(const char *damage)
{
	struct memory *m;
	enum memory_put put;
	sqlite3 *db;

	unlink(path);
	m = open_it("en", false);
	if (!CHECK(m && memory_begin(m, &e) == 0))
		exit(1);
	for (int i = 0; i < 3; i++) {
		struct memory_record r = record(i);

		CHECK(memory_put(m, &r, &put, &e) == 0 && put == MEMORY_ADDED);
	}
	CHECK(memory_commit(m, &e) == 0);
	memory_close(m);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, damage, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static void new_files(void)
{
	struct memory *m;

	check_test("a language that nobody knows makes no store");
	CHECK(open_it("klingon", false) == NULL && strstr(e.text, "klingon"));
	m = open_it("de", false);
	CHECK(m != NULL);
	memory_close(m);

	check_test("a store is found sound");
	store_with("");
	CHECK(checked(false) == 0 && told == 0);

	check_test("words by other rules are refused, until a check has made them anew");
	store_with("UPDATE store SET rules = 77");
	CHECK(open_it(NULL, false) == NULL && strstr(e.text, "other rules"));
	CHECK(checked(false) == 0);
	m = open_it(NULL, false);
	CHECK(m != NULL);
	memory_close(m);
}

static void derived(void)
{
	static const char *const damage[] = {"UPDATE store SET memories = 9",
	    "UPDATE store SET words = 9", "UPDATE store SET vectors = 9",
	    "UPDATE store SET triggers = 9", "UPDATE collection SET memories = 9",
	    "UPDATE collection SET words = 9", "UPDATE collection SET vectors = 9",
	    "UPDATE collection SET triggers = 9", "DELETE FROM lore",
	    "INSERT INTO lore VALUES(1, 'x', 99)", "DELETE FROM term",
	    "UPDATE term SET memories = 9", "INSERT INTO term VALUES('x', 99, 1)",
	    "DELETE FROM block", "DELETE FROM code", "UPDATE block SET columns = x'01'",
	    "UPDATE code SET columns = x'01'", "INSERT INTO vector VALUES(99, zeroblob(12))"};

	check_test("whatever is derived and wrong is found, and made anew");
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		store_with(damage[i]);
		if (!CHECK(checked(false) == 0 && told > 0))
			printf("# %s: %s\n", damage[i], e.text);
		if (!CHECK(checked(false) == 0 && told == 0))
			printf("# again: %s\n", damage[i]);
	}
}

static void sources(void)
{
	static const char *const damage[] = {"UPDATE store SET dimensions = -5",
	    "UPDATE store SET dimensions = 4611686018427387904", "UPDATE store SET dimensions = 4",
	    "UPDATE vector SET floats = zeroblob(4)", "UPDATE memory SET json = '{'",
	    "UPDATE memory SET collection = 99", "UPDATE store SET language = 'klingon'"};

	check_test("what cannot be made anew is an error, whatever is asked");
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		store_with(damage[i]);
		if (!CHECK(checked(false) == -1) || !CHECK(checked(true) == -1))
			printf("# %s\n", damage[i]);
	}
}

/* Is the file locked by the process that asks for this? Asked by a child, for one's own do not count. */
static bool locked(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int fd = open(path, O_RDWR);

		_exit(fd >= 0 && fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void two_handles(void)
{
	struct memory *one, *two;

	check_test("one that is opened beside another takes no lock from it");
	store_with("");
	one = open_it(NULL, false);
	if (!CHECK(one && memory_snapshot(one, &e) == 0))
		return;
	CHECK(locked());
	two = open_it(NULL, false);
	CHECK(two && locked());
	memory_close(two);
	memory_release(one);
	memory_close(one);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/m.db", folder);
	new_files();
	derived();
	sources();
	two_handles();
	unlink(path);
	rmdir(folder);
	return check_done();
}
