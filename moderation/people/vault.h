/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator's share of the quorum's key where the team keeps shares in the
 * moderation program: on disk under a key from his password, in guarded memory
 * while he is logged in, and nowhere else.
 */
#ifndef MODERATION_PEOPLE_VAULT_H
#define MODERATION_PEOPLE_VAULT_H

#include "session.h"
#include "share.h"

/* version, salt, nonce; quorum id, holder, scalar; tag */
#define VAULT_WRAPPED_BYTES (1 + 16 + 24 + (16 + 1 + 32) + 16)

/* Wraps a share under a password (Argon2id, as password.h says). MEMORY. */
FRANK_MUST_CHECK int vault_wrap(uint8_t out[static VAULT_WRAPPED_BYTES],
                                const struct share *share,
                                struct frank_span password,
                                struct frank_fault *fault);
/* VALUE (no such wrapping), SEALED (another password), MEMORY. *out is zero
 * then; else it is to be wiped. */
FRANK_MUST_CHECK int vault_unwrap(struct share *out, const uint8_t *wrapped,
                                  size_t len, struct frank_span password,
                                  struct frank_fault *fault);

/* Open shares, in memory that is guarded, not swapped, and in no core. */
struct vault;

/* capacity: shares at once. MEMORY. */
FRANK_MUST_CHECK int vault_new(struct vault **out, size_t capacity);
/* Wipes all. NULL is allowed. */
void vault_free(struct vault *vault);

/* false: there is no room. */
FRANK_MUST_CHECK bool
vault_put(struct vault *vault, const uint8_t session[static SESSION_HASH_BYTES],
          const struct share *share);
/* The share of a session for a quorum, to be wiped. */
FRANK_MUST_CHECK bool
vault_get(struct vault *vault, const uint8_t session[static SESSION_HASH_BYTES],
          const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
          struct share *out);
/* Wipes those of a session; or of each that is gone. */
void vault_drop(struct vault *vault,
                const uint8_t session[static SESSION_HASH_BYTES]);
typedef bool vault_gone(void *context,
                        const uint8_t session[static SESSION_HASH_BYTES]);
void vault_drop_if(struct vault *vault, vault_gone *gone, void *context);
/* How many are open. */
size_t vault_count(struct vault *vault);

#endif
