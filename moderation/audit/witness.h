/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A witness of logs (C2SP tlog-witness): it cosigns a checkpoint that goes on
 * from the last one that it cosigned of that log, and no other. What this file
 * has is pure: from the bytes of a request and what is held of the log to the
 * answer. Whoever calls it sees that holding, judging and storing are one step
 * (witness_store.h).
 *
 *     old <size>\n  (base64 of a hash\n)*  \n  <signed checkpoint>
 */
#ifndef MODERATION_AUDIT_WITNESS_H
#define MODERATION_AUDIT_WITNESS_H

#include "note.h"
#include "policy.h"

#define WITNESS_PROOF_MAX 63
#define WITNESS_HASH_LINE_BYTES ((size_t)45) /* base64 of 32, a line feed */
/* "old ", a size, the proof, the empty line, the checkpoint. */
#define WITNESS_REQUEST_MAX_BYTES                                              \
    (4 + 20 + WITNESS_PROOF_MAX * WITNESS_HASH_LINE_BYTES + 1 +                \
     NOTE_READ_MAX_BYTES)

struct witness_request {
    uint64_t old;
    size_t proof_count;
    uint8_t proof[WITNESS_PROOF_MAX][MERKLE_HASH_BYTES];
    struct frank_span note; /* points into the request */
};

/* Splits a request; the checkpoint is not read yet. TRUNCATED, VALUE (a line
 * that is not written in the one way), LIMIT (more than WITNESS_PROOF_MAX
 * hashes). *out is zero after an error. */
FRANK_MUST_CHECK int witness_request_read(struct witness_request *out,
                                          struct frank_span bytes,
                                          struct frank_fault *fault);

/* What is known of a request before anything is looked up. */
struct witness_checkpoint {
    struct note note; /* points into the request */
    struct note_checkpoint tree;
    const struct note_key *log; /* the policy's: whose it is, and who signed */
};

enum witness_verdict {
    WITNESS_COSIGN,    /* 200 */
    WITNESS_MALFORMED, /* 400: not a request, or not a checkpoint */
    WITNESS_ABOVE,     /* 400: the old size is above the checkpoint's */
    WITNESS_UNSIGNED,  /* 403: no key that is known for the log signed it */
    WITNESS_UNKNOWN,   /* 404: no such log here */
    WITNESS_OLD,       /* 409: another size is held; with that size */
    WITNESS_FORK,      /* 409: the log signed two roots of one size */
    WITNESS_PROOF      /* 422: not shown to go on from what is held */
};
/* 200, 400, ...; and the name of the problem, "malformed". Static text. */
unsigned witness_status(enum witness_verdict verdict);
const char *witness_name(enum witness_verdict verdict);

/* The checkpoint of a request, checked against the logs that the policy names.
 * COSIGN (so far), MALFORMED, UNKNOWN, UNSIGNED, ABOVE; *fault says where it is
 * malformed. */
FRANK_MUST_CHECK enum witness_verdict
witness_checkpoint_read(struct witness_checkpoint *out,
                        const struct witness_request *request,
                        const struct policy *policy, struct frank_fault *fault);

/* The note as the log signed it, without the lines of others: what is kept of
 * it, as proof. out has room for the note's length; gives how much it is. */
size_t witness_note_of_log(char *out,
                           const struct witness_checkpoint *checkpoint);

/* What is held of a log: the last checkpoint that was cosigned, or an empty
 * tree where there was none (witness_held_nothing()). */
struct witness_held {
    uint64_t size;
    uint8_t root[MERKLE_HASH_BYTES];
};
void witness_held_nothing(struct witness_held *out);

/* Whether a checkpoint goes on from what is held. COSIGN, OLD, FORK, PROOF. */
FRANK_MUST_CHECK enum witness_verdict
witness_judge(const struct witness_held *held,
              const struct witness_request *request,
              const struct note_checkpoint *checkpoint);

#endif
