#include "store_test.h"

static void refused(const char *why)
{
	struct store_config c = config();
	struct err e = {""};
	struct store *s = store_open(&c, &e);

	if (!CHECK(!s && strstr(e.text, dir) && strstr(e.text, why)))
		printf("# %s\n", s ? "opened" : e.text);
	store_close(s, NULL);
}

static void accepted(void)
{
	struct store *s = open_store();

	must_put(s, 1, 100);
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(store_close(s, NULL) == 0);
}

static void opening(void)
{
	check_test("made with the folders above it; a second one finds it");
	no_store();
	CHECK(strlen(dir) + 8 < sizeof dir);
	strcat(dir, "/a/b");
	accepted();
	dir[strlen(dir) - 4] = '\0';

	check_test("an empty folder becomes a store, an empty file system too");
	no_store();
	run_shell("mkdir -p \"$DIR\"/lost+found");
	accepted();
	run_shell("head -n 1 \"$DIR\"/CACHEDIR.TAG | "
		  "grep -qx 'Signature: 8a477f597d28d172789f06886806bc55'");

	check_test("a tag that was cut short, or lost, is written again");
	run_shell(
	    "cp \"$DIR\"/CACHEDIR.TAG \"$PLACE\"/tag && truncate -s 20 \"$DIR\"/CACHEDIR.TAG");
	accepted();
	run_shell("cmp \"$DIR\"/CACHEDIR.TAG \"$PLACE\"/tag && rm \"$DIR\"/CACHEDIR.TAG");
	accepted();
	run_shell("cmp \"$DIR\"/CACHEDIR.TAG \"$PLACE\"/tag");

	check_test("a later version beside it is nobody's business");
	run_shell("mkdir \"$DIR\"/v2 && echo x >\"$DIR\"/v2/accounts");
	accepted();
	run_shell("test \"$(cat \"$DIR\"/v2/accounts)\" = x");
	run_shell("rm -rf \"$DIR\"/v1");
	accepted();

	check_test(
	    "somebody else's folder, somebody else's tag: refused, in words, and left alone");
	no_store();
	run_shell("mkdir \"$DIR\" && echo x >\"$DIR\"/thesis.tex");
	refused("not empty");
	run_shell("echo Signature: 8a477f597d28d172789f06886806bc55 >\"$DIR\"/CACHEDIR.TAG && "
		  "echo '# of a browser' >>\"$DIR\"/CACHEDIR.TAG");
	refused("somebody else's");
	run_shell("test \"$(ls \"$DIR\" | wc -l)\" = 2");
	no_store();
	run_shell("echo x >\"$DIR\"");
	refused("cannot open");
	run_shell("test \"$(cat \"$DIR\")\" = x");
	no_store();
}

static void owners(void)
{
	check_test("others can write to it, or it is another user's: refused, in words");
	no_store();
	accepted();
	run_shell("chmod g+w \"$DIR\"/v1");
	refused("others can write");
	run_shell("chmod g-w,o+w \"$DIR\"/v1");
	refused("others can write");
	run_shell("chmod o-w \"$DIR\"/v1");
	accepted();
	if (geteuid() == 0) {
		run_shell("chown 12345 \"$DIR\"");
		refused("another user's");
		run_shell("chown 0 \"$DIR\" && chown 12345 \"$DIR\"/v1");
		refused("another user's");
	}
	no_store();
}

static void modes(void)
{
	static const mode_t masks[] = {0, 022, 0777};
	mode_t before = umask(0);

	for (int i = 0; i < 3; i++) {
		check_test("folders are 0700 and files 0600, whatever the umask");
		umask(0);
		no_store();
		umask(masks[i]);
		accepted();
		umask(0);
		run_shell(
		    "test -z \"$(find \"$DIR\" -type d ! -perm 0700 -o -type f ! -perm 0600)\"");
	}
	umask(before);
}

static void accounts(void)
{
	struct store *s;
	struct err e;

	check_test("accounts that were lost are counted again");
	no_store();
	s = open_store();
	for (unsigned i = 0; i < 20; i++)
		must_put(s, i, 100 + i);
	store_close(s, NULL);
	run_shell("rm \"$DIR\"/v1/accounts");
	s = open_store();
	CHECK(totals_are_true(s));
	store_close(s, NULL);

	check_test("… and those that hold something else, or were cut short");
	run_shell("truncate -s 10 \"$DIR\"/v1/accounts");
	s = open_store();
	must_put(s, 20, 100);
	store_close(s, NULL);
	run_shell("echo nonsense >\"$DIR\"/v1/accounts");
	s = open_store();
	CHECK(totals_are_true(s));

	check_test("counters that were wrong are right after gc");
	run_shell("cd \"$DIR\"/v1 && find [0-9a-f] -type f | head -n 7 | xargs rm");
	CHECK(store_gc(s, 0, 0, &(struct store_report){0}, &e) == 0);
	CHECK(totals_are_true(s));
	store_close(s, NULL);

	check_test("accounts of a later version: refused");
	run_shell(
	    "printf '\\002' | dd of=\"$DIR\"/v1/accounts bs=1 seek=8 conv=notrunc 2>/dev/null");
	refused("later version");
	no_store();
}

static struct store_use sum;
static unsigned models;

static int add_use(void *ctx, struct slice model, const struct store_use *u)
{
	if (ctx && !slice_is(model, ctx))
		return 0;
	models++;
	sum = *u;
	return 0;
}

