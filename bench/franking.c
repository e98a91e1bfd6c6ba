/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, stamps and checks of single messages. */
#include "bench.h"
#include "hmac.h"
#include "stamp.h"
#include "stamper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is measured --------------------------------------------------- */

static const char sender[] = "mimi://hub.example/u/a-user-of-forty-byt";
static const char room[] = "mimi://hub.example/r/a-room-of-forty-byt";

static struct {
    uint8_t bytes[70000];
    size_t len;
    size_t salt_len;
    const uint8_t *salt;
    uint8_t tag[FRANK_TAG_BYTES];
} content;

static uint8_t sink[64];
static struct stamper *stamper;
static struct frank_context context;
static struct stamp stamp;
static struct stamp_request request;
static uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
static uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
static uint8_t signed_bytes[STAMP_SIGNED_MAX_BYTES];
static size_t signed_len;
static struct hmac ready;
static uint8_t mac_input[FRANK_TAG_BYTES + FRANK_CONTEXT_MAX_BYTES];
static size_t mac_input_len;

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

static void tag_bare(void)
{
    bare_hmac(sink, content.salt, content.salt_len, content.bytes, content.len);
}

static void tag_ours(void)
{
    need(frank_tag(sink, content.bytes, content.len, NULL));
}

static void mac_bare(void)
{
    hash_state inner = ready.inner;
    hash_state outer = ready.outer;

    hash_update(&inner, mac_input, mac_input_len);
    hash_final(&inner, sink);
    hash_update(&outer, sink, HASH_BYTES);
    hash_final(&outer, sink);
}

static void mac_ours(void)
{
    need(stamper_mac(stamper, sink, request.tag, &context, NULL));
}

static void sign_bare(void)
{
    (void)crypto_sign_detached(sink, NULL, signed_bytes, signed_len,
                               secret_key);
}

static void sign_ours(void)
{
    need(stamper_stamp(stamper, &stamp, &request, NULL));
}

static void check_bare(void)
{
    tag_bare();
    if (crypto_sign_verify_detached(stamp.frank.signature, signed_bytes,
                                    signed_len, public_key) != 0) {
        exit(3);
    }
}

static void check_ours(void)
{
    need(frank_check(content.bytes, content.len, content.tag, &context,
                     &stamp.frank, public_key, NULL));
}

static void read_ours(void)
{
    need(frank_opening_check(NULL, content.bytes, content.len, content.tag,
                             &context, NULL));
}

static void verify_ours(void)
{
    uint8_t tag[FRANK_TAG_BYTES];

    need(frank_tag(tag, content.bytes, content.len, NULL));
    need(stamper_mac(stamper, sink, tag, &context, NULL));
    if (sodium_memcmp(sink, stamp.frank.server_frank, FRANK_MAC_BYTES) != 0) {
        exit(3);
    }
}

/* ---- Contents of a given length ----------------------------------------- */

/* A MIMI message of one text part, len bytes in all. */
static void make_mimi(size_t len)
{
    static const char type[] = "text/plain;charset=utf-8";
    uint8_t *p = content.bytes;
    size_t rest;

    *p++ = 0x87;
    *p++ = 0x50;
    randombytes_buf(p, 16);
    content.salt = p;
    content.salt_len = 16;
    p += 16;
    memcpy(p, "\xf6\x40\xf6\xf6\xa2\x01\x78\x28", 8);
    memcpy(p + 8, sender, 40);
    memcpy(p + 48, "\x02\x78\x28", 3);
    memcpy(p + 51, room, 40);
    memcpy(p + 91,
           "\x85\x01\x62"
           "en\x01\x78\x18",
           8);
    memcpy(p + 99, type, 24);
    p += 123;
    rest = len - (size_t)(p - content.bytes) - 3;
    *p++ = 0x59;
    *p++ = (uint8_t)(rest >> 8);
    *p++ = (uint8_t)rest;
    memset(p, 'x', rest);
    content.len = len;
}

