/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle_live.h"

#include "bundle_inner.h"
#include "key_json.h"
#include "proofs.h"
#include "tiles.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NAME_HEX_BYTES ((size_t)2 * FRANK_DIGEST_BYTES)

struct beside {
    struct bundle_check *out;
    const struct bundle_check *check;
    const struct bundle_live *live;
    struct merkle_range range; /* of the entries that were read */
    bool tree_is_the_same;     /* at the bundle's size */
    size_t at;                 /* the bundle's next line */
    size_t left_out;
    size_t beside; /* that name its reports alone, so that no bundle has them */
    size_t later;
    size_t not_told; /* of these */
    size_t unread;
    uint64_t first_unread;
    char case_hex[2 * BUNDLE_CASE_BYTES + 1];
};

#define TOLD_MAX 200

/* ---- Entries ------------------------------------------------------------- */

static bool holds_text(struct frank_span entry, const char *text)
{
    return memmem(entry.data, entry.len, text, strlen(text)) != NULL;
}

/* A name stands in quotes, whatever is around it. */
static bool names_report(const struct beside *b, struct frank_span entry)
{
    char name[NAME_HEX_BYTES + 1] = "";

    for (size_t i = 0; i + NAME_HEX_BYTES + 1 < entry.len; i++) {
        if (entry.data[i] == '"' && entry.data[i + NAME_HEX_BYTES + 1] == '"') {
            memcpy(name, entry.data + i + 1, NAME_HEX_BYTES);
            if (json_object_get(b->check->names, name) != NULL) {
                return true;
            }
        }
    }
    return false;
}

/* Whether an entry is about the case. Most are not, and are not read for it;
 * of what has escapes, or cannot be read, nobody can tell. */
static json_t *read_entry(struct beside *b, uint64_t index,
                          struct frank_span entry)
{
    json_t *json = NULL;
    int error = FRANK_ERR_JSON;

    if (bundle_line_is_plain(entry)) {
        if (!holds_text(entry, b->case_hex) && !names_report(b, entry)) {
            return NULL;
        }
        error = key_json_load(&json, (const char *)entry.data, entry.len,
                              BUNDLE_ENTRY_MAX_BYTES, "entry", NULL);
    }
    if (error == FRANK_ERR_MEMORY) {
        b->out->exhausted = true;
    } else if (error != FRANK_OK) {
        b->first_unread = b->unread == 0 ? index : b->first_unread;
        b->unread++;
    }
    return json;
}

static struct frank_span text_span(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return (struct frank_span){(const uint8_t *)text,
                               text != NULL ? strlen(text) : 0};
}

static void tell(struct beside *b, uint64_t index, const json_t *json)
{
    json_int_t time = json_integer_value(json_object_get(json, "time"));

    b->later++;
    if (b->later > TOLD_MAX) {
        b->not_told++;
        return;
    }
    bundle_find(
        b->out, BUNDLE_PROVEN, "later", BY_LOG, time > 0 ? (uint64_t)time : 0,
        "Since then: %s %s (entry %llu, by %s).",
        WORDS(text_span(json, "type")), WORDS(text_span(json, "action")),
        (unsigned long long)index, WORDS(text_span(json, "by")));
}

/* An entry that the log has before the case's last one in the bundle. */
static void miss(struct beside *b, uint64_t index, const json_t *json)
{
    struct frank_span name = text_span(json, "case");

    if (name.len == 0) {
        b->beside++;
    } else if (name.len == strlen(b->case_hex) &&
               memcmp(name.data, b->case_hex, name.len) == 0 &&
               ++b->left_out <= TOLD_MAX) {
        bundle_refuse(b->out, "left out",
                      "The bundle leaves out an entry of the case: %s %s "
                      "(entry %llu, by %s).",
                      WORDS(text_span(json, "type")),
                      WORDS(text_span(json, "action")),
                      (unsigned long long)index, WORDS(text_span(json, "by")));
    }
}

