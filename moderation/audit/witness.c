/* SPDX-License-Identifier: Apache-2.0 */
#include "witness.h"

#include "note_text.h"
#include "wire.h"

#include <string.h>

/* ---- The request ----------------------------------------------------------
 */

/* The next line without its line feed; empty where there is an error. */
static struct frank_span next_line(struct wire_reader *r, const char *field)
{
    struct frank_span line = {(const uint8_t *)"", 0};
    const uint8_t *end = wire_read_ok(r) && r->pos < r->len
                             ? memchr(r->data + r->pos, '\n', r->len - r->pos)
                             : NULL;

    if (end == NULL) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->len, 0, 1);
        return line;
    }
    line.data = r->data + r->pos;
    line.len = (size_t)(end - line.data);
    r->pos += line.len + 1;
    return line;
}

static void read_old(struct witness_request *out, struct wire_reader *r)
{
    static const char word[] = "old ";
    const size_t len = sizeof word - 1;
    struct frank_span line = next_line(r, "old size");

    if (wire_read_ok(r) &&
        (line.len < len || memcmp(line.data, word, len) != 0 ||
         !note_number_read(&out->old,
                           (struct frank_span){line.data + len, line.len - len},
                           MERKLE_SIZE_MAX))) {
        wire_read_fail(r, FRANK_ERR_VALUE, "old size", 0, 0, 0);
    }
}

/* Up to the empty line. */
static void read_proof(struct witness_request *out, struct wire_reader *r)
{
    for (;;) {
        size_t at = r->pos;
        struct frank_span line = next_line(r, "proof");

        if (!wire_read_ok(r) || line.len == 0) {
            return;
        }
        if (out->proof_count == WITNESS_PROOF_MAX) {
            wire_read_fail(r, FRANK_ERR_LIMIT, "proof", at,
                           WITNESS_PROOF_MAX + 1, WITNESS_PROOF_MAX);
            return;
        }
        if (note_base64_read(out->proof[out->proof_count], MERKLE_HASH_BYTES,
                             line) != MERKLE_HASH_BYTES) {
            wire_read_fail(r, FRANK_ERR_VALUE, "proof", at, 0, 0);
            return;
        }
        out->proof_count++;
    }
}

int witness_request_read(struct witness_request *out, struct frank_span bytes,
                         struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, bytes, 0);
    read_old(out, &r);
    if (wire_read_ok(&r)) {
        read_proof(out, &r);
    }
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
        return error;
    }
    out->note = (struct frank_span){r.data + r.pos, r.len - r.pos};
    return FRANK_OK;
}

/* ---- The checkpoint -------------------------------------------------------
 */

/* Several logs can have one name, with a key each: whoever signed. */
static enum witness_verdict find_log(const struct note_key **out,
                                     const struct note *note,
                                     struct frank_span origin,
                                     const struct policy *policy,
                                     struct frank_fault *fault)
{
    enum witness_verdict verdict = WITNESS_UNKNOWN;

    for (size_t i = 0; i < policy_log_count(policy); i++) {
        const struct note_key *key = &policy_log_at(policy, i)->key;

        if (origin.len != strlen(key->name) ||
            memcmp(origin.data, key->name, origin.len) != 0) {
            continue;
        }
        if (note_check(note, key, fault) == FRANK_OK) {
            *out = key;
            return WITNESS_COSIGN;
        }
        verdict = WITNESS_UNSIGNED;
    }
    return verdict;
}

enum witness_verdict
witness_checkpoint_read(struct witness_checkpoint *out,
                        const struct witness_request *request,
                        const struct policy *policy, struct frank_fault *fault)
{
    enum witness_verdict verdict;
    struct note_tree tree;

    memset(out, 0, sizeof *out);
    if (note_read(&out->note, (const char *)request->note.data,
                  request->note.len, fault) != FRANK_OK ||
        note_tree_read(&tree, out->note.body, fault) != FRANK_OK) {
        memset(out, 0, sizeof *out);
        return WITNESS_MALFORMED;
    }
    out->tree = tree.checkpoint;
    verdict = find_log(&out->log, &out->note, tree.origin, policy, fault);
    return verdict == WITNESS_COSIGN && request->old > out->tree.size
               ? WITNESS_ABOVE
               : verdict;
}

size_t witness_note_of_log(char *out,
                           const struct witness_checkpoint *checkpoint)
{
    const struct note *note = &checkpoint->note;
    struct note_signature signature;
    uint8_t id[NOTE_KEY_ID_BYTES];
    size_t len = note->body.len;
    size_t at = 0;

    note_key_id(id, checkpoint->log->name, NOTE_ED25519,
                checkpoint->log->public_key);
    memcpy(out, note->body.data, len);
    out[len++] = '\n';
    while (note_next(&signature, note, &at)) {
        if (note_signature_is_of(&signature, checkpoint->log->name, id)) {
            memcpy(out + len, signature.line.data, signature.line.len);
            len += signature.line.len;
        }
    }
    return len;
}

/* ---- The judgement --------------------------------------------------------
 */

void witness_held_nothing(struct witness_held *out)
{
    const struct merkle_range empty = {.size = 0};

    out->size = 0;
    merkle_root(out->root, &empty);
}

enum witness_verdict witness_judge(const struct witness_held *held,
                                   const struct witness_request *request,
                                   const struct note_checkpoint *checkpoint)
{
    bool empty_proof = request->proof_count == 0;

    if (request->old != held->size) {
        return WITNESS_OLD;
    }
    if (checkpoint->size == held->size) {
        if (memcmp(checkpoint->root, held->root, sizeof held->root) != 0) {
            return WITNESS_FORK;
        }
        return empty_proof ? WITNESS_COSIGN : WITNESS_PROOF;
    }
    if (held->size == 0) { /* every tree goes on from the empty one */
        return empty_proof ? WITNESS_COSIGN : WITNESS_PROOF;
    }
    return merkle_check_consistency(held->size, checkpoint->size, held->root,
                                    checkpoint->root, request->proof,
                                    request->proof_count, NULL) == FRANK_OK
               ? WITNESS_COSIGN
               : WITNESS_PROOF;
}

unsigned witness_status(enum witness_verdict verdict)
{
    static const unsigned statuses[] = {
        [WITNESS_COSIGN] = 200,  [WITNESS_MALFORMED] = 400,
        [WITNESS_ABOVE] = 400,   [WITNESS_UNSIGNED] = 403,
        [WITNESS_UNKNOWN] = 404, [WITNESS_OLD] = 409,
        [WITNESS_FORK] = 409,    [WITNESS_PROOF] = 422};

    return statuses[verdict];
}

const char *witness_name(enum witness_verdict verdict)
{
    static const char *const names[] = {[WITNESS_COSIGN] = "cosigned",
                                        [WITNESS_MALFORMED] = "malformed",
                                        [WITNESS_ABOVE] = "old-size-above",
                                        [WITNESS_UNSIGNED] = "not-signed",
                                        [WITNESS_UNKNOWN] = "unknown-log",
                                        [WITNESS_OLD] = "old-size",
                                        [WITNESS_FORK] = "fork",
                                        [WITNESS_PROOF] = "proof"};

    return names[verdict];
}
