/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a witness holds: of each log the last checkpoint that it cosigned. To
 * read it, to judge and to store is one step, and what is stored is on disk
 * before this gives its verdict: no two cosigned checkpoints of one log can be
 * inconsistent, whoever asks at the same time and whenever the power goes. A
 * folder that is put back from a copy would break that.
 */
#ifndef MODERATION_AUDIT_WITNESS_STORE_H
#define MODERATION_AUDIT_WITNESS_STORE_H

#include "witness.h"

struct witness_store;

/* Opens, or makes, FOLDER/witness.db, which no other process may have; folder
 * is there. min_free: bytes that stay free on its disk. false after a line in
 * the journal. */
FRANK_MUST_CHECK bool witness_store_open(struct witness_store **out,
                                         const char *folder, uint64_t min_free);
/* NULL is allowed. */
void witness_store_close(struct witness_store *store);

/* Whether there is room to store something. */
bool witness_store_has_room(const struct witness_store *store);

/*
 * witness_judge() against what is held, which *held is; where it gives COSIGN
 * the checkpoint is what is held from now on. What proves that a log signed two
 * roots of one size is kept in FOLDER/fork-ID, the first time for each log. A
 * database that fails ends the program, after a line in the journal. From any
 * thread.
 */
FRANK_MUST_CHECK enum witness_verdict
witness_store_decide(struct witness_store *store, struct witness_held *held,
                     const struct witness_request *request,
                     const struct witness_checkpoint *checkpoint, uint64_t now);

#endif
