/* SPDX-License-Identifier: Apache-2.0 */
#include "stamper.h"

#include "hmac.h"
#include "hub_public.h"
#include "stamp.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#define HUB_KEY_LABEL "frank v1 hub_key"
#define TRANSCRIPT_KEY_LABEL "frank v1 transcript_key"
#define ROW_KEY_LABEL "frank v1 row_key"

/* tag, context, room_seq, seen_seq */
#define MAC_INPUT_MAX_BYTES (FRANK_TAG_BYTES + FRANK_CONTEXT_MAX_BYTES + 8 + 8)

/* A hub makes one or the other use of an epoch's master: what was stamped
 * under one key is nothing under the other. */
struct epoch_keys {
    uint64_t not_before;
    uint32_t id;
    bool destroyed;
    struct hmac hub;
    struct hmac transcript;
    struct hmac row;
};

struct stamper {
    struct hub_public publics;
    /* secrets[i] goes with publics.keys[i]; of a retired key, zeros */
    uint8_t secrets[KEYRING_KEYS_MAX][crypto_sign_SECRETKEYBYTES];
    size_t epoch_count;
    struct epoch_keys epochs[];
};

static void schedule(struct hmac *out,
                     const uint8_t master[static KEYRING_MASTER_BYTES],
                     const char *label)
{
    uint8_t key[HASH_BYTES];

    hmac_subkey(key, master, label);
    hmac_schedule(out, key, sizeof key);
    sodium_memzero(key, sizeof key);
}

static void load_epoch(struct epoch_keys *out,
                       const struct keyring_epoch *epoch)
{
    out->not_before = epoch->not_before;
    out->id = epoch->id;
    out->destroyed = epoch->destroyed;
    if (!epoch->destroyed) {
        schedule(&out->hub, epoch->master, HUB_KEY_LABEL);
        schedule(&out->transcript, epoch->master, TRANSCRIPT_KEY_LABEL);
        schedule(&out->row, epoch->master, ROW_KEY_LABEL);
    }
}

int stamper_new(struct stamper **out, const struct keyring *ring,
                struct frank_fault *fault)
{
    size_t size =
        sizeof(struct stamper) + ring->epoch_count * sizeof(struct epoch_keys);
    /* sodium_malloc() puts an object's end at a page's end; the size must
     * be a multiple of the alignment, as sizes of structures are. */
    struct stamper *stamper = sodium_malloc(size);

    if (stamper == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "stamper", 0, 0, 0);
    }
    memset(stamper, 0, size);
    stamper->epoch_count = ring->epoch_count;
    hub_public_from(&stamper->publics, ring);
    for (size_t i = 0; i < ring->epoch_count; i++) {
        load_epoch(&stamper->epochs[i], &ring->epochs[i]);
    }
    for (size_t i = 0; i < ring->key_count; i++) {
        if (ring->keys[i].retired == 0) {
            (void)crypto_sign_seed_keypair(stamper->publics.keys[i].public_key,
                                           stamper->secrets[i],
                                           ring->keys[i].seed);
        }
    }
    *out = stamper;
    return FRANK_OK;
}

void stamper_free(struct stamper *stamper)
{
    sodium_free(stamper); /* wipes */
}

/* The epoch of a time, whose keys are there. */
static int find_epoch(const struct stamper *stamper, uint64_t time,
                      const struct epoch_keys **out, struct frank_fault *fault)
{
    size_t i = stamper->epoch_count;

    while (i > 0 && stamper->epochs[i - 1].not_before > time) {
        i--;
    }
    if (i == 0) {
        return wire_fault(fault, FRANK_ERR_NO_EPOCH, "accepted timestamp", 0, 0,
                          0);
    }
    if (stamper->epochs[i - 1].destroyed) {
        return wire_fault(fault, FRANK_ERR_EPOCH_DESTROYED,
                          "accepted timestamp", 0, 0, 0);
    }
    *out = &stamper->epochs[i - 1];
    return FRANK_OK;
}

/* HMAC over tag and context, and over the order if there is one. */
static int compute_mac(uint8_t out[static FRANK_MAC_BYTES],
                       const struct hmac *key,
                       const uint8_t tag[static FRANK_TAG_BYTES],
                       const struct frank_context *context,
                       const struct stamp_order *order,
                       struct frank_fault *fault)
{
    uint8_t input[MAC_INPUT_MAX_BYTES];
    struct wire_writer w;
    struct hmac mac;
    size_t len;
    int error;

    wire_write_init(&w, input, sizeof input);
    wire_write_bytes(&w, tag, FRANK_TAG_BYTES);
    stamp_write_context(&w, context);
    if (order != NULL) {
        wire_write_u64(&w, order->room_seq);
        wire_write_u64(&w, order->seen_seq);
    }
    error = wire_write_result(&w, &len, fault);
    if (error == FRANK_OK) {
        mac = *key;
        hmac_update(&mac, input, len);
        hmac_final(&mac, out);
    }
    return error;
}

