/*
 * relay: the run of a fetch (fetch.h) over a stream: lines from standard input, answers to standard
 * output, signals, and the end.
 *
 * The first SIGINT, SIGTERM or SIGHUP, and an output that nobody reads any more, stop it: no more
 * lines are read or handed over, CMD gets one SIGTERM and is outlived, what it answers is stored.
 * A second signal goes to CMD, a third kills it and ends the run at once. Signals that were ignored
 * when the program started stay so.
 *
 *	struct relay_result r;
 *	if (relay_run(&config, &r, &e) < 0)
 *		…				// could not begin, or go on
 *	…					// then, where r.signal is set, die by it
 *
 * Standard input is read to its end. SIGPIPE is ignored from then on, the signals above are blocked.
 */
#ifndef RELAY_H
#define RELAY_H

#include "fetch.h"
#include "stats.h"

struct relay_config {
	struct fetch_config fetch; /* without out */
	size_t max_line; /* bytes */
};

struct relay_result {
	struct fetch_counts counts;
	uint64_t lines, bytes_in, bytes_out;
	int status; /* CMD's, as a shell has it */
	int signal; /* the first; SIGPIPE: nobody reads the output */
	bool unreadable; /* the input */
	bool unwritable; /* the output */
};

/* Counts into a run's statistics. */
void relay_stats(const struct relay_result *r, struct stats *s);

int relay_run(const struct relay_config *config, struct relay_result *r, struct err *e);

#endif
