/* SPDX-License-Identifier: Apache-2.0 */
/* An evidence bundle for tests: a case of two of the vectors' reports, from
 * their arrival to an appeal, in two logs that are made here. What is handed
 * out lives until the program ends. */
#ifndef TESTS_BUNDLES_H
#define TESTS_BUNDLES_H

#include "bundle.h"
#include "cosignature.h"
#include "note.h"
#include "reports.h"

#define BUNDLES_LINES_MAX 40
#define BUNDLES_NAME "5c0ffee05c0ffee05c0ffee05c0ffee0"
#define BUNDLES_TIME UINT64_C(1700000000000)

/* A log as it is told here; an empty line is one of another case, that the
 * bundle does not show. */
struct bundles_log {
    const char *origin;
    uint8_t seed; /* of its key, 32 times */
    char lines[BUNDLES_LINES_MAX][1024];
    bool shown[BUNDLES_LINES_MAX];
    size_t count;
    size_t cosigned;      /* size of the tree that witnesses saw; 0: none */
    uint8_t witnesses[2]; /* seeds of those that cosigned it; 0: none */
    struct bundle_entry entries[BUNDLES_LINES_MAX];
};

/* Change anything, then bundles_sign(): trees, proofs and signatures are made
 * anew with the keys that stand here. */
struct bundles {
    struct bundle bundle;
    struct bundle_quorum quorums[2];
    struct bundle_report reports[3];
    struct bundle_message messages[2][8];
    struct bundle_decision decisions[4];
    struct bundle_appeal appeals[2];
    struct bundles_log moderation;
    struct bundles_log hub;
};

/* The same each time. */
struct bundles *bundles_new(void);
/* A smaller one, of a case that waits: one message of one report, without what
 * it says, and two entries of a log of three. */
struct bundles *bundles_small(void);
struct frank_span bundles_sign(struct bundles *b);
/* As it stands, signed with the key of a seed. */
struct frank_span bundles_encode(const struct bundle *bundle, uint8_t seed);

/* Gives the k-th line that contains the word; takes it out, as if it had never
 * been written. A line that the log has and the bundle leaves out is not
 * `shown`. */
char *bundles_line(struct bundles_log *log, const char *word, size_t which);
void bundles_drop(struct bundles_log *log, const char *line);
/* Writes "previous" anew into the case's lines, as the service does. */
void bundles_link(struct bundles_log *log);
/* Puts another text in place of one within a line. */
void bundles_replace(char *line, const char *from, const char *to);

/* A log_read() (log_client.h) of one; context: the log. */
int bundles_read(void *context, const char *path, uint8_t *out, size_t *len);

/* A witness "witness.example/SEED", whose key has this seed. */
struct cosigner bundles_witness(uint8_t seed);

/* The key of a log, and the hub and quorum, as a verifier has them. */
struct note_key bundles_key(const struct bundles_log *log);

/* The name in the logs of a report of the bundle, in hexadecimal digits. */
const char *bundles_report_hex(const struct bundles *b, size_t i);
/* Receipt of a holder for report i. */
const char *bundles_receipt_hex(size_t i, unsigned holder, uint64_t time);

#endif
