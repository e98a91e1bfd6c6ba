/* SPDX-License-Identifier: Apache-2.0 */
#include "spot_answer.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

static bool no_malloc;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_malloc ? NULL : __real_malloc(size);
}

static uint8_t public_key[SPOT_KEY_BYTES];
static uint8_t secret_key[SPOT_KEY_BYTES];

/* What was written; it takes so many bytes. */
struct sink {
    uint8_t *bytes;
    size_t len;
    size_t room;
};

static bool put(void *context, const uint8_t *bytes, size_t len)
{
    struct sink *sink = context;

    if (len > sink->room - sink->len) {
        return false;
    }
    memcpy(sink->bytes + sink->len, bytes, len);
    sink->len += len;
    return true;
}

#define ROOM ((size_t)3 << 20)
#define LARGE (SPOT_CHUNK_BYTES + 5)
#define BEACON "drand 1"

static const uint8_t names[3][SPOT_CASE_BYTES] = {{1}, {2}, {3}};

static struct spot_head head(void)
{
    return (struct spot_head){.size = 700,
                              .root = {9},
                              .beacon = support_text(BEACON),
                              .wanted = 3,
                              .population = 40,
                              .made = 5};
}

static int seal(struct sink *sink, size_t room)
{
    static uint8_t bytes[ROOM];
    static const uint8_t large[LARGE] = {1, 2, 3};
    const struct spot_head h = head();
    struct spot_sealer sealer;
    int error;
    int ended;

    *sink = (struct sink){bytes, 0, room};
    error = spot_seal_begin(&sealer, public_key, &h, put, sink, NULL);
    if (error == FRANK_OK) {
        error = spot_seal_case(&sealer, names[0], SPOT_ANSWERED,
                               support_text("bundle"), NULL);
    }
    if (error == FRANK_OK) {
        error = spot_seal_case(&sealer, names[1], SPOT_PURGED,
                               (struct frank_span){NULL, 0}, NULL);
    }
    if (error == FRANK_OK) {
        error = spot_seal_case(&sealer, names[2], SPOT_ANSWERED,
                               (struct frank_span){large, sizeof large}, NULL);
    }
    ended = spot_seal_end(&sealer, NULL);
    assert_true(support_is_zero(&sealer, sizeof sealer));
    return error != FRANK_OK ? error : ended;
}

/* Reads all of it; the first error. */
static int open_all(struct frank_span bytes, size_t *count,
                    struct frank_fault *fault)
{
    struct spot_opener *opener = __real_malloc(sizeof *opener);
    struct spot_head h;
    struct spot_case one;
    bool more = true;
    int error =
        spot_open_begin(opener, &h, bytes, public_key, secret_key, fault);

    *count = 0;
    if (error != FRANK_OK) {
        assert_true(support_is_zero(&h, sizeof h));
    }
    while (error == FRANK_OK && more) {
        error = spot_open_next(opener, &more, &one, fault);
        if (error == FRANK_OK && more) {
            ++*count;
            spot_case_free(&one);
        }
        assert_true(support_is_zero(&one, sizeof one));
    }
    spot_open_wipe(opener);
    assert_true(support_is_zero(opener, sizeof *opener));
    free(opener);
    return error;
}

static void an_answer_opens_as_it_was_sealed(void **state)
{
    struct sink sink;
    struct spot_opener opener;
    struct spot_head h;
    struct spot_case one;
    bool more = false;

    (void)state;
    assert_int_equal(seal(&sink, ROOM), FRANK_OK);
    assert_int_equal(spot_open_begin(&opener, &h,
                                     (struct frank_span){sink.bytes, sink.len},
                                     public_key, secret_key, NULL),
                     FRANK_OK);
    assert_int_equal(h.size, 700);
    assert_int_equal(h.root[0], 9);
    support_assert_span(h.beacon, support_text(BEACON));
    assert_int_equal(h.wanted, 3);
    assert_int_equal(h.population, 40);
    assert_int_equal(h.made, 5);
    assert_int_equal(spot_open_next(&opener, &more, &one, NULL), FRANK_OK);
    assert_true(more);
    assert_memory_equal(one.name, names[0], sizeof one.name);
    assert_int_equal(one.state, SPOT_ANSWERED);
    support_assert_span((struct frank_span){one.bundle, one.len},
                        support_text("bundle"));
    spot_case_free(&one);
    assert_int_equal(spot_open_next(&opener, &more, &one, NULL), FRANK_OK);
    assert_int_equal(one.state, SPOT_PURGED);
    assert_int_equal(one.len, 0);
    spot_case_free(&one);
    assert_int_equal(spot_open_next(&opener, &more, &one, NULL), FRANK_OK);
    assert_int_equal(one.len, LARGE);
    assert_int_equal(one.bundle[2], 3);
    spot_case_free(&one);
    assert_int_equal(spot_open_next(&opener, &more, &one, NULL), FRANK_OK);
    assert_false(more);
    spot_open_wipe(&opener);
}