int stamper_mac(const struct stamper *stamper,
                uint8_t out[static FRANK_MAC_BYTES],
                const uint8_t tag[static FRANK_TAG_BYTES],
                const struct frank_context *context, struct frank_fault *fault)
{
    const struct epoch_keys *epoch;
    int error = find_epoch(stamper, context->accepted_timestamp, &epoch, fault);

    if (error == FRANK_OK) {
        error = compute_mac(out, &epoch->hub, tag, context, NULL, fault);
    }
    return error;
}

int stamper_row(const struct stamper *stamper,
                uint8_t out[static FRANK_MAC_BYTES], uint32_t *epoch,
                uint64_t time, const char *label,
                const struct frank_span *parts, size_t count,
                struct frank_fault *fault)
{
    const struct epoch_keys *keys;
    struct hmac mac;
    int error = find_epoch(stamper, time, &keys, fault);

    if (error != FRANK_OK) {
        return error;
    }
    mac = keys->row;
    hmac_update(&mac, (const uint8_t *)label, strlen(label));
    for (size_t i = 0; i < count; i++) {
        uint8_t len[8];
        struct wire_writer w;

        wire_write_init(&w, len, sizeof len);
        wire_write_u64(&w, parts[i].len);
        hmac_update(&mac, len, sizeof len);
        hmac_update(&mac, parts[i].data, parts[i].len);
    }
    hmac_final(&mac, out);
    *epoch = keys->id;
    return FRANK_OK;
}

/* The secret key that signs at a time: the one asked for, or the newest. */
static const uint8_t *signer(const struct stamper *stamper, uint32_t id,
                             uint64_t time)
{
    const uint8_t *secret = NULL;
    uint64_t newest = 0;

    for (size_t i = 0; i < stamper->publics.count; i++) {
        const struct hub_public_key *key = &stamper->publics.keys[i];

        if (key->retired == 0 && key->not_before <= time &&
            key->not_before >= newest && (id == 0 || id == key->id)) {
            newest = key->not_before;
            secret = stamper->secrets[i];
        }
    }
    return secret;
}

int stamper_sign(const struct stamper *stamper,
                 uint8_t signature[static FRANK_SIGNATURE_BYTES],
                 const char *label, struct frank_span content, uint64_t time,
                 struct frank_fault *fault)
{
    uint8_t message[HUB_PUBLIC_SIGNED_MAX_BYTES];
    const uint8_t *secret = signer(stamper, 0, time);
    struct wire_writer w;
    size_t len;
    int error;

    if (secret == NULL) {
        return wire_fault(fault, FRANK_ERR_NO_KEY, "signature key", 0, 0, 0);
    }
    wire_write_init(&w, message, sizeof message);
    stamp_write_signed(&w, label, content);
    error = wire_write_result(&w, &len, fault);
    if (error == FRANK_OK) {
        (void)crypto_sign_detached(signature, NULL, message, len, secret);
    }
    return error;
}

static int sign(const struct stamper *stamper, struct frank_frank *frank,
                const struct stamp_request *request, struct frank_fault *fault)
{
    uint8_t message[STAMP_SIGNED_MAX_BYTES];
    size_t len = 0;
    const uint8_t *secret =
        signer(stamper, request->key_id, request->context.accepted_timestamp);
    int error;

    if (secret == NULL) {
        return wire_fault(fault, FRANK_ERR_NO_KEY, "signature key", 0,
                          request->key_id, 0);
    }
    error = stamp_signed_bytes(message, &len, frank->server_frank, frank->suite,
                               &request->context, fault);
    if (error == FRANK_OK) {
        (void)crypto_sign_detached(frank->signature, NULL, message, len,
                                   secret);
    }
    return error;
}

int stamper_transcript(const struct stamper *stamper,
                       uint8_t out[static FRANK_MAC_BYTES],
                       const struct stamp_request *request,
                       struct frank_fault *fault)
{
    const struct epoch_keys *epoch;
    int error;

    if (request->order.seen_seq >= request->order.room_seq) {
        return wire_fault(
            fault, FRANK_ERR_VALUE, "seen_seq", 0, request->order.seen_seq,
            request->order.room_seq > 0 ? request->order.room_seq - 1 : 0);
    }
    error =
        find_epoch(stamper, request->context.accepted_timestamp, &epoch, fault);
    if (error == FRANK_OK) {
        error = compute_mac(out, &epoch->transcript, request->tag,
                            &request->context, &request->order, fault);
    }
    return error;
}

int stamper_stamp(const struct stamper *stamper, struct stamp *out,
                  const struct stamp_request *request,
                  struct frank_fault *fault)
{
    struct stamp stamp = {.frank.suite = request->suite};
    int error;

