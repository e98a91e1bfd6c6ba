/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTING_FRANKD_INIT_H
#define REPORTING_FRANKD_INIT_H

/* Makes a folder with everything that a hub needs to start: keys, tokens and a
 * configuration, for a log of this name. Nothing that is there is overwritten.
 * An exit code. */
int init_folder(const char *folder, const char *origin);

#endif
