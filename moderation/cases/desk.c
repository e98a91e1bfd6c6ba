/* SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include "claims.h"
#include "schema.h"

#include <string.h>

#define DAY_MS UINT64_C(86400000)

/* ---- Searches
 * --------------------------------------------------------------- */

void searches(struct db *db, const struct actor *who, search_visit *visit,
              void *context)
{
    bool more = db_row(db, READ_SEARCHES, DB_VALUES(DB_INT(who->number)));

    while (more) {
        if (!visit(context, db_blob(db, READ_SEARCHES, 1),
                   db_blob(db, READ_SEARCHES, 2))) {
            db_done(db, READ_SEARCHES);
            break;
        }
        more = db_next(db, READ_SEARCHES);
    }
}

struct cases_answer search_keep(struct db *db, const struct actor *who,
                                const char *name, const char *query)
{
    uint64_t count = 0;

    if (!cases_text_is_good(name, 128) || !cases_text_is_good(query, 2048)) {
        return cases_invalid("search", "A name has 1 to 128 bytes, what is "
                                       "searched for 1 to 2,048");
    }
    if (db_row(db, COUNT_SEARCHES, DB_VALUES(DB_INT(who->number)))) {
        count = db_int(db, COUNT_SEARCHES, 0);
        db_done(db, COUNT_SEARCHES);
    }
    if (count >= SEARCHES_MAX) {
        return cases_conflict("too-many", "Drop a search first: 100 are kept");
    }
    (void)db_run(db, SET_SEARCH,
                 DB_VALUES(DB_INT(who->number), DB_TEXT(name), DB_TEXT(query)));
    return CASES_OK;
}

struct cases_answer search_drop(struct db *db, const struct actor *who,
                                const char *name)
{
    return db_run(db, DROP_SEARCH,
                  DB_VALUES(DB_INT(who->number), DB_TEXT(name))) == 1
               ? CASES_OK
               : cases_unknown();
}

/* ---- Preferences
 * --------------------------------------------------------------- */

const char *desk_theme_text(enum desk_theme theme)
{
    static const char *const names[DESK_THEMES] = {"system", "light", "dark"};

    return names[(unsigned)theme % DESK_THEMES];
}

void desk_preferences(struct desk_preferences *out, struct db *db,
                      const struct actor *who)
{
    const size_t s = READ_PREFERENCES;

    *out = (struct desk_preferences){.break_minutes = DESK_BREAK_STANDARD};
    if (db_row(db, s, DB_VALUES(DB_INT(who->number)))) {
        out->theme = (enum desk_theme)(db_int(db, s, 0) % DESK_THEMES);
        out->quiet = db_int(db, s, 1) != 0;
        out->blur_text = db_int(db, s, 2) != 0;
        out->break_minutes = (unsigned)db_int(db, s, 3);
        out->avoid = db_int(db, s, 4);
        db_done(db, s);
    }
}

struct cases_answer desk_prefer(struct db *db, const struct actor *who,
                                const struct desk_preferences *p)
{
    if (p->break_minutes > DESK_BREAK_MAX) {
        return cases_invalid("break_minutes", "A break is proposed after at "
                                              "most 480 minutes");
    }
    (void)db_run(db, SET_PREFERENCES,
                 DB_VALUES(DB_INT(who->number), DB_INT(p->theme),
                           DB_INT(p->quiet), DB_INT(p->blur_text),
                           DB_INT(p->break_minutes), DB_INT(p->avoid)));
    return CASES_OK;
}

/* ---- Exposure
 * --------------------------------------------------------------- */

struct cases_answer desk_expose(struct db *db, const struct actor *who,
                                uint64_t day, const struct desk_exposure *more,
                                struct desk_exposure *sum, uint64_t now)
{
    const size_t s = ADD_EXPOSURE;
    uint64_t today = now / DAY_MS;

    if (day + 1 < today || day > today + 1 || more->seconds > DAY_MS / 1000 ||
        more->images > DAY_MS / 1000) {
        return cases_invalid("exposure", "Not of today, or more than a day "
                                         "can hold");
    }
    (void)db_run(db, DROP_EXPOSURE,
                 DB_VALUES(DB_INT(who->number),
                           DB_INT(today < DESK_EXPOSURE_DAYS
                                      ? 0
                                      : today - DESK_EXPOSURE_DAYS)));
    if (db_row(db, s,
               DB_VALUES(DB_INT(who->number), DB_INT(day),
                         DB_INT(more->seconds), DB_INT(more->images)))) {
        sum->seconds = db_int(db, s, 0);
        sum->images = db_int(db, s, 1);
        db_done(db, s);
    }
    return CASES_OK;
}

/* ---- Drafts
 * ----------------------------------------------------------------- */

struct cases_answer desk_draft_keep(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const char *text, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    if (answer.what != CASES_DONE) {
        return answer;
    }
    if (strlen(text) > DESK_DRAFT_MAX) {
        return cases_invalid("draft", "A draft has at most 32,768 bytes");
    }
    if (text[0] == '\0') {
        desk_draft_drop(db, who, number);
    } else if (row.state == CASE_PURGED) {
        return cases_conflict("purged", "The case is purged: nothing can be "
                                        "kept in it");
    } else {
        (void)db_run(db, SET_DRAFT,
                     DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                               DB_TEXT(text)));
    }
    if (row.claimant == who->number) {
        claims_touch(cases, db, &row, now); /* whoever writes is working */
    }
    return CASES_OK;
}

void desk_draft(struct db *db, const struct actor *who, uint64_t number,
                desk_draft_visit *visit, void *context)
{
    const size_t s = READ_DRAFT;

    if (db_row(db, s, DB_VALUES(DB_INT(number), DB_INT(who->number)))) {
        visit(context, db_blob(db, s, 0), db_int(db, s, 1));
        db_done(db, s);
    }
}

void desk_draft_drop(struct db *db, const struct actor *who, uint64_t number)
{
    (void)db_run(db, DROP_DRAFT,
                 DB_VALUES(DB_INT(number), DB_INT(who->number)));
}
