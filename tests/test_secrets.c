/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That no branch and no address depends on a secret. Secrets are declared
 * undefined memory; valgrind's memcheck then complains of each jump and each
 * address that is computed from them, even through arithmetic. Outside of
 * valgrind the program starts itself again under it, twice: first to see that
 * a branch on a secret is found at all, then for the tests.
 *
 * What is declared public again, and why:
 * - a tag, a stamp, a public key once they are made: they are sent to others;
 * - the result of sodium_memcmp(), as soon as it returns: whether a MAC or a
 *   tag is right is told to whoever asked. To memcheck it depends on the secret
 *   MAC; in the place of a suppression, which would cover every branch of the
 *   caller, the linker puts __wrap_sodium_memcmp in the place of
 *   sodium_memcmp, which calls the true one on undefined memory and declares
 *   that one number defined. Of a comparison that is not made with
 *   sodium_memcmp() the branch would be reported;
 * - likewise whether a scalar, or a point made from a secret, is zero or the
 *   identity: it never is.
 */
#include "hmac.h"
#include "reports.h"
#include "rings.h"
#include "room_names.h"
#include "stamper.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN
#endif

/* Found by memcheck: the program's exit code then, under valgrind. */
#define FOUND_CODE 9
#define FOUND_TEXT "--error-exitcode=9"

static void make_secret(const void *bytes, size_t len)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, len);
}

static void make_public(const void *bytes, size_t len)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(bytes, len);
}

/* Whether any bit is undefined, so that a test can see that what it looks at
 * did depend on the secret. */
static bool is_secret(const void *bytes, size_t len)
{
    uint8_t bits[4096];

    assert_in_range(len, 1, sizeof bits);
    assert_int_equal(VALGRIND_GET_VBITS(bytes, bits, len), 1);
    return !support_is_zero(bits, len);
}

static unsigned compared;

int __real_sodium_memcmp(const void *a, const void *b, size_t len);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t len);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t len)
{
    int result = __real_sodium_memcmp(a, b, len);

    if (is_secret(&result, sizeof result)) {
        compared++;
        make_public(&result, sizeof result);
    }
    return result;
}

/* libsodium branches on whether 32 bytes are a point at all, which was checked
 * of each before; so it gets secret points as public copies, and what comes out
 * is declared secret. Scalars stay secret in it. */
static bool copy_point(uint8_t out[static GROUP_POINT_BYTES],
                       const uint8_t *point)
{
    bool secret = is_secret(point, GROUP_POINT_BYTES);

    memcpy(out, point, GROUP_POINT_BYTES);
    make_public(out, GROUP_POINT_BYTES);
    return secret;
}

int __real_crypto_scalarmult_ristretto255(uint8_t *out, const uint8_t *scalar,
                                          const uint8_t *point);
int __wrap_crypto_scalarmult_ristretto255(uint8_t *out, const uint8_t *scalar,
                                          const uint8_t *point);
int __wrap_crypto_scalarmult_ristretto255(uint8_t *out, const uint8_t *scalar,
                                          const uint8_t *point)
{
    uint8_t copy[GROUP_POINT_BYTES];
    bool secret = copy_point(copy, point);
    int result = __real_crypto_scalarmult_ristretto255(out, scalar, copy);

    if (secret) {
        make_secret(out, GROUP_POINT_BYTES);
    }
    make_public(&result, sizeof result); /* not the identity */
    return result;
}

int __real_crypto_scalarmult_ristretto255_base(uint8_t *out,
                                               const uint8_t *scalar);
int __wrap_crypto_scalarmult_ristretto255_base(uint8_t *out,
                                               const uint8_t *scalar);
int __wrap_crypto_scalarmult_ristretto255_base(uint8_t *out,
                                               const uint8_t *scalar)
{
    int result = __real_crypto_scalarmult_ristretto255_base(out, scalar);

    make_public(&result, sizeof result);
    return result;
}

int __real_crypto_core_ristretto255_add(uint8_t *out, const uint8_t *a,
                                        const uint8_t *b);
int __wrap_crypto_core_ristretto255_add(uint8_t *out, const uint8_t *a,
                                        const uint8_t *b);
