/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SpotCheckAnswer (docs/WIRE.md): the evidence bundles of a sample's cases in
 * one file, sealed to the auditor's key (X25519; crypto_box_seal() over a key,
 * crypto_secretstream_xchacha20poly1305 under that). Written and read case by
 * case. It says nothing that the auditor has to believe: he derives the sample
 * himself, and each bundle carries its own signature.
 */
#ifndef MODERATION_SPOT_ANSWER_H
#define MODERATION_SPOT_ANSWER_H

#include "spot_check.h"

#include <sodium.h>

#define SPOT_MAGIC "frank spot check 1\n"
#define SPOT_MAGIC_BYTES 19
#define SPOT_KEY_BYTES 32 /* X25519, public or secret */
#define SPOT_BUNDLE_MAX_BYTES 67108864
#define SPOT_CHUNK_BYTES 1048576 /* of a bundle, in one piece */

/* What was asked for. */
struct spot_head {
    uint64_t size; /* of the checkpoint that the sample is of */
    uint8_t root[SPOT_ROOT_BYTES];
    struct frank_span beacon;
    uint64_t wanted;
    uint64_t population;
    uint64_t made;
};

enum spot_state {
    SPOT_ANSWERED = 0,
    SPOT_PURGED = 1,     /* since that checkpoint: nothing is left */
    SPOT_NOT_OPENED = 2, /* it cannot be opened again, or is too large */
    SPOT_STATES
};

/* Gives false to stop: FILE. */
typedef bool spot_write(void *context, const uint8_t *bytes, size_t len);

struct spot_sealer {
    crypto_secretstream_xchacha20poly1305_state stream; /* secret */
    uint8_t auditor[SPOT_KEY_BYTES];
    spot_write *write;
    void *context;
};

/* Begins an answer. LIMIT (beacon), POINT (auditor: no key that can be sealed
 * to), FILE. Wipe the sealer with spot_seal_end() in any case. */
FRANK_MUST_CHECK int
spot_seal_begin(struct spot_sealer *sealer,
                const uint8_t auditor[static SPOT_KEY_BYTES],
                const struct spot_head *head, spot_write *write, void *context,
                struct frank_fault *fault);
/* The next case; bundle is empty unless it is answered. LIMIT, FILE. */
FRANK_MUST_CHECK int spot_seal_case(struct spot_sealer *sealer,
                                    const uint8_t name[static SPOT_CASE_BYTES],
                                    enum spot_state state,
                                    struct frank_span bundle,
                                    struct frank_fault *fault);
/* Ends the answer, and wipes. FILE. */
FRANK_MUST_CHECK int spot_seal_end(struct spot_sealer *sealer,
                                   struct frank_fault *fault);

struct spot_opener {
    crypto_secretstream_xchacha20poly1305_state stream; /* secret */
    uint8_t auditor[SPOT_KEY_BYTES];
    struct frank_span bytes;
    size_t at;
    uint8_t beacon[SPOT_BEACON_MAX_BYTES];
};

/* A case as it was answered. bundle is the caller's: spot_case_free() wipes. */
struct spot_case {
    uint8_t name[SPOT_CASE_BYTES];
    enum spot_state state;
    uint8_t *bundle;
    size_t len;
};
void spot_case_free(struct spot_case *one);

/*
 * Begins to read. head->beacon points into the opener. TRUNCATED, VALUE (not
 * such a file), SEALED (to another key, or altered), LENGTH_FORM, LIMIT,
 * TRAILING. Wipe the opener with spot_open_wipe() in any case.
 */
FRANK_MUST_CHECK int spot_open_begin(
    struct spot_opener *opener, struct spot_head *head, struct frank_span bytes,
    const uint8_t public_key[static SPOT_KEY_BYTES],
    const uint8_t secret_key[static SPOT_KEY_BYTES], struct frank_fault *fault);
/* The next case, or *more false behind the last: then nothing is left over.
 * TRUNCATED, SEALED, LENGTH_FORM, LIMIT, VALUE (state), LENGTH (a bundle of
 * another length), TRAILING, MEMORY. */
FRANK_MUST_CHECK int spot_open_next(struct spot_opener *opener, bool *more,
                                    struct spot_case *out,
                                    struct frank_fault *fault);
void spot_open_wipe(struct spot_opener *opener);

#endif
