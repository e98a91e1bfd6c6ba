/* SPDX-License-Identifier: Apache-2.0 */
/* Making the hub's stamp. The linker puts __wrap_sodium_malloc in the place of
 * sodium_malloc. */
#include "rings.h"
#include "stamper.h"

#include <sodium.h>
#include <string.h>

/* Before the first epoch's end in rings_worn(), and after. */
#define LATER (RINGS_NOW + 2 * RINGS_HOUR)

static bool out_of_memory;

void *__real_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size)
{
    return out_of_memory ? NULL : __real_sodium_malloc(size);
}

static struct stamper *stamper_of(const struct keyring *ring)
{
    struct stamper *stamper = NULL;

    assert_ok(stamper_new(&stamper, ring, NULL));
    return stamper;
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

static int stamp_with(const struct keyring *ring,
                      const struct stamp_request *request, struct stamp *out)
{
    struct stamper *stamper = stamper_of(ring);
    int error = stamper_stamp(stamper, out, request, NULL);

    stamper_free(stamper);
    return error;
}

static int check_with(const struct keyring *ring,
                      const struct stamp_claim *claim)
{
    struct stamper *stamper = stamper_of(ring);
    struct frank_fault fault = {0};
    int error = stamper_check(stamper, claim, &fault);

    if (error != FRANK_OK) {
        assert_int_equal(fault.error, error);
        assert_non_null(fault.field);
    }
    assert_int_equal(stamper_check(stamper, claim, NULL), error);
    stamper_free(stamper);
    return error;
}

static struct stamp_claim claim_of(const struct stamp_request *request,
                                   const struct stamp *stamp)
{
    struct stamp_claim claim = {.tag = request->tag,
                                .context = request->context,
                                .frank = stamp->frank,
                                .ordered = request->ordered,
                                .order = request->order};

    memcpy(claim.transcript_frank, stamp->transcript_frank, FRANK_MAC_BYTES);
    return claim;
}

/* A stamp that a ring makes for a request. */
static struct stamp_claim stamped(const struct keyring *ring,
                                  const struct stamp_request *request)
{
    struct stamp stamp;

    assert_ok(stamp_with(ring, request, &stamp));
    return claim_of(request, &stamp);
}

static void assert_stamp_refused(const struct keyring *ring,
                                 const struct stamp_request *request, int error)
{
    struct stamper *stamper = stamper_of(ring);
    struct frank_fault fault = {0};
    struct stamp stamp;

    memset(&stamp, 0xaa, sizeof stamp);
    assert_int_equal(stamper_stamp(stamper, &stamp, request, &fault), error);
    assert_true(sodium_is_zero((const uint8_t *)&stamp, sizeof stamp));
    assert_int_equal(fault.error, error);
    assert_non_null(fault.field);
    stamper_free(stamper);
}

/* ---- Vectors ------------------------------------------------------------ */

static struct keyring *ring_of_vectors(void)
{
    const json_t *keys = support_vectors("keyring");
    struct keyring *ring = NULL;

