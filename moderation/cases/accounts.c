/* SPDX-License-Identifier: Apache-2.0 */
#include "accounts.h"

#include "claims.h"
#include "schema.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define FACTOR_LABEL "frank-mod v1 kept second factor"

/* ---- Roles
 * --------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned role;
} roles_known[] = {{"reviewer", ROLE_REVIEWER},
                   {"lead", ROLE_LEAD},
                   {"admin", ROLE_ADMIN},
                   {"auditor", ROLE_AUDITOR}};

const char *role_text(unsigned index, unsigned *role)
{
    if (index >= sizeof roles_known / sizeof roles_known[0]) {
        return NULL;
    }
    *role = roles_known[index].role;
    return roles_known[index].name;
}

bool roles_are_good(unsigned roles)
{
    return roles != 0 &&
           (roles & ~(unsigned)(ROLE_REVIEWER | ROLE_LEAD | ROLE_ADMIN |
                                ROLE_AUDITOR)) == 0 &&
           !((roles & ROLE_ADMIN) != 0 && (roles & ROLES_CONTENT) != 0);
}

static struct cases_answer bad_roles(void)
{
    return cases_invalid("roles", "An account has at least one role, and no "
                                  "admin is reviewer or lead");
}

/* ---- Finding
 * --------------------------------------------------------------------- */

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

static struct frank_span factor_of(uint8_t label[static 8], uint64_t account)
{
    for (unsigned i = 0; i < 8; i++) {
        label[i] = (uint8_t)(account >> (56 - 8 * i));
    }
    return (struct frank_span){label, 8};
}

static bool unwrap_factor(uint8_t out[static FACTOR_BYTES],
                          struct frank_span wrapped, uint64_t account,
                          const uint8_t *secret)
{
    uint8_t label[8];

    return wrapped.len > 0 &&
           kept_unwrap(out, FACTOR_BYTES, wrapped, FACTOR_LABEL,
                       factor_of(label, account), secret) == FRANK_OK;
}

static bool read_secrets(struct account_secrets *out, struct db *db, size_t s,
                         const uint8_t *secret)
{
    memset(out, 0, sizeof *out);
    out->number = db_int(db, s, 0);
    out->state = (enum account_state)db_int(db, s, 1);
    copy_text(out->password, sizeof out->password, db_blob(db, s, 2));
    out->has_factor =
        unwrap_factor(out->factor, db_blob(db, s, 3), out->number, secret);
    out->has_pending =
        unwrap_factor(out->pending, db_blob(db, s, 4), out->number, secret);
    out->factor_step = db_int(db, s, 5);
    db_done(db, s);
    return out->state != ACCOUNT_ENDED;
}

bool account_secrets(struct account_secrets *out, struct db *db,
                     const uint8_t secret[static KEPT_SECRET_BYTES],
                     const char *name)
{
    return db_row(db, SECRETS_BY_NAME, DB_VALUES(DB_TEXT(name))) &&
           read_secrets(out, db, SECRETS_BY_NAME, secret);
}

bool account_secrets_of(struct account_secrets *out, struct db *db,
                        const uint8_t secret[static KEPT_SECRET_BYTES],
                        uint64_t number)
{
    return db_row(db, SECRETS_BY_NUMBER, DB_VALUES(DB_INT(number))) &&
           read_secrets(out, db, SECRETS_BY_NUMBER, secret);
}

bool account_invited(struct account_secrets *out, struct db *db,
                     const uint8_t secret[static KEPT_SECRET_BYTES],
                     const uint8_t invitation[static TOKEN_HASH_BYTES],
                     uint64_t now)
{
    return db_row(
               db, SECRETS_BY_INVITATION,
               DB_VALUES(DB_BLOB(invitation, TOKEN_HASH_BYTES), DB_INT(now))) &&
           read_secrets(out, db, SECRETS_BY_INVITATION, secret);
}

