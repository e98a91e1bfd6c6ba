/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people: accounts, their sessions, who holds which share. Passwords,
 * codes and tokens are checked elsewhere (moderation/people); here stands what
 * is kept of them: hashes, and wrapped secrets. The log knows people by their
 * pseudonyms.
 */
#ifndef MODERATION_CASES_ACCOUNTS_H
#define MODERATION_CASES_ACCOUNTS_H

#include "cases.h"
#include "kept.h"

#define FACTOR_BYTES 20
#define TOKEN_HASH_BYTES 32
#define ACCOUNT_NAME_BYTES 65
#define ACCOUNT_SHOWN_BYTES 129
#define PASSWORD_TEXT_BYTES 129
#define HOLDER_WRAPPED_MAX 256

enum account_state {
    ACCOUNT_INVITED = 0, /* has no password or second factor yet */
    ACCOUNT_ACTIVE = 1,
    ACCOUNT_ENDED = 2 /* for good */
};

/* ---- Finding
 * ------------------------------------------------------------------- */

/* What a login needs. */
struct account_secrets {
    uint64_t number;
    enum account_state state;
    char password[PASSWORD_TEXT_BYTES]; /* "" where there is none */
    bool has_factor;
    uint8_t factor[FACTOR_BYTES]; /* wipe it */
    bool has_pending;
    uint8_t pending[FACTOR_BYTES];
    uint64_t factor_step;
};
/* By name. false: there is none. */
bool account_secrets(struct account_secrets *out, struct db *db,
                     const uint8_t secret[static KEPT_SECRET_BYTES],
                     const char *name);
bool account_secrets_of(struct account_secrets *out, struct db *db,
                        const uint8_t secret[static KEPT_SECRET_BYTES],
                        uint64_t number);
/* Who was invited with a token that is not over. */
bool account_invited(struct account_secrets *out, struct db *db,
                     const uint8_t secret[static KEPT_SECRET_BYTES],
                     const uint8_t invitation[static TOKEN_HASH_BYTES],
                     uint64_t now);

/* An active account, as it acts. false: there is none. */
bool account_actor(struct actor *out, struct db *db, uint64_t number);
bool account_actor_named(struct actor *out, struct db *db, const char *name);
/* The same of one that may not be active. */
bool account_named_any(struct actor *out, struct db *db, uint64_t number);

/* ---- Sessions
 * -------------------------------------------------------------------- */

struct session_rules {
    uint64_t idle;
    uint64_t longest;
};

/* Whose session a token is. false: nobody's, or over. *used is when it was
 * last used. */
bool session_find(struct actor *out, uint64_t *used, struct db *db,
                  const uint8_t hash[static TOKEN_HASH_BYTES],
                  const struct session_rules *rules, uint64_t now);
/* Begins one, once his password and code were checked: step is the code's, and
 * an older one is refused here, so that a code works once even where two come
 * at the same time. recovery: the hash of the code that was used instead, or
 * NULL. FORBIDDEN. */
struct cases_answer session_begin(struct cases *cases, struct db *db,
                                  uint64_t account,
                                  const uint8_t hash[static TOKEN_HASH_BYTES],
                                  uint64_t step, const uint8_t *recovery,
                                  uint64_t now);
/* A code that was checked is used up: as in session_begin(). */
struct cases_answer account_use_code(struct db *db, uint64_t account,
                                     uint64_t step, const uint8_t *recovery);
void session_used(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES],
                  uint64_t now);
void session_end(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES]);
/* Drops those that are over; gives how many. */
size_t session_expire(struct db *db, const struct session_rules *rules,
                      uint64_t now);
/* Whether a session is there, over or not; for the vault. */
bool session_exists(struct db *db, const uint8_t hash[static TOKEN_HASH_BYTES]);

/* ---- Changing
 * ----------------------------------------------------------------------- */

/* Whether roles can be one person's: at least one, none unknown, and whoever
 * runs accounts sees no content. */
bool roles_are_good(unsigned roles);
/* "reviewer", "lead", "admin", "auditor"; NULL: there is no such. */
const char *role_text(unsigned index, unsigned *role);