/* What the log says beyond the bundle, if it is about the case. */
static void take_other(struct beside *b, uint64_t index,
                       struct frank_span entry)
{
    json_t *json = read_entry(b, index, entry);

    if (json != NULL && index > b->check->last) {
        tell(b, index, json);
    } else if (json != NULL) {
        miss(b, index, json);
    }
    json_decref(json);
}

/* An entry of the time of the bundle's tree. */
static void compare_line(struct beside *b, uint64_t index,
                         struct frank_span entry)
{
    const struct bundle_trail *trail = &b->check->moderation;

    if (b->at < trail->count && trail->lines[b->at].entry->index == index) {
        struct frank_span shown = trail->lines[b->at++].entry->entry;

        if (shown.len != entry.len ||
            memcmp(shown.data, entry.data, entry.len) != 0) {
            bundle_refuse(b->out, "live",
                          "Entry %llu is another one in the log now.",
                          (unsigned long long)index);
        }
        return;
    }
    take_other(b, index, entry);
}

static int take_entry(void *context, uint64_t index, struct frank_span entry)
{
    struct beside *b = context;
    const struct note_checkpoint *mine = &b->check->moderation.checkpoint;
    uint8_t hash[MERKLE_HASH_BYTES];

    if (index >= mine->size) {
        take_other(b, index, entry);
        return FRANK_OK;
    }
    merkle_leaf(hash, entry);
    merkle_append(&b->range, hash);
    compare_line(b, index, entry);
    if (b->range.size == mine->size) {
        merkle_root(hash, &b->range);
        b->tree_is_the_same = memcmp(hash, mine->root, sizeof hash) == 0;
    }
    return FRANK_OK;
}

/* ---- Hashes alone -------------------------------------------------------- */

static int read_tile(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                     unsigned level, uint64_t index, unsigned width,
                     struct frank_fault *fault)
{
    const struct beside *b = context;
    char path[TILES_PATH_MAX_BYTES];
    char name[LOG_WHERE_BYTES];
    size_t len = width * sizeof *out;
    int error;

    tiles_path_write(path, level, index);
    (void)snprintf(name, sizeof name,
                   width < TILES_WIDTH ? "tile/%s.p/%u" : "tile/%s", path,
                   width);
    error = b->live->read(b->live->context, name, out[0], &len);
    if (error == FRANK_OK && len != width * sizeof *out) {
        error = FRANK_ERR_TRUNCATED;
    }
    return error == FRANK_OK
               ? error
               : wire_fault(fault, error, "tile", 0, len, width * sizeof *out);
}

/* The log was checked by its hashes; now that the bundle's tree is its
 * beginning. */
static int compare_trees(struct beside *b, const struct note_checkpoint *now,
                         struct frank_fault *fault)
{
    const struct note_checkpoint *mine = &b->check->moderation.checkpoint;
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    size_t count = 0;
    int error;

    if (mine->size == now->size) {
        b->tree_is_the_same =
            memcmp(mine->root, now->root, sizeof mine->root) == 0;
        return FRANK_OK;
    }
    error = proof_consistency(proof, &count, mine->size, now->size, read_tile,
                              b, fault);
    if (error == FRANK_OK) {
        b->tree_is_the_same = merkle_check_consistency(
                                  mine->size, now->size, mine->root, now->root,
                                  (const uint8_t(*)[MERKLE_HASH_BYTES])proof,
                                  count, NULL) == FRANK_OK;
    }
    return error;
}

/* ---- Both ---------------------------------------------------------------- */

static void say_missing(struct beside *b)
{
    if (b->left_out > TOLD_MAX) {
        bundle_refuse(b->out, "left out",
                      "The bundle leaves out %s more of the case.",
                      COUNT(b->left_out - TOLD_MAX, "entry"));
    } else if (b->left_out == 0) {
        bundle_find(b->out, BUNDLE_PROVEN, "left out", BY_LOG, 0,
                    "The bundle shows every entry of the case that there was, "
                    "up to entry %llu.",
                    (unsigned long long)b->check->last);
    }
    if (b->beside > 0) {
        bundle_find(
            b->out, BUNDLE_NOT_SHOWN, "left out", "", 0,
            "The log has %s of that time about a report alone, which no "
            "bundle has: notices to the hub, or the like.",
            COUNT(b->beside, "entry"));
    }
}

