/*
 * clock: the time, in nanoseconds. Modules take the time as a parameter; only programs ask for it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Since an arbitrary point; never goes backwards. */
int64_t clock_mono(void);

/* Since 1970-01-01T00:00:00Z. */
int64_t clock_wall(void);

/* Processor time that this process has used, user and system. */
int64_t clock_cpu(void);

#endif
