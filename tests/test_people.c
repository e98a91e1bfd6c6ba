/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords, codes, tokens, shares under a password, tries. */
#include "attempts.h"
#include "password.h"
#include "session.h"
#include "totp.h"
#include "vault.h"

#include "reports.h"
#include "rings.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* ---- Passwords
 * ----------------------------------------------------------------- */

static atomic_int running;
static atomic_int most;
static atomic_bool fails;

static void begin_work(void)
{
    int now = atomic_fetch_add(&running, 1) + 1;
    int before = atomic_load(&most);

    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {
    }
    (void)usleep(20000);
}

int __real_crypto_pwhash(unsigned char *out, unsigned long long len,
                         const char *password, unsigned long long password_len,
                         const unsigned char *salt, unsigned long long ops,
                         size_t memory, int algorithm);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long len,
                         const char *password, unsigned long long password_len,
                         const unsigned char *salt, unsigned long long ops,
                         size_t memory, int algorithm);

/* Counted, and with less memory: what it costs is not the question here. */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long len,
                         const char *password, unsigned long long password_len,
                         const unsigned char *salt, unsigned long long ops,
                         size_t memory, int algorithm)
{
    int result;

    assert_int_equal(memory, PASSWORD_MEMORY);
    assert_int_equal(ops, PASSWORD_PASSES);
    if (atomic_load(&fails)) {
        return -1;
    }
    begin_work();
    result =
        __real_crypto_pwhash(out, len, password, password_len, salt, 1,
                             crypto_pwhash_argon2id_MEMLIMIT_MIN, algorithm);
    (void)atomic_fetch_sub(&running, 1);
    return result;
}

static int good(const char *password)
{
    return password_is_good(support_text(password), "alice", NULL);
}

static void weak_passwords_are_refused_with_their_reason(void **state)
{
    char longest[PASSWORD_MAX_BYTES + 2] = "ab";

    (void)state;
    assert_int_equal(good("short"), FRANK_ERR_LENGTH);
    assert_int_equal(good("\xc3\xa4\xc3\xa4\xc3\xb6\xc3\xb6\xc3\xbc\xc3\xbc"),
                     FRANK_ERR_LENGTH);
    assert_int_equal(good("aaaaaaaaaaaaaaaa"), FRANK_ERR_VALUE);
    assert_int_equal(good("my name is Alice"), FRANK_ERR_VALUE);
    assert_int_equal(good("\xff\xfe not UTF-8 at all"), FRANK_ERR_UTF8);
    memset(longest + 2, 'c', sizeof longest - 3);
    assert_int_equal(good(longest), FRANK_ERR_LIMIT);
    longest[PASSWORD_MAX_BYTES] = '\0';
    assert_ok(good(longest));
    assert_ok(good("correct horse"));
    assert_int_equal(good("password1234"), FRANK_ERR_VALUE);
    assert_int_equal(good("123456789012"), FRANK_ERR_VALUE);
    assert_int_equal(good("Qwertz-Passwort!"), FRANK_ERR_VALUE);
    assert_int_equal(good("adminadmin12"), FRANK_ERR_VALUE);
    assert_ok(good("my password is long"));
}

static void a_password_is_known_by_its_hash_alone(void **state)
{
    char hash[PASSWORD_HASH_BYTES];
    char other[PASSWORD_HASH_BYTES];
    const struct frank_span password = support_text("correct horse battery");

    (void)state;
    assert_ok(password_hash(hash, password, NULL));
    assert_ok(password_hash(other, password, NULL));
    assert_string_not_equal(hash, other);
    assert_null(strstr(hash, "correct"));
    assert_int_equal(password_check(hash, password), PASSWORD_IS);
    assert_int_equal(password_check(hash, support_text("correct horse")),
                     PASSWORD_IS_NOT);
    assert_int_equal(password_check(NULL, password), PASSWORD_IS_NOT);
    assert_int_equal(password_check("", password), PASSWORD_IS_NOT);
    hash[strlen(hash) - 1] ^= 1;
    assert_int_equal(password_check(hash, password), PASSWORD_IS_NOT);
    hash[strlen(hash) - 1] = 'x';
    assert_int_equal(password_check(hash, password), PASSWORD_IS_NOT);
}

