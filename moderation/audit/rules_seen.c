/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen of reports, cases and people: rows, read and written. */
#include "rules_inside.h"

#include <string.h>

static void copy(uint8_t *out, size_t len, struct frank_span from)
{
    memset(out, 0, len);
    if (from.len == len) {
        memcpy(out, from.data, len);
    }
}

/* ---- Reports ---------------------------------------------------------------
 */

void seen_report_load(struct seen_report *out, struct rules *rules,
                      const uint8_t name[static FRANK_DIGEST_BYTES])
{
    struct db *db = rules->db;

    memset(out, 0, sizeof *out);
    memcpy(out->name, name, sizeof out->name);
    out->is_new =
        !db_row(db, R_FIND_REPORT, DB_VALUES(DB_BLOB(name, sizeof out->name)));
    if (out->is_new) {
        return;
    }
    out->flags = (unsigned)db_int(db, R_FIND_REPORT, 0);
    out->received = db_int(db, R_FIND_REPORT, 1);
    out->received_at = db_int(db, R_FIND_REPORT, 2);
    out->hub_taken = db_int(db, R_FIND_REPORT, 3);
    out->taken = db_int(db, R_FIND_REPORT, 4);
    out->taken_at = db_int(db, R_FIND_REPORT, 5);
    copy(out->in_case, sizeof out->in_case, db_blob(db, R_FIND_REPORT, 6));
    copy(out->digest, sizeof out->digest, db_blob(db, R_FIND_REPORT, 7));
    copy(out->quorum, sizeof out->quorum, db_blob(db, R_FIND_REPORT, 8));
    db_done(db, R_FIND_REPORT);
}

uint64_t seen_report_due(const struct rules *rules, const struct seen_report *p)
{
    const struct rules_limits *l = &rules->limits;
    const unsigned both = REPORT_SEEN_HUB_TAKEN | REPORT_SEEN_TAKEN;
    uint64_t from = p->received + l->hub_retain;

    if ((p->flags & REPORT_SEEN_RECEIVED) == 0) {
        return (p->flags & REPORT_SEEN_TAKEN) != 0 &&
                       (p->flags & REPORT_TOLD_UNKNOWN) == 0
                   ? p->taken + l->clock
                   : 0;
    }
    if ((p->flags & both) != both) {
        return (p->flags & REPORT_TOLD_LATE) == 0 ? p->received + l->take_over
                                                  : 0;
    }
    from = p->hub_taken > from ? p->hub_taken : from;
    return (p->flags & (REPORT_SEEN_HUB_PURGED | REPORT_TOLD_HUB_LATE)) == 0
               ? from + l->purge
               : 0;
}

void seen_report_save(struct rules *rules, const struct seen_report *p)
{
    uint64_t due = seen_report_due(rules, p);
    bool has_digest = (p->flags & REPORT_HAS_DIGEST) != 0;

    (void)db_run(
        rules->db, p->is_new ? R_ADD_REPORT : R_SET_REPORT,
        DB_VALUES(DB_BLOB(p->name, sizeof p->name), DB_INT(p->flags),
                  DB_INT(p->received), DB_INT(p->received_at),
                  DB_INT(p->hub_taken), DB_INT(p->taken), DB_INT(p->taken_at),
                  (p->flags & REPORT_SEEN_TAKEN) != 0
                      ? DB_BLOB(p->in_case, sizeof p->in_case)
                      : DB_NULL,
                  has_digest ? DB_BLOB(p->digest, sizeof p->digest) : DB_NULL,
                  has_digest ? DB_BLOB(p->quorum, sizeof p->quorum) : DB_NULL,
                  due != 0 ? DB_INT(due) : DB_NULL));
}

/* ---- Cases ----------------------------------------------------------------
 */

void seen_case_load(struct seen_case *out, struct rules *rules,
                    const uint8_t name[static CASE_NAME_BYTES])
{
    const size_t s = R_FIND_CASE;
    struct db *db = rules->db;
    uint64_t *const fields[] = {
        &out->first,  &out->holder,  &out->decider, &out->outcome,
        &out->due,    &out->held,    &out->ended,   &out->requests,
        &out->asked,  &out->to_open, &out->reports, &out->purged,
        &out->opened, &out->checked, &out->last,    &out->last_time};

    memset(out, 0, sizeof *out);
    memcpy(out->name, name, sizeof out->name);
    out->is_new = !db_row(db, s, DB_VALUES(DB_BLOB(name, sizeof out->name)));
    if (out->is_new) {
        return;
    }
    out->flags = (unsigned)db_int(db, s, 0);
    out->state = (enum case_state)(db_int(db, s, 1) % CASE_STATES);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        *fields[i] = db_int(db, s, 2 + (int)i);
    }
    db_done(db, s);
}