    assert_ok(keyring_new(&ring, support_member(keys, "master").data,
                          support_member(keys, "franking_signature_seed").data,
                          0, NULL));
    assert_memory_equal(ring->keys[0].public_key,
                        support_member(keys, "franking_signature_public").data,
                        FRANK_PUBLIC_KEY_BYTES);
    return ring;
}

static void stamps_are_those_of_the_vectors(void **state)
{
    struct keyring *ring = ring_of_vectors();
    struct stamper *stamper = stamper_of(ring);
    const json_t *orders = support_vectors("transcript");
    const json_t *item;
    unsigned suites = 0;
    size_t i;

    (void)state;
    keyring_free(ring); /* not needed any more */
    json_array_foreach(support_vectors("mimi"), i, item)
    {
        const json_t *order = json_array_get(orders, i);
        struct stamp_request request = {
            .context = {support_text(support_member_text(item, "sender")),
                        support_text(support_member_text(item, "room")),
                        support_member_number(item, "accepted_timestamp")},
            .suite = (uint16_t)support_member_number(item, "suite"),
            .ordered = true,
            .order = {support_member_number(order, "room_seq"),
                      support_member_number(order, "seen_seq")}};
        struct stamp stamp;
        struct stamp_claim claim;
        uint8_t mac[FRANK_MAC_BYTES];
        uint8_t encoded[FRANK_FRANK_BYTES];

        memcpy(request.tag, support_member(item, "franking_tag").data,
               FRANK_TAG_BYTES);
        suites |= 1U << request.suite;
        assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
        frank_frank_encode(encoded, &stamp.frank);
        support_assert_span((struct frank_span){encoded, sizeof encoded},
                            support_member(item, "frank"));
        assert_memory_equal(stamp.transcript_frank,
                            support_member(order, "transcript_frank").data,
                            FRANK_MAC_BYTES);
        assert_ok(
            stamper_mac(stamper, mac, request.tag, &request.context, NULL));
        assert_memory_equal(mac, encoded, sizeof mac);
        claim = claim_of(&request, &stamp);
        assert_ok(stamper_check(stamper, &claim, NULL));
    }
    assert_int_equal(i, 14);
    assert_int_equal(suites, 1 << 1 | 1 << 3);
    stamper_free(stamper);
    stamper_free(NULL);
}

/* Each epoch's MAC is under a key derived from that epoch's master. */
static void mac_is_of_the_epoch_of_its_time(void **state)
{
    static const uint64_t times[] = {
        RINGS_NOW,          LATER - 1, LATER, LATER + RINGS_HOUR - 1,
        LATER + RINGS_HOUR, UINT64_MAX};
    static const unsigned epochs[] = {1, 1, 2, 2, 3, 3};
    struct keyring *ring = rings_worn();
    struct stamper *stamper;

    (void)state;
    ring->epochs[0].destroyed = false;
    memcpy(ring->epochs[0].master, rings_secret(1), KEYRING_MASTER_BYTES);
    stamper = stamper_of(ring);
    for (size_t i = 0; i < SUPPORT_COUNT(times); i++) {
        struct stamp_request request = request_at(times[i]);
        uint8_t input[FRANK_TAG_BYTES + 64];
        uint8_t key[32];
        uint8_t expected[32];
        uint8_t mac[FRANK_MAC_BYTES];
        size_t len;

        memcpy(input, request.tag, FRANK_TAG_BYTES);
        assert_ok(frank_context_encode(input + FRANK_TAG_BYTES, 64, &len,
                                       &request.context, NULL));
        support_hmac(key, (struct frank_span){rings_secret(epochs[i]), 32},
                     support_text("frank v1 hub_key"));
        support_hmac(expected, (struct frank_span){key, sizeof key},
                     (struct frank_span){input, FRANK_TAG_BYTES + len});
        assert_ok(
            stamper_mac(stamper, mac, request.tag, &request.context, NULL));
        assert_memory_equal(mac, expected, sizeof mac);
    }
    stamper_free(stamper);
    keyring_free(ring);
}

/* ---- Refusals ----------------------------------------------------------- */

static void unsupported_suite_is_neither_stamped_nor_checked(void **state)
{
    static const uint16_t suites[] = {0, 2, 4, 5, 6, 7, 0x0301, 0xffff};
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request request = request_at(RINGS_NOW);
    struct stamp_claim claim = stamped(ring, &request);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(suites); i++) {
        request.suite = suites[i];
        assert_stamp_refused(ring, &request, FRANK_ERR_SUITE);
        claim.frank.suite = suites[i];
        assert_int_equal(check_with(ring, &claim), FRANK_ERR_SUITE);
    }
    keyring_free(ring);
}

static void time_without_an_epoch_is_refused(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request request = request_at(RINGS_NOW - 1);
    struct stamper *stamper = stamper_of(ring);
    struct stamp_claim claim;
    struct stamp none = {0};
    uint8_t mac[FRANK_MAC_BYTES];

    (void)state;
    assert_stamp_refused(ring, &request, FRANK_ERR_NO_EPOCH);
    assert_int_equal(
        stamper_mac(stamper, mac, request.tag, &request.context, NULL),
        FRANK_ERR_NO_EPOCH);
    none.frank.suite = request.suite;
    claim = claim_of(&request, &none);
    assert_int_equal(check_with(ring, &claim), FRANK_ERR_NO_EPOCH);
    stamper_free(stamper);
    keyring_free(ring);
}

