/* SPDX-License-Identifier: Apache-2.0 */
/* What an evidence bundle proves, and how whoever lies in one is found. */
#include "bundle_check.h"
#include "bundle_inner.h"
#include "bundle_live.h"
#include "bundles.h"
#include "policy.h"
#include "utf8.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

static const struct bundle_pins no_pins;

/* The last one, to be freed at the end of a test. */
static struct bundle_file *file;
static struct bundle_check *c;

static int forget(void **state)
{
    (void)state;
    bundle_check_free(c);
    bundle_free(file);
    c = NULL;
    file = NULL;
    return 0;
}

static void check(struct frank_span bytes, const struct bundle_pins *pins)
{
    (void)forget(NULL);
    assert_ok(bundle_decode(&file, bytes.data, bytes.len, NULL));
    assert_ok(bundle_check(&c, file, pins));
}

static const char *first_refused(void)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->findings[i].standing == BUNDLE_REFUSED) {
            return c->findings[i].check;
        }
    }
    return "";
}

static size_t count_of(enum bundle_standing standing, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++) {
        count += c->findings[i].standing == standing &&
                 strcmp(c->findings[i].check, name) == 0;
    }
    return count;
}

static bool says(const char *text)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strstr(c->findings[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- Memory that runs out -------------------------------------------------
 */

static long allocations_left = -1; /* -1: no limit */

static bool runs_out(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return runs_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return runs_out() ? NULL : __real_realloc(old, size);
}

static void failing_memory_is_an_error(void **state)
{
    struct bundles *b = bundles_new();
    struct frank_span bytes;
    int error = FRANK_ERR_MEMORY;

    (void)state;
    b->reports[0].sealed = reports_sealed(0);
    bytes = bundles_sign(b);
    for (long i = 0; error != FRANK_OK; i++) {
        struct bundle_file *read = NULL;
        struct bundle_check *found = NULL;
        struct bundle_check *compared = NULL;

        allocations_left = i;
        error = bundle_decode(&read, bytes.data, bytes.len, NULL);
        if (error == FRANK_OK) {
            error = bundle_check(&found, read, &no_pins);
        }
        if (error == FRANK_OK) {
            error = bundle_compare(&compared, found, found);
        }
        allocations_left = -1;
        if (error != FRANK_OK) {
            assert_int_equal(error, FRANK_ERR_MEMORY);
            assert_null(compared);
        }
        bundle_check_free(compared);
        bundle_check_free(found);
        bundle_free(read);
    }
}

/* Whoever changed the bundle signs it with the key that stands in it, so that
 * nothing but `name` can tell. */
#define assert_holds(b)                                                        \
    do {                                                                       \
        check(bundles_sign(b), &no_pins);                                      \
        assert_string_equal(first_refused(), "");                              \
    } while (0)
#define assert_refused(b, name)                                                \
    do {                                                                       \
        check(bundles_sign(b), &no_pins);                                      \
        assert_string_equal(first_refused(), name);                            \
        assert_int_equal(c->totals[BUNDLE_REFUSED],                            \
                         count_of(BUNDLE_REFUSED, name));                      \
    } while (0)

/* ---- A bundle that holds --------------------------------------------------
 */

static void a_bundle_says_what_is_proven(void **state)
{
    (void)state;
    assert_holds(bundles_new());
    assert_int_equal(count_of(BUNDLE_PROVEN, "content"), 5);
    assert_int_equal(count_of(BUNDLE_PROVEN, "stamp"), 1);
    assert_int_equal(count_of(BUNDLE_PROVEN, "order"), 1);
    assert_int_equal(count_of(BUNDLE_PROVEN, "receipts"), 4);
    assert_int_equal(count_of(BUNDLE_PROVEN, "opened"), 2);
    assert_int_equal(count_of(BUNDLE_PROVEN, "decision"), 2);
    assert_int_equal(count_of(BUNDLE_PROVEN, "review"), 1);
    assert_int_equal(count_of(BUNDLE_PROVEN, "appeal"), 2);
    assert_int_equal(count_of(BUNDLE_PROVEN, "received"), 2);
    assert_int_equal(count_of(BUNDLE_WORD, "header"), 2);
    assert_int_equal(count_of(BUNDLE_WORD, "reporter"), 1);
    assert_int_equal(count_of(BUNDLE_NOT_SHOWN, "reporter"), 1);
    assert_int_equal(c->state, CASE_CLOSED);
    assert_int_equal(c->exported, BUNDLES_TIME + 210000);
    assert_int_equal(c->reports[0].looks, 1);
    assert_int_equal(c->reports[1].place_count, 3);
    assert_true(says("The hub signed that message 0 of report 0 was sent by "
                     "mimi://c.example/u/keys-today"));
}

static void pins_are_what_counts(void **state)
{
    struct bundles *b = bundles_new();
    struct hub_public hub = reports_hub_public();
    struct note_key mod = bundles_key(&b->moderation);
    struct note_key log = bundles_key(&b->hub);
    struct bundle_pins pins = {.hub = &hub,
                               .mod_key = &mod,
                               .hub_key = &log,
                               .quorums = reports_quorum(),
                               .quorum_count = 1};
    struct frank_span bytes = bundles_sign(b);

    (void)state;
    check(bytes, &pins);
    assert_int_equal(c->totals[BUNDLE_REFUSED], 0);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "key"), 0);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "quorum"), 0);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "hub keys"), 0);
    check(bytes, &no_pins);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "key"), 2);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "quorum"), 1);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "hub keys"), 1);
    mod.public_key[3] ^= 1;
    check(bytes, &pins);
    assert_string_equal(first_refused(), "key");
    mod.public_key[3] ^= 1;
    (void)strcpy(log.name, "other.example/frank");
    check(bytes, &pins);
    assert_string_equal(first_refused(), "key");
    log = bundles_key(&b->hub);
    hub.keys[0].public_key[0] ^= 1;
    check(bytes, &pins);
    assert_string_equal(first_refused(), "verdict");
}

/* A pinned quorum of the same key but other shares is another one, and the
 * bundle's own is none: nothing is proven by its receipts. */
static void a_quorum_of_other_shares_is_refused(void **state)
{
    struct frank_quorum other = *reports_quorum();
    struct bundle_pins pins = {.quorums = &other, .quorum_count = 1};

    (void)state;
    other.share_publics[2][0] ^= 1;
    check(bundles_sign(bundles_new()), &pins);
    assert_string_equal(first_refused(), "quorum");
    assert_int_equal(count_of(BUNDLE_UNPINNED, "quorum"), 0);
    assert_int_equal(count_of(BUNDLE_PROVEN, "receipts"), 0);
    assert_true(says("is none of those that you gave"));
}

/* Words are cut, also where escapes make them longer, but not in a character:
 * JSON takes no half of one. */
static void words_are_cut_between_characters(void **state)
{
    uint8_t text[304];

    (void)state;
    for (size_t escapes = 0; escapes < 100; escapes++) {
        struct bundle_words words;
        size_t len;

        memset(text, 1, escapes);
        for (size_t i = escapes; i + 3 <= sizeof text; i += 3) {
            memcpy(text + i, "\xe2\x82\xac", 3);
        }
        words = bundle_words((struct frank_span){text, sizeof text - 3});
        len = strlen(words.text);
        assert_true(len < sizeof words.text);
        assert_string_equal(words.text + len - 3, "...");
        assert_true(utf8_is_valid(support_text(words.text)));
    }
}

