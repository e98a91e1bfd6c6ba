/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_inside.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)
/* Of a database that nobody goes back to: what is not written yet stays small.
 */
#define ENTRIES_A_COMMIT UINT64_C(65536)

const struct rules_limits rules_limits_standard = {
    .take_over = DAY,
    .appeal = 183 * DAY,
    .purge = 2 * DAY,
    .hub_retain = 200 * DAY,
    .clock = 300000,
    .refusal_gap = 26 * HOUR,
    .grave = 1u << OUTCOME_SUSPEND | 1u << OUTCOME_ESCALATE,
};

/* ---- Words -----------------------------------------------------------------
 */

const char *rules_say_time(char out[static RULES_WORDS_BYTES], uint64_t time)
{
    time_t seconds = (time_t)(time / 1000);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(out, RULES_WORDS_BYTES, "%Y-%m-%d %H:%M:%S UTC", &parts) ==
            0) {
        (void)snprintf(out, RULES_WORDS_BYTES, "%" PRIu64 " ms", time);
    }
    return out;
}

const char *rules_say_span(char out[static RULES_WORDS_BYTES], uint64_t ms)
{
    static const struct {
        uint64_t from;
        uint64_t unit;
        const char *name;
    } units[] = {{3 * DAY, DAY, "days"},
                 {2 * HOUR, HOUR, "h"},
                 {120000, 60000, "min"},
                 {2000, 1000, "s"},
                 {0, 1, "ms"}};
    size_t i = 0;

    while (ms < units[i].from) {
        i++;
    }
    (void)snprintf(out, RULES_WORDS_BYTES, "%" PRIu64 " %s", ms / units[i].unit,
                   units[i].name);
    return out;
}

/* ---- Findings --------------------------------------------------------------
 */

static void put_finding(struct rules *r, enum rules_name rule,
                        const struct rules_place *place, const char *format,
                        va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void put_finding(struct rules *r, enum rules_name rule,
                        const struct rules_place *place, const char *format,
                        va_list arguments)
{
    char text[RULES_TEXT_BYTES];

    (void)vsnprintf(text, sizeof text, format, arguments);
    r->found[rule]++;
    r->total++;
    (void)db_run(r->db, R_ADD_FINDING,
                 DB_VALUES(DB_TEXT(rules_table[rule].name), DB_INT(place->log),
                           DB_INT(place->index), DB_INT(place->time),
                           place->in_case != NULL
                               ? DB_BLOB(place->in_case, CASE_NAME_BYTES)
                               : DB_NULL,
                           place->report != NULL
                               ? DB_BLOB(place->report, FRANK_DIGEST_BYTES)
                               : DB_NULL,
                           DB_TEXT(text)));
}

void rules_find_at(struct rules *rules, enum rules_name rule,
                   const struct rules_place *place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    put_finding(rules, rule, place, format, arguments);
    va_end(arguments);
}

void rules_find(struct rules *rules, enum rules_name rule,
                const struct rules_event *event, const char *format, ...)
{
    const struct rules_entry *e = event->entry;
    const struct rules_place place = {e->log, e->index, e->time,
                                      e->has_case ? e->in_case : NULL,
                                      e->has_report ? e->report : NULL};
    va_list arguments;

    va_start(arguments, format);
    put_finding(rules, rule, &place, format, arguments);
    va_end(arguments);
}

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

static void copy_hex(char *out, size_t len, struct frank_span from)
{
    out[0] = '\0';
    if (from.len == len) {
        (void)sodium_bin2hex(out, 2 * len + 1, from.data, len);
    }
}

static const char *rule_named(struct frank_span name)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (strlen(rules_table[i].name) == name.len &&
            memcmp(rules_table[i].name, name.data, name.len) == 0) {
            return rules_table[i].name;
        }
    }
    return "";
}

