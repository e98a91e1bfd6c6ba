/* SPDX-License-Identifier: Apache-2.0 */
/* The public part of a hub's keys: what is written, what is refused, and which
 * key is tried for which time. */
#include "hub_public.h"
#include "rings.h"
#include "stamper.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEYS(items) "{\"signature_keys\":[" items "]}"

static bool failing;
static unsigned calls_left; /* before one fails */

int __real_json_array_append_new(json_t *array, json_t *value);
int __real_json_object_set_new(json_t *object, const char *key, json_t *value);
int __wrap_json_array_append_new(json_t *array, json_t *value);
int __wrap_json_object_set_new(json_t *object, const char *key, json_t *value);

/* Out of memory, where a test says so. */
int __wrap_json_array_append_new(json_t *array, json_t *value)
{
    if (failing && calls_left-- == 0) {
        json_decref(value);
        return -1;
    }
    return __real_json_array_append_new(array, value);
}

int __wrap_json_object_set_new(json_t *object, const char *key, json_t *value)
{
    if (failing && calls_left-- == 0) {
        json_decref(value);
        return -1;
    }
    return __real_json_object_set_new(object, key, value);
}

static void assert_refused(int error, const char *field, const char *text)
{
    static const struct hub_public none;
    struct hub_public hub;
    struct frank_fault fault = {0};

    memset(&hub, 0xff, sizeof hub);
    assert_int_equal(hub_public_decode(&hub, text, strlen(text), &fault),
                     error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_memory_equal(&hub, &none, sizeof hub);
}

static void round_trips_without_a_secret(void **state)
{
    static struct hub_public hub;
    static struct hub_public copy;
    struct keyring *ring = rings_worn();
    char *text;

    (void)state;
    hub_public_from(&hub, ring);
    text = hub_public_encode(&hub);
    assert_non_null(text);
    assert_ok(hub_public_decode(&copy, text, strlen(text), NULL));
    assert_memory_equal(&copy, &hub, sizeof hub);
    for (size_t i = 0; i < ring->key_count; i++) {
        char hex[2 * KEYRING_SEED_BYTES + 1];

        support_hex_encode(hex, ring->keys[i].seed, KEYRING_SEED_BYTES);
        assert_null(strstr(text, hex));
    }
    free(text);
    keyring_free(ring);
}

static void a_full_ring_fits(void **state)
{
    static struct hub_public hub;
    static struct hub_public copy;
    struct keyring *ring = rings_full();
    char *text;

    (void)state;
    hub_public_from(&hub, ring);
    text = hub_public_encode(&hub);
    assert_non_null(text);
    assert_ok(hub_public_decode(&copy, text, strlen(text), NULL));
    assert_memory_equal(&copy, &hub, sizeof hub);
    free(text);
    keyring_free(ring);
}

static void reads_white_space_and_passes_over_other_members(void **state)
{
    struct hub_public hub;
    const char *text = "{ \"hub\" : \"x\", \"signature_keys\" : [\n"
                       "{\"public\":\"" ID64 "\",\"id\":7,\"not_before\":5,"
                       "\"note\":null}]}\n";

    (void)state;
    assert_ok(hub_public_decode(&hub, text, strlen(text), NULL));
    assert_int_equal(hub.count, 1);
    assert_int_equal(hub.keys[0].id, 7);
    assert_int_equal(hub.keys[0].not_before, 5);
    assert_int_equal(hub.keys[0].retired, 0);
    assert_int_equal(hub.keys[0].public_key[1], 0x11);
}

static void refuses_what_is_no_public_part(void **state)
{
    static const char json[] = "public key file";
    static const char hex[] = "public, which must be 64 hexadecimal digits";

    (void)state;
    assert_refused(FRANK_ERR_JSON, json, "");
    assert_refused(FRANK_ERR_JSON, json, "{\"signature_keys\":[");
    assert_refused(FRANK_ERR_JSON, json, KEYS("") "x");
    assert_refused(FRANK_ERR_JSON, json,
                   "{\"signature_keys\":[],\"signature_keys\":[]}");
    assert_refused(FRANK_ERR_MISSING, "signature_keys", "[]");
    assert_refused(FRANK_ERR_MISSING, "signature_keys", KEYS(""));
    assert_refused(FRANK_ERR_MISSING, "signature_keys",
                   "{\"signature_keys\":{}}");
    assert_refused(FRANK_ERR_MISSING, "id", KEYS("7"));
    assert_refused(FRANK_ERR_MISSING, "id", KEYS("{\"not_before\":0}"));
    assert_refused(FRANK_ERR_VALUE, "id", KEYS("{\"id\":\"1\"}"));
    assert_refused(FRANK_ERR_VALUE, "id", KEYS("{\"id\":-1}"));
    assert_refused(FRANK_ERR_VALUE, "id", KEYS("{\"id\":4294967296}"));
    assert_refused(FRANK_ERR_MISSING, "not_before", KEYS("{\"id\":1}"));
    assert_refused(FRANK_ERR_VALUE, "not_before",
                   KEYS("{\"id\":1,\"not_before\":1.5}"));
    assert_refused(FRANK_ERR_VALUE, "retired",
                   KEYS("{\"id\":1,\"not_before\":0,\"retired\":-5}"));
    assert_refused(FRANK_ERR_MISSING, "public",
                   KEYS("{\"id\":1,\"not_before\":0}"));
    assert_refused(FRANK_ERR_VALUE, hex,
                   KEYS("{\"id\":1,\"not_before\":0,\"public\":5}"));
    assert_refused(FRANK_ERR_VALUE, hex,
                   KEYS("{\"id\":1,\"not_before\":0,\"public\":\"00\"}"));
    assert_refused(
        FRANK_ERR_VALUE, hex,
        KEYS("{\"id\":1,\"not_before\":0,\"public\":\"z" ID64 "\"}"));
    assert_refused(FRANK_ERR_VALUE, hex,
                   KEYS("{\"id\":1,\"not_before\":0,\"public\":"
                        "\"zz112233445566778899aabbccddeeff"
                        "00112233445566778899aabbccddeeff\"}"));
}

#define DESTROYED(spans)                                                       \
    "{\"signature_keys\":[{\"id\":1,\"not_before\":0,\"public\":\"" ID64       \
    "\"}],\"destroyed\":" spans "}"

static void destroyed_times_are_pairs_in_order(void **state)
{
    static const char field[] = "destroyed, which must be pairs of times";
    static const char *const bad[] = {DESTROYED("{}"),
                                      DESTROYED("[5]"),
                                      DESTROYED("[[]]"),
                                      DESTROYED("[[5]]"),
                                      DESTROYED("[[5,6,7]]"),
                                      DESTROYED("[[-1,6]]"),
                                      DESTROYED("[[5,5]]"),
                                      DESTROYED("[[5,4]]"),
                                      DESTROYED("[[\"5\",6]]"),
                                      DESTROYED("[[5,\"6\"]]"),
                                      DESTROYED("[[null,6]]"),
                                      DESTROYED("[[5,6.5]]"),
                                      DESTROYED("[[1,2],[5,true]]")};
    static const char good[] = DESTROYED("[[0,5],[7,null]]");
    struct hub_public hub;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_refused(FRANK_ERR_VALUE, field, bad[i]);
    }
    assert_ok(hub_public_decode(&hub, good, strlen(good), NULL));
    assert_int_equal(hub.destroyed_count, 2);
    assert_int_equal(hub.destroyed[0].from, 0);
    assert_int_equal(hub.destroyed[0].until, 5);
    assert_int_equal(hub.destroyed[1].from, 7);
    assert_int_equal(hub.destroyed[1].until, UINT64_MAX);
}