static void what_is_left_out_is_said(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].reporter.salt = NULL;
    b->reports[0].note.len = 0;
    b->reports[0].count = 1;
    b->bundle.decision_count = 1;
    b->bundle.appeal_count = 0;
    b->bundle.has_hub = false;
    assert_holds(b);
    assert_true(says("Who made report 0 is not in the bundle."));
    assert_true(says("Not in this bundle: 2 messages of report 0."));
    assert_true(says("The log tells of 1 decision that"));
    assert_true(says("The log tells of 1 appeal that"));
    assert_true(says("No entry of the hub's log is in the bundle."));
    assert_int_equal(count_of(BUNDLE_WORD, "received"), 2);
    assert_false(says("hub.example/u/ines in the name"));
    b->bundle.report_count = 0;
    b->bundle.decision_count = 0;
    b->bundle.quorum_count = 0;
    assert_holds(b);
}

/* With the sealed report, what stands in its header is proven. */
static void a_sealed_report_proves_its_header(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].sealed = reports_sealed(0);
    assert_holds(b);
    assert_int_equal(count_of(BUNDLE_PROVEN, "header"), 1);
    assert_int_equal(count_of(BUNDLE_PROVEN, "reporter"), 1);
    b->reports[1].sealed = reports_sealed(1);
    assert_holds(b);
    assert_int_equal(count_of(BUNDLE_PROVEN, "reporter"), 2);
    b->reports[0].reason = 1;
    assert_refused(b, "sealed");
    b = bundles_new();
    b->reports[0].sealed = reports_sealed(0);
    b->reports[0].created++;
    assert_refused(b, "sealed");
    b = bundles_new();
    b->reports[0].sealed = reports_sealed(0);
    b->reports[0].accused = 1;
    assert_refused(b, "sealed");
    b = bundles_new();
    b->reports[1].sealed = reports_sealed(2);
    b->reports[1].reporter.salt = reports_random(2) + FRANK_REPORT_ID_BYTES;
    b->reports[1].reporter.uri = reports_report(2).reporter;
    if (b->reports[1].reporter.uri.len == 0) {
        b->reports[1].reporter.salt = NULL;
    }
    assert_refused(b, "sealed");
}

/* ---- Witnesses ------------------------------------------------------------
 */

static void check_with_policy(struct bundles *b, const char *rest)
{
    char text[2048];
    char vkeys[4][NOTE_VKEY_MAX_BYTES];
    static struct policy policy;
    const struct bundle_pins pins = {.policy = &policy};
    struct note_key mod = bundles_key(&b->moderation);
    struct note_key hub = bundles_key(&b->hub);

    note_vkey(vkeys[0], mod.name, mod.public_key);
    note_vkey(vkeys[1], hub.name, hub.public_key);
    for (uint8_t i = 0; i < 2; i++) {
        struct cosigner who = bundles_witness((uint8_t)(i + 1));

        cosigner_vkey(vkeys[2 + i], &who);
    }
    (void)snprintf(text, sizeof text,
                   "log %s\nlog %s\nwitness one %s\nwitness two %s\n%s",
                   vkeys[0], vkeys[1], vkeys[2], vkeys[3], rest);
    assert_ok(policy_parse(&policy, text, strlen(text), NULL));
    check(bundles_sign(b), &pins);
    policy_free(&policy);
}

static void witnesses_are_counted(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->bundle.has_hub = false;
    b->moderation.witnesses[0] = 1;
    b->moderation.witnesses[1] = 2;
    check_with_policy(b, "group both all one two\nquorum both\n");
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "witnesses"), 1);
    assert_true(says("2 witnesses cosigned"));
    assert_true(says("the last 8 entries"));
    assert_int_equal(count_of(BUNDLE_UNPINNED, "key"), 0);
    assert_true(c->moderation.is_cosigned);
    assert_true(c->moderation.lines[0].cosigned);
    assert_false(c->moderation.lines[c->moderation.count - 1].cosigned);
    b->moderation.witnesses[1] = 0;
    check_with_policy(b, "group both all one two\nquorum both\n");
    assert_string_equal(first_refused(), "witnesses");
    check_with_policy(b, "group any any one two\nquorum any\n");
    assert_string_equal(first_refused(), "");
    assert_true(says("1 witness cosigned"));
    check_with_policy(b, "quorum none\n");
    assert_string_equal(first_refused(), "");
    b->moderation.witnesses[0] = 3;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "witnesses");
    b->moderation.cosigned = 0;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "witnesses");
    check_with_policy(b, "quorum none\n");
    assert_string_equal(first_refused(), "");
    /* the log under another key than the policy's */
    b = bundles_new();
    b->bundle.has_hub = false;
    b->moderation.witnesses[0] = 1;
    b->moderation.cosigned = b->moderation.count;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "");
    assert_false(says("the last"));
}

static void witnesses_of_both_logs_are_counted(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->moderation.witnesses[0] = 1;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "witnesses"); /* the hub's has none */
    b->hub.witnesses[0] = 1;
    b->hub.cosigned = 3;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "witnesses"), 2);
    assert_true(c->hub_log.is_cosigned);
    assert_true(says("cosigned the log of hub.example/frank up to entry 2: no "
                     "other history of this size"));
    assert_false(says("everybody"));
    b->hub.witnesses[0] = 3;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "witnesses");
    assert_int_equal(c->totals[BUNDLE_REFUSED], 1);
    b->hub.witnesses[0] = 1;
    b->moderation.witnesses[0] = 0;
    check_with_policy(b, "quorum one\n");
    assert_string_equal(first_refused(), "witnesses");
}

/* A policy of these logs' keys alone, and of witness 1. */
static void check_with_logs(struct bundles *b, const struct note_key *keys,
                            size_t count)
{
    char text[1024] = "";
    char vkey[NOTE_VKEY_MAX_BYTES];
    struct cosigner who = bundles_witness(1);
    struct policy policy;
    const struct bundle_pins pins = {.policy = &policy};

    for (size_t i = 0; i < count; i++) {
        note_vkey(vkey, keys[i].name, keys[i].public_key);
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "log %s\n", vkey);
    }
    cosigner_vkey(vkey, &who);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                   "witness one %s\nquorum one\n", vkey);
    assert_ok(policy_parse(&policy, text, strlen(text), NULL));
    check(bundles_sign(b), &pins);
    policy_free(&policy);
}

/* What a policy that names the moderation side's log asks of the hub's is
 * nothing; one that names the hub's alone, or others, does not let the
 * moderation side's pass. */
static void a_policy_of_one_log_judges_that_log(void **state)
{
    struct bundles *b = bundles_new();
    struct note_key keys[2] = {bundles_key(&b->moderation),
                               bundles_key(&b->hub)};

    (void)state;
    b->moderation.witnesses[0] = 1;
    check_with_logs(b, keys, 1);
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "witnesses"), 1);
    assert_true(says("The policy that you gave does not name the hub's log"));
    assert_int_equal(count_of(BUNDLE_UNPINNED, "key"), 1);
    b->hub.witnesses[0] = 1;
    b->hub.cosigned = b->hub.count;
    check_with_logs(b, keys, 1);
    assert_string_equal(first_refused(), "");
    assert_false(c->hub_log.is_cosigned);
    check_with_logs(b, keys + 1, 1);
    assert_string_equal(first_refused(), "witnesses");
    (void)strcpy(keys[1].name, "elsewhere.example/frank");
    check_with_logs(b, keys, 2);
    assert_string_equal(first_refused(), "witnesses");
    /* of no log: its witnesses are asked for both */
    check_with_logs(b, keys, 0);
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "witnesses"), 2);
}

static void each_key_of_a_log_in_a_policy_counts(void **state)
{
    struct bundles *b = bundles_new();
    struct note_key keys[2] = {bundles_key(&b->hub),
                               bundles_key(&b->moderation)};

    (void)state;
    (void)strcpy(keys[0].name, keys[1].name);
    b->moderation.witnesses[0] = 1;
    b->bundle.has_hub = false;
    check_with_logs(b, keys, 2);
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "key"), 1);
    check_with_logs(b, keys, 1);
    assert_string_equal(first_refused(), "key");
}

