/* SPDX-License-Identifier: Apache-2.0 */
/* What the messages of an AbuseReport prove, each by itself. */
#include "hubs.h"
#include "mimi_report.h"

#include <sodium.h>
#include <string.h>

#define TIME (RINGS_NOW + 5)

static struct frank_span frank_bytes(const struct frank_frank *frank)
{
    uint8_t *bytes = support_zeros(FRANK_FRANK_BYTES);

    frank_frank_encode(bytes, frank);
    return (struct frank_span){bytes, FRANK_FRANK_BYTES};
}

/* A message as the hub took it from a sender, in a room. */
static struct mimi_report_message
message_of(struct frank_span content, const char *sender, const char *room)
{
    struct stamp_request request = {
        .context = {support_text(sender), support_text(room), TIME},
        .suite = FRANK_SUITE_X25519_AES128GCM};
    struct stamp stamp;

    assert_ok(frank_tag(request.tag, content.data, content.len, NULL));
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    return (struct mimi_report_message){content, frank_bytes(&stamp.frank),
                                        TIME};
}

static struct mimi_report_message usual_message(void)
{
    return message_of(support_mimi(&(struct support_mimi){0}, NULL),
                      SUPPORT_SENDER, SUPPORT_ROOM);
}

/* The verdict on a message, in a report against someone. */
static struct mimi_report_verdict
verdict_against(const char *abuser, struct mimi_report_message message)
{
    struct mimi_report report = {
        .alleged_abuser = support_text(abuser),
        .count = 2,
        .messages = {{{NULL, 0}, {NULL, 0}, 0}, message}};
    struct mimi_report_verdict verdict;

    memset(&verdict, 0xaa, sizeof verdict);
    mimi_report_check(&verdict, stamper, &report, 1);
    assert_int_equal(verdict.fault.error, verdict.error);
    return verdict;
}

static struct mimi_report_verdict verdict_on(struct mimi_report_message message)
{
    return verdict_against(SUPPORT_SENDER, message);
}

static bool names(const struct frank_uri *uri, const char *text)
{
    return uri->len == strlen(text) && memcmp(uri->bytes, text, uri->len) == 0;
}

/* ---- Proven ------------------------------------------------------------- */

static void message_is_proven_with_its_tag_sender_and_room(void **state)
{
    struct mimi_report_message message = usual_message();
    struct mimi_report_verdict verdict = verdict_on(message);
    uint8_t tag[FRANK_TAG_BYTES];

    (void)state;
    assert_ok(verdict.error);
    assert_true(verdict.located);
    assert_true(verdict.from_abuser);
    assert_true(names(&verdict.content.sender, SUPPORT_SENDER));
    assert_true(names(&verdict.content.room, SUPPORT_ROOM));
    assert_int_equal(verdict.findings.broken, 0);
    assert_true(support_is_zero(&verdict.fault, sizeof verdict.fault));
    assert_ok(frank_tag(tag, message.content.data, message.content.len, NULL));
    assert_memory_equal(verdict.tag, tag, sizeof tag);
}

/* The reporter must not pass one's words off as another's. */
static void message_of_someone_else_is_proven_but_not_the_abusers(void **state)
{
    static const char *const others[] = {"a:use", "a:usera", "a:usep", "b:bob"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(others); i++) {
        struct mimi_report_verdict verdict =
            verdict_against(others[i], usual_message());

        assert_ok(verdict.error);
        assert_false(verdict.from_abuser);
    }
}

