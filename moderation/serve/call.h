/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of the API: who calls, what he says, what he is answered. What all
 * calls have in common is done here, from the route's row in the table: session
 * and role, the header that no other site can send, the body's members; so that
 * a route that is not in order cannot be written by leaving something out.
 */
#ifndef MODERATION_SERVE_CALL_H
#define MODERATION_SERVE_CALL_H

#include "mod.h"

#include <jansson.h>

/* Who may call a route. */
enum {
    ACCESS_ANYONE = 1 << 8,   /* without a session */
    ACCESS_PLATFORM = 1 << 9, /* with its bearer token */
    ACCESS_AUDITOR = 1 << 10, /* with the auditors' bearer token, too */
    /* and the roles of cases.h */
    ACCESS_ALL_ROLES = ROLE_REVIEWER | ROLE_LEAD | ROLE_ADMIN | ROLE_AUDITOR,
    ACCESS_CONTENT = ROLES_CONTENT
};

enum field_kind {
    FIELD_TEXT,   /* a string */
    FIELD_SECRET, /* the same, that is wiped */
    FIELD_NUMBER, /* 0..2^53 */
    FIELD_SWITCH, /* true, false */
    FIELD_LIST,   /* an array */
    FIELD_OBJECT,
    FIELD_ANY
};

/* A member of a body. Others are refused. */
#define CALL_FIELDS_MAX 12
struct call_field {
    const char *name;
    enum field_kind kind;
    bool needed;
};

struct call;
/* In the order in which a row is read. NOLINTNEXTLINE(*.Padding) */
struct mod_route {
    const char *method;
    const char *path;
    unsigned access;
    struct call_field fields[CALL_FIELDS_MAX]; /* of a POST's body */
    /* One of them: reads from the database; changes it, in a transaction;
     * or does both in steps of its own. */
    void (*read)(struct call *call, struct db *db);
    struct cases_answer (*act)(struct call *call, struct db *db);
    void (*run)(struct call *call);
    bool drops; /* as in struct write */
};
extern const struct mod_route mod_routes[];
extern const size_t mod_route_count;

struct call {
    struct mod *mod;
    struct http_exchange *exchange;
    const struct mod_route *route;
    struct actor who; /* number 0: no session */
    uint8_t session[TOKEN_HASH_BYTES];
    uint64_t now;
    bool in_background; /* a page asks by itself: it keeps no session alive */
    json_t *body;       /* NULL for a GET */
    json_t *answer;     /* an object, empty at first */
    unsigned status;    /* 200 */
    bool answered;
    void *work; /* of the act that call_write() runs */
};

/* Whether he shows one of the service's bearer tokens (MOD_BEARER_AUDITOR). */
bool call_has_bearer(const struct call *call, unsigned which);

/* ---- What he says
 * -------------------------------------------------------------- */

/* Number of the i-th {} in the path; 0 where it is none: no row has it. */
uint64_t call_number(const struct call *call, unsigned i);
/* Members of the body; NULL, 0, false where they are not there. */
const char *call_text(const struct call *call, const char *name);
uint64_t call_count(const struct call *call, const char *name);
bool call_switch(const struct call *call, const char *name);
bool call_has(const struct call *call, const char *name);
json_t *call_json(const struct call *call, const char *name);
/* A member in hexadecimal, of exactly len bytes. false after an answer. */
bool call_hex(struct call *call, uint8_t *out, size_t len, const char *name);
/* A parameter of the query: a number; false after an answer. */
bool call_query_number(struct call *call, const char *name, uint64_t *out);

/* ---- What he is answered
 * --------------------------------------------------------- */

/* Members of the answer. Text is a stranger's, or ours. */
void call_put(struct call *call, const char *name, json_t *value);
json_t *call_span(struct frank_span text);
/* As a messenger shows it: a byte that is no UTF-8 as U+FFFD. */
json_t *call_readable(struct frank_span text);
json_t *call_hex_json(struct frank_span bytes);

/* Problem details; the call is over. */
void call_refuse(struct call *call, unsigned status, const char *name,
                 const char *text);
/* What a function of the store says: the same, or nothing where it is done. */
bool call_done(struct call *call, struct cases_answer answer);
/* Answers with what was put together, if nothing was answered yet. */
void call_answer(struct call *call, const struct http_field *fields);

/* ---- Steps
 * ------------------------------------------------------------------------- */

/* Runs an act within a transaction of its own: looks again whether he may, and
 * answers where not. true: it was done, and nothing is answered yet. work: what
 * the act finds in call->work. */
bool call_write(struct call *call,
                struct cases_answer (*act)(struct call *call, struct db *db),
                void *work);
struct db *call_read(struct call *call);
void call_read_end(struct call *call);

/* The table as the server takes it, mod_route_count rows; once, before it
 * starts. */
#define MOD_ROUTES_MAX 128
const struct http_route *call_routes(void);
/* Handles an exchange of any of them. */
void call_run(struct http_exchange *exchange, void *context);

#endif