/* Everything goes on from a tree of nothing. */
static void a_cosigned_empty_tree_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct bundle bundle;
    struct note_checkpoint empty = {.size = 0};
    struct note_key key = bundles_key(&b->moderation);
    uint8_t seed[32];
    uint8_t secret[64];
    char note[NOTE_MAX_BYTES];

    (void)state;
    memset(seed, b->moderation.seed, sizeof seed);
    (void)crypto_sign_seed_keypair(key.public_key, secret, seed);
    (void)crypto_hash_sha256(empty.root, NULL, 0);
    (void)note_sign(note, b->moderation.origin, &empty, secret);
    (void)bundles_sign(b);
    bundle = b->bundle;
    bundle.moderation.cosigned = support_text(note);
    bundle.moderation.consistency.len = 0;
    check(bundles_encode(&bundle, b->moderation.seed), &no_pins);
    assert_string_equal(first_refused(), "consistency");
    assert_int_equal(c->totals[BUNDLE_REFUSED], 1);
    assert_false(says("18446744073709551615"));
}

/* Whose cosignatures a checkpoint has is no question of a key to compare. */
static void a_cosigned_checkpoint_is_no_key_to_compare(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->moderation.witnesses[0] = 1;
    assert_holds(b);
    assert_int_equal(count_of(BUNDLE_UNPINNED, "witnesses"), 0);
    assert_int_equal(count_of(BUNDLE_NOT_SHOWN, "witnesses"), 2);
}

static void a_log_that_a_policy_does_not_know_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    char text[512];
    char vkey[NOTE_VKEY_MAX_BYTES];
    struct policy policy;
    const struct bundle_pins pins = {.policy = &policy};
    struct note_key other = bundles_key(&b->hub);

    (void)state;
    note_vkey(vkey, "mod.example/frank", other.public_key);
    (void)snprintf(text, sizeof text, "log %s\nquorum none\n", vkey);
    assert_ok(policy_parse(&policy, text, strlen(text), NULL));
    check(bundles_sign(b), &pins);
    assert_string_equal(first_refused(), "key");
    assert_true(count_of(BUNDLE_REFUSED, "witnesses") > 0);
    policy_free(&policy);
}

/* A case that is forgotten: what was exported before still tells of it. */
static void a_bundle_of_a_purged_case_proves_its_history(void **state)
{
    struct bundles *b = bundles_new();
    struct bundles_log *log = &b->moderation;

    (void)state;
    b->bundle.report_count = 0;
    b->bundle.decision_count = 0;
    b->bundle.appeal_count = 0;
    (void)snprintf(
        log->lines[log->count - 1], sizeof log->lines[0],
        "{\"type\":\"purge\",\"time\":1700000900000,\"nonce\":\"00\","
        "\"by\":\"service\",\"case\":\"" BUNDLES_NAME
        "\",\"action\":\"purged\",\"from\":\"closed\",\"to\":"
        "\"purged\"}");
    log->shown[log->count - 1] = true;
    bundles_link(log);
    assert_holds(b);
    assert_int_equal(c->state, CASE_PURGED);
    assert_int_equal(count_of(BUNDLE_PROVEN, "purge"), 1);
    assert_int_equal(count_of(BUNDLE_PROVEN, "states"), 1);
}

/* ---- Altered by anybody ---------------------------------------------------
 */

static bool is_refused(struct frank_span bytes)
{
    struct bundle_file *read = NULL;
    struct bundle_check *found = NULL;
    bool refused = true;

    if (bundle_decode(&read, bytes.data, bytes.len, NULL) == FRANK_OK) {
        assert_ok(bundle_check(&found, read, &no_pins));
        refused = found->totals[BUNDLE_REFUSED] > 0;
    }
    bundle_check_free(found);
    bundle_free(read);
    return refused;
}

/* The whole check takes some time; whether the signature holds does not. What
 * can be read and is signed cannot be, when a byte was changed; each 97th is
 * checked in full to see that this is what is asked. */
static bool is_altered(struct frank_span bytes, size_t at)
{
    struct bundle_file *read = NULL;
    const struct bundle *bundle;
    bool altered = true;

    if (at % 97 == 0) {
        return is_refused(bytes);
    }
    if (bundle_decode(&read, bytes.data, bytes.len, NULL) == FRANK_OK) {
        char vkey[BUNDLE_VKEY_MAX_BYTES + 1] = "";
        struct note_key key;

        bundle = bundle_of(read);
        memcpy(vkey, bundle->moderation.vkey.data, bundle->moderation.vkey.len);
        altered = note_vkey_read(&key, NOTE_ED25519, vkey, NULL) != FRANK_OK ||
                  bundle_verify(read, key.public_key, NULL) != FRANK_OK;
    }
    bundle_free(read);
    return altered;
}

static void any_byte_changed_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct frank_span signed_bytes;
    uint8_t *bytes;

    (void)state;
    b->reports[0].sealed = reports_sealed(0);
    signed_bytes = bundles_sign(b);
    bytes = support_copy(signed_bytes.data, signed_bytes.len);
    for (size_t i = 0; i < signed_bytes.len; i++) {
        static const uint8_t flips[] = {0x01, 0x80, 0xff};

        for (size_t f = 0; f < sizeof flips; f++) {
            bytes[i] ^= flips[f];
            if (!is_altered((struct frank_span){bytes, signed_bytes.len}, i)) {
                fail_msg("byte %zu ^ %02x", i, flips[f]);
            }
            bytes[i] ^= flips[f];
        }
    }
    assert_false(is_refused((struct frank_span){bytes, signed_bytes.len}));
}

static void every_other_length_is_refused(void **state)
{
    struct frank_span bytes = bundles_sign(bundles_new());
    uint8_t *longer = support_zeros(bytes.len + 1);
    struct frank_fault fault;

    (void)state;
    for (size_t len = 0; len < bytes.len; len++) {
        struct bundle_file *read = NULL;

        assert_int_not_equal(bundle_decode(&read, bytes.data, len, &fault),
                             FRANK_OK);
        assert_null(read);
    }
    memcpy(longer, bytes.data, bytes.len);
    assert_int_equal(bundle_decode(&file, longer, bytes.len + 1, &fault),
                     FRANK_ERR_TRAILING);
    assert_int_equal(bundle_decode(&file, longer, BUNDLE_MAX_BYTES + 1, &fault),
                     FRANK_ERR_LIMIT);
}

/* ---- Lies of the moderation side ------------------------------------------
 */

static void another_content_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    uint8_t *content;

    (void)state;
    content = support_copy(b->messages[0][0].content.data,
                           b->messages[0][0].content.len);
    content[b->messages[0][0].content.len - 2] ^= 1;
    b->messages[0][0].content.data = content;
    assert_refused(b, "content");
    b = bundles_new();
    b->messages[0][0].content = b->messages[0][1].content;
    assert_refused(b, "content");
}

static void evidence_that_the_hub_did_not_check_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->messages[0][0].evidence.context.accepted_timestamp++;
    assert_refused(b, "evidence");
    b = bundles_new();
    b->messages[0][1].index = 2;
    b->reports[0].count = 2;
    assert_refused(b, "evidence");
    b = bundles_new();
    b->messages[0][2].index = 63;
    assert_refused(b, "evidence");
}

static void another_hubs_verdict_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    uint8_t *verdict =
        support_copy(b->reports[0].verdict.data, b->reports[0].verdict.len);

    (void)state;
    verdict[0] ^= 1; /* of the report's digest */
    b->reports[0].verdict.data = verdict;
    check(bundles_sign(b), &no_pins);
    assert_int_equal(count_of(BUNDLE_REFUSED, "verdict"), 1);
    b = bundles_new();
    b->bundle.hub_public = support_text("{\"signature_keys\":[]}");
    check(bundles_sign(b), &no_pins);
    assert_int_equal(count_of(BUNDLE_REFUSED, "hub keys"), 1);
    assert_int_equal(count_of(BUNDLE_REFUSED, "verdict"), 2);
}

