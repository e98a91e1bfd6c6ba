/* SPDX-License-Identifier: Apache-2.0 */
/* How one witness is asked (witnesses_ask.c). */
#ifndef REPORTING_SERVICE_WITNESSES_INSIDE_H
#define REPORTING_SERVICE_WITNESSES_INSIDE_H

#include "fetch.h"
#include "witnesses.h"

/* "old ", a size, the proof's lines, the empty line, the checkpoint. */
#define WITNESSES_REQUEST_MAX_BYTES                                            \
    (4 + 20 + 1 + MERKLE_PROOF_MAX * 45 + 1 + NOTE_MAX_BYTES)
/* An answer has a line for each key of the witness's; of a post-quantum one it
 * is of some thousand bytes. */
#define WITNESSES_ANSWER_MAX_BYTES ((size_t)65536)

/* What is sent to one that has cosigned the tree of `old` leaves. Gives its
 * length. */
size_t witnesses_request(char out[static WITNESSES_REQUEST_MAX_BYTES],
                         uint64_t old,
                         const uint8_t (*proof)[MERKLE_HASH_BYTES],
                         size_t count, const char *note, size_t note_len);

/* Finds the witness's line in its answer to a checkpoint, a zero behind it;
 * lines of others are passed over. Errors: those of note_read(); MISSING;
 * SIGNER (it does not hold); TIME (an hour after `now`, in ms, or more). */
FRANK_MUST_CHECK int
witnesses_answer_read(char line[static COSIGNATURE_LINE_MAX_BYTES],
                      const struct cosigner *who, const char *note,
                      size_t note_len, struct frank_span answer, uint64_t now,
                      struct frank_fault *fault);

/* "<size>\n" of a conflict. */
bool witnesses_size_read(uint64_t *out, struct frank_span answer);

/* One that is asked, and what is known of it. */
struct witnesses_one {
    const struct policy_witness *who;
    uint64_t size; /* that it has cosigned, as far as we know */
    char line[COSIGNATURE_LINE_MAX_BYTES]; /* "": it has not cosigned this */
};

struct witnesses_round {
    const struct cosigned *checkpoint;
    const struct tiles *tiles;
    const char *ca; /* NULL: the system's */
    const struct fetch_networks *networks;
    uint64_t timeout;
    const atomic_bool *stop;
};

/* Asks one, within the time; a line in the journal where it does not cosign. */
enum witnesses_result witnesses_ask(struct witnesses_one *one,
                                    const struct witnesses_round *round);

#endif
