/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checkpoint first: whose it is, how it stands to the remembered one, who
 * cosigned it; then the tiles (log_walk.c). What does not go with what is
 * remembered is looked at once more, from the first entry on, to name the one
 * that changed: that alone takes as long as the log is.
 */
#include "log_client.h"

#include "log_walk.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct checking {
    struct log_walk walk;
    char *note; /* NOTE_READ_MAX_BYTES */
    size_t note_len;
    char *kept; /* the remembered one; the same room */
    size_t kept_len;
};

static void set_where(struct checking *c, const char *where)
{
    (void)snprintf(c->walk.result->where, LOG_WHERE_BYTES, "%s", where);
}

/* ---- Whose ----------------------------------------------------------------
 */

/* Whether the log signed it, by the key or by the policy. */
static int check_signed(struct note_checkpoint *out,
                        struct policy_verdict *verdict,
                        const struct log_ask *ask, const char *text, size_t len,
                        struct frank_fault *fault)
{
    int error = FRANK_OK;

    if (ask->key != NULL) {
        error = note_open(out, text, len, ask->key->name, ask->key->public_key,
                          fault);
    }
    if (error == FRANK_OK && ask->policy != NULL) {
        error = policy_check(ask->policy, text, len, verdict, fault);
        *out = error == FRANK_OK ? verdict->checkpoint : *out;
    }
    return error;
}

static const struct note_key *key_of(const struct log_ask *ask,
                                     const struct policy_verdict *verdict)
{
    return ask->key != NULL ? ask->key : &verdict->log->key;
}

/* ---- What is remembered ---------------------------------------------------
 */

static int read_state(struct checking *c)
{
    struct log_walk *w = &c->walk;
    struct policy_verdict verdict;
    int error;

    set_where(c, "state");
    error = log_state_open(&w->state, w->ask->state, w->fault);
    c->kept_len = NOTE_READ_MAX_BYTES;
    if (error == FRANK_OK) {
        error = log_state_note(w->state, c->kept, &c->kept_len, w->fault);
    }
    if (error != FRANK_OK || c->kept_len == 0) {
        return error;
    }
    /* It held before: a policy that has other witnesses since says nothing. */
    error = check_signed(&w->result->remembered, &verdict, w->ask, c->kept,
                         c->kept_len, w->fault);
    if (error == FRANK_ERR_MEMORY) {
        return error;
    }
    if (error != FRANK_OK) {
        return wire_fault(w->fault, FRANK_ERR_SIGNER, "checkpoint", 0, 0, 0);
    }
    w->result->remembers = true;
    w->old = w->result->remembered.size;
    return FRANK_OK;
}

/* The root of the first `size` of the remembered entries. */
static int root_at(struct checking *c, log_hash out, struct log_tree *tree,
                   uint64_t size)
{
    int error = log_state_tree(tree, c->walk.state, size, c->walk.fault);

    if (error == FRANK_OK) {
        log_tree_root(out, tree);
    }
    return error;
}

static int read_tree(struct checking *c)
{
    struct log_walk *w = &c->walk;
    log_hash root;
    int error = root_at(c, root, &w->tree, w->old);

    if (error == FRANK_OK &&
        memcmp(root, w->result->remembered.root, sizeof root) != 0) {
        error = wire_fault(w->fault, FRANK_ERR_CHECKSUM, "hashes", 0, 0, 0);
    }
    return error;
}

/* ---- Against it -----------------------------------------------------------
 */

/* Which of the entries that both have is another one; upto where none can be
 * told from their hashes. */
static int first_other(struct checking *c, uint64_t upto, uint64_t *first)
{
    bool found = false;
    int error = log_walk_compare(&c->walk, upto, &found, first);

    *first = found ? *first : upto;
    return error;
}

/* A checkpoint that ends no later than the remembered one. */
static int compare_older(struct checking *c)
{
    struct log_walk *w = &c->walk;
    struct log_tree *tree = malloc(sizeof *tree);
    uint64_t first = w->size;
    log_hash root;
    int error = FRANK_ERR_MEMORY;

    if (tree == NULL) {
        (void)wire_fault(w->fault, FRANK_ERR_MEMORY, "log", 0, 0, 0);
        goto out;
    }
    set_where(c, "state");
    error = root_at(c, root, tree, w->size);
    if (error != FRANK_OK) {
        goto out;
    }
    set_where(c, "checkpoint");
    if (memcmp(root, w->root, sizeof root) == 0) {
        error = w->size < w->old ? log_walk_find(w, LOG_REPLAY, w->size, w->old)
                                 : FRANK_OK;
        goto out;
    }
    error = first_other(c, w->size, &first);
    if (error == FRANK_OK) {
        error = log_walk_find(w, w->size < w->old ? LOG_ROLLBACK : LOG_FORK,
                              first, w->old);
    }
out:
    free(tree);
    return error;
}

/* Something does not go together: perhaps because the past is another one. */
static int name_rewrite(struct checking *c, int error)
{
    struct log_walk *w = &c->walk;
    const enum log_finding finding = w->result->finding;
    uint64_t first = 0;
    int trouble;

    if (error != FRANK_ERR_PROOF || !w->result->remembers || w->root_holds ||
        (finding != LOG_TILE && finding != LOG_SWAPPED &&
         finding != LOG_ROOT)) {
        return error;
    }
    trouble = first_other(c, w->old, &first);
    if (trouble != FRANK_OK) {
        return trouble;
    }
    return first < w->old ? log_walk_find(w, LOG_REWRITE, first, w->old)
                          : error;
}

