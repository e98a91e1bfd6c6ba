/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From JSON to a book. Policies come before templates, which name them; the
 * rest could be in any order. The first thing that is wrong ends it: a person
 * mends one after the other, and each is told with its path.
 */
#include "book_parts.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 1

/* The id and the title that everything has. */
int book_read_heading(const char **id, const char **title,
                      const struct book *book, enum book_kind kind,
                      const struct strict *at, const json_t *object)
{
    const char *own = NULL;
    int error = strict_id(&own, at, object, "id");

    if (error == FRANK_OK && book_has(book, kind, own)) {
        error = strict_twice(at, "id", own);
    }
    if (error == FRANK_OK) {
        error = strict_words(title, at, object, "title", BOOK_TITLE_MAX_BYTES,
                             WORDING_LINE);
    }
    *id = own;
    return error;
}

static int read_grave(struct book *book, const struct strict *at)
{
    const json_t *list = NULL;
    int error = strict_array(&list, at, book->root, "grave", 0, OUTCOME_COUNT);

    for (size_t i = 0; error == FRANK_OK && i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        enum outcome outcome = OUTCOME_NO_ACTION;

        if (text == NULL || !outcome_from_text(&outcome, text)) {
            error = strict_refuse(at, FRANK_ERR_VALUE, "grave",
                                  "must be a list of outcomes: no_action, "
                                  "warn, restrict, suspend, escalate");
        } else if (book->grave[outcome]) {
            error = strict_twice(at, "grave", text);
        }
        book->grave[outcome] = true;
    }
    return error;
}

static int read_share(struct book *book, const struct strict *at)
{
    const json_t *share = json_object_get(book->root, "second_look_share");
    double value = json_number_value(share);

    if (share == NULL) {
        return strict_refuse(at, FRANK_ERR_MISSING, "second_look_share",
                             "is missing");
    }
    if (!json_is_number(share) || !(value >= 0 && value <= 1)) {
        return strict_refuse(at, FRANK_ERR_VALUE, "second_look_share",
                             "must be a number of 0 to 1");
    }
    book->second_look_share = value;
    return FRANK_OK;
}

static int read_version(const struct book *book, const struct strict *at)
{
    uint32_t version = 0;
    int error = strict_number(&version, at, book->root, "version", 0);

    if (error == FRANK_OK && version != VERSION) {
        error = strict_refuse(at, FRANK_ERR_VALUE, "version",
                              "must be %d, the one that is known", VERSION);
    }
    return error;
}

static int read_all(struct book *book, struct strict *at)
{
    static const char *const members[] = {
        "version",           "queues", "policies", "grave", "templates",
        "second_look_share", NULL};
    int error = strict_object(at, book->root, members);

    if (error == FRANK_OK) {
        error = read_version(book, at);
    }
    if (error == FRANK_OK) {
        error = book_read_queues(book, at);
    }
    if (error == FRANK_OK) {
        error = book_read_policies(book, at);
    }
    if (error == FRANK_OK) {
        error = read_grave(book, at);
    }
    if (error == FRANK_OK) {
        error = book_read_templates(book, at);
    }
    if (error == FRANK_OK) {
        error = read_share(book, at);
    }
    return error;
}

static int load(json_t **out, const struct strict *at, const char *text,
                size_t len)
{
    char quote[STRICT_QUOTE_BYTES];
    json_error_t where;

    if (len > BOOK_MAX_BYTES) {
        (void)strict_refuse(at, FRANK_ERR_LIMIT, "",
                            "has %zu bytes; %d are possible", len,
                            BOOK_MAX_BYTES);
        return wire_fault(at->fault, FRANK_ERR_LIMIT, "book", 0, len,
                          BOOK_MAX_BYTES);
    }
    *out = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    if (*out != NULL) {
        return FRANK_OK;
    }
    (void)strict_refuse(at, FRANK_ERR_JSON, "",
                        "line %d, column %d: no JSON: %s", where.line,
                        where.column, strict_quote(quote, where.text));
    return wire_fault(at->fault, FRANK_ERR_JSON, "book",
                      where.position > 0 ? (size_t)where.position : 0, 0, 0);
}

int book_read(struct book **out, const char *text, size_t len,
              struct book_error *error, struct frank_fault *fault)
{
    struct strict at = {error, fault, ""};
    struct book *book = calloc(1, sizeof *book);
    int result;

    if (book == NULL) {
        return strict_refuse(&at, FRANK_ERR_MEMORY, "book", "out of memory");
    }
    result = load(&book->root, &at, text, len);
    if (result == FRANK_OK) {
        result = read_all(book, &at);
    }
    if (result != FRANK_OK) {
        book_free(book);
        return result;
    }
    *out = book;
    return FRANK_OK;
}
