/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Magic, auditor, sealed key, the stream's header, then messages of the stream,
 * each an opaque<V>: the head (tag PUSH); for each case its SpotCheckCase
 * (PUSH) and its bundle in pieces (MESSAGE); an empty one (FINAL). Each has the
 * auditor's key as associated data.
 */
#include "spot_answer.h"

#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define STREAM(name) crypto_secretstream_xchacha20poly1305_##name
#define TAG_MESSAGE STREAM(TAG_MESSAGE)
#define TAG_PUSH STREAM(TAG_PUSH)
#define TAG_FINAL STREAM(TAG_FINAL)
#define SEALED_KEY_BYTES (STREAM(KEYBYTES) + crypto_box_SEALBYTES)
/* size, root, beacon, wanted, population, made */
#define HEAD_MAX_BYTES (8 + 32 + 2 + SPOT_BEACON_MAX_BYTES + 8 + 8 + 8)
#define CASE_BYTES (SPOT_CASE_BYTES + 1 + 4) /* name, state, length */
#define PIECE_MAX_BYTES (SPOT_CHUNK_BYTES + STREAM(ABYTES))
/* magic, auditor, sealed key, header */
#define FRONT_BYTES                                                            \
    (SPOT_MAGIC_BYTES + SPOT_KEY_BYTES + SEALED_KEY_BYTES + STREAM(HEADERBYTES))

/* ---- Writing --------------------------------------------------------------
 */

static int put(const struct spot_sealer *s, const uint8_t *bytes, size_t len,
               struct frank_fault *fault)
{
    return s->write(s->context, bytes, len)
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_FILE, "write", 0, 0, 0);
}

static int push(struct spot_sealer *s, unsigned char tag, const uint8_t *bytes,
                size_t len, struct frank_fault *fault)
{
    size_t room = WIRE_LENGTH_MAX_BYTES + len + STREAM(ABYTES);
    uint8_t *piece = malloc(room);
    struct wire_writer w;
    int error;

    if (piece == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "piece", 0, room, 0);
    }
    wire_write_init(&w, piece, room);
    wire_write_length(&w, len + STREAM(ABYTES), "piece");
    (void)STREAM(push)(&s->stream, piece + w.len, NULL, bytes, len, s->auditor,
                       sizeof s->auditor, tag);
    error = put(s, piece, w.len + len + STREAM(ABYTES), fault);
    free(piece);
    return error;
}

static int put_front(struct spot_sealer *s, struct frank_fault *fault)
{
    uint8_t key[STREAM(KEYBYTES)];
    uint8_t front[FRONT_BYTES];
    uint8_t *at = front;
    int error;

    memcpy(at, SPOT_MAGIC, SPOT_MAGIC_BYTES);
    at += SPOT_MAGIC_BYTES;
    memcpy(at, s->auditor, SPOT_KEY_BYTES);
    at += SPOT_KEY_BYTES;
    STREAM(keygen)(key);
    if (crypto_box_seal(at, key, sizeof key, s->auditor) != 0) {
        sodium_memzero(key, sizeof key);
        return wire_fault(fault, FRANK_ERR_POINT, "auditor's key", 0, 0, 0);
    }
    at += SEALED_KEY_BYTES;
    (void)STREAM(init_push)(&s->stream, at, key);
    error = put(s, front, sizeof front, fault);
    sodium_memzero(key, sizeof key);
    return error;
}

int spot_seal_begin(struct spot_sealer *sealer,
                    const uint8_t auditor[static SPOT_KEY_BYTES],
                    const struct spot_head *head, spot_write *write,
                    void *context, struct frank_fault *fault)
{
    uint8_t bytes[HEAD_MAX_BYTES];
    struct wire_writer w;
    size_t len;
    int error;

    memset(sealer, 0, sizeof *sealer);
    sealer->write = write;
    sealer->context = context;
    memcpy(sealer->auditor, auditor, sizeof sealer->auditor);
    wire_write_init(&w, bytes, sizeof bytes);
    wire_write_u64(&w, head->size);
    wire_write_bytes(&w, head->root, sizeof head->root);
    wire_write_opaque(&w, head->beacon, SPOT_BEACON_MAX_BYTES, "beacon");
    wire_write_u64(&w, head->wanted);
    wire_write_u64(&w, head->population);
    wire_write_u64(&w, head->made);
    error = wire_write_result(&w, &len, fault);
    if (error == FRANK_OK) {
        error = put_front(sealer, fault);
    }
    return error == FRANK_OK ? push(sealer, TAG_PUSH, bytes, len, fault)
                             : error;
}

