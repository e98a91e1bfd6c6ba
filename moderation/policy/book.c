/* SPDX-License-Identifier: Apache-2.0 */
#include "book_parts.h"

#include <stdlib.h>
#include <string.h>

const char *const book_severities[] = {[SEVERITY_LOW] = "low",
                                       [SEVERITY_MODERATE] = "moderate",
                                       [SEVERITY_HIGH] = "high",
                                       [SEVERITY_GRAVE] = "grave",
                                       [SEVERITY_GRAVE + 1] = NULL};

void book_free(struct book *book)
{
    if (book != NULL) {
        json_decref(book->root);
        free(book);
    }
}

size_t book_queue_count(const struct book *book)
{
    return book->queue_count;
}

const struct book_queue *book_queue_at(const struct book *book, size_t index)
{
    return index < book->queue_count ? &book->queues[index] : NULL;
}

static bool holds(const struct book_rule *rule,
                  const struct book_report *report)
{
    return (!rule->has_reasons || rule->reasons[report->reason]) &&
           (!rule->has_source || rule->source == report->source) &&
           (!rule->has_reporter || rule->reporter == report->reporter) &&
           rule->min_priority <= report->priority &&
           rule->min_reporters <= report->reporters &&
           (!rule->has_first_contact ||
            rule->first_contact == report->first_contact);
}

size_t book_route(const struct book *book, const struct book_report *report)
{
    size_t i = 0;

    while (i + 1 < book->queue_count && !holds(&book->rules[i], report)) {
        i++;
    }
    return i;
}

const char *book_severity_text(enum book_severity severity)
{
    return book_severities[severity];
}

const struct book_policy *book_policy(const struct book *book, const char *id)
{
    for (size_t i = 0; i < book->policy_count; i++) {
        if (strcmp(book->policies[i].id, id) == 0) {
            return &book->policies[i];
        }
    }
    return NULL;
}

size_t book_policy_count(const struct book *book)
{
    return book->policy_count;
}

const struct book_policy *book_policy_at(const struct book *book, size_t index)
{
    return index < book->policy_count ? &book->policies[index] : NULL;
}

bool book_is_grave(const struct book *book, const struct book_policy *policy,
                   enum outcome outcome)
{
    return book->grave[outcome] ||
           (policy != NULL && policy->severity == SEVERITY_GRAVE &&
            outcome != OUTCOME_NO_ACTION);
}

double book_second_look_share(const struct book *book)
{
    return book->second_look_share;
}

const struct book_template *book_template(const struct book *book,
                                          const char *id)
{
    for (size_t i = 0; i < book->template_count; i++) {
        if (strcmp(book->templates[i].id, id) == 0) {
            return &book->templates[i];
        }
    }
    return NULL;
}

size_t book_template_count(const struct book *book)
{
    return book->template_count;
}

const struct book_template *book_template_at(const struct book *book,
                                             size_t index)
{
    return index < book->template_count ? &book->templates[index] : NULL;
}

bool book_template_fits(const struct book_template *template,
                        const struct book_policy *policy, enum outcome outcome)
{
    if (template->outcome != outcome) {
        return false;
    }
    if (template->policy == NULL) {
        return true;
    }
    while (policy != NULL && strcmp(policy->id, template->policy->id) != 0) {
        policy = policy->parent;
    }
    return policy != NULL;
}

static const char *id_at(const struct book *book, enum book_kind kind,
                         size_t index)
{
    if (kind == BOOK_QUEUE) {
        return index < book->queue_count ? book->queues[index].id : NULL;
    }
    if (kind == BOOK_POLICY) {
        return index < book->policy_count ? book->policies[index].id : NULL;
    }
    return index < book->template_count ? book->templates[index].id : NULL;
}

bool book_has(const struct book *book, enum book_kind kind, const char *id)
{
    const char *other = "";

    for (size_t i = 0; other != NULL; i++) {
        other = id_at(book, kind, i);
        if (other != NULL && strcmp(other, id) == 0) {
            return true;
        }
    }
    return false;
}

const char *book_lost(const struct book *old, const struct book *later,
                      enum book_kind kind, size_t *next)
{
    const char *id = id_at(old, kind, *next);

    while (id != NULL) {
        ++*next;
        if (!book_has(later, kind, id)) {
            break;
        }
        id = id_at(old, kind, *next);
    }
    return id;
}
