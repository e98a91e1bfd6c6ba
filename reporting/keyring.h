/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's keys (docs/PROTOCOL.md, section 5). Epochs hold the MAC keys: a
 * frank belongs to the epoch of its accepted timestamp, and when an epoch's
 * master is destroyed, nobody can any more prove who said what in its time.
 * Signature keys are a list of their own, because MLS groups are bound to
 * them.
 *
 * A keyring lives in guarded memory. Nothing here does I/O or reads a clock:
 * keyring_file.c does the one, the caller gives the other. The program must
 * have called sodium_init().
 */
#ifndef REPORTING_KEYRING_H
#define REPORTING_KEYRING_H

#include "frank.h"

#define KEYRING_MASTER_BYTES 32
#define KEYRING_SEED_BYTES 32
#define KEYRING_EPOCHS_MAX ((size_t)1024)
#define KEYRING_KEYS_MAX ((size_t)64)

/* A new epoch begins at least so far ahead, so that every machine of a hub
 * knows it by then. */
#define KEYRING_AHEAD_MS UINT64_C(3600000)

struct keyring_epoch {
    uint32_t id; /* 1, 2, ... */
    uint64_t not_before;
    bool destroyed; /* master is zeros */
    uint8_t master[KEYRING_MASTER_BYTES];
};

struct keyring_key {
    uint32_t id; /* 1, 2, ... */
    uint64_t not_before;
    uint64_t retired; /* 0, or the time from which on it counts no more;
                         seed is zeros then */
    uint8_t seed[KEYRING_SEED_BYTES];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
};

struct keyring {
    size_t epoch_count; /* 1 at least; not_before rises strictly */
    size_t key_count;   /* 1 at least */
    struct keyring_epoch epochs[KEYRING_EPOCHS_MAX];
    struct keyring_key keys[KEYRING_KEYS_MAX];
};

/* A keyring of one epoch and one Ed25519 key, both from not_before on. MEMORY.
 * Free it with keyring_free(). */
FRANK_MUST_CHECK int
keyring_new(struct keyring **out,
            const uint8_t master[static KEYRING_MASTER_BYTES],
            const uint8_t seed[static KEYRING_SEED_BYTES], uint64_t not_before,
            struct frank_fault *fault);

/* Wipes it. NULL is allowed. */
void keyring_free(struct keyring *ring);

/*
 * Adds an epoch. not_before is at least an hour after now, unless the epoch of
 * now was destroyed and messages could not be stamped until then; and after the
 * last epoch's. TIME, LIMIT.
 */
FRANK_MUST_CHECK int
keyring_rotate(struct keyring *ring,
               const uint8_t master[static KEYRING_MASTER_BYTES],
               uint64_t not_before, uint64_t now, struct frank_fault *fault);

/* Overwrites an epoch's master. VALUE (no such epoch), EPOCH_DESTROYED. */
FRANK_MUST_CHECK int keyring_destroy(struct keyring *ring, uint32_t epoch,
                                     struct frank_fault *fault);

/* Adds a signature key. LIMIT, VALUE (the seed is there already). */
FRANK_MUST_CHECK int
keyring_add_key(struct keyring *ring,
                const uint8_t seed[static KEYRING_SEED_BYTES],
                uint64_t not_before, struct frank_fault *fault);

/* Ends a signature key at now: what it signed before still verifies, its seed
 * is overwritten. VALUE (no such key), TIME (retired already, or not begun),
 * NO_KEY (no other key would be left to sign at now). */
FRANK_MUST_CHECK int keyring_retire(struct keyring *ring, uint32_t key,
                                    uint64_t now, struct frank_fault *fault);

/* The epoch of a time: NO_EPOCH before the first. It may be destroyed. */
FRANK_MUST_CHECK int keyring_epoch_at(const struct keyring *ring, uint64_t time,
                                      size_t *index, struct frank_fault *fault);

/* ---- Encoding (docs/WIRE.md, "Keyring file") ---------------------------- */

#define KEYRING_MAGIC "frank keyring 1\n"
#define KEYRING_MAGIC_BYTES 16
/* id, not_before, state, master */
#define KEYRING_EPOCH_BYTES (4 + 8 + 1 + 32)
/* id, not_before, retired, seed, public key */
#define KEYRING_KEY_BYTES (4 + 8 + 8 + 32 + 32)
#define KEYRING_CHECKSUM_BYTES 32
#define KEYRING_MAX_BYTES                                                      \
    (KEYRING_MAGIC_BYTES + 4 + KEYRING_EPOCHS_MAX * KEYRING_EPOCH_BYTES + 4 +  \
     KEYRING_KEYS_MAX * KEYRING_KEY_BYTES + KEYRING_CHECKSUM_BYTES)

/* out holds KEYRING_MAX_BYTES, in guarded memory. Gives the length. */
size_t keyring_encode(uint8_t *out, const struct keyring *ring);

/* FORMAT (no keyring), TRUNCATED, TRAILING, LENGTH_FORM, CHECKSUM, LIMIT,
 * VALUE, ORDER, MISSING, MEMORY. */
FRANK_MUST_CHECK int keyring_decode(struct keyring **out, const uint8_t *bytes,
                                    size_t len, struct frank_fault *fault);

#endif
