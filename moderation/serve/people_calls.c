/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, holders of shares, and shares that are kept here. */
#include "clock.h"
#include "handlers.h"
#include "password.h"
#include "session.h"
#include "wording.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

/* ---- Reading
 * -------------------------------------------------------------------------- */

static json_t *roles_json(unsigned roles)
{
    json_t *list = json_array();
    const char *name;
    unsigned role;

    for (unsigned i = 0; (name = role_text(i, &role)) != NULL; i++) {
        if ((roles & role) != 0) {
            (void)json_array_append_new(list, json_string(name));
        }
    }
    return list;
}

static json_t *queues_json(const struct account_row *row)
{
    json_t *list = json_array();
    const char *at = (const char *)row->queues.data;
    const char *end = at + row->queues.len;

    if (row->all_queues) {
        json_decref(list);
        return json_null();
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        stop = stop != NULL ? stop : end;
        if (stop > at) {
            (void)json_array_append_new(list,
                                        json_stringn(at, (size_t)(stop - at)));
        }
        at = stop + 1;
    }
    return list;
}

static bool put_account(void *context, const struct account_row *row)
{
    static const char *const states[] = {"invited", "active", "ended"};

    (void)json_array_append_new(
        context, json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:s,s:I,s:I,s:b}",
                           "account", (json_int_t)row->number, "name",
                           call_span(row->name), "shown", call_span(row->shown),
                           "pseudonym", call_span(row->pseudonym), "roles",
                           roles_json(row->roles), "queues", queues_json(row),
                           "state", states[(unsigned)row->state % 3], "made",
                           (json_int_t)row->made, "last_login",
                           (json_int_t)row->last_login, "second_factor",
                           row->has_factor));
    return true;
}

void read_accounts(struct call *call, struct db *db)
{
    json_t *list = json_array();

    accounts(db, put_account, list);
    call_put(call, "accounts", list);
}

static bool put_holder(void *context, const struct holder_row *row)
{
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    json_t *quorums = context;

    (void)sodium_bin2hex(hex, sizeof hex, row->quorum, sizeof row->quorum);
    for (size_t i = 0; i < json_array_size(quorums); i++) {
        json_t *quorum = json_array_get(quorums, i);

        if (strcmp(json_string_value(json_object_get(quorum, "quorum")), hex) ==
            0) {
            (void)json_array_append_new(
                json_object_get(quorum, "held"),
                json_pack("{s:i,s:I,s:b}", "holder", (int)row->holder,
                          "account", (json_int_t)row->account, "stored",
                          row->wrapped_len > 0));
        }
    }
    return true;
}

void read_quorums(struct call *call, struct db *db)
{
    struct mod_keys *keys = mod_keys_hold(call->mod);
    json_t *list = json_array();

    for (size_t i = 0; i < keys->quorum_count; i++) {
        const struct mod_quorum *q = &keys->quorums[i];

        (void)json_array_append_new(
            list,
            json_pack("{s:o,s:i,s:i,s:o,s:o}", "quorum",
                      call_hex_json((struct frank_span){q->id, sizeof q->id}),
                      "threshold", (int)q->key.threshold, "holders",
                      (int)q->key.holders, "P",
                      call_hex_json((struct frank_span){
                          q->key.public_key, sizeof q->key.public_key}),
                      "held", json_array()));
    }
    mod_keys_release(keys);
    holders(db, 0, put_holder, list);
    call_put(call, "quorums", list);
    call_put(call, "stored_shares",
             json_boolean(call->mod->settings->stored_shares));
}

/* ---- Accounts
 * -----------------------------------------------------------------------------
 */

struct account_wish {
    unsigned roles;
    bool all_queues;
    char queues[ACTOR_QUEUES_BYTES];
    char token[SESSION_TOKEN_BYTES];
    uint8_t hash[SESSION_HASH_BYTES];
    uint64_t number;
};

static bool read_roles(struct call *call, unsigned *out)
{
    const json_t *list = call_json(call, "roles");

    *out = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *wanted = json_string_value(json_array_get(list, i));
        const char *name;
        unsigned role;
        bool known = false;

        for (unsigned j = 0;
             wanted != NULL && (name = role_text(j, &role)) != NULL; j++) {
            if (strcmp(name, wanted) == 0) {
                *out |= role;
                known = true;
            }
        }
        if (!known) {
            call_refuse(call, 422, "roles", "There is no such role");
            return false;
        }
    }
    return true;
}

