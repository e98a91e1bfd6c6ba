/* SPDX-License-Identifier: Apache-2.0 */
/* How signed notes are spelt, for the files that read and write them. */
#ifndef REPORTING_LOG_NOTE_TEXT_H
#define REPORTING_LOG_NOTE_TEXT_H

#include "frank.h"

#include <sodium.h>

#define NOTE_DASH "\xe2\x80\x94 " /* U+2014 and a space */
#define NOTE_BASE64 sodium_base64_VARIANT_ORIGINAL
#define NOTE_BASE64_BYTES(len) sodium_base64_ENCODED_LEN(len, NOTE_BASE64)

/* Standard base64 with padding and without stray bits: how many bytes it is, or
 * SIZE_MAX where it is not, or more than size. */
size_t note_base64_read(uint8_t *out, size_t size, struct frank_span text);

/* Decimal, in its one form, up to max. */
bool note_number_read(uint64_t *out, struct frank_span text, uint64_t max);

#endif
