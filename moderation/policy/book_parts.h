/* SPDX-License-Identifier: Apache-2.0 */
/* What a book is made of; for the files that are book_* alone. Texts are those
 * of the JSON, which is kept. */
#ifndef MODERATION_POLICY_BOOK_PARTS_H
#define MODERATION_POLICY_BOOK_PARTS_H

#include "strict.h"

#include <jansson.h>

#define BOOK_REASONS 256

/* A condition that is not there holds for all. */
struct book_rule {
    bool has_reasons;
    bool reasons[BOOK_REASONS]; /* by code */
    bool has_source;
    enum book_source source;
    bool has_reporter;
    enum book_reporter reporter;
    uint32_t min_priority;
    uint32_t min_reporters;
    bool has_first_contact;
    bool first_contact;
};

struct book {
    json_t *root;
    size_t queue_count;
    size_t policy_count;
    size_t template_count;
    struct book_queue queues[BOOK_QUEUES_MAX];
    struct book_rule rules[BOOK_QUEUES_MAX]; /* of the queue of that index */
    struct book_policy policies[BOOK_POLICIES_MAX];
    struct book_template templates[BOOK_TEMPLATES_MAX];
    bool grave[OUTCOME_COUNT];
    double second_look_share;
};

/* Names of enum book_severity, closed by NULL. */
extern const char *const book_severities[];

/* ---- Reading ------------------------------------------------------------- */

/* The id, which no other of its kind in the book has, and the title. */
FRANK_MUST_CHECK int book_read_heading(const char **id, const char **title,
                                       const struct book *book,
                                       enum book_kind kind,
                                       const struct strict *at,
                                       const json_t *object);

FRANK_MUST_CHECK int book_read_queues(struct book *book, struct strict *at);
FRANK_MUST_CHECK int book_read_policies(struct book *book, struct strict *at);
/* After the policies, which they name. */
FRANK_MUST_CHECK int book_read_templates(struct book *book, struct strict *at);

#endif
