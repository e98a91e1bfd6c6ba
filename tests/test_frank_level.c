/* SPDX-License-Identifier: Apache-2.0 */
#include "frank_level.h"

#include "bundles.h"
#include "rings.h"

#include <sodium.h>
#include <string.h>

static struct bundles *b;
static struct hub_public hub;
static struct hub_verdict verdict;

static int make(void **state)
{
    (void)state;
    b = bundles_new();
    hub = reports_hub_public();
    return hub_verdict_open(&verdict, b->reports[0].verdict.data,
                            b->reports[0].verdict.len, &hub, NULL);
}

static struct frank_found find(const struct bundle_message *message,
                               const struct hub_verdict *said,
                               const struct stamper *stamper)
{
    struct frank_found found;

    memset(&found, 0xaa, sizeof found);
    frank_level_find(&found, message, &hub, said, stamper, true);
    return found;
}

/* The first of the report that is disclosed. */
static struct bundle_message *shown(void)
{
    for (size_t i = 0; i < b->reports[0].count; i++) {
        if (b->messages[0][i].disclosed) {
            return &b->messages[0][i];
        }
    }
    fail();
    return NULL;
}

static void assert_found(struct frank_found found, enum frank_level level,
                         enum frank_hold hold, enum frank_content_hold content)
{
    assert_string_equal(frank_level_text(found.level), frank_level_text(level));
    assert_string_equal(frank_hold_text(found.hold), frank_hold_text(hold));
    assert_string_equal(frank_content_text(found.content),
                        frank_content_text(content));
    assert_int_equal(frank_level_holds(&found),
                     hold != FRANK_FAILS && content != FRANK_CONTENT_FAILS);
}

static void each_is_found_at_the_level_of_the_keys(void **state)
{
    const struct bundle_message *m = shown();
    struct frank_found found;

    (void)state;
    assert_found(find(m, &verdict, reports_stamper()), FRANK_LEVEL_MAC,
                 FRANK_HOLDS, FRANK_CONTENT_MATCHES);
    assert_found(find(m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_HOLDS,
                 FRANK_CONTENT_MATCHES);
    assert_found(find(m, NULL, NULL), FRANK_LEVEL_SIGNED, FRANK_HOLDS,
                 FRANK_CONTENT_MATCHES);
    frank_level_find(&found, m, &hub, &verdict, NULL, false);
    assert_found(found, FRANK_LEVEL_VERDICT, FRANK_HOLDS,
                 FRANK_CONTENT_NOT_LOOKED);
}

static void a_verdict_says_what_it_says(void **state)
{
    const struct bundle_message *m = shown();

    (void)state;
    for (size_t i = 0; i < verdict.count; i++) {
        verdict.items[i].verdict = EVIDENCE_EXPIRED;
    }
    assert_found(find(m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_EXPIRED,
                 FRANK_CONTENT_NOT_LOOKED);
    verdict.count = 0;
    assert_found(find(m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_FAILS,
                 FRANK_CONTENT_NOT_LOOKED);
}

static void what_was_altered_fails_at_its_level(void **state)
{
    struct bundle_message m = *shown();

    (void)state;
    m.evidence.tag[0] ^= 1;
    assert_found(find(&m, &verdict, reports_stamper()), FRANK_LEVEL_MAC,
                 FRANK_FAILS, FRANK_CONTENT_NOT_LOOKED);
    assert_found(find(&m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_FAILS,
                 FRANK_CONTENT_NOT_LOOKED);
    /* the draft's signature does not cover the tag */
    assert_found(find(&m, NULL, NULL), FRANK_LEVEL_SIGNED, FRANK_HOLDS,
                 FRANK_CONTENT_FAILS);
    m = *shown();
    m.evidence.frank.signature[9] ^= 1;
    assert_found(find(&m, &verdict, NULL), FRANK_LEVEL_NONE, FRANK_FAILS,
                 FRANK_CONTENT_NOT_LOOKED);
}

static void contents_are_held_against_their_tags(void **state)
{
    struct bundle_message m = *shown();
    uint8_t *other = support_copy(m.content.data, m.content.len);

    (void)state;
    other[m.content.len - 1] ^= 1;
    m.content.data = other;
    assert_found(find(&m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_HOLDS,
                 FRANK_CONTENT_FAILS);
    m.disclosed = false;
    assert_found(find(&m, &verdict, NULL), FRANK_LEVEL_VERDICT, FRANK_HOLDS,
                 FRANK_CONTENT_WITHHELD);
}

/* ---- Epochs that are gone --------------------------------------------------
 */

static void stamp(struct bundle_message *out, const struct keyring *ring)
{
    struct stamper *stamper = NULL;
    struct stamp made;
    struct stamp_request request = {.context = support_context(),
                                    .suite = FRANK_SUITE_X25519_AES128GCM};

    memset(out, 0, sizeof *out);
    request.context.accepted_timestamp = RINGS_NOW;
    assert_ok(stamper_new(&stamper, ring, NULL));
    assert_ok(stamper_stamp(stamper, &made, &request, NULL));
    out->evidence.context = request.context;
    out->evidence.frank = made.frank;
    stamper_free(stamper);
}

static void a_destroyed_epoch_is_said(void **state)
{
    struct keyring *before = rings_new(RINGS_NOW);
    struct keyring *after = rings_worn();
    struct stamper *stamper = NULL;
    struct bundle_message m;
    struct frank_found found;

    (void)state;
    stamp(&m, before);
    assert_ok(stamper_new(&stamper, after, NULL));
    hub_public_from(&hub, after);
    memset(&verdict, 0, sizeof verdict);
    verdict.count = 1;
    report_evidence_digest(verdict.items[0].evidence_digest, &m.evidence);
    verdict.items[0].verdict = EVIDENCE_VALID;

    found = find(&m, &verdict, stamper);
    assert_true(found.epoch_gone);
    assert_found(found, FRANK_LEVEL_VERDICT, FRANK_HOLDS,
                 FRANK_CONTENT_WITHHELD);
    found = find(&m, NULL, stamper);
    assert_true(found.epoch_gone);
    assert_found(found, FRANK_LEVEL_SIGNED, FRANK_EXPIRED,
                 FRANK_CONTENT_NOT_LOOKED);
    /* the hub's public keys tell too */
    assert_found(find(&m, NULL, NULL), FRANK_LEVEL_SIGNED, FRANK_EXPIRED,
                 FRANK_CONTENT_NOT_LOOKED);
    stamper_free(stamper);
    keyring_free(before);
    keyring_free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_is_found_at_the_level_of_the_keys, make),
        cmocka_unit_test_setup(a_verdict_says_what_it_says, make),
        cmocka_unit_test_setup(what_was_altered_fails_at_its_level, make),
        cmocka_unit_test_setup(contents_are_held_against_their_tags, make),
        cmocka_unit_test_setup(a_destroyed_epoch_is_said, make),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