static void *check_one(void *argument)
{
    (void)argument;
    return (void *)(uintptr_t)(password_check(NULL, support_text("x")) ==
                               PASSWORD_BUSY);
}

static void two_hashes_run_at_once_and_no_endless_line_waits(void **state)
{
    pthread_t threads[40];
    size_t busy = 0;

    (void)state;
    atomic_store(&most, 0);
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, check_one, NULL), 0);
    }
    for (size_t i = 0; i < 40; i++) {
        void *result;

        (void)pthread_join(threads[i], &result);
        busy += result != NULL;
    }
    assert_int_equal(atomic_load(&most), 2);
    assert_in_range(busy, 1, 39);
}

/* What could not be computed is no wrong password: else the answer would tell
 * whether there is such an account. */
static void a_known_and_an_unknown_name_are_as_busy(void **state)
{
    char hash[PASSWORD_HASH_BYTES];
    const struct frank_span password = support_text("correct horse battery");

    (void)state;
    assert_ok(password_hash(hash, password, NULL));
    atomic_store(&fails, true);
    assert_int_equal(password_check(hash, password), PASSWORD_BUSY);
    assert_int_equal(password_check(NULL, password), PASSWORD_BUSY);
    atomic_store(&fails, false);
}

static void without_memory_nobody_gets_in(void **state)
{
    uint8_t key[32];

    (void)state;
    atomic_store(&fails, true);
    assert_int_equal(password_check(NULL, support_text("x")), PASSWORD_BUSY);
    assert_int_equal(
        password_key(key, support_text("x"), (const uint8_t[16]){0}),
        FRANK_ERR_MEMORY);
    atomic_store(&fails, false);
}

/* ---- Codes
 * ----------------------------------------------------------------------- */

static const uint8_t *const rfc_secret =
    (const uint8_t *)"12345678901234567890";

/* RFC 6238, appendix B, SHA-1: the lower six of its eight digits. */
static void codes_are_those_of_the_standard(void **state)
{
    static const struct {
        uint64_t seconds;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"},
                   {1111111111, "050471"}, {1234567890, "005924"},
                   {2000000000, "279037"}, {20000000000, "353130"}};

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char code[TOTP_CODE_BYTES];

        totp_code(code, rfc_secret, vectors[i].seconds * 1000);
        assert_string_equal(code, vectors[i].code);
    }
}

static void a_code_is_good_for_a_moment_and_once(void **state)
{
    const uint64_t now = UINT64_C(1234567890000);
    char code[TOTP_CODE_BYTES];
    uint64_t last = 0;

    (void)state;
    totp_code(code, rfc_secret, now);
    assert_true(totp_check(rfc_secret, code, now + 30000, &last));
    assert_false(totp_check(rfc_secret, code, now, &last));
    last = 0;
    assert_true(totp_check(rfc_secret, code, now - 30000, &last));
    last = 0;
    assert_false(totp_check(rfc_secret, code, now + 60000, &last));
    assert_false(totp_check(rfc_secret, code, now - 60000, &last));
    assert_false(totp_check(rfc_secret, "00592", now, &last));
    assert_false(totp_check(rfc_secret, "0059240", now, &last));
    assert_false(totp_check(rfc_secret, "", now, &last));
    assert_int_equal(last, 0);
    totp_code(code, rfc_secret, 0);
    assert_false(totp_check(rfc_secret, code, 0, &last)); /* step 0 is none */
}

static void a_device_is_told_the_secret(void **state)
{
    char text[TOTP_BASE32_BYTES];
    char uri[TOTP_URI_BYTES];

    (void)state;
    totp_base32(text, rfc_secret);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    totp_uri(uri, "Team A", "ann", rfc_secret);
    assert_string_equal(
        uri, "otpauth://totp/Team%20A:ann?secret="
             "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Team%20A&algorithm=SHA1"
             "&digits=6&period=30");
}

