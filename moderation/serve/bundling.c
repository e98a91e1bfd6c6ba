/* SPDX-License-Identifier: Apache-2.0 */
/* What the logs say of a case, and the bundle as a whole. */
#include "bundling.h"

#include "journal.h"
#include "proofs.h"
#include "quorum_public.h"
#include "wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Quorums
 * ----------------------------------------------------------------------- */

static bool uses(const struct bundling *b, const struct mod_quorum *quorum)
{
    for (size_t i = 0; i < b->looking_count; i++) {
        if (memcmp(b->lookings[i]->report.quorum, quorum->id,
                   sizeof quorum->id) == 0) {
            return true;
        }
    }
    return false;
}

/* The quorums whose holders opened the reports, and the log's entries of them.
 */
static bool add_quorums(struct bundling *b)
{
    struct bundle_quorum *out =
        arena_take(&b->arena, BUNDLE_QUORUMS_MAX, sizeof *out);
    struct db *db = store_reader_lock(&b->mod->store, STORE_SHORT);

    b->bundle.quorums = out;
    for (size_t i = 0; i < b->keys->quorum_count && out != NULL &&
                       b->bundle.quorum_count < BUNDLE_QUORUMS_MAX;
         i++) {
        const struct mod_quorum *quorum = &b->keys->quorums[i];
        uint64_t entry;
        char *text;

        if (!uses(b, quorum)) {
            continue;
        }
        text = quorum_public_encode(&quorum->key);
        if (text == NULL) {
            b->arena.failed = true;
            break;
        }
        out[b->bundle.quorum_count++].key =
            arena_copy(&b->arena, (struct frank_span){(const uint8_t *)text,
                                                      strlen(text)});
        free(text);
        if (exporting_quorum_entry(db, quorum->id, &entry)) {
            b->entries[b->entry_count++] = entry;
        }
    }
    store_reader_unlock(&b->mod->store, STORE_SHORT);
    return !b->arena.failed || bundling_fail(b, BUNDLING_MEMORY);
}

/* ---- Our log
 * ----------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

struct own_log {
    const struct tiles *tiles;
    uint64_t size;
};

static int read_own(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                    unsigned level, uint64_t index, unsigned width,
                    struct frank_fault *fault)
{
    const struct own_log *log = context;
    unsigned got = 0;
    int error =
        tiles_read(out, &got, log->tiles, level, index, log->size, fault);

    return error == FRANK_OK && got < width
               ? wire_fault(fault, FRANK_ERR_TRUNCATED, "tile", 0, got, width)
               : error;
}

static bool log_trouble(struct bundling *b, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "export-failed", "log", fault);
    return bundling_fail(b, BUNDLING_LOG);
}

struct taking {
    struct bundling *b;
    struct bundle_entry *out;
};

static bool copy_entry(void *context, struct frank_span entry)
{
    const struct taking *t = context;

    t->out->entry = arena_copy(&t->b->arena, entry);
    return true;
}

static bool add_entry(struct bundling *b, struct bundle_entry *out,
                      struct own_log *log, struct db *db, uint64_t index)
{
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    struct frank_fault fault = {.error = FRANK_ERR_MISSING, .field = "entry"};
    struct taking taking = {b, out};
    size_t count = 0;

    out->index = index;
    if (ledger_read(db, index, index + 1, copy_entry, &taking) != 1 ||
        proof_inclusion(proof, &count, index, log->size, read_own, log,
                        &fault) != FRANK_OK) {
        return log_trouble(b, &fault);
    }
    out->proof = arena_copy(
        &b->arena, (struct frank_span){proof[0], count * sizeof *proof});
    return true;
}

static bool add_entries(struct bundling *b, struct own_log *log)
{
    struct bundle_log *out = &b->bundle.moderation;
    struct bundle_entry *entries;
    struct db *db;

    qsort(b->entries, b->entry_count, sizeof *b->entries, compare);
    entries = arena_take(&b->arena, b->entry_count, sizeof *entries);
    if (entries == NULL) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    out->entries = entries;
    db = store_reader_lock(&b->mod->store, STORE_LONG);
    for (size_t i = 0; i < b->entry_count && b->result == BUNDLING_DONE; i++) {
        if ((i == 0 || b->entries[i] != b->entries[i - 1]) &&
            add_entry(b, &entries[out->count], log, db, b->entries[i])) {
            out->count++;
        }
    }
    store_reader_unlock(&b->mod->store, STORE_LONG);
    return b->result == BUNDLING_DONE;
}

static bool is_cosigned(const char *text, size_t len)
{
    struct note note;
    struct note_signature signature;
    struct frank_fault fault;
    size_t at = 0;
    size_t count = 0;

    if (note_read(&note, text, len, &fault) != FRANK_OK) {
        return false;
    }
    while (note_next(&signature, &note, &at)) {
        count++;
    }
    return count > 1;
}

/* The last public checkpoint, where witnesses signed it too. */
static bool add_cosigned(struct bundling *b, struct own_log *log)
{
    struct cosigned *shown = arena_take(&b->arena, 1, sizeof *shown);
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    struct frank_fault fault;
    size_t count = 0;

    if (shown == NULL) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    if (!publisher_checkpoint(b->mod->publisher, true, shown) ||
        !is_cosigned(shown->text, shown->len) || shown->size > log->size) {
        return true;
    }
    if (proof_consistency(proof, &count, shown->size, log->size, read_own, log,
                          &fault) != FRANK_OK) {
        return log_trouble(b, &fault);
    }
    b->bundle.moderation.cosigned =
        (struct frank_span){(const uint8_t *)shown->text, shown->len};
    b->bundle.moderation.consistency = arena_copy(
        &b->arena, (struct frank_span){proof[0], count * sizeof *proof});
    return true;
}

