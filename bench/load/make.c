/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of one message each, of messages that the hub has just stamped. */
#include "keyring_file.h"
#include "load.h"
#include "quorum_public.h"
#include "stamper.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOM_BYTES 4096
#define THREADS 2

struct maker {
    const struct stamper *stamper;
    const struct frank_quorum *quorum;
    size_t count;
    bool bad_mac;
    uint64_t now;
    uint8_t (*reports)[ROOM_BYTES];
    size_t *lengths;
};

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

static void check(int error)
{
    if (error != FRANK_OK) {
        (void)fprintf(stderr, "load: %s\n", frank_strerror(error));
        exit(3);
    }
}

static void make_one(const struct maker *maker, size_t i)
{
    static const char room[] = "mimi://hub.example/r/garden";
    uint8_t random[FRANK_BUILD_RANDOM_BYTES + FRANK_SEAL_RANDOM_BYTES];
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    uint8_t content[1024];
    uint8_t unsealed[ROOM_BYTES];
    char sender[64];
    size_t len = 0;
    struct stamp_request request = {.suite = FRANK_SUITE_X25519_AES128GCM};
    struct stamp stamp;
    struct frank_kept kept = {0};
    struct frank_report report = {
        .reason = 1, .messages = &kept, .count = 1, .created = maker->now};

    randombytes_buf(random, sizeof random);
    randombytes_buf(salt, sizeof salt);
    (void)snprintf(sender, sizeof sender, "mimi://a.example/u/user-%04u",
                   (unsigned)randombytes_uniform(10000));
    check(frank_plain_build(content, sizeof content, &len, salt, span(sender),
                            span(room), span("text/plain"),
                            span("canary-of-a-message"), NULL));
    check(frank_tag(request.tag, content, len, NULL));
    request.context =
        (struct frank_context){span(sender), span(room), maker->now};
    check(stamper_stamp(maker->stamper, &stamp, &request, NULL));
    kept.content = (struct frank_span){content, len};
    kept.context = request.context;
    kept.frank = stamp.frank;
    if (maker->bad_mac) {
        kept.frank.server_frank[0] ^= 1;
    }
    check(frank_report_build(unsealed, sizeof unsealed, &len, NULL, &report,
                             random, NULL));
    check(frank_report_seal(maker->reports[i], ROOM_BYTES, &maker->lengths[i],
                            unsealed, len, maker->quorum,
                            random + FRANK_BUILD_RANDOM_BYTES, NULL));
}

struct part {
    const struct maker *maker;
    size_t from;
};

static void *make_part(void *argument)
{
    const struct part *part = argument;

    for (size_t i = part->from; i < part->maker->count; i += THREADS) {
        make_one(part->maker, i);
    }
    return NULL;
}

static void load_quorum(struct frank_quorum *out, const char *path)
{
    char text[QUORUM_PUBLIC_MAX_BYTES];
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof text, file);

    if (file == NULL) {
        load_fail("--quorum");
    }
    (void)fclose(file);
    check(quorum_public_decode(out, text, len, NULL));
}

static void write_all(const struct maker *maker, const char *path)
{
    FILE *file = path == NULL ? NULL : fopen(path, "wb");

    if (file == NULL) {
        load_fail("--out");
    }
    for (size_t i = 0; i < maker->count; i++) {
        size_t len = maker->lengths[i];
        const uint8_t front[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16),
                                  (uint8_t)(len >> 8), (uint8_t)len};

        (void)fwrite(front, 1, sizeof front, file);
        (void)fwrite(maker->reports[i], 1, len, file);
    }
    if (fclose(file) != 0) {
        load_fail("--out");
    }
}

int load_make(int argc, char **argv)
{
    const char *keyring = load_option(argc, argv, "--keyring");
    struct keyring *ring = NULL;
    struct stamper *stamper = NULL;
    struct frank_quorum quorum;
    struct maker maker = {0};
    struct part parts[THREADS];
    pthread_t threads[THREADS];
    struct timespec now;

    if (keyring == NULL) {
        errno = EINVAL;
        load_fail("--keyring");
    }
    check(keyring_file_load(&ring, keyring, NULL));
    check(stamper_new(&stamper, ring, NULL));
    load_quorum(&quorum, load_option(argc, argv, "--quorum"));
    (void)clock_gettime(CLOCK_REALTIME, &now);
    maker.stamper = stamper;
    maker.quorum = &quorum;
    maker.count = load_number(argc, argv, "--count", 100);
    maker.bad_mac = load_number(argc, argv, "--bad-mac", 0) != 0;
    maker.now = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    maker.reports = malloc(maker.count * ROOM_BYTES);
    maker.lengths = calloc(maker.count, sizeof *maker.lengths);
    if (maker.reports == NULL || maker.lengths == NULL) {
        load_fail("memory");
    }
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct part){&maker, i};
        if (pthread_create(&threads[i], NULL, make_part, &parts[i]) != 0) {
            load_fail("thread");
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    write_all(&maker, load_option(argc, argv, "--out"));
    stamper_free(stamper);
    keyring_free(ring);
    free(maker.reports);
    free(maker.lengths);
    return 0;
}