void rules_each(struct rules *rules, rules_visit *visit, void *context)
{
    const size_t s = R_FINDINGS;
    struct db *db = rules->db;
    bool more = db_row(db, s, NULL, 0);

    while (more) {
        struct rules_finding f = {
            .rule = rule_named(db_blob(db, s, 1)),
            .log = (enum rules_log)(db_int(db, s, 2) % RULES_LOGS),
            .index = db_int(db, s, 3),
            .time = db_int(db, s, 4),
            .earlier = db_int(db, s, 0) <= rules->before,
        };

        copy_hex(f.in_case, CASE_NAME_BYTES, db_blob(db, s, 5));
        copy_hex(f.report, FRANK_DIGEST_BYTES, db_blob(db, s, 6));
        copy_text(f.text, sizeof f.text, db_blob(db, s, 7));
        if (!visit(context, &f)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

size_t rules_count(void)
{
    return RULE_COUNT;
}

struct rules_result rules_result(struct rules *rules, size_t rule)
{
    struct rules_result result = {rules_table[rule].name,
                                  rules_table[rule].sentence,
                                  rules->looked[rule], rules->found[rule], 0};

    if (db_row(rules->db, R_FINDINGS_BEFORE,
               DB_VALUES(DB_TEXT(rules_table[rule].name),
                         DB_INT(rules->before)))) {
        result.earlier = db_int(rules->db, R_FINDINGS_BEFORE, 0);
        db_done(rules->db, R_FINDINGS_BEFORE);
    }
    return result;
}

uint64_t rules_findings(const struct rules *rules)
{
    return rules->total;
}

uint64_t rules_receipts(const struct rules *rules)
{
    return rules->receipts;
}

struct rules_part rules_part(const struct rules *rules, enum rules_log log)
{
    const struct rules_log_state *l = &rules->logs[log];

    return (struct rules_part){l->from, l->next, l->first_time, l->newest};
}

/* ---- An entry --------------------------------------------------------------
 */

/* With what was seen of everything that it names. */
static void load_event(struct rules *r, struct rules_event *event,
                       struct seen_case *c, struct seen_report *p)
{
    const struct rules_entry *e = event->entry;

    if (e->by[0] != '\0') {
        seen_person_load(&event->by, r, e->by);
    }
    if (strcmp(e->account, e->by) == 0) {
        event->account = event->by;
    } else if (e->account[0] != '\0') {
        seen_person_load(&event->account, r, e->account);
    }
    if (e->has_report) {
        seen_report_load(p, r, e->report);
        event->report = p;
    }
    if (e->has_case) {
        seen_case_load(c, r, e->in_case);
        event->in_case = c;
    } else if (e->log == RULES_MOD && e->has_report &&
               (p->flags & REPORT_SEEN_TAKEN) != 0) {
        seen_case_load(c, r, p->in_case);
        event->in_case = c;
    }
}

static void look(struct rules *r, const struct rules_event *event)
{
    for (unsigned i = 0; i < RULE_COUNT; i++) {
        if (IN_KINDS(event->entry, rules_table[i].kinds)) {
            r->looked[i]++;
            rules_table[i].look(r, event);
        }
    }
}

static void count_entry(struct rules *r, const struct rules_entry *entry)
{
    struct rules_log_state *log = &r->logs[entry->log];

    log->next = entry->index + 1;
    if (entry->usable) {
        log->newest = entry->time > log->newest ? entry->time : log->newest;
        log->first_time = log->first_time == 0 ? entry->time : log->first_time;
        r->receipts += entry->has_receipt;
    }
    r->entries++;
    if (r->is_fresh && r->entries % ENTRIES_A_COMMIT == 0) {
        if (rules_store_commit(r) == FRANK_OK) {
            db_begin(r->db);
        }
    }
}

/* What cannot be read is passed over, but is a link of its case's chain. */
static void pass_over(struct rules *r, const struct rules_event *event)
{
    const struct rules_entry *entry = event->entry;
    struct seen_case c;

    r->looked[RULE_KNOWN_FORMAT]++;
    rule_known_format(r, event);
    if (entry->log == RULES_MOD && entry->has_case) {
        seen_case_load(&c, r, entry->in_case);
        if (!c.is_new) {
            c.last = entry->index;
            seen_case_save(r, &c);
        }
    }
}

static void take(void *context, const struct rules_entry *entry)
{
    struct rules *r = context;
    struct rules_event event = {.entry = entry};
    struct seen_report report = {.changed = false};
    struct seen_case in_case = {.changed = false};

    if (!entry->usable) {
        pass_over(r, &event);
        count_entry(r, entry);
        return;
    }
    load_event(r, &event, &in_case, &report);
    look(r, &event);
    rules_tally(r, &event);
    rules_apply(r, &event);
    if (event.report != NULL && report.changed) {
        seen_report_save(r, &report);
    }
    if (event.in_case != NULL &&
        (in_case.changed || entry->what == SAYS_PURGED_REPORT)) {
        seen_case_save(r, &in_case);
    }
    count_entry(r, entry);
}

/* ---- A run -----------------------------------------------------------------
 */

int rules_open(struct rules **out, const struct rules_settings *settings,
               char trouble[static RULES_TROUBLE_BYTES])
{
    struct rules *r = calloc(1, sizeof *r);
    int error;

    (void)snprintf(trouble, RULES_TROUBLE_BYTES, "out of memory");
    if (r == NULL) {
        return FRANK_ERR_MEMORY;
    }
    r->settings = settings;
    r->limits = settings->limits;
    r->looked = calloc(RULE_COUNT, sizeof *r->looked);
    r->found = calloc(RULE_COUNT, sizeof *r->found);
    error = r->looked == NULL || r->found == NULL
                ? FRANK_ERR_MEMORY
                : rules_pool_open(&r->pool, settings->threads,
                                  &settings->quorums, take, r);
    if (error == FRANK_OK) {
        error = rules_store_open(r, trouble);
    }
    if (error != FRANK_OK) {
        rules_close(r);
        return error;
    }
    r->fed[RULES_HUB] = r->logs[RULES_HUB].next;
    r->fed[RULES_MOD] = r->logs[RULES_MOD].next;
    *out = r; /* transferred */
    return FRANK_OK;
}

void rules_close(struct rules *rules)
{
    if (rules != NULL) {
        rules_pool_close(rules->pool);
        rules_store_close(rules);
        free(rules->looked);
        free(rules->found);
        free(rules);
    }
}

uint64_t rules_next(const struct rules *rules, enum rules_log log)
{
    return rules->fed[log];
}

const char *rules_trouble(const struct rules *rules)
{
    return rules->trouble;
}

static int check_db(struct rules *r)
{
    if (!db_ok(r->db)) {
        if (r->trouble[0] == '\0') {
            (void)snprintf(r->trouble, sizeof r->trouble, "database: %s",
                           db_trouble(r->db)->text);
        }
        return FRANK_ERR_FILE;
    }
    return FRANK_OK;
}

int rules_entry(struct rules *rules, enum rules_log log, uint64_t index,
                struct frank_span text)
{
    if (index != rules->fed[log] || text.len > LEDGER_ENTRY_MAX_BYTES) {
        return FRANK_ERR_ARGUMENT;
    }
    rules->fed[log]++;
    rules_pool_add(rules->pool, log, index, text);
    return check_db(rules);
}

int rules_end(struct rules *rules, uint64_t end)
{
    uint64_t hub;
    uint64_t mod;

    rules_pool_drain(rules->pool);
    hub = rules->logs[RULES_HUB].newest;
    mod = rules->logs[RULES_MOD].newest;
    rules_overdue(rules, end != 0 ? end : hub > mod ? hub : mod);
    rules_tally_flush(rules);
    return check_db(rules);
}

int rules_commit(struct rules *rules)
{
    return rules_store_keep(rules);
}