int __wrap_crypto_core_ristretto255_add(uint8_t *out, const uint8_t *a,
                                        const uint8_t *b)
{
    uint8_t copies[2][GROUP_POINT_BYTES];
    bool secret_a = copy_point(copies[0], a);
    bool secret_b = copy_point(copies[1], b);
    int result = __real_crypto_core_ristretto255_add(out, copies[0], copies[1]);

    if (secret_a || secret_b) {
        make_secret(out, GROUP_POINT_BYTES);
    }
    return result;
}

int __real_sodium_is_zero(const uint8_t *bytes, const size_t len);
int __wrap_sodium_is_zero(const uint8_t *bytes, const size_t len);
int __wrap_sodium_is_zero(const uint8_t *bytes, const size_t len)
{
    int result = __real_sodium_is_zero(bytes, len);

    make_public(&result, sizeof result);
    return result;
}

/* ---- Hash and MAC ------------------------------------------------------- */

static void hmac_does_not_branch_on_key_or_text(void **state)
{
    static const size_t lengths[] = {0, 1, 55, 56, 63, 64, 65, 128, 1000};
    uint8_t key[HASH_BLOCK_BYTES];
    uint8_t text[1000] = {0};
    uint8_t out[HASH_BYTES];

    (void)state;
    memset(key, 0x5a, sizeof key);
    make_secret(text, sizeof text);
    for (size_t i = 0; i < SUPPORT_COUNT(lengths); i++) {
        struct hmac schedule;
        struct hmac mac;

        make_secret(key, sizeof key);
        hmac_schedule(&schedule, key, i % 2 == 0 ? 16 : sizeof key);
        mac = schedule;
        hmac_update(&mac, text, lengths[i]);
        hmac_final(&mac, out);
        assert_true(is_secret(out, sizeof out));
        assert_false(is_secret(&mac, sizeof mac)); /* it is wiped */
    }
    make_secret(key, sizeof key);
    hmac_subkey(out, key, "frank v1 hub_key");
    assert_true(is_secret(out, sizeof out));
}

/* ---- Attachments --------------------------------------------------------- */

/* Keys and leaves of chunks. The AEADs are left out: what the two libraries do
 * with a key is theirs, and of libcrypto's assembly memcheck knows neither the
 * AES nor the carry-less instructions well enough to say anything. */
static void chunks_do_not_branch_on_the_file_key(void **state)
{
    static const uint64_t chunks[] = {0, 1, 255, UINT64_C(1) << 27};
    const uint8_t sealed[100] = {1};
    uint8_t file_key[FRANK_FILE_KEY_BYTES] = {2};

    (void)state;
    make_secret(file_key, sizeof file_key);
    for (size_t i = 0; i < SUPPORT_COUNT(chunks); i++) {
        uint8_t key[FRANK_CHUNK_KEY_BYTES];
        uint8_t leaf[FRANK_HASH_BYTES];

        frank_chunk_key(key, file_key, chunks[i]);
        assert_true(is_secret(key, sizeof key));
        frank_chunk_leaf(leaf, chunks[i], key,
                         (struct frank_span){sealed, sizeof sealed});
        assert_true(is_secret(leaf, sizeof leaf));
    }
}

/* ---- Franking tag ------------------------------------------------------- */

/* Lengths and names are public. The parts of a content that are not, each of
 * its own memory, are found by their letters. */
static void hide(uint8_t *content, size_t len, uint8_t letter)
{
    for (size_t i = 0; i < len; i++) {
        if (content[i] == letter) {
            make_secret(content + i, 1);
        }
    }
}

#define SECRET_LETTER 0xd7 /* in no name, length or head used here */

static struct frank_span plain(uint8_t *out, size_t capacity)
{
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    uint8_t body[300];
    size_t len;

    memset(salt, SECRET_LETTER, sizeof salt);
    memset(body, SECRET_LETTER, sizeof body);
    assert_ok(frank_plain_build(
        out, capacity, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), support_text("text/plain"),
        (struct frank_span){body, sizeof body}, NULL));
    return (struct frank_span){out, len};
}

static struct frank_span parted(uint8_t *out, size_t capacity)
{
    uint8_t secret[300];
    struct frank_part parts[3];
    size_t len;

