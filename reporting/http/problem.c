/* SPDX-License-Identifier: Apache-2.0 */
#include "problem.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [-FRANK_OK] = "ok",
    [-FRANK_ERR_ARGUMENT] = "argument",
    [-FRANK_ERR_TRUNCATED] = "truncated",
    [-FRANK_ERR_TRAILING] = "trailing",
    [-FRANK_ERR_LENGTH_FORM] = "length-form",
    [-FRANK_ERR_LIMIT] = "limit",
    [-FRANK_ERR_LENGTH] = "length",
    [-FRANK_ERR_VALUE] = "value",
    [-FRANK_ERR_FORMAT] = "format",
    [-FRANK_ERR_CBOR] = "cbor",
    [-FRANK_ERR_TYPE] = "type",
    [-FRANK_ERR_MISSING] = "missing",
    [-FRANK_ERR_DEPTH] = "depth",
    [-FRANK_ERR_ORDER] = "order",
    [-FRANK_ERR_UTF8] = "utf8",
    [-FRANK_ERR_SPACE] = "space",
    [-FRANK_ERR_SUITE] = "suite",
    [-FRANK_ERR_TAG] = "tag",
    [-FRANK_ERR_SENDER] = "sender",
    [-FRANK_ERR_ROOM] = "room",
    [-FRANK_ERR_SIGNATURE] = "signature",
    [-FRANK_ERR_MAC] = "mac",
    [-FRANK_ERR_TRANSCRIPT] = "transcript",
    [-FRANK_ERR_WITHHELD] = "withheld",
    [-FRANK_ERR_NO_EPOCH] = "no-epoch",
    [-FRANK_ERR_EPOCH_DESTROYED] = "epoch-destroyed",
    [-FRANK_ERR_NO_KEY] = "no-key",
    [-FRANK_ERR_MEMORY] = "memory",
    [-FRANK_ERR_FILE] = "file",
    [-FRANK_ERR_PERMISSION] = "permission",
    [-FRANK_ERR_CHECKSUM] = "checksum",
    [-FRANK_ERR_TIME] = "time",
    [-FRANK_ERR_ROOMS] = "rooms",
    [-FRANK_ERR_REPORTER] = "reporter",
    [-FRANK_ERR_POINT] = "point",
    [-FRANK_ERR_SCALAR] = "scalar",
    [-FRANK_ERR_PROOF] = "proof",
    [-FRANK_ERR_QUORUM] = "quorum",
    [-FRANK_ERR_COMMITMENT] = "commitment",
    [-FRANK_ERR_SEALED] = "sealed",
    [-FRANK_ERR_PADDING] = "padding",
    [-FRANK_ERR_HOLDER] = "holder",
    [-FRANK_ERR_TWICE] = "twice",
    [-FRANK_ERR_FEW] = "few",
    [-FRANK_ERR_SIGNER] = "signer",
    [-FRANK_ERR_JSON] = "json",
    [-FRANK_ERR_AEAD] = "aead",
    [-FRANK_ERR_HASH] = "hash",
    [-FRANK_ERR_FILE_HASH] = "file-hash",
    [-FRANK_ERR_UNPROVEN] = "unproven",
    [-FRANK_ERR_NO_FILE] = "no-file",
};

const char *http_error_name(int error)
{
    if (error > 0 || error <= -(int)(sizeof names / sizeof names[0])) {
        return "unknown";
    }
    return names[-error];
}

static const struct {
    unsigned status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *problem_title(unsigned status)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    return "Error";
}

void problem_id(char id[static HTTP_ID_BYTES])
{
    uint8_t bytes[(HTTP_ID_BYTES - 1) / 2];

    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(id, HTTP_ID_BYTES, bytes, sizeof bytes);
}

/* ---- JSON --------------------------------------------------------------- */

/* Room for the closing brace is kept back. */
struct text {
    char *out;
    size_t len;
    size_t max;
    bool cut; /* something did not fit, and nothing more is taken */
};

static void put(struct text *t, const char *bytes, size_t len)
{
    t->cut = t->cut || len > t->max - t->len;
    if (!t->cut) {
        memcpy(t->out + t->len, bytes, len);
        t->len += len;
    }
}

/* Bytes that are not ASCII become question marks: texts here are our own. */
static void put_escaped(struct text *t, const char *s)
{
    char escape[8];

    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\') {
            put(t, "\\", 1);
            put(t, s, 1);
        } else if (c < 0x20) {
            (void)snprintf(escape, sizeof escape, "\\u%04x", c);
            put(t, escape, 6);
        } else {
            put(t, c < 0x7f ? s : "?", 1);
        }
    }
}

/* A member, or nothing where it does not fit whole. */
static void put_text(struct text *t, const char *name, const char *prefix,
                     const char *value)
{
    struct text before = *t;

    put(t, t->len > 1 ? ",\"" : "\"", t->len > 1 ? 2 : 1);
    put(t, name, strlen(name));
    put(t, "\":\"", 3);
    put(t, prefix, strlen(prefix));
    put_escaped(t, value);
    put(t, "\"", 1);
    if (t->cut) {
        *t = before;
    }
}

static void put_number(struct text *t, const char *name, uint64_t value)
{
    struct text before = *t;
    char digits[24];
    int len = snprintf(digits, sizeof digits, "\":%" PRIu64, value);

    put(t, ",\"", 2);
    put(t, name, strlen(name));
    put(t, digits, (size_t)len);
    if (t->cut) {
        *t = before;
    }
}

size_t problem_json(char out[static PROBLEM_MAX_BYTES],
                    const struct http_problem *problem, const char *id)
{
    struct text t = {out, 0, PROBLEM_MAX_BYTES - 1, false};

    put(&t, "{", 1);
    put_text(&t, "type", "urn:frank:problem:", problem->name);
    put_text(&t, "title", "",
             problem->title != NULL ? problem->title
                                    : problem_title(problem->status));
    put_number(&t, "status", problem->status);
    put_text(&t, "request_id", "", id);
    if (problem->fault != NULL) {
        if (problem->fault->field != NULL) {
            put_text(&t, "field", "", problem->fault->field);
        }
        put_number(&t, "offset", problem->fault->offset);
    }
    if (problem->evidence != SIZE_MAX) {
        put_number(&t, "evidence", problem->evidence);
    }
    if (problem->retry_after != 0) {
        put_number(&t, "retry_after", problem->retry_after);
    }
    if (problem->detail != NULL) {
        put_text(&t, "detail", "", problem->detail);
    }
    t.out[t.len++] = '}';
    return t.len;
}

size_t problem_raw(char out[static PROBLEM_RAW_MAX_BYTES], unsigned status,
                   const char *name, const char *id)
{
    const char *title = problem_title(status);
    int len = snprintf(
        out, PROBLEM_RAW_MAX_BYTES,
        "HTTP/1.1 %u %s\r\n"
        "Connection: close\r\n"
        "Content-Type: " PROBLEM_TYPE "\r\n"
        "Content-Length: %zu\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Request-Id: %s\r\n"
        "%s\r\n"
        "{\"type\":\"urn:frank:problem:%s\",\"title\":\"%s\",\"status\":%u,"
        "\"request_id\":\"%s\"}",
        status, title,
        strlen("{\"type\":\"urn:frank:problem:\",\"title\":\"\",\"status\":,"
               "\"request_id\":\"\"}") +
            strlen(name) + strlen(title) + 3 + strlen(id),
        id, status == 503 ? "Retry-After: 1\r\n" : "", name, title, status, id);

    return (size_t)len;
}
