/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the publisher: what it finds at a start (recovery.c), and what
 * it does from then on (publisher.c). */
#ifndef REPORTING_SERVICE_PUBLISHER_INSIDE_H
#define REPORTING_SERVICE_PUBLISHER_INSIDE_H

#include "publisher.h"

struct publisher {
    struct publisher_settings settings;
    struct tiles *tiles;
    struct witnesses *witnesses; /* NULL: none */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    uint64_t next_public; /* wall clock */
    uint64_t say_again;   /* monotonic */
    struct cosigned newest;
    struct cosigned shown;    /* to the public */
    struct cosigned cosigned; /* to be shown, once it is on disk */
    bool has_shown;
    bool has_cosigned;
    bool running;
    bool stopping;
    bool waits; /* the last trouble may pass */
    char checkpoint_path[4096];
    char public_path[4096];
};

/* Say what is wrong, and give false. What fails for want of room or open files
 * may pass: p->waits tells. */
bool publisher_trouble(struct publisher *p, const char *what,
                       const struct frank_fault *fault);
bool publisher_refuse(const char *why, uint64_t published, uint64_t stored);

/* Hashes of entries, as ledger_read() gives them. */
struct publisher_leaves {
    uint8_t (*hashes)[MERKLE_HASH_BYTES];
    size_t count;
};
bool publisher_add_leaf(void *context, struct frank_span entry);

/* Writes the tiles of the entries from <= number < to. */
FRANK_MUST_CHECK bool publisher_write_tiles(struct publisher *p, struct db *db,
                                            uint64_t from, uint64_t to);

/* What the tiles say of a log of this size, read from the disk. */
FRANK_MUST_CHECK int publisher_root(struct publisher *p, uint64_t size,
                                    uint8_t root[static MERKLE_HASH_BYTES],
                                    struct frank_fault *fault);

/* Signs what the tiles say, once that is what `expected`, the database, says
 * too. *out is untouched after an error. */
FRANK_MUST_CHECK bool
publisher_sign(struct publisher *p, struct cosigned *out, uint64_t size,
               const uint8_t expected[static MERKLE_HASH_BYTES]);
/* Writes a checkpoint to the disk. */
FRANK_MUST_CHECK bool publisher_save(struct publisher *p, const char *path,
                                     const struct cosigned *published);
void publisher_show(struct publisher *p, const struct cosigned *published,
                    bool is_public);

/* Whether what is stored goes on from what was published. */
FRANK_MUST_CHECK bool publisher_recover(struct publisher *p, struct db *db,
                                        uint64_t stored);
FRANK_MUST_CHECK bool publisher_recover_public(struct publisher *p);

/* Publishes what is new, and what witnesses have cosigned meanwhile. */
FRANK_MUST_CHECK bool publisher_look(struct publisher *p);

/* ---- publisher_hours.c ----------------------------------------------------
 */

/* Where the hour could not be kept it comes again. */
#define PUBLISHER_RETRY_MS 60000

/* Does what is done at the hour. false: the log cannot be written. */
FRANK_MUST_CHECK bool publisher_keep_hour(struct publisher *p);
FRANK_MUST_CHECK bool publisher_look_at_witnesses(struct publisher *p);

#endif