    memset(secret, SECRET_LETTER, sizeof secret);
    for (size_t i = 0; i < SUPPORT_COUNT(parts); i++) {
        parts[i] = (struct frank_part){.media_type = support_text("text/plain"),
                                       .body = {secret, 100 * i}};
        memset(parts[i].salt, SECRET_LETTER, sizeof parts[i].salt);
    }
    assert_ok(frank_parted_build(
        out, capacity, &len, secret, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), parts, SUPPORT_COUNT(parts), NULL));
    return (struct frank_span){out, len};
}

/* Of a MIMI message the salt alone: its body is CBOR, which is read. */
static struct frank_span mimi(uint8_t *out, size_t capacity)
{
    struct support_mimi elements = {.salt = "50 (d7)*16"};
    struct frank_span message = support_mimi(&elements, NULL);

    assert_in_range(message.len, 1, capacity);
    memcpy(out, message.data, message.len);
    return (struct frank_span){out, message.len};
}

typedef struct frank_span builder(uint8_t *out, size_t capacity);
static builder *const builders[] = {plain, parted, mimi};

static void tag_does_not_branch_on_salt_or_body(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(builders); i++) {
        uint8_t bytes[1024];
        uint8_t tag[FRANK_TAG_BYTES];
        struct frank_span content = builders[i](bytes, sizeof bytes);

        hide(bytes, content.len, SECRET_LETTER);
        assert_ok(frank_tag(tag, content.data, content.len, NULL));
        assert_true(is_secret(tag, sizeof tag));
    }
}

static void opening_check_branches_on_the_comparison_alone(void **state)
{
    const struct frank_context context = {support_text(SUPPORT_SENDER),
                                          support_text(SUPPORT_ROOM), 1};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(builders); i++) {
        uint8_t bytes[1024];
        uint8_t tag[FRANK_TAG_BYTES];
        struct frank_span content = builders[i](bytes, sizeof bytes);

        assert_ok(frank_tag(tag, content.data, content.len, NULL));
        hide(bytes, content.len, SECRET_LETTER);
        compared = 0;
        assert_ok(frank_opening_check(NULL, content.data, content.len, tag,
                                      &context, NULL));
        tag[31] ^= 1;
        assert_int_equal(frank_opening_check(NULL, content.data, content.len,
                                             tag, &context, NULL),
                         FRANK_ERR_TAG);
        assert_int_equal(compared, 2);
    }
}

/* ---- The hub's keys ----------------------------------------------------- */

static struct keyring *ring_of_secrets(void)
{
    uint8_t master[KEYRING_MASTER_BYTES] = {1};
    uint8_t seed[KEYRING_SEED_BYTES] = {2};
    struct keyring *ring = NULL;

    make_secret(master, sizeof master);
    make_secret(seed, sizeof seed);
    assert_ok(keyring_new(&ring, master, seed, 0, NULL));
    assert_true(is_secret(ring->keys[0].public_key, FRANK_PUBLIC_KEY_BYTES));
    make_public(ring->keys[0].public_key, FRANK_PUBLIC_KEY_BYTES);
    return ring;
}

/* A second master and seed are added and ended again. */
static void keyring_does_not_branch_on_its_secrets(void **state)
{
    struct keyring *ring = ring_of_secrets();
    uint8_t secret[32] = {3};
    uint8_t *bytes = sodium_malloc(KEYRING_MAX_BYTES);

    (void)state;
    make_secret(secret, sizeof secret);
    assert_ok(
        keyring_rotate(ring, secret, 2 * RINGS_HOUR, RINGS_HOUR / 2, NULL));
    assert_true(is_secret(bytes, keyring_encode(bytes, ring)));
    assert_ok(keyring_destroy(ring, 2, NULL));
    assert_false(is_secret(ring->epochs[1].master, KEYRING_MASTER_BYTES));
    sodium_free(bytes);
    keyring_free(ring);
}

static struct stamp_request some_request(void)
{
    return (struct stamp_request){.tag = {1, 2, 3},
                                  .context = {support_text(SUPPORT_SENDER),
                                              support_text(SUPPORT_ROOM), 5},
                                  .suite = FRANK_SUITE_X25519_AES128GCM,
                                  .ordered = true,
                                  .order = {9, 7}};
}

