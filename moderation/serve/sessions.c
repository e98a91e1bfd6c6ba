/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in and out, first logins, one's own password. */
#include "clock.h"
#include "desk_calls.h"
#include "handlers.h"
#include "password.h"
#include "session.h"
#include "totp.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

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

/* ---- Me
 * ------------------------------------------------------------------------- */

static bool put_holding(void *context, const struct holder_row *row)
{
    json_t *list = context;
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];

    (void)sodium_bin2hex(hex, sizeof hex, row->quorum, sizeof row->quorum);
    (void)json_array_append_new(
        list, json_pack("{s:s,s:i,s:b}", "quorum", hex, "holder",
                        (int)row->holder, "stored", row->wrapped_len > 0));
    return true;
}

static json_t *queues_json(const struct actor *who)
{
    json_t *list = json_array();
    char copy[ACTOR_QUEUES_BYTES];
    char *rest = NULL;

    if (who->all_queues) {
        json_decref(list);
        return json_null();
    }
    (void)snprintf(copy, sizeof copy, "%s", who->queues);
    for (char *id = strtok_r(copy, "\n", &rest); id != NULL;
         id = strtok_r(NULL, "\n", &rest)) {
        (void)json_array_append_new(list, json_string(id));
    }
    return list;
}

static json_t *me_json(struct call *call, struct db *db)
{
    json_t *held = json_array();

    holders(db, call->who.number, put_holding, held);
    return json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:I,s:I}", "account",
                     (json_int_t)call->who.number, "name", call->who.name,
                     "shown", call->who.shown, "pseudonym", call->who.pseudonym,
                     "roles", roles_json(call->who.roles), "queues",
                     queues_json(&call->who), "shares", held, "preferences",
                     desk_preferences_json(db, &call->who), "session_idle",
                     (json_int_t)call->mod->settings->session_idle, "claim",
                     (json_int_t)call->mod->settings->claim);
}

void read_me(struct call *call, struct db *db)
{
    json_t *me = me_json(call, db);

    (void)json_object_update(call->answer, me);
    json_decref(me);
}

/* ---- Logging in
 * --------------------------------------------------------------------- */

struct login {
    struct account_secrets account;
    uint64_t step;
    bool by_recovery;
    uint8_t recovery[32];
    char token[SESSION_TOKEN_BYTES];
    uint8_t hash[SESSION_HASH_BYTES];
};

static struct cases_answer begin_session(struct call *call, struct db *db)
{
    struct login *l = call->work;
    struct cases_answer answer =
        session_begin(&call->mod->cases, db, l->account.number, l->hash,
                      l->step, l->by_recovery ? l->recovery : NULL, call->now);

    if (answer.what == CASES_DONE) {
        /* The session that the browser had is over. */
        const char *bearer = bearer_token(call->exchange);
        char old[SESSION_TOKEN_BYTES];
        uint8_t hash[SESSION_HASH_BYTES];

        if (bearer == NULL &&
            http_cookie(call->exchange, SESSION_COOKIE, old, sizeof old) &&
            session_hash(hash, old)) {
            session_end(db, hash);
        }
        if (account_actor(&call->who, db, l->account.number)) {
            call_put(call, "me", me_json(call, db));
        }
        call->who.number = 0; /* no session came with this call */
    }
    return answer;
}

/* His shares, as he has just said his password. */
struct opening_shares {
    struct call *call;
    const struct login *login;
    struct frank_span password;
    size_t count;
    struct holder_row rows[8];
};

static bool note_share(void *context, const struct holder_row *row)
{
    struct opening_shares *o = context;

    if (row->wrapped_len > 0 && o->count < 8) {
        o->rows[o->count++] = *row;
    }
    return true;
}

static void open_shares(struct call *call, const struct login *login,
                        const char *password)
{
    struct opening_shares o = {
        .call = call, .login = login, .password = span(password)};
    struct db *db = call_read(call);

    holders(db, login->account.number, note_share, &o);
    call_read_end(call);
    for (size_t i = 0; i < o.count; i++) {
        struct share share;

        if (vault_unwrap(&share, o.rows[i].wrapped, o.rows[i].wrapped_len,
                         o.password, NULL) == FRANK_OK) {
            (void)!vault_put(call->mod->vault, login->hash, &share);
        }
        sodium_memzero(&share, sizeof share);
    }
}

