#include "store_impl.h"
#include "store_test.h"

static struct store_report report;

static void must_gc(struct store *s, uint64_t max_size, int64_t max_age)
{
	struct err e = {""};

	if (!CHECK(store_gc(s, max_size, max_age, &report, &e) == 0))
		printf("# %s\n", e.text);
	CHECK(totals_are_true(s));
}

static unsigned there(struct store *s, unsigned from, unsigned to)
{
	unsigned n = 0;

	for (unsigned i = from; i < to; i++) {
		int hit = get_nth(s, i, NULL);

		CHECK(hit >= 0);
		n += hit == 1;
	}
	return n;
}

static struct store *plain_store(void)
{
	struct store_config c = config();

	c.no_touch = true;
	no_store();
	return open_with(&c);
}

static void exact(void)
{
	struct store *s = plain_store();
	int64_t now = clock_wall();

	check_test("gc keeps the most recently used, as many as fit");
	for (unsigned i = 0; i < 200; i++)
		must_put(s, i, 872);
	/* In an order that is not that of the keys, nor of the puts. */
	for (unsigned i = 0; i < 200; i++)
		set_age(i, (1 + (int64_t)i * 77 % 200) * SECOND);
	must_gc(s, 50 * 1000 + 999, 0);
	CHECK(report.checked == 200 && report.removed == 150 && report.bytes == 150000);
	CHECK(report.left.entries == 50 && report.left.bytes == 50000 && report.bad == 0);
	for (unsigned i = 0; i < 200; i++)
		CHECK(get_nth(s, i, NULL) == (i * 77 % 200 < 50));

	check_test("gc removes nothing where all fits");
	must_gc(s, 50000, 0);
	CHECK(report.removed == 0 && report.left.entries == 50);
	must_gc(s, 0, 0);
	CHECK(report.removed == 0);

	check_test("a time of the future is now: neither first nor for ever");
	set_age(0, -1000 * HOUR);
	must_gc(s, 1000, 0);
	CHECK(there(s, 0, 200) == 1 && get_nth(s, 0, NULL) == 1);
	CHECK(age_of(0) >= 0 && age_of(0) < HOUR);

	check_test("… and what was put since gc began is not of the future");
	wall = now;
	set_age(0, -15 * SECOND);
	step = 10 * SECOND;
	must_gc(s, 0, 0);
	step = 0;
	wall = now;
	CHECK(age_of(0) == -15 * SECOND);
	wall = 0;
	store_close(s, NULL);
}

static void old_and_bad(void)
{
	struct store *s = plain_store();
	struct store_info info = {0};
	struct address key;
	struct err e;
	char path[256];

	check_test("gc removes what has expired, is too old, or is not whole by its header");
	wall = clock_wall();
	for (unsigned i = 0; i < 4; i++) {
		key = key_of(i);
		info.created = i == 0 ? wall - 10 * HOUR : wall + (int64_t)i;
		info.expires = i == 1 ? wall + HOUR : 0;
		CHECK(store_put(s, &key, slice_str("x"), &info, &e) == 0);
	}
	must_gc(s, 0, 0);
	CHECK(report.removed == 0);
	wall += HOUR;
	path_of(2, path);
	CHECK(truncate(path, 128) == 0);
	must_gc(s, 0, 5 * HOUR);
	CHECK(report.removed == 3 && report.bad == 1 && report.left.entries == 1);
	CHECK(access(path, F_OK) < 0);

	check_test("… and nothing early when the clock is set back");
	wall -= 1000 * HOUR;
	must_gc(s, 0, SECOND);
	CHECK(report.removed == 0 && report.left.entries == 1);
	wall = 0;

	check_test("gc removes temporary files that nobody writes any more, and no others");
	run_shell("touch -d '2 hours ago' \"$DIR\"/v1/tmp/old && touch \"$DIR\"/v1/tmp/new && "
		  "touch -d 'tomorrow' \"$DIR\"/v1/tmp/tomorrow");
	run_shell("touch -d '2 hours ago' \"$DIR\"/v1/notes");
	must_gc(s, 0, 0);
	run_shell("cd \"$DIR\"/v1 && test \"$(ls tmp | tr '\\n' ' ')\" = 'new tomorrow ' && test "
		  "-e notes");
	run_shell("find \"$DIR\"/v1/tmp/tomorrow -mmin +1 -o -mmin -1 | grep -q .");

	check_test("a name that is no entry's is left alone");
	run_shell("cd \"$DIR\"/v1 && mkdir -p 0/0 && echo x >0/0/.nfs0001");
	must_gc(s, 1, 0);
	run_shell("test -e \"$DIR\"/v1/0/0/.nfs0001 && rm \"$DIR\"/v1/0/0/.nfs0001");
	store_close(s, NULL);
}

static void changed_since(void)
{
	struct store *s = plain_store();
	struct store_files files = {0};
	struct err e;
	const unsigned folder = 0;

	check_test("what was replaced, or used, since it was listed is not removed");
	for (unsigned i = 0; i < 1000; i++)
		if (key_of(i).bytes[0] == folder)
			must_put(s, i, 100);
	CHECK(store_list(s, folder, true, &files, &e) == 0 && files.n >= 3);
	for (unsigned i = 0, k = 0; i < 1000 && k < 2; i++)
		if (key_of(i).bytes[0] == folder && k++ == 0)
			must_put(s, i, 100);
		else if (key_of(i).bytes[0] == folder)
			set_age(i, 0);
	report = (struct store_report){0};
	CHECK(store_remove(s, files.file, files.n, &report, &e) == 0);
	CHECK(report.removed == files.n - 2 && truth().entries == 2);
	CHECK(totals_are_true(s));
	free(files.file);
	store_close(s, NULL);
}

