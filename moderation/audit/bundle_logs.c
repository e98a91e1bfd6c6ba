/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle shows of a log: that its entries are in the tree that was
 * signed, and who cosigned it. */
#include "bundle_inner.h"

#include "policy.h"

#include <stdlib.h>
#include <string.h>

/* ---- The tree ------------------------------------------------------------ */

static bool is_same_key(const struct note_key *key, const struct note_key *pin)
{
    return strcmp(pin->name, key->name) == 0 &&
           memcmp(pin->public_key, key->public_key, sizeof pin->public_key) ==
               0;
}

/* Whether a policy names the log, and whether with this key: it may name
 * several keys of one log. */
static bool policy_names(const struct policy *policy,
                         const struct note_key *key, bool *with_key)
{
    bool named = false;

    *with_key = false;
    for (size_t i = 0; policy != NULL && i < policy_log_count(policy); i++) {
        const struct note_key *other = &policy_log_at(policy, i)->key;

        named = named || strcmp(other->name, key->name) == 0;
        *with_key = *with_key || is_same_key(key, other);
    }
    return named;
}

/* A policy that names the moderation side's log and no other asks nothing of
 * the hub's. */
static bool policy_asks(const struct bundle_check *c,
                        const struct bundle_source *source)
{
    const struct policy *policy = source->policy;
    bool others = false;

    if (policy == NULL) {
        return false;
    }
    for (size_t i = 0; i < policy_log_count(policy); i++) {
        others = others || strcmp(policy_log_at(policy, i)->key.name,
                                  c->moderation.key.name) != 0;
    }
    return others || policy_log_count(policy) == 0 ||
           strcmp(source->by, BY_HUB_LOG) != 0;
}

static void judge_key(struct bundle_check *c, const struct note_key *key,
                      const char *vkey, const struct bundle_source *source)
{
    bool known = false;
    bool named = policy_names(source->policy, key, &known);

    if (source->pin != NULL) {
        named = true;
        known = is_same_key(key, source->pin);
    }
    if (!named) {
        bundle_find(c, BUNDLE_UNPINNED, "key", source->by, 0,
                    "The key of %s is the bundle's own; compare it with one "
                    "that you have from elsewhere (%s): %s",
                    source->by, source->option, vkey);
    } else if (!known) {
        bundle_refuse(c, "key",
                      "The key of %s is not the one that you gave: it is %s",
                      source->by, vkey);
    } else {
        bundle_find(c, BUNDLE_PROVEN, "key", source->by, 0,
                    "The key of %s, %s, is the one that you gave.", source->by,
                    key->name);
    }
}

static bool check_key(struct bundle_check *c, struct note_key *out,
                      const struct bundle_log *log,
                      const struct bundle_source *source)
{
    char vkey[BUNDLE_VKEY_MAX_BYTES + 1];
    struct frank_fault fault;

    memcpy(vkey, log->vkey.data != NULL ? log->vkey.data : (const uint8_t *)"",
           log->vkey.len);
    vkey[log->vkey.len] = '\0';
    if (strlen(vkey) != log->vkey.len ||
        note_vkey_read(out, NOTE_ED25519, vkey, &fault) != FRANK_OK ||
        !note_origin_is_valid(out->name)) {
        bundle_refuse(c, "key", "The key of %s is not a log's verifier key.",
                      source->by);
        return false;
    }
    judge_key(c, out, vkey, source);
    return true;
}

static bool open_note(struct bundle_check *c, struct note_checkpoint *out,
                      const struct bundle_trail *trail, struct frank_span note,
                      const char *by, const char *what)
{
    struct frank_fault fault;
    int error = note_open(out, (const char *)note.data, note.len,
                          trail->key.name, trail->key.public_key, &fault);

    if (error != FRANK_OK) {
        bundle_refuse(c, "checkpoint",
                      "The %s of %s is not signed by its key: "
                      "%s.",
                      what, by, bundle_why(&fault).text);
    }
    return error == FRANK_OK;
}

/* That the newest checkpoint goes on from the cosigned one, which is not of an
 * empty tree: from that everything goes on. */
static bool check_consistency(struct bundle_check *c,
                              const struct bundle_trail *trail,
                              struct frank_span proof, const char *by)
{
    const struct note_checkpoint *from = &trail->cosigned;
    const struct note_checkpoint *to = &trail->checkpoint;
    size_t count = proof.len / MERKLE_HASH_BYTES;
    struct frank_fault fault = {.error = FRANK_ERR_PROOF,
                                .field = "consistency"};
    bool holds;

    if (from->size == to->size) {
        holds = from->size > 0 && count == 0 &&
                memcmp(from->root, to->root, sizeof from->root) == 0;
    } else {
        holds = merkle_check_consistency(
                    from->size, to->size, from->root, to->root,
                    (const uint8_t(*)[MERKLE_HASH_BYTES])proof.data, count,
                    &fault) == FRANK_OK;
    }
    if (!holds) {
        bundle_refuse(c, "consistency",
                      "The checkpoint of %s does not go on from the one that "
                      "was cosigned: %s.",
                      by, bundle_why(&fault).text);
    }
    return holds;
}