/* A new account with an invitation. queues: as in struct actor, or NULL for
 * all. CONFLICT: the name is taken. */
struct cases_answer
account_add(struct cases *cases, struct db *db, const struct actor *who,
            const char *name, const char *shown, unsigned roles,
            const char *queues,
            const uint8_t invitation[static TOKEN_HASH_BYTES], uint64_t until,
            uint64_t *number, uint64_t now);
/* Other roles and queues, from now on. Not one's own. */
struct cases_answer account_change(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   const char *shown, unsigned roles,
                                   const char *queues, uint64_t now);
/* Ends it for good: sessions, claims, shares. Not one's own. */
struct cases_answer account_end(struct cases *cases, struct db *db,
                                const struct actor *who, uint64_t number,
                                uint64_t now);
/* Lost password or device: both are gone, sessions too, and he is invited
 * again. His wrapped shares can be opened by nobody any more and are dropped.
 * Not one's own. */
struct cases_answer
account_reset(struct cases *cases, struct db *db, const struct actor *who,
              uint64_t number,
              const uint8_t invitation[static TOKEN_HASH_BYTES], uint64_t until,
              uint64_t now);
/* Whoever was invited sets his password and gets a second factor, which counts
 * once he shows a code of it; the invitation is over then. */
struct cases_answer
account_enrol(struct cases *cases, struct db *db,
              const uint8_t invitation[static TOKEN_HASH_BYTES],
              const char *password_hash,
              const uint8_t factor[static FACTOR_BYTES], uint64_t now);
#define RECOVERY_CODES 10
struct cases_answer
account_confirm(struct cases *cases, struct db *db,
                const uint8_t invitation[static TOKEN_HASH_BYTES],
                uint64_t step,
                const uint8_t recovery[static RECOVERY_CODES][TOKEN_HASH_BYTES],
                uint64_t *number, uint64_t now);
/* A new password of his own; his other sessions end. wrapped: his shares under
 * the new one are set with holder_wrap(); those that are not are dropped. */
struct cases_answer
account_password(struct cases *cases, struct db *db, const struct actor *who,
                 const char *password_hash,
                 const uint8_t session[static TOKEN_HASH_BYTES], uint64_t now);

/* ---- Holders
 * ---------------------------------------------------------------------------
 */

/* Says whose a share of a quorum is; number 0: nobody's any more. A holder who
 * is taken away can consent no more, here, and what he agreed to counts no
 * more: his consents are dropped. */
struct cases_answer
holder_set(struct cases *cases, struct db *db, const struct actor *who,
           uint64_t number, const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
           unsigned holder, uint64_t now);
/* His share, wrapped under his password; NULL: it is kept outside again. */
struct cases_answer
holder_wrap(struct cases *cases, struct db *db, const struct actor *who,
            const uint8_t quorum[static FRANK_QUORUM_ID_BYTES], unsigned holder,
            const uint8_t *wrapped, size_t len, uint64_t now);
/* Whether an account holds a share of a quorum. */
bool account_holds(struct db *db, uint64_t account,
                   const uint8_t quorum[static FRANK_QUORUM_ID_BYTES]);
struct holder_row {
    uint64_t account;
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    unsigned holder;
    size_t wrapped_len; /* 0: kept outside */
    uint8_t wrapped[HOLDER_WRAPPED_MAX];
};
typedef bool holder_visit(void *context, const struct holder_row *row);
/* Of an account, or of all (0). */
void holders(struct db *db, uint64_t account, holder_visit *visit,
             void *context);

/* ---- Lists
 * --------------------------------------------------------------------------------
 */

struct account_row {
    uint64_t number;
    struct frank_span name;
    struct frank_span shown;
    struct frank_span pseudonym;
    unsigned roles;
    bool all_queues;
    struct frank_span queues;
    enum account_state state;
    uint64_t made;
    uint64_t last_login;
    bool has_factor;
};
typedef bool account_visit(void *context, const struct account_row *row);
void accounts(struct db *db, account_visit *visit, void *context);

#endif