static void stamping_does_not_branch_on_master_or_seed(void **state)
{
    struct keyring *ring = ring_of_secrets();
    struct stamper *stamper = NULL;
    struct stamp_request request = some_request();
    struct stamp stamp;

    (void)state;
    assert_ok(stamper_new(&stamper, ring, NULL));
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    assert_true(is_secret(stamp.frank.server_frank, FRANK_MAC_BYTES));
    assert_true(is_secret(stamp.frank.signature, FRANK_SIGNATURE_BYTES));
    assert_true(is_secret(stamp.transcript_frank, FRANK_MAC_BYTES));
    stamper_free(stamper);
    keyring_free(ring);
}

static void names_of_rooms_do_not_branch_on_their_key(void **state)
{
    static uint8_t key[HUB_NAME_BYTES] = {1};
    struct hub_place place = {.room_seq = 0};

    (void)state;
    make_secret(key, sizeof key);
    room_names(&place, key, support_text(SUPPORT_ROOM), support_text("phone"));
    assert_true(is_secret(place.room, sizeof place.room));
    assert_true(is_secret(place.device, sizeof place.device));
}

/* The signature check works on public things alone: here the ring's seed is
 * known, and its master, from which the MACs are computed, is not. */
static void stamp_check_branches_on_the_comparison_alone(void **state)
{
    struct keyring *ring = rings_new(0);
    struct stamper *stamper = NULL;
    struct stamp_request request = some_request();
    struct stamp_claim claim = {.tag = request.tag,
                                .context = request.context,
                                .ordered = true,
                                .order = request.order};
    struct stamp stamp;

    (void)state;
    make_secret(ring->epochs[0].master, KEYRING_MASTER_BYTES);
    assert_ok(stamper_new(&stamper, ring, NULL));
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    make_public(&stamp, sizeof stamp);
    claim.frank = stamp.frank;
    memcpy(claim.transcript_frank, stamp.transcript_frank, FRANK_MAC_BYTES);
    compared = 0;
    assert_ok(stamper_check(stamper, &claim, NULL));
    assert_int_equal(compared, 2);
    claim.transcript_frank[0] ^= 1;
    assert_int_equal(stamper_check(stamper, &claim, NULL),
                     FRANK_ERR_TRANSCRIPT);
    claim.frank.server_frank[31] ^= 1;
    assert_int_equal(stamper_check(stamper, &claim, NULL), FRANK_ERR_MAC);
    assert_int_equal(compared, 5);
    stamper_free(stamper);
    keyring_free(ring);
}

/* ---- Sealing, consent and opening --------------------------------------- */

/* From the random bytes come r, the proof's t and the body key. */
static void sealing_does_not_branch_on_its_randomness(void **state)
{
    struct frank_report report = reports_report(0);
    struct frank_span unsealed = reports_build(&report, reports_random(0));
    uint8_t random[FRANK_SEAL_RANDOM_BYTES] = {1};
    static uint8_t out[4096];
    size_t len;

    (void)state;
    make_secret(random, sizeof random);
    assert_ok(frank_report_seal(out, sizeof out, &len, unsealed.data,
                                unsealed.len, reports_quorum(), random, NULL));
    assert_true(is_secret(out + len - 1, 1)); /* the sealed body */
}

/* The share is a secret; the report is known to all. */
static void consenting_does_not_branch_on_the_share(void **state)
{
    static struct sealed_report report;
    struct share share = reports_share(1);
    struct consent consent;
    struct receipt receipt;
    uint8_t random[GROUP_RANDOM_BYTES] = {1};

    (void)state;
    reports_decode(&report, reports_sealed(0));
    make_secret(share.scalar, sizeof share.scalar);
    make_secret(random, sizeof random);
    assert_ok(consent_make(&consent, &share, &report, random, NULL));
    assert_true(is_secret(consent.u, sizeof consent.u));
    assert_true(is_secret(consent.proof.e, sizeof consent.proof.e));
    assert_true(is_secret(consent.proof.f, sizeof consent.proof.f));
    assert_ok(receipt_make(&receipt, &share, &report, 5, random));
    assert_true(is_secret(receipt.proof.f, sizeof receipt.proof.f));
}

