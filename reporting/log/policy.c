/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says, and a checkpoint against it; policy_read.c reads one. */
#include "policy.h"

#include "wire.h"

#include <stdio.h>
#include <string.h>

/* ---- Faults in words ------------------------------------------------------
 */

size_t policy_line(const char *text, size_t len, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < len && i < offset; i++) {
        line += text[i] == '\n' ? 1 : 0;
    }
    return line;
}

/* What was expected, where the bare error does not say. */
static const char *expected(const char *field)
{
    static const char *const texts[][2] = {
        {"line", "not \"log\", \"witness\", \"group\", \"quorum\" or a "
                 "comment"},
        {"log", "\"log VKEY [URL]\" expected"},
        {"witness", "\"witness NAME VKEY [URL]\" expected"},
        {"group", "\"group NAME all|any|K MEMBER...\" expected"},
        {"quorum", "\"quorum NAME\" expected, of a witness or group above, or "
                   "none"},
        {"name", "\"none\", or a name that is taken"},
        {"member", "not defined above, or a member of a group already"},
        {"threshold", "not all, any, or a number from 1 to that of the "
                      "members"},
        {"text", "a byte that may not be in a policy"},
        {"key", "not base64 of a key of 32 bytes and its type"},
        {"key's name", "not \"name+hash+base64\""},
        {"key's hash", "not the hash of this name and key"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i][0], field) == 0) {
            return texts[i][1];
        }
    }
    return NULL;
}

void policy_fault_text(char *out, size_t size, const char *text, size_t len,
                       const struct frank_fault *fault)
{
    const char *field = fault->field == NULL ? "policy" : fault->field;
    const char *what = fault->error == FRANK_ERR_VALUE ? expected(field) : NULL;
    size_t line = policy_line(text, len, fault->offset);

    if (fault->error == FRANK_ERR_VALUE && what == NULL) {
        (void)snprintf(out, size,
                       "line %zu: key of type 0x%02x, not 0x%02x (Ed25519)",
                       line, (unsigned)fault->found, (unsigned)fault->expected);
    } else if (fault->error == FRANK_ERR_TWICE) {
        (void)snprintf(out, size, "line %zu: %s: stands twice", line, field);
    } else {
        (void)snprintf(out, size, "line %zu: %s: %s", line, field,
                       what != NULL ? what : frank_strerror(fault->error));
    }
}

/* ---- What it says ---------------------------------------------------------
 */

const struct note_key *policy_log(const struct policy *policy,
                                  const char *origin)
{
    for (size_t i = 0; i < policy->log_count; i++) {
        if (strcmp(policy->logs[i].key.name, origin) == 0) {
            return &policy->logs[i].key;
        }
    }
    return NULL;
}

size_t policy_log_count(const struct policy *policy)
{
    return policy->log_count;
}

const struct policy_log *policy_log_at(const struct policy *policy, size_t i)
{
    return &policy->logs[i];
}

size_t policy_witness_count(const struct policy *policy)
{
    return policy->witness_count;
}

const struct policy_witness *policy_witness(const struct policy *policy,
                                            size_t i)
{
    return &policy->witnesses[i];
}

bool policy_needs_witnesses(const struct policy *policy)
{
    return policy->quorum != SIZE_MAX;
}

/* ---- A checkpoint ---------------------------------------------------------
 */

/* Members stand before their group, so that one pass counts them all. */
bool policy_quorum_met(const struct policy *policy,
                       const bool cosigned[static POLICY_WITNESSES_MAX])
{
    unsigned counts[POLICY_NAMES_MAX] = {0};
    bool met[POLICY_NAMES_MAX] = {false};

    for (size_t i = 0; i < policy->name_count; i++) {
        const struct policy_name *name = &policy->names[i];

        met[i] = name->witness != SIZE_MAX ? cosigned[name->witness]
                                           : counts[i] >= name->needed;
        if (met[i] && name->group != SIZE_MAX) {
            counts[name->group]++;
        }
    }
    return policy->quorum == SIZE_MAX || met[policy->quorum];
}

/* Several logs can have one name, with a key each; a line of any of them that
 * does not hold is an error. */
static int check_log(const struct policy_log **out, const struct policy *policy,
                     const struct note *note, struct frank_span origin,
                     struct frank_fault *fault)
{
    bool known = false;

    *out = NULL;
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct policy_log *log = &policy->logs[i];
        int error;

        if (origin.len != strlen(log->key.name) ||
            memcmp(origin.data, log->key.name, origin.len) != 0) {
            continue;
        }
        known = true;
        error = note_check(note, &log->key, fault);
        if (error == FRANK_ERR_SIGNER) {
            return error;
        }
        *out = error == FRANK_OK && *out == NULL ? log : *out;
    }
    if (!known) {
        return wire_fault(fault, FRANK_ERR_MISSING, "log", 0, 0, 0);
    }
    return *out != NULL ? FRANK_OK
                        : wire_fault(fault, FRANK_ERR_SIGNER, "signature",
                                     note->body.len + 1, 0, 0);
}

static int check_witnesses(struct policy_verdict *out,
                           const struct policy *policy, const struct note *note,
                           struct frank_fault *fault)
{
    for (size_t i = 0; i < policy->witness_count; i++) {
        struct frank_fault inner;
        int error = cosignature_of(
            &out->times[i], &policy->witnesses[i].cosigner, note, &inner);

        if (error != FRANK_OK && error != FRANK_ERR_MISSING) {
            return wire_fault(fault, error, inner.field, inner.offset, i, 0);
        }
        out->cosigned[i] = error == FRANK_OK;
        out->count += error == FRANK_OK ? 1 : 0;
    }
    out->quorum_met = policy_quorum_met(policy, out->cosigned);
    return FRANK_OK;
}

static int check_note(const struct policy *policy, const struct note *note,
                      struct policy_verdict *out, struct frank_fault *fault)
{
    struct note_tree tree;
    int error = note_tree_read(&tree, note->body, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (tree.extensions.len > 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "extension",
                          note->body.len - tree.extensions.len, 0, 0);
    }
    out->checkpoint = tree.checkpoint;
    if (policy->log_count > 0) {
        error = check_log(&out->log, policy, note, tree.origin, fault);
    }
    return error == FRANK_OK ? check_witnesses(out, policy, note, fault)
                             : error;
}

int policy_check(const struct policy *policy, const char *note, size_t len,
                 struct policy_verdict *out, struct frank_fault *fault)
{
    struct note read;
    int error;

    memset(out, 0, sizeof *out);
    error = note_read(&read, note, len, fault);
    if (error == FRANK_OK) {
        error = check_note(policy, &read, out, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