/* ---- The whole ------------------------------------------------------------
 */

static int read_checkpoint(struct checking *c)
{
    struct log_walk *w = &c->walk;
    struct log_result *r = w->result;
    int error;

    set_where(c, "checkpoint");
    c->note_len = NOTE_READ_MAX_BYTES;
    error = w->ask->read(w->ask->read_context, "checkpoint", (uint8_t *)c->note,
                         &c->note_len);
    if (error == FRANK_ERR_LIMIT) {
        return log_walk_find(w, LOG_UNSIGNED, 0, 0);
    }
    if (error != FRANK_OK) {
        return wire_fault(w->fault, error, "checkpoint", 0, 0, 0);
    }
    error = check_signed(&r->checkpoint, &r->verdict, w->ask, c->note,
                         c->note_len, w->fault);
    if (error != FRANK_OK && error != FRANK_ERR_MEMORY) {
        r->finding = LOG_UNSIGNED; /* the fault says why */
        error = FRANK_ERR_PROOF;
    }
    if (error == FRANK_OK) {
        (void)snprintf(r->origin, sizeof r->origin, "%s",
                       key_of(w->ask, &r->verdict)->name);
        w->size = r->checkpoint.size;
        memcpy(w->root, r->checkpoint.root, sizeof w->root);
    }
    return error;
}

static int check(struct checking *c)
{
    struct log_walk *w = &c->walk;
    int error = w->ask->state != NULL ? read_state(c) : FRANK_OK;

    if (error == FRANK_OK && w->result->remembers) {
        error = read_tree(c);
    }
    if (error == FRANK_OK) {
        error = read_checkpoint(c);
    }
    if (error == FRANK_OK && w->result->remembers && w->size <= w->old) {
        error = compare_older(c);
    }
    if (error == FRANK_OK && w->ask->policy != NULL &&
        !w->result->verdict.quorum_met) {
        error = log_walk_find(w, LOG_FEW, 0, 0);
    }
    if (error == FRANK_OK) {
        w->entries_from = w->ask->entries_from == LOG_ENTRIES_NEW
                              ? w->old
                              : w->ask->entries_from;
        error = name_rewrite(c, log_walk_run(w));
    }
    if (error == FRANK_OK && w->state != NULL &&
        (c->note_len != c->kept_len ||
         memcmp(c->note, c->kept, c->note_len) != 0)) {
        set_where(c, "state");
        error = log_state_keep(w->state, c->note, c->note_len, w->fault);
    }
    return error;
}

/* Both checkpoints are signed, and one of them is a lie. */
static bool is_evidence(enum log_finding finding)
{
    return finding == LOG_ROLLBACK || finding == LOG_FORK ||
           finding == LOG_REWRITE;
}

/* The two checkpoints together are what others can be shown. */
static int keep_evidence(struct checking *c)
{
    struct frank_fault fault;
    int error = log_state_refuse(c->walk.state, c->note, c->note_len, &fault);

    if (error != FRANK_OK) {
        set_where(c, "state");
        *c->walk.fault = fault;
        return error;
    }
    return FRANK_ERR_PROOF;
}

static struct checking *checking_new(const struct log_ask *ask,
                                     struct log_result *result,
                                     struct frank_fault *fault)
{
    struct checking *c = calloc(1, sizeof *c);

    if (c == NULL) {
        return NULL;
    }
    c->walk.ask = ask;
    c->walk.result = result;
    c->walk.fault = fault;
    c->note = malloc(NOTE_READ_MAX_BYTES);
    c->kept = malloc(NOTE_READ_MAX_BYTES);
    c->walk.bundle = ask->entries ? malloc(LOG_BUNDLE_MAX_BYTES) : NULL;
    return c;
}

static void checking_free(struct checking *c)
{
    if (c != NULL) {
        log_state_close(c->walk.state);
        free(c->walk.bundle);
        free(c->kept);
        free(c->note);
    }
    free(c);
}

static bool has_room(const struct checking *c)
{
    return c != NULL && c->note != NULL && c->kept != NULL &&
           (c->walk.bundle != NULL || !c->walk.ask->entries);
}

int log_client_check(struct log_result *out, const struct log_ask *ask,
                     struct frank_fault *fault)
{
    struct frank_fault inner = {.error = FRANK_OK};
    struct checking *c;
    int error;

    memset(out, 0, sizeof *out);
    if (ask->key == NULL &&
        (ask->policy == NULL || policy_log_count(ask->policy) == 0)) {
        return wire_fault(fault, FRANK_ERR_ARGUMENT, "key", 0, 0, 0);
    }
    c = checking_new(ask, out, &inner);
    error = has_room(c) ? check(c)
                        : wire_fault(&inner, FRANK_ERR_MEMORY, "log", 0, 0, 0);
    if (error == FRANK_ERR_PROOF && is_evidence(out->finding)) {
        error = keep_evidence(c);
    }
    if (error == FRANK_OK) {
        set_where(c, "");
    } else if (fault != NULL) {
        *fault = inner.error != FRANK_OK
                     ? inner
                     : (struct frank_fault){error, "log", 0, 0, 0};
    }
    checking_free(c);
    return error;
}
