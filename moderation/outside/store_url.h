/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an address that a stranger wrote is one of the messenger's own store.
 * Only such are ever asked, and only as they are written: what two readers of
 * an address could take for different things (a user, a backslash, a dot
 * segment, an escaped slash) is not one. Pure.
 */
#ifndef MODERATION_OUTSIDE_STORE_URL_H
#define MODERATION_OUTSIDE_STORE_URL_H

#include "frank.h"

/* Whether text is a prefix that can be configured: "https://host/path/", with a
 * port or without; http too. It ends in a slash, so that nothing else begins
 * with it, and has no query. */
bool store_url_is_prefix(const char *text);

/* Whether url lies below a prefix: the same scheme, host (in any case) and
 * port, and a path that begins with its path and goes on. A query is allowed.
 */
bool store_url_is_below(struct frank_span url, const char *prefix);

#endif
