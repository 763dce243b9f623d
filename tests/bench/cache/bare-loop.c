/*
 * What npc-cache cannot do without: open, read, close, for each file.
 *
 *	bare-loop DIR <PATHS
 *
 * PATHS are in DIR, a line each. Prints the processor time of one, in microseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "slice.h"

static char **paths;
static size_t n_paths, cap;

static void read_paths(void)
{
	char line[4096];

	while (fgets(line, sizeof line, stdin)) {
		paths = mem_more(paths, n_paths, &cap, sizeof *paths);
		paths[n_paths++] = mem_copy(line, strcspn(line, "\n"));
	}
}

int main(int argc, char **argv)
{
	static char bytes[1 << 16];
	int dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	int64_t from;

	read_paths();
	from = clock_cpu();
	for (size_t i = 0; i < n_paths; i++) {
		int fd = openat(dir, paths[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, bytes, sizeof bytes) < 0) {
			fprintf(stderr, "bare-loop: %s: %s\n", paths[i], strerror(errno));
			return 1;
		}
		close(fd);
	}
	if (n_paths == 0)
		return 1;
	printf("%.3f\n", (double)(clock_cpu() - from) / 1000 / (double)n_paths);
	return 0;
}