/* The columns of ACTOR_COLUMNS. */
static void read_actor(struct actor *out, struct db *db, size_t s)
{
    memset(out, 0, sizeof *out);
    out->number = db_int(db, s, 0);
    copy_text(out->name, sizeof out->name, db_blob(db, s, 1));
    copy_text(out->shown, sizeof out->shown, db_blob(db, s, 2));
    copy_text(out->pseudonym, sizeof out->pseudonym, db_blob(db, s, 3));
    out->roles = (unsigned)db_int(db, s, 4);
    out->all_queues = db_is_null(db, s, 5);
    copy_text(out->queues, sizeof out->queues, db_blob(db, s, 5));
}

bool account_actor(struct actor *out, struct db *db, uint64_t number)
{
    if (!db_row(db, ACTOR_BY_NUMBER, DB_VALUES(DB_INT(number)))) {
        return false;
    }
    read_actor(out, db, ACTOR_BY_NUMBER);
    db_done(db, ACTOR_BY_NUMBER);
    return true;
}

bool account_actor_named(struct actor *out, struct db *db, const char *name)
{
    if (!db_row(db, ACTOR_BY_NAME, DB_VALUES(DB_TEXT(name)))) {
        return false;
    }
    read_actor(out, db, ACTOR_BY_NAME);
    db_done(db, ACTOR_BY_NAME);
    return true;
}

/* ---- Sessions
 * ---------------------------------------------------------------------- */

/* Also where the clock was set back: an end that never comes is none. */
static bool is_over(uint64_t made, uint64_t used,
                    const struct session_rules *rules, uint64_t now)
{
    const uint64_t slack = 60000;

    return now > made + rules->longest || now > used + rules->idle ||
           now + slack < made || now + slack < used;
}

bool session_find(struct actor *out, uint64_t *used, struct db *db,
                  const uint8_t hash[static TOKEN_HASH_BYTES],
                  const struct session_rules *rules, uint64_t now)
{
    uint64_t made;
    bool over;

    if (!db_row(db, ACTOR_BY_SESSION,
                DB_VALUES(DB_BLOB(hash, TOKEN_HASH_BYTES)))) {
        return false;
    }
    read_actor(out, db, ACTOR_BY_SESSION);
    made = db_int(db, ACTOR_BY_SESSION, 6);
    *used = db_int(db, ACTOR_BY_SESSION, 7);
    over = is_over(made, *used, rules, now);
    db_done(db, ACTOR_BY_SESSION);
    return !over;
}

struct cases_answer account_use_code(struct db *db, uint64_t account,
                                     uint64_t step, const uint8_t *recovery)
{
    int used =
        recovery != NULL
            ? db_run(db, USE_RECOVERY,
                     DB_VALUES(DB_INT(account),
                               DB_BLOB(recovery, TOKEN_HASH_BYTES)))
            : db_run(db, USE_STEP, DB_VALUES(DB_INT(account), DB_INT(step)));

    return used == 1
               ? CASES_OK
               : cases_forbidden("code-used", "This code was used already");
}

struct cases_answer session_begin(struct cases *cases, struct db *db,
                                  uint64_t account,
                                  const uint8_t hash[static TOKEN_HASH_BYTES],
                                  uint64_t step, const uint8_t *recovery,
                                  uint64_t now)
{
    struct cases_answer answer = account_use_code(db, account, step, recovery);

    (void)cases;
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)db_run(db, ADD_SESSION,
                 DB_VALUES(DB_BLOB(hash, TOKEN_HASH_BYTES), DB_INT(account),
                           DB_INT(now)));
    (void)db_run(db, SET_LAST_LOGIN, DB_VALUES(DB_INT(account), DB_INT(now)));
    return CASES_OK;
}

void session_used(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES],
                  uint64_t now)
{
    (void)db_run(db, USE_SESSION,
                 DB_VALUES(DB_BLOB(hash, TOKEN_HASH_BYTES), DB_INT(now)));
}

void session_end(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES])
{
    (void)db_run(db, END_SESSION, DB_VALUES(DB_BLOB(hash, TOKEN_HASH_BYTES)));
}

