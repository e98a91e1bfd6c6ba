/* SPDX-License-Identifier: Apache-2.0 */
/* What the entries that a bundle shows of a log say, and whether they are about
 * its case. */
#include "bundle_inner.h"

#include "key_json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_HEX_BYTES ((size_t)2 * FRANK_DIGEST_BYTES)

/* ---- The entries --------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

/* The two states of a step; false: they are none. */
static bool read_step(struct bundle_line *line)
{
    const json_t *from = json_object_get(line->json, "from");
    const json_t *to = json_object_get(line->json, "to");

    /* A notice says whom it is "to", reports_refused "from" which time. */
    if (!line->of_case || from == NULL) {
        return true;
    }
    line->steps = true;
    return json_is_string(from) && json_is_string(to) &&
           case_state_named(&line->from, json_string_value(from)) &&
           case_state_named(&line->to, json_string_value(to));
}

/* The longest of a case has 14 members and 32 holders. */
#define MARKS_MAX 96
#define CONTAINERS_MAX 3

bool bundle_line_is_plain(struct frank_span entry)
{
    size_t marks = 0;
    size_t containers = 0;

    for (size_t i = 0; i < entry.len && i < BUNDLE_LINE_MAX_BYTES; i++) {
        uint8_t byte = entry.data[i];

        if (byte == '\\') {
            return false;
        }
        containers += byte == '{' || byte == '[';
        marks += byte == ',' || byte == ':';
    }
    return entry.len <= BUNDLE_LINE_MAX_BYTES && marks <= MARKS_MAX &&
           containers <= CONTAINERS_MAX;
}

void bundle_read_line(struct bundle_check *c, struct bundle_line *line,
                      const char *by)
{
    struct frank_span text = line->entry->entry;
    char case_hex[2 * BUNDLE_CASE_BYTES + 1];
    json_t *json = NULL;
    bool good =
        bundle_line_is_plain(text) &&
        key_json_load(&json, (const char *)text.data, text.len,
                      BUNDLE_ENTRY_MAX_BYTES, "entry", NULL) == FRANK_OK &&
        json_is_string(json_object_get(json, "type")) &&
        json_is_integer(json_object_get(json, "time")) &&
        json_integer_value(json_object_get(json, "time")) >= 0;

    (void)sodium_bin2hex(case_hex, sizeof case_hex, c->bundle->case_name,
                         sizeof c->bundle->case_name);
    if (good) {
        line->json = json;
        line->type = text_of(json, "type");
        line->action = text_of(json, "action");
        line->by = text_of(json, "by");
        line->time =
            (uint64_t)json_integer_value(json_object_get(json, "time"));
        line->of_case = strcmp(text_of(json, "case"), case_hex) == 0;
        good = read_step(line);
    } else {
        json_decref(json);
    }
    if (!good) {
        bundle_refuse(c, "entry", "Entry %llu of %s cannot be read.",
                      (unsigned long long)line->entry->index, by);
    }
}

bool bundle_make_lines(struct bundle_check *c, struct bundle_trail *trail,
                       const struct bundle_log *log)
{
    trail->lines = calloc(log->count + 1, sizeof *trail->lines);
    if (trail->lines == NULL) {
        c->exhausted = true;
        return false;
    }
    trail->count = log->count;
    for (size_t i = 0; i < log->count; i++) {
        trail->lines[i] = (struct bundle_line){.entry = &log->entries[i],
                                               .type = "",
                                               .action = "",
                                               .by = "",
                                               .report = SIZE_MAX};
    }
    return true;
}

/* ---- Whose they are ------------------------------------------------------ */

/* The case's reports: those that its own entries name, with their place in the
 * bundle where they are there. */
static void collect_names(struct bundle_check *c)
{
    c->names = json_object();
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];
        const char *name = bundle_line_text(line, "report");

        if (line->of_case && strlen(name) == REPORT_HEX_BYTES &&
            json_object_set_new(c->names, name, json_integer(-1)) != 0) {
            c->exhausted = true;
        }
    }
    for (size_t i = 0; i < c->bundle->report_count; i++) {
        char name[REPORT_HEX_BYTES + 1];
        json_t *known;

        (void)sodium_bin2hex(name, sizeof name, c->reports[i].name,
                             sizeof c->reports[i].name);
        known = json_object_get(c->names, name);
        if (known != NULL && json_integer_value(known) >= 0) {
            bundle_refuse(c, "name", "Report %zu is in the bundle twice.", i);
        } else if (known != NULL) {
            (void)json_integer_set(known, (json_int_t)i);
        }
    }
}

/* Which report a line is about; false: of none that belongs to the case. */
static bool set_report(struct bundle_check *c, struct bundle_line *line)
{
    const json_t *known =
        json_object_get(c->names, bundle_line_text(line, "report"));

    if (known != NULL && json_integer_value(known) >= 0) {
        line->report = (size_t)json_integer_value(known);
    }
    return known != NULL;
}

static bool is_of_moderation(struct bundle_check *c, struct bundle_line *line)
{
    bool named = set_report(c, line);

    return line->of_case || (json_object_get(line->json, "case") == NULL &&
                             (strcmp(line->type, "quorum_key") == 0 ||
                              (named && (strcmp(line->type, "purge") == 0 ||
                                         strcmp(line->type, "notice") == 0))));
}

static bool is_of_hub(struct bundle_check *c, struct bundle_line *line)
{
    bool named = set_report(c, line);

    return named && (strcmp(line->type, "report_received") == 0 ||
                     strcmp(line->type, "report_taken_over") == 0 ||
                     strcmp(line->type, "purge") == 0);
}

static void check_lines(struct bundle_check *c, struct bundle_trail *trail,
                        const char *by, bool of_hub)
{
    for (size_t i = 0; i < trail->count; i++) {
        struct bundle_line *line = &trail->lines[i];

        if (line->json != NULL &&
            !(of_hub ? is_of_hub(c, line) : is_of_moderation(c, line))) {
            bundle_refuse(c, "entry",
                          "Entry %llu of %s is not about this case.",
                          (unsigned long long)line->entry->index, by);
        }
    }
}

void bundle_check_lines(struct bundle_check *c)
{
    collect_names(c);
    check_lines(c, &c->moderation, BY_LOG, false);
    check_lines(c, &c->hub_log, BY_HUB_LOG, true);
}
