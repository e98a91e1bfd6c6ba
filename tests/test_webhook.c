/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook.h"

#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the tests of the specification's own libraries. */
#define PUBLISHED_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PUBLISHED_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define PUBLISHED_SECONDS 1614265330
#define PUBLISHED_BODY "{\"test\": 2432232314}"
#define PUBLISHED_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

#define OTHER_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct webhook_secrets secrets_of(const char *text)
{
    struct webhook_secrets secrets;

    assert_int_equal(webhook_secret_read(&secrets, text, strlen(text), NULL),
                     FRANK_OK);
    return secrets;
}

static void assert_secret_refused(const char *text, size_t len, int error,
                                  size_t offset)
{
    const uint8_t *copy = support_copy((const uint8_t *)text, len);
    struct webhook_secrets secrets;
    struct frank_fault fault = {0};

    memset(&secrets, 0xaa, sizeof secrets);
    assert_int_equal(
        webhook_secret_read(&secrets, (const char *)copy, len, &fault), error);
    assert_int_equal(fault.error, error);
    assert_int_equal(fault.offset, offset);
    assert_true(support_is_zero(&secrets, sizeof secrets));
}

static void signs_as_the_published_example(void **state)
{
    struct webhook_secrets secrets = secrets_of(PUBLISHED_SECRET "\n");
    struct webhook_signed out;

    (void)state;
    assert_int_equal(webhook_sign(&out, PUBLISHED_ID, PUBLISHED_SECONDS,
                                  support_text(PUBLISHED_BODY), &secrets, NULL),
                     FRANK_OK);
    assert_string_equal(out.id, PUBLISHED_ID);
    assert_string_equal(out.timestamp, "1614265330");
    assert_string_equal(out.signature, PUBLISHED_SIGNATURE);
}

static void two_secrets_make_two_signatures(void **state)
{
    struct webhook_secrets secrets =
        secrets_of(OTHER_SECRET "\n" PUBLISHED_SECRET);
    struct webhook_secrets other = secrets_of(OTHER_SECRET);
    struct webhook_signed out;
    struct webhook_signed alone;
    char both[3 * sizeof PUBLISHED_SIGNATURE + 2];

    (void)state;
    assert_int_equal(secrets.count, 2);
    assert_int_equal(webhook_sign(&out, PUBLISHED_ID, PUBLISHED_SECONDS,
                                  support_text(PUBLISHED_BODY), &secrets, NULL),
                     FRANK_OK);
    assert_int_equal(webhook_sign(&alone, PUBLISHED_ID, PUBLISHED_SECONDS,
                                  support_text(PUBLISHED_BODY), &other, NULL),
                     FRANK_OK);
    (void)snprintf(both, sizeof both, "%s %s", alone.signature,
                   PUBLISHED_SIGNATURE);
    assert_string_equal(out.signature, both);
}

/* A secret of len bytes as text. */
static void put_secret(char out[static 128], uint32_t *random, size_t len)
{
    uint8_t bytes[WEBHOOK_SECRET_MAX_BYTES + 8];

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)support_random(random);
    }
    strcpy(out, "whsec_");
    (void)sodium_bin2base64(out + 6, 122, bytes, len,
                            sodium_base64_VARIANT_ORIGINAL);
}

static void signs_as_a_second_implementation_does(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        uint64_t seconds = (uint64_t)support_random(&random) << (i % 5 * 8);
        uint8_t body[100];
        char hex[2 * sizeof body + 1];
        char first[128];
        char second[128];
        char command[1024];
        char text[300] = "";
        struct webhook_secrets secrets;
        struct webhook_signed out;
        FILE *python;

        for (size_t k = 0; k < sizeof body; k++) {
            body[k] = (uint8_t)support_random(&random);
        }
        put_secret(first, &random, i == 0 ? 64 : 24 + i);
        put_secret(second, &random, 24);
        (void)snprintf(text, sizeof text, "%s\n%s\n", first,
                       i % 2 == 0 ? second : "");
        text[i % 2 == 0 ? strlen(text) : strlen(text) - 1] = '\0';
        secrets = secrets_of(text);
        assert_int_equal(secrets.count, i % 2 == 0 ? 2 : 1);
        assert_int_equal(
            webhook_sign(&out, "evt_A-z", seconds,
                         (struct frank_span){body, i == 1 ? 0 : sizeof body},
                         &secrets, NULL),
            FRANK_OK);
        support_hex_encode(hex, body, i == 1 ? 0 : sizeof body);
        (void)snprintf(command, sizeof command,
                       "python3 -B tests/second/webhook.py evt_A-z %s '%s' %s "
                       "%s",
                       out.timestamp, hex, first, i % 2 == 0 ? second : "");
        python = popen(command, "r"); /* NOLINT(cert-env33-c) */
        assert_non_null(python);
        assert_non_null(fgets(text, sizeof text, python));
        assert_int_equal(pclose(python), 0);
        text[strcspn(text, "\n")] = '\0';
        assert_string_equal(out.signature, text);
    }
}

