/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to a moderator and not to a case: searches that he keeps, how he
 * wants to be shown things, what he has been exposed to, what he has begun to
 * write. Nobody else is told any of it.
 */
#ifndef MODERATION_CASES_DESK_H
#define MODERATION_CASES_DESK_H

#include "cases.h"

/* ---- Searches
 * --------------------------------------------------------------- */

#define SEARCHES_MAX 100
typedef bool search_visit(void *context, struct frank_span name,
                          struct frank_span query);
void searches(struct db *db, const struct actor *who, search_visit *visit,
              void *context);
struct cases_answer search_keep(struct db *db, const struct actor *who,
                                const char *name, const char *query);
struct cases_answer search_drop(struct db *db, const struct actor *who,
                                const char *name);

/* ---- Preferences
 * --------------------------------------------------------------- */

enum desk_theme { DESK_SYSTEM, DESK_LIGHT, DESK_DARK, DESK_THEMES };
const char *desk_theme_text(enum desk_theme theme);

struct desk_preferences {
    enum desk_theme theme;
    bool quiet;     /* no colours that shout */
    bool blur_text; /* text is blurred until it is asked for */
    unsigned
        break_minutes; /* of reading, until a break is proposed; 0: never */
    uint64_t avoid; /* bits of places in the list of reasons: cases of these are
                       not given to him unasked */
};
#define DESK_BREAK_STANDARD 50
#define DESK_BREAK_MAX 480

/* The standard ones where he has none. */
void desk_preferences(struct desk_preferences *out, struct db *db,
                      const struct actor *who);
struct cases_answer desk_prefer(struct db *db, const struct actor *who,
                                const struct desk_preferences *preferences);

/* ---- Exposure
 * --------------------------------------------------------------- */

struct desk_exposure {
    uint64_t seconds; /* with reported content in view */
    uint64_t images;  /* that were revealed */
};
/* Adds to a day (since 1970, of his own clock: at most one off the service's)
 * and gives its sum. Days before the last 31 are forgotten. INVALID. */
#define DESK_EXPOSURE_DAYS 31
struct cases_answer desk_expose(struct db *db, const struct actor *who,
                                uint64_t day, const struct desk_exposure *more,
                                struct desk_exposure *sum, uint64_t now);

/* ---- Drafts
 * ----------------------------------------------------------------- */

/* What he has begun to write in a case: JSON of the page's own, of which
 * nothing is read here. It goes with his decision, and when the case is purged.
 * An empty text drops it. His claim goes on. UNKNOWN, INVALID. */
#define DESK_DRAFT_MAX 32768
struct cases_answer desk_draft_keep(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const char *text, uint64_t now);
typedef void desk_draft_visit(void *context, struct frank_span text,
                              uint64_t kept);
void desk_draft(struct db *db, const struct actor *who, uint64_t number,
                desk_draft_visit *visit, void *context);
void desk_draft_drop(struct db *db, const struct actor *who, uint64_t number);

#endif