    memset(out, 0, sizeof *out);
    if (!frank_suite_is_supported(request->suite)) {
        return wire_fault(fault, FRANK_ERR_SUITE, "cipher suite", 0,
                          request->suite, FRANK_SUITE_X25519_AES128GCM);
    }
    error = stamper_mac(stamper, stamp.frank.server_frank, request->tag,
                        &request->context, fault);
    if (error == FRANK_OK && request->ordered) {
        error =
            stamper_transcript(stamper, stamp.transcript_frank, request, fault);
    }
    if (error == FRANK_OK && !request->mac_only) {
        error = sign(stamper, &stamp.frank, request, fault);
    }
    if (error == FRANK_OK) {
        *out = stamp;
    }
    return error;
}

/* ---- Batch -------------------------------------------------------------- */

struct batch {
    const struct stamper *stamper;
    struct stamp *out;
    int *errors;
    const struct stamp_request *requests;
    size_t count;
    size_t failed;
};

static void *batch_run(void *argument)
{
    struct batch *batch = argument;
    size_t failed = 0;

    for (size_t i = 0; i < batch->count; i++) {
        batch->errors[i] = stamper_stamp(batch->stamper, &batch->out[i],
                                         &batch->requests[i], NULL);
        failed += batch->errors[i] != FRANK_OK;
    }
    batch->failed = failed;
    return NULL;
}

static struct batch batch_slice(const struct batch *whole, size_t index,
                                size_t threads)
{
    struct batch slice = *whole;
    size_t each = whole->count / threads;
    size_t more = whole->count % threads; /* the first ones take one more */
    size_t from = each * index + (index < more ? index : more);

    slice.out += from;
    slice.errors += from;
    slice.requests += from;
    slice.count = each + (index < more);
    return slice;
}

#define BATCH_THREADS_MAX 64

size_t stamper_batch(const struct stamper *stamper, struct stamp *out,
                     int *errors, const struct stamp_request *requests,
                     size_t count, unsigned threads)
{
    const struct batch whole = {stamper, out, errors, requests, count, 0};
    struct batch slices[BATCH_THREADS_MAX];
    pthread_t ids[BATCH_THREADS_MAX];
    bool running[BATCH_THREADS_MAX] = {false};
    size_t n = threads < 1                   ? 1
               : threads > BATCH_THREADS_MAX ? BATCH_THREADS_MAX
                                             : threads;
    size_t failed = 0;

    for (size_t i = 0; i < n; i++) {
        slices[i] = batch_slice(&whole, i, n);
        running[i] =
            i > 0 && pthread_create(&ids[i], NULL, batch_run, &slices[i]) == 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (running[i]) {
            (void)pthread_join(ids[i], NULL);
        } else {
            (void)batch_run(&slices[i]);
        }
        failed += slices[i].failed;
    }
    return failed;
}

/* ---- Checking ----------------------------------------------------------- */

static int check_mac(const struct hmac *key, const struct stamp_claim *claim,
                     const struct stamp_order *order,
                     const uint8_t stated[static FRANK_MAC_BYTES], int wrong,
                     struct frank_fault *fault)
{
    uint8_t mac[FRANK_MAC_BYTES];
    int error =
        compute_mac(mac, key, claim->tag, &claim->context, order, fault);

    if (error == FRANK_OK && sodium_memcmp(mac, stated, sizeof mac) != 0) {
        error = wire_fault(fault, wrong,
                           order == NULL ? "server frank" : "transcript frank",
                           0, 0, 0);
    }
    sodium_memzero(mac, sizeof mac);
    return error;
}

int stamper_check(const struct stamper *stamper,
                  const struct stamp_claim *claim, struct frank_fault *fault)
{
    const struct epoch_keys *epoch = NULL;
    struct frank_fault expired;
    int error;

    if (!frank_suite_is_supported(claim->frank.suite)) {
        return wire_fault(fault, FRANK_ERR_SUITE, "cipher suite", 0,
                          claim->frank.suite, FRANK_SUITE_X25519_AES128GCM);
    }
    error = find_epoch(stamper, claim->context.accepted_timestamp, &epoch,
                       &expired);
    if (error == FRANK_ERR_NO_EPOCH) {
        return wire_fault(fault, error, expired.field, 0, 0, 0);
    }
    if (epoch != NULL) {
        error = check_mac(&epoch->hub, claim, NULL, claim->frank.server_frank,
                          FRANK_ERR_MAC, fault);
        if (error != FRANK_OK) {
            return error;
        }
    }
    error = hub_public_check(&stamper->publics, &claim->frank, &claim->context,
                             fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (epoch == NULL) {
        return wire_fault(fault, FRANK_ERR_EPOCH_DESTROYED, expired.field, 0, 0,
                          0);
    }
    return claim->ordered
               ? check_mac(&epoch->transcript, claim, &claim->order,
                           claim->transcript_frank, FRANK_ERR_TRANSCRIPT, fault)
               : FRANK_OK;
}