size_t session_expire(struct db *db, const struct session_rules *rules,
                      uint64_t now)
{
    return (size_t)db_run(
        db, EXPIRE_SESSIONS,
        DB_VALUES(DB_INT(now > rules->longest ? now - rules->longest : 0),
                  DB_INT(now > rules->idle ? now - rules->idle : 0)));
}

bool session_exists(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES])
{
    bool exists = db_row(db, ACTOR_BY_SESSION,
                         DB_VALUES(DB_BLOB(hash, TOKEN_HASH_BYTES)));

    if (exists) {
        db_done(db, ACTOR_BY_SESSION);
    }
    return exists;
}

/* ---- Changing
 * ------------------------------------------------------------------------ */

static void log_account(struct cases *cases, struct db *db,
                        const struct actor *who, const char *what,
                        const char *pseudonym, unsigned roles, uint64_t now)
{
    char rest[192];
    size_t len = (size_t)snprintf(rest, sizeof rest,
                                  ",\"action\":\"%s\",\"account\":\"%s\","
                                  "\"roles\":[",
                                  what, pseudonym);
    const char *comma = "";
    const char *name;
    unsigned role;

    for (unsigned i = 0; (name = role_text(i, &role)) != NULL; i++) {
        if ((roles & role) != 0) {
            len += (size_t)snprintf(rest + len, sizeof rest - len, "%s\"%s\"",
                                    comma, name);
            comma = ",";
        }
    }
    (void)snprintf(rest + len, sizeof rest - len, "]");
    cases_log(cases, db, who, "account", rest, now);
}

static bool find_account(struct actor *out, enum account_state *state,
                         struct db *db, uint64_t number)
{
    if (!db_row(db, ACCOUNT_BY_NUMBER, DB_VALUES(DB_INT(number)))) {
        return false;
    }
    read_actor(out, db, ACCOUNT_BY_NUMBER);
    *state = (enum account_state)db_int(db, ACCOUNT_BY_NUMBER, 6);
    db_done(db, ACCOUNT_BY_NUMBER);
    return true;
}

bool account_named_any(struct actor *out, struct db *db, uint64_t number)
{
    enum account_state state;

    return find_account(out, &state, db, number);
}

/* Another account, that has not ended. */
static struct cases_answer find_other(struct actor *out, struct db *db,
                                      const struct actor *who, uint64_t number)
{
    enum account_state state;

    if (!find_account(out, &state, db, number)) {
        return cases_unknown();
    }
    if (number == who->number) {
        return cases_forbidden("own-account",
                               "Somebody else changes your account");
    }
    return state == ACCOUNT_ENDED
               ? cases_conflict("ended", "The account has ended")
               : CASES_OK;
}

struct cases_answer
account_add(struct cases *cases, struct db *db, const struct actor *who,
            const char *name, const char *shown, unsigned roles,
            const char *queues,
            const uint8_t invitation[static TOKEN_HASH_BYTES], uint64_t until,
            uint64_t *number, uint64_t now)
{
    uint8_t random[8];
    char pseudonym[PSEUDONYM_TEXT_BYTES];

    *number = 0;
    if (!roles_are_good(roles)) {
        return bad_roles();
    }
    if (db_row(db, FIND_NAME, DB_VALUES(DB_TEXT(name)))) {
        db_done(db, FIND_NAME);
        return cases_conflict("name-taken", "There is such an account already");
    }
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(pseudonym, sizeof pseudonym, random, sizeof random);
    if (db_row(db, ADD_ACCOUNT,
               DB_VALUES(DB_TEXT(name), DB_TEXT(shown), DB_TEXT(pseudonym),
                         DB_INT(roles),
                         queues != NULL ? DB_TEXT(queues) : DB_NULL,
                         DB_BLOB(invitation, TOKEN_HASH_BYTES), DB_INT(until),
                         DB_INT(now)))) {
        *number = db_int(db, ADD_ACCOUNT, 0);
        db_done(db, ADD_ACCOUNT);
    }
    log_account(cases, db, who, "added", pseudonym, roles, now);
    return CASES_OK;
}