static bool add_own_log(struct bundling *b)
{
    const struct cosigned *newest = b->wish->checkpoint;
    struct own_log log = {publisher_tiles(b->mod->publisher), newest->size};
    char vkey[NOTE_VKEY_MAX_BYTES];

    note_vkey(vkey, b->mod->settings->log_origin, b->mod->log_public);
    b->bundle.moderation.vkey = arena_copy(
        &b->arena, (struct frank_span){(const uint8_t *)vkey, strlen(vkey)});
    b->bundle.moderation.checkpoint =
        (struct frank_span){(const uint8_t *)newest->text, newest->len};
    return add_entries(b, &log) && add_cosigned(b, &log);
}

/* ---- The hub's log
 * ------------------------------------------------------------------ */

static int compare_entries(const void *a, const void *b)
{
    return compare(&((const struct bundle_entry *)a)->index,
                   &((const struct bundle_entry *)b)->index);
}

static uint64_t last_index(const struct bundling *b)
{
    uint64_t last = 0;

    for (size_t i = 0; i < b->item_count; i++) {
        if (b->items[i].has_hub_index && b->items[i].hub_index > last) {
            last = b->items[i].hub_index;
        }
    }
    return last;
}

/* What the public sees of it, where witnesses signed that. */
static bool add_hub_cosigned(struct bundling *b)
{
    struct hub_log *hub = b->wish->hub;
    struct bundle_log *out = &b->bundle.hub;

    if (hub->shown == NULL || hub->public.size == 0 ||
        !is_cosigned(hub->shown, hub->shown_len)) {
        return true;
    }
    out->cosigned =
        (struct frank_span){(const uint8_t *)hub->shown, hub->shown_len};
    return hub_log_consistency(hub, &out->consistency, &b->arena);
}

