/*
 * What a durable line costs on this disk: write() and fdatasync(), on the end of a file.
 *
 *	append FILE SIZE TIMES
 *
 * Prints the median in microseconds. FILE is made anew, and left there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "made.h"
#include "mem.h"

int main(int argc, char **argv)
{
	long size = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	long times = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	double *took;
	char *line;
	int fd;

	if (size <= 0 || times <= 0)
		return 2;
	line = mem_array((size_t)size, 1);
	took = mem_array((size_t)times, sizeof *took);
	memset(line, 'x', (size_t)size);
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	for (long i = 0; i < times; i++) {
		int64_t from = clock_mono();

		if (fd < 0 || fs_write(fd, line, (size_t)size, NULL) < 0 || fdatasync(fd) < 0) {
			fprintf(stderr, "append: %s: %s\n", argv[1], strerror(errno));
			return 1;
		}
		took[i] = (double)(clock_mono() - from) / 1000;
	}
	printf("%.1f\n", made_median(took, (size_t)times));
	return 0;
}
