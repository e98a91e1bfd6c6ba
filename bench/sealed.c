/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed reports, beside the group operations that they cannot do without. */
#include "bench.h"
#include "group.h"
#include "opening.h"
#include "sealed_check.h"
#include "stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES 5
#define MESSAGE_BYTES 1024
#define REPORT_ROOM 16384

static const char sender[] = "mimi://hub.example/u/a-user-of-forty-byt";
static const char room[] = "mimi://hub.example/r/a-room-of-forty-byt";

static uint8_t contents[MESSAGES][MESSAGE_BYTES + 256];
static struct frank_kept kept[MESSAGES];
static struct frank_report report;
static struct stamper *stamper;
static uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
static struct frank_quorum quorum;
static struct share shares[3];
static struct consent consents[2];

static uint8_t random_bytes[FRANK_BUILD_RANDOM_BYTES + FRANK_SEAL_RANDOM_BYTES];
static uint8_t unsealed[REPORT_ROOM];
static size_t unsealed_len;
static uint8_t sealed[REPORT_ROOM];
static size_t sealed_len;

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

/* ---- Bare --------------------------------------------------------------- */

static uint8_t scalar[GROUP_SCALAR_BYTES];
static uint8_t point[GROUP_POINT_BYTES];
static uint8_t sink[GROUP_POINT_BYTES];

static void multiply_base(void)
{
    if (crypto_scalarmult_ristretto255_base(sink, scalar) != 0) {
        exit(3);
    }
}

static void multiply(void)
{
    if (crypto_scalarmult_ristretto255(sink, scalar, point) != 0) {
        exit(3);
    }
}

/* f * base and e * public, for one base or two. */
static void multiply_proof(void)
{
    multiply_base();
    multiply();
    multiply();
    multiply();
}

/* U, W, Z, tG, tH, and the body. */
static void seal_bare(void)
{
    static uint8_t body[REPORT_ROOM];
    static const uint8_t nonce[24];

    multiply_base();
    multiply();
    multiply();
    multiply_base();
    multiply();
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        body, NULL, unsealed, unsealed_len, NULL, 0, NULL, nonce, scalar);
}

static void check_bare(void)
{
    static uint8_t signed_bytes[STAMP_SIGNED_MAX_BYTES];
    size_t len = 0;
    uint8_t mac[32];

    need(stamp_signed_bytes(signed_bytes, &len, kept[0].frank.server_frank,
                            kept[0].frank.suite, &kept[0].context, NULL));
    bare_hmac(mac, scalar, sizeof scalar, signed_bytes, len);
    if (crypto_sign_verify_detached(kept[0].frank.signature, signed_bytes, len,
                                    public_key) != 0) {
        exit(3);
    }
    multiply_proof();
}

/* Two consents' proofs and the seal's, and the sum of lambda_i * U_i. */
static void open_bare(void)
{
    for (size_t i = 0; i < 3; i++) {
        multiply_proof();
        (void)crypto_core_ristretto255_sub(sink, point, point);
        (void)crypto_core_ristretto255_sub(sink, point, point);
    }
    multiply();
    multiply();
    (void)crypto_core_ristretto255_add(sink, point, point);
}

/* ---- Ours --------------------------------------------------------------- */

static void build_ours(void)
{
    need(frank_report_build(unsealed, sizeof unsealed, &unsealed_len, NULL,
                            &report, random_bytes, NULL));
}

static void seal_ours(void)
{
    need(frank_report_seal(sealed, sizeof sealed, &sealed_len, unsealed,
                           unsealed_len, &quorum,
                           random_bytes + FRANK_BUILD_RANDOM_BYTES, NULL));
}

static void build_and_seal_ours(void)
{
    build_ours();
    seal_ours();
}

static void check_ours(void)
{
    static struct sealed_check check;

    need(sealed_check(&check, stamper, NULL, sealed, sealed_len, TIME, NULL));
}

static void consent_ours(void)
{
    static struct sealed_report decoded;

    need(sealed_report_decode(&decoded, sealed, sealed_len, NULL));
    for (size_t i = 0; i < 2; i++) {
        need(consent_make(&consents[i], &shares[i], &decoded, random_bytes,
                          NULL));
    }
}

static void open_ours(void)
{
    struct opening *opening = NULL;
    size_t which;

    need(opening_open(&opening, &which, sealed, sealed_len, &quorum, consents,
                      2, NULL));
    opening_free(opening);
}

/* ---- Reports ------------------------------------------------------------ */

static void make_message(size_t i, size_t len)
{
    static uint8_t body[MESSAGE_BYTES];
    struct stamp_request request = {.context = {span(sender), span(room), TIME},
                                    .suite = 1};
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    struct stamp stamp;
    size_t written = 0;

    randombytes_buf(salt, sizeof salt);
    need(frank_plain_build(contents[i], sizeof contents[i], &written, salt,
                           span(sender), span(room), span("text/plain"),
                           (struct frank_span){body, len}, NULL));
    need(frank_tag(request.tag, contents[i], written, NULL));
    need(stamper_stamp(stamper, &stamp, &request, NULL));
    kept[i] = (struct frank_kept){.content = {contents[i], written},
                                  .context = request.context,
                                  .frank = stamp.frank};
}

static void make_report(size_t count, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        make_message(i, len);
    }
    report = (struct frank_report){
        .reporter = span("mimi://hub.example/u/the-reporter-of-40-byte"),
        .reason = 1,
        .created = TIME,
        .messages = kept,
        .count = count};
    build_and_seal_ours();
}

static void make_parties(void)
{
    uint8_t secret[32];
    uint8_t random[2 * SHARE_RANDOM_BYTES];
    uint8_t pair[crypto_sign_SECRETKEYBYTES];
    struct keyring *ring = NULL;

    randombytes_buf(secret, sizeof secret);
    randombytes_buf(random, sizeof random);
    randombytes_buf(random_bytes, sizeof random_bytes);
    need(keyring_new(&ring, secret, secret, 0, NULL));
    need(stamper_new(&stamper, ring, NULL));
    keyring_free(ring);
    (void)crypto_sign_seed_keypair(public_key, pair, secret);
    need(share_deal(&quorum, shares, 2, 3, random, NULL));
    crypto_core_ristretto255_scalar_random(scalar);
    crypto_core_ristretto255_random(point);
}

void bench_sealed(void)
{
    struct figure f;

    say("Sealed reports, beside their group operations, in nanoseconds");
    make_parties();
    make_report(MESSAGES, MESSAGE_BYTES);
    f = measure(seal_ours, seal_bare);
    put("seal, 5 of 1 KiB / 5 multiplications + AEAD", "ns", &f, 1.30, false);
    f = measure(build_and_seal_ours, seal_bare);
    put("the same, its messages checked and put down", "ns", &f, 1.30, false);
    consent_ours();
    f = measure(open_ours, open_bare);
    put("open, 2 of 3 / its 21 group operations", "ns", &f, 1.30, false);
    make_report(1, MESSAGE_BYTES);
    f = measure(check_ours, check_bare);
    put("blind check of one / HMAC, verify, 4 mult.", "ns", &f, 1.30, false);
    make_report(MESSAGES, 80);
    f.ours = (double)sealed_len;
    f.bare = 4096;
    f.ratio = f.low = f.high = f.ours / f.bare;
    put("sealed report of 5 lines / 4 KiB", "B ", &f, 1, false);
    stamper_free(stamper);
}