static void ids_that_could_move_the_signed_places_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "a.b",
        "a b",
        "a\n",
        "\xc3\xa4",
        "a,b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct webhook_secrets secrets = secrets_of(PUBLISHED_SECRET);
    struct webhook_signed out;
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        memset(&out, 0xaa, sizeof out);
        assert_int_equal(
            webhook_sign(&out, bad[i], 1, support_text("{}"), &secrets, &fault),
            FRANK_ERR_VALUE);
        assert_true(support_is_zero(&out, sizeof out));
    }
    assert_int_equal(webhook_sign(&out, bad[6] + 1, UINT64_MAX,
                                  support_text("{}"), &secrets, &fault),
                     FRANK_OK);
    assert_string_equal(out.timestamp, "18446744073709551615");
}

static void secrets_are_of_24_to_64_bytes(void **state)
{
    uint32_t random = 7;
    char text[128];

    (void)state;
    for (size_t len = 24; len <= 64; len++) {
        struct webhook_secrets secrets;

        put_secret(text, &random, len);
        secrets = secrets_of(text);
        assert_int_equal(secrets.count, 1);
        assert_int_equal(secrets.list[0].len, len);
    }
    put_secret(text, &random, 23);
    assert_secret_refused(text, strlen(text), FRANK_ERR_LENGTH, 0);
    put_secret(text, &random, 65);
    assert_secret_refused(text, strlen(text), FRANK_ERR_FORMAT, 0);
    assert_secret_refused("whsec_", 6, FRANK_ERR_LENGTH, 0);
}