static void answer_session(struct call *call, const struct login *l)
{
    char cookie[SESSION_COOKIE_BYTES];
    struct http_field fields[] = {{"Set-Cookie", cookie}, {NULL, NULL}};

    session_cookie(cookie, l->token);
    /* A browser has the cookie; a script could not read it, and need not. */
    if (http_header(call->exchange, "Sec-Fetch-Site") == NULL) {
        call_put(call, "token", json_string(l->token));
    }
    call_answer(call, fields);
    sodium_memzero(cookie, sizeof cookie);
}

/* A code of the device, or one on paper. */
static bool check_code(struct login *l, const char *code, uint64_t now)
{
    l->step = l->account.factor_step;
    if (l->account.has_factor &&
        totp_check(l->account.factor, code, now, &l->step)) {
        return true;
    }
    l->by_recovery = recovery_hash(l->recovery, code);
    return l->by_recovery;
}

static void refuse_login(struct call *call)
{
    call_refuse(call, 401, "login", "Name, password or code is wrong");
}

static void try_login(struct call *call, struct login *l)
{
    const char *name = call_text(call, "name");
    const char *password = call_text(call, "password");
    struct db *db = call_read(call);
    bool there =
        account_secrets(&l->account, db, call->mod->secrets->kept, name) &&
        l->account.state == ACCOUNT_ACTIVE;
    enum password_result result;

    call_read_end(call);
    result = password_check(there ? l->account.password : NULL, span(password));
    if (result == PASSWORD_BUSY) {
        call_refuse(call, 503, "busy", "Too many log in at once: try again");
        return;
    }
    if (result != PASSWORD_IS ||
        !check_code(l, call_text(call, "code"), call->now)) {
        refuse_login(call);
        return;
    }
    session_new(l->token, l->hash);
    if (!call_write(call, begin_session, l)) {
        return;
    }
    attempts_good(call->mod->attempts, span(name),
                  http_request(call->exchange)->address.bytes,
                  clock_monotonic());
    open_shares(call, l, password);
    answer_session(call, l);
}

void run_login(struct call *call)
{
    struct login *l = calloc(1, sizeof *l);
    uint64_t wait = attempts_take(
        call->mod->attempts, span(call_text(call, "name")),
        http_request(call->exchange)->address.bytes, clock_monotonic());

    if (l == NULL) {
        call_refuse(call, 503, "busy", "Out of memory");
    } else if (wait > 0) {
        call->answered = true;
        http_problem(call->exchange,
                     &(struct http_problem){
                         .status = 429,
                         .name = "attempts",
                         .title = "Too many attempts: wait, then try again",
                         .evidence = SIZE_MAX,
                         .retry_after = (unsigned)(wait / 1000 + 1)});
    } else {
        try_login(call, l);
    }
    if (l != NULL) {
        sodium_memzero(l, sizeof *l);
        free(l);
    }
}

static struct cases_answer end_session(struct call *call, struct db *db)
{
    session_end(db, call->session);
    return CASES_OK;
}

void run_logout(struct call *call)
{
    char cookie[SESSION_COOKIE_BYTES];
    const struct http_field fields[] = {
        {"Set-Cookie", cookie},
        {"Clear-Site-Data", "\"cache\", \"cookies\", \"storage\""},
        {NULL, NULL}};

    vault_drop(call->mod->vault, call->session);
    if (call_write(call, end_session, NULL)) {
        session_cookie(cookie, NULL);
        call_answer(call, fields);
    }
}

/* ---- First logins
 * ---------------------------------------------------------------------- */

struct enrolment {
    uint8_t invitation[TOKEN_HASH_BYTES];
    struct account_secrets account;
    char password[PASSWORD_HASH_BYTES];
    uint8_t factor[FACTOR_BYTES];
    uint64_t step;
    char codes[RECOVERY_CODES][RECOVERY_TEXT_BYTES];
    uint8_t hashes[RECOVERY_CODES][TOKEN_HASH_BYTES];
    uint64_t number;
};

