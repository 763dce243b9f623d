#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "memory_impl.h"

/*
 * SQLite would wait for the disk in each commit, while what comes next could be worked on. So it hands
 * a commit to the system only (synchronous = NORMAL, which keeps the order that a sound file needs), and
 * the log, where it is whole, is synced here. The log that is synced is the one that was written:
 * it is neither removed nor replaced while somebody, as we, has the database open; and what a
 * checkpoint has brought from it into the file meanwhile, that has synced.
 */
static int open_log(struct memory *m, struct err *e)
{
	const char *path;

	if (m->log_open)
		return 0;
	path = sqlite3_filename_wal(sqlite3_db_filename(m->db, "main"));
	/* To be synced by aio, it has to be open for writing. */
	m->log.aio_fildes = open(path, O_RDWR | O_CLOEXEC);
	if (m->log.aio_fildes < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	m->log_open = true;
	return 0;
}

static int failed(struct memory *m, int error, struct err *e)
{
	return err_set(e, "%s: cannot be synced: %s", m->path, strerror(error));
}

int memory_sync_begin(struct memory *m, struct err *e)
{
	if (m->normal)
		return 0;
	if (open_log(m, e) < 0)
		return -1;
	if (aio_fsync(O_DSYNC, &m->log) < 0)
		return failed(m, errno, e);
	m->syncing = true;
	return 0;
}

int memory_durable(struct memory *m, struct err *e)
{
	const struct aiocb *const log = &m->log;
	int error;

	if (!m->syncing)
		return 0;
	while ((error = aio_error(log)) == EINPROGRESS)
		aio_suspend(&log, 1, NULL);
	m->syncing = false;
	return error || aio_return(&m->log) < 0 ? failed(m, error, e) : 0;
}

int memory_sync(struct memory *m, struct err *e)
{
	if (m->normal)
		return 0;
	if (memory_durable(m, e) < 0 || open_log(m, e) < 0)
		return -1;
	return fdatasync(m->log.aio_fildes) < 0 ? failed(m, errno, e) : 0;
}

void memory_sync_free(struct memory *m)
{
	memory_durable(m, NULL);
	if (m->log_open)
		close(m->log.aio_fildes);
}
