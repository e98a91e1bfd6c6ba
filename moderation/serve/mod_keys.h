/* SPDX-License-Identifier: Apache-2.0 */
/* The quorums and the hub's public keys, from their files. */
#ifndef MODERATION_SERVE_MOD_KEYS_H
#define MODERATION_SERVE_MOD_KEYS_H

#include "mod.h"

/* NULL after a line in the journal. */
FRANK_MUST_CHECK struct mod_keys *
mod_keys_load(const struct mod_settings *settings);

#endif
