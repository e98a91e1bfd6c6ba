/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub recognizes as its stamp, and many stamps at once. The linker
 * puts __wrap_pthread_create in the place of pthread_create. */
#include "rings.h"
#include "stamper.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

static unsigned threads_granted = UINT32_MAX;
static unsigned threads_asked;

int __real_pthread_create(pthread_t *id, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument)
{
    return threads_asked++ < threads_granted
               ? __real_pthread_create(id, attributes, run, argument)
               : EAGAIN;
}

static struct stamp_request request_at(uint64_t time)
{
    return (struct stamp_request){.tag = {1, 2, 3},
                                  .context = {support_text(SUPPORT_SENDER),
                                              support_text(SUPPORT_ROOM), time},
                                  .suite = FRANK_SUITE_X25519_AES128GCM,
                                  .ordered = true,
                                  .order = {9, 7}};
}

static struct stamper *stamper_of(const struct keyring *ring)
{
    struct stamper *stamper = NULL;

    assert_ok(stamper_new(&stamper, ring, NULL));
    return stamper;
}

static struct stamp_claim stamped(const struct stamper *stamper,
                                  const struct stamp_request *request)
{
    struct stamp stamp;
    struct stamp_claim claim = {.tag = request->tag,
                                .context = request->context,
                                .ordered = request->ordered,
                                .order = request->order};

    assert_ok(stamper_stamp(stamper, &stamp, request, NULL));
    claim.frank = stamp.frank;
    memcpy(claim.transcript_frank, stamp.transcript_frank, FRANK_MAC_BYTES);
    return claim;
}

static int check(const struct stamper *stamper, struct stamp_claim claim)
{
    struct frank_fault fault = {0};
    int error = stamper_check(stamper, &claim, &fault);

    if (error != FRANK_OK) {
        assert_int_equal(fault.error, error);
        assert_non_null(fault.field);
    }
    return error;
}

/* A ring of one epoch and key, its stamper, and a stamp. */
struct fixture {
    struct keyring *ring;
    struct stamper *stamper;
    struct stamp_request request;
    struct stamp_claim claim;
};

static int make_fixture(void **state)
{
    static struct fixture fixture;

    fixture.ring = rings_new(RINGS_NOW);
    fixture.stamper = stamper_of(fixture.ring);
    fixture.request = request_at(RINGS_NOW + 5);
    fixture.claim = stamped(fixture.stamper, &fixture.request);
    *state = &fixture;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *fixture = *state;

    stamper_free(fixture->stamper);
    keyring_free(fixture->ring);
    return 0;
}

/* A stamper of the ring as it is by now. */
static void renew(struct fixture *fixture)
{
    stamper_free(fixture->stamper);
    fixture->stamper = stamper_of(fixture->ring);
}

/* ---- One thing altered -------------------------------------------------- */

static void stamp_is_for_one_tag_sender_room_and_time(void **state)
{
    const struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;

    assert_ok(check(fixture->stamper, claim));
    for (unsigned bit = 0; bit < 8 * FRANK_TAG_BYTES; bit++) {
        uint8_t tag[FRANK_TAG_BYTES];

        memcpy(tag, fixture->request.tag, sizeof tag);
        tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
        claim.tag = tag;
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    }
    claim = fixture->claim;
    claim.context.sender = support_text("a:usex");
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    claim = fixture->claim;
    claim.context.room = support_text("r:roon");
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    for (unsigned bit = 0; bit < 30; bit++) {
        claim = fixture->claim;
        claim.context.accepted_timestamp += 1ULL << bit;
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    }
}

/* Nor for the same letters otherwise divided, or exchanged. */
static void sender_and_room_are_kept_apart(void **state)
{
    const struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;
    struct frank_span joined = support_text(SUPPORT_SENDER SUPPORT_ROOM);

    for (size_t i = 1; i < joined.len; i++) {
        claim.context.sender = (struct frank_span){joined.data, i};
        claim.context.room =
            (struct frank_span){joined.data + i, joined.len - i};
        assert_int_equal(check(fixture->stamper, claim),
                         i == sizeof SUPPORT_SENDER - 1 ? FRANK_OK
                                                        : FRANK_ERR_MAC);
    }
    claim.context.sender = fixture->claim.context.room;
    claim.context.room = fixture->claim.context.sender;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
}

