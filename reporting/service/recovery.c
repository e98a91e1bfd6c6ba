/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the publisher finds at a start. The last signed checkpoint, the public
 * one and the tiles outlive a database that is put back from a copy: what they
 * say must be what it says, or it is not started from.
 */
#include "clock.h"
#include "journal.h"
#include "publisher_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum loaded { LOADED, LOADED_NONE, LOADED_BAD };

static enum loaded load(struct publisher *p, const char *path,
                        struct cosigned *out, struct note_checkpoint *note)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct frank_fault fault = {FRANK_ERR_FILE, "read", 0, 0, 0};
    struct stat st;
    ssize_t n;

    if (fd < 0 && errno == ENOENT) {
        return LOADED_NONE;
    }
    n = fd < 0 ? -1 : read(fd, out->text, sizeof out->text - 1);
    fault.found = (uint64_t)errno;
    if (n < 0 || fstat(fd, &st) != 0) {
        (void)publisher_trouble(p, path, &fault);
        n = -1;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (n < 0) {
        return LOADED_BAD;
    }
    out->text[n] = '\0';
    out->len = (size_t)n;
    out->time = (uint64_t)st.st_mtim.tv_sec * 1000;
    if (note_open(note, out->text, out->len, p->settings.origin,
                  p->settings.public_key, &fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", path, &fault);
        return LOADED_BAD;
    }
    out->size = note->size;
    return LOADED;
}

/* Tiles are as the checkpoint says; if not, they are made anew from the
 * database, which must then say it. */
static bool check_tiles(struct publisher *p, struct db *db,
                        const struct note_checkpoint *note)
{
    uint8_t root[MERKLE_HASH_BYTES];
    struct frank_fault fault;

    if (publisher_root(p, note->size, root, &fault) == FRANK_OK &&
        memcmp(root, note->root, sizeof root) == 0) {
        return true;
    }
    JOURNAL(JOURNAL_WARNING, "tiles-made-anew",
            JOURNAL_NUMBER("entries", note->size));
    if (!publisher_write_tiles(p, db, 0, note->size)) {
        return false;
    }
    if (publisher_root(p, note->size, root, &fault) != FRANK_OK) {
        return publisher_trouble(p, "tiles", &fault);
    }
    return memcmp(root, note->root, sizeof root) == 0 ||
           publisher_refuse(
               "the database is not the one of the last checkpoint", note->size,
               note->size);
}

/* The hashes of a tile from place `at` on, and how many of its first ones there
 * are. Where the power went while a tile was written, some are zeros: no hash
 * is, and those count as not written. */
static unsigned read_beyond(struct publisher *p,
                            uint8_t (*hashes)[MERKLE_HASH_BYTES],
                            uint64_t index, unsigned at)
{
    unsigned width = 0;
    unsigned most = TILES_WIDTH;

    while (most > at &&
           tiles_read(hashes, &width, p->tiles, 0, index,
                      index * TILES_WIDTH + most, NULL) != FRANK_OK) {
        most--;
    }
    while (most > at && sodium_is_zero(hashes[most - 1], MERKLE_HASH_BYTES)) {
        most--;
    }
    return most;
}

static bool are_those_of(const struct publisher_leaves *leaves,
                         uint8_t (*hashes)[MERKLE_HASH_BYTES], unsigned at,
                         unsigned end)
{
    for (unsigned i = at; i < end; i++) {
        if (!sodium_is_zero(hashes[i], MERKLE_HASH_BYTES) &&
            memcmp(hashes[i], leaves->hashes[i], MERKLE_HASH_BYTES) != 0) {
            return false;
        }
    }
    return true;
}

/* Leaves in the tiles behind a checkpoint: a crash leaves them, and then they
 * are those of the database. If they are not, they are of a log that went on
 * from here once before, and may have been seen. Looks at one tile. */
static bool check_beyond(struct publisher *p, struct db *db, uint64_t size,
                         uint64_t stored)
{
    const size_t bytes = (size_t)TILES_WIDTH * MERKLE_HASH_BYTES;
    uint8_t(*hashes)[MERKLE_HASH_BYTES] = malloc(bytes);
    struct publisher_leaves leaves = {malloc(bytes), 0};
    uint64_t index = size / TILES_WIDTH;
    uint64_t from = index * TILES_WIDTH;
    unsigned at = (unsigned)(size % TILES_WIDTH);
    bool ok = hashes != NULL && leaves.hashes != NULL;

    if (ok) {
        unsigned end = read_beyond(p, hashes, index, at);

        ok = end == at || (from + end <= stored &&
                           ledger_read(db, from, from + end, publisher_add_leaf,
                                       &leaves) == end &&
                           are_those_of(&leaves, hashes, at, end));
        ok = ok || publisher_refuse("the tiles hold entries behind the last "
                                    "checkpoint that the database does not "
                                    "have: it was put back from a copy",
                                    from + end, stored);
    }
    free(hashes);
    free(leaves.hashes);
    return ok;
}

bool publisher_recover(struct publisher *p, struct db *db, uint64_t stored)
{
    struct note_checkpoint note = {.size = 0};
    enum loaded loaded = load(p, p->checkpoint_path, &p->newest, &note);

    if (loaded == LOADED_BAD) {
        return false;
    }
    if (loaded == LOADED_NONE && stored > 0) {
        return publisher_refuse(
            "the last signed checkpoint is missing: put its file "
            "back; without it an older database could not be told",
            0, stored);
    }
    if (note.size > stored) {
        return publisher_refuse(
            "the database is older than the last signed checkpoint: "
            "starting from it would fork the log",
            note.size, stored);
    }
    return (loaded == LOADED_NONE || check_tiles(p, db, &note)) &&
           check_beyond(p, db, note.size, stored);
}

/* What the public saw must be a part of what is published now. */
bool publisher_recover_public(struct publisher *p)
{
    uint8_t root[MERKLE_HASH_BYTES];
    struct note_checkpoint note;
    struct cosigned published;
    struct frank_fault fault;
    uint64_t every = p->settings.public_every;

    /* At fixed times, whatever happened in between. */
    p->next_public = (clock_wall() / every + 1) * every;
    switch (load(p, p->public_path, &published, &note)) {
    case LOADED_NONE:
        return true;
    case LOADED_BAD:
        return false;
    default:
        break;
    }
    if (note.size > p->newest.size) {
        return publisher_refuse(
            "the public has seen more than the database holds: it "
            "was put back from a copy",
            note.size, p->newest.size);
    }
    if (publisher_root(p, note.size, root, &fault) != FRANK_OK) {
        return publisher_trouble(p, "tiles", &fault);
    }
    if (memcmp(root, note.root, sizeof root) != 0) {
        return publisher_refuse(
            "the public has seen another log than the database's", note.size,
            p->newest.size);
    }
    publisher_show(p, &published, true);
    return true;
}