static bool read_wished_queues(struct call *call, struct account_wish *w)
{
    const json_t *list = call_json(call, "queues");
    struct mod_book *book = mod_book_hold(call->mod);
    size_t at = 0;
    bool ok = true;

    w->all_queues = list == NULL;
    at += (size_t)snprintf(w->queues, sizeof w->queues, "\n");
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));

        ok = id != NULL && book_has(book->book, BOOK_QUEUE, id) &&
             at + strlen(id) + 2 < sizeof w->queues;
        if (ok) {
            at += (size_t)snprintf(w->queues + at, sizeof w->queues - at,
                                   "%s\n", id);
        }
    }
    mod_book_release(book);
    if (!ok) {
        call_refuse(call, 422, "queues", "There is no such queue in the book");
    }
    return ok;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);

    return len >= 1 && len <= 64 && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static bool check_shown(struct call *call)
{
    if (wording_check(span(call_text(call, "shown")), 128, WORDING_LINE,
                      "shown", NULL) == FRANK_OK) {
        return true;
    }
    call_refuse(call, 422, "shown",
                "A name to show is a line of 1 to 128 "
                "bytes");
    return false;
}

static struct cases_answer write_account(struct call *call, struct db *db)
{
    struct account_wish *w = call->work;

    return account_add(&call->mod->cases, db, &call->who,
                       call_text(call, "name"), call_text(call, "shown"),
                       w->roles, w->all_queues ? NULL : w->queues, w->hash,
                       call->now + call->mod->settings->invitation, &w->number,
                       call->now);
}

static void put_invitation(struct call *call, const struct account_wish *w)
{
    uint64_t until = call->now + call->mod->settings->invitation;

    call_put(call, "invitation", json_string(w->token));
    call_put(call, "invited_until", json_integer((json_int_t)until));
}

void run_add_account(struct call *call)
{
    struct account_wish w = {.number = 0};

    if (!is_name(call_text(call, "name"))) {
        call_refuse(call, 422, "name",
                    "A name has 1 to 64 of a-z, 0-9, '.', '_', '-' and begins "
                    "with a letter");
        return;
    }
    if (!check_shown(call) || !read_roles(call, &w.roles) ||
        !read_wished_queues(call, &w)) {
        return;
    }
    session_new(w.token, w.hash);
    if (call_write(call, write_account, &w)) {
        call_put(call, "account", json_integer((json_int_t)w.number));
        put_invitation(call, &w);
        call_answer(call, NULL);
    }
    sodium_memzero(&w, sizeof w);
}

struct cases_answer act_change_account(struct call *call, struct db *db)
{
    struct account_wish w;

    /* They answer themselves where they refuse. */
    if (!check_shown(call) || !read_roles(call, &w.roles) ||
        !read_wished_queues(call, &w)) {
        return CASES_OK;
    }
    return account_change(&call->mod->cases, db, &call->who,
                          call_number(call, 0), call_text(call, "shown"),
                          w.roles, w.all_queues ? NULL : w.queues, call->now);
}

struct cases_answer act_end_account(struct call *call, struct db *db)
{
    return account_end(&call->mod->cases, db, &call->who, call_number(call, 0),
                       call->now);
}

static struct cases_answer write_reset(struct call *call, struct db *db)
{
    struct account_wish *w = call->work;

    return account_reset(
        &call->mod->cases, db, &call->who, call_number(call, 0), w->hash,
        call->now + call->mod->settings->invitation, call->now);
}

void run_reset_account(struct call *call)
{
    struct account_wish w = {.number = 0};

    session_new(w.token, w.hash);
    if (call_write(call, write_reset, &w)) {
        put_invitation(call, &w);
        call_answer(call, NULL);
    }
    sodium_memzero(&w, sizeof w);
}

/* ---- Holders
 * ---------------------------------------------------------------------------------
 */

struct holding {
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    unsigned holder;
    uint8_t wrapped[VAULT_WRAPPED_BYTES];
    bool stores;
};

/* A holder that there is in a quorum that is known. */
static bool read_holding(struct call *call, struct holding *h,
                         unsigned *threshold)
{
    struct mod_keys *keys;
    const struct mod_quorum *quorum;
    uint64_t holder = call_count(call, "holder");
    bool ok;

    if (!call_hex(call, h->quorum, sizeof h->quorum, "quorum")) {
        return false;
    }
    keys = mod_keys_hold(call->mod);
    quorum = mod_quorum_of(keys, h->quorum);
    ok = quorum != NULL && holder >= 1 && holder <= quorum->key.holders;
    if (ok) {
        *threshold = quorum->key.threshold;
        h->holder = (unsigned)holder;
    }
    mod_keys_release(keys);
    if (!ok) {
        call_refuse(call, 422, "holder",
                    "There is no such quorum in the settings, or no such "
                    "holder in it");
    }
    return ok;
}