static void destroyed_epoch_stamps_no_more(void **state)
{
    struct keyring *ring = rings_worn();
    struct stamp_request request = request_at(LATER - 1);
    struct stamper *stamper = stamper_of(ring);
    uint8_t mac[FRANK_MAC_BYTES];

    (void)state;
    assert_stamp_refused(ring, &request, FRANK_ERR_EPOCH_DESTROYED);
    assert_int_equal(
        stamper_mac(stamper, mac, request.tag, &request.context, NULL),
        FRANK_ERR_EPOCH_DESTROYED);
    request.context.accepted_timestamp = LATER;
    (void)stamped(ring, &request);
    stamper_free(stamper);
    keyring_free(ring);
}

static void keys_that_cannot_sign_are_refused(void **state)
{
    struct keyring *ring = rings_worn();
    struct stamp_request request = request_at(LATER);

    (void)state;
    for (uint32_t id = 0; id <= 4; id++) {
        request.key_id = id;
        if (id == 1 || id == 4) { /* retired, unknown */
            assert_stamp_refused(ring, &request, FRANK_ERR_NO_KEY);
        } else {
            (void)stamped(ring, &request);
        }
    }
    ring->keys[2].not_before = LATER + 1;
    request.key_id = 3;
    assert_stamp_refused(ring, &request, FRANK_ERR_NO_KEY);
    ring->keys[1].not_before = LATER + 1;
    request.key_id = 0;
    assert_stamp_refused(ring, &request, FRANK_ERR_NO_KEY);
    keyring_free(ring);
}

static void order_must_lie_behind_what_was_seen(void **state)
{
    static const struct stamp_order wrong[] = {
        {0, 0}, {1, 1}, {7, 8}, {0, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}};
    static const struct stamp_order right[] = {
        {1, 0}, {9, 8}, {UINT64_MAX, 0}, {UINT64_MAX, UINT64_MAX - 1}};
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request request = request_at(RINGS_NOW);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(wrong); i++) {
        request.order = wrong[i];
        request.ordered = true;
        assert_stamp_refused(ring, &request, FRANK_ERR_VALUE);
        request.ordered = false; /* then it is not looked at */
        assert_true(
            sodium_is_zero(stamped(ring, &request).transcript_frank, 32));
    }
    request.ordered = true;
    for (size_t i = 0; i < SUPPORT_COUNT(right); i++) {
        struct stamp_claim claim;

        request.order = right[i];
        claim = stamped(ring, &request);
        assert_int_equal(check_with(ring, &claim), FRANK_OK);
    }
    keyring_free(ring);
}

static void uri_that_is_empty_or_too_long_is_refused(void **state)
{
    static uint8_t bytes[FRANK_URI_MAX_BYTES + 1];
    static const struct frank_span long_one = {bytes, sizeof bytes};
    static const struct frank_span longest = {bytes, FRANK_URI_MAX_BYTES};
    static const struct frank_span empty = {NULL, 0};
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request fine = request_at(RINGS_NOW);
    struct stamp_claim claim = stamped(ring, &fine);

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct stamp_request request = fine;
        int error = i < 2 ? FRANK_ERR_MISSING : FRANK_ERR_LIMIT;
        struct frank_span uri = i < 2 ? empty : long_one;

        *(i % 2 == 0 ? &request.context.sender : &request.context.room) = uri;
        assert_stamp_refused(ring, &request, error);
        claim.context = request.context;
        assert_int_equal(check_with(ring, &claim), error);
    }
    fine.context.sender = longest;
    fine.context.room = longest;
    claim = stamped(ring, &fine);
    assert_int_equal(check_with(ring, &claim), FRANK_OK);
    assert_int_equal(keyring_destroy(ring, 1, NULL), FRANK_OK);
    claim.context.room = empty;
    assert_int_equal(check_with(ring, &claim), FRANK_ERR_MISSING);
    keyring_free(ring);
}

