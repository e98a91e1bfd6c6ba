/* SPDX-License-Identifier: Apache-2.0 */
/* Problem details (RFC 9457). All text in them is static. */
#include "server.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *http_error_name(int error)
{
    static const char *const names[] = {
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
    };

    return error < 0 && -error < (int)(sizeof names / sizeof names[0])
               ? names[-error]
               : "other";
}

struct text {
    char bytes[1024];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
                                                      const char *format, ...)
{
    size_t room = sizeof text->bytes - text->len;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(text->bytes + text->len, room, format, arguments);
    va_end(arguments);
    text->len += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

/* As a JSON string: quotes and backslashes are escaped, other than printable
 * ASCII is dropped. */
static void put_member(struct text *text, const char *name, const char *value)
{
    char safe[256];
    size_t len = 0;

    if (value == NULL) {
        return;
    }
    for (; *value != '\0' && len + 2 < sizeof safe; value++) {
        if (*value == '"' || *value == '\\') {
            safe[len++] = '\\';
        }
        if (*value >= ' ' && *value < 0x7f) {
            safe[len++] = *value;
        }
    }
    safe[len] = '\0';
    put(text, ",\"%s\":\"%s\"", name, safe);
}

static void put_fault(struct text *text, const struct frank_fault *fault)
{
    char detail[FRANK_FAULT_TEXT_BYTES];

    frank_fault_text(detail, sizeof detail, fault);
    put_member(text, "detail", detail);
    put_member(text, "field", fault->field);
    put(text, ",\"offset\":%zu", fault->offset);
}

void http_problem(struct http_exchange *exchange,
                  const struct http_problem *problem)
{
    struct text text = {.len = 0};

    put(&text, "{\"type\":\"urn:frank:problem:%s\"", problem->name);
    put_member(&text, "title", problem->title);
    put(&text, ",\"status\":%u", problem->status);
    if (problem->fault != NULL) {
        put_fault(&text, problem->fault);
    } else {
        put_member(&text, "detail", problem->detail);
    }
    if (problem->evidence != SIZE_MAX) {
        put(&text, ",\"evidence\":%zu", problem->evidence);
    }
    if (problem->retry_after > 0) {
        put(&text, ",\"retry_after\":%u", problem->retry_after);
    }
    put_member(&text, "request_id", http_request(exchange)->id);
    put(&text, "}\n");
    http_answer(exchange, &(struct http_answer){
                              .status = problem->status,
                              .type = "application/problem+json",
                              .body = {(const uint8_t *)text.bytes, text.len},
                              .retry_after = problem->retry_after});
}