/* A legal hold may keep it longer. */
uint64_t seen_case_due(const struct rules *rules, const struct seen_case *c)
{
    uint64_t from = c->held > c->due ? c->held : c->due;

    return c->due == 0 || (c->flags & CASE_TOLD_LATE) != 0
               ? 0
               : from + rules->limits.purge;
}

void seen_case_save(struct rules *rules, const struct seen_case *c)
{
    uint64_t due = seen_case_due(rules, c);

    (void)db_run(
        rules->db, c->is_new ? R_ADD_CASE : R_SET_CASE,
        DB_VALUES(DB_BLOB(c->name, sizeof c->name), DB_INT(c->flags),
                  DB_INT(c->state), DB_INT(c->first), DB_INT(c->holder),
                  DB_INT(c->decider), DB_INT(c->outcome), DB_INT(c->due),
                  DB_INT(c->held), DB_INT(c->ended), DB_INT(c->requests),
                  DB_INT(c->asked), DB_INT(c->to_open), DB_INT(c->reports),
                  DB_INT(c->purged), DB_INT(c->opened), DB_INT(c->checked),
                  DB_INT(c->last), DB_INT(c->last_time),
                  due != 0 ? DB_INT(due) : DB_NULL));
}

bool seen_part(struct rules *rules, const struct seen_case *c, uint64_t account,
               bool in_force)
{
    bool part =
        db_row(rules->db, R_FIND_PART,
               DB_VALUES(DB_BLOB(c->name, sizeof c->name), DB_INT(account)));

    if (part) {
        part = !in_force || db_int(rules->db, R_FIND_PART, 0) != 0;
        db_done(rules->db, R_FIND_PART);
    }
    return part;
}

/* ---- People ---------------------------------------------------------------
 */

void seen_person_load(struct seen_person *out, struct rules *rules,
                      const char *pseudonym)
{
    struct db *db = rules->db;

    memset(out, 0, sizeof *out);
    if (db_row(db, R_FIND_PERSON, DB_VALUES(DB_TEXT(pseudonym)))) {
        out->number = db_int(db, R_FIND_PERSON, 0);
        out->state = (unsigned)db_int(db, R_FIND_PERSON, 1);
        out->roles = (unsigned)db_int(db, R_FIND_PERSON, 2);
        out->before = (unsigned)db_int(db, R_FIND_PERSON, 3);
        out->changed = db_int(db, R_FIND_PERSON, 4);
        db_done(db, R_FIND_PERSON);
    } else if (db_row(db, R_ADD_PERSON, DB_VALUES(DB_TEXT(pseudonym)))) {
        out->number = db_int(db, R_ADD_PERSON, 0);
        db_done(db, R_ADD_PERSON);
    }
}

void seen_person_save(struct rules *rules, const struct seen_person *person)
{
    (void)db_run(rules->db, R_SET_PERSON,
                 DB_VALUES(DB_INT(person->number), DB_INT(person->state),
                           DB_INT(person->roles), DB_INT(person->before),
                           DB_INT(person->changed)));
}

/* ---- Consents -------------------------------------------------------------
 */

bool seen_consent(struct seen_consent *out, struct rules *rules,
                  const struct rules_event *event, unsigned holder)
{
    struct db *db = rules->db;
    const struct rules_entry *e = event->entry;

    if (!db_row(db, R_FIND_CONSENT,
                DB_VALUES(DB_BLOB(e->in_case, sizeof e->in_case),
                          DB_BLOB(e->report, sizeof e->report),
                          DB_INT(holder)))) {
        return false;
    }
    *out = (struct seen_consent){
        .account = db_int(db, R_FIND_CONSENT, 0),
        .request = db_int(db, R_FIND_CONSENT, 1),
        .good = db_int(db, R_FIND_CONSENT, 2) != 0,
        .refused = db_int(db, R_FIND_CONSENT, 3) != 0,
    };
    db_done(db, R_FIND_CONSENT);
    return true;
}

uint64_t seen_holder(struct rules *rules,
                     const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
                     unsigned holder)
{
    uint64_t account = 0;

    if (db_row(rules->db, R_FIND_HOLDER,
               DB_VALUES(DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES),
                         DB_INT(holder)))) {
        account = db_int(rules->db, R_FIND_HOLDER, 0);
        db_done(rules->db, R_FIND_HOLDER);
    }
    return account;
}
