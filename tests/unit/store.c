#include "store_test.h"

enum { HEAD = 128 };

static void put_and_get(void)
{
	static const size_t sizes[] = {64, 1000, 4096 - HEAD, 4096 - HEAD + 1, 5000, 70000, 200000};
	struct store *s;
	struct store_info info;
	struct err e;

	check_test("what is put can be got, by another too; anything else is a miss");
	no_store();
	s = open_store();
	CHECK(get_nth(s, 0, NULL) == 0);
	for (unsigned i = 0; i < 7; i++)
		must_put(s, i, sizes[i]);
	for (unsigned i = 0; i < 7; i++) {
		CHECK(get_nth(s, i, &info) == 1);
		CHECK(info.tokens_in == i && info.tokens_cached == 7 && info.tokens_out == i + 1);
		CHECK(info.created > 0 && info.created <= clock_wall() && info.expires == 0);
		CHECK(info.stored == sizes[i] + HEAD);
	}
	CHECK(get_nth(s, 8, NULL) == 0);
	CHECK(totals_are_true(s));
	CHECK(store_close(s, NULL) == 0);
	s = open_store();
	for (unsigned i = 0; i < 7; i++)
		CHECK(get_nth(s, i, NULL) == 1);
	CHECK(totals_are_true(s));

	check_test("put again: it is replaced, and counted once");
	must_put(s, 1, 3000);
	must_put(s, 1, 2000);
	CHECK(get_nth(s, 1, &info) == 1 && info.stored == 2000 + HEAD);
	CHECK(totals_are_true(s));

	check_test("a payload that is too large is refused, and nothing is changed");
	CHECK(store_put(s, &(struct address){{1}}, slice_make("", ((size_t)256 << 20) + 1),
		  &(struct store_info){0}, &e) < 0 &&
	    strstr(e.text, "larger"));
	CHECK(totals_are_true(s));

	check_test("an empty payload is one too");
	CHECK(store_put(s, &(struct address){{1}}, (struct slice){0}, &info, &e) == 0);
	CHECK(store_get(s, &(struct address){{1}}, NULL, &(struct buf){0}, &info));
	store_close(s, NULL);
}

static void many_asked_for(void)
{
	struct store *s;

	check_test("many are got, also where the folders were removed meanwhile and made again");
	no_store();
	s = open_store();
	for (unsigned i = 0; i < 300; i++)
		must_put(s, i, 100);
	for (unsigned i = 0; i < 300; i++)
		CHECK(get_nth(s, i, NULL) == 1 && get_nth(s, i + 300, NULL) == 0);
	run_shell("rm -rf \"$DIR\"/v1/[0-9a-f]");
	for (unsigned i = 0; i < 300; i++)
		CHECK(get_nth(s, i, NULL) == 0);
	for (unsigned i = 0; i < 300; i++) {
		must_put(s, i, 200);
		CHECK(get_nth(s, i, NULL) == 1);
	}
	store_close(s, NULL);
}

static uint64_t stored_packing(struct store *s, size_t len)
{
	struct address key = key_of(1);
	struct buf in = {0}, out = {0};
	struct store_info info = {0};
	struct err e;

	payload_of(1, len, true, &in);
	CHECK(store_put(s, &key, buf_all(&in), &info, &e) == 0);
	CHECK(store_get(s, &key, NULL, &out, &info));
	CHECK(slice_eq(buf_all(&in), buf_all(&out)));
	buf_free(&in);
	buf_free(&out);
	return info.stored;
}

