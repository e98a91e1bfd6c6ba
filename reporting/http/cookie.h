/* SPDX-License-Identifier: Apache-2.0 */
/* A Cookie header (RFC 6265, section 4.2.1), as text alone. */
#ifndef REPORTING_HTTP_COOKIE_H
#define REPORTING_HTTP_COOKIE_H

#include "frank.h"

/* How many cookies of this name a header's value holds; *value is that of the
 * last one, within the header and maybe empty, and stays as it is where there
 * is none. Names are told apart by case. A value goes to the next semicolon,
 * but without spaces at its end; quotes are part of it. */
unsigned cookie_find(struct frank_span *value, const char *header,
                     const char *name);

#endif