/* The verdict of one report does not serve for another. */
static void a_report_cannot_stand_twice(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[1] = b->reports[0];
    check(bundles_sign(b), &no_pins);
    assert_int_equal(count_of(BUNDLE_REFUSED, "name"), 2);
}

static void an_entry_of_another_log_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct bundle bundle;
    struct bundle_entry *entries;

    (void)state;
    (void)bundles_sign(b); /* makes the logs */
    bundle = b->bundle;
    entries = (struct bundle_entry *)(void *)support_copy(
        (const uint8_t *)bundle.moderation.entries,
        bundle.moderation.count * sizeof *entries);
    entries[4].entry = support_text(
        "{\"type\":\"look\",\"time\":1,\"case\":\"" BUNDLES_NAME "\"}");
    bundle.moderation.entries = entries;
    check(bundles_encode(&bundle, b->moderation.seed), &no_pins);
    assert_string_equal(first_refused(), "inclusion");
    assert_int_equal(count_of(BUNDLE_REFUSED, "inclusion"), 1);
    assert_null(c->moderation.lines[4].json);
}

static void another_key_than_the_logs_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    (void)bundles_sign(b);
    check(bundles_encode(&b->bundle, 9), &no_pins);
    assert_string_equal(first_refused(), "signature");
    assert_int_equal(c->totals[BUNDLE_REFUSED], 1);
}

static void a_checkpoint_that_does_not_go_on_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct bundles *other = bundles_new();
    struct bundle bundle;

    (void)state;
    bundles_replace(bundles_line(&other->moderation, "padding", 0), "padding",
                    "Padding");
    (void)bundles_sign(other);
    (void)bundles_sign(b);
    bundle = b->bundle;
    bundle.moderation.cosigned = other->bundle.moderation.cosigned;
    check(bundles_encode(&bundle, b->moderation.seed), &no_pins);
    assert_string_equal(first_refused(), "consistency");
    assert_int_equal(c->totals[BUNDLE_REFUSED], 1);
}

static void entries_of_other_cases_are_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->moderation.shown[2] = true; /* padding */
    assert_refused(b, "entry");
    b = bundles_new();
    b->hub.shown[0] = true;
    assert_refused(b, "entry");
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "\"notice\"", 0), "5c0ffee0",
                    "5c0ffee1");
    bundles_link(&b->moderation);
    assert_refused(b, "entry");
    b = bundles_new();
    (void)strcpy(bundles_line(&b->moderation, "\"notice\"", 0), "{}");
    bundles_link(&b->moderation);
    assert_refused(b, "entry");
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "\"settled\"", 0),
                    "\"to\":\"closed\"", "\"to\":\"shut\"");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "entry");
}

/* Nothing is read that is not in the tree, nor what takes much memory. */
static void entries_are_read_last_and_small(void **state)
{
    static char line[9000];
    static const struct {
        const char *item;
        size_t count;
        bool plain;
    } cases[] = {{"1,", 96, true},
                 {"1,", 97, false},
                 {"[", 3, true},
                 {"[{}", 2, false},
                 {"          ", 800, true},
                 {"          ", 839, false},
                 {"\\", 1, false}};
    struct bundles *b = bundles_new();
    struct bundle bundle;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        line[0] = '\0';
        for (size_t k = 0; k < cases[i].count; k++) {
            (void)strcat(line, cases[i].item);
        }
        assert_int_equal(bundle_line_is_plain(support_text(line)),
                         cases[i].plain);
    }
    bundles_replace(bundles_line(&b->moderation, "looked", 0), "\"looked\"",
                    "\"looked\",\"more\":[{},{},{}]");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "entry"); /* and with it the chain */
    assert_int_equal(c->totals[BUNDLE_REFUSED], 2);
    bundle = b->bundle;
    bundle.moderation.checkpoint = bundle.hub.checkpoint;
    check(bundles_encode(&bundle, b->moderation.seed), &no_pins);
    assert_true(c->moderation.count > 0);
    assert_null(c->moderation.lines[0].json);
}

static void a_report_that_the_log_does_not_know_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].salt[5] ^= 1;
    check(bundles_sign(b), &no_pins);
    assert_int_equal(count_of(BUNDLE_REFUSED, "name"), 1);
    b = bundles_new();
    b->reports[0].received++;
    assert_refused(b, "received");
    b = bundles_new();
    b->reports[0].accused = 3;
    assert_refused(b, "accused");
}

static void missing_receipts_are_refused(void **state)
{
    struct bundles *b = bundles_new();
    char *line;

    (void)state;
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "receipt", 1));
    assert_refused(b, "receipts"); /* k - 1 */
    b = bundles_new();
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "receipt", 0));
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "receipt", 0));
    assert_refused(b, "receipts");
    b = bundles_new();
    line = bundles_line(&b->moderation, "report_opened", 0);
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "receipt", 1));
    bundles_replace(bundles_line(&b->moderation, "report_opened", 0), "[1,2]",
                    "[1]");
    assert_refused(b, "receipts");
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "report_opened", 0), "[1,2]",
                    "[1,33]");
    assert_refused(b, "receipts");
    (void)line;
}

static void receipts_of_others_are_refused(void **state)
{
    struct bundles *b = bundles_new();
    const char *right = bundles_receipt_hex(0, 2, BUNDLES_TIME + 130002);
    char forged[2 * RECEIPT_BYTES + 1];

    (void)state;
    /* of another report */
    bundles_replace(bundles_line(&b->moderation, "receipt", 1), right,
                    bundles_receipt_hex(1, 2, BUNDLES_TIME + 130002));
    assert_refused(b, "receipts");
    /* the same holder twice */
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "receipt", 1), right,
                    bundles_receipt_hex(0, 1, BUNDLES_TIME + 130002));
    assert_refused(b, "receipts");
    /* at another time than he said */
    b = bundles_new();
    (void)strcpy(forged, right);
    forged[2 * (1 + 32 + 16 + 7)] =
        forged[2 * (1 + 32 + 16 + 7)] == '0' ? '1' : '0';
    bundles_replace(bundles_line(&b->moderation, "receipt", 1), right, forged);
    assert_refused(b, "receipts");
    /* none at all */
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "receipt", 1), right, "00");
    assert_refused(b, "receipts");
}

/* A line of the case, in place of another one that is moved behind it. */
static void put_before(struct bundles *b, char *line, const char *rest)
{
    struct bundles_log *log = &b->moderation;
    size_t at = (size_t)(line - log->lines[0]) / sizeof log->lines[0];

    assert_true(log->count < BUNDLES_LINES_MAX);
    for (size_t i = log->count++; i > at; i--) {
        memcpy(log->lines[i], log->lines[i - 1], sizeof log->lines[i]);
        log->shown[i] = log->shown[i - 1];
    }
    (void)snprintf(log->lines[at], sizeof log->lines[at],
                   "{\"type\":\"consent\",\"time\":%llu,\"nonce\":\"\",%s}",
                   (unsigned long long)BUNDLES_TIME, rest);
    log->shown[at] = true;
    bundles_link(log);
}

#define REFUSAL_OF(who)                                                        \
    "\"by\":\"" who "\",\"case\":\"" BUNDLES_NAME "\",\"action\":\"refused\""

static void a_consent_that_was_taken_back_does_not_count(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    put_before(b, bundles_line(&b->moderation, "report_opened", 0),
               REFUSAL_OF("be11000000000002"));
    assert_refused(b, "receipts");
    assert_true(says("or who refused since"));
    /* before he gave it, by somebody else, and after it was opened */
    b = bundles_new();
    put_before(b, bundles_line(&b->moderation, "receipt", 0),
               REFUSAL_OF("be11000000000002"));
    put_before(b, bundles_line(&b->moderation, "report_opened", 0),
               REFUSAL_OF("ca70000000000003"));
    put_before(b, bundles_line(&b->moderation, "\"checked\"", 0),
               REFUSAL_OF("be11000000000002"));
    assert_holds(b);
    assert_int_equal(count_of(BUNDLE_PROVEN, "opened"), 2);
    assert_true(says("That report 0 was opened, the log says; that they agree "
                     "to it, 2 holders had signed before"));
}