static bool add_hub_entries(struct bundling *b, struct bundle_entry *entries)
{
    struct bundle_log *out = &b->bundle.hub;

    for (size_t i = 0; i < b->item_count; i++) {
        if (!b->items[i].has_hub_index) {
            continue;
        }
        if (!hub_log_entry(b->wish->hub, &entries[out->count], &b->arena,
                           b->items[i].hub_index)) {
            return false;
        }
        out->count++;
    }
    qsort(entries, out->count, sizeof *entries, compare_entries);
    out->entries = entries;
    return true;
}

/* Where it is not to be had the bundle goes without. */
static bool add_hub_log(struct bundling *b)
{
    struct hub_log *hub = b->wish->hub;
    struct bundle_log *out = &b->bundle.hub;
    struct bundle_entry *entries =
        arena_take(&b->arena, b->item_count + 1, sizeof *entries);

    if (entries == NULL) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    if (!hub_log_covers(hub, last_index(b))) {
        return true;
    }
    if (!add_hub_entries(b, entries) || !add_hub_cosigned(b)) {
        memset(out, 0, sizeof *out);
        return true;
    }
    out->vkey =
        arena_copy(&b->arena, (struct frank_span){(const uint8_t *)hub->vkey,
                                                  strlen(hub->vkey)});
    out->checkpoint = (struct frank_span){(const uint8_t *)hub->text, hub->len};
    b->bundle.has_hub = true;
    return true;
}

/* ---- All of it
 * ---------------------------------------------------------------------- */

static bool add_hub_keys(struct bundling *b)
{
    char *text = hub_public_encode(&b->keys->hub);

    if (text == NULL) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    b->bundle.hub_public = arena_copy(
        &b->arena, (struct frank_span){(const uint8_t *)text, strlen(text)});
    free(text);
    return true;
}

static bool encode(struct bundling *b, uint8_t **out, size_t *len)
{
    const uint8_t *secret = b->mod->secrets->log_secret;
    struct frank_fault fault;
    uint8_t *bytes = NULL;
    size_t need = 0;
    int error;

    if (b->arena.failed) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    error = bundle_encode(NULL, 0, &need, &b->bundle, secret, &fault);
    if (error == FRANK_ERR_SPACE) {
        bytes = malloc(need);
        error = bytes == NULL ? FRANK_ERR_MEMORY
                              : bundle_encode(bytes, need, &need, &b->bundle,
                                              secret, &fault);
    }
    if (error == FRANK_OK && !b->wish->for_sample &&
        bundling_names(b, (struct frank_span){bytes, need})) {
        (void)bundling_fail(b, BUNDLING_NAMES);
    } else if (error != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "export-failed", "bundle", &fault);
        (void)bundling_fail(b, error == FRANK_ERR_MEMORY ? BUNDLING_MEMORY
                                                         : BUNDLING_TOO_LARGE);
    }
    if (b->result != BUNDLING_DONE) {
        if (bytes != NULL) {
            sodium_memzero(bytes, need);
        }
        free(bytes);
        return false;
    }
    *out = bytes; /* transferred */
    *len = need;
    return true;
}

enum bundling_result bundling_make(uint8_t **out, size_t *len, struct mod *mod,
                                   const struct bundling_wish *wish)
{
    struct bundling *b = calloc(1, sizeof *b);
    enum bundling_result result;

    *out = NULL;
    *len = 0;
    if (b == NULL) {
        return BUNDLING_MEMORY;
    }
    b->mod = mod;
    b->wish = wish;
    b->keys = mod_keys_hold(mod);
    b->bundle.suite = FRANK_SUITE_X25519_AES128GCM;
    memcpy(b->bundle.id, wish->id, sizeof b->bundle.id);
    b->bundle.made = wish->now;
    (void)(bundling_read(b) && bundling_reports(b) && add_quorums(b) &&
           add_hub_keys(b) && add_own_log(b) && add_hub_log(b) &&
           encode(b, out, len));
    result = b->result;
    for (size_t i = 0; i < b->looking_count; i++) {
        looking_free(b->lookings[i]);
    }
    arena_free(&b->arena);
    mod_keys_release(b->keys);
    free(b);
    return result;
}