static void codes_on_paper_forgive_how_they_are_typed(void **state)
{
    char code[RECOVERY_TEXT_BYTES];
    uint8_t hash[2][32];

    (void)state;
    recovery_new(code);
    assert_int_equal(strlen(code), 19);
    assert_true(recovery_hash(hash[0], code));
    assert_true(recovery_hash(hash[0], "0123-4567-89ab-cdef"));
    assert_true(recovery_hash(hash[1], "O123 4567 89AB CDEF"));
    assert_memory_equal(hash[0], hash[1], 32);
    assert_true(recovery_hash(hash[1], "oI234567-89abcdef"));
    assert_false(recovery_hash(hash[1], "0123-4567-89ab-cde"));
    assert_false(recovery_hash(hash[1], "0123-4567-89ab-cdef-0"));
    assert_false(recovery_hash(hash[1], "0123-4567-89ab-cdeu"));
    assert_false(recovery_hash(hash[1], ""));
}

/* ---- Tokens
 * ------------------------------------------------------------------------ */

static void a_token_has_one_text(void **state)
{
    char token[SESSION_TOKEN_BYTES];
    uint8_t hash[2][SESSION_HASH_BYTES];
    char other[SESSION_TOKEN_BYTES];

    (void)state;
    session_new(token, hash[0]);
    assert_true(session_hash(hash[1], token));
    assert_memory_equal(hash[0], hash[1], sizeof hash[0]);
    for (unsigned c = 1; c < 256; c++) {
        memcpy(other, token, sizeof other);
        other[SESSION_TOKEN_BYTES - 2] = (char)c; /* its low bits must be 0 */
        if (session_hash(hash[1], other)) {
            assert_non_null(strchr("AEIMQUYcgkosw048", (int)c));
        }
    }
    memset(other, 'A', sizeof other - 1);
    other[0] = '/'; /* libsodium 1.0.18 takes it for '_' */
    assert_false(session_hash(hash[1], other));
    other[0] = '+';
    assert_false(session_hash(hash[1], other));
    token[SESSION_TOKEN_BYTES - 2] = '\0';
    assert_false(session_hash(hash[1], token));
    assert_false(session_hash(hash[1], ""));
}

static void a_cookie_is_kept_by_this_site_alone(void **state)
{
    char cookie[SESSION_COOKIE_BYTES];

    (void)state;
    session_cookie(cookie, "abc");
    assert_string_equal(cookie, "__Host-frank=abc; Path=/; Secure; HttpOnly; "
                                "SameSite=Strict");
    session_cookie(cookie, NULL);
    assert_string_equal(cookie, "__Host-frank=; Path=/; Secure; HttpOnly; "
                                "SameSite=Strict; Max-Age=0");
}

/* ---- Shares
 * ---------------------------------------------------------------------------
 */

static void a_share_comes_back_under_its_password_alone(void **state)
{
    const struct frank_span password = support_text("correct horse battery");
    struct share share = reports_share(2);
    struct share back;
    uint8_t wrapped[VAULT_WRAPPED_BYTES];

    (void)state;
    assert_ok(vault_wrap(wrapped, &share, password, NULL));
    assert_ok(vault_unwrap(&back, wrapped, sizeof wrapped, password, NULL));
    assert_int_equal(back.holder, 2);
    assert_memory_equal(back.scalar, share.scalar, sizeof share.scalar);
    assert_memory_equal(back.quorum_id, share.quorum_id,
                        sizeof share.quorum_id);
    assert_int_equal(vault_unwrap(&back, wrapped, sizeof wrapped,
                                  support_text("another"), NULL),
                     FRANK_ERR_SEALED);
    assert_true(support_is_zero(&back, sizeof back));
    assert_int_equal(
        vault_unwrap(&back, wrapped, sizeof wrapped - 1, password, NULL),
        FRANK_ERR_VALUE);
    for (size_t i = 0; i < sizeof wrapped; i += 7) {
        wrapped[i] ^= 1;
        assert_int_equal(
            vault_unwrap(&back, wrapped, sizeof wrapped, password, NULL),
            i == 0 ? FRANK_ERR_VALUE : FRANK_ERR_SEALED);
        wrapped[i] ^= 1;
    }
    atomic_store(&fails, true);
    assert_int_equal(
        vault_unwrap(&back, wrapped, sizeof wrapped, password, NULL),
        FRANK_ERR_MEMORY);
    assert_int_equal(vault_wrap(wrapped, &share, password, NULL),
                     FRANK_ERR_MEMORY);
    assert_true(support_is_zero(wrapped, sizeof wrapped));
    atomic_store(&fails, false);
}

static bool is_even(void *context, const uint8_t *session)
{
    (void)context;
    return session[0] % 2 == 0;
}