/* Receipts of a quorum that the log does not know, or that is none. */
static void another_quorum_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    bundles_replace(bundles_line(&b->moderation, "quorum_key", 0),
                    "\"threshold\":2", "\"threshold\":1");
    assert_refused(b, "quorum");
    b = bundles_new();
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "quorum_key", 0));
    assert_refused(b, "quorum");
    b = bundles_new();
    b->quorums[0].key = support_text("{}");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "quorum");
    b = bundles_new();
    b->bundle.quorum_count = 0;
    assert_refused(b, "receipts");
}

static void content_that_nobody_opened_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    bundles_drop(&b->moderation,
                 bundles_line(&b->moderation, "report_opened", 1));
    assert_refused(b, "opened");
}

static void gaps_in_the_history_are_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->moderation.shown[1] = false; /* the first report's arrival */
    check(bundles_sign(b), &no_pins);
    assert_true(count_of(BUNDLE_REFUSED, "states") > 0);
    b = bundles_new();
    bundles_drop(&b->moderation,
                 bundles_line(&b->moderation, "\"settled\"", 0));
    assert_refused(b, "states");
    b = bundles_new();
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "export", 0));
    assert_refused(b, "export");
    b = bundles_new();
    b->bundle.id[0] ^= 1;
    assert_refused(b, "export");
    b = bundles_new();
    b->bundle.case_name[0] ^= 1;
    check(bundles_sign(b), &no_pins);
    assert_true(says("No entry of the log is about this case."));
}

/* The lines that hold a word, and k of them at most, are not in the bundle. */
static void leave_out(struct bundles *b, const char *word, size_t k)
{
    struct bundles_log *log = &b->moderation;

    for (size_t i = 0; i < log->count && k > 0; i++) {
        if (log->shown[i] && strstr(log->lines[i], word) != NULL) {
            log->shown[i] = false;
            k--;
        }
    }
}

/* A round goes back to the state that it came from: the steps that stay fit
 * together. Here the decision was overturned, and is said to be in force. */
static void a_round_that_is_left_out_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    leave_out(b, "by_accused", 1);
    leave_out(b, "\"by\":\"ca70000000000003\"", 2); /* claim, answer */
    b->bundle.decision_count = 1;
    b->bundle.appeal_count = 0;
    b->decisions[0].state = BUNDLE_IN_FORCE;
    assert_refused(b, "chain");
    assert_true(says("Entry 26 does not go on from the case's entry before"));
    assert_false(says("The bundle has every entry"));
}

static void entries_that_change_no_state_cannot_be_left_out(void **state)
{
    static const char *const words[] = {"\"looked\"", "\"statement\"",
                                        "\"checked\"", "\"folded\"",
                                        "\"case_claimed\",\"time\":170000016"};
    struct bundles *b;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(words); i++) {
        b = bundles_new();
        leave_out(b, words[i], 1);
        check(bundles_sign(b), &no_pins);
        assert_int_equal(count_of(BUNDLE_REFUSED, "chain"), 1);
    }
    assert_holds(bundles_new());
    assert_int_equal(count_of(BUNDLE_PROVEN, "chain"), 1);
    assert_true(says("every entry of the case up to entry 26: 23 entries"));
    assert_int_equal(count_of(BUNDLE_PROVEN, "looks"), 2);
    assert_true(says("Up to entry 26, the log says that the content of report "
                     "1 was shown to a moderator 1 time."));
    b = bundles_new();
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "looked", 1));
    assert_holds(b);
    assert_true(says("report 1 was shown to a moderator 0 times."));
}

/* All behind a step, but for the export; all before one. */
static void a_tail_that_is_left_out_is_refused(void **state)
{
    size_t count = bundles_new()->moderation.count;

    (void)state;
    for (size_t at = 1; at < count - 2; at++) {
        struct bundles *tail = bundles_new();
        struct bundles *head = bundles_new();

        for (size_t i = 1; i < count - 2; i++) {
            tail->moderation.shown[i] &= i < at;
            head->moderation.shown[i] &= i > at;
        }
        check(bundles_sign(tail), &no_pins);
        assert_true(count_of(BUNDLE_REFUSED, "chain") > 0);
        check(bundles_sign(head), &no_pins);
        assert_true(count_of(BUNDLE_REFUSED, "chain") > 0);
    }
}

static void strange_links_are_refused(void **state)
{
    static const char *const strange[] = {
        "\"previous\":24",     "\"previous\":26",   "\"previous\":-1",
        "\"previous\":\"25\"", "\"previous\":25.0", "\"previous\":null",
        "\"before\":25"};
    struct bundles *b;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(strange); i++) {
        b = bundles_new();
        bundles_replace(bundles_line(&b->moderation, "exported", 0),
                        "\"previous\":25", strange[i]);
        assert_refused(b, "chain");
    }
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "\"new\"", 0), "\"action\"",
                    "\"previous\":0,\"action\"");
    assert_refused(b, "chain");
}

/* A field of a decision that the log tells otherwise. */
#define assert_lie(change, name)                                               \
    do {                                                                       \
        struct bundles *b = bundles_new();                                     \
        struct bundle_decision *d = b->decisions;                              \
        struct bundle_appeal *a = b->appeals;                                  \
        (void)d;                                                               \
        (void)a;                                                               \
        change;                                                                \
        assert_refused(b, name);                                               \
    } while (0)

static void other_decisions_than_the_logs_are_refused(void **state)
{
    (void)state;
    assert_lie(d[0].policy = support_text("spam"), "decision");
    assert_lie(d[0].outcome = 1, "decision");
    assert_lie(d[0].grave = false, "decision");
    assert_lie(d[0].book = 4, "decision");
    assert_lie(d[0].withheld = 0, "decision");
    assert_lie(d[0].by = d[1].by, "decision");
    assert_lie(d[0].made++, "decision");
    assert_lie(d[0].on_appeal = true, "decision");
    assert_lie(d[0].state = BUNDLE_IN_FORCE, "decision");
    assert_lie(d[0].in_force++, "decision");
    assert_lie(d[0].reviewed = false, "decision");
    assert_lie(d[0].review_time++, "decision");
    assert_lie(d[0].reviewer = d[0].by, "decision");
    assert_lie(d[1].outcome = 0, "decision");
    assert_lie(d[1].policy.len = 0, "decision");
    assert_lie(a[0].received++, "appeal");
    assert_lie(a[0].by_reporter = true, "appeal");
    assert_lie(a[0].upheld = true, "appeal");
    assert_lie(a[0].answer_time++, "appeal");
    assert_lie(a[0].answered_by = d[0].by, "appeal");
}