static void secret_files_are_read_in_one_way(void **state)
{
    static const struct {
        const char *text;
        int error;
        size_t offset;
    } bad[] = {
        {"", FRANK_ERR_MISSING, 0},
        {"\n", FRANK_ERR_FORMAT, 0},
        {"whsec", FRANK_ERR_FORMAT, 0},
        {"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", FRANK_ERR_FORMAT, 0},
        {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", FRANK_ERR_FORMAT, 0},
        {" " PUBLISHED_SECRET, FRANK_ERR_FORMAT, 0},
        {PUBLISHED_SECRET " ", FRANK_ERR_FORMAT, 0},
        {PUBLISHED_SECRET "\r\n", FRANK_ERR_FORMAT, 0},
        {PUBLISHED_SECRET "\n\n", FRANK_ERR_FORMAT, 39},
        {PUBLISHED_SECRET "=", FRANK_ERR_FORMAT, 0},
        {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w", FRANK_ERR_FORMAT, 0},
        {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa\xffw", FRANK_ERR_FORMAT, 0},
        /* padding left out; bits behind the last byte */
        {"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", FRANK_ERR_FORMAT,
         0},
        {"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", FRANK_ERR_FORMAT,
         0},
        {PUBLISHED_SECRET "\n" PUBLISHED_SECRET "\n", FRANK_ERR_TWICE, 39},
        {PUBLISHED_SECRET "\n" OTHER_SECRET "\nx", FRANK_ERR_LIMIT,
         39 + sizeof OTHER_SECRET},
    };
    char longer[WEBHOOK_SECRET_FILE_MAX_BYTES + 1];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_secret_refused(bad[i].text, strlen(bad[i].text), bad[i].error,
                              bad[i].offset);
    }
    /* a zero within, and what is too long to be looked at */
    assert_secret_refused(PUBLISHED_SECRET, sizeof PUBLISHED_SECRET,
                          FRANK_ERR_FORMAT, 0);
    memset(longer, 'a', sizeof longer);
    assert_secret_refused(longer, sizeof longer, FRANK_ERR_LIMIT, 0);
}

static void waits_grow_and_end(void **state)
{
    static const uint64_t waits[] = {5,     30,    120,   900,   3600,
                                     14400, 36000, 86400, 86400, 86400};
    uint64_t shortest = 0;
    uint64_t longest = 0;
    uint32_t random = 3;

    (void)state;
    for (unsigned i = 0; i < SUPPORT_COUNT(waits); i++) {
        uint64_t least = waits[i] * 800;
        uint64_t most = waits[i] * 1200;

        assert_int_equal(webhook_next_try(i + 1, 0), least);
        assert_int_equal(webhook_next_try(i + 1, 200), waits[i] * 1000);
        assert_int_equal(webhook_next_try(i + 1, 400), most);
        assert_in_range(webhook_next_try(i + 1, UINT32_MAX), least, most);
        for (int k = 0; k < 100; k++) {
            assert_in_range(webhook_next_try(i + 1, support_random(&random)),
                            least, most);
        }
        shortest += least;
        longest += most;
    }
    assert_in_range(shortest, 69 * 3600000ULL, 70 * 3600000ULL);
    assert_in_range(longest, 104 * 3600000ULL, 105 * 3600000ULL);
    assert_int_equal(webhook_next_try(WEBHOOK_TRIES, 0), 0);
    assert_int_equal(webhook_next_try(UINT32_MAX, 0), 0);
    assert_int_equal(webhook_next_try(0, 0), 0);
}

static void answers_are_judged_by_their_status(void **state)
{
    uint64_t wait = 1;

    (void)state;
    for (unsigned status = 0; status <= 600; status++) {
        enum webhook_outcome expected = status / 100 == 2 ? WEBHOOK_DONE
                                        : status == 410   ? WEBHOOK_GONE
                                                          : WEBHOOK_AGAIN;

        assert_int_equal(webhook_judge(&wait, status, 60), expected);
        assert_int_equal(wait, expected == WEBHOOK_AGAIN ? 60000 : 0);
    }
    assert_int_equal(webhook_judge(&wait, 503, 0), WEBHOOK_AGAIN);
    assert_int_equal(wait, 0);
    assert_int_equal(webhook_judge(&wait, 429, 86401), WEBHOOK_AGAIN);
    assert_int_equal(wait, WEBHOOK_WAIT_MAX_MS);
    assert_int_equal(webhook_judge(&wait, 429, UINT32_MAX), WEBHOOK_AGAIN);
    assert_int_equal(wait, WEBHOOK_WAIT_MAX_MS);
}

static void bodies_say_what_and_when_alone(void **state)
{
    static const char *const bad[] = {
        "", "a\"", "a\\", "a b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    char *text = webhook_body("case.decided", 1795428000123, "0123abcd");

    (void)state;
    assert_string_equal(text, "{\"type\":\"case.decided\",\"timestamp\":"
                              "\"2026-11-23T10:00:00.123Z\","
                              "\"data\":{\"id\":\"0123abcd\"}}");
    free(text);
    text = webhook_body("a", 253402300799999, bad[4] + 1);
    assert_non_null(strstr(text, "\"9999-12-31T23:59:59.999Z\""));
    free(text);
    text = webhook_body("a", 0, "b");
    assert_non_null(strstr(text, "\"1970-01-01T00:00:00.000Z\""));
    free(text);
    assert_null(webhook_body("a", 253402300800000, "b"));
    assert_null(webhook_body("a", UINT64_MAX, "b"));
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_null(webhook_body(bad[i], 0, "b"));
        assert_null(webhook_body("a", 0, bad[i]));
    }
    assert_null(webhook_body("a", 0, "a.b"));
    assert_null(webhook_body("a-b", 0, "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_as_the_published_example),
        cmocka_unit_test(two_secrets_make_two_signatures),
        cmocka_unit_test(signs_as_a_second_implementation_does),
        cmocka_unit_test(ids_that_could_move_the_signed_places_are_refused),
        cmocka_unit_test(secrets_are_of_24_to_64_bytes),
        cmocka_unit_test(secret_files_are_read_in_one_way),
        cmocka_unit_test(waits_grow_and_end),
        cmocka_unit_test(answers_are_judged_by_their_status),
        cmocka_unit_test(bodies_say_what_and_when_alone),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