static void refuse_policy(struct bundle_check *c, const char *by,
                          const char *why)
{
    bundle_refuse(c, "witnesses",
                  "The checkpoint of %s is not what the policy asks for: %s.",
                  by, why);
}

/* Which of the entries stand in the tree that witnesses saw. */
static void mark_cosigned(struct bundle_check *c, struct bundle_trail *trail,
                          const char *by)
{
    size_t later = 0;

    trail->is_cosigned = true;
    for (size_t i = 0; i < trail->count; i++) {
        trail->lines[i].cosigned =
            trail->lines[i].entry->index < trail->cosigned.size;
        later += !trail->lines[i].cosigned;
    }
    if (later > 0) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "No witness had seen the last %s of those in the bundle "
                    "yet.",
                    COUNT(later, "entry"));
    }
}

static void check_witnesses(struct bundle_check *c, struct bundle_trail *trail,
                            const struct bundle_log *log, const char *by,
                            const struct policy *policy)
{
    struct policy_verdict *v = calloc(1, sizeof *v);
    struct frank_fault fault;
    uint64_t last = 0;

    if (v == NULL) {
        c->exhausted = true;
    } else if (policy_check(policy, (const char *)log->cosigned.data,
                            log->cosigned.len, v, &fault) != FRANK_OK) {
        refuse_policy(c, by, bundle_why(&fault).text);
    } else if (!v->quorum_met) {
        refuse_policy(c, by, "too few of its witnesses cosigned");
    } else if (v->count > 0) {
        for (size_t i = 0; i < POLICY_WITNESSES_MAX; i++) {
            last = v->times[i] > last ? v->times[i] : last;
        }
        bundle_find(c, BUNDLE_PROVEN, "witnesses", BY_WITNESSES,
                    last < UINT64_MAX / 1000 ? last * 1000 : 0,
                    "%s cosigned the log of %s up to entry %llu: no other "
                    "history of this size has the cosignatures of these.",
                    COUNT(v->count, "witness"), trail->key.name,
                    (unsigned long long)(trail->cosigned.size - 1));
        mark_cosigned(c, trail, by);
    }
    free(v);
}

static void check_cosigned(struct bundle_check *c, struct bundle_trail *trail,
                           const struct bundle_log *log,
                           const struct bundle_source *source)
{
    const char *by = source->by;
    const struct policy *policy =
        policy_asks(c, source) ? source->policy : NULL;

    if (policy != source->policy) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "The policy that you gave does not name %s, which is "
                    "judged without it.",
                    by);
    }
    if (log->cosigned.len == 0) {
        if (policy != NULL && policy_needs_witnesses(policy)) {
            refuse_policy(c, by, "no cosigned one is in the bundle");
            return;
        }
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "No checkpoint of %s with cosignatures of witnesses is in "
                    "the bundle: that others were shown the same log is not "
                    "proven.",
                    by);
        return;
    }
    if (!open_note(c, &trail->cosigned, trail, log->cosigned, by,
                   "cosigned checkpoint") ||
        !check_consistency(c, trail, log->consistency, by)) {
        return;
    }
    if (policy != NULL) {
        check_witnesses(c, trail, log, by, policy);
    } else {
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "A checkpoint of %s may carry cosignatures; without a "
                    "policy that names it (--policy) nobody's count.",
                    by);
    }
}

/* What is not in the tree is not read either: anybody can have written it. */
static void check_inclusion(struct bundle_check *c,
                            const struct bundle_trail *trail, const char *by)
{
    size_t good = 0;

    for (size_t i = 0; i < trail->count; i++) {
        const struct bundle_entry *entry = trail->lines[i].entry;
        uint8_t leaf[MERKLE_HASH_BYTES];
        struct frank_fault fault;

        merkle_leaf(leaf, entry->entry);
        if (merkle_check_inclusion(
                entry->index, trail->checkpoint.size, leaf,
                (const uint8_t(*)[MERKLE_HASH_BYTES])entry->proof.data,
                entry->proof.len / MERKLE_HASH_BYTES, trail->checkpoint.root,
                &fault) == FRANK_OK) {
            good++;
            bundle_read_line(c, &trail->lines[i], by);
        } else {
            bundle_refuse(c, "inclusion",
                          "Entry %llu is not in the tree that %s signed: %s.",
                          (unsigned long long)entry->index, by,
                          bundle_why(&fault).text);
        }
    }
    if (good > 0 && good == trail->count) {
        bundle_find(c, BUNDLE_PROVEN, "inclusion", by, 0,
                    "%s of the log %s are in the bundle, of %llu that it had.",
                    COUNT(good, "entry"), trail->key.name,
                    (unsigned long long)trail->checkpoint.size);
    }
}

/* ---- The whole ----------------------------------------------------------- */

void bundle_check_trail(struct bundle_check *c, struct bundle_trail *out,
                        const struct bundle_log *log,
                        const struct bundle_source *source)
{
    if (!bundle_make_lines(c, out, log) ||
        !check_key(c, &out->key, log, source) ||
        !open_note(c, &out->checkpoint, out, log->checkpoint, source->by,
                   "checkpoint")) {
        return;
    }
    out->is_signed = true;
    check_inclusion(c, out, source->by);
    check_cosigned(c, out, log, source);
}