/* Returned and retracted decisions are told as they went. */
static void other_ends_of_a_decision(void **state)
{
    struct bundles *b = bundles_new();
    struct bundles_log *log = &b->moderation;

    (void)state;
    b->bundle.decision_count = 1;
    b->bundle.appeal_count = 0;
    while (strstr(log->lines[log->count - 1], "confirmed") == NULL) {
        log->count--;
    }
    bundles_replace(log->lines[log->count - 1], "confirmed", "returned");
    bundles_replace(log->lines[log->count - 1], "\"to\":\"decided\"",
                    "\"to\":\"open\"");
    b->decisions[0].state = BUNDLE_RETURNED;
    b->decisions[0].in_force = 0;
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "export");
    assert_int_equal(count_of(BUNDLE_PROVEN, "decision"), 1);
    bundles_replace(log->lines[log->count - 1], "returned", "confirmed");
    bundles_replace(log->lines[log->count - 1], "\"to\":\"open\"",
                    "\"to\":\"decided\"");
    memcpy(log->lines[log->count], log->lines[log->count - 1],
           sizeof log->lines[0]);
    bundles_replace(log->lines[log->count], "\"review\"", "\"decision\"");
    bundles_replace(log->lines[log->count], "confirmed", "retracted");
    bundles_replace(log->lines[log->count], "\"from\":\"in_review\"",
                    "\"from\":\"decided\"");
    bundles_replace(log->lines[log->count], "\"to\":\"decided\"",
                    "\"to\":\"open\"");
    log->shown[log->count++] = true;
    bundles_link(log);
    b->decisions[0].state = BUNDLE_RETRACTED;
    b->decisions[0].reviewer.len = 0;
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "export");
    assert_int_equal(count_of(BUNDLE_PROVEN, "decision"), 1);
    log->count -= 2;
    b->decisions[0].state = BUNDLE_PROPOSED;
    b->decisions[0].reviewed = false;
    check(bundles_sign(b), &no_pins);
    assert_int_equal(count_of(BUNDLE_PROVEN, "decision"), 1);
}

/* ---- Two bundles -----------------------------------------------------------
 */

static struct bundle_check *compare(struct bundles *x, struct bundles *y)
{
    struct frank_span a = bundles_sign(x);
    struct frank_span b = bundles_sign(y);
    struct bundle_file *files[2] = {NULL, NULL};
    struct bundle_check *checks[2] = {NULL, NULL};
    struct bundle_check *out = NULL;

    assert_ok(bundle_decode(&files[0], a.data, a.len, NULL));
    assert_ok(bundle_decode(&files[1], b.data, b.len, NULL));
    assert_ok(bundle_check(&checks[0], files[0], &no_pins));
    assert_ok(bundle_check(&checks[1], files[1], &no_pins));
    assert_ok(bundle_compare(&out, checks[0], checks[1]));
    for (size_t i = 0; i < 2; i++) {
        bundle_check_free(checks[i]);
        bundle_free(files[i]);
    }
    return out;
}

#define assert_compared(x, y, name)                                            \
    do {                                                                       \
        (void)forget(NULL);                                                    \
        c = compare(x, y);                                                     \
        assert_string_equal(first_refused(), name);                            \
    } while (0)

static void two_bundles_of_one_case_agree(void **state)
{
    struct bundles *less = bundles_new();

    (void)state;
    less->reports[0].reporter.salt = NULL;
    less->reports[0].count = 2;
    less->messages[0][0].disclosed = false;
    less->messages[0][0].content.len = 0;
    less->bundle.decision_count = 1;
    assert_compared(bundles_new(), bundles_new(), "");
    assert_int_equal(c->totals[BUNDLE_NOT_SHOWN], 0);
    assert_compared(bundles_new(), less, "");
    assert_true(says("The first shows 1 message that"));
    assert_true(says("The first shows 1 message's content that"));
    assert_true(says("The first shows 1 reporter's name that"));
    assert_true(says("The first shows 1 decision that"));
    assert_compared(less, bundles_new(), "");
    assert_true(says("The second shows 1 reporter's name that"));
    /* a later one of the same log */
    less->moderation.count--;
    assert_compared(less, bundles_new(), "");
    assert_true(says("of trees of sizes 27 and 28"));
}

static void two_that_contradict_each_other_do_not(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    bundles_replace(bundles_line(&b->moderation, "padding", 0), "padding",
                    "Padding");
    assert_compared(bundles_new(), b, "checkpoint");
    b = bundles_new();
    b->moderation.seed++;
    assert_compared(bundles_new(), b, "key");
    b = bundles_new();
    b->bundle.case_name[1]++;
    assert_compared(bundles_new(), b, "case");
    b = bundles_new();
    b->moderation.count--;
    bundles_replace(bundles_line(&b->moderation, "looked", 0), "looked",
                    "Looked");
    assert_compared(bundles_new(), b, "entry");
    b = bundles_new();
    b->messages[0][0].evidence.tag[0]++;
    assert_compared(bundles_new(), b, "evidence");
    b = bundles_new();
    b->reports[1].received++;
    assert_compared(bundles_new(), b, "header");
    b = bundles_new();
    b->reports[0].reporter.uri = support_text("mimi://hub.example/u/rui");
    assert_compared(bundles_new(), b, "reporter");
    b = bundles_new();
    b->decisions[1].explanation = support_text("Because.");
    assert_compared(bundles_new(), b, "decision");
    b = bundles_new();
    b->decisions[1].state = BUNDLE_RETRACTED;
    assert_compared(bundles_new(), b, "");
    assert_true(says("Something happened to decision 1"));
}

#define assert_apart(change, name)                                             \
    do {                                                                       \
        struct bundles *b = bundles_new();                                     \
        struct bundles *as_it_was = bundles_new();                             \
        as_it_was->decisions[0].review = support_text("I agree.");             \
        b->decisions[0].review = support_text("I agree.");                     \
        change;                                                                \
        assert_compared(as_it_was, b, name);                                   \
    } while (0)

/* What people wrote: no log holds it to one text, so that two bundles must. */
static void two_with_other_texts_contradict_each_other(void **state)
{
    const struct frank_span other = support_text("Another text altogether.");
    const struct frank_span none = {NULL, 0};

    (void)state;
    assert_apart((void)b, "");
    assert_int_equal(c->totals[BUNDLE_NOT_SHOWN], 0);
    assert_true(says("Both show 1 appeal."));
    assert_apart(b->reports[0].note = other, "note");
    assert_apart(b->decisions[0].review = other, "decision");
    assert_apart(b->appeals[0].text = other, "appeal");
    assert_apart(b->appeals[0].answer = other, "appeal");
    assert_apart(b->appeals[0].upheld = true, "appeal");
    assert_apart(b->appeals[0].answer_time++, "appeal");
    assert_apart(b->appeals[0].answered_by = other, "appeal");
    /* left out, or not come yet */
    assert_apart(b->reports[0].note = none, "");
    assert_true(says("The first shows 1 reporter's note that"));
    assert_apart(b->appeals[0].text = none, "");
    assert_true(says("The first shows 1 appeal's text that"));
    assert_apart((b->appeals[0].answered = false, b->appeals[0].answer = none),
                 "");
    assert_true(says("The first shows 1 answer to an appeal that"));
    assert_apart(b->decisions[0].explanation = none, "");
    assert_true(says("The first shows 1 explanation that"));
    assert_apart(b->decisions[0].reviewed = false, "");
    assert_apart(b->decisions[0].review = none, "");
    assert_true(says("The first shows 1 review's text that"));
    assert_apart(b->bundle.appeal_count = 0, "");
    assert_true(says("The first shows 1 appeal that"));
    assert_apart(b->appeals[0].received++, "");
    assert_true(says("The second shows 1 appeal that"));
}

/* ---- Beside the log --------------------------------------------------------
 */

static int beside(const struct bundles *b, bool entries)
{
    const struct bundle_pins pins = {.hub = NULL};
    struct bundles_log now = b->moderation;
    const struct bundle_live live = {
        .read = bundles_read, .context = &now, .entries = entries};
    struct bundle_check *of_bundle = NULL;
    struct bundle_check *found = NULL;
    struct frank_span bytes = bundles_sign(bundles_new());
    struct frank_fault fault;
    int error;

    (void)forget(NULL);
    assert_ok(bundle_decode(&file, bytes.data, bytes.len, NULL));
    assert_ok(bundle_check(&of_bundle, file, &pins));
    error = bundle_beside_log(&found, of_bundle, &live, &fault);
    bundle_check_free(of_bundle);
    c = found;
    return error;
}

static void add_line(struct bundles *b, const char *line)
{
    (void)strcpy(b->moderation.lines[b->moderation.count++], line);
}

