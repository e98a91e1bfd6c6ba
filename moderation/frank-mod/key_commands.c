/* SPDX-License-Identifier: Apache-2.0 */
/* The moderation side's own signature key, which messengers pin. Its file holds
 * the seed in hexadecimal; its public part has the form of a hub's. */
#include "commands.h"
#include "hub_public.h"
#include "secret_file.h"

#include <stdlib.h>
#include <string.h>

static int one_file(const struct command *self, int argc, char **argv)
{
    static const struct option none[] = {{NULL, 0, NULL, 0}};

    if (command_option(self, argc, argv, none) != -1) {
        return EXIT_USAGE;
    }
    return optind + 1 == argc ? EXIT_DONE
                              : command_usage(self, "one FILE is needed");
}

int key_init_command(const struct command *self, int argc, char **argv)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    char hex[2 * sizeof seed + 2];
    struct frank_fault fault;
    int code = one_file(self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    randombytes_buf(seed, sizeof seed);
    (void)sodium_bin2hex(hex, sizeof hex - 1, seed, sizeof seed);
    hex[sizeof hex - 2] = '\n';
    if (secret_file_create(argv[optind], (const uint8_t *)hex, sizeof hex - 1,
                           &fault) != FRANK_OK) {
        code = io_key_fault(argv[optind], &fault);
    }
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(hex, sizeof hex);
    return code;
}

int key_public_command(const struct command *self, int argc, char **argv)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct hub_public hub;
    struct frank_fault fault;
    char *text;
    int code = one_file(self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    if (secret_file_key(seed, argv[optind], &fault) != FRANK_OK) {
        return io_key_fault(argv[optind], &fault);
    }
    memset(&hub, 0, sizeof hub);
    hub.count = 1;
    hub.keys[0].id = 1;
    (void)crypto_sign_seed_keypair(hub.keys[0].public_key, secret, seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    text = hub_public_encode(&hub);
    if (text == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)puts(text);
    free(text);
    return io_finish(EXIT_DONE);
}