static void every_bit_of_the_frank_counts(void **state)
{
    const struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;

    for (unsigned bit = 0; bit < 8 * FRANK_MAC_BYTES; bit++) {
        claim.frank.server_frank[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
        claim.frank.server_frank[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * FRANK_SIGNATURE_BYTES; bit++) {
        claim.frank.signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
        claim.frank.signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    claim.frank.suite = FRANK_SUITE_X25519_CHACHA20POLY1305;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
}

static void every_bit_of_the_order_counts(void **state)
{
    const struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;

    for (unsigned bit = 0; bit < 8 * FRANK_MAC_BYTES; bit++) {
        claim.transcript_frank[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_TRANSCRIPT);
        claim.transcript_frank[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        claim.order = fixture->claim.order;
        claim.order.room_seq ^= 1ULL << bit;
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_TRANSCRIPT);
        claim.order = fixture->claim.order;
        claim.order.seen_seq ^= 1ULL << bit;
        assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_TRANSCRIPT);
    }
    claim.order.room_seq = fixture->claim.order.seen_seq;
    claim.order.seen_seq = fixture->claim.order.room_seq;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_TRANSCRIPT);
    claim.ordered = false; /* then it is not looked at */
    assert_ok(check(fixture->stamper, claim));
}

static void server_frank_and_transcript_frank_are_not_the_same(void **state)
{
    const struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;

    memcpy(claim.frank.server_frank, fixture->claim.transcript_frank,
           FRANK_MAC_BYTES);
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    claim = fixture->claim;
    memcpy(claim.transcript_frank, fixture->claim.frank.server_frank,
           FRANK_MAC_BYTES);
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_TRANSCRIPT);
}

static void another_hub_recognizes_nothing(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *ring = NULL;
    struct stamper *other;

    assert_ok(
        keyring_new(&ring, rings_secret(9), rings_secret(9), RINGS_NOW, NULL));
    other = stamper_of(ring);
    assert_int_equal(check(other, fixture->claim), FRANK_ERR_MAC);
    stamper_free(other);
    keyring_free(ring);
    /* One that has the master, but not the signature key. */
    assert_ok(keyring_new(&ring, fixture->ring->epochs[0].master,
                          rings_secret(9), RINGS_NOW, NULL));
    other = stamper_of(ring);
    assert_int_equal(check(other, fixture->claim), FRANK_ERR_SIGNATURE);
    stamper_free(other);
    keyring_free(ring);
}

/* ---- Epochs ------------------------------------------------------------- */

static void stamp_outlives_the_epochs_end(void **state)
{
    struct fixture *fixture = *state;
    uint64_t next = RINGS_NOW + RINGS_HOUR;
    struct stamp_claim claim = fixture->claim;

    assert_ok(
        keyring_rotate(fixture->ring, rings_secret(2), next, RINGS_NOW, NULL));
    renew(fixture);
    assert_ok(check(fixture->stamper, fixture->claim));
    claim.context.accepted_timestamp = next;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_MAC);
    fixture->request.context.accepted_timestamp = next;
    assert_ok(
        check(fixture->stamper, stamped(fixture->stamper, &fixture->request)));
}

/* The signature does not cover the tag: it may be any by then. */
static void destroyed_epoch_proves_the_context_alone(void **state)
{
    struct fixture *fixture = *state;
    struct stamp_claim claim = fixture->claim;
    uint8_t tag[FRANK_TAG_BYTES] = {0};

    assert_ok(keyring_destroy(fixture->ring, 1, NULL));
    renew(fixture);
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_EPOCH_DESTROYED);
    claim.tag = tag;
    claim.transcript_frank[0] ^= 1;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_EPOCH_DESTROYED);
    claim = fixture->claim;
    claim.frank.signature[40] ^= 1;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
    claim = fixture->claim;
    claim.frank.server_frank[0] ^= 1;
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
    claim = fixture->claim;
    claim.context.sender = support_text("a:other");
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
    /* A MAC under the key of zeros that is left proves nothing. */
    claim = fixture->claim;
    memset(claim.frank.server_frank, 0, FRANK_MAC_BYTES);
    assert_int_equal(check(fixture->stamper, claim), FRANK_ERR_SIGNATURE);
}