static void say(struct beside *b, const struct note_checkpoint *now)
{
    const struct note_checkpoint *mine = &b->check->moderation.checkpoint;

    if (now->size < mine->size || !b->tree_is_the_same) {
        bundle_refuse(b->out, "live",
                      "The log does not go on from the bundle's tree of %llu "
                      "entries: it has another past now.",
                      (unsigned long long)mine->size);
        return;
    }
    bundle_find(b->out, BUNDLE_PROVEN, "live", BY_LOG, 0,
                "The log goes on from the bundle's tree of %llu entries; it "
                "has %llu now.",
                (unsigned long long)mine->size, (unsigned long long)now->size);
    if (!b->live->entries) {
        bundle_find(b->out, BUNDLE_NOT_SHOWN, "later", "", 0,
                    "What its entries say was not read (--entries).");
        return;
    }
    if (b->unread > 0) {
        bundle_refuse(b->out, "live",
                      "%s of the log cannot be read, or no service writes "
                      "such; the first is entry %llu. What they are about "
                      "nobody can tell.",
                      COUNT(b->unread, "entry"),
                      (unsigned long long)b->first_unread);
        return;
    }
    say_missing(b);
    if (b->later == 0) {
        bundle_find(b->out, BUNDLE_PROVEN, "later", BY_LOG, 0,
                    "Nothing happened in the case since then.");
    } else if (b->not_told > 0) {
        bundle_find(b->out, BUNDLE_NOT_SHOWN, "later", "", 0,
                    "%s of the case since then are not told here.",
                    COUNT(b->not_told, "entry"));
    }
}

static int ask(struct beside *b, struct frank_fault *fault)
{
    const struct log_ask what = {.key = &b->check->moderation.key,
                                 .policy = b->live->policy,
                                 .entries = b->live->entries,
                                 .entry = take_entry,
                                 .entry_context = b,
                                 .read = b->live->read,
                                 .read_context = b->live->context};
    struct log_result result;
    char text[LOG_TEXT_BYTES];
    int error = log_client_check(&result, &what, fault);

    if (error == FRANK_ERR_PROOF) {
        log_result_text(text, &result);
        bundle_refuse(b->out, "live", "The log does not hold: %s", text);
        return FRANK_OK;
    }
    if (error == FRANK_OK && !b->live->entries &&
        result.checkpoint.size >= b->check->moderation.checkpoint.size) {
        error = compare_trees(b, &result.checkpoint, fault);
    }
    if (error == FRANK_OK) {
        say(b, &result.checkpoint);
    }
    return error;
}

int bundle_beside_log(struct bundle_check **out,
                      const struct bundle_check *check,
                      const struct bundle_live *live, struct frank_fault *fault)
{
    struct beside *b;
    int error;

    if (!check->moderation.is_signed) {
        return wire_fault(fault, FRANK_ERR_VALUE, "bundle's checkpoint", 0, 0,
                          0);
    }
    b = calloc(1, sizeof *b);
    if (b == NULL || (b->out = calloc(1, sizeof *b->out)) == NULL) {
        free(b);
        return wire_fault(fault, FRANK_ERR_MEMORY, "log", 0, 0, 0);
    }
    b->check = check;
    b->live = live;
    b->out->bundle = check->bundle;
    (void)sodium_bin2hex(b->case_hex, sizeof b->case_hex,
                         check->bundle->case_name, BUNDLE_CASE_BYTES);
    error = ask(b, fault);
    if (error == FRANK_OK && b->out->exhausted) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "log", 0, 0, 0);
    }
    if (error == FRANK_OK) {
        *out = b->out;
        b->out = NULL; /* transferred */
    }
    bundle_check_free(b->out);
    free(b);
    return error;
}
