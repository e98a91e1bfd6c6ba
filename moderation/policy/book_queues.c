/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the queues of a book. */
#include "book_parts.h"

static const char *const queue_members[] = {
    "id",           "title",         "reasons",       "source", "reporter",
    "min_priority", "min_reporters", "first_contact", NULL};
#define QUEUE_HEADING 2

static int read_reason(struct book_rule *rule, const struct strict *at,
                       const json_t *name)
{
    const char *text = json_string_value(name);
    const struct frank_reason *reason =
        text == NULL ? NULL : frank_reason_named(text);
    char quote[STRICT_QUOTE_BYTES];

    if (text == NULL) {
        return strict_refuse(at, FRANK_ERR_VALUE, "reasons",
                             "must be a list of strings");
    }
    if (reason == NULL) {
        return strict_refuse(at, FRANK_ERR_VALUE, "reasons",
                             "\"%s\" is no reason of docs/REASONS.md",
                             strict_quote(quote, text));
    }
    if (rule->reasons[reason->code]) {
        return strict_twice(at, "reasons", text);
    }
    rule->reasons[reason->code] = true;
    return FRANK_OK;
}

static int read_reasons(struct book_rule *rule, const struct strict *at,
                        const json_t *object)
{
    const json_t *names = NULL;
    int error = strict_array(&names, at, object, "reasons", 1, BOOK_REASONS);

    for (size_t i = 0; error == FRANK_OK && i < json_array_size(names); i++) {
        error = read_reason(rule, at, json_array_get(names, i));
    }
    return error;
}

/* Where the report comes from, and from whom. */
static int read_origin(struct book_rule *rule, const struct strict *at,
                       const json_t *object)
{
    static const char *const sources[] = {"sealed", "mimi", NULL};
    static const char *const reporters[] = {"anonymous", "named", "vouched",
                                            NULL};
    unsigned choice = 0;
    int error = FRANK_OK;

    rule->has_source = json_object_get(object, "source") != NULL;
    rule->has_reporter = json_object_get(object, "reporter") != NULL;
    if (rule->has_source) {
        error = strict_choice(&choice, at, object, "source", sources);
        rule->source = (enum book_source)choice;
    }
    if (error == FRANK_OK && rule->has_reporter) {
        error = strict_choice(&choice, at, object, "reporter", reporters);
        rule->reporter = (enum book_reporter)choice;
    }
    return error;
}

/* A least of 0 would be no condition, and may have been meant for one. */
static int read_least(uint32_t *out, const struct strict *at,
                      const json_t *object, const char *member)
{
    if (json_object_get(object, member) == NULL) {
        return FRANK_OK;
    }
    return strict_number(out, at, object, member, 1);
}

static int read_rule(struct book_rule *rule, const struct strict *at,
                     const json_t *object)
{
    int error = FRANK_OK;

    rule->has_reasons = json_object_get(object, "reasons") != NULL;
    rule->has_first_contact = json_object_get(object, "first_contact") != NULL;
    if (rule->has_reasons) {
        error = read_reasons(rule, at, object);
    }
    if (error == FRANK_OK) {
        error = read_origin(rule, at, object);
    }
    if (error == FRANK_OK) {
        error = read_least(&rule->min_priority, at, object, "min_priority");
    }
    if (error == FRANK_OK) {
        error = read_least(&rule->min_reporters, at, object, "min_reporters");
    }
    if (error == FRANK_OK && rule->has_first_contact) {
        error = strict_flag(&rule->first_contact, at, object, "first_contact");
    }
    return error;
}

static int read_queue(struct book *book, const struct strict *at,
                      const json_t *object, bool last)
{
    struct book_queue *queue = &book->queues[book->queue_count];
    struct book_rule *rule = &book->rules[book->queue_count];
    int error = strict_object(at, object, queue_members);
    bool open;

    if (error == FRANK_OK) {
        error = book_read_heading(&queue->id, &queue->title, book, BOOK_QUEUE,
                                  at, object);
    }
    if (error == FRANK_OK) {
        error = read_rule(rule, at, object);
    }
    if (error != FRANK_OK) {
        return error;
    }
    open = json_object_size(object) == QUEUE_HEADING;
    if (last && !open) {
        return strict_refuse(at, FRANK_ERR_VALUE, "",
                             "is the last queue and must take all reports, so "
                             "that it can have no conditions");
    }
    if (!last && open) {
        return strict_refuse(at, FRANK_ERR_VALUE, "",
                             "has no conditions: no report would come to the "
                             "queues after it");
    }
    book->queue_count++;
    return FRANK_OK;
}

int book_read_queues(struct book *book, struct strict *at)
{
    const json_t *queues = NULL;
    int error =
        strict_array(&queues, at, book->root, "queues", 1, BOOK_QUEUES_MAX);
    size_t count = json_array_size(queues);

    for (size_t i = 0; error == FRANK_OK && i < count; i++) {
        size_t mark = strict_enter(at, "queues", i);

        error = read_queue(book, at, json_array_get(queues, i), i + 1 == count);
        strict_leave(at, mark);
    }
    return error;
}
