/* SPDX-License-Identifier: Apache-2.0 */
#include "strict.h"

#include "wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t strict_enter(struct strict *at, const char *member, size_t index)
{
    size_t mark = strlen(at->path);

    (void)snprintf(at->path + mark, sizeof at->path - mark, "%s%s[%zu]",
                   mark > 0 ? "." : "", member, index);
    return mark;
}

void strict_enter_member(struct strict *at, const char *member)
{
    size_t mark = strlen(at->path);

    (void)snprintf(at->path + mark, sizeof at->path - mark, ".%s", member);
}

void strict_leave(struct strict *at, size_t mark)
{
    at->path[mark] = '\0';
}

const char *strict_quote(char out[static STRICT_QUOTE_BYTES], const char *text)
{
    size_t i;

    for (i = 0; i < STRICT_QUOTE_BYTES - 1 && text[i] != '\0'; i++) {
        bool plain = text[i] >= ' ' && text[i] <= '~' && text[i] != '"';

        out[i] = '?';
        if (plain) {
            out[i] = text[i];
        }
    }
    out[i] = '\0';
    if (text[i] != '\0') {
        memcpy(out + i - 3, "...", 3);
    }
    return out;
}

/* "PATH.member: "; the name of what is wrong alone at the top. */
static int path_text(char *out, size_t size, const struct strict *at,
                     const char *member)
{
    if (at->path[0] == '\0') {
        return snprintf(out, size, "%s: ", member[0] != '\0' ? member : "book");
    }
    return snprintf(out, size, "%s%s%s: ", at->path,
                    member[0] != '\0' ? "." : "", member);
}

int strict_refuse(const struct strict *at, int error, const char *member,
                  const char *format, ...)
{
    va_list arguments;

    if (at->error != NULL) {
        char *text = at->error->text;
        size_t size = sizeof at->error->text;
        int len = path_text(text, size, at, member);

        va_start(arguments, format);
        (void)vsnprintf(text + len, size - (size_t)len, format, arguments);
        va_end(arguments);
    }
    return wire_fault(at->fault, error, member[0] != '\0' ? member : "book", 0,
                      0, 0);
}

int strict_twice(const struct strict *at, const char *member, const char *what)
{
    char quote[STRICT_QUOTE_BYTES];

    return strict_refuse(at, FRANK_ERR_VALUE, member, "\"%s\" is there twice",
                         strict_quote(quote, what));
}

int strict_object(const struct strict *at, const json_t *value,
                  const char *const *members)
{
    char quote[STRICT_QUOTE_BYTES];
    const char *key;
    json_t *member;

    if (!json_is_object(value)) {
        return strict_refuse(at, FRANK_ERR_VALUE, "", "must be an object");
    }
    json_object_foreach((json_t *)value, key, member)
    {
        size_t i = 0;

        while (members[i] != NULL && strcmp(members[i], key) != 0) {
            i++;
        }
        if (members[i] == NULL) {
            return strict_refuse(at, FRANK_ERR_VALUE, "",
                                 "has a member \"%s\", which is not known",
                                 strict_quote(quote, key));
        }
    }
    return FRANK_OK;
}

static int missing(const struct strict *at, const char *member)
{
    return strict_refuse(at, FRANK_ERR_MISSING, member, "is missing");
}

int strict_array(const json_t **out, const struct strict *at,
                 const json_t *object, const char *member, size_t least,
                 size_t most)
{
    const json_t *array = json_object_get(object, member);
    size_t size = json_array_size(array);

    if (array == NULL) {
        return missing(at, member);
    }
    if (!json_is_array(array)) {
        return strict_refuse(at, FRANK_ERR_VALUE, member, "must be a list");
    }
    if (size < least || size > most) {
        return strict_refuse(at, FRANK_ERR_LIMIT, member,
                             "has %zu entries; %zu to %zu are possible", size,
                             least, most);
    }
    *out = array;
    return FRANK_OK;
}

int strict_string(const char **out, const struct strict *at,
                  const json_t *object, const char *member)
{
    const json_t *string = json_object_get(object, member);

    if (string == NULL) {
        return missing(at, member);
    }
    if (!json_is_string(string)) {
        return strict_refuse(at, FRANK_ERR_VALUE, member, "must be a string");
    }
    *out = json_string_value(string);
    return FRANK_OK;
}

int strict_id(const char **out, const struct strict *at, const json_t *object,
              const char *member)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
    const char *id = "";
    int error = strict_string(&id, at, object, member);
    size_t len;

    if (error != FRANK_OK) {
        return error;
    }
    len = strlen(id);
    if (len < 1 || len > BOOK_ID_MAX_BYTES || strspn(id, characters) != len) {
        return strict_refuse(at, FRANK_ERR_VALUE, member,
                             "must be 1 to %d of a-z, 0-9, \"_\", \".\", \"-\"",
                             BOOK_ID_MAX_BYTES);
    }
    *out = id;
    return FRANK_OK;
}

int strict_words(const char **out, const struct strict *at,
                 const json_t *object, const char *member, size_t max,
                 enum wording wording)
{
    struct frank_fault fault = {0};
    const char *words = "";
    int error = strict_string(&words, at, object, member);

    if (error != FRANK_OK) {
        return error;
    }
    error = wording_check(
        (struct frank_span){(const uint8_t *)words, strlen(words)}, max,
        wording, member, &fault);
    if (error == FRANK_ERR_MISSING) {
        return strict_refuse(at, error, member, "is empty");
    }
    if (error == FRANK_ERR_LIMIT) {
        return strict_refuse(at, error, member,
                             "has %" PRIu64 " bytes; %zu are possible",
                             fault.found, max);
    }
    if (error != FRANK_OK) {
        return strict_refuse(at, error, member,
                             "has a character that is not allowed, U+%04X, "
                             "at byte %zu",
                             (unsigned)fault.found, fault.offset);
    }
    *out = words;
    return FRANK_OK;
}

/* "a, b, c", as far as there is room. */
static void list(char *out, size_t size, const char *const *words)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; words[i] != NULL && len < size; i++) {
        len += (size_t)snprintf(out + len, size - len, "%s%s",
                                i > 0 ? ", " : "", words[i]);
    }
}

int strict_choice(unsigned *out, const struct strict *at, const json_t *object,
                  const char *member, const char *const *choices)
{
    char words[96];
    const char *word = "";
    int error = strict_string(&word, at, object, member);

    if (error != FRANK_OK) {
        return error;
    }
    for (unsigned i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], word) == 0) {
            *out = i;
            return FRANK_OK;
        }
    }
    list(words, sizeof words, choices);
    return strict_refuse(at, FRANK_ERR_VALUE, member, "must be one of %s",
                         words);
}

int strict_flag(bool *out, const struct strict *at, const json_t *object,
                const char *member)
{
    const json_t *flag = json_object_get(object, member);

    if (!json_is_boolean(flag)) {
        return strict_refuse(at, FRANK_ERR_VALUE, member,
                             "must be true or false");
    }
    *out = json_is_true(flag);
    return FRANK_OK;
}

int strict_number(uint32_t *out, const struct strict *at, const json_t *object,
                  const char *member, uint32_t least)
{
    const json_t *number = json_object_get(object, member);
    json_int_t value = json_integer_value(number);

    if (number == NULL) {
        return missing(at, member);
    }
    if (!json_is_integer(number) || value < least || value > UINT32_MAX) {
        return strict_refuse(at, FRANK_ERR_VALUE, member,
                             "must be a whole number of %" PRIu32
                             " to %" PRIu32,
                             least, UINT32_MAX);
    }
    *out = (uint32_t)value;
    return FRANK_OK;
}
