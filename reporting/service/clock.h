/* SPDX-License-Identifier: Apache-2.0 */
/* The time, for those at the edge: functions that decide are given it. */
#ifndef REPORTING_SERVICE_CLOCK_H
#define REPORTING_SERVICE_CLOCK_H

#include <stdint.h>

uint64_t clock_wall(void);      /* ms since 1970; may be set back */
uint64_t clock_monotonic(void); /* ms since some moment; never goes back */

#endif
