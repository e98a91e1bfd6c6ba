/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to whoever calls: searches, preferences, exposure, drafts. */
#include "desk_calls.h"
#include "desk.h"
#include "filters.h"
#include "handlers.h"

#include <stdlib.h>
#include <string.h>

/* ---- Saved searches
 * ---------------------------------------------------------------------------
 */

static bool put_search(void *context, struct frank_span name,
                       struct frank_span query)
{
    (void)json_array_append_new(context,
                                json_pack("{s:o,s:o}", "name", call_span(name),
                                          "query", call_span(query)));
    return true;
}

void read_searches(struct call *call, struct db *db)
{
    json_t *list = json_array();

    searches(db, &call->who, put_search, list);
    call_put(call, "searches", list);
}

struct cases_answer act_keep_search(struct call *call, struct db *db)
{
    return search_keep(db, &call->who, call_text(call, "name"),
                       call_text(call, "query"));
}

struct cases_answer act_drop_search(struct call *call, struct db *db)
{
    return search_drop(db, &call->who, call_text(call, "name"));
}

/* ---- Preferences
 * ---------------------------------------------------------------------------
 */

static bool read_theme(struct call *call, enum desk_theme *out)
{
    for (unsigned i = 0; i < DESK_THEMES; i++) {
        if (strcmp(desk_theme_text((enum desk_theme)i),
                   call_text(call, "theme")) == 0) {
            *out = (enum desk_theme)i;
            return true;
        }
    }
    return false;
}

/* Names of reasons as a mask. */
static bool read_avoid(struct call *call, uint64_t *out)
{
    const json_t *list = call_json(call, "avoid");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));

        if (name == NULL || strchr(name, ',') != NULL ||
            !filter_reason_mask(out, name)) {
            return false;
        }
    }
    return true;
}

struct cases_answer act_prefer(struct call *call, struct db *db)
{
    struct desk_preferences p = {
        .quiet = call_switch(call, "quiet"),
        .blur_text = call_switch(call, "blur_text"),
        .break_minutes = call_count(call, "break_minutes") > DESK_BREAK_MAX
                             ? DESK_BREAK_MAX + 1
                             : (unsigned)call_count(call, "break_minutes")};

    if (!read_theme(call, &p.theme)) {
        return cases_invalid("theme", "Not \"system\", \"light\" or \"dark\"");
    }
    if (!read_avoid(call, &p.avoid)) {
        return cases_invalid("avoid", "There is no such reason");
    }
    return desk_prefer(db, &call->who, &p);
}

json_t *desk_preferences_json(struct db *db, const struct actor *who)
{
    struct desk_preferences p;

    desk_preferences(&p, db, who);
    return json_pack("{s:s,s:b,s:b,s:i,s:o}", "theme", desk_theme_text(p.theme),
                     "quiet", p.quiet, "blur_text", p.blur_text,
                     "break_minutes", (int)p.break_minutes, "avoid",
                     filter_reasons(p.avoid));
}

/* ---- Exposure
 * ---------------------------------------------------------------------------
 */

struct cases_answer act_expose(struct call *call, struct db *db)
{
    struct desk_exposure more = {call_count(call, "seconds"),
                                 call_count(call, "images")};
    struct desk_exposure sum = {0, 0};
    struct cases_answer answer = desk_expose(
        db, &call->who, call_count(call, "day"), &more, &sum, call->now);

    call_put(call, "seconds", json_integer((json_int_t)sum.seconds));
    call_put(call, "images", json_integer((json_int_t)sum.images));
    return answer;
}

/* ---- Drafts
 * ---------------------------------------------------------------------------
 */

struct cases_answer act_draft(struct call *call, struct db *db)
{
    const json_t *draft = call_json(call, "draft");
    char *text = json_object_size(draft) == 0 ? strdup("")
                                              : json_dumps(draft, JSON_COMPACT);
    struct cases_answer answer = cases_conflict("memory", "Out of memory");

    if (text != NULL) {
        answer = desk_draft_keep(&call->mod->cases, db, &call->who,
                                 call_number(call, 0), text, call->now);
    }
    free(text);
    return answer;
}

static void put_draft(void *context, struct frank_span text, uint64_t kept)
{
    struct call *call = context;
    json_t *draft = json_loadb((const char *)text.data, text.len, 0, NULL);

    if (draft != NULL) {
        call_put(call, "draft", draft);
        call_put(call, "draft_kept", json_integer((json_int_t)kept));
    }
}

void desk_put_draft(struct call *call, struct db *db, uint64_t number)
{
    desk_draft(db, &call->who, number, put_draft, call);
}