static void shares_in_memory_are_of_their_sessions(void **state)
{
    const uint8_t sessions[4][SESSION_HASH_BYTES] = {{1}, {2}, {3}, {4}};
    struct share share = reports_share(1);
    struct share found;
    struct vault *vault;

    (void)state;
    assert_ok(vault_new(&vault, 3));
    for (size_t i = 0; i < 3; i++) {
        assert_true(vault_put(vault, sessions[i], &share));
    }
    assert_true(vault_put(vault, sessions[0], &share)); /* again */
    assert_false(vault_put(vault, sessions[3], &share));
    assert_int_equal(vault_count(vault), 3);
    assert_true(vault_get(vault, sessions[1], share.quorum_id, &found));
    assert_memory_equal(found.scalar, share.scalar, sizeof share.scalar);
    assert_false(vault_get(vault, sessions[3], share.quorum_id, &found));
    vault_drop_if(vault, is_even, NULL);
    assert_false(vault_get(vault, sessions[1], share.quorum_id, &found));
    vault_drop(vault, sessions[0]);
    assert_int_equal(vault_count(vault), 1);
    share.quorum_id[0] ^= 1;
    assert_false(vault_get(vault, sessions[2], share.quorum_id, &found));
    vault_free(vault);
    vault_free(NULL);
}

/* ---- Tries
 * ------------------------------------------------------------------------------
 */

static uint64_t attempt(struct attempts *a, const char *name, uint8_t last)
{
    uint8_t address[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = last};

    return attempts_take(a, support_text(name), address, 1000);
}

static void tries_are_limited_by_account_and_by_address(void **state)
{
    const uint8_t mine[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9};
    uint8_t six[16] = {0x20, 0x01};
    struct attempts *a;
    char name[16];

    (void)state;
    assert_ok(attempts_new(&a, NULL));
    for (unsigned i = 0; i < ATTEMPTS_OF_ACCOUNT; i++) {
        assert_int_equal(attempt(a, "ann", (uint8_t)(100 + i)), 0);
    }
    assert_true(attempt(a, "ann", 200) > 0);
    for (unsigned i = 0; i < ATTEMPTS_OF_ADDRESS; i++) {
        (void)snprintf(name, sizeof name, "n%u", i);
        assert_int_equal(attempt(a, name, 9), 0);
    }
    assert_true(attempt(a, "ben", 9) > 0);
    /* What his address was refused for is not his account's. */
    for (unsigned i = 0; i < ATTEMPTS_OF_ACCOUNT; i++) {
        assert_int_equal(attempt(a, "ben", 8), 0);
    }
    attempts_good(a, support_text("n1"), mine, 1000);
    assert_int_equal(attempt(a, "cat", 9), 0);
    /* Of IPv6 it is the network that counts. */
    for (unsigned i = 0; i < ATTEMPTS_OF_ADDRESS; i++) {
        six[15] = (uint8_t)i;
        (void)snprintf(name, sizeof name, "m%u", i);
        assert_int_equal(attempts_take(a, support_text(name), six, 1000), 0);
    }
    assert_true(attempts_take(a, support_text("dan"), six, 1000) > 0);
    attempts_free(a);
    attempts_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_passwords_are_refused_with_their_reason),
        cmocka_unit_test(a_password_is_known_by_its_hash_alone),
        cmocka_unit_test(two_hashes_run_at_once_and_no_endless_line_waits),
        cmocka_unit_test(a_known_and_an_unknown_name_are_as_busy),
        cmocka_unit_test(without_memory_nobody_gets_in),
        cmocka_unit_test(codes_are_those_of_the_standard),
        cmocka_unit_test(a_code_is_good_for_a_moment_and_once),
        cmocka_unit_test(a_device_is_told_the_secret),
        cmocka_unit_test(codes_on_paper_forgive_how_they_are_typed),
        cmocka_unit_test(a_token_has_one_text),
        cmocka_unit_test(a_cookie_is_kept_by_this_site_alone),
        cmocka_unit_test(a_share_comes_back_under_its_password_alone),
        cmocka_unit_test(shares_in_memory_are_of_their_sessions),
        cmocka_unit_test(tries_are_limited_by_account_and_by_address),
    };

    if (sodium_init() < 0 || !totp_start()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