int spot_seal_case(struct spot_sealer *sealer,
                   const uint8_t name[static SPOT_CASE_BYTES],
                   enum spot_state state, struct frank_span bundle,
                   struct frank_fault *fault)
{
    uint8_t bytes[CASE_BYTES];
    struct wire_writer w;
    int error;

    if (bundle.len > SPOT_BUNDLE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "bundle", 0, bundle.len,
                          SPOT_BUNDLE_MAX_BYTES);
    }
    wire_write_init(&w, bytes, sizeof bytes);
    wire_write_bytes(&w, name, SPOT_CASE_BYTES);
    wire_write_u8(&w, (uint8_t)state);
    wire_write_u32(&w, (uint32_t)bundle.len);
    error = push(sealer, TAG_PUSH, bytes, sizeof bytes, fault);
    for (size_t at = 0; at < bundle.len && error == FRANK_OK;
         at += SPOT_CHUNK_BYTES) {
        size_t len = bundle.len - at < SPOT_CHUNK_BYTES ? bundle.len - at
                                                        : SPOT_CHUNK_BYTES;

        error = push(sealer, TAG_MESSAGE, bundle.data + at, len, fault);
    }
    return error;
}

int spot_seal_end(struct spot_sealer *sealer, struct frank_fault *fault)
{
    int error = push(sealer, TAG_FINAL, NULL, 0, fault);

    sodium_memzero(sealer, sizeof *sealer);
    return error;
}

/* ---- Reading --------------------------------------------------------------
 */

/* The next message of the stream, into out, which has room for max bytes. */
static int pull(struct spot_opener *o, unsigned char *tag, uint8_t *out,
                size_t *len, size_t max, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_span piece;
    unsigned long long written = 0;

    wire_read_init(
        &r, (struct frank_span){o->bytes.data + o->at, o->bytes.len - o->at},
        o->at);
    piece = wire_read_opaque(&r, max + STREAM(ABYTES), "piece");
    if (!wire_read_ok(&r)) {
        return wire_read_result(&r, fault);
    }
    if (piece.len < STREAM(ABYTES) ||
        STREAM(pull)(&o->stream, out, &written, tag, piece.data, piece.len,
                     o->auditor, sizeof o->auditor) != 0) {
        return wire_fault(fault, FRANK_ERR_SEALED, "piece", o->at, 0, 0);
    }
    o->at += r.pos;
    *len = (size_t)written;
    return FRANK_OK;
}

static int read_head(struct spot_opener *o, struct spot_head *head,
                     struct frank_fault *fault)
{
    uint8_t bytes[HEAD_MAX_BYTES];
    struct wire_reader r;
    struct frank_span beacon;
    unsigned char tag = 0;
    size_t len = 0;
    int error = pull(o, &tag, bytes, &len, sizeof bytes, fault);

    if (error != FRANK_OK) {
        return error;
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    head->size = wire_read_u64(&r, "size");
    wire_read_bytes(&r, head->root, sizeof head->root, "root");
    beacon = wire_read_opaque(&r, SPOT_BEACON_MAX_BYTES, "beacon");
    head->wanted = wire_read_u64(&r, "wanted");
    head->population = wire_read_u64(&r, "population");
    head->made = wire_read_u64(&r, "made");
    wire_read_end(&r, "head");
    if (beacon.len > 0) {
        memcpy(o->beacon, beacon.data, beacon.len);
    }
    head->beacon = (struct frank_span){o->beacon, beacon.len};
    if (wire_read_ok(&r) && tag != TAG_PUSH) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "tag", 0, tag, TAG_PUSH);
    }
    return wire_read_result(&r, fault);
}

static int open_stream(struct spot_opener *o, const uint8_t *public_key,
                       const uint8_t *secret_key, struct frank_fault *fault)
{
    uint8_t key[STREAM(KEYBYTES)];
    const uint8_t *auditor = o->bytes.data + SPOT_MAGIC_BYTES;
    const uint8_t *sealed = auditor + SPOT_KEY_BYTES;
    int error = FRANK_OK;

    if (o->bytes.len < FRONT_BYTES) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "answer", 0, o->bytes.len,
                          FRONT_BYTES);
    }
    if (memcmp(o->bytes.data, SPOT_MAGIC, SPOT_MAGIC_BYTES) != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "magic", 0, 0, 0);
    }
    if (memcmp(auditor, public_key, SPOT_KEY_BYTES) != 0 ||
        crypto_box_seal_open(key, sealed, SEALED_KEY_BYTES, public_key,
                             secret_key) != 0 ||
        STREAM(init_pull)(&o->stream, sealed + SEALED_KEY_BYTES, key) != 0) {
        error =
            wire_fault(fault, FRANK_ERR_SEALED, "key", SPOT_MAGIC_BYTES, 0, 0);
    }
    sodium_memzero(key, sizeof key);
    memcpy(o->auditor, auditor, sizeof o->auditor);
    o->at = FRONT_BYTES;
    return error;
}