static void make_plain(size_t len)
{
    static uint8_t body[70000];
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    size_t rest = len - 1 - 32 - 41 - 41 - 11 - (len > 16500 ? 4 : 2);

    randombytes_buf(salt, sizeof salt);
    need(frank_plain_build(content.bytes, sizeof content.bytes, &content.len,
                           salt, span(sender), span(room), span("text/plain"),
                           (struct frank_span){body, rest}, NULL));
    content.salt = content.bytes + 1;
    content.salt_len = FRANK_PLAIN_SALT_BYTES;
}

static void make_parted(size_t len)
{
    static uint8_t body[70000];
    struct frank_part parts[8];
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];

    randombytes_buf(salt, sizeof salt);
    for (size_t i = 0; i < 8; i++) {
        parts[i] = (struct frank_part){.name = span("part"),
                                       .media_type = span("text/plain"),
                                       .body = {body, len / 8 - 64}};
        randombytes_buf(parts[i].salt, sizeof parts[i].salt);
    }
    need(frank_parted_build(content.bytes, sizeof content.bytes, &content.len,
                            salt, span(sender), span(room), parts, 8, NULL));
    content.salt = content.bytes + 1;
    content.salt_len = FRANK_PLAIN_SALT_BYTES;
}

/* Stamps the content that was made. */
static void stamp_content(void)
{
    size_t len = 0;

    need(frank_tag(content.tag, content.bytes, content.len, NULL));
    memcpy(request.tag, content.tag, sizeof request.tag);
    sign_ours();
    need(stamp_signed_bytes(signed_bytes, &signed_len, stamp.frank.server_frank,
                            stamp.frank.suite, &context, NULL));
    memcpy(mac_input, request.tag, FRANK_TAG_BYTES);
    need(frank_context_encode(mac_input + FRANK_TAG_BYTES,
                              FRANK_CONTEXT_MAX_BYTES, &len, &context, NULL));
    mac_input_len = FRANK_TAG_BYTES + len;
}

static void make_hub(void)
{
    uint8_t master[32];
    uint8_t seed[32];
    uint8_t key[32];
    struct keyring *ring = NULL;

    randombytes_buf(master, sizeof master);
    randombytes_buf(seed, sizeof seed);
    need(keyring_new(&ring, master, seed, 0, NULL));
    need(stamper_new(&stamper, ring, NULL));
    keyring_free(ring);
    (void)crypto_sign_seed_keypair(public_key, secret_key, seed);
    hmac_subkey(key, master, "frank v1 hub_key");
    hmac_schedule(&ready, key, sizeof key);
    context = (struct frank_context){
        {(const uint8_t *)sender, 40}, {(const uint8_t *)room, 40}, TIME};
    request = (struct stamp_request){.context = context, .suite = 1};
}

/* ---- The rows ----------------------------------------------------------- */

static void bench_path(void)
{
    static const struct {
        const char *name;
        work *ours;
        double published; /* microseconds */
    } steps[] = {
        {"frank: tag of a message of 1,000 bytes", tag_ours, 11.8},
        {"stamp: its MAC", mac_ours, 8.0},
        {"read: tag, sender, room checked", read_ours, 9.7},
        {"verify: tag and MAC computed again", verify_ours, 16.2},
    };

    say("The whole path without signatures, in microseconds, beside public\n"
        "research code (plain franking in C on OpenSSL; its figures are from "
        "an\nearlier measurement on such a machine, not from this run)");
    make_mimi(1000);
    stamp_content();
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct figure f = measure(steps[i].ours, NULL);

        f.ours /= 1000;
        f.bare = steps[i].published;
        f.ratio = f.low = f.high = f.bare / f.ours;
        put(steps[i].name, "us", &f, 10, true);
    }
}

static void bench_tag(const char *name, void (*make)(size_t), size_t len,
                      double goal)
{
    struct figure f;

    make(len);
    f = measure(tag_ours, tag_bare);
    put(name, "ns", &f, goal, false);
}

