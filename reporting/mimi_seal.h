/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MIMI client's plain AbuseReport, made a sealed one: verified in memory and
 * sealed at once, so that its plaintext never reaches a disk. Every copy that
 * is made of it here lies in guarded memory and is wiped; the caller wipes the
 * bytes that it gave.
 */
#ifndef REPORTING_MIMI_SEAL_H
#define REPORTING_MIMI_SEAL_H

#include "mimi_report.h"

/* salt of the reporter's name, and the seal's random bytes */
#define MIMI_SEAL_RANDOM_BYTES (32 + FRANK_SEAL_RANDOM_BYTES)

/*
 * Seals the AbuseReport of len bytes. Its report id is the first 16 bytes of
 * SHA-256 over it, created is now, accused the first message of the alleged
 * abuser. *out is the SealedReport, to be freed with free().
 *
 * Errors: those of mimi_report_decode(); MISSING: no messages ("messages": the
 * report is a signal and makes no case) or none of the alleged abuser; with
 * *message set, those of mimi_report_check() about that message, or all are
 * expired (EPOCH_DESTROYED); ROOMS; LIMIT; MEMORY. *message is SIZE_MAX where
 * an error is not about one.
 */
FRANK_MUST_CHECK int
mimi_seal(uint8_t **out, size_t *out_len, size_t *message,
          const struct stamper *stamper, const struct frank_quorum *quorum,
          const uint8_t *bytes, size_t len, uint64_t now,
          const uint8_t random[static MIMI_SEAL_RANDOM_BYTES],
          struct frank_fault *fault);

#endif
