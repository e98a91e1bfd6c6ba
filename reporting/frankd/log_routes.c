/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log as a C2SP tlog-tiles log. The public sees it up to the last public
 * checkpoint, auditors and the moderation side up to the newest one; entries
 * are for these alone.
 */
#include "publisher.h"
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/log/tile/"

static void not_found(struct http_exchange *exchange)
{
    http_problem(exchange, &(struct http_problem){
                               .status = 404,
                               .name = "not-found",
                               .title = "The log has no such tile, or not yet",
                               .evidence = SIZE_MAX});
}

/* Whether the newest is for him. A wrong token is no reason to hide what all
 * may see. */
static bool sees_newest(const struct hub *hub,
                        const struct http_exchange *exchange)
{
    const struct http_request *request = http_request(exchange);
    const char *token = bearer_token(exchange);
    bool is_unix = true;

    for (size_t i = 0; i < sizeof request->address.bytes; i++) {
        is_unix = is_unix && request->address.bytes[i] == 0;
    }
    return (request->is_private && is_unix) ||
           (token != NULL && (hub_is_bearer(hub, BEARER_AUDITOR, token) ||
                              hub_is_bearer(hub, BEARER_PRIVATE, token)));
}

void route_checkpoint(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct published published;

    if (!publisher_checkpoint(hub->publisher, !sees_newest(hub, exchange),
                              &published)) {
        not_found(exchange);
        return;
    }
    http_answer(exchange,
                &(struct http_answer){
                    .status = 200,
                    .type = "text/plain; charset=utf-8",
                    .body = {(const uint8_t *)published.text, published.len}});
}

static void answer_bytes(struct http_exchange *exchange, uint8_t *bytes,
                         size_t len, bool is_full)
{
    http_answer(
        exchange,
        &(struct http_answer){
            .status = 200,
            .type = "application/octet-stream",
            .body = {bytes, len},
            .owned = bytes,
            .cache = is_full ? "public, max-age=31536000, immutable" : NULL});
}

/* ---- Hashes ----------------------------------------------------------------
 */

static void answer_hashes(struct hub *hub, struct http_exchange *exchange,
                          const struct tiles_path *path, uint64_t size,
                          bool is_public)
{
    uint8_t(*hashes)[MERKLE_HASH_BYTES] =
        malloc((size_t)TILES_WIDTH * MERKLE_HASH_BYTES);
    unsigned width = 0;
    struct frank_fault fault;

    if (hashes == NULL ||
        tiles_read(hashes, &width, publisher_tiles(hub->publisher), path->level,
                   path->index, size, &fault) != FRANK_OK ||
        path->width > width) {
        free(hashes);
        not_found(exchange);
        return;
    }
    answer_bytes(exchange, (uint8_t *)hashes,
                 (size_t)path->width * MERKLE_HASH_BYTES,
                 is_public && path->width == TILES_WIDTH);
}

/* ---- Entries ---------------------------------------------------------------
 */

/* Each with its length in two bytes in front. */
static bool put_entry(void *context, struct frank_span entry)
{
    FILE *out = context;

    (void)fputc((int)(entry.len >> 8), out);
    (void)fputc((int)(entry.len & 0xff), out);
    (void)fwrite(entry.data, 1, entry.len, out);
    return true;
}

static void answer_entries(struct hub *hub, struct http_exchange *exchange,
                           const struct tiles_path *path, uint64_t size)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *out;
    struct db *db;
    uint64_t from = path->index * TILES_WIDTH;

    if (path->index >= size / TILES_WIDTH + 1 || from + path->width > size) {
        not_found(exchange);
        return;
    }
    out = open_memstream(&bytes, &len);
    if (out == NULL) {
        http_answer_json(exchange, 503, NULL, NULL);
        return;
    }
    db = store_reader_lock(&hub->store, STORE_LONG);
    (void)ledger_read(db, from, from + path->width, put_entry, out);
    store_reader_unlock(&hub->store, STORE_LONG);
    if (fclose(out) != 0) {
        free(bytes);
        http_answer_json(exchange, 503, NULL, NULL);
        return;
    }
    answer_bytes(exchange, (uint8_t *)bytes, len, false);
}

void route_tile(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    bool newest = sees_newest(hub, exchange);
    struct published published;
    struct tiles_path path;

    if (!tiles_path_parse(&path,
                          http_request(exchange)->path + strlen(PREFIX)) ||
        !publisher_checkpoint(hub->publisher, !newest, &published)) {
        not_found(exchange);
        return;
    }
    if (!path.entries) {
        answer_hashes(hub, exchange, &path, published.size, !newest);
    } else if (newest) {
        answer_entries(hub, exchange, &path, published.size);
    } else {
        (void)hub_admits(hub, exchange, BEARER_AUDITOR); /* 401 */
    }
}