static void the_live_log_goes_on_from_a_bundle(void **state)
{
    struct bundles *b = bundles_new();
    char line[512];

    (void)state;
    for (unsigned entries = 0; entries < 2; entries++) {
        assert_ok(beside(b, entries == 1));
        assert_string_equal(first_refused(), "");
        assert_int_equal(count_of(BUNDLE_PROVEN, "live"), 1);
    }
    assert_true(says("Nothing happened in the case since then."));
    assert_true(says("every entry of the case that there was"));
    add_line(b, "{\"type\":\"padding\",\"time\":1}");
    (void)snprintf(line, sizeof line,
                   "{\"type\":\"purge\",\"time\":1700001000000,\"by\":"
                   "\"service\",\"report\":\"%s\"}",
                   bundles_report_hex(b, 1));
    add_line(b, line);
    add_line(b, "{\"type\":\"purge\",\"time\":1700001000000,\"by\":\"service"
                "\",\"case\":\"" BUNDLES_NAME "\",\"action\":\"purged\"}");
    assert_ok(beside(b, true));
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "later"), 2);
    assert_true(says("Since then: purge purged (entry 30, by service)."));
    assert_ok(beside(b, false));
    assert_string_equal(first_refused(), "");
    assert_true(says("it has 31 now"));
}

static void a_log_with_another_past_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    bundles_replace(bundles_line(&b->moderation, "looked", 0), "looked",
                    "Looked");
    for (unsigned entries = 0; entries < 2; entries++) {
        assert_ok(beside(b, entries == 1));
        assert_string_equal(first_refused(), "live");
    }
    assert_true(says("is another one in the log now"));
    add_line(b, "{\"type\":\"padding\",\"time\":1}");
    for (unsigned entries = 0; entries < 2; entries++) {
        assert_ok(beside(b, entries == 1));
        assert_string_equal(first_refused(), "live");
    }
    b = bundles_new();
    b->moderation.count -= 3;
    assert_ok(beside(b, false));
    assert_string_equal(first_refused(), "live");
    b = bundles_new();
    b->moderation.seed++;
    assert_ok(beside(b, false));
    assert_true(says("The log does not hold: "));
}

static void what_a_bundle_left_out_the_log_tells(void **state)
{
    struct bundles *b = bundles_new();
    const struct bundle_live live = {
        .read = bundles_read, .context = &b->moderation, .entries = true};
    struct bundle_check *found = NULL;
    struct frank_fault fault;

    (void)state;
    /* A log that was written so that the second look can be left out. */
    assert_string_equal(b->moderation.lines[16],
                        bundles_line(&b->moderation, "looked", 1));
    b->moderation.shown[16] = false;
    bundles_replace(b->moderation.lines[17], "\"previous\":16",
                    "\"previous\":15");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "");
    assert_ok(bundle_beside_log(&found, c, &live, &fault));
    bundle_check_free(c);
    c = found;
    assert_string_equal(first_refused(), "left out");
    assert_int_equal(c->totals[BUNDLE_REFUSED], 1);
    assert_true(says("look looked (entry 16, by a11ce00000000001)."));
    /* A bundle whose own checkpoint does not hold has nothing to compare. */
    b->bundle.moderation.vkey.len = 3;
    check(bundles_encode(&b->bundle, b->moderation.seed), &no_pins);
    assert_int_equal(bundle_beside_log(&found, c, &live, &fault),
                     FRANK_ERR_VALUE);
}

/* Between the export and the checkpoint that the bundle has, and in entries
 * that name a report alone. */
static void what_a_bundle_never_has_the_log_tells(void **state)
{
    struct bundles *b = bundles_new();
    const struct bundle_live live = {
        .read = bundles_read, .context = &b->moderation, .entries = true};
    struct bundle_check *found = NULL;
    struct frank_fault fault;

    (void)state;
    (void)snprintf(b->moderation.lines[2], sizeof b->moderation.lines[2],
                   "{\"type\":\"notice\",\"time\":1,\"by\":\"service\","
                   "\"to\":\"hub\",\"report\":\"%s\"}",
                   bundles_report_hex(b, 0));
    (void)strcpy(b->moderation.lines[27],
                 "{\"type\":\"look\",\"time\":1,\"by\":\"x\",\"case\":"
                 "\"" BUNDLES_NAME "\",\"previous\":26,\"action\":\"again\"}");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "");
    assert_ok(bundle_beside_log(&found, c, &live, &fault));
    bundle_check_free(c);
    c = found;
    assert_string_equal(first_refused(), "");
    assert_true(says("1 entry of that time about a report alone"));
    assert_true(says("Since then: look again (entry 27, by x)."));
}

/* Where entries can be written otherwise than services write them, what they
 * are about can be hidden from who looks for it. */
static void entries_with_escapes_hide_nothing(void **state)
{
    struct bundles *b = bundles_new();
    const struct bundle_live live = {
        .read = bundles_read, .context = &b->moderation, .entries = true};
    struct bundle_check *found = NULL;
    struct frank_fault fault;

    (void)state;
    bundles_replace(bundles_line(&b->moderation, "looked", 1), "\"case\":\"5c",
                    "\"case\":\"5\\u0063");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "entry"); /* and with it the chain */
    assert_int_equal(c->totals[BUNDLE_REFUSED], 2);
    b->moderation.shown[16] = false; /* the second look */
    bundles_replace(b->moderation.lines[17], "\"previous\":16",
                    "\"previous\":15");
    check(bundles_sign(b), &no_pins);
    assert_string_equal(first_refused(), "");
    assert_ok(bundle_beside_log(&found, c, &live, &fault));
    bundle_check_free(c);
    c = found;
    assert_string_equal(first_refused(), "live");
    assert_true(says("1 entry of the log cannot be read"));
    assert_true(says("the first is entry 16."));
    assert_false(says("every entry of the case that there was"));
}

static void names_are_found_in_other_layouts(void **state)
{
    struct bundles *b = bundles_new();
    char line[512];

    (void)state;
    (void)snprintf(line, sizeof line,
                   "{\"type\":\"purge\",\"time\":1,\"report\" : \"%s\"}",
                   bundles_report_hex(b, 1));
    add_line(b, line);
    assert_ok(beside(b, true));
    assert_string_equal(first_refused(), "");
    assert_int_equal(count_of(BUNDLE_PROVEN, "later"), 1);
    /* What names the case, and is no JSON. */
    add_line(b, "\"" BUNDLES_NAME "\"}");
    assert_ok(beside(b, true));
    assert_string_equal(first_refused(), "live");
    assert_true(says("1 entry of the log cannot be read"));
}

/* ---- The form --------------------------------------------------------------
 */

static int encode(const struct bundle *bundle, struct frank_fault *fault)
{
    static uint8_t out[65536];
    const uint8_t secret[64] = {0};
    size_t len = 7;
    int error = bundle_encode(out, sizeof out, &len, bundle, secret, fault);

    if (error != FRANK_OK) {
        assert_int_equal(len, 0);
        assert_true(support_is_zero(out, sizeof out));
    }
    return error;
}

#define assert_unwritable(change, expected, name)                              \
    do {                                                                       \
        struct bundles *b = bundles_new();                                     \
        struct frank_fault fault = {0};                                        \
        (void)bundles_sign(b);                                                 \
        change;                                                                \
        assert_int_equal(encode(&b->bundle, &fault), expected);                \
        assert_string_equal(fault.field, name);                                \
    } while (0)

