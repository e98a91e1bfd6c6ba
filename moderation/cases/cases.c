/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include "ledger_entry.h"
#include "schema.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct actor actor_service = {
    .name = "service", .shown = "", .pseudonym = "service", .all_queues = true};

bool actor_has_queue(const struct actor *actor, const char *queue)
{
    char wanted[QUEUE_ID_MAX + 3];

    if (actor->all_queues) {
        return true;
    }
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", queue);
    return strstr(actor->queues, wanted) != NULL;
}

bool cases_text_is_good(const char *text, size_t max)
{
    size_t len = strlen(text);
    bool is_blank = true;

    if (len > max ||
        !utf8_is_valid((struct frank_span){(const uint8_t *)text, len})) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            return false;
        }
        is_blank = is_blank && (c == ' ' || c == '\n' || c == '\t');
    }
    return !is_blank;
}

struct cases_answer cases_reason(const char *why)
{
    return cases_text_is_good(why, CASES_TEXT_MAX)
               ? CASES_OK
               : cases_invalid("why", "Say why, in at most 8,192 bytes");
}

void cases_copy(uint8_t *out, size_t len, struct frank_span from)
{
    memset(out, 0, len);
    if (from.len == len) {
        memcpy(out, from.data, len);
    }
}

/* ---- A case ---------------------------------------------------------------
 */

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

static bool read_case(struct case_row *out, struct db *db, uint64_t number)
{
    struct frank_span name;

    if (!db_row(db, FIND_CASE, DB_VALUES(DB_INT(number)))) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->number = number;
    name = db_blob(db, FIND_CASE, 0);
    if (name.len == sizeof out->name) {
        memcpy(out->name, name.data, name.len);
    }
    copy_text(out->queue, sizeof out->queue, db_blob(db, FIND_CASE, 1));
    out->state = (enum case_state)db_int(db, FIND_CASE, 2);
    out->first = db_int(db, FIND_CASE, 3);
    out->claimant = db_int(db, FIND_CASE, 4);
    out->claimed_until = db_int(db, FIND_CASE, 5);
    out->held = db_int(db, FIND_CASE, 6) != 0;
    out->decider = db_int(db, FIND_CASE, 7);
    out->reviewer = db_int(db, FIND_CASE, 8);
    out->decision = db_int(db, FIND_CASE, 9);
    out->due =
        db_is_null(db, FIND_CASE, 10) ? UINT64_MAX : db_int(db, FIND_CASE, 10);
    out->flood = db_int(db, FIND_CASE, 11);
    out->withheld = db_int(db, FIND_CASE, 12);
    out->priority = db_int(db, FIND_CASE, 13);
    db_done(db, FIND_CASE);
    return true;
}

struct cases_answer case_find(struct case_row *out, struct db *db,
                              const struct actor *who, uint64_t number,
                              uint64_t now)
{
    if (!read_case(out, db, number) || !actor_has_queue(who, out->queue)) {
        return cases_unknown();
    }
    if (out->claimant != 0 && out->claimed_until <= now) {
        out->claimant = 0;
    }
    return CASES_OK;
}

struct cases_answer case_can(const struct case_row *row,
                             enum case_action action)
{
    enum case_state next;

    return case_next(&next, row->state, action)
               ? CASES_OK
               : cases_conflict("state",
                                "The case is in a state in which this cannot "
                                "be done");
}

struct cases_answer case_find_mine(struct case_row *out, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   enum case_action action, uint64_t now)
{
    struct cases_answer answer = case_find(out, db, who, number, now);

    if (answer.what == CASES_DONE) {
        answer = case_can(out, action);
    }
    if (answer.what == CASES_DONE && out->claimant != who->number) {
        answer = out->claimant == 0
                     ? cases_conflict("not-claimed", "Claim the case first")
                     : cases_conflict("claimed-by-other",
                                      "Somebody else works on the case");
    }
    return answer;
}

/* ---- Entries ---------------------------------------------------------------
 */

void cases_log(struct cases *cases, struct db *db, const struct actor *who,
               const char *type, const char *rest, uint64_t now)
{
    char all[7168];

    (void)snprintf(all, sizeof all, ",\"by\":\"%s\"%s", who->pseudonym, rest);
    ledger_entry(cases->ledger, db, type, now, all);
}

/* The case's entry before this one, so that no entry of it can be left out and
 * the rest still be shown as its history. */
static void name_previous(char *out, size_t size, struct db *db,
                          uint64_t number)
{
    out[0] = '\0';
    if (db_row(db, LAST_OF_CASE, DB_VALUES(DB_INT(number)))) {
        if (!db_is_null(db, LAST_OF_CASE, 0)) {
            (void)snprintf(out, size, ",\"previous\":%" PRIu64,
                           db_int(db, LAST_OF_CASE, 0));
        }
        db_done(db, LAST_OF_CASE);
    }
}

void case_log(struct cases *cases, struct db *db, const struct actor *who,
              const struct case_row *row, const struct case_entry *entry,
              uint64_t now)
{
    uint64_t number = cases->ledger->range.size;
    char name[2 * CASE_NAME_BYTES + 1];
    char previous[40];
    char states[96] = "";
    char detail[6144];
    char all[6400];

    (void)sodium_bin2hex(name, sizeof name, row->name, sizeof row->name);
    name_previous(previous, sizeof previous, db, row->number);
    if (entry->from != entry->to) {
        (void)snprintf(states, sizeof states, ",\"from\":\"%s\",\"to\":\"%s\"",
                       case_state_text(entry->from),
                       case_state_text(entry->to));
    }
    (void)snprintf(detail, sizeof detail, "\"action\":\"%s\"%s%s",
                   entry->action, states, entry->rest);
    (void)snprintf(all, sizeof all, ",\"case\":\"%s\"%s,%s", name, previous,
                   detail);
    cases_log(cases, db, who, entry->type, all, now);
    (void)snprintf(all, sizeof all, "{%s}", detail);
    (void)db_run(db, ADD_TIMELINE,
                 DB_VALUES(DB_INT(row->number), DB_INT(number), DB_INT(now),
                           who->number != 0 ? DB_INT(who->number) : DB_NULL,
                           DB_TEXT(entry->type), DB_TEXT(all)));
}

void cases_stand(struct db *db, const char *queue, enum case_state state,
                 bool more)
{
    (void)db_run(db, more ? ADD_STANDING : TAKE_STANDING,
                 DB_VALUES(DB_TEXT(queue), DB_INT(state)));
}

void case_step(struct cases *cases, struct db *db, const struct actor *who,
               struct case_row *row, enum case_action action, const char *type,
               const char *what, const char *rest, uint64_t now)
{
    struct case_entry entry = {
        .type = type, .action = what, .rest = rest, .from = row->state};

    if (!case_next(&entry.to, row->state, action)) {
        abort(); /* the caller asked case_can() */
    }
    if (entry.to != row->state) {
        cases_stand(db, row->queue, row->state, false);
        cases_stand(db, row->queue, entry.to, true);
        (void)db_run(db, SET_CASE_STATE,
                     DB_VALUES(DB_INT(row->number), DB_INT(entry.to)));
        row->state = entry.to;
    }
    case_log(cases, db, who, row, &entry, now);
}