/* Consents are as secret as the report: their points, from which its key
 * comes. */
static void combining_does_not_branch_on_consents(void **state)
{
    const unsigned holders[] = {1, 3};
    static struct sealed_report report;
    uint8_t points[2][GROUP_POINT_BYTES];
    uint8_t z[GROUP_POINT_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t commitment[SEAL_COMMITMENT_BYTES];

    (void)state;
    reports_decode(&report, reports_sealed(0));
    for (size_t i = 0; i < 2; i++) {
        struct consent consent = reports_consent(reports_sealed(0), holders[i]);

        memcpy(points[i], consent.u, sizeof points[i]);
        make_secret(points[i], sizeof points[i]);
    }
    assert_ok(share_interpolate(
        z, holders, (const uint8_t(*)[GROUP_POINT_BYTES])points, 2, 0));
    assert_true(is_secret(z, sizeof z));
    seal_keys(key, commitment, &report.seal, report.label.header, z);
    assert_true(is_secret(key, sizeof key));
    compared = 0;
    assert_int_equal(
        sodium_memcmp(commitment, report.seal.commitment, sizeof commitment),
        0);
    assert_int_equal(compared, 1);
}

/* ---- Running under valgrind --------------------------------------------- */

/* What must be found: a MAC compared by memcmp(). */
static int branch_on_a_secret(void)
{
    volatile uint8_t known[HASH_BYTES] = {0};
    uint8_t key[32] = {0};
    uint8_t out[HASH_BYTES];
    int differ = 0;

    make_secret(key, sizeof key);
    hmac_subkey(out, key, "label");
    for (size_t i = 0; i < sizeof out; i++) {
        if (out[i] != known[i]) {
            differ++;
            break;
        }
    }
    return differ > 1;
}

static int under_valgrind(int argc)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_does_not_branch_on_key_or_text),
        cmocka_unit_test(chunks_do_not_branch_on_the_file_key),
        cmocka_unit_test(tag_does_not_branch_on_salt_or_body),
        cmocka_unit_test(opening_check_branches_on_the_comparison_alone),
        cmocka_unit_test(keyring_does_not_branch_on_its_secrets),
        cmocka_unit_test(stamping_does_not_branch_on_master_or_seed),
        cmocka_unit_test(names_of_rooms_do_not_branch_on_their_key),
        cmocka_unit_test(stamp_check_branches_on_the_comparison_alone),
        cmocka_unit_test(sealing_does_not_branch_on_its_randomness),
        cmocka_unit_test(consenting_does_not_branch_on_the_share),
        cmocka_unit_test(combining_does_not_branch_on_consents),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return argc > 1 ? branch_on_a_secret()
                    : cmocka_run_group_tests(tests, NULL, NULL);
}

/* argument may be NULL. */
static void run_valgrind(const char *program, const char *argument)
{
    (void)execlp("valgrind", "valgrind", "-q", FOUND_TEXT, program, argument,
                 (char *)NULL);
    _exit(127);
}

/* The exit code of a run that branches on a secret. */
static int run_control(const char *program)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(126);
        }
        run_valgrind(program, "branch");
    }
    return child < 0 || waitpid(child, &status, 0) != child ||
                   !WIFEXITED(status)
               ? 126
               : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    int code;

    if (RUNNING_ON_VALGRIND != 0) {
        return under_valgrind(argc);
    }
#ifdef WITH_ASAN
    (void)puts("skip test_secrets: valgrind cannot run a program that is built "
               "with AddressSanitizer");
    return 0;
#endif
    code = run_control(argv[0]);
    if (code == 127) {
        (void)puts("skip test_secrets: there is no valgrind");
        return 0;
    }
    if (code != FOUND_CODE) {
        (void)fprintf(stderr,
                      "test_secrets: a branch on a secret gave exit code %d, "
                      "not %d: what finds nothing proves nothing\n",
                      code, FOUND_CODE);
        return 1;
    }
    run_valgrind(argv[0], NULL);
    return 1;
}