static void refuses_more_than_the_limits(void **state)
{
    static const char item[] =
        "{\"id\":1,\"not_before\":0,\"public\":\"" ID64 "\"},";
    static char text[HUB_PUBLIC_MAX_BYTES + 2];
    struct hub_public hub;
    struct frank_fault fault;
    size_t len = (size_t)snprintf(text, sizeof text, "{\"signature_keys\":[");

    (void)state;
    for (size_t i = 0; i < KEYRING_KEYS_MAX + 1; i++) {
        memcpy(text + len, item, sizeof item - 1);
        len += sizeof item - 1;
    }
    (void)snprintf(text + len - 1, 3, "]}");
    assert_refused(FRANK_ERR_LIMIT, "signature_keys", text);
    len = (size_t)snprintf(text, sizeof text, "%s", DESTROYED("["));
    len--; /* the closing brace */
    for (size_t i = 0; i < HUB_PUBLIC_SPANS_MAX + 1; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "[%zu,%zu],",
                                2 * i, 2 * i + 1);
    }
    (void)snprintf(text + len - 1, 3, "]}");
    assert_refused(FRANK_ERR_LIMIT, "destroyed", text);
    memset(text, ' ', sizeof text);
    assert_int_equal(
        hub_public_decode(&hub, text, HUB_PUBLIC_MAX_BYTES + 1, &fault),
        FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "public key file");
    assert_int_equal(hub_public_decode(&hub, text, HUB_PUBLIC_MAX_BYTES, NULL),
                     FRANK_ERR_JSON);
}

