/* SPDX-License-Identifier: Apache-2.0 */
#include "reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

const json_t *reports_vectors(void)
{
    return support_json("tests/vectors/sealed.json");
}

const json_t *reports_vector(size_t i)
{
    return json_array_get(json_object_get(reports_vectors(), "reports"), i);
}

static const json_t *quorum_vectors(const char *member)
{
    return json_object_get(json_object_get(reports_vectors(), "quorum"),
                           member);
}

/* Members "1", "2", ... of an object. */
static struct frank_span numbered(const json_t *object, unsigned i)
{
    char name[16];

    (void)snprintf(name, sizeof name, "%u", i);
    return support_member(object, name);
}

const struct frank_quorum *reports_quorum(void)
{
    static struct frank_quorum quorum;

    quorum.threshold =
        (unsigned)json_integer_value(quorum_vectors("threshold"));
    quorum.holders = (unsigned)json_integer_value(quorum_vectors("holders"));
    memcpy(
        quorum.public_key,
        support_member(json_object_get(reports_vectors(), "quorum"), "P").data,
        FRANK_POINT_BYTES);
    for (unsigned i = 1; i <= quorum.holders; i++) {
        memcpy(quorum.share_publics[i - 1],
               numbered(quorum_vectors("share_publics"), i).data,
               FRANK_POINT_BYTES);
    }
    return &quorum;
}

struct share reports_share(unsigned holder)
{
    struct share share = {.holder = holder};

    frank_quorum_id(share.quorum_id, reports_quorum());
    memcpy(share.scalar, numbered(quorum_vectors("shares"), holder).data,
           sizeof share.scalar);
    return share;
}

static struct keyring *vector_ring(void)
{
    const json_t *keys = support_vectors("keyring");
    struct keyring *ring = NULL;

    assert_ok(keyring_new(&ring, support_member(keys, "master").data,
                          support_member(keys, "franking_signature_seed").data,
                          0, NULL));
    return ring;
}

const struct stamper *reports_stamper(void)
{
    static struct stamper *stamper;

    if (stamper == NULL) {
        struct keyring *ring = vector_ring();

        assert_ok(stamper_new(&stamper, ring, NULL));
        keyring_free(ring);
    }
    return stamper;
}

struct hub_public reports_hub_public(void)
{
    struct keyring *ring = vector_ring();
    struct hub_public hub;

    hub_public_from(&hub, ring);
    keyring_free(ring);
    return hub;
}

struct frank_span reports_sealed(size_t i)
{
    return support_member(reports_vector(i), "sealed_report");
}

/* The entry of a list of the franking vectors with this member. */
static const json_t *find(const char *list, const char *member,
                          const char *value)
{
    const json_t *array = support_vectors(list);

    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *entry = json_array_get(array, i);

        if (strcmp(support_member_text(entry, member), value) == 0) {
            return entry;
        }
    }
    fail_msg("no %s in the vectors' %s", value, list);
    return NULL;
}

struct frank_kept reports_kept(const char *file, bool ordered)
{
    const json_t *v = find("mimi", "file", file);
    struct frank_span frank = support_member(v, "frank");
    struct frank_kept kept = {
        .context = {support_text(support_member_text(v, "sender")),
                    support_text(support_member_text(v, "room")),
                    support_member_number(v, "accepted_timestamp")},
        .ordered = ordered};
    char path[128];

    (void)snprintf(path, sizeof path, "tests/vectors/messages/%s", file);
    kept.content = support_file(path);
    assert_ok(frank_frank_decode(&kept.frank, frank.data, frank.len, NULL));
    if (ordered) {
        const json_t *t = find("transcript", "franking_tag",
                               support_member_text(v, "franking_tag"));

        kept.transcript.room_seq = support_member_number(t, "room_seq");
        kept.transcript.seen_seq = support_member_number(t, "seen_seq");
        memcpy(kept.transcript.transcript_frank,
               support_member(t, "transcript_frank").data, FRANK_MAC_BYTES);
    }
    return kept;
}

