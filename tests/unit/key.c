#include "key.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fs.h"

/* The longest key, as lib/key.c has it. */
enum { LONGEST = 16 * 1024 };

static char path[] = "/tmp/npc-key-XXXXXX";
/* In the place of libc's: how many bytes have been wiped. */
static size_t wiped;

void explicit_bzero(void *ptr, size_t n)
{
	wiped += n;
	memset(ptr, 0, n);
}

static struct conf conf;
static struct err e;

static void set(const char *value, const char *file, const char *command)
{
	static const char *const names[] = {"T_KEY", "T_KEY_FILE", "T_KEY_CMD"};
	const char *const values[] = {value, file, command};

	for (int i = 0; i < 3; i++)
		if (values[i])
			setenv(names[i], values[i], 1);
		else
			unsetenv(names[i]);
}

static void put_file(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CHECK(fd >= 0 && fs_write(fd, text, len, &e) == 0);
	close(fd);
}

static void found(const char *want)
{
	struct buf key = {0};

	if (!CHECK(key_is_set(&conf, "T_KEY")) || !CHECK(key_find(&conf, "T_KEY", &key, &e) == 1))
		printf("# %s\n", e.text);
	CHECK_SLICE(buf_all(&key), want);
	CHECK(strlen(buf_cstr(&key)) == key.len);
	wiped = 0;
	key_free(&key);
	CHECK(key.ptr == NULL && key.len == 0 && wiped >= strlen(want));
}

/* Set, and no good: why in words, without the secret. */
static void bad(const char *why)
{
	struct buf key = {0};

	e.text[0] = '\0';
	CHECK(key_is_set(&conf, "T_KEY"));
	if (!CHECK(key_find(&conf, "T_KEY", &key, &e) == -1) || !CHECK(strstr(e.text, why)) ||
	    !CHECK(slice_starts(slice_str(e.text), "T_KEY: ")) || !CHECK(!strstr(e.text, "sk-")))
		printf("# '%s', not '%s'\n", e.text, why);
	key_free(&key);
}

static void from_where(void)
{
	struct buf key = {0};

	check_test("none is set");
	set(NULL, NULL, NULL);
	CHECK(!key_is_set(&conf, "T_KEY") && key_find(&conf, "T_KEY", &key, &e) == 0);
	set("", "", "");
	CHECK(!key_is_set(&conf, "T_KEY") && key_find(&conf, "T_KEY", &key, &e) == 0);
	CHECK(key.len == 0);
	key_free(&key);

	check_test("the variable, then the file, then the command");
	put_file("sk-file\n", 8);
	set("sk-value", path, "echo sk-command");
	found("sk-value");
	set(NULL, path, "echo sk-command");
	found("sk-file");
	set("", NULL, "echo sk-command");
	found("sk-command");
	set("sk-value", "/nowhere", "exit 1");
	found("sk-value");

	check_test("a name that is too long is not set, not cut");
	{
		char name[200];

		memset(name, 'T', sizeof name - 1);
		name[sizeof name - 1] = '\0';
		name[127] = '\0';
		setenv(name, "sk-value", 1);
		name[127] = 'T';
		CHECK(!key_is_set(&conf, name) && key_find(&conf, name, &key, &e) == 0);
	}
}

static void what_is_a_key(void)
{
	static const struct {
		const char *value, *want, *why;
	} cases[] = {
	    {"a", "a", NULL},
	    {"sk-!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~", "sk-!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~", NULL},
	    {" \t\r\nsk-a\r\n\n ", "sk-a", NULL},
	    {" \n", NULL, "empty"},
	    {"sk-a sk-b", NULL, "another character"},
	    {"sk-a\tb", NULL, "line break"},
	    {"sk-a\nsk-b", NULL, "line break"},
	    {"sk-a\r\nX-Evil: 1", NULL, "line break"},
	    {"sk-\x7f", NULL, "no key has"},
	    {"sk-\x01", NULL, "no key has"},
	    {"sk-\xc3\xbc", NULL, "no key has"},
	    {"\xef\xbb\xbfsk-a", NULL, "no key has"},
	};
	char *large = calloc(1, LONGEST + 2);

	check_test("one line of visible characters, blanks around it taken off");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		set(cases[i].value, NULL, NULL);
		if (cases[i].want)
			found(cases[i].want);
		else
			bad(cases[i].why);
	}
	check_test("the longest, and one that is longer, from everywhere");
	memset(large, 'k', LONGEST);
	set(large, NULL, NULL);
	found(large);
	put_file(large, LONGEST);
	set(NULL, path, NULL);
	found(large);
	large[LONGEST] = 'k';
	set(large, NULL, NULL);
	bad("longer than");
	put_file(large, LONGEST + 1);
	set(NULL, path, NULL);
	bad("longer than");
	set(NULL, NULL, "head -c 20000 /dev/zero | tr '\\0' k");
	bad("longer than");
	free(large);
}

