/*
 * paceshare: a quota (pace.h) that processes share in a file: rate, budget and pauses of one key,
 * for xargs -P, cron jobs and Slurm arrays.
 *
 * The file is one line of text of a fixed length: a name and version, the times at which the
 * buckets are empty, the pause, what is used of the budgets, a checksum. Limits do not stand in
 * it: each process brings its own. It is made when it is not there; an empty one is new. What was
 * used stays used: a new budget begins with a new file.
 *
 * Each call locks the file (an open file description lock, which works between the threads and
 * children of a process, too, and goes with whoever dies), reads, decides, writes, unlocks. It is
 * never locked while somebody waits: a taker is told how long to wait. The line is written by one
 * call within one page, so that a process killed at any point leaves the old or the new one. What
 * a killed process had reserved stays used: it may have been paid for.
 *
 * Time in the file is the wall clock: the only one that machines with a common file system share,
 * and that goes on through a reboot. Time there never runs backwards: a clock that is at most a
 * minute behind the latest that was written takes that as now; one further behind was set back, and
 * the times in the file move with it. Forwards it brings no more than the buckets' bursts.
 *
 * Errors: cannot open or lock, damaged, not such a file, a version that is not known. A file
 * that is not understood is never written to.
 *
 *	struct paceshare s;
 *	if (paceshare_open(&s, path, &e) < 0)
 *		…
 *	switch (paceshare_take(&s, &quota, &demand, &wait, &e)) {
 *	case 1:  …					// may be sent in wait ns
 *	case 0:  …					// no room in the budget
 *	default: …					// e says why
 *	}
 *	paceshare_settle(&s, &quota, &demand, &used, &e);
 *	paceshare_close(&s);
 */
#ifndef PACESHARE_H
#define PACESHARE_H

#include <stdint.h>

#include "err.h"
#include "pace.h"

struct paceshare {
	int fd;
	char *path;
	int64_t (*wall)(void); /* the clock, for tests; clock_wall */
};

/* Opens or makes the file (mode 0666 less the umask) and checks it. */
int paceshare_open(struct paceshare *s, const char *path, struct err *e);

/*
 * As pace_quota_take(): 1 and *wait, nanoseconds from now; 0 when a budget has no room; -1. Of
 * quota only the limits matter (per_minute, burst, limited, limit); the rest is filled in from the
 * file, so that what is used can be shown.
 */
int paceshare_take(struct paceshare *s, struct pace_quota *quota, const struct pace_demand *d,
    int64_t *wait, struct err *e);

int paceshare_settle(struct paceshare *s, struct pace_quota *quota,
    const struct pace_demand *reserved, const struct pace_demand *used, struct err *e);

/* For a request that was taken and never sent. */
int paceshare_return(struct paceshare *s, struct pace_quota *quota,
    const struct pace_demand *reserved, struct err *e);

/* Nobody is let go for so long, in nanoseconds. What was let go before goes. */
int paceshare_pause(struct paceshare *s, struct pace_quota *quota, int64_t wait, struct err *e);

void paceshare_close(struct paceshare *s);

#endif
