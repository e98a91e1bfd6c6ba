/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets, as settings name them. */
#ifndef REPORTING_SERVICE_LISTEN_H
#define REPORTING_SERVICE_LISTEN_H

#include "frank.h"

/* "address:port", "[address]:port" or "unix:/path": a socket that listens. A
 * Unix socket that nobody listens on any more is replaced; its file is made
 * with `mode`. -1 after a line in the journal. */
int listen_on(const char *where, unsigned mode);

/* Removes the file of a Unix socket. */
void listen_forget(const char *where);

#endif