static void packing(void)
{
	struct store *s;

	check_test("packed only where that saves a disk block");
	no_store();
	s = open_store();
	CHECK(stored_packing(s, 3000) == 3000 + HEAD);
	CHECK(stored_packing(s, 4096 - HEAD) == 4096);
	CHECK(stored_packing(s, 4096 - HEAD + 1) < 1000);
	CHECK(stored_packing(s, 1000000) < 10000);
	must_put(s, 2, 5000);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

static bool fresh_enough(struct store *s, int64_t max_age)
{
	struct address key = key_of(1);
	struct store_want want = {.max_age = max_age};
	struct store_info info;
	struct buf b = {0};
	bool hit = store_get(s, &key, &want, &b, &info);

	CHECK(hit || b.len == 0);
	buf_free(&b);
	return hit;
}

static void put_dated(struct store *s, int64_t created, int64_t expires)
{
	struct address key = key_of(1);
	struct store_info info = {.created = created, .expires = expires};
	struct err e;

	CHECK(store_put(s, &key, slice_str("x"), &info, &e) == 0);
}

static void ages(void)
{
	int64_t now = clock_wall();
	struct store *s;

	check_test("older than is wanted, or expired: a miss");
	no_store();
	wall = now;
	s = open_store();
	put_dated(s, now - 10 * SECOND, 0);
	CHECK(fresh_enough(s, 0) && fresh_enough(s, 10 * SECOND) && !fresh_enough(s, 9 * SECOND));
	put_dated(s, 0, now + 5 * SECOND);
	CHECK(fresh_enough(s, 0));
	wall = now + 5 * SECOND - 1;
	CHECK(fresh_enough(s, 0));
	wall++;
	CHECK(!fresh_enough(s, 0));

	check_test("what was made before the clock was set back is a hit");
	wall = now - 1000 * HOUR;
	CHECK(fresh_enough(s, SECOND));
	wall = 0;
	store_close(s, NULL);
}

static void marks(void)
{
	struct store_config c = config();
	struct store *s;

	check_test("an entry is as old as its put, by the store's clock, to the nanosecond");
	wall = clock_wall() - 5 * HOUR;
	no_store();
	s = open_store();
	must_put(s, 1, 100);
	CHECK(age_of(1) == 0);
	store_close(s, NULL);
	wall = 0;

	check_test("a hit marks what was not used for an hour");
	no_store();
	s = open_store();
	must_put(s, 1, 100);
	set_age(1, 2 * HOUR);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) < HOUR / 2 && age_of(1) >= 0);

	check_test("… and leaves alone what was");
	set_age(1, HOUR / 2);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) >= HOUR / 2);

	check_test("a time of the future becomes now");
	set_age(1, -48 * HOUR);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) < HOUR / 2 && age_of(1) >= 0);

	check_test("who asks for much marks what was made long ago as well");
	wall = clock_wall() + 2 * HOUR;
	for (int i = 0; i < 200; i++)
		CHECK(get_nth(s, 2, NULL) == 0);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) < HOUR / 2 && age_of(1) >= 0);

	check_test("… and, of what it has marked within the hour, does not even ask");
	set_age(1, 2 * HOUR);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) >= 2 * HOUR);
	wall += HOUR;
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) < HOUR / 2);
	wall = 0;
	store_close(s, NULL);

	check_test("nothing is marked where that is not wished");
	c.no_touch = true;
	s = open_with(&c);
	set_age(1, 2 * HOUR);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(age_of(1) >= 2 * HOUR);
	store_close(s, NULL);
}

static struct buf whole_entry(struct store *s, unsigned n)
{
	struct address key = key_of(n);
	struct buf b = {0};

	CHECK(store_get_entry(s, &key, NULL, &b));
	return b;
}

static unsigned told_bad;
static char told_why[64];

static void count_bad(void *ctx, const char *path, const char *why)
{
	char want[256];

	path_of(*(unsigned *)ctx, want);
	if (!CHECK(strcmp(path, want) == 0))
		printf("# %s\n", path);
	snprintf(told_why, sizeof told_why, "%s", why);
	told_bad++;
}

/* It is a miss, and told by verify. */
static void is_bad(struct store *s, unsigned n)
{
	struct store_report r;
	struct err e;

	told_bad = 0;
	CHECK(get_nth(s, n, NULL) == 0);
	CHECK(store_verify(s, count_bad, &n, &r, &e) == 0);
	CHECK(told_bad == 1 && r.bad == 1);
}

