#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <unistd.h>

#include "fs.h"

enum { KEY_MAX = 16 * 1024 };

static const char *setting(const struct conf *c, const char *name, const char *suffix)
{
	char full[128];

	if (snprintf(full, sizeof full, "%s%s", name, suffix) >= (int)sizeof full)
		return NULL;
	return conf_get(c, full);
}

bool key_is_set(const struct conf *c, const char *name)
{
	return setting(c, name, "") || setting(c, name, "_FILE") || setting(c, name, "_CMD");
}

static int read_all(int fd, const char *from, struct buf *key, struct err *e)
{
	ssize_t n;

	for (;;) {
		char *to = buf_room(key, KEY_MAX + 1 - key->len);

		n = to ? fs_read(fd, to, KEY_MAX + 1 - key->len) : 0;
		if (n < 0)
			return err_sys(e, errno, "%s: cannot read", from);
		key->len += (size_t)n;
		if (n == 0 || key->len > KEY_MAX)
			return 0;
	}
}

/* The open file is asked, not its name: that could be another one by then. */
static int read_file(const char *path, struct buf *key, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status;
	struct stat st;

	if (fd < 0)
		return err_sys(e, errno, "%s: cannot open", path);
	if (fstat(fd, &st) < 0)
		status = err_sys(e, errno, "%s: cannot read", path);
	else if (S_ISREG(st.st_mode) && (st.st_mode & 077))
		status = err_set(e, "%s: others can read it (chmod 600 it first)", path);
	else
		status = read_all(fd, path, key, e);
	close(fd);
	return status;
}

/* Our standard input holds requests, not answers for a command that asks something. */
static FILE *start_command(const char *command)
{
	struct buf line = {0};
	FILE *out;

	buf_fmt(&line, "exec </dev/null\n%s", command);
	out = popen(buf_cstr(&line), "re");
	buf_free(&line);
	return out;
}

static int run_command(const char *command, struct buf *key, struct err *e)
{
	FILE *out = start_command(command);
	int status;

	if (!out)
		return err_sys(e, errno, "cannot run the key's command");
	status = read_all(fileno(out), "the key's command", key, e);
	if (pclose(out) != 0 && status == 0)
		return err_set(e, "the key's command failed");
	return status;
}

static int check(struct buf *key, struct err *e)
{
	struct slice text = slice_trim(buf_all(key));

	if (text.len == 0)
		return err_set(e, "the key is empty");
	if (text.len > KEY_MAX)
		return err_set(e, "the key is longer than %d bytes", KEY_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return err_set(e,
			    "the key has a line break, or another character "
			    "that no key has, in it");
	memmove(key->ptr, text.ptr, text.len);
	key->len = text.len;
	return 1;
}

int key_find(const struct conf *c, const char *name, struct buf *key, struct err *e)
{
	const char *value = setting(c, name, "");
	int status = 0;

	if (value)
		buf_str(key, value);
	else if ((value = setting(c, name, "_FILE")) != NULL)
		status = read_file(value, key, e);
	else if ((value = setting(c, name, "_CMD")) != NULL)
		status = run_command(value, key, e);
	else
		return 0;
	if (status == 0)
		status = check(key, e);
	if (status < 0)
		err_wrap(e, "%s", name);
	return status;
}

void key_free(struct buf *key)
{
	if (key->ptr)
		explicit_bzero(key->ptr, key->cap);
	buf_free(key);
}
