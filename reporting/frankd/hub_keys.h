/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the keys that a reload replaces: keyring and quorum. */
#ifndef REPORTING_FRANKD_HUB_KEYS_H
#define REPORTING_FRANKD_HUB_KEYS_H

#include "hub.h"

/* NULL after a line in the journal. Held once. */
struct hub_keys *hub_keys_load(const struct settings *settings);

#endif