static void bench_primitives(void)
{
    struct figure f;

    say("Beside the bare primitive, in nanoseconds");
    bench_tag("tag, MIMI, 1 KiB / HMAC-SHA256", make_mimi, 1024, 1.10);
    bench_tag("tag, MIMI, 64 KiB / HMAC-SHA256", make_mimi, 65536, 1.10);
    bench_tag("tag, plain, 1 KiB / HMAC-SHA256", make_plain, 1024, 1.10);
    bench_tag("tag, plain, 64 KiB / HMAC-SHA256", make_plain, 65536, 1.10);
    bench_tag("tag, 8 parts, 64 KiB (hashes twice)", make_parted, 65536, 1.10);
    make_mimi(1024);
    stamp_content();
    f = measure(mac_ours, mac_bare);
    put("stamp, MAC only / HMAC, schedule ready", "ns", &f, 1.30, false);
    f.bare = 3e6;
    f.ours = 1e9 / f.ours;
    f.ratio = f.low = f.high = f.ours / f.bare;
    put("stamps a second on one core / 3 million", "/s", &f, 1, true);
    f = measure(sign_ours, sign_bare);
    put("stamp, signed / Ed25519 sign", "ns", &f, 1.05, false);
    f = measure(check_ours, check_bare);
    put("check of a frank / Ed25519 verify + HMAC", "ns", &f, 1.05, false);
}

/* ---- Two threads -------------------------------------------------------- */

#define BATCH 30000

static double batch_rate(unsigned threads)
{
    static struct stamp out[BATCH];
    static int errors[BATCH];
    static struct stamp_request requests[BATCH];
    double start;

    for (size_t i = 0; i < BATCH; i++) {
        requests[i] = request;
    }
    start = now_ns();
    if (stamper_batch(stamper, out, errors, requests, BATCH, threads) != 0) {
        exit(3);
    }
    return BATCH / (now_ns() - start);
}

/* Bytes a second of SHA-256 in `openssl speed`; 0 without openssl. */
static double openssl_rate(unsigned threads)
{
    char command[160];
    char line[512];
    double rate = 0;
    FILE *out;

    (void)snprintf(command, sizeof command,
                   "openssl speed -seconds 1 -bytes 1024 -mr -multi %u -evp "
                   "sha256 2>/dev/null",
                   threads);
    out = popen(command, "r"); /* NOLINT(cert-env33-c) */
    while (out != NULL && fgets(line, sizeof line, out) != NULL) {
        const char *last = strrchr(line, ':');

        if (strncmp(line, "+F:", 3) == 0 && last != NULL) {
            rate = strtod(last + 1, NULL);
        }
    }
    if (out != NULL) {
        (void)pclose(out);
    }
    return rate;
}

static void bench_threads(void)
{
    double ours[5];
    double theirs[5];
    struct figure f = {0};

    say("Two threads, as many times one thread, beside `openssl speed -multi`");
    for (size_t i = 0; i < 5; i++) {
        double one = openssl_rate(1);

        ours[i] = batch_rate(1);
        ours[i] = batch_rate(2) / ours[i];
        theirs[i] = one > 0 ? openssl_rate(2) / one : 0;
    }
    qsort(ours, 5, sizeof ours[0], by_size);
    qsort(theirs, 5, sizeof theirs[0], by_size);
    if (!(theirs[2] > 0)) {
        say("There is no openssl here to compare with.");
        return;
    }
    f.ours = ours[2];
    f.bare = theirs[2];
    f.ratio = ours[2] / theirs[2];
    f.low = ours[1] / theirs[2];
    f.high = ours[3] / theirs[2];
    put("batch on 2 threads / openssl on 2", "x ", &f, 0.95, true);
}

static void bench_memory(void)
{
    struct figure f = {0};
    size_t before = allocations();

    say("Memory");
    for (size_t i = 0; i < 1000; i++) {
        tag_ours();
        mac_ours();
        sign_ours();
        check_ours();
    }
    f.ours = (double)(allocations() - before);
    f.ratio = f.low = f.high = f.ours;
    put("allocations for 1,000 messages", "  ", &f, 0, false);
}

void bench_franking(void)
{
    make_hub();
    bench_path();
    bench_primitives();
    bench_threads();
    bench_memory();
    stamper_free(stamper);
}