static void every_prefix_is_refused(void **state)
{
    static const char text[] =
        KEYS("{\"id\":1,\"not_before\":0,\"public\":\"" ID64 "\"}");
    struct hub_public hub;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        assert_int_equal(hub_public_decode(&hub, text, len, NULL),
                         FRANK_ERR_JSON);
    }
    assert_ok(hub_public_decode(&hub, text, sizeof text - 1, NULL));
}

static void memory_that_runs_out_gives_no_text(void **state)
{
    static struct hub_public hub;
    struct keyring *ring = rings_worn();

    (void)state;
    hub_public_from(&hub, ring);
    for (unsigned at = 0; at < 5; at++) {
        calls_left = at;
        failing = true;
        assert_null(hub_public_encode(&hub));
        failing = false;
    }
    keyring_free(ring);
}

/* Keys of rings_worn(): of RINGS_NOW until 2 ms later, of 2 and of 3 ms
 * later. */
static void keys_count_from_their_beginning_to_their_end(void **state)
{
    static struct hub_public hub;
    struct keyring *ring = rings_worn();
    struct stamper *stamper = NULL;
    struct frank_fault fault = {0};
    struct stamp_request request = {
        .context = support_context(), .suite = 1, .key_id = 2};
    struct stamp stamp;

    (void)state;
    hub_public_from(&hub, ring);
    ring->epochs[0].destroyed = false;
    assert_ok(stamper_new(&stamper, ring, NULL));
    request.context.accepted_timestamp = RINGS_NOW + 2;
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    assert_ok(hub_public_check(&hub, &stamp.frank, &request.context, &fault));
    assert_int_equal(fault.error, FRANK_OK);
    /* another key is tried before, and leaves no fault */
    request.context.accepted_timestamp = RINGS_NOW + 3;
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    assert_ok(hub_public_check(&hub, &stamp.frank, &request.context, &fault));
    assert_int_equal(fault.error, FRANK_OK);
    request.context.accepted_timestamp = RINGS_NOW + 1;
    assert_int_equal(
        hub_public_check(&hub, &stamp.frank, &request.context, &fault),
        FRANK_ERR_SIGNATURE);
    request.context.accepted_timestamp = RINGS_NOW - 1;
    assert_int_equal(
        hub_public_check(&hub, &stamp.frank, &request.context, &fault),
        FRANK_ERR_NO_KEY);
    assert_string_equal(fault.field, "signature key");
    stamper_free(stamper);
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_without_a_secret),
        cmocka_unit_test(a_full_ring_fits),
        cmocka_unit_test(reads_white_space_and_passes_over_other_members),
        cmocka_unit_test(refuses_what_is_no_public_part),
        cmocka_unit_test(destroyed_times_are_pairs_in_order),
        cmocka_unit_test(refuses_more_than_the_limits),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(memory_that_runs_out_gives_no_text),
        cmocka_unit_test(keys_count_from_their_beginning_to_their_end),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