/* The note of the third is told in words. */
static struct frank_span note_of(const json_t *v)
{
    const char *note = support_member_text(v, "note");
    uint8_t *many;

    if (strcmp(note, "2048 times U+00FC") != 0) {
        return support_text(note);
    }
    many = support_zeros(4096);
    for (size_t i = 0; i < 4096; i += 2) {
        many[i] = 0xc3;
        many[i + 1] = 0xbc;
    }
    return (struct frank_span){many, 4096};
}

struct frank_report reports_report(size_t i)
{
    const json_t *v = reports_vector(i);
    const json_t *files = json_object_get(v, "message_files");
    const json_t *withheld = json_object_get(v, "withheld");
    size_t count = json_array_size(files);
    struct frank_kept *kept =
        (struct frank_kept *)(void *)support_zeros(count * sizeof *kept);

    for (size_t j = 0; j < count; j++) {
        kept[j] =
            reports_kept(json_string_value(json_array_get(files, j)),
                         json_is_true(json_object_get(v, "with_transcript")));
    }
    for (size_t j = 0; j < json_array_size(withheld); j++) {
        kept[json_integer_value(json_array_get(withheld, j))].withhold = true;
    }
    return (struct frank_report){
        .reporter = support_text(support_member_text(v, "reporting_user")),
        .reason = (uint8_t)support_member_number(v, "reason"),
        .accused = (unsigned)support_member_number(v, "accused"),
        .note = note_of(v),
        .created = support_member_number(v, "created"),
        .messages = kept,
        .count = count};
}

const uint8_t *reports_random(size_t i)
{
    struct frank_span id = support_member(reports_vector(i), "report_id");
    struct frank_span salt = support_member(reports_vector(i), "reporter_salt");
    uint8_t *random = support_zeros(FRANK_BUILD_RANDOM_BYTES);

    memcpy(random, id.data, id.len);
    if (salt.len > 0) {
        memcpy(random + id.len, salt.data, salt.len);
    }
    return random;
}

struct frank_span reports_build(const struct frank_report *report,
                                const uint8_t *random)
{
    struct frank_fault fault = {0};
    size_t len = 0;
    uint8_t *out;

    assert_int_equal(
        frank_report_build(NULL, 0, &len, NULL, report, random, &fault),
        FRANK_ERR_SPACE);
    out = support_zeros(len);
    assert_ok(frank_report_build(out, len, &len, NULL, report, random, &fault));
    return (struct frank_span){out, len};
}

struct frank_span reports_seal_built(struct frank_span unsealed)
{
    uint8_t random[FRANK_SEAL_RANDOM_BYTES];
    size_t len = 0;
    uint8_t *out;

    randombytes_buf(random, sizeof random);
    assert_int_equal(frank_report_seal(NULL, 0, &len, unsealed.data,
                                       unsealed.len, reports_quorum(), random,
                                       NULL),
                     FRANK_ERR_SPACE);
    out = support_zeros(len);
    assert_ok(frank_report_seal(out, len, &len, unsealed.data, unsealed.len,
                                reports_quorum(), random, NULL));
    return (struct frank_span){out, len};
}

struct frank_span reports_seal(const struct frank_report *report)
{
    uint8_t random[FRANK_BUILD_RANDOM_BYTES];

    randombytes_buf(random, sizeof random);
    return reports_seal_built(reports_build(report, random));
}

void reports_decode(struct sealed_report *out, struct frank_span sealed)
{
    assert_ok(sealed_report_decode(out, sealed.data, sealed.len, NULL));
}

struct consent reports_consent(struct frank_span sealed, unsigned holder)
{
    static struct sealed_report report;
    struct share share = reports_share(holder);
    struct consent consent;
    uint8_t random[GROUP_RANDOM_BYTES];

    reports_decode(&report, sealed);
    randombytes_buf(random, sizeof random);
    assert_ok(consent_make(&consent, &share, &report, random, NULL));
    return consent;
}