static void malformed_message_is_proven_with_its_findings(void **state)
{
    struct support_mimi unsorted = {.extensions =
                                        "a2 02 66'r:room' 01 66'a:user'"};
    struct support_mimi indefinite = {.array = "9f", .after = "ff"};
    struct support_mimi twice = {.extensions =
                                     "a3" SUPPORT_NAMES "02 66'r:room'"};
    struct mimi_report_verdict verdict;

    (void)state;
    verdict = verdict_on(message_of(support_mimi(&unsorted, NULL),
                                    SUPPORT_SENDER, SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_int_equal(verdict.findings.broken, 1ULL << FRANK_RULE_KEY_ORDER);
    verdict = verdict_on(message_of(support_mimi(&indefinite, NULL),
                                    SUPPORT_SENDER, SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_true((verdict.findings.broken & 1ULL << FRANK_RULE_DEFINITE) != 0);
    verdict = verdict_on(
        message_of(support_mimi(&twice, NULL), SUPPORT_SENDER, SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_true((verdict.findings.broken & 1ULL << FRANK_RULE_KEY_TWICE) != 0);
}

static void message_naming_two_senders_is_proven_for_the_stamped(void **state)
{
    struct support_mimi two = {
        .extensions = "a3 01 65'a:eve' 01 66'a:user' 02 66'r:room'"};
    struct frank_span content = support_mimi(&two, NULL);
    struct mimi_report_verdict verdict;

    (void)state;
    verdict = verdict_on(message_of(content, "a:user", SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_true(names(&verdict.content.sender, "a:user"));
    assert_true(verdict.from_abuser);
    verdict =
        verdict_against("a:eve", message_of(content, "a:user", SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_false(verdict.from_abuser);
    verdict =
        verdict_against("a:eve", message_of(content, "a:eve", SUPPORT_ROOM));
    assert_ok(verdict.error);
    assert_true(verdict.from_abuser);
    verdict = verdict_on(message_of(content, "a:mallory", SUPPORT_ROOM));
    assert_int_equal(verdict.error, FRANK_ERR_MAC);
}

static void every_reading_of_names_stated_twice_is_tried(void **state)
{
    static const char *const senders[] = {"a:eve", "a:user"};
    static const char *const rooms[] = {"r:lost", "r:room"};
    struct support_mimi four = {.extensions = "a4 01 65'a:eve' 01 66'a:user'"
                                              "   02 66'r:lost' 02 66'r:room'"};
    struct frank_span content = support_mimi(&four, NULL);

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct mimi_report_verdict verdict =
            verdict_on(message_of(content, senders[i & 1], rooms[i >> 1]));

        assert_ok(verdict.error);
        assert_true(names(&verdict.content.sender, senders[i & 1]));
        assert_true(names(&verdict.content.room, rooms[i >> 1]));
    }
}

static void plain_framed_and_redacted_messages_are_proven_too(void **state)
{
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {1};
    struct frank_span sender = support_text(SUPPORT_SENDER);
    struct frank_span room = support_text(SUPPORT_ROOM);
    struct frank_span text = support_text("text/plain");
    struct frank_part parts[2] = {{.media_type = text, .body = text},
                                  {.media_type = text, .salt = {3}}};
    struct mimi_report_message message;
    uint8_t bytes[256];
    uint8_t redacted[256];
    size_t len;

    (void)state;
    assert_ok(frank_plain_build(bytes, sizeof bytes, &len, salt, sender, room,
                                text, text, NULL));
    assert_ok(verdict_on(message_of((struct frank_span){bytes, len},
                                    SUPPORT_SENDER, SUPPORT_ROOM))
                  .error);
    assert_ok(verdict_on(
                  message_of(support_framed(
                                 "18'application/mimi-content'",
                                 support_mimi(&(struct support_mimi){0}, NULL)),
                             SUPPORT_SENDER, SUPPORT_ROOM))
                  .error);
    assert_ok(frank_parted_build(bytes, sizeof bytes, &len, salt, sender, room,
                                 parts, 2, NULL));
    message = message_of((struct frank_span){bytes, len}, SUPPORT_SENDER,
                         SUPPORT_ROOM);
    assert_ok(frank_parted_withhold(redacted, sizeof redacted, &len, bytes, len,
                                    2, NULL));
    message.content = (struct frank_span){redacted, len};
    assert_ok(verdict_on(message).error);
    assert_int_equal(verdict_on(message).content.withheld, 2);
    redacted[len - 1] ^= 1; /* the digest */
    assert_int_equal(verdict_on(message).error, FRANK_ERR_MAC);
}

/* ---- Not proven --------------------------------------------------------- */

/* The tag is computed, not taken from the reporter: altered content has
 * another tag, which the hub did not stamp. */
static void altered_content_fails_by_its_mac(void **state)
{
    struct mimi_report_message message = usual_message();
    uint8_t *bytes = support_copy(message.content.data, message.content.len);
    unsigned located = 0;

    (void)state;
    message.content.data = bytes;
    for (size_t bit = 0; bit < 8 * message.content.len; bit++) {
        struct mimi_report_verdict verdict;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        verdict = verdict_on(message);
        if (verdict.located) {
            assert_int_equal(verdict.error, FRANK_ERR_MAC);
            located++;
        } else {
            assert_int_not_equal(verdict.error, FRANK_OK);
            assert_int_not_equal(verdict.error, FRANK_ERR_TAG);
            assert_false(verdict.from_abuser);
        }
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_in_range(located, 8 * 16, 8 * message.content.len); /* the salt */
    assert_ok(verdict_on(message).error);
}

static void altered_time_or_frank_fails(void **state)
{
    struct mimi_report_message message = usual_message();
    uint8_t *bytes = support_copy(message.frank.data, message.frank.len);

    (void)state;
    message.accepted_timestamp++;
    assert_int_equal(verdict_on(message).error, FRANK_ERR_MAC);
    message.accepted_timestamp = RINGS_NOW - 1;
    assert_int_equal(verdict_on(message).error, FRANK_ERR_NO_EPOCH);
    assert_true(verdict_on(message).located);
    message.accepted_timestamp = TIME;
    message.frank.data = bytes;
    bytes[0] ^= 1;
    assert_int_equal(verdict_on(message).error, FRANK_ERR_MAC);
    bytes[0] ^= 1;
    bytes[message.frank.len - 1] ^= 1;
    assert_int_equal(verdict_on(message).error, FRANK_ERR_SIGNATURE);
}

static void frank_of_another_message_fails(void **state)
{
    struct mimi_report_message message = usual_message();
    struct support_mimi other = {.salt = "50 (5b)*16"};

    (void)state;
    message.frank =
        message_of(support_mimi(&other, NULL), SUPPORT_SENDER, SUPPORT_ROOM)
            .frank;
    assert_int_equal(verdict_on(message).error, FRANK_ERR_MAC);
}

static void stamp_of_a_destroyed_epoch_proves_nothing(void **state)
{
    struct mimi_report_message message = usual_message();
    struct mimi_report report = {.alleged_abuser = support_text("a:user"),
                                 .count = 1,
                                 .messages = {message}};
    struct mimi_report_verdict verdict;
    struct keyring *worn = rings_new(RINGS_NOW);
    struct stamper *later = NULL;

    (void)state;
    assert_ok(keyring_destroy(worn, 1, NULL));
    assert_ok(stamper_new(&later, worn, NULL));
    mimi_report_check(&verdict, later, &report, 0);
    assert_int_equal(verdict.error, FRANK_ERR_EPOCH_DESTROYED);
    assert_true(verdict.located);
    stamper_free(later);
    keyring_free(worn);
}

/* The suite tells how long the signature is; ours are not asked. */
static void message_of_an_unsupported_suite_fails_alone(void **state)
{
    struct frank_span frank = support_bytes("(ab)*32 0002 4046 (30)*70");
    struct mimi_report report = {.alleged_abuser = support_text("a:user"),
                                 .count = 3};
    struct mimi_report copy;
    struct mimi_report_verdict verdict;
    uint8_t bytes[1024];
    size_t len;

    (void)state;
    for (size_t i = 0; i < report.count; i++) {
        report.messages[i] = usual_message();
    }
    report.messages[1].frank = frank;
    assert_ok(mimi_report_encode(bytes, sizeof bytes, &len, &report, NULL));
    assert_ok(mimi_report_decode(&copy, bytes, len, NULL));
    support_assert_span(copy.messages[1].frank, frank);
    for (size_t i = 0; i < copy.count; i++) {
        mimi_report_check(&verdict, stamper, &copy, i);
        assert_int_equal(verdict.error, i == 1 ? FRANK_ERR_SUITE : FRANK_OK);
        assert_true(verdict.located);
    }
}

static void frank_that_is_cut_or_too_long_fails(void **state)
{
    struct mimi_report_message message = usual_message();
    struct frank_span good = message.frank;

    (void)state;
    message.frank = support_bytes("(ab)*32 0001 3f (30)*63");
    assert_int_equal(verdict_on(message).error, FRANK_ERR_LENGTH);
    message.frank = (struct frank_span){NULL, 0};
    assert_int_equal(verdict_on(message).error, FRANK_ERR_TRUNCATED);
    message.frank = support_bytes("(ab)*32 0001 4040 (30)*64 00");
    assert_int_equal(verdict_on(message).error, FRANK_ERR_TRAILING);
    message.frank = good;
    assert_ok(verdict_on(message).error);
}

static void what_cannot_be_located_is_not_proven(void **state)
{
    static const char *const contents[] = {"", "00", "ff", "80",
                                           "01 (00)*32 00 00 00 00"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(contents); i++) {
        struct mimi_report_message message = usual_message();
        struct mimi_report_verdict verdict;

        message.content = support_bytes(contents[i]);
        verdict = verdict_on(message);
        assert_int_not_equal(verdict.error, FRANK_OK);
        assert_false(verdict.located);
        assert_false(verdict.from_abuser);
        assert_true(support_is_zero(verdict.tag, sizeof verdict.tag));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_is_proven_with_its_tag_sender_and_room),
        cmocka_unit_test(message_of_someone_else_is_proven_but_not_the_abusers),
        cmocka_unit_test(malformed_message_is_proven_with_its_findings),
        cmocka_unit_test(message_naming_two_senders_is_proven_for_the_stamped),
        cmocka_unit_test(every_reading_of_names_stated_twice_is_tried),
        cmocka_unit_test(plain_framed_and_redacted_messages_are_proven_too),
        cmocka_unit_test(altered_content_fails_by_its_mac),
        cmocka_unit_test(altered_time_or_frank_fails),
        cmocka_unit_test(frank_of_another_message_fails),
        cmocka_unit_test(stamp_of_a_destroyed_epoch_proves_nothing),
        cmocka_unit_test(message_of_an_unsupported_suite_fails_alone),
        cmocka_unit_test(frank_that_is_cut_or_too_long_fails),
        cmocka_unit_test(what_cannot_be_located_is_not_proven),
    };

    return sodium_init() < 0
               ? 1
               : cmocka_run_group_tests(tests, make_hub, free_hub);
}
