/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the world may know of a hub's keys, as a JSON file:
 *   {"signature_keys": [{"id": 1, "not_before": 0, "public": HEX}, ...]}
 * A retired key also has "retired", the time from which on it counts no more.
 * "destroyed": [[from, until], ...] are the times whose epochs are destroyed,
 * until being null where no later epoch is: nothing ties a stamp of such a time
 * to its tag any more.
 */
#ifndef REPORTING_HUB_PUBLIC_H
#define REPORTING_HUB_PUBLIC_H

#include "keyring.h"

/* Room for KEYRING_KEYS_MAX keys, and then some white space. */
#define HUB_PUBLIC_MAX_BYTES 65536

struct hub_public_key {
    uint32_t id;
    uint64_t not_before;
    uint64_t retired; /* 0: in use */
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
};

/* from <= time < until */
struct hub_public_span {
    uint64_t from;
    uint64_t until; /* UINT64_MAX: for good */
};

/* Epochs destroyed one after the other are one span. */
#define HUB_PUBLIC_SPANS_MAX (KEYRING_EPOCHS_MAX / 2)

struct hub_public {
    size_t count; /* 1 at least */
    struct hub_public_key keys[KEYRING_KEYS_MAX];
    size_t destroyed_count;
    struct hub_public_span destroyed[HUB_PUBLIC_SPANS_MAX];
};

/* Whether the epoch of this time is known to be destroyed. */
bool hub_public_is_destroyed(const struct hub_public *hub, uint64_t time);

void hub_public_from(struct hub_public *out, const struct keyring *ring);

/* The JSON text, closed by a zero; free() it. NULL: out of memory. */
FRANK_MUST_CHECK char *hub_public_encode(const struct hub_public *hub);

/* JSON (offset says where), LIMIT, MISSING, VALUE (a member of the
 * wrong kind; field names it), MEMORY. Unknown members are passed over. */
FRANK_MUST_CHECK int hub_public_decode(struct hub_public *out, const char *text,
                                       size_t len, struct frank_fault *fault);

/* frank_signature_check() under each key that was in force at the context's
 * time, the newest first; NO_KEY where there was none. */
FRANK_MUST_CHECK int hub_public_check(const struct hub_public *hub,
                                      const struct frank_frank *frank,
                                      const struct frank_context *context,
                                      struct frank_fault *fault);

/* Whether one of the keys in force at a time made this signature, 64 bytes,
 * with SignWithLabel over content. NO_KEY, SIGNER, SPACE (content
 * of more than 8,000 bytes or so). */
#define HUB_PUBLIC_SIGNED_MAX_BYTES 8192
FRANK_MUST_CHECK int hub_public_verify(const struct hub_public *hub,
                                       const char *label,
                                       struct frank_span content,
                                       const uint8_t *signature, uint64_t time,
                                       struct frank_fault *fault);

#endif
