/* SPDX-License-Identifier: Apache-2.0 */
#include "bearer.h"

#include "hash.h"
#include "process.h"
#include "secret_file.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define BEARER_MAX_BYTES 512
#define BEARER_MIN_BYTES 16

_Static_assert(BEARER_HASH_BYTES == HASH_BYTES, "a SHA-256");

static void hash_token(uint8_t out[static BEARER_HASH_BYTES], const char *token,
                       size_t len)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)token, len);
    hash_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

/* A token is a line of printable characters; shorter ones could be guessed. */
static int take_token(uint8_t out[static BEARER_HASH_BYTES],
                      const uint8_t *bytes, size_t len,
                      struct frank_fault *fault)
{
    if (len > 0 && bytes[len - 1] == '\n') {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] <= ' ' || bytes[i] >= 0x7f) {
            return wire_fault(fault, FRANK_ERR_VALUE, "bearer token", i, 0, 0);
        }
    }
    if (len < BEARER_MIN_BYTES) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "bearer token", 0, len,
                          BEARER_MIN_BYTES);
    }
    hash_token(out, (const char *)bytes, len);
    return FRANK_OK;
}

int bearer_load(uint8_t out[static BEARER_HASH_BYTES], const char *path,
                struct frank_fault *fault)
{
    char real[PROCESS_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    int error = process_credential(real, path, fault);

    if (error == FRANK_OK) {
        error = secret_file_load(&bytes, &len, real, BEARER_MAX_BYTES, fault);
    }
    if (error == FRANK_OK) {
        error = take_token(out, bytes, len, fault);
    }
    sodium_free(bytes); /* wipes */
    return error;
}

bool bearer_is(const uint8_t hash[static BEARER_HASH_BYTES], const char *token)
{
    uint8_t theirs[BEARER_HASH_BYTES];

    hash_token(theirs, token, strlen(token));
    return sodium_memcmp(theirs, hash, sizeof theirs) == 0;
}

const char *bearer_token(const struct http_exchange *exchange)
{
    const char *value = http_header(exchange, "Authorization");

    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0) {
        return NULL;
    }
    value += 7;
    return value + strspn(value, " ");
}