struct cases_answer account_change(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   const char *shown, unsigned roles,
                                   const char *queues, uint64_t now)
{
    struct actor other;
    struct cases_answer answer = find_other(&other, db, who, number);

    if (answer.what == CASES_DONE && !roles_are_good(roles)) {
        answer = bad_roles();
    }
    if (answer.what == CASES_DONE) {
        (void)db_run(db, SET_ACCOUNT,
                     DB_VALUES(DB_INT(number), DB_TEXT(shown), DB_INT(roles),
                               queues != NULL ? DB_TEXT(queues) : DB_NULL));
        if ((roles & ROLES_CONTENT) == 0) {
            claims_drop_all(cases, db, who, number, now);
        }
        log_account(cases, db, who, "changed", other.pseudonym, roles, now);
    }
    return answer;
}

static void end_sessions(struct db *db, uint64_t number)
{
    (void)db_run(db, END_SESSIONS, DB_VALUES(DB_INT(number)));
}

struct cases_answer account_end(struct cases *cases, struct db *db,
                                const struct actor *who, uint64_t number,
                                uint64_t now)
{
    struct actor other;
    struct cases_answer answer = find_other(&other, db, who, number);

    if (answer.what == CASES_DONE) {
        claims_drop_all(cases, db, who, number, now);
        end_sessions(db, number);
        (void)db_run(db, DROP_HOLDINGS, DB_VALUES(DB_INT(number)));
        (void)db_run(db, DROP_CONSENTS_BY, DB_VALUES(DB_INT(number)));
        (void)db_run(db, DROP_RECOVERY, DB_VALUES(DB_INT(number)));
        (void)db_run(db, END_ACCOUNT, DB_VALUES(DB_INT(number)));
        log_account(cases, db, who, "ended", other.pseudonym, other.roles, now);
    }
    return answer;
}

struct cases_answer
account_reset(struct cases *cases, struct db *db, const struct actor *who,
              uint64_t number,
              const uint8_t invitation[static TOKEN_HASH_BYTES], uint64_t until,
              uint64_t now)
{
    struct actor other;
    struct cases_answer answer = find_other(&other, db, who, number);

    if (answer.what == CASES_DONE) {
        end_sessions(db, number);
        (void)db_run(db, DROP_WRAPPED, DB_VALUES(DB_INT(number)));
        (void)db_run(db, DROP_RECOVERY, DB_VALUES(DB_INT(number)));
        (void)db_run(db, RESET_ACCOUNT,
                     DB_VALUES(DB_INT(number),
                               DB_BLOB(invitation, TOKEN_HASH_BYTES),
                               DB_INT(until)));
        log_account(cases, db, who, "reset", other.pseudonym, other.roles, now);
    }
    return answer;
}

static struct cases_answer no_invitation(void)
{
    return cases_forbidden("invitation",
                           "The invitation is over, or was used: ask for "
                           "another");
}

/* The account of an invitation that is not over; 0: none. */
static uint64_t find_invited(struct db *db, const uint8_t *invitation,
                             uint64_t now)
{
    uint64_t number = 0;

    if (db_row(db, SECRETS_BY_INVITATION,
               DB_VALUES(DB_BLOB(invitation, TOKEN_HASH_BYTES), DB_INT(now)))) {
        number = db_int(db, SECRETS_BY_INVITATION, 0);
        db_done(db, SECRETS_BY_INVITATION);
    }
    return number;
}

struct cases_answer
account_enrol(struct cases *cases, struct db *db,
              const uint8_t invitation[static TOKEN_HASH_BYTES],
              const char *password_hash,
              const uint8_t factor[static FACTOR_BYTES], uint64_t now)
{
    uint8_t wrapped[FACTOR_BYTES + KEPT_OVERHEAD_BYTES];
    uint8_t label[8];
    uint64_t number = find_invited(db, invitation, now);

    if (number == 0) {
        return no_invitation();
    }
    kept_wrap(wrapped, factor, FACTOR_BYTES, FACTOR_LABEL,
              factor_of(label, number), cases->secret);
    (void)db_run(db, SET_PENDING,
                 DB_VALUES(DB_INT(number), DB_TEXT(password_hash),
                           DB_BLOB(wrapped, sizeof wrapped)));
    return CASES_OK;
}

