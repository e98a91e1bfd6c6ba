/* SPDX-License-Identifier: Apache-2.0 */
#include "discreet.h"

#include "folded.h"
#include "runs.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

_Static_assert(DISCREET_TEXT_MAX_BYTES == RUNS_TEXT_MAX_BYTES, "one limit");
_Static_assert(DISCREET_RUN_BYTES == RUNS_BYTES, "one length");

/* ---- Names --------------------------------------------------------------- */

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c >= 'A' && c <= 'Z');
}

/* Bytes before the first of these characters, or all. */
static size_t before(struct frank_span text, const char *characters)
{
    size_t i = 0;

    while (i < text.len &&
           (text.data[i] == '\0' || strchr(characters, text.data[i]) == NULL)) {
        i++;
    }
    return i;
}

static struct frank_span from(struct frank_span text, size_t at)
{
    return (struct frank_span){text.data + at, text.len - at};
}

static struct frank_span up_to(struct frank_span text, const char *characters)
{
    return (struct frank_span){text.data, before(text, characters)};
}

static struct frank_span last_segment(struct frank_span path)
{
    size_t at;

    while (path.len > 0 && path.data[path.len - 1] == '/') {
        path.len--;
    }
    for (at = path.len; at > 0 && path.data[at - 1] != '/'; at--) {
    }
    return from(path, at);
}

/* What of a URI tells who it is, as discreet.h says; of none, len is 0. */
static struct frank_span user_part(struct frank_span uri)
{
    struct frank_span rest = up_to(uri, "?#");
    struct frank_span head;
    size_t scheme = before(rest, ":/@");
    bool is_host = false;

    if (uri.len == 0) {
        return uri; /* its data may be NULL */
    }
    if (scheme > 0 && scheme < rest.len && rest.data[scheme] == ':') {
        rest = from(rest, scheme + 1);
    }
    if (rest.len >= 2 && memcmp(rest.data, "//", 2) == 0) {
        rest = from(rest, 2);
        is_host = true;
    }
    head = up_to(rest, "/");
    if (before(head, "@") > 0 && before(head, "@") < head.len) {
        return up_to(up_to(head, "@"), ":");
    }
    rest = last_segment(is_host ? from(rest, head.len) : rest);
    if (rest.len > 0 && rest.data[0] == '@') {
        rest = from(rest, 1);
    }
    return up_to(rest, "@:");
}

/* ---- Looking for them ---------------------------------------------------- */

/* A URI or a part of it, folded. */
struct needle {
    size_t len;
    uint8_t bytes[FRANK_URI_MAX_BYTES];
};

static void fold_needle(struct needle *out, struct frank_span text)
{
    struct folded_reader reader = {.text = text};

    out->len = folded_read(&reader, out->bytes, sizeof out->bytes, NULL);
}

/* Where the needle first is in a folded text; SIZE_MAX: nowhere. */
static size_t find(struct frank_span text, const struct needle *needle)
{
    const uint8_t *at = needle->len == 0 ? NULL
                                         : memmem(text.data, text.len,
                                                  needle->bytes, needle->len);

    return at == NULL ? SIZE_MAX : (size_t)(at - text.data);
}

/* The same as a word of its own. */
static size_t find_name(struct frank_span text, const struct needle *name)
{
    size_t start = 0;
    size_t at = find(text, name);

    while (at != SIZE_MAX) {
        size_t end;

        at += start;
        end = at + name->len;
        if ((at == 0 || !is_alnum(text.data[at - 1])) &&
            (end == text.len || !is_alnum(text.data[end])) &&
            (name->len >= DISCREET_USER_MIN_BYTES ||
             (at > 0 && text.data[at - 1] == '@'))) {
            return at;
        }
        start = at + 1;
        at = find(from(text, start), name);
    }
    return SIZE_MAX;
}

