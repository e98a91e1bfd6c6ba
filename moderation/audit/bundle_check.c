/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole check, in the order in which one thing stands on another: keys,
 * the bundle's signature, logs, verdicts and messages, what the entries are
 * about, receipts, history, decisions.
 */
#include "bundle_inner.h"

#include "quorum.h"
#include "quorum_public.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- Keys ---------------------------------------------------------------- */

/* Like a key's fingerprint: the first 16 digits of SHA-256 of the file's text
 * would change with white space, so that the keys themselves are hashed. */
static void say_hub_keys(struct bundle_check *c)
{
    char hex[2 * FRANK_PUBLIC_KEY_BYTES + 1];

    for (size_t i = 0; i < c->hub.count; i++) {
        (void)sodium_bin2hex(hex, sizeof hex, c->hub.keys[i].public_key,
                             sizeof c->hub.keys[i].public_key);
        bundle_find(c, BUNDLE_UNPINNED, "hub keys", BY_HUB, 0,
                    "Key %u of the hub is the bundle's own; compare it with "
                    "the hub's (--hub-public): %s",
                    c->hub.keys[i].id, hex);
    }
}

static void check_hub_keys(struct bundle_check *c,
                           const struct hub_public *pinned)
{
    const struct bundle *bundle = c->bundle;
    struct frank_fault fault;
    int error =
        hub_public_decode(&c->hub, (const char *)bundle->hub_public.data,
                          bundle->hub_public.len, &fault);

    c->has_hub_keys = error == FRANK_OK;
    if (pinned != NULL) {
        c->hub = *pinned;
        c->has_hub_keys = true;
        bundle_find(c, BUNDLE_PROVEN, "hub keys", BY_HUB, 0,
                    "What the hub signed is checked with the keys that you "
                    "gave.");
    } else if (error == FRANK_OK) {
        say_hub_keys(c);
    } else if (error == FRANK_ERR_MEMORY) {
        c->exhausted = true;
    } else {
        bundle_refuse(c, "hub keys", "The hub's keys cannot be read: %s.",
                      bundle_why(&fault).text);
    }
}

static bool is_pinned(const struct bundle_pins *pins,
                      const struct frank_quorum *quorum)
{
    for (size_t i = 0; i < pins->quorum_count; i++) {
        const struct frank_quorum *pin = &pins->quorums[i];

        if (pin->threshold == quorum->threshold &&
            pin->holders == quorum->holders &&
            memcmp(pin->public_key, quorum->public_key,
                   sizeof pin->public_key) == 0 &&
            memcmp(pin->share_publics, quorum->share_publics,
                   quorum->holders * sizeof pin->share_publics[0]) == 0) {
            return true;
        }
    }
    return false;
}

/* A record of the moderation key, if it is there and somebody can check it. */
static void check_record(struct bundle_check *c, size_t i,
                         const struct frank_quorum *quorum,
                         const struct hub_public *moderation)
{
    struct frank_span record = c->bundle->quorums[i].record;
    struct quorum_record read;
    struct frank_fault fault;
    int error;

    if (record.len == 0 || moderation == NULL) {
        return;
    }
    error = quorum_record_decode(&read, record.data, record.len, &fault);
    if (error == FRANK_OK) {
        error = FRANK_ERR_SIGNER;
        for (size_t k = 0; k < moderation->count && error != FRANK_OK; k++) {
            struct frank_quorum opened;

            error = frank_quorum_open(&opened, NULL, record.data, record.len,
                                      moderation->keys[k].public_key,
                                      read.not_before, &fault);
        }
    }
    if (error == FRANK_OK && (read.quorum.threshold != quorum->threshold ||
                              memcmp(read.quorum.public_key, quorum->public_key,
                                     sizeof quorum->public_key) != 0)) {
        error =
            wire_fault(&fault, FRANK_ERR_QUORUM, "quorum's record", 0, 0, 0);
    }
    if (error != FRANK_OK) {
        bundle_refuse(c, "quorum",
                      "The record of quorum %zu is not signed by "
                      "the moderation key that you gave: %s.",
                      i, bundle_why(&fault).text);
    } else {
        bundle_find(c, BUNDLE_PROVEN, "quorum", BY_MODERATION, 0,
                    "The key of quorum %zu is signed by the moderation key "
                    "that you gave.",
                    i);
    }
}

/* Where some were given, another counts for nothing: who dealt a key can make
 * other holders' points for it, and so receipts in their names. */
static bool judge_quorum(struct bundle_check *c, const struct bundle_pins *pins,
                         const struct frank_quorum *quorum)
{
    char id[2 * FRANK_QUORUM_ID_BYTES + 1];
    uint8_t bytes[FRANK_QUORUM_ID_BYTES];

    frank_quorum_id(bytes, quorum);
    (void)sodium_bin2hex(id, sizeof id, bytes, sizeof bytes);
    if (is_pinned(pins, quorum)) {
        bundle_find(c, BUNDLE_PROVEN, "quorum", BY_HOLDERS, 0,
                    "The key of quorum %s is one that you gave; %u of %u open "
                    "a report.",
                    id, quorum->threshold, quorum->holders);
    } else if (pins->quorum_count > 0) {
        bundle_refuse(c, "quorum",
                      "The key of quorum %s is none of those that you gave.",
                      id);
        return false;
    } else {
        bundle_find(c, BUNDLE_UNPINNED, "quorum", BY_HOLDERS, 0,
                    "The key of quorum %s, %u of %u, is the bundle's own; "
                    "compare it with quorum.pub (--quorum).",
                    id, quorum->threshold, quorum->holders);
    }
    return true;
}

