/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the policies of a book. */
#include "book_parts.h"

static int read_policies(struct book *book, struct strict *at,
                         const json_t *object, const char *member,
                         const struct book_policy *parent);

static int read_retired(struct book_policy *policy, const struct strict *at,
                        const json_t *object)
{
    bool own = false;
    int error = json_object_get(object, "retired") == NULL
                    ? FRANK_OK
                    : strict_flag(&own, at, object, "retired");

    policy->retired =
        own || (policy->parent != NULL && policy->parent->retired);
    return error;
}

static int read_policy_words(struct book_policy *policy,
                             const struct book *book, const struct strict *at,
                             const json_t *object)
{
    unsigned severity = 0;
    int error = book_read_heading(&policy->id, &policy->title, book,
                                  BOOK_POLICY, at, object);

    if (error == FRANK_OK) {
        error = strict_words(&policy->text, at, object, "text",
                             BOOK_TEXT_MAX_BYTES, WORDING_LINES);
    }
    if (error == FRANK_OK) {
        error =
            strict_choice(&severity, at, object, "severity", book_severities);
    }
    policy->severity = (enum book_severity)severity;
    return error;
}

static int read_policy(struct book *book, struct strict *at,
                       const json_t *object, const struct book_policy *parent)
{
    static const char *const members[] = {
        "id", "title", "text", "severity", "retired", "children", NULL};
    struct book_policy *policy = &book->policies[book->policy_count];
    int error;

    if (book->policy_count == BOOK_POLICIES_MAX) {
        return strict_refuse(at, FRANK_ERR_LIMIT, "",
                             "is one policy too many; %d are possible",
                             BOOK_POLICIES_MAX);
    }
    policy->parent = parent;
    policy->depth = parent == NULL ? 0 : parent->depth + 1;
    if (policy->depth == BOOK_DEPTH_MAX) {
        return strict_refuse(at, FRANK_ERR_DEPTH, "",
                             "is too deep; %d levels are possible",
                             BOOK_DEPTH_MAX);
    }
    error = strict_object(at, object, members);
    if (error == FRANK_OK) {
        error = read_policy_words(policy, book, at, object);
    }
    if (error == FRANK_OK) {
        error = read_retired(policy, at, object);
    }
    if (error == FRANK_OK) {
        book->policy_count++;
    }
    if (error == FRANK_OK && json_object_get(object, "children") != NULL) {
        error = read_policies(book, at, object, "children", policy);
    }
    return error;
}

static int read_policies(struct book *book, struct strict *at,
                         const json_t *object, const char *member,
                         const struct book_policy *parent)
{
    const json_t *list = NULL;
    int error = strict_array(&list, at, object, member, parent == NULL ? 1 : 0,
                             BOOK_POLICIES_MAX);

    for (size_t i = 0; error == FRANK_OK && i < json_array_size(list); i++) {
        size_t mark = strict_enter(at, member, i);

        error = read_policy(book, at, json_array_get(list, i), parent);
        strict_leave(at, mark);
    }
    return error;
}

int book_read_policies(struct book *book, struct strict *at)
{
    return read_policies(book, at, book->root, "policies", NULL);
}
