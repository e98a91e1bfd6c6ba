/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a report, for whoever holds its receipt's token. */
#include "hash.h"
#include "hub.h"
#include "reply.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES 32

static const char *const states[] = {"received", "taken_over", "in_review",
                                     "decided", "closed"};

static bool hash_token(uint8_t out[static HASH_BYTES], const char *text)
{
    uint8_t token[TOKEN_BYTES];
    size_t written = 0;
    hash_state state;

    if (strlen(text) != sizeof token * 2 ||
        sodium_hex2bin(token, sizeof token, text, sizeof token * 2, NULL,
                       &written, NULL) != 0 ||
        written != sizeof token) {
        return false;
    }
    hash_init(&state);
    hash_update(&state, token, sizeof token);
    hash_final(&state, out);
    sodium_memzero(token, sizeof token);
    return true;
}

static void answer(struct http_exchange *exchange,
                   const struct receipt_state *receipt)
{
    char id[2 * FRANK_REPORT_ID_BYTES + 1];
    char *text = NULL;

    (void)sodium_bin2hex(id, sizeof id, receipt->report_id,
                         sizeof receipt->report_id);
    /* An outcome is a word of [a-z_] (feed.c). */
    if (asprintf(&text,
                 "{\"report_id\":\"%s\",\"received\":%" PRIu64
                 ",\"state\":\"%s\",\"changed\":%" PRIu64
                 ",\"outcome\":%s%s%s}\n",
                 id, receipt->received, states[receipt->state],
                 receipt->changed, receipt->outcome[0] != '\0' ? "\"" : "",
                 receipt->outcome[0] != '\0' ? receipt->outcome : "null",
                 receipt->outcome[0] != '\0' ? "\"" : "") < 0) {
        text = NULL;
    }
    http_answer_json(exchange, 200, text, NULL);
}

void route_receipt(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    const char *path = http_request(exchange)->path;
    struct receipt_state receipt;
    uint8_t hash[HASH_BYTES];
    bool there = false;

    if (hash_token(hash, path + strlen("/v1/receipts/"))) {
        struct db *db = store_reader_lock(&hub->store, STORE_SHORT);

        there = hub_receipt(&receipt, db, hash);
        store_reader_unlock(&hub->store, STORE_SHORT);
    }
    if (there && receipt.state <= REPORT_CLOSED) {
        answer(exchange, &receipt);
        return;
    }
    http_problem(exchange, &(struct http_problem){
                               .status = 404,
                               .name = "not-found",
                               .title = "There is no such receipt, or its time "
                                        "is over",
                               .evidence = SIZE_MAX});
}