static bool find_invited(struct call *call, struct enrolment *e)
{
    uint64_t wait = attempts_take(
        call->mod->attempts, span(call_text(call, "invitation")),
        http_request(call->exchange)->address.bytes, clock_monotonic());
    struct db *db;
    bool found =
        wait == 0 && session_hash(e->invitation, call_text(call, "invitation"));

    if (found) {
        db = call_read(call);
        found = account_invited(&e->account, db, call->mod->secrets->kept,
                                e->invitation, call->now);
        call_read_end(call);
    }
    if (!found) {
        call_refuse(call, wait > 0 ? 429 : 403, "invitation",
                    "The invitation is over, or was used: ask for another");
    } else {
        attempts_good(call->mod->attempts, span(call_text(call, "invitation")),
                      http_request(call->exchange)->address.bytes,
                      clock_monotonic());
    }
    return found;
}

static void refuse_password(struct call *call, int error)
{
    const char *text =
        error == FRANK_ERR_LENGTH  ? "A password has 12 characters or more"
        : error == FRANK_ERR_LIMIT ? "A password has 1,024 bytes at most"
        : error == FRANK_ERR_UTF8  ? "The password is not UTF-8"
        : error == FRANK_ERR_VALUE
            ? "A password is not one character again and again or made of "
              "common "
              "words alone, and does not hold the account's name"
            : "Too many log in at once: try again";

    call_refuse(call, error == FRANK_ERR_MEMORY ? 503 : 422, "password", text);
}

static struct cases_answer write_enrolment(struct call *call, struct db *db)
{
    const struct enrolment *e = call->work;

    return account_enrol(&call->mod->cases, db, e->invitation, e->password,
                         e->factor, call->now);
}

static bool find_name(struct call *call, uint64_t number, struct actor *out)
{
    struct db *db = call_read(call);
    bool found = account_named_any(out, db, number);

    call_read_end(call);
    return found;
}

static void enrol(struct call *call, struct enrolment *e)
{
    struct frank_span password = span(call_text(call, "password"));
    char uri[TOTP_URI_BYTES];
    char secret[TOTP_BASE32_BYTES];
    struct actor invited;
    int error;

    if (!find_name(call, e->account.number, &invited)) {
        call_refuse(call, 403, "invitation", "The account is gone");
        return;
    }
    error = password_is_good(password, invited.name, NULL);
    if (error == FRANK_OK) {
        error = password_hash(e->password, password, NULL);
    }
    if (error != FRANK_OK) {
        refuse_password(call, error);
        return;
    }
    randombytes_buf(e->factor, sizeof e->factor);
    if (call_write(call, write_enrolment, e)) {
        totp_uri(uri, call->mod->settings->name, invited.name, e->factor);
        totp_base32(secret, e->factor);
        call_put(call, "name", json_string(invited.name));
        call_put(call, "secret", json_string(secret));
        call_put(call, "uri", json_string(uri));
        call_answer(call, NULL);
    }
    sodium_memzero(uri, sizeof uri);
    sodium_memzero(secret, sizeof secret);
}

static void with_enrolment(struct call *call,
                           void (*step)(struct call *, struct enrolment *))
{
    struct enrolment *e = calloc(1, sizeof *e);

    if (e == NULL) {
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    if (find_invited(call, e)) {
        step(call, e);
    }
    sodium_memzero(e, sizeof *e);
    free(e);
}

void run_enrol(struct call *call)
{
    with_enrolment(call, enrol);
}

static struct cases_answer write_confirmation(struct call *call, struct db *db)
{
    struct enrolment *e = call->work;

    return account_confirm(&call->mod->cases, db, e->invitation, e->step,
                           (const uint8_t(*)[TOKEN_HASH_BYTES])e->hashes,
                           &e->number, call->now);
}

static void confirm(struct call *call, struct enrolment *e)
{
    json_t *codes = json_array();

    if (!e->account.has_pending ||
        !totp_check(e->account.pending, call_text(call, "code"), call->now,
                    &e->step)) {
        json_decref(codes);
        call_refuse(call, 422, "code",
                    "This is not the code that the device shows now");
        return;
    }
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        recovery_new(e->codes[i]);
        (void)!recovery_hash(e->hashes[i], e->codes[i]);
        (void)json_array_append_new(codes, json_string(e->codes[i]));
    }
    if (call_write(call, write_confirmation, e)) {
        call_put(call, "recovery_codes", codes);
        codes = NULL; /* transferred */
        call_answer(call, NULL);
    }
    json_decref(codes);
}

