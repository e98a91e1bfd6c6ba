/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_log.h"

#include "clock.h"
#include "journal.h"
#include "proofs.h"
#include "tiles.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* For all that is asked for one bundle, or one answer. */
#define ALL_MS 20000
/* The hub publishes each half second. */
#define NEWEST_MS 3000
#define LOOK_NS 50000000L

static bool fail(struct hub_log *log, const char *what, const char *why)
{
    JOURNAL(JOURNAL_WARNING, "hub-log-not-had", JOURNAL_TEXT("what", what),
            JOURNAL_TEXT("why", why));
    log->good = false;
    return false;
}

static bool open_note(struct hub_log *log, struct note_checkpoint *out,
                      const char *text, size_t len)
{
    struct frank_fault fault;

    return note_open(out, text, len, log->key.name, log->key.public_key,
                     &fault) == FRANK_OK ||
           fail(log, "checkpoint", frank_strerror(fault.error));
}

/* Before the newest one, which goes on from it then. */
static bool take_shown(struct hub_log *log)
{
    struct feed_trouble trouble;

    if (feed_checkpoint(log->source, true, &log->shown, &log->shown_len,
                        &trouble) != FEED_DONE) {
        return trouble.status == 404 || fail(log, "checkpoint", trouble.text);
    }
    return open_note(log, &log->public, log->shown, log->shown_len);
}

static bool begin(struct hub_log *log)
{
    struct frank_fault fault;

    if (log->asked) {
        return log->good;
    }
    log->asked = true;
    log->until = clock_monotonic() + ALL_MS;
    log->good = true;
    if (note_vkey_read(&log->key, NOTE_ED25519, log->vkey, &fault) !=
        FRANK_OK) {
        return fail(log, "hub-public",
                    "the file names no key of the hub's log: fetch it again");
    }
    return take_shown(log);
}

static bool take_checkpoint(struct hub_log *log)
{
    struct feed_trouble trouble;

    free(log->text);
    log->text = NULL;
    if (feed_checkpoint(log->source, false, &log->text, &log->len, &trouble) !=
        FEED_DONE) {
        return fail(log, "checkpoint", trouble.text);
    }
    return open_note(log, &log->checkpoint, log->text, log->len);
}

/* An entry is in the hub's database before it is under a checkpoint. */
bool hub_log_covers(struct hub_log *log, uint64_t index)
{
    uint64_t end;

    if (!begin(log)) {
        return false;
    }
    end = clock_monotonic() + NEWEST_MS;
    while (log->text == NULL || log->checkpoint.size <= index) {
        if (!take_checkpoint(log)) {
            return false;
        }
        if (log->checkpoint.size <= index) {
            if (clock_monotonic() > end) {
                return fail(log, "entry", "it is not in the hub's log");
            }
            (void)nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
        }
    }
    return true;
}

void hub_log_free(struct hub_log *log)
{
    free(log->text);
    free(log->shown);
    memset(log, 0, sizeof *log);
}

/* ---- Tiles ----------------------------------------------------------------
 */

static bool take_tile(struct hub_log *log, const char *path, uint8_t **bytes,
                      size_t *len)
{
    struct feed_trouble trouble;

    if (clock_monotonic() > log->until) {
        return fail(log, path, "the hub is too slow");
    }
    return feed_tile(log->source, path, bytes, len, &trouble) == FEED_DONE ||
           fail(log, path, trouble.text);
}

#define PATH_BYTES 128

static void path_of(char out[static PATH_BYTES], bool entries, unsigned level,
                    uint64_t index, unsigned width)
{
    char tile[TILES_PATH_MAX_BYTES];
    char part[16] = "";

    tiles_path_write(tile, level, index);
    if (width < TILES_WIDTH) {
        (void)snprintf(part, sizeof part, ".p/%u", width);
    }
    (void)snprintf(out, PATH_BYTES, "%s%s%s", entries ? "entries" : "",
                   entries ? strchr(tile, '/') : tile, part);
}

static int read_hashes(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                       unsigned level, uint64_t index, unsigned width,
                       struct frank_fault *fault)
{
    struct hub_log *log = context;
    char path[PATH_BYTES];
    uint8_t *bytes = NULL;
    size_t len = 0;
    int error = FRANK_OK;

    path_of(path, false, level, index, width);
    if (!take_tile(log, path, &bytes, &len) ||
        len != (size_t)width * MERKLE_HASH_BYTES) {
        error = wire_fault(fault, FRANK_ERR_FILE, "tile", 0, len, 0);
    } else {
        memcpy(out, bytes, len);
    }
    free(bytes);
    return error;
}

/* ---- Entries --------------------------------------------------------------
 */

/* The entry at a place of an entry bundle: each has its length in front. */
static struct frank_span find_entry(const uint8_t *bytes, size_t len,
                                    unsigned place)
{
    struct wire_reader r;
    struct frank_span entry = {NULL, 0};

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    for (unsigned i = 0; i <= place; i++) {
        entry = wire_read_span(&r, wire_read_u16(&r, "length"), "entry");
    }
    return entry;
}

static bool take_entry(struct hub_log *log, struct bundle_entry *out,
                       struct arena *arena, uint64_t index)
{
    uint64_t left = log->checkpoint.size - index / TILES_WIDTH * TILES_WIDTH;
    char path[PATH_BYTES];
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok;

    path_of(path, true, 0, index / TILES_WIDTH,
            left < TILES_WIDTH ? (unsigned)left : TILES_WIDTH);
    ok = take_tile(log, path, &bytes, &len);
    if (ok) {
        out->index = index;
        out->entry = arena_copy(
            arena, find_entry(bytes, len, (unsigned)(index % TILES_WIDTH)));
    }
    free(bytes);
    return ok;
}

bool hub_log_entry(struct hub_log *log, struct bundle_entry *out,
                   struct arena *arena, uint64_t index)
{
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    uint8_t leaf[MERKLE_HASH_BYTES];
    struct frank_fault fault = {.error = FRANK_ERR_VALUE};
    size_t count = 0;

    if (!log->good || !take_entry(log, out, arena, index)) {
        return false;
    }
    merkle_leaf(leaf, out->entry);
    if (proof_inclusion(proof, &count, index, log->checkpoint.size, read_hashes,
                        log, &fault) != FRANK_OK ||
        merkle_check_inclusion(index, log->checkpoint.size, leaf,
                               (const uint8_t(*)[MERKLE_HASH_BYTES])proof,
                               count, log->checkpoint.root,
                               &fault) != FRANK_OK) {
        return fail(log, "entry", frank_strerror(fault.error));
    }
    out->proof =
        arena_copy(arena, (struct frank_span){proof[0], count * sizeof *proof});
    return true;
}

bool hub_log_consistency(struct hub_log *log, struct frank_span *out,
                         struct arena *arena)
{
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    struct frank_fault fault = {.error = FRANK_ERR_VALUE};
    size_t count = 0;

    if (!log->good) {
        return false;
    }
    if (proof_consistency(proof, &count, log->public.size, log->checkpoint.size,
                          read_hashes, log, &fault) != FRANK_OK ||
        merkle_check_consistency(log->public.size, log->checkpoint.size,
                                 log->public.root, log->checkpoint.root,
                                 (const uint8_t(*)[MERKLE_HASH_BYTES])proof,
                                 count, &fault) != FRANK_OK) {
        return fail(log, "checkpoint", frank_strerror(fault.error));
    }
    *out =
        arena_copy(arena, (struct frank_span){proof[0], count * sizeof *proof});
    return true;
}
