/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the templates of a book. */
#include "blanks.h"
#include "book_parts.h"
#include "wire.h"

#include <ctype.h>
#include <string.h>

/* The form of BCP 47: parts of 1 to 8 letters and digits, the first of 2 to 8
 * letters. Whether there is such a language is not looked up. */
static bool is_language(const char *text)
{
    size_t first = strcspn(text, "-");
    size_t part = 0;

    if (first < 2 || first > 8 || strlen(text) > 35) {
        return false;
    }
    for (size_t i = 0; text[i] != '\0'; i++) {
        part = text[i] == '-' ? 0 : part + 1;
        if (part > 8 || (text[i] == '-' && strchr("-", text[i + 1]) != NULL) ||
            (text[i] != '-' && !isascii(text[i])) ||
            (text[i] != '-' && !isalnum(text[i])) ||
            (i < first && !isalpha(text[i]))) {
            return false;
        }
    }
    return true;
}

static int read_language(struct book_template *template,
                         const struct strict *at, const json_t *object)
{
    int error = strict_string(&template->language, at, object, "language");

    if (error == FRANK_OK && !is_language(template->language)) {
        error = strict_refuse(at, FRANK_ERR_VALUE, "language",
                              "must be a language tag, as \"en\" or \"pt-BR\"");
    }
    return error;
}

/* The blanks that are declared. */
static int read_declared(struct book_template *template,
                         const struct strict *at, const json_t *blanks)
{
    char quote[STRICT_QUOTE_BYTES];
    struct strict inside = *at;
    const char *name;
    json_t *title;
    int error;

    strict_enter_member(&inside, "blanks");
    json_object_foreach((json_t *)blanks, name, title)
    {
        struct book_blank *blank = &template->blanks[template->blank_count];

        if (template->blank_count == BOOK_BLANKS_MAX) {
            return strict_refuse(at, FRANK_ERR_LIMIT, "blanks",
                                 "are too many; %d are possible",
                                 BOOK_BLANKS_MAX);
        }
        if (!blanks_is_name(name, strlen(name))) {
            return strict_refuse(at, FRANK_ERR_VALUE, "blanks",
                                 "\"%s\" must be 1 to %d of a-z and \"_\"",
                                 strict_quote(quote, name),
                                 BLANKS_NAME_MAX_BYTES);
        }
        error = strict_words(&blank->title, &inside, blanks, name,
                             BOOK_TITLE_MAX_BYTES, WORDING_LINE);
        if (error != FRANK_OK) {
            /* the name will be gone, the fault's field must stay */
            return wire_fault(at->fault, error, "blanks", 0, 0, 0);
        }
        blank->name = name;
        template->blank_count++;
    }
    return FRANK_OK;
}

/* Each blank of the text is declared; used tells which were met. */
static int read_used(bool used[static BOOK_BLANKS_MAX],
                     const struct book_template *template,
                     const struct strict *at)
{
    struct blanks_piece piece = {.len = 1};
    const char *text = template->text;

    while (piece.len > 0) {
        size_t i = 0;

        if (!blanks_next(&piece, &text)) {
            return strict_refuse(at, FRANK_ERR_VALUE, "text",
                                 "has a brace at byte %zu that is not of a "
                                 "blank, as {name}; write it twice",
                                 (size_t)(text - template->text));
        }
        while (i < template->blank_count &&
               !blanks_is(&piece, template->blanks[i].name)) {
            i++;
        }
        if (piece.is_blank && i == template->blank_count) {
            return strict_refuse(at, FRANK_ERR_VALUE, "text",
                                 "has a blank {%.*s} that is not in \"blanks\"",
                                 (int)piece.len, piece.at);
        }
        if (piece.is_blank) {
            used[i] = true;
        }
    }
    return FRANK_OK;
}

static int read_blanks(struct book_template *template, const struct strict *at,
                       const json_t *object)
{
    const json_t *blanks = json_object_get(object, "blanks");
    bool used[BOOK_BLANKS_MAX] = {false};
    int error = FRANK_OK;

    if (blanks != NULL && !json_is_object(blanks)) {
        return strict_refuse(at, FRANK_ERR_VALUE, "blanks",
                             "must be an object");
    }
    error = read_declared(template, at, blanks);
    if (error == FRANK_OK) {
        error = read_used(used, template, at);
    }
    for (size_t i = 0; error == FRANK_OK && i < template->blank_count; i++) {
        if (!used[i]) {
            error = strict_refuse(at, FRANK_ERR_VALUE, "blanks",
                                  "\"%s\" is not in the text",
                                  template->blanks[i].name);
        }
    }
    return error;
}

/* What the template is for. */
static int read_aim(struct book_template *template, const struct book *book,
                    const struct strict *at, const json_t *object)
{
    unsigned outcome = 0;
    const char *id = NULL;
    int error = strict_choice(&outcome, at, object, "outcome", outcome_names);

    template->outcome = (enum outcome)outcome;
    if (error != FRANK_OK || json_object_get(object, "policy") == NULL) {
        return error;
    }
    error = strict_id(&id, at, object, "policy");
    if (error == FRANK_OK) {
        template->policy = book_policy(book, id);
    }
    if (error == FRANK_OK && template->policy == NULL) {
        error = strict_refuse(at, FRANK_ERR_VALUE, "policy",
                              "there is no policy \"%s\"", id);
    }
    return error;
}

static int read_template(struct book *book, const struct strict *at,
                         const json_t *object)
{
    static const char *const members[] = {
        "id", "title", "policy", "outcome", "language", "text", "blanks", NULL};
    struct book_template *template = &book->templates[book->template_count];
    int error = strict_object(at, object, members);

    if (error == FRANK_OK) {
        error = book_read_heading(&template->id, &template->title, book,
                                  BOOK_TEMPLATE, at, object);
    }
    if (error == FRANK_OK) {
        error = read_aim(template, book, at, object);
    }
    if (error == FRANK_OK) {
        error = read_language(template, at, object);
    }
    if (error == FRANK_OK) {
        error = strict_words(&template->text, at, object, "text",
                             BOOK_TEXT_MAX_BYTES, WORDING_LINES);
    }
    if (error == FRANK_OK) {
        error = read_blanks(template, at, object);
    }
    if (error == FRANK_OK) {
        book->template_count++;
    }
    return error;
}

int book_read_templates(struct book *book, struct strict *at)
{
    const json_t *list = NULL;
    int error =
        strict_array(&list, at, book->root, "templates", 0, BOOK_TEMPLATES_MAX);

    for (size_t i = 0; error == FRANK_OK && i < json_array_size(list); i++) {
        size_t mark = strict_enter(at, "templates", i);

        error = read_template(book, at, json_array_get(list, i));
        strict_leave(at, mark);
    }
    return error;
}