void run_confirm(struct call *call)
{
    with_enrolment(call, confirm);
}

/* ---- One's own password
 * -------------------------------------------------------------------- */

struct new_password {
    struct login login;
    char hash[PASSWORD_HASH_BYTES];
    struct holder_row rows[8];
    size_t count;
};

static struct cases_answer write_password(struct call *call, struct db *db)
{
    struct new_password *p = call->work;
    struct cases_answer answer =
        account_use_code(db, call->who.number, p->login.step,
                         p->login.by_recovery ? p->login.recovery : NULL);

    if (answer.what == CASES_DONE) {
        answer = account_password(&call->mod->cases, db, &call->who, p->hash,
                                  call->session, call->now);
    }
    for (size_t i = 0; answer.what == CASES_DONE && i < p->count; i++) {
        answer =
            holder_wrap(&call->mod->cases, db, &call->who, p->rows[i].quorum,
                        p->rows[i].holder, p->rows[i].wrapped,
                        p->rows[i].wrapped_len, call->now);
    }
    return answer;
}

static bool note_row(void *context, const struct holder_row *row)
{
    struct new_password *p = context;

    if (row->wrapped_len > 0 && p->count < 8) {
        p->rows[p->count++] = *row;
    }
    return true;
}

/* His shares go from the old password to the new one. */
static bool wrap_again(struct call *call, struct new_password *p)
{
    struct db *db = call_read(call);
    bool ok = true;

    holders(db, call->who.number, note_row, p);
    call_read_end(call);
    for (size_t i = 0; ok && i < p->count; i++) {
        struct share share;

        ok =
            vault_unwrap(&share, p->rows[i].wrapped, p->rows[i].wrapped_len,
                         span(call_text(call, "password")), NULL) == FRANK_OK &&
            vault_wrap(p->rows[i].wrapped, &share,
                       span(call_text(call, "new_password")), NULL) == FRANK_OK;
        p->rows[i].wrapped_len = VAULT_WRAPPED_BYTES;
        sodium_memzero(&share, sizeof share);
    }
    if (!ok) {
        call_refuse(call, 503, "busy",
                    "A stored share could not be wrapped "
                    "anew: try again");
    }
    return ok;
}

static void change_password(struct call *call, struct new_password *p)
{
    struct login *l = &p->login;
    struct frank_span chosen = span(call_text(call, "new_password"));
    struct db *db = call_read(call);
    bool there = account_secrets_of(&l->account, db, call->mod->secrets->kept,
                                    call->who.number);
    enum password_result result;
    int error;

    call_read_end(call);
    result = password_check(there ? l->account.password : NULL,
                            span(call_text(call, "password")));
    if (result == PASSWORD_BUSY) {
        call_refuse(call, 503, "busy", "Too many log in at once: try again");
        return;
    }
    if (result != PASSWORD_IS ||
        !check_code(l, call_text(call, "code"), call->now)) {
        call_refuse(call, 403, "login", "Password or code is wrong");
        return;
    }
    attempts_good(call->mod->attempts, span(call->who.name),
                  http_request(call->exchange)->address.bytes,
                  clock_monotonic());
    error = password_is_good(chosen, call->who.name, NULL);
    if (error == FRANK_OK) {
        error = password_hash(p->hash, chosen, NULL);
    }
    if (error != FRANK_OK) {
        refuse_password(call, error);
        return;
    }
    if (wrap_again(call, p) && call_write(call, write_password, p)) {
        call_answer(call, NULL);
    }
}

void run_password(struct call *call)
{
    struct new_password *p = calloc(1, sizeof *p);

    if (p == NULL) {
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    if (attempts_take(call->mod->attempts, span(call->who.name),
                      http_request(call->exchange)->address.bytes,
                      clock_monotonic()) > 0) {
        call_refuse(call, 429, "attempts",
                    "Too many attempts: wait, then try again");
    } else {
        change_password(call, p);
    }
    sodium_memzero(p, sizeof *p);
    free(p);
}
