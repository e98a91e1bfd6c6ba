/* SPDX-License-Identifier: Apache-2.0 */
#include "log_key.h"

#include "command.h"
#include "io.h"
#include "secret_file.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static int write_secret(const char *folder,
                        const uint8_t seed[static crypto_sign_SEEDBYTES])
{
    char text[2 * crypto_sign_SEEDBYTES + 2];
    char path[PATH_MAX + 64];
    struct frank_fault fault;
    int code = EXIT_DONE;

    (void)snprintf(path, sizeof path, "%s/log.key", folder);
    (void)sodium_bin2hex(text, sizeof text - 1, seed, crypto_sign_SEEDBYTES);
    text[sizeof text - 2] = '\n';
    if (secret_file_create(path, (const uint8_t *)text, sizeof text - 1,
                           &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(text, sizeof text);
    return code;
}

static int write_public(const char *folder, const char *vkey)
{
    char line[NOTE_VKEY_MAX_BYTES + 1];
    char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof path, "%s/log.vkey", folder);
    (void)snprintf(line, sizeof line, "%s\n", vkey);
    return io_write(path, (const uint8_t *)line, strlen(line));
}

int log_key_make(char vkey[static NOTE_VKEY_MAX_BYTES], const char *folder,
                 const char *origin)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
    int code;

    if (!note_origin_is_valid(origin)) {
        return io_say(EXIT_USAGE,
                      "%s: a log's name is 1 to 128 printable characters "
                      "without space or plus",
                      origin);
    }
    randombytes_buf(seed, sizeof seed);
    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    note_vkey(vkey, origin, public_key);
    code = write_secret(folder, seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    return code == EXIT_DONE ? write_public(folder, vkey) : code;
}

void log_key_print(const char *vkey, const char *folder)
{
    (void)printf("Auditors and witnesses need the log's verifier key "
                 "(%s/log.vkey):\n"
                 "  %s\n",
                 folder, vkey);
}
