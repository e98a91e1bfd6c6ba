/* SPDX-License-Identifier: Apache-2.0 */
/* What a durable report cannot do without: a sync of the disk, shared by those
 * of one commit, and its cryptography. */
#include "group.h"
#include "hmac.h"
#include "load.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Synced writes of 4 KiB a second, behind each other in a file. */
static double disk(const char *folder)
{
    static const uint8_t page[4096] = {1};
    char path[4096];
    uint64_t begun;
    unsigned n = 0;
    int fd;

    (void)snprintf(path, sizeof path, "%s/load.tmp", folder);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        load_fail(path);
    }
    begun = load_now_us();
    while (load_now_us() < begun + 1000000) {
        if (pwrite(fd, page, sizeof page, (off_t)n * 4096) != 4096 ||
            fdatasync(fd) != 0) {
            load_fail("fdatasync");
        }
        n++;
    }
    (void)close(fd);
    (void)unlink(path);
    return n * 1e6 / (double)(load_now_us() - begun);
}

/* Reports a second on one core: a MAC, a signature to verify, the four
 * multiplications of the seal's proof, and two signatures to make (verdict and
 * receipt). */
static double primitives(void)
{
    uint8_t key[32] = {1};
    uint8_t scalar[32] = {2};
    uint8_t point[32];
    uint8_t other[32];
    uint8_t message[200] = {3};
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t signature[crypto_sign_BYTES];
    uint64_t begun;
    unsigned n = 0;

    (void)crypto_sign_keypair(public_key, secret);
    (void)crypto_sign_detached(signature, NULL, message, sizeof message,
                               secret);
    (void)crypto_scalarmult_ristretto255_base(point, scalar);
    begun = load_now_us();
    while (load_now_us() < begun + 1000000) {
        struct hmac mac;

        hmac_schedule(&mac, key, sizeof key);
        hmac_update(&mac, message, sizeof message);
        hmac_final(&mac, other);
        if (crypto_sign_verify_detached(signature, message, sizeof message,
                                        public_key) != 0 ||
            crypto_scalarmult_ristretto255_base(other, scalar) != 0 ||
            crypto_scalarmult_ristretto255(other, scalar, point) != 0 ||
            crypto_scalarmult_ristretto255(other, scalar, point) != 0 ||
            crypto_scalarmult_ristretto255(other, scalar, point) != 0) {
            load_fail("primitives");
        }
        (void)crypto_sign_detached(signature, NULL, message, sizeof message,
                                   secret);
        (void)crypto_sign_detached(signature, NULL, message, sizeof message,
                                   secret);
        n++;
    }
    return n * 1e6 / (double)(load_now_us() - begun);
}

int load_bare(int argc, char **argv)
{
    const char *folder = load_option(argc, argv, "--folder");

    (void)printf("{\"syncs_per_second\":%.0f,\"primitives_per_second\":%.0f}\n",
                 disk(folder != NULL ? folder : "."), primitives());
    return 0;
}