static void no_memory_is_reported(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamper *stamper = NULL;
    struct frank_fault fault = {0};

    (void)state;
    out_of_memory = true;
    assert_int_equal(stamper_new(&stamper, ring, &fault), FRANK_ERR_MEMORY);
    out_of_memory = false;
    assert_null(stamper);
    assert_int_equal(fault.error, FRANK_ERR_MEMORY);
    keyring_free(ring);
}

/* ---- Which key ---------------------------------------------------------- */

/* The id of the key that signed. */
static uint32_t signed_by(const struct keyring *ring,
                          const struct stamp_request *request)
{
    struct stamp_claim claim = stamped(ring, request);
    uint32_t id = 0;

    for (size_t i = 0; i < ring->key_count; i++) {
        if (frank_signature_check(&claim.frank, &claim.context,
                                  ring->keys[i].public_key, NULL) == FRANK_OK) {
            assert_int_equal(id, 0);
            id = ring->keys[i].id;
        }
    }
    return id;
}

static void newest_key_in_force_signs_unless_one_is_named(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request request = request_at(RINGS_NOW + 49);

    (void)state;
    assert_ok(keyring_add_key(ring, rings_secret(2), RINGS_NOW + 50, NULL));
    assert_ok(keyring_add_key(ring, rings_secret(3), RINGS_NOW + 20, NULL));
    assert_ok(keyring_add_key(ring, rings_secret(4), RINGS_NOW + 50, NULL));
    assert_int_equal(signed_by(ring, &request), 3);
    request.context.accepted_timestamp = RINGS_NOW + 50;
    assert_int_equal(signed_by(ring, &request), 4);
    request.context.accepted_timestamp = RINGS_NOW + 19;
    assert_int_equal(signed_by(ring, &request), 1);
    request.context.accepted_timestamp = RINGS_NOW + 99;
    for (uint32_t id = 1; id <= 4; id++) {
        struct stamp_claim claim;

        request.key_id = id;
        assert_int_equal(signed_by(ring, &request), id);
        claim = stamped(ring, &request);
        assert_int_equal(check_with(ring, &claim), FRANK_OK);
    }
    assert_ok(keyring_retire(ring, 4, RINGS_NOW + 98, NULL));
    request.key_id = 0;
    assert_int_equal(signed_by(ring, &request), 2);
    keyring_free(ring);
}

static void retired_key_verifies_what_it_signed_before_its_end(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct stamp_request before = request_at(RINGS_NOW + 99);
    struct stamp_request after = request_at(RINGS_NOW + 100);
    struct stamp_claim good;
    struct stamp_claim bad;

    (void)state;
    assert_ok(keyring_add_key(ring, rings_secret(2), RINGS_NOW, NULL));
    before.key_id = 1;
    after.key_id = 1;
    good = stamped(ring, &before);
    bad = stamped(ring, &after);
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 100, NULL));
    assert_int_equal(check_with(ring, &good), FRANK_OK);
    assert_int_equal(check_with(ring, &bad), FRANK_ERR_SIGNATURE);
    /* No key at all is in force then. */
    ring->keys[1].not_before = RINGS_NOW + 101;
    assert_int_equal(check_with(ring, &bad), FRANK_ERR_NO_KEY);
    assert_int_equal(check_with(ring, &good), FRANK_OK);
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_are_those_of_the_vectors),
        cmocka_unit_test(mac_is_of_the_epoch_of_its_time),
        cmocka_unit_test(unsupported_suite_is_neither_stamped_nor_checked),
        cmocka_unit_test(time_without_an_epoch_is_refused),
        cmocka_unit_test(destroyed_epoch_stamps_no_more),
        cmocka_unit_test(keys_that_cannot_sign_are_refused),
        cmocka_unit_test(order_must_lie_behind_what_was_seen),
        cmocka_unit_test(uri_that_is_empty_or_too_long_is_refused),
        cmocka_unit_test(no_memory_is_reported),
        cmocka_unit_test(newest_key_in_force_signs_unless_one_is_named),
        cmocka_unit_test(retired_key_verifies_what_it_signed_before_its_end),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
