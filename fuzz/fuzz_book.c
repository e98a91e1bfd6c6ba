/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book: what is read holds what its header promises, what is refused is
 * told in printable ASCII. Other input is a statement, a zero, and a text that
 * was disclosed.
 */
#include "blanks.h"
#include "discreet.h"
#include "folded.h"
#include "fuzz.h"
#include "runs.h"
#include "template.h"
#include "utf8.h"

static void holds_queues(const struct book *book, const uint8_t *data)
{
    const struct book_report report = {.reason = data[0],
                                       .source = BOOK_MIMI,
                                       .reporter = BOOK_NAMED,
                                       .priority = data[0],
                                       .reporters = data[0]};

    HOLDS(book_queue_count(book) >= 1);
    HOLDS(book_queue_at(book, book_route(book, &report)) != NULL);
}

static void holds_policies(const struct book *book)
{
    size_t next = 0;

    HOLDS(book_policy_at(book, book_policy_count(book)) == NULL);
    for (size_t i = 0; i < book_policy_count(book); i++) {
        const struct book_policy *policy = book_policy_at(book, i);

        HOLDS(book_policy(book, policy->id) == policy);
        HOLDS(policy->depth < BOOK_DEPTH_MAX);
        HOLDS((policy->parent == NULL) == (policy->depth == 0));
        HOLDS(policy->parent == NULL || policy->parent < policy);
    }
    HOLDS(book_lost(book, book, BOOK_POLICY, &next) == NULL);
}

/* Each template can be filled, and braces in a value stay. */
static void holds_template(const struct book_template *template)
{
    struct template_value values[BOOK_BLANKS_MAX];
    struct frank_fault fault;
    char *text = NULL;
    int error;

    for (size_t i = 0; i < template->blank_count; i++) {
        HOLDS(blanks_is_name(template->blanks[i].name,
                             strlen(template->blanks[i].name)));
        values[i] = (struct template_value){template->blanks[i].name, "{a}}"};
    }
    error =
        template_fill(&text, template, values, template->blank_count, &fault);
    HOLDS(error == FRANK_OK || error == FRANK_ERR_LIMIT);
    if (error == FRANK_OK) {
        HOLDS(strlen(text) <= TEMPLATE_RESULT_MAX_BYTES);
        HOLDS(template->blank_count == 0 || strstr(text, "{a}}") != NULL);
    }
    free(text);
}

static void try_book(const uint8_t *data, size_t size)
{
    struct book_error why = {""};
    struct frank_fault fault;
    struct book *book = NULL;
    int error = book_read(&book, (const char *)data, size, &why, &fault);

    if (error != FRANK_OK) {
        HOLDS(book == NULL);
        holds_fault(error, &fault, size);
        HOLDS(memchr(why.text, '\0', sizeof why.text) != NULL);
        HOLDS(why.text[0] != '\0');
        for (size_t i = 0; why.text[i] != '\0'; i++) {
            HOLDS(why.text[i] >= ' ' && why.text[i] <= '~');
        }
        return;
    }
    holds_queues(book, data);
    holds_policies(book);
    for (size_t i = 0; i < book_template_count(book); i++) {
        holds_template(book_template_at(book, i));
    }
    book_free(book);
}

static bool simple_find(struct frank_span a, struct frank_span b)
{
    for (size_t i = 0; i + RUNS_BYTES <= a.len; i++) {
        if (memmem(b.data, b.len, a.data + i, RUNS_BYTES) != NULL) {
            return true;
        }
    }
    return false;
}

static void try_texts(const char *text, size_t len, struct frank_span other)
{
    static uint8_t folded[1 << 20];
    struct folded_reader reader = {.text = other};
    const struct discreet_secrets secrets = {
        .reporter = {other.data, other.len < 16 ? other.len : 16},
        .disclosed = &other,
        .disclosed_count = 1};
    struct frank_fault fault;
    struct runs *runs;
    size_t place = 0;
    int error = explanation_check(text, len, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, len);
    } else {
        HOLDS(utf8_is_valid((struct frank_span){(const uint8_t *)text, len}));
    }
    error = discreet_check(text, &secrets, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, len);
    }
    if (len > RUNS_TEXT_MAX_BYTES || other.len > sizeof folded) {
        return;
    }
    runs = runs_new((struct frank_span){(const uint8_t *)text, len});
    HOLDS(runs != NULL);
    other.len = folded_read(&reader, folded, sizeof folded, NULL);
    HOLDS(other.len <= reader.text.len);
    other.data = folded;
    HOLDS(runs_find(&place, runs, reader.text) ==
          simple_find(runs_folded(runs), other));
    runs_free(runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size == 0 ? NULL : memchr(data, '\0', size);

    if (zero == NULL) {
        if (size > 0) {
            try_book(data, size);
        }
        return 0;
    }
    zero++;
    try_texts((const char *)data, (size_t)(zero - data) - 1,
              (struct frank_span){zero, size - (size_t)(zero - data)});
    return 0;
}