static void files(void)
{
	static const struct {
		unsigned mode;
		bool good;
	} modes[] = {{0600, true}, {0400, true}, {0700, true}, {0640, false}, {0604, false},
	    {0660, false}, {0610, false}, {0602, false}, {0601, false}, {0644, false}};
	char fd_path[64];
	int ends[2];

	check_test("a file that others can read, or write, is refused");
	set(NULL, path, "echo sk-command");
	put_file("sk-file", 7);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		CHECK(chmod(path, modes[i].mode) == 0);
		if (modes[i].good)
			found("sk-file");
		else
			bad("others can read it");
	}
	chmod(path, 0600);

	check_test("bytes that no key has, in a file");
	put_file("sk-\0file", 8);
	bad("no key has");
	put_file("", 0);
	bad("empty");
	put_file("\n\n", 2);
	bad("empty");

	check_test("no file, a folder");
	set(NULL, "/nowhere/key", NULL);
	bad("/nowhere/key: cannot open");
	set(NULL, "/tmp", NULL);
	bad("cannot read");

	check_test("a pipe, as of process substitution, in pieces");
	CHECK(pipe(ends) == 0);
	if (fork() == 0) {
		for (const char *c = "sk-pipe\n"; *c; c++)
			if (write(ends[1], c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	snprintf(fd_path, sizeof fd_path, "/proc/self/fd/%d", ends[0]);
	set(NULL, fd_path, NULL);
	found("sk-pipe");
	close(ends[0]);
}

static void commands(void)
{
	int ends[2], old = dup(STDIN_FILENO);
	char c = 0;

	check_test("what a command prints; one that fails");
	set(NULL, NULL, "printf 'sk-%s' a; echo b # and a remark");
	found("sk-ab");
	set(NULL, NULL, "echo sk-a; exit 1");
	bad("command failed");
	set(NULL, NULL, "echo sk-a; kill -9 $$");
	bad("command failed");
	set(NULL, NULL, "no-such-command-npc 2>/dev/null");
	bad("command failed");
	set(NULL, NULL, "true");
	bad("empty");

	check_test("a command that prints for ever ends");
	set(NULL, NULL, "yes sk-a 2>/dev/null");
	bad("command failed");

	check_test("a command gets none of our standard input");
	CHECK(pipe(ends) == 0 && write(ends[1], "x\n", 2) == 2);
	dup2(ends[0], STDIN_FILENO);
	close(ends[1]);
	set(NULL, NULL, "cat; echo sk-a");
	found("sk-a");
	CHECK(read(STDIN_FILENO, &c, 1) == 1 && c == 'x');
	dup2(old, STDIN_FILENO);
	close(ends[0]);

	check_test("whether it is set is told without running it");
	put_file("", 0);
	{
		struct buf command = {0};

		buf_fmt(&command, "echo ran >%s; echo sk-a", path);
		set(NULL, NULL, buf_cstr(&command));
		CHECK(key_is_set(&conf, "T_KEY"));
		buf_clear(&command);
		CHECK(fs_slurp(path, 100, &command, &e) == 0 && command.len == 0);
		buf_free(&command);
	}
}

int main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	close(fd);
	from_where();
	what_is_a_key();
	files();
	commands();
	unlink(path);
	return check_done();
}