static struct cases_answer write_holder(struct call *call, struct db *db)
{
    const struct holding *h = call->work;

    return holder_set(&call->mod->cases, db, &call->who,
                      call_count(call, "account"), h->quorum, h->holder,
                      call->now);
}

void run_set_holder(struct call *call)
{
    struct holding h;
    unsigned threshold;

    if (read_holding(call, &h, &threshold)) {
        (void)call_write(call, write_holder, &h);
    }
}

/* ---- Shares kept here
 * -------------------------------------------------------------------------- */

static struct cases_answer write_share(struct call *call, struct db *db)
{
    const struct holding *h = call->work;

    return holder_wrap(&call->mod->cases, db, &call->who, h->quorum, h->holder,
                       h->stores ? h->wrapped : NULL,
                       h->stores ? sizeof h->wrapped : 0, call->now);
}

/* Whether it is a share of a quorum of ours, and may be kept here. */
static bool check_share(struct call *call, const struct share *share)
{
    struct mod_keys *keys = mod_keys_hold(call->mod);
    const struct mod_quorum *quorum = mod_quorum_of(keys, share->quorum_id);
    bool is_ours =
        quorum != NULL && share_check(share, &quorum->key, NULL) == FRANK_OK;
    bool may = is_ours && (call->mod->settings->stored_shares ||
                           quorum->key.threshold == 1);

    mod_keys_release(keys);
    if (!is_ours) {
        call_refuse(call, 422, "share",
                    "Not a share of a quorum that the "
                    "settings name");
    } else if (!may) {
        call_refuse(call, 403, "stored-shares",
                    "Shares of this quorum stay outside: the setting "
                    "stored-shares is off");
    }
    return may;
}

static bool check_password(struct call *call)
{
    struct account_secrets secrets;
    struct db *db = call_read(call);
    bool there = account_secrets_of(&secrets, db, call->mod->secrets->kept,
                                    call->who.number);
    enum password_result result;

    call_read_end(call);
    /* Whoever has his session must not find out his password. */
    if (attempts_take(call->mod->attempts, span(call->who.name),
                      http_request(call->exchange)->address.bytes,
                      clock_monotonic()) > 0) {
        sodium_memzero(&secrets, sizeof secrets);
        call_refuse(call, 429, "attempts",
                    "Too many attempts: wait, then try again");
        return false;
    }
    result = password_check(there ? secrets.password : NULL,
                            span(call_text(call, "password")));
    sodium_memzero(&secrets, sizeof secrets);
    if (result == PASSWORD_BUSY) {
        call_refuse(call, 503, "busy", "Too many log in at once: try again");
    } else if (result != PASSWORD_IS) {
        call_refuse(call, 403, "password", "The password is wrong");
    } else {
        attempts_good(call->mod->attempts, span(call->who.name),
                      http_request(call->exchange)->address.bytes,
                      clock_monotonic());
    }
    return result == PASSWORD_IS;
}

void run_keep_share(struct call *call)
{
    const char *text = call_text(call, "share");
    struct holding h = {.stores = true};
    struct share share;

    if (share_decode(&share, text, strlen(text), NULL) != FRANK_OK) {
        call_refuse(call, 422, "share", "Not the text of a share's file");
        return;
    }
    if (check_share(call, &share) && check_password(call)) {
        memcpy(h.quorum, share.quorum_id, sizeof h.quorum);
        h.holder = share.holder;
        if (vault_wrap(h.wrapped, &share, span(call_text(call, "password")),
                       NULL) != FRANK_OK) {
            call_refuse(call, 503, "busy", "Try again");
        } else if (call_write(call, write_share, &h)) {
            (void)!vault_put(call->mod->vault, call->session, &share);
        }
    }
    sodium_memzero(&share, sizeof share);
}

void run_drop_share(struct call *call)
{
    struct holding h = {.stores = false};
    unsigned threshold;

    if (read_holding(call, &h, &threshold) &&
        call_write(call, write_share, &h)) {
        vault_drop(call->mod->vault, call->session);
    }
}