static void damage(struct store *s, unsigned n)
{
	struct buf good = whole_entry(s, n);
	struct address key = key_of(n);
	struct store_info info;
	struct err e;
	char path[256];

	path_of(n, path);
	for (size_t len = 0; len < good.len; len++) {
		write_file(path, good.ptr, len);
		is_bad(s, n);
	}
	for (size_t i = 0; i < good.len * 8; i++) {
		good.ptr[i / 8] = (char)(good.ptr[i / 8] ^ 1 << i % 8);
		write_file(path, good.ptr, good.len);
		is_bad(s, n);
		CHECK(!store_read_entry(&key, buf_all(&good), &(struct buf){0}, &info));
		CHECK(store_put_entry(s, &key, buf_all(&good), &e) < 0);
		good.ptr[i / 8] = (char)(good.ptr[i / 8] ^ 1 << i % 8);
	}
	buf_byte(&good, 0);
	write_file(path, good.ptr, good.len);
	is_bad(s, n);
	buf_free(&good);
}

static void damaged(void)
{
	struct store *s;
	struct store_report r;
	struct err e;
	unsigned n = 1;

	check_test(
	    "cut at every length, every bit flipped, a byte too many: a miss, told by verify");
	no_store();
	s = open_store();
	must_put(s, 1, 70);
	damage(s, 1);

	check_test("… replaced by the next put");
	must_put(s, 1, 70);
	CHECK(get_nth(s, 1, NULL) == 1);
	told_bad = 0;
	CHECK(store_verify(s, count_bad, &n, &r, &e) == 0);
	CHECK(told_bad == 0 && r.bad == 0 && r.checked == 1 && r.left.entries == 1);

	check_test("the same for one that is packed");
	no_store();
	store_close(s, NULL);
	s = open_store();
	CHECK(stored_packing(s, 4100) < 400);
	damage(s, 1);
	store_close(s, NULL);
}

static void misplaced(void)
{
	struct store *s;
	struct buf b;
	struct address key = key_of(2);
	char path[256];
	struct err e;

	check_test("a whole entry under another's name is a miss");
	no_store();
	s = open_store();
	must_put(s, 1, 100);
	must_put(s, 2, 100);
	b = whole_entry(s, 1);
	path_of(2, path);
	write_file(path, b.ptr, b.len);
	is_bad(s, 2);
	CHECK(strstr(told_why, "another's"));
	CHECK(store_put_entry(s, &key, buf_all(&b), &e) < 0);
	must_put(s, 2, 100);
	CHECK(get_nth(s, 2, NULL) == 1);

	check_test("one of another version is a miss, left alone, told by verify, replaced by put");
	b.ptr[8] = 2;
	path_of(1, path);
	write_file(path, b.ptr, b.len);
	is_bad(s, 1);
	CHECK(strstr(told_why, "version"));
	CHECK(store_gc(s, 0, 0, &(struct store_report){0}, &e) == 0);
	CHECK(access(path, F_OK) == 0);
	must_put(s, 1, 100);
	CHECK(get_nth(s, 1, NULL) == 1);

	check_test("a folder, a pipe or a link under an entry's name is a miss");
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK(get_nth(s, 1, NULL) == 0);
	CHECK(put_nth(s, 1, 100, &e) < 0);
	CHECK(rmdir(path) == 0 && mkfifo(path, 0600) == 0);
	CHECK(get_nth(s, 1, NULL) == 0);
	CHECK(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
	CHECK(get_nth(s, 1, NULL) == 0);
	must_put(s, 1, 100);
	CHECK(get_nth(s, 1, NULL) == 1);
	buf_free(&b);
	store_close(s, NULL);
}

static void between_stores(void)
{
	struct store *s;
	struct address key = key_of(1);
	struct buf b, payload = {0};
	struct store_info info;
	struct err e;

	check_test("a whole entry can be read in memory, and put into another store");
	no_store();
	s = open_store();
	must_put(s, 1, 5000);
	b = whole_entry(s, 1);
	store_close(s, NULL);
	CHECK(store_read_entry(&key, buf_all(&b), &payload, &info) && payload.len == 5000);
	CHECK(info.stored == b.len && info.tokens_out == 2);
	no_store();
	s = open_store();
	CHECK(store_put_entry(s, &key, buf_all(&b), &e) == 0);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(totals_are_true(s));
	buf_free(&b);
	buf_free(&payload);
	store_close(s, NULL);
}

int main(void)
{
	new_place();
	put_and_get();
	many_asked_for();
	packing();
	ages();
	marks();
	damaged();
	misplaced();
	between_stores();
	no_place();
	return check_done();
}
