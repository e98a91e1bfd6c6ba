/* SPDX-License-Identifier: Apache-2.0 */
/* Reports for tests: those of tests/vectors/sealed.json, and what they are made
 * of (the sample conversation, its hub, a quorum of 2 of 3). What is handed out
 * lives until the program ends. */
#ifndef TESTS_REPORTS_H
#define TESTS_REPORTS_H

#include "consent.h"
#include "hub_public.h"
#include "stamper.h"
#include "support.h"

#define REPORTS_COUNT 3
#define REPORTS_HOLDERS 3
/* After all of the conversation and the vectors' reports. */
#define REPORTS_NOW 1700000100000U

/* tests/vectors/sealed.json, and report i of it. */
const json_t *reports_vectors(void);
const json_t *reports_vector(size_t i);

const struct frank_quorum *reports_quorum(void);
struct share reports_share(unsigned holder);

/* The hub that stamped the conversation. */
const struct stamper *reports_stamper(void);
struct hub_public reports_hub_public(void);

/* The vectors' report i, sealed. */
struct frank_span reports_sealed(size_t i);

/* A message of the conversation as its recipient keeps it. */
struct frank_kept reports_kept(const char *file, bool ordered);

/* The report that the vectors' report i is made of, and its random bytes. */
struct frank_report reports_report(size_t i);
const uint8_t *reports_random(size_t i);

/* Builds a report, or seals one, and gives the bytes. */
struct frank_span reports_build(const struct frank_report *report,
                                const uint8_t *random);
struct frank_span reports_seal(const struct frank_report *report);
struct frank_span reports_seal_built(struct frank_span unsealed);

/* Decodes; the test fails if that fails. */
void reports_decode(struct sealed_report *out, struct frank_span sealed);

/* A consent of a holder to a sealed report. */
struct consent reports_consent(struct frank_span sealed, unsigned holder);

#endif
