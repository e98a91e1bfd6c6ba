/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's stamp: made over a franking tag and what the hub routes anyway,
 * without the message (draft-ietf-mimi-protocol-06, "Hub processing"). A
 * stamper is made from a keyring, holds every key schedule ready in guarded
 * memory, never changes, and serves any number of threads.
 */
#ifndef REPORTING_STAMPER_H
#define REPORTING_STAMPER_H

#include "keyring.h"

struct stamper;

/* The keyring is not needed any more afterwards. MEMORY. */
FRANK_MUST_CHECK int stamper_new(struct stamper **out,
                                 const struct keyring *ring,
                                 struct frank_fault *fault);
/* Wipes it. NULL is allowed. */
void stamper_free(struct stamper *stamper);

/* A message's place in its room ("Transcript Franking", Namavari and
 * Ristenpart, 2025). */
struct stamp_order {
    uint64_t room_seq;
    uint64_t seen_seq; /* below room_seq */
};

struct stamp_request {
    uint8_t tag[FRANK_TAG_BYTES];
    struct frank_context context;
    uint16_t suite;  /* of the room's MLS group */
    uint32_t key_id; /* signature key that the group is bound to; 0: newest */
    bool ordered;    /* with a transcript stamp */
    bool mac_only;   /* without the signature, which is zeros then */
    struct stamp_order order;
};

struct stamp {
    struct frank_frank frank; /* its signature zeros with mac_only */
    uint8_t transcript_frank[FRANK_MAC_BYTES]; /* zeros unless ordered */
};

/* Errors: SUITE, LIMIT and MISSING (context), NO_EPOCH, EPOCH_DESTROYED,
 * NO_KEY (not with mac_only), VALUE (order). */
FRANK_MUST_CHECK int stamper_stamp(const struct stamper *stamper,
                                   struct stamp *out,
                                   const struct stamp_request *request,
                                   struct frank_fault *fault);

/* The transcript stamp alone, over the request's tag, context and order: for
 * whoever knows the order only after the rest was stamped. Errors: LIMIT and
 * MISSING (context), NO_EPOCH, EPOCH_DESTROYED, VALUE (order). */
FRANK_MUST_CHECK int stamper_transcript(const struct stamper *stamper,
                                        uint8_t out[static FRANK_MAC_BYTES],
                                        const struct stamp_request *request,
                                        struct frank_fault *fault);

/*
 * Stamps count requests on `threads` threads (at least 1, this one included)
 * and gives how many failed; errors[i] is the result of request i. Where the
 * system grants fewer threads, fewer do the same work.
 */
FRANK_MUST_CHECK size_t stamper_batch(const struct stamper *stamper,
                                      struct stamp *out, int *errors,
                                      const struct stamp_request *requests,
                                      size_t count, unsigned threads);

/* SignWithLabel over content, with the newest key of a time. NO_KEY, SPACE
 * (content of more than 8,000 bytes or so). */
FRANK_MUST_CHECK int
stamper_sign(const struct stamper *stamper,
             uint8_t signature[static FRANK_SIGNATURE_BYTES], const char *label,
             struct frank_span content, uint64_t time,
             struct frank_fault *fault);

/* The MAC alone: server_frank. LIMIT, MISSING, NO_EPOCH, EPOCH_DESTROYED. */
FRANK_MUST_CHECK int stamper_mac(const struct stamper *stamper,
                                 uint8_t out[static FRANK_MAC_BYTES],
                                 const uint8_t tag[static FRANK_TAG_BYTES],
                                 const struct frank_context *context,
                                 struct frank_fault *fault);

/*
 * A hash of what must not outlive the epoch of a time: HMAC-SHA256 under a key
 * of that epoch, over the label and each part with its length in front
 * (docs/PROTOCOL.md, section 5). *epoch is its id. Destroying the epoch makes
 * such hashes meaningless. NO_EPOCH, EPOCH_DESTROYED.
 */
FRANK_MUST_CHECK int stamper_row(const struct stamper *stamper,
                                 uint8_t out[static FRANK_MAC_BYTES],
                                 uint32_t *epoch, uint64_t time,
                                 const char *label,
                                 const struct frank_span *parts, size_t count,
                                 struct frank_fault *fault);

/* What the hub is asked to recognize. */
struct stamp_claim {
    const uint8_t *tag; /* FRANK_TAG_BYTES */
    struct frank_context context;
    struct frank_frank frank;
    bool ordered;
    struct stamp_order order;
    uint8_t transcript_frank[FRANK_MAC_BYTES];
};

/*
 * Whether this hub made this stamp for this tag, sender, room and time.
 * The MAC is checked first, as it is the cheapest. SUITE, LIMIT, MISSING,
 * NO_EPOCH, MAC, NO_KEY, SIGNATURE, TRANSCRIPT; EPOCH_DESTROYED only where the
 * signature holds: then nothing ties the stamp to its tag any more.
 */
FRANK_MUST_CHECK int stamper_check(const struct stamper *stamper,
                                   const struct stamp_claim *claim,
                                   struct frank_fault *fault);

#endif