static void nobody_else_opens_it(void **state)
{
    uint8_t other_public[SPOT_KEY_BYTES];
    uint8_t other_secret[SPOT_KEY_BYTES];
    struct sink sink;
    struct spot_opener opener;
    struct spot_head h;
    struct frank_span bytes;

    (void)state;
    (void)crypto_box_keypair(other_public, other_secret);
    assert_int_equal(seal(&sink, ROOM), FRANK_OK);
    bytes = (struct frank_span){sink.bytes, sink.len};
    assert_int_equal(
        spot_open_begin(&opener, &h, bytes, other_public, other_secret, NULL),
        FRANK_ERR_SEALED);
    assert_int_equal(
        spot_open_begin(&opener, &h, bytes, public_key, other_secret, NULL),
        FRANK_ERR_SEALED);
}

static void any_changed_byte_is_refused(void **state)
{
    struct sink sink;
    struct frank_fault fault;
    size_t count;

    (void)state;
    assert_int_equal(seal(&sink, ROOM), FRANK_OK);
    /* The large bundle's middle is one piece: its bytes are alike. */
    for (size_t i = 0; i<sink.len; i += i> 600 ? 997 : 1) {
        sink.bytes[i] ^= 1;
        assert_int_not_equal(open_all((struct frank_span){sink.bytes, sink.len},
                                      &count, i % 2 == 0 ? &fault : NULL),
                             FRANK_OK);
        sink.bytes[i] ^= 1;
    }
    for (size_t i = 0; i<sink.len; i += i> 600 ? 997 : 1) {
        assert_int_not_equal(
            open_all((struct frank_span){sink.bytes, i}, &count, &fault),
            FRANK_OK);
    }
    assert_int_equal(
        open_all((struct frank_span){sink.bytes, sink.len + 1}, &count, &fault),
        FRANK_ERR_TRAILING);
    assert_int_equal(
        open_all((struct frank_span){sink.bytes, sink.len}, &count, &fault),
        FRANK_OK);
    assert_int_equal(count, 3);
}

static void a_full_disk_stops_it(void **state)
{
    struct sink sink;
    size_t len;

    (void)state;
    assert_int_equal(seal(&sink, ROOM), FRANK_OK);
    len = sink.len;
    for (size_t room = 0; room<len; room += room> 600 ? 99991 : 37) {
        assert_int_equal(seal(&sink, room), FRANK_ERR_FILE);
    }
}

static void keys_and_sizes_have_limits(void **state)
{
    static const uint8_t zeros[SPOT_KEY_BYTES];
    static const uint8_t beacon[SPOT_BEACON_MAX_BYTES + 1];
    struct sink sink = {NULL, 0, 0};
    struct spot_head h = head();
    struct spot_sealer sealer;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(spot_seal_begin(&sealer, zeros, &h, put, &sink, &fault),
                     FRANK_ERR_POINT);
    assert_string_equal(fault.field, "auditor's key");
    h.beacon = (struct frank_span){beacon, sizeof beacon};
    assert_int_equal(
        spot_seal_begin(&sealer, public_key, &h, put, &sink, &fault),
        FRANK_ERR_LIMIT);
    assert_int_equal(
        spot_seal_case(&sealer, names[0], SPOT_ANSWERED,
                       (struct frank_span){beacon, SPOT_BUNDLE_MAX_BYTES + 1},
                       &fault),
        FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "bundle");
}

/* ---- What another writer could seal ---------------------------------------
 */

#define STREAM(name) crypto_secretstream_xchacha20poly1305_##name

struct forge {
    STREAM(state) stream;
    uint8_t bytes[4096];
    size_t len;
};

static void forge_piece(struct forge *f, unsigned char tag,
                        const uint8_t *bytes, size_t len)
{
    size_t sealed = len + STREAM(ABYTES);

    if (sealed < 64) {
        f->bytes[f->len++] = (uint8_t)sealed;
    } else {
        f->bytes[f->len++] = (uint8_t)(0x40 | sealed >> 8);
        f->bytes[f->len++] = (uint8_t)sealed;
    }
    (void)STREAM(push)(&f->stream, f->bytes + f->len, NULL, bytes, len,
                       public_key, sizeof public_key, tag);
    f->len += sealed;
}

static void forge_begin(struct forge *f, unsigned char tag, size_t head_len)
{
    uint8_t key[STREAM(KEYBYTES)];
    uint8_t bytes[8 + 32 + 1 + 3 * 8 + 8] = {0};

    memset(f, 0, sizeof *f);
    memcpy(f->bytes, SPOT_MAGIC, SPOT_MAGIC_BYTES);
    f->len = SPOT_MAGIC_BYTES;
    memcpy(f->bytes + f->len, public_key, sizeof public_key);
    f->len += sizeof public_key;
    STREAM(keygen)(key);
    assert_int_equal(
        crypto_box_seal(f->bytes + f->len, key, sizeof key, public_key), 0);
    f->len += sizeof key + crypto_box_SEALBYTES;
    (void)STREAM(init_push)(&f->stream, f->bytes + f->len, key);
    f->len += STREAM(HEADERBYTES);
    forge_piece(f, tag, bytes, head_len);
}

