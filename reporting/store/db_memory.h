/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTING_STORE_DB_MEMORY_H
#define REPORTING_STORE_DB_MEMORY_H

/* Before SQLite's first use: memory that it gives back is overwritten, so that
 * rows that were deleted do not stay in the process. Gives SQLite's result. */
int db_memory_start(void);

#endif
