/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) where it stands, without a copy or an allocation: for texts
 * of tens of megabytes that are next to all base64, of which a library would
 * hold two or three copies at once. Pure.
 *
 * A text is first scanned as a whole, so that everything in it is well-formed;
 * then what is of interest is walked through. Strings are given as they stand,
 * escapes and all: a name that is written with escapes is another name. That a
 * member stands twice is for the caller to see.
 */
#ifndef MODERATION_OUTSIDE_JSON_SCAN_H
#define MODERATION_OUTSIDE_JSON_SCAN_H

#include "frank.h"

#define JSON_SCAN_DEPTH_MAX 16

enum json_scan_type {
    JSON_SCAN_NULL,
    JSON_SCAN_FALSE,
    JSON_SCAN_TRUE,
    JSON_SCAN_NUMBER,
    JSON_SCAN_STRING, /* text is without its quotes */
    JSON_SCAN_ARRAY,
    JSON_SCAN_OBJECT
};

/* text points into what was scanned. */
struct json_scan_value {
    enum json_scan_type type;
    bool escaped; /* a string with a backslash in it */
    struct frank_span text;
};

/* The one value of a text, white space around it. JSON (not that; not UTF-8),
 * DEPTH; fault->offset is where, its field `what`. *out is zero then. */
FRANK_MUST_CHECK int json_scan(struct json_scan_value *out, const char *text,
                               size_t len, const char *what,
                               struct frank_fault *fault);

/* Where a walk through an array or an object is. */
struct json_walk {
    struct frank_span rest;
    bool begun;
};

/* value must be of json_scan(), or of such a walk. */
struct json_walk json_walk(const struct json_scan_value *value);

/* The next element; and the next member. false: there is none, or the walk is
 * not through an array (an object). */
FRANK_MUST_CHECK bool json_walk_element(struct json_scan_value *out,
                                        struct json_walk *walk);
FRANK_MUST_CHECK bool json_walk_member(struct frank_span *name,
                                       struct json_scan_value *out,
                                       struct json_walk *walk);

/* A number without sign, fraction or exponent, of at most max. */
FRANK_MUST_CHECK bool json_scan_number(uint64_t *out,
                                       const struct json_scan_value *value,
                                       uint64_t max);

bool json_scan_is(struct frank_span text, const char *expected);

#endif
