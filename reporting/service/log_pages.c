/* SPDX-License-Identifier: Apache-2.0 */
#include "log_pages.h"

#include "reply.h"

#include <stdio.h>
#include <stdlib.h>

static void not_found(struct http_exchange *exchange)
{
    http_problem(exchange, &(struct http_problem){
                               .status = 404,
                               .name = "not-found",
                               .title = "The log has no such tile, or not yet",
                               .evidence = SIZE_MAX});
}

void log_answer_checkpoint(struct http_exchange *exchange,
                           struct publisher *publisher, bool sees_newest)
{
    struct cosigned published;

    if (!publisher_checkpoint(publisher, !sees_newest, &published)) {
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

static void answer_hashes(struct http_exchange *exchange,
                          const struct publisher *publisher,
                          const struct tiles_path *path, uint64_t size,
                          bool is_public)
{
    uint8_t(*hashes)[MERKLE_HASH_BYTES] =
        malloc((size_t)TILES_WIDTH * MERKLE_HASH_BYTES);
    unsigned width = 0;
    struct frank_fault fault;

    if (hashes == NULL ||
        tiles_read(hashes, &width, publisher_tiles(publisher), path->level,
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

static void answer_entries(struct http_exchange *exchange, struct store *store,
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
    db = store_reader_lock(store, STORE_LONG);
    (void)ledger_read(db, from, from + path->width, put_entry, out);
    store_reader_unlock(store, STORE_LONG);
    if (fclose(out) != 0) {
        free(bytes);
        http_answer_json(exchange, 503, NULL, NULL);
        return;
    }
    answer_bytes(exchange, (uint8_t *)bytes, len, false);
}

bool log_answer_tile(struct http_exchange *exchange,
                     struct publisher *publisher, struct store *store,
                     const char *path, bool sees_newest)
{
    struct cosigned published;
    struct tiles_path tile;

    if (!tiles_path_parse(&tile, path) ||
        !publisher_checkpoint(publisher, !sees_newest, &published)) {
        not_found(exchange);
        return true;
    }
    if (!tile.entries) {
        answer_hashes(exchange, publisher, &tile, published.size, !sees_newest);
    } else if (sees_newest) {
        answer_entries(exchange, store, &tile, published.size);
    }
    return !tile.entries || sees_newest;
}