static int count_one(void *ctx, const struct address *key, const struct store_info *info)
{
	unsigned *n = ctx;

	(void)key;
	CHECK(info->tokens_cached == 7 && info->stored == 228);
	++*n;
	return *n == 50 ? -1 : 0;
}

static void walk_and_clear(void)
{
	struct store *s = plain_store();
	unsigned n = 0;
	char path[256];
	struct err e;

	check_test("a walk meets each entry that is whole by its header");
	for (unsigned i = 0; i < 40; i++)
		must_put(s, i, 100);
	path_of(7, path);
	CHECK(truncate(path, 200) == 0);
	CHECK(store_walk(s, count_one, &n, &e) == 0 && n == 39);

	check_test("… until it is stopped");
	n = 45;
	CHECK(store_walk(s, count_one, &n, &e) == -1 && n == 50);

	check_test("clear removes all");
	CHECK(store_clear(s, &report, &e) == 0);
	CHECK(report.removed == 40 && report.left.entries == 0 && report.left.bytes == 0);
	CHECK(truth().entries == 0 && totals_are_true(s));
	store_close(s, NULL);
}

/* Puts many into a store that has room for some; never far over, and the youngest are there. */
static void overfill(uint64_t room, unsigned many, size_t size)
{
	struct store_config c = config();
	struct store *s;
	uint64_t most = 0;
	unsigned kept;
	struct store_totals t;
	struct err e;

	no_store();
	c.max_size = room * size;
	c.no_touch = true;
	c.sync = STORE_SYNC_NONE;
	s = open_with(&c);
	for (unsigned i = 0; i < many; i++) {
		must_put(s, i, size - 128);
		CHECK(store_totals(s, &t, &e) == 0);
		most = t.entries > most ? t.entries : most;
	}
	CHECK(most <= room + 16);
	kept = there(s, 0, many);
	CHECK(kept == truth().entries && kept <= room + 16 && kept >= room * 7 / 8);
	/* All of the youngest three quarters of what is there. */
	CHECK(there(s, many - (unsigned)(room * 3 / 4), many) == room * 3 / 4);
	CHECK(totals_are_true(s));
	printf("# room for %llu: %u kept, %llu at most\n", (unsigned long long)room, kept,
	    (unsigned long long)most);
	store_close(s, NULL);
}

static void automatic(void)
{
	struct store_config c = config();
	struct store *s, *t;
	struct err e;

	check_test("puts keep a tiny store at its size, the least recently used gone");
	overfill(8, 100, 1000);
	check_test("… a small one");
	overfill(300, 2000, 1000);
	check_test("… a larger one");
	overfill(4000, 10000, 200);

	check_test("a store that was over for long is made smaller by puts, bounded each");
	no_store();
	s = open_store();
	for (unsigned i = 0; i < 2000; i++)
		must_put(s, i, 872);
	for (unsigned i = 0; i < 2000; i++)
		set_age(i, HOUR);
	store_close(s, NULL);
	c.max_size = 500 * 1000;
	s = open_with(&c);
	must_put(s, 2000, 872);
	CHECK(truth().entries >= 1500);
	for (unsigned i = 2001; i < 2300; i++)
		must_put(s, i, 872);
	CHECK(truth().entries <= 516);
	CHECK(there(s, 2000, 2300) == 300);
	CHECK(totals_are_true(s));

	check_test("counts that were too high are found out, and nothing is removed for them");
	CHECK(store_gc(s, 400 * 1000, 0, &report, &e) == 0);
	run_shell("printf '\\377\\377\\377' | dd of=\"$DIR\"/v1/accounts bs=1 seek=72 conv=notrunc "
		  "2>/dev/null");
	for (unsigned i = 2300; i < 2320; i++)
		must_put(s, i, 872);
	CHECK(truth().entries == 420);
	CHECK(totals_are_true(s));

	check_test("one collector at a time: the others just put");
	t = open_store();
	CHECK(store_lock_collector(t, true, &e) == 0);
	for (unsigned i = 3000; i < 3200; i++)
		must_put(s, i, 872);
	CHECK(truth().entries == 620);
	store_unlock_collector(t);
	store_close(t, NULL);
	for (unsigned i = 3200; i < 3300; i++)
		must_put(s, i, 872);
	CHECK(truth().entries <= 516);
	CHECK(totals_are_true(s));

	check_test("a cutoff from before the clock was set back removes nothing");
	wall = clock_wall() + 1000 * HOUR;
	for (unsigned i = 2320; i < 2520; i++)
		must_put(s, i, 872);
	for (unsigned i = 2520; i < 2620; i++)
		must_put(s, i, 872);
	wall = 0;
	for (unsigned i = 2620; i < 2720; i++)
		must_put(s, i, 872);
	CHECK(truth().entries >= 430 && truth().entries <= 516);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

int main(void)
{
	new_place();
	exact();
	old_and_bad();
	changed_since();
	walk_and_clear();
	automatic();
	no_place();
	return check_done();
}
