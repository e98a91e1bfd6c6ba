/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include "schema.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- Notices ----------------------------------------------------------------
 */

void outbox_notice(struct db *db, const uint8_t *report_id,
                   const uint8_t *log_name, enum report_state state,
                   const char *outcome, bool discloses_nothing)
{
    (void)db_run(db, ADD_NOTICE,
                 DB_VALUES(DB_BLOB(report_id, FRANK_REPORT_ID_BYTES),
                           DB_BLOB(log_name, FRANK_DIGEST_BYTES), DB_INT(state),
                           DB_TEXT(outcome), DB_INT(discloses_nothing)));
}

void outbox_notice_case(struct db *db, const struct case_row *row,
                        enum report_state state, const char *outcome)
{
    (void)db_run(
        db, ADD_NOTICES_OF_CASE,
        DB_VALUES(DB_INT(row->number), DB_INT(state), DB_TEXT(outcome)));
}

static void copy(uint8_t *out, size_t len, struct frank_span from)
{
    memset(out, 0, len);
    if (from.len == len) {
        memcpy(out, from.data, len);
    }
}

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

size_t outbox_notices(struct db *db, struct outbox_notice *out, size_t most)
{
    size_t count = 0;
    bool more = db_row(db, NOTICES, DB_VALUES(DB_INT(most)));

    while (more && count < most) {
        struct hub_notice *notice = &out[count].notice;

        memset(&out[count], 0, sizeof out[count]);
        out[count].number = db_int(db, NOTICES, 0);
        copy(notice->report_id, sizeof notice->report_id,
             db_blob(db, NOTICES, 1));
        notice->state = (enum report_state)db_int(db, NOTICES, 2);
        notice->has_state = notice->state != REPORT_RECEIVED;
        copy_text(notice->outcome, sizeof notice->outcome,
                  db_blob(db, NOTICES, 3));
        notice->discloses_nothing = db_int(db, NOTICES, 4) != 0;
        count++;
        more = db_next(db, NOTICES);
    }
    if (more) {
        db_done(db, NOTICES);
    }
    return count;
}

void outbox_notices_told(struct cases *cases, struct db *db, uint64_t through,
                         uint64_t now)
{
    static const char *const states[] = {"", "taken_over", "in_review",
                                         "decided", "closed"};
    bool more = db_row(db, NOTICES_TOLD, DB_VALUES(DB_INT(through)));

    while (more) {
        char hex[2 * FRANK_DIGEST_BYTES + 1];
        char rest[160];
        struct frank_span name = db_blob(db, NOTICES_TOLD, 0);

        (void)sodium_bin2hex(hex, sizeof hex, name.data, name.len);
        (void)snprintf(rest, sizeof rest,
                       ",\"to\":\"hub\",\"report\":\"%s\",\"state\":\"%s\"",
                       hex, states[db_int(db, NOTICES_TOLD, 1) % 5]);
        cases_log(cases, db, &actor_service, "notice", rest, now);
        more = db_next(db, NOTICES_TOLD);
    }
    (void)db_run(db, DROP_NOTICES, DB_VALUES(DB_INT(through)));
}

/* ---- Events
 * ------------------------------------------------------------------ */

void outbox_endpoints(struct db *db, const char *const *urls)
{
    (void)db_run(db, REST_ENDPOINTS, NULL, 0);
    for (size_t i = 0; urls[i] != NULL; i++) {
        (void)db_run(db, SET_ENDPOINT, DB_VALUES(DB_TEXT(urls[i])));
    }
    (void)db_run(db, DROP_ENDPOINTS, NULL, 0);
    (void)db_run(db, DROP_STRAY_EVENTS, NULL, 0);
}

void outbox_event(struct db *db, const char *type, struct frank_span decision,
                  uint64_t now)
{
    uint8_t id[CASE_ID_BYTES];

    randombytes_buf(id, sizeof id);
    (void)db_run(db, ADD_EVENTS,
                 DB_VALUES(DB_BLOB(id, sizeof id), DB_TEXT(type), DB_INT(now),
                           DB_BLOB(decision.data, decision.len)));
}

bool outbox_event_due(struct db *db, struct outbox_event *out, uint64_t *next,
                      uint64_t now)
{
    *next = UINT64_MAX;
    if (!db_row(db, NEXT_EVENT, NULL, 0)) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->number = db_int(db, NEXT_EVENT, 0);
    copy_text(out->url, sizeof out->url, db_blob(db, NEXT_EVENT, 1));
    copy(out->id, sizeof out->id, db_blob(db, NEXT_EVENT, 2));
    copy_text(out->type, sizeof out->type, db_blob(db, NEXT_EVENT, 3));
    out->made = db_int(db, NEXT_EVENT, 4);
    copy(out->decision, sizeof out->decision, db_blob(db, NEXT_EVENT, 5));
    out->attempts = (unsigned)db_int(db, NEXT_EVENT, 6);
    *next = db_int(db, NEXT_EVENT, 7);
    db_done(db, NEXT_EVENT);
    return *next <= now;
}

void outbox_event_told(struct db *db, uint64_t number)
{
    (void)db_run(db, DROP_EVENT, DB_VALUES(DB_INT(number)));
}

void outbox_event_again(struct db *db, uint64_t number, uint64_t next)
{
    (void)db_run(db, PUT_OFF_EVENT, DB_VALUES(DB_INT(number), DB_INT(next)));
}

void outbox_endpoint_gone(struct db *db, const char *url, uint64_t now)
{
    (void)db_run(db, END_ENDPOINT, DB_VALUES(DB_TEXT(url), DB_INT(now)));
    (void)db_run(db, DROP_EVENTS_OF, DB_VALUES(DB_TEXT(url)));
}