/* ---- Batch -------------------------------------------------------------- */

#define BATCH 1000

static struct stamp_request requests[BATCH];
static struct stamp stamps[BATCH];
static int errors[BATCH];

static int expected_error(size_t i)
{
    return i % 7 == 3    ? FRANK_ERR_SUITE
           : i % 11 == 5 ? FRANK_ERR_MISSING
           : i % 13 == 9 ? FRANK_ERR_NO_EPOCH
                         : FRANK_OK;
}

static void make_requests(void)
{
    for (size_t i = 0; i < BATCH; i++) {
        requests[i] = request_at(RINGS_NOW + i);
        requests[i].tag[4] = (uint8_t)i;
        if (expected_error(i) == FRANK_ERR_SUITE) {
            requests[i].suite = 2;
        } else if (expected_error(i) == FRANK_ERR_MISSING) {
            requests[i].context.sender.len = 0;
        } else if (expected_error(i) == FRANK_ERR_NO_EPOCH) {
            requests[i].context.accepted_timestamp = 0;
        }
    }
}

static void assert_batch(const struct stamper *stamper, size_t count,
                         unsigned threads)
{
    size_t failed = 0;
    size_t got;

    memset(stamps, 0xaa, sizeof stamps);
    memset(errors, 0xaa, sizeof errors);
    got = stamper_batch(stamper, stamps, errors, requests, count, threads);
    for (size_t i = 0; i < count; i++) {
        struct stamp alone;

        assert_int_equal(errors[i], expected_error(i));
        assert_int_equal(stamper_stamp(stamper, &alone, &requests[i], NULL),
                         errors[i]);
        assert_memory_equal(&stamps[i], &alone, sizeof alone);
        failed += errors[i] != FRANK_OK;
    }
    assert_int_equal(got, failed);
    if (count < BATCH) { /* and nothing beyond */
        uint8_t untouched[sizeof stamps[0]];

        memset(untouched, 0xaa, sizeof untouched);
        assert_memory_equal(&stamps[count], untouched, sizeof untouched);
    }
}

static void batch_stamps_each_on_any_number_of_threads(void **state)
{
    static const unsigned threads[] = {0, 1, 2, 3, 64, 65, 200};
    static const size_t counts[] = {0, 1, 2, 63, 130, BATCH};
    const struct fixture *fixture = *state;

    make_requests();
    for (size_t t = 0; t < SUPPORT_COUNT(threads); t++) {
        for (size_t c = 0; c < SUPPORT_COUNT(counts); c++) {
            assert_batch(fixture->stamper, counts[c], threads[t]);
        }
    }
}

static void batch_uses_the_threads_that_it_gets(void **state)
{
    const struct fixture *fixture = *state;

    make_requests();
    for (threads_granted = 0; threads_granted < 4; threads_granted++) {
        threads_asked = 0;
        assert_batch(fixture->stamper, 100, 4);
        assert_int_equal(threads_asked, 3);
    }
    threads_asked = 0;
    threads_granted = UINT32_MAX;
    assert_batch(fixture->stamper, 100, 1);
    assert_int_equal(threads_asked, 0);
}

#define WITH_STAMP(test)                                                       \
    cmocka_unit_test_setup_teardown(test, make_fixture, free_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STAMP(stamp_is_for_one_tag_sender_room_and_time),
        WITH_STAMP(sender_and_room_are_kept_apart),
        WITH_STAMP(every_bit_of_the_frank_counts),
        WITH_STAMP(every_bit_of_the_order_counts),
        WITH_STAMP(server_frank_and_transcript_frank_are_not_the_same),
        WITH_STAMP(another_hub_recognizes_nothing),
        WITH_STAMP(stamp_outlives_the_epochs_end),
        WITH_STAMP(destroyed_epoch_proves_the_context_alone),
        WITH_STAMP(batch_stamps_each_on_any_number_of_threads),
        WITH_STAMP(batch_uses_the_threads_that_it_gets),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
