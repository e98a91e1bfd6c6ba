/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