#define HEAD_LEN (8 + 32 + 1 + 3 * 8)

static void assert_forged(struct forge *f, int error, const char *field)
{
    struct frank_fault fault = {0};
    size_t count;

    assert_int_equal(
        open_all((struct frank_span){f->bytes, f->len}, &count, &fault), error);
    assert_string_equal(fault.field, field);
}

static void sealed_nonsense_is_refused_too(void **state)
{
    static const uint8_t answered[SPOT_CASE_BYTES + 5] = {
        [SPOT_CASE_BYTES + 4] = 3};
    static const uint8_t large[SPOT_CASE_BYTES + 5] = {[SPOT_CASE_BYTES + 1] =
                                                           0xff};
    static const uint8_t purged[SPOT_CASE_BYTES + 5] = {
        [SPOT_CASE_BYTES] = SPOT_PURGED, [SPOT_CASE_BYTES + 4] = 3};
    static const uint8_t unknown[SPOT_CASE_BYTES + 5] = {[SPOT_CASE_BYTES] =
                                                             SPOT_STATES};
    struct forge f;

    (void)state;
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN - 1);
    assert_forged(&f, FRANK_ERR_TRUNCATED, "made");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN + 1);
    assert_forged(&f, FRANK_ERR_TRAILING, "head");
    forge_begin(&f, STREAM(TAG_MESSAGE), HEAD_LEN);
    assert_forged(&f, FRANK_ERR_VALUE, "tag");

    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_MESSAGE), answered, sizeof answered);
    assert_forged(&f, FRANK_ERR_VALUE, "tag");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), answered, sizeof answered - 1);
    assert_forged(&f, FRANK_ERR_TRUNCATED, "bundle");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), unknown, sizeof unknown);
    assert_forged(&f, FRANK_ERR_VALUE, "state");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), large, sizeof large);
    assert_forged(&f, FRANK_ERR_LIMIT, "bundle");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), purged, sizeof purged);
    assert_forged(&f, FRANK_ERR_LIMIT, "bundle");

    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), answered, sizeof answered);
    forge_piece(&f, STREAM(TAG_MESSAGE), answered, 2);
    assert_forged(&f, FRANK_ERR_LENGTH, "bundle");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_PUSH), answered, sizeof answered);
    forge_piece(&f, STREAM(TAG_PUSH), answered, 3);
    assert_forged(&f, FRANK_ERR_LENGTH, "bundle");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    forge_piece(&f, STREAM(TAG_FINAL), answered, 1);
    assert_forged(&f, FRANK_ERR_TRAILING, "answer");
    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    f.bytes[f.len++] = 3; /* shorter than any piece */
    f.len += 3;
    assert_forged(&f, FRANK_ERR_SEALED, "piece");

    forge_begin(&f, STREAM(TAG_PUSH), HEAD_LEN);
    f.bytes[0] ^= 1;
    assert_forged(&f, FRANK_ERR_VALUE, "magic");
    f.len = 5;
    assert_forged(&f, FRANK_ERR_TRUNCATED, "answer");
}

static void memory_that_is_not_there_is_an_error(void **state)
{
    struct sink sink = {NULL, 0, 0};
    struct sink written;
    struct spot_head h = head();
    struct spot_sealer sealer;
    struct spot_opener opener;
    struct spot_case one;
    uint8_t room[4096];
    bool more;
    int error;

    (void)state;
    sink.bytes = room;
    sink.room = sizeof room;
    no_malloc = true;
    error = spot_seal_begin(&sealer, public_key, &h, put, &sink, NULL);
    no_malloc = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_int_equal(seal(&written, ROOM), FRANK_OK);
    assert_int_equal(
        spot_open_begin(&opener, &h,
                        (struct frank_span){written.bytes, written.len},
                        public_key, secret_key, NULL),
        FRANK_OK);
    no_malloc = true;
    error = spot_open_next(&opener, &more, &one, NULL);
    no_malloc = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_true(support_is_zero(&one, sizeof one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_opens_as_it_was_sealed),
        cmocka_unit_test(nobody_else_opens_it),
        cmocka_unit_test(any_changed_byte_is_refused),
        cmocka_unit_test(a_full_disk_stops_it),
        cmocka_unit_test(keys_and_sizes_have_limits),
        cmocka_unit_test(sealed_nonsense_is_refused_too),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    (void)crypto_box_keypair(public_key, secret_key);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