int spot_open_begin(struct spot_opener *opener, struct spot_head *head,
                    struct frank_span bytes,
                    const uint8_t public_key[static SPOT_KEY_BYTES],
                    const uint8_t secret_key[static SPOT_KEY_BYTES],
                    struct frank_fault *fault)
{
    int error;

    memset(opener, 0, sizeof *opener);
    memset(head, 0, sizeof *head);
    opener->bytes = bytes;
    error = open_stream(opener, public_key, secret_key, fault);
    if (error == FRANK_OK) {
        error = read_head(opener, head, fault);
    }
    if (error != FRANK_OK) {
        memset(head, 0, sizeof *head);
    }
    return error;
}

/* The pieces of a bundle; its length is known. */
static int read_bundle(struct spot_opener *o, struct spot_case *out,
                       struct frank_fault *fault)
{
    size_t got = 0;

    out->bundle = malloc(out->len > 0 ? out->len : 1);
    if (out->bundle == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "bundle", o->at, out->len,
                          0);
    }
    while (got < out->len) {
        size_t left = out->len - got;
        size_t want = left < SPOT_CHUNK_BYTES ? left : SPOT_CHUNK_BYTES;
        unsigned char tag = 0;
        size_t len = 0;
        int error = pull(o, &tag, out->bundle + got, &len, want, fault);

        if (error != FRANK_OK) {
            return error;
        }
        if (len != want || tag != TAG_MESSAGE) {
            return wire_fault(fault, FRANK_ERR_LENGTH, "bundle", o->at, len,
                              want);
        }
        got += len;
    }
    return FRANK_OK;
}

static int read_case(struct spot_opener *o, struct spot_case *out,
                     const uint8_t *bytes, size_t len,
                     struct frank_fault *fault)
{
    struct wire_reader r;
    uint8_t state;

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    wire_read_bytes(&r, out->name, sizeof out->name, "case");
    state = wire_read_u8(&r, "state");
    out->len = wire_read_u32(&r, "bundle");
    wire_read_end(&r, "case");
    if (state >= SPOT_STATES) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "state", SPOT_CASE_BYTES, state,
                       SPOT_STATES - 1);
    }
    if (out->len > SPOT_BUNDLE_MAX_BYTES ||
        (state != SPOT_ANSWERED && out->len > 0)) {
        wire_read_fail(&r, FRANK_ERR_LIMIT, "bundle", SPOT_CASE_BYTES + 1,
                       out->len,
                       state == SPOT_ANSWERED ? SPOT_BUNDLE_MAX_BYTES : 0);
    }
    out->state = (enum spot_state)state;
    return wire_read_ok(&r) ? read_bundle(o, out, fault)
                            : wire_read_result(&r, fault);
}

int spot_open_next(struct spot_opener *opener, bool *more,
                   struct spot_case *out, struct frank_fault *fault)
{
    uint8_t bytes[CASE_BYTES];
    unsigned char tag = 0;
    size_t len = 0;
    int error;

    *more = false;
    memset(out, 0, sizeof *out);
    error = pull(opener, &tag, bytes, &len, sizeof bytes, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (tag == TAG_FINAL) {
        if (len > 0 || opener->at != opener->bytes.len) {
            error = wire_fault(fault, FRANK_ERR_TRAILING, "answer", opener->at,
                               opener->bytes.len - opener->at, 0);
        }
        return error;
    }
    error = tag == TAG_PUSH ? read_case(opener, out, bytes, len, fault)
                            : wire_fault(fault, FRANK_ERR_VALUE, "tag",
                                         opener->at, tag, TAG_PUSH);
    if (error != FRANK_OK) {
        spot_case_free(out);
        return error;
    }
    *more = true;
    return FRANK_OK;
}

void spot_case_free(struct spot_case *one)
{
    if (one->bundle != NULL) {
        sodium_memzero(one->bundle, one->len);
    }
    free(one->bundle);
    memset(one, 0, sizeof *one);
}

void spot_open_wipe(struct spot_opener *opener)
{
    sodium_memzero(opener, sizeof *opener);
}