/* Whether a name is a word that stands in an open text anyway. */
static bool is_open(const struct needle *name,
                    const struct discreet_secrets *secrets)
{
    uint8_t text[DISCREET_TEXT_MAX_BYTES];

    for (size_t i = 0; i < secrets->open_count; i++) {
        struct folded_reader reader = {.text = secrets->open[i]};
        size_t len = folded_read(&reader, text, sizeof text, NULL);

        if (find_name((struct frank_span){text, len}, name) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static int refuse(const struct runs *runs, size_t at, const char *kind,
                  struct frank_fault *fault)
{
    return wire_fault(fault, FRANK_ERR_VALUE, kind, runs_place(runs, at), 0, 0);
}

enum { ROOM, REPORTER, NAME, NEEDLES };

static int find_uris(const struct runs *runs,
                     const struct discreet_secrets *secrets,
                     const struct needle needles[static NEEDLES],
                     struct frank_fault *fault)
{
    struct frank_span text = runs_folded(runs);
    size_t at = find(text, &needles[ROOM]);

    if (at != SIZE_MAX) {
        return refuse(runs, at, "room", fault);
    }
    at = find(text, &needles[REPORTER]);
    if (at != SIZE_MAX) {
        return refuse(runs, at, "reporter", fault);
    }
    at = find_name(text, &needles[NAME]);
    if (at != SIZE_MAX && !is_open(&needles[NAME], secrets)) {
        return refuse(runs, at, "reporter's name", fault);
    }
    return FRANK_OK;
}

static int check_uris(const struct runs *runs,
                      const struct discreet_secrets *secrets,
                      struct frank_fault *fault)
{
    struct needle needles[NEEDLES];
    int error;

    fold_needle(&needles[ROOM], secrets->room);
    fold_needle(&needles[REPORTER], secrets->reporter);
    fold_needle(&needles[NAME], user_part(secrets->reporter));
    error = find_uris(runs, secrets, needles, fault);
    sodium_memzero(needles, sizeof needles);
    return error;
}

static int check_runs(struct runs *runs, const struct discreet_secrets *secrets,
                      struct frank_fault *fault)
{
    size_t place = 0;

    for (size_t i = 0; i < secrets->open_count; i++) {
        runs_pass_over(runs, secrets->open[i]);
    }
    for (size_t i = 0; i < secrets->disclosed_count; i++) {
        if (runs_find(&place, runs, secrets->disclosed[i])) {
            return wire_fault(fault, FRANK_ERR_VALUE, "disclosed message",
                              place, i, secrets->disclosed_count - 1);
        }
    }
    return FRANK_OK;
}

static int check_sizes(size_t len, const struct discreet_secrets *secrets,
                       struct frank_fault *fault)
{
    if (len > DISCREET_TEXT_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "text", 0, len,
                          DISCREET_TEXT_MAX_BYTES);
    }
    if (secrets->reporter.len > FRANK_URI_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "reporter", 0,
                          secrets->reporter.len, FRANK_URI_MAX_BYTES);
    }
    if (secrets->room.len > FRANK_URI_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "room", 0, secrets->room.len,
                          FRANK_URI_MAX_BYTES);
    }
    for (size_t i = 0; i < secrets->open_count; i++) {
        if (secrets->open[i].len > DISCREET_TEXT_MAX_BYTES) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "open text", 0,
                              secrets->open[i].len, DISCREET_TEXT_MAX_BYTES);
        }
    }
    return FRANK_OK;
}

int discreet_check(const char *text, const struct discreet_secrets *secrets,
                   struct frank_fault *fault)
{
    struct frank_span span = {(const uint8_t *)text, strlen(text)};
    struct runs *runs;
    int error = check_sizes(span.len, secrets, fault);

    if (error != FRANK_OK) {
        return error;
    }
    runs = runs_new(span);
    if (runs == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "text", 0, 0, 0);
    }
    error = check_uris(runs, secrets, fault);
    if (error == FRANK_OK) {
        error = check_runs(runs, secrets, fault);
    }
    runs_free(runs);
    return error;
}