static void what_cannot_be_read_is_not_written(void **state)
{
    static const uint8_t wrong[] = {0xff};
    static uint8_t zeros[70000];

    (void)state;
    assert_unwritable(b->bundle.suite = 2, FRANK_ERR_SUITE, "cipher suite");
    assert_unwritable(b->messages[0][1].index = 0, FRANK_ERR_ORDER,
                      "message's index");
    assert_unwritable(b->messages[0][2].index = 64, FRANK_ERR_LIMIT,
                      "message's index");
    assert_unwritable(b->messages[0][0].disclosed = false, FRANK_ERR_VALUE,
                      "content");
    assert_unwritable(b->decisions[1].made = 0, FRANK_ERR_ORDER,
                      "decision's time");
    assert_unwritable(b->decisions[1].outcome = 5, FRANK_ERR_VALUE, "outcome");
    assert_unwritable(b->decisions[1].state = BUNDLE_DECISION_STATES,
                      FRANK_ERR_VALUE, "decision's state");
    assert_unwritable((b->appeals[1] = b->appeals[0], b->appeals[1].received--,
                       b->bundle.appeal_count = 2),
                      FRANK_ERR_ORDER, "appeal's time");
    assert_unwritable(b->moderation.entries[3].index = 0, FRANK_ERR_ORDER,
                      "entry's index");
    assert_unwritable(b->moderation.entries[3].proof.len--, FRANK_ERR_LENGTH,
                      "entry's proof");
    assert_unwritable(
        (b->moderation.entries[3].entry = (struct frank_span){zeros, 65536}),
        FRANK_ERR_LIMIT, "entry");
    assert_unwritable(b->bundle.moderation.cosigned.len = 0, FRANK_ERR_LENGTH,
                      "consistency");
    assert_unwritable((b->reports[0].note = (struct frank_span){wrong, 1}),
                      FRANK_ERR_UTF8, "note");
    assert_unwritable(
        (b->decisions[0].explanation = (struct frank_span){zeros, 16385}),
        FRANK_ERR_LIMIT, "explanation");
    assert_unwritable((b->reports[0].sealed = reports_sealed(0),
                       b->reports[0].reporter.salt = NULL),
                      FRANK_ERR_REPORTER, "reporter");
    assert_unwritable((b->reports[1].sealed = reports_sealed(1),
                       b->reports[1].reporter = b->reports[0].reporter),
                      FRANK_ERR_REPORTER, "reporter");
    assert_unwritable((b->reports[0].sealed = (struct frank_span){zeros, 9}),
                      FRANK_ERR_VALUE, "report version");
}

/* Octets that a reader refuses where a writer never puts them. */
static void other_octets_are_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct frank_span bytes;
    struct frank_fault fault;
    uint8_t *copy;

    (void)state;
    b->bundle.has_hub = false;
    bytes = bundles_sign(b);
    copy = support_copy(bytes.data, bytes.len);
    copy[bytes.len - 67] = 2;
    assert_int_equal(bundle_decode(&file, copy, bytes.len, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "hub's log's presence");
    copy[bytes.len - 67] = 0;
    copy[0] = 'F';
    assert_int_equal(bundle_decode(&file, copy, bytes.len, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "bundle");
    copy[0] = 'f';
    copy[bytes.len - 65] = 0x3f;
    assert_int_equal(bundle_decode(&file, copy, bytes.len - 1, &fault),
                     FRANK_ERR_LENGTH_FORM);
    assert_null(file);
}

static void a_signature_of_another_length_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct frank_span bytes = bundles_sign(b);
    uint8_t *copy = support_copy(bytes.data, bytes.len);
    struct frank_fault fault;

    (void)state;
    copy[bytes.len - 66] = 63; /* in place of a length of 2 bytes */
    assert_int_equal(bundle_decode(&file, copy, bytes.len - 2, &fault),
                     FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "signature");
    assert_null(file);
}

static void more_than_may_be_are_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct bundle_quorum many[BUNDLE_QUORUMS_MAX + 1];
    struct frank_fault fault;

    (void)state;
    (void)bundles_sign(b);
    for (size_t i = 0; i < SUPPORT_COUNT(many); i++) {
        many[i] = (struct bundle_quorum){support_text("{}"), {NULL, 0}};
    }
    b->bundle.quorums = many;
    b->bundle.quorum_count = SUPPORT_COUNT(many);
    assert_int_equal(encode(&b->bundle, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "quorums");
}

/* Whoever asks for the size learns that there is none. */
static void a_bundle_of_too_many_bytes_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    struct bundle_report many[5];
    uint8_t *zeros = calloc(1, FRANK_REPORT_MAX_BYTES);
    const uint8_t secret[64] = {0};
    struct frank_fault fault;
    size_t len = 7;

    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; i < SUPPORT_COUNT(many); i++) {
        many[i] = b->reports[1];
        many[i].sealed = (struct frank_span){zeros, FRANK_REPORT_MAX_BYTES};
    }
    b->bundle.reports = many;
    b->bundle.report_count = SUPPORT_COUNT(many);
    assert_int_equal(bundle_encode(NULL, 0, &len, &b->bundle, secret, &fault),
                     FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "bundle");
    assert_int_equal(len, 0);
    free(zeros);
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_says_what_is_proven),
        TEST(pins_are_what_counts),
        TEST(a_quorum_of_other_shares_is_refused),
        TEST(words_are_cut_between_characters),
        TEST(what_is_left_out_is_said),
        TEST(a_sealed_report_proves_its_header),
        TEST(witnesses_are_counted),
        TEST(witnesses_of_both_logs_are_counted),
        TEST(a_policy_of_one_log_judges_that_log),
        TEST(each_key_of_a_log_in_a_policy_counts),
        TEST(a_cosigned_empty_tree_is_refused),
        TEST(a_cosigned_checkpoint_is_no_key_to_compare),
        TEST(a_log_that_a_policy_does_not_know_is_refused),
        TEST(failing_memory_is_an_error),
        TEST(a_bundle_of_a_purged_case_proves_its_history),
        TEST(any_byte_changed_is_refused),
        TEST(every_other_length_is_refused),
        TEST(another_content_is_refused),
        TEST(evidence_that_the_hub_did_not_check_is_refused),
        TEST(another_hubs_verdict_is_refused),
        TEST(a_report_cannot_stand_twice),
        TEST(an_entry_of_another_log_is_refused),
        TEST(another_key_than_the_logs_is_refused),
        TEST(a_checkpoint_that_does_not_go_on_is_refused),
        TEST(entries_of_other_cases_are_refused),
        TEST(entries_are_read_last_and_small),
        TEST(a_report_that_the_log_does_not_know_is_refused),
        TEST(missing_receipts_are_refused),
        TEST(receipts_of_others_are_refused),
        TEST(a_consent_that_was_taken_back_does_not_count),
        TEST(another_quorum_is_refused),
        TEST(content_that_nobody_opened_is_refused),
        TEST(gaps_in_the_history_are_refused),
        TEST(a_round_that_is_left_out_is_refused),
        TEST(entries_that_change_no_state_cannot_be_left_out),
        TEST(a_tail_that_is_left_out_is_refused),
        TEST(strange_links_are_refused),
        TEST(other_decisions_than_the_logs_are_refused),
        TEST(other_ends_of_a_decision),
        TEST(two_bundles_of_one_case_agree),
        TEST(two_that_contradict_each_other_do_not),
        TEST(two_with_other_texts_contradict_each_other),
        TEST(the_live_log_goes_on_from_a_bundle),
        TEST(a_log_with_another_past_is_refused),
        TEST(what_a_bundle_left_out_the_log_tells),
        TEST(what_a_bundle_never_has_the_log_tells),
        TEST(entries_with_escapes_hide_nothing),
        TEST(names_are_found_in_other_layouts),
        TEST(what_cannot_be_read_is_not_written),
        TEST(other_octets_are_refused),
        TEST(a_signature_of_another_length_is_refused),
        TEST(more_than_may_be_are_refused),
        TEST(a_bundle_of_too_many_bytes_is_refused),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    /* Where memory runs out in the JSON library, a program ends. */
    json_set_alloc_funcs(__real_malloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
