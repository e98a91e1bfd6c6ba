/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"

#include "blanks.h"
#include "wire.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

/* ---- Templates ----------------------------------------------------------- */

static const char *value_of(const struct template_value *values, size_t count,
                            const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i].name, name) == 0) {
            return values[i].value;
        }
    }
    return NULL;
}

static bool has_blank(const struct book_template *template, const char *name)
{
    for (size_t i = 0; i < template->blank_count; i++) {
        if (strcmp(template->blanks[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static struct frank_span span_of(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

/* Each value is for a blank of its own, and each blank has one. */
static int check_values(const struct book_template *template,
                        const struct template_value *values, size_t count,
                        struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (size_t i = 0; i < count; i++) {
        if (!has_blank(template, values[i].name) ||
            value_of(values, i, values[i].name) != NULL) {
            return wire_fault(fault, FRANK_ERR_VALUE, "value", i, 0, 0);
        }
    }
    for (size_t i = 0; i < template->blank_count && error == FRANK_OK; i++) {
        const char *name = template->blanks[i].name;
        const char *value = value_of(values, count, name);

        error =
            wording_check(span_of(value != NULL ? value : ""),
                          TEMPLATE_VALUE_MAX_BYTES, WORDING_LINE, name, fault);
    }
    return error;
}

/* What stands in the result for a piece. */
static struct frank_span words_of(const struct book_template *template,
                                  const struct blanks_piece *piece,
                                  const struct template_value *values,
                                  size_t count)
{
    size_t i = 0;

    if (!piece->is_blank) {
        return (struct frank_span){(const uint8_t *)piece->at, piece->len};
    }
    while (!blanks_is(piece, template->blanks[i].name)) {
        i++;
    }
    return span_of(value_of(values, count, template->blanks[i].name));
}

/* Writes the result, or only counts its bytes where out is NULL. */
static size_t write_text(char *out, const struct book_template *template,
                         const struct template_value *values, size_t count)
{
    struct blanks_piece piece;
    const char *text = template->text;
    size_t len = 0;

    /* book_read() has been through the text: its braces are in order */
    while (blanks_next(&piece, &text) && piece.len > 0) {
        struct frank_span words = words_of(template, &piece, values, count);

        if (out != NULL) {
            memcpy(out + len, words.data, words.len);
        }
        len += words.len;
    }
    return len;
}

int template_fill(char **out, const struct book_template *template,
                  const struct template_value *values, size_t count,
                  struct frank_fault *fault)
{
    int error = check_values(template, values, count, fault);
    size_t len;
    char *text;

    if (error != FRANK_OK) {
        return error;
    }
    len = write_text(NULL, template, values, count);
    if (len > TEMPLATE_RESULT_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "text", 0, len,
                          TEMPLATE_RESULT_MAX_BYTES);
    }
    text = malloc(len + 1);
    if (text == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "text", 0, 0, 0);
    }
    (void)write_text(text, template, values, count);
    text[len] = '\0';
    *out = text;
    return FRANK_OK;
}

/* ---- Explanations -------------------------------------------------------- */

#define NAME_MAX_BYTES 48

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool is_of_name(char c)
{
    return is_word(c) || c == ' ' || c == '-' || c == '.';
}

/* The bracket that closes this one; 0: it is none. */
static char closing(char bracket)
{
    switch (bracket) {
    case '{':
        return '}';
    case '[':
        return ']';
    case '<':
        return '>';
    default:
        return '\0';
    }
}

/* Whether text begins with a name in brackets. */
static bool is_bracketed(const char *text, size_t len)
{
    char close = closing(text[0]);
    size_t i = 1;

    if (close == '\0' || len < 3 || !is_letter(text[1])) {
        return false;
    }
    while (i < len && i <= NAME_MAX_BYTES && is_of_name(text[i])) {
        i++;
    }
    return i < len && text[i] == close;
}

/* Whether the word that text begins with stands for one to come. */
static bool is_stand_in(const char *text, size_t len)
{
    static const char *const words[] = {"TODO", "TBD", "FIXME"};
    size_t word = 0;
    size_t x = 0;

    while (word < len && is_word(text[word])) {
        word++;
    }
    while (x < word && text[x] == 'X') {
        x++;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (word == strlen(words[i]) && memcmp(text, words[i], word) == 0) {
            return true;
        }
    }
    return x >= 3 && x == word;
}

static bool is_forgotten(const char *text, size_t at, size_t len)
{
    const char *here = text + at;

    return is_bracketed(here, len - at) ||
           (len - at >= 3 && memcmp(here, "___", 3) == 0) ||
           ((at == 0 || !is_word(here[-1])) && is_stand_in(here, len - at));
}

int explanation_check(const char *text, size_t len, struct frank_fault *fault)
{
    int error = wording_check((struct frank_span){(const uint8_t *)text, len},
                              TEMPLATE_RESULT_MAX_BYTES, WORDING_LINES,
                              "explanation", fault);

    for (size_t i = 0; error == FRANK_OK && i < len; i++) {
        if (is_forgotten(text, i, len)) {
            error = wire_fault(fault, FRANK_ERR_VALUE, "blank", i, 0, 0);
        }
    }
    return error;
}