struct cases_answer
account_confirm(struct cases *cases, struct db *db,
                const uint8_t invitation[static TOKEN_HASH_BYTES],
                uint64_t step,
                const uint8_t recovery[static RECOVERY_CODES][TOKEN_HASH_BYTES],
                uint64_t *number, uint64_t now)
{
    struct actor who;

    *number = find_invited(db, invitation, now);
    if (*number == 0 || db_run(db, SET_ENROLLED,
                               DB_VALUES(DB_INT(*number), DB_INT(step))) != 1) {
        return no_invitation();
    }
    (void)db_run(db, DROP_RECOVERY, DB_VALUES(DB_INT(*number)));
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        (void)db_run(
            db, ADD_RECOVERY,
            DB_VALUES(DB_INT(*number), DB_BLOB(recovery[i], TOKEN_HASH_BYTES)));
    }
    if (account_actor(&who, db, *number)) {
        log_account(cases, db, &who, "enrolled", who.pseudonym, who.roles, now);
    }
    return CASES_OK;
}

struct cases_answer
account_password(struct cases *cases, struct db *db, const struct actor *who,
                 const char *password_hash,
                 const uint8_t session[static TOKEN_HASH_BYTES], uint64_t now)
{
    (void)db_run(db, SET_PASSWORD,
                 DB_VALUES(DB_INT(who->number), DB_TEXT(password_hash)));
    (void)db_run(
        db, END_OTHER_SESSIONS,
        DB_VALUES(DB_INT(who->number), DB_BLOB(session, TOKEN_HASH_BYTES)));
    (void)db_run(db, DROP_WRAPPED, DB_VALUES(DB_INT(who->number)));
    log_account(cases, db, who, "password", who->pseudonym, who->roles, now);
    return CASES_OK;
}

/* ---- Holders
 * ------------------------------------------------------------------------------
 */

static void log_holder(struct cases *cases, struct db *db,
                       const struct actor *who, const char *what,
                       const char *pseudonym, const uint8_t *quorum,
                       unsigned holder, uint64_t now)
{
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    char rest[192];

    (void)sodium_bin2hex(hex, sizeof hex, quorum, FRANK_QUORUM_ID_BYTES);
    (void)snprintf(rest, sizeof rest,
                   ",\"action\":\"%s\",\"account\":\"%s\",\"quorum\":\"%s\","
                   "\"holder\":%u",
                   what, pseudonym, hex, holder);
    cases_log(cases, db, who, "account", rest, now);
}

/* What a holder agreed to who is one no more counts no more. */
static void drop_consents(struct db *db, const uint8_t *quorum, unsigned holder)
{
    (void)db_run(
        db, DROP_CONSENTS_OF_HOLDER,
        DB_VALUES(DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES), DB_INT(holder)));
}

struct cases_answer
holder_set(struct cases *cases, struct db *db, const struct actor *who,
           uint64_t number, const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
           unsigned holder, uint64_t now)
{
    struct actor other;
    const struct db_value id = DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES);

    if (number == 0) {
        (void)db_run(db, DROP_HOLDER, DB_VALUES(id, DB_INT(holder)));
        drop_consents(db, quorum, holder);
        log_holder(cases, db, who, "holder_removed", "", quorum, holder, now);
        return CASES_OK;
    }
    if (!account_actor(&other, db, number) ||
        (other.roles & ROLES_CONTENT) == 0) {
        return cases_invalid("account", "A holder is an active reviewer or "
                                        "lead");
    }
    if (db_row(db, HOLDER_OF_ACCOUNT, DB_VALUES(DB_INT(number), id))) {
        db_done(db, HOLDER_OF_ACCOUNT);
        return cases_conflict("holds-another",
                              "This account holds a share of that quorum "
                              "already");
    }
    (void)db_run(db, SET_HOLDER, DB_VALUES(DB_INT(number), id, DB_INT(holder)));
    drop_consents(db, quorum, holder);
    log_holder(cases, db, who, "holder", other.pseudonym, quorum, holder, now);
    return CASES_OK;
}