static void check_quorum(struct bundle_check *c, size_t i,
                         const struct bundle_pins *pins)
{
    struct frank_span text = c->bundle->quorums[i].key;
    struct frank_quorum quorum;
    struct frank_fault fault;
    int error = quorum_public_decode(&quorum, (const char *)text.data, text.len,
                                     &fault);

    if (error == FRANK_OK) {
        error = share_check_publics(&quorum, &fault);
    }
    if (error == FRANK_ERR_MEMORY) {
        c->exhausted = true;
    }
    if (error != FRANK_OK) {
        bundle_refuse(c, "quorum", "The key of quorum %zu cannot be used: %s.",
                      i, bundle_why(&fault).text);
        return;
    }
    if (!judge_quorum(c, pins, &quorum)) {
        return;
    }
    c->quorums[c->quorum_count++] = quorum;
    check_record(c, i, &quorum, pins->moderation);
}

/* The log says which quorum's key counts: one that it does not know, or knows
 * as another, is none. */
static void check_logged_quorums(struct bundle_check *c)
{
    for (size_t q = 0; q < c->quorum_count; q++) {
        char point[2 * FRANK_POINT_BYTES + 1];
        bool logged = false;

        (void)sodium_bin2hex(point, sizeof point, c->quorums[q].public_key,
                             sizeof c->quorums[q].public_key);
        for (size_t i = 0; i < c->moderation.count && !logged; i++) {
            const struct bundle_line *line = &c->moderation.lines[i];

            logged =
                bundle_line_is(line, "quorum_key", NULL) &&
                strcmp(bundle_line_text(line, "P"), point) == 0 &&
                bundle_line_number(line, "threshold") ==
                    c->quorums[q].threshold &&
                bundle_line_number(line, "holders") == c->quorums[q].holders;
        }
        if (!logged) {
            bundle_refuse(c, "quorum",
                          "No entry of the log tells of the key of quorum "
                          "%zu.",
                          q);
        }
    }
}

/* ---- The whole ----------------------------------------------------------- */

static void check_signature(struct bundle_check *c,
                            const struct bundle_file *file)
{
    struct frank_fault fault;

    if (!c->moderation.is_signed) {
        return; /* said before */
    }
    if (bundle_verify(file, c->moderation.key.public_key, &fault) != FRANK_OK) {
        bundle_refuse(c, "signature",
                      "The bundle is not signed with the key of the "
                      "moderation side's log.");
    } else {
        bundle_find(c, BUNDLE_PROVEN, "signature", BY_MODERATION,
                    c->bundle->made, "The bundle is signed with the key of %s.",
                    c->moderation.key.name);
    }
}

static void check_all(struct bundle_check *c, const struct bundle_file *file,
                      const struct bundle_pins *pins)
{
    const struct bundle *bundle = c->bundle;

    check_hub_keys(c, pins->hub);
    for (size_t i = 0; i < bundle->quorum_count; i++) {
        check_quorum(c, i, pins);
    }
    bundle_check_trail(c, &c->moderation, &bundle->moderation,
                       &(struct bundle_source){BY_LOG, pins->mod_key,
                                               "--mod-key", pins->policy});
    check_signature(c, file);
    if (bundle->has_hub) {
        bundle_check_trail(c, &c->hub_log, &bundle->hub,
                           &(struct bundle_source){BY_HUB_LOG, pins->hub_key,
                                                   "--hub-key", pins->policy});
    } else {
        bundle_find(c, BUNDLE_NOT_SHOWN, "hub log", "", 0,
                    "No entry of the hub's log is in the bundle.");
    }
    bundle_check_reports(c);
    bundle_check_lines(c);
    check_logged_quorums(c);
    bundle_check_receipts(c);
    bundle_check_history(c);
    bundle_check_decisions(c);
}

int bundle_check(struct bundle_check **out, const struct bundle_file *file,
                 const struct bundle_pins *pins)
{
    struct bundle_check *c = calloc(1, sizeof *c);
    int error = FRANK_ERR_MEMORY;

    if (c == NULL) {
        return error;
    }
    c->bundle = bundle_of(file);
    c->reports = calloc(c->bundle->report_count + 1, sizeof *c->reports);
    c->exhausted = c->reports == NULL;
    if (!c->exhausted) {
        check_all(c, file, pins);
    }
    if (!c->exhausted) {
        *out = c;
        c = NULL; /* transferred */
        error = FRANK_OK;
    }
    bundle_check_free(c);
    return error;
}

static void free_trail(struct bundle_trail *trail)
{
    for (size_t i = 0; i < trail->count; i++) {
        json_decref(trail->lines[i].json);
    }
    free(trail->lines);
}

void bundle_check_free(struct bundle_check *check)
{
    if (check == NULL) {
        return;
    }
    for (size_t i = 0; i < check->count; i++) {
        free(check->findings[i].text);
    }
    for (size_t r = 0;
         check->reports != NULL && r < check->bundle->report_count; r++) {
        free(check->reports[r].verdicts);
    }
    free(check->findings);
    free(check->reports);
    json_decref(check->names);
    free_trail(&check->moderation);
    free_trail(&check->hub_log);
    free(check);
}
