/* SPDX-License-Identifier: Apache-2.0 */
/* What views are written with. */
#ifndef MODERATION_AUDIT_VIEW_WRITE_H
#define MODERATION_AUDIT_VIEW_WRITE_H

#include "view.h"

#include <stdio.h>

/* A view in the making. */
struct view_writer {
    struct view *out;
    FILE *file; /* NULL: out of memory */
    bool failed;
};

/* *out is empty after an error. view_end() gives MEMORY. */
void view_begin(struct view_writer *w, struct view *out);
FRANK_MUST_CHECK int view_end(struct view_writer *w, struct frank_fault *fault);
/* Gives error, after wiping what was written; for a `return`. */
int view_give_up(struct view_writer *w, struct frank_fault *fault, int error,
                 const char *what);

void view_put(struct view_writer *w, const char *text);
void view_printf(struct view_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Text of anybody's, escaped for HTML and XML: no markup, no control characters
 * but line feeds and tabs, nothing that turns the direction of writing, no byte
 * that is not UTF-8. */
void view_put_escaped(struct view_writer *w, struct frank_span text);
void view_put_text(struct view_writer *w, const char *text);
/* With indents and a line feed behind. */
void view_put_json(struct view_writer *w, const json_t *value);
void view_put_base64(struct view_writer *w, struct frank_span bytes);
void view_put_hex(struct view_writer *w, const uint8_t *bytes, size_t len);

void view_to_fill(struct view_writer *w, const char *member, const char *what);

/* "2023-11-14T22:13:20.123Z"; a time that no calendar has is as 0. */
#define VIEW_TIME_BYTES 32
void view_time(char out[static VIEW_TIME_BYTES], uint64_t ms);
/* 64 digits. */
void view_sha256(char out[static 65], struct frank_span bytes);
/* A UUID of version 4 made of 16 random bytes. */
void view_uuid(char out[static 37], const uint8_t id[static 16]);

/* The message whose sender is accused, NULL where it is not in the bundle. */
const struct bundle_message *view_accused(const struct bundle_report *report);
/* Whether the hub signed that the accused sent message m of report r; false
 * too where the accused one is not in the bundle. */
bool view_of_accused(const struct bundle_check *c, size_t r, size_t m);
/* Whether material of this reason must not be shown to whoever opens a page:
 * child safety. */
bool view_is_withheld_reason(uint8_t reason);
/* Whether a report of the bundle has such a reason: reports of one case can
 * have the same messages, and each says of what it is by itself. */
bool view_withholds(const struct bundle *bundle);

#endif
