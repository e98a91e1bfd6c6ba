/* SPDX-License-Identifier: Apache-2.0 */
/* Reporter tokens. No text is one of a platform that has never been. Then the
 * MAC is put right, so that what it covers is reached too: what is read is
 * minted to the same text. */
#include "fuzz.h"
#include "hmac.h"
#include "reporter_token.h"

#include <sodium.h>

static const uint8_t key[REPORTER_TOKEN_KEY_BYTES] =
    "a platform that has never been";

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return sodium_init() < 0;
}

static void open_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct reporter_token token;
    struct frank_fault fault;
    int error;

    HOLDS(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    error = reporter_token_open(&token, text, key, 0, &fault);
    holds_fault(error, &fault, size);
    error = reporter_token_peek(&token, text, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
    }
    free(text);
}

/* data is what the MAC covers. */
static void open_vouched(const uint8_t *data, size_t size)
{
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    char text[REPORTER_TOKEN_TEXT_BYTES] = REPORTER_TOKEN_PREFIX;
    char again[REPORTER_TOKEN_TEXT_BYTES];
    uint8_t subkey[HASH_BYTES];
    struct reporter_token token;
    struct frank_fault fault;
    struct hmac mac;
    int error;

    memcpy(bytes, data, size);
    hmac_subkey(subkey, key, "frank v1 reporter token");
    hmac_schedule(&mac, subkey, sizeof subkey);
    hmac_update(&mac, bytes, size);
    hmac_final(&mac, bytes + size);
    (void)sodium_bin2base64(text + strlen(text), sizeof text - strlen(text),
                            bytes, size + HASH_BYTES,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    error = reporter_token_open(&token, text, key, 0, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    HOLDS(reporter_token_mint(again, &token, key, NULL) == FRANK_OK);
    HOLDS(strcmp(again, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_text(data, size);
    if (size <= REPORTER_TOKEN_MAX_BYTES - FRANK_MAC_BYTES) {
        open_vouched(data, size);
    }
    return 0;
}