static void uses(void)
{
	struct store_use one = {1, 2, 3, 4, 5, 6};
	struct store *s, *t;
	struct err e;
	char name[200], want[129] = "";

	check_test("uses add up by model, over all who use the store");
	no_store();
	s = open_store();
	t = open_store();
	for (int i = 0; i < 10; i++) {
		CHECK(store_count(i % 2 ? s : t, slice_str("gpt"), &one, &e) == 0);
		CHECK(store_count(s, (struct slice){0}, &one, &e) == 0);
	}
	store_close(t, NULL);
	models = 0;
	CHECK(store_uses(s, add_use, NULL, &e) == 0 && models == 2);
	CHECK(store_uses(s, add_use, (char[]){"gpt"}, &e) == 0);
	CHECK(sum.hits == 10 && sum.misses == 20 && sum.bytes == 30 && sum.tokens_in == 40 &&
	    sum.tokens_cached == 50 && sum.tokens_out == 60);

	check_test("a long name is cut; many models have their place");
	memset(name, 'x', sizeof name);
	memset(want, 'x', 128);
	CHECK(store_count(s, slice_make(name, sizeof name), &one, &e) == 0);
	sum.hits = 0;
	CHECK(store_uses(s, add_use, want, &e) == 0 && sum.hits == 1);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "model-%d", i);
		CHECK(store_count(s, slice_str(name), &one, &e) == 0);
		CHECK(store_count(s, slice_str(name), &one, &e) == 0);
	}
	models = 0;
	CHECK(store_uses(s, add_use, (char[]){"model-99"}, &e) == 0);
	CHECK(models == 1 && sum.hits == 2);

	check_test("a record that was cut short is none, and is written over");
	run_shell("truncate -s -100 \"$DIR\"/v1/accounts");
	CHECK(store_count(s, slice_str("new"), &one, &e) == 0);
	sum.hits = 0;
	CHECK(store_uses(s, add_use, (char[]){"new"}, &e) == 0 && sum.hits == 1);
	models = 0;
	CHECK(store_uses(s, add_use, NULL, &e) == 0 && models == 103);
	store_close(s, NULL);
}

static void claims(void)
{
	struct store *a, *b;
	struct address x, y;

	check_test("one claims, the other does not, until it is released or closed");
	no_store();
	a = open_store();
	b = open_store();
	x = key_of(1);
	y = key_of(2);
	CHECK(store_claim(a, &x) == STORE_CLAIMED);
	CHECK(store_claim(b, &x) == STORE_TAKEN);
	CHECK(store_claim(b, &y) == STORE_CLAIMED);
	CHECK(store_claim(a, &y) == STORE_TAKEN);
	store_release(a, &x);
	CHECK(store_claim(b, &x) == STORE_CLAIMED);
	store_close(b, NULL);
	CHECK(store_claim(a, &x) == STORE_CLAIMED && store_claim(a, &y) == STORE_CLAIMED);

	check_test("a program that is started inherits no claim");
	b = open_store();
	run_shell("sleep 20 & echo $! >\"$PLACE\"/pid");
	store_close(a, NULL);
	CHECK(store_claim(b, &x) == STORE_CLAIMED);
	run_shell("kill $(cat \"$PLACE\"/pid)");

	check_test("where there is no file to lock, there are no claims");
	store_close(b, NULL);
	run_shell("rm \"$DIR\"/v1/flights && mkdir \"$DIR\"/v1/flights");
	a = open_store();
	CHECK(store_claim(a, &x) == STORE_UNCLAIMED);
	store_release(a, &x);
	must_put(a, 1, 100);
	store_close(a, NULL);
}

static void batches(void)
{
	struct store_config c = config();
	struct store *s, *t;
	struct err e;

	check_test("a batch gets its names together");
	no_store();
	c.sync = STORE_SYNC_BATCH;
	s = open_with(&c);
	t = open_store();
	for (unsigned i = 0; i < 10; i++)
		must_put(s, i, 100);
	CHECK(get_nth(t, 3, NULL) == 0 && truth().entries == 0);
	CHECK(store_commit(s, &e) == 0);
	for (unsigned i = 0; i < 10; i++)
		CHECK(get_nth(t, i, NULL) == 1);
	CHECK(totals_are_true(t));

	check_test("… at the latest when it is large, or closed");
	for (unsigned i = 10; i < 310; i++)
		must_put(s, i, 100);
	CHECK(get_nth(t, 10, NULL) == 1 && get_nth(t, 309, NULL) == 0);
	CHECK(store_close(s, &e) == 0);
	CHECK(get_nth(t, 309, NULL) == 1);
	CHECK(totals_are_true(t));
	run_shell("test -z \"$(ls \"$DIR\"/v1/tmp)\"");

	check_test("a batch that is lost with tmp/ fails, and is told");
	s = open_with(&c);
	must_put(s, 400, 100);
	run_shell("rm -r \"$DIR\"/v1/tmp");
	CHECK(store_commit(s, &e) < 0 && strstr(e.text, "name"));
	CHECK(totals_are_true(t));

	check_test("tmp/ is made again");
	must_put(s, 400, 100);
	CHECK(store_commit(s, &e) == 0 && get_nth(t, 400, NULL) == 1);
	store_close(s, NULL);
	store_close(t, NULL);
}

int main(void)
{
	new_place();
	opening();
	owners();
	modes();
	accounts();
	uses();
	claims();
	batches();
	no_place();
	return check_done();
}