struct cases_answer
holder_wrap(struct cases *cases, struct db *db, const struct actor *who,
            const uint8_t quorum[static FRANK_QUORUM_ID_BYTES], unsigned holder,
            const uint8_t *wrapped, size_t len, uint64_t now)
{
    if (db_run(db, WRAP_SHARE,
               DB_VALUES(DB_INT(who->number),
                         DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES), DB_INT(holder),
                         wrapped != NULL ? DB_BLOB(wrapped, len) : DB_NULL)) !=
        1) {
        return cases_forbidden("not-a-holder",
                               "This account is not that holder of the quorum");
    }
    log_holder(cases, db, who,
               wrapped != NULL ? "share_stored" : "share_taken_out",
               who->pseudonym, quorum, holder, now);
    return CASES_OK;
}

bool account_holds(struct db *db, uint64_t account,
                   const uint8_t quorum[static FRANK_QUORUM_ID_BYTES])
{
    bool holds = db_row(
        db, HOLDER_OF_ACCOUNT,
        DB_VALUES(DB_INT(account), DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES)));

    if (holds) {
        db_done(db, HOLDER_OF_ACCOUNT);
    }
    return holds;
}

void holders(struct db *db, uint64_t account, holder_visit *visit,
             void *context)
{
    bool more = db_row(db, READ_HOLDERS, DB_VALUES(DB_INT(account)));

    while (more) {
        struct holder_row row = {.account = db_int(db, READ_HOLDERS, 0),
                                 .holder =
                                     (unsigned)db_int(db, READ_HOLDERS, 2)};
        struct frank_span quorum = db_blob(db, READ_HOLDERS, 1);
        struct frank_span wrapped = db_blob(db, READ_HOLDERS, 3);

        if (quorum.len == sizeof row.quorum) {
            memcpy(row.quorum, quorum.data, quorum.len);
        }
        if (wrapped.len > 0 && wrapped.len <= sizeof row.wrapped) {
            memcpy(row.wrapped, wrapped.data, wrapped.len);
            row.wrapped_len = wrapped.len;
        }
        if (!visit(context, &row)) {
            db_done(db, READ_HOLDERS);
            break;
        }
        more = db_next(db, READ_HOLDERS);
    }
}

/* ---- Lists
 * ----------------------------------------------------------------------------------
 */

void accounts(struct db *db, account_visit *visit, void *context)
{
    bool more = db_row(db, READ_ACCOUNTS, NULL, 0);

    while (more) {
        struct account_row row = {
            .number = db_int(db, READ_ACCOUNTS, 0),
            .name = db_blob(db, READ_ACCOUNTS, 1),
            .shown = db_blob(db, READ_ACCOUNTS, 2),
            .pseudonym = db_blob(db, READ_ACCOUNTS, 3),
            .roles = (unsigned)db_int(db, READ_ACCOUNTS, 4),
            .all_queues = db_is_null(db, READ_ACCOUNTS, 5),
            .queues = db_blob(db, READ_ACCOUNTS, 5),
            .state = (enum account_state)db_int(db, READ_ACCOUNTS, 6),
            .made = db_int(db, READ_ACCOUNTS, 7),
            .last_login = db_int(db, READ_ACCOUNTS, 8),
            .has_factor = !db_is_null(db, READ_ACCOUNTS, 9),
        };

        if (!visit(context, &row)) {
            db_done(db, READ_ACCOUNTS);
            break;
        }
        more = db_next(db, READ_ACCOUNTS);
    }
}
