/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that is written to a socket without libmicrohttpd. */
#ifndef REPORTING_HTTP_RAW_H
#define REPORTING_HTTP_RAW_H

/* Sends problem details with this status and name, and "Connection: close"; as
 * much as fits without waiting. */
void raw_refuse(int fd, unsigned status, const char *name);

#endif
