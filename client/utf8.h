/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLIENT_UTF8_H
#define CLIENT_UTF8_H

#include "frank.h"

/* Bytes of the UTF-8 character (RFC 3629: no surrogates, no overlong forms)
 * that text begins with: 1 to 4, or 0 where it is none. len is at least 1.
 * *code, if not NULL, gets the code point. */
size_t utf8_char(const uint8_t *text, size_t len, uint32_t *code);

/* Where the first fault is; len where there is none. */
size_t utf8_fault(struct frank_span text);

bool utf8_is_valid(struct frank_span text);

#endif
