/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the publisher: what it finds at a start (recovery.c), and what
 * it does from then on (publisher.c). */
#ifndef REPORTING_SERVICE_PUBLISHER_INSIDE_H
#define REPORTING_SERVICE_PUBLISHER_INSIDE_H

#include "publisher.h"

struct publisher {
    struct publisher_settings settings;
    struct tiles *tiles;
    char checkpoint_path[4096];
    char public_path[4096];
    pthread_mutex_t lock;
    struct cosigned newest;
    struct cosigned shown; /* to the public */
    bool has_shown;
    struct witnesses *witnesses; /* NULL: none */
    struct cosigned cosigned;    /* to be shown, once it is on disk */
    bool has_cosigned;
    pthread_t thread;
    bool running;
    pthread_cond_t wake;
    bool stopping;
    uint64_t next_public; /* wall clock */
    bool waits;           /* the last trouble may pass */
    uint64_t say_again;   /* monotonic */
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

void publisher_show(struct publisher *p, const struct cosigned *published,
                    bool is_public);

/* Whether what is stored goes on from what was published. */
FRANK_MUST_CHECK bool publisher_recover(struct publisher *p, struct db *db,
                                        uint64_t stored);
FRANK_MUST_CHECK bool publisher_recover_public(struct publisher *p);

#endif
