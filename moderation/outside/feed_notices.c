/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_notices.h"

#include "json_scan.h"
#include "wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_DIGITS ((size_t)2 * FRANK_REPORT_ID_BYTES)
/* names and punctuation, id, state, outcome, true */
#define NOTICE_MAX_BYTES (72 + ID_DIGITS + 9 + FEED_OUTCOME_MAX_BYTES + 4)
#define FRAME "{\"notices\":[]}"

/* ---- Writing -------------------------------------------------------------
 */

static bool is_notice(const struct feed_notice *notice)
{
    size_t len = strnlen(notice->outcome, sizeof notice->outcome);

    return len <= FEED_OUTCOME_MAX_BYTES &&
           strspn(notice->outcome, "abcdefghijklmnopqrstuvwxyz_") == len &&
           (len == 0 || notice->state != FEED_STATE_SAME) &&
           (unsigned)notice->state <= FEED_CLOSED;
}

static void put_notice(FILE *out, const struct feed_notice *notice, bool first)
{
    static const char *const states[] = {
        [FEED_STATE_SAME] = "",
        [FEED_IN_REVIEW] = ",\"state\":\"in_review\"",
        [FEED_DECIDED] = ",\"state\":\"decided\"",
        [FEED_CLOSED] = ",\"state\":\"closed\""};
    char id[ID_DIGITS + 1];

    (void)sodium_bin2hex(id, sizeof id, notice->report_id,
                         sizeof notice->report_id);
    (void)fprintf(out, "%s{\"report_id\":\"%s\"%s", first ? "" : ",", id,
                  states[notice->state]);
    if (notice->outcome[0] != '\0') {
        (void)fprintf(out, ",\"outcome\":\"%s\"", notice->outcome);
    }
    (void)fputs(
        notice->discloses_nothing ? ",\"discloses_nothing\":true}" : "}", out);
}

int feed_notices_write(char **out, const struct feed_notice *notices,
                       size_t count, struct frank_fault *fault)
{
    size_t size = sizeof FRAME + count * NOTICE_MAX_BYTES;
    char *text = NULL;
    FILE *file = NULL;

    if (count == 0 || count > FEED_NOTICES_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "notices", 0, count,
                          FEED_NOTICES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_notice(&notices[i])) {
            return wire_fault(fault, FRANK_ERR_VALUE, "outcome", i, 0, 0);
        }
    }
    text = malloc(size);
    file = text != NULL ? fmemopen(text, size, "w") : NULL;
    if (file == NULL) {
        free(text);
        return wire_fault(fault, FRANK_ERR_MEMORY, "notices", 0, 0, 0);
    }
    (void)fputs("{\"notices\":[", file);
    for (size_t i = 0; i < count; i++) {
        put_notice(file, &notices[i], i == 0);
    }
    (void)fputs("]}", file);
    (void)fclose(file); /* closes the text with a zero: there is room */
    *out = text;
    return FRANK_OK;
}

/* ---- Reading -------------------------------------------------------------
 */

/* A member of the object that a text is. */
static int find(struct json_scan_value *out, const char *name, const char *text,
                size_t len, struct frank_fault *fault)
{
    struct json_scan_value root;
    struct json_scan_value value;
    struct json_walk walk;
    struct frank_span key;
    int error = json_scan(&root, text, len, "answer", fault);

    if (error != FRANK_OK) {
        return error;
    }
    walk = json_walk(&root);
    while (json_walk_member(&key, &value, &walk)) {
        if (json_scan_is(key, name)) {
            *out = value;
            return FRANK_OK;
        }
    }
    return wire_fault(fault, FRANK_ERR_MISSING, name, 0, 0, 0);
}

/* All that have this id; false: none has. */
static bool mark(bool *unknown, const struct feed_notice *notices, size_t count,
                 const struct json_scan_value *value)
{
    uint8_t id[FRANK_REPORT_ID_BYTES];
    size_t written = 0;
    bool found = false;

    if (value->type != JSON_SCAN_STRING || value->text.len != ID_DIGITS ||
        sodium_hex2bin(id, sizeof id, (const char *)value->text.data, ID_DIGITS,
                       NULL, &written, NULL) != 0 ||
        written != sizeof id) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (memcmp(id, notices[i].report_id, sizeof id) == 0) {
            unknown[i] = true;
            found = true;
        }
    }
    return found;
}

int feed_notices_read(bool *unknown, const struct feed_notice *notices,
                      size_t count, const char *text, size_t len,
                      struct frank_fault *fault)
{
    struct json_scan_value value = {.type = JSON_SCAN_NULL};
    struct json_walk walk;
    int error = find(&value, "unknown", text, len, fault);

    memset(unknown, 0, count * sizeof *unknown);
    if (error == FRANK_OK && value.type != JSON_SCAN_ARRAY) {
        error = wire_fault(fault, FRANK_ERR_VALUE, "unknown", 0, 0, 0);
    }
    if (error != FRANK_OK) {
        return error;
    }
    walk = json_walk(&value);
    while (json_walk_element(&value, &walk)) {
        if (!mark(unknown, notices, count, &value)) {
            memset(unknown, 0, count * sizeof *unknown);
            return wire_fault(fault, FRANK_ERR_VALUE, "unknown", 0, 0, 0);
        }
    }
    return FRANK_OK;
}

int feed_ack_read(uint64_t *taken_over, const char *text, size_t len,
                  struct frank_fault *fault)
{
    struct json_scan_value value = {.type = JSON_SCAN_NULL};
    int error = find(&value, "taken_over", text, len, fault);

    if (error == FRANK_OK && !json_scan_number(taken_over, &value, INT64_MAX)) {
        error = wire_fault(fault, FRANK_ERR_VALUE, "taken_over", 0, 0, 0);
    }
    return error;
}

void feed_problem_read(char out[static FEED_PROBLEM_MAX_BYTES],
                       const char *text, size_t len)
{
    struct json_scan_value value = {.type = JSON_SCAN_NULL};
    size_t size;

    memset(out, 0, FEED_PROBLEM_MAX_BYTES);
    if (find(&value, "title", text, len, NULL) != FRANK_OK ||
        value.type != JSON_SCAN_STRING) {
        return;
    }
    size = value.text.len < FEED_PROBLEM_MAX_BYTES - 1
               ? value.text.len
               : FEED_PROBLEM_MAX_BYTES - 1;
    for (size_t i = 0; i < size; i++) {
        char c = (char)value.text.data[i];

        if (c < ' ' || c > '~') {
            c = '?';
        }
        out[i] = c;
    }
}

/* ---- Trying again --------------------------------------------------------
 */

uint64_t feed_backoff(unsigned failures, uint32_t random)
{
    uint64_t wait = 250;

    for (unsigned i = 1; i < failures && wait < 30000; i++) {
        wait *= 2;
    }
    wait = wait < 30000 ? wait : 30000;
    return wait - wait * (random % 1001) / 2000;
}
