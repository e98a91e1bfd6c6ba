/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example's line and key come from another implementation of Ed25519:
 *
 *     from cryptography.hazmat.primitives.asymmetric import ed25519
 *     key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
 *     public = key.public_key().public_bytes_raw()
 *     id = hashlib.sha256(NAME + b"\n\x04" + public).digest()[:4]
 *     signature = key.sign(b"cosignature/v1\ntime 1679315147\n" + BODY)
 *     base64.b64encode(id + struct.pack(">Q", 1679315147) + signature)
 *     NAME + "+" + id.hex() + "+" + base64.b64encode(b"\x04" + public)
 */
#include "cosignature.h"
#include "support.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "witness.example/w1"
#define VKEY NAME "+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define TIME 1679315147
#define BODY                                                                   \
    "PeterNeumann\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define DASH "\xe2\x80\x94 "
#define LINE                                                                   \
    DASH NAME " 519lMgAAAABkGFDLCNTPSTIS+nRnGc+JJnUGNPzj92474wODRHzJeFKA4x"    \
              "njQwsDk5qQxdPjRkS83r2BMvxhFQ/BViSCIpvIwjh6Cw==\n"
#define OTHER DASH "log.example AAAAAAA=\n"
#define NOTE BODY "\n" OTHER LINE

static struct cosigner witness;
static uint8_t secret[64];

/* ---- Calls that fail ------------------------------------------------------
 */

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

static int make_key(void **state)
{
    uint8_t seed[32];

    (void)state;
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)i;
    }
    (void)crypto_sign_seed_keypair(witness.public_key, secret, seed);
    (void)snprintf(witness.name, sizeof witness.name, "%s", NAME);
    return 0;
}

static int check_text(uint64_t *time_s, const char *note,
                      struct frank_fault *fault)
{
    size_t len = strlen(note);

    return cosignature_check(
        time_s, &witness,
        (const char *)support_copy((const uint8_t *)note, len), len, fault);
}

static void refuse(const char *note, int error, size_t offset)
{
    struct frank_fault fault = {0};
    uint64_t time_s = 7;

    if (check_text(&time_s, note, &fault) != error || fault.error != error ||
        fault.offset != offset) {
        fail_msg("%d at %zu, not %d at %zu: %s", fault.error, fault.offset,
                 error, offset, note);
    }
    assert_int_equal(time_s, 7);
}

/* A line over any time and text. */
static const char *line_of(const char *body, uint64_t time_s)
{
    static char out[COSIGNATURE_LINE_MAX_BYTES];

    (void)cosignature_sign(out, &witness, secret, body, strlen(body), time_s);
    return out;
}

static void signs_to_the_byte(void **state)
{
    char out[COSIGNATURE_LINE_MAX_BYTES];

    (void)state;
    assert_int_equal(
        cosignature_sign(out, &witness, secret, BODY, strlen(BODY), TIME),
        strlen(LINE));
    assert_string_equal(out, LINE);
}

static void the_longest_line_fits(void **state)
{
    struct cosigner longest = witness;
    char out[COSIGNATURE_LINE_MAX_BYTES];

    (void)state;
    memset(longest.name, 'a', sizeof longest.name - 1);
    assert_int_equal(cosignature_sign(out, &longest, secret, BODY, strlen(BODY),
                                      COSIGNATURE_TIME_MAX),
                     sizeof out - 1);
}

static void reads_and_writes_the_verifier_key(void **state)
{
    struct cosigner got;
    struct frank_fault fault = {0};
    char vkey[NOTE_VKEY_MAX_BYTES];

    (void)state;
    assert_int_equal(cosigner_read(&got, VKEY, NULL), FRANK_OK);
    assert_string_equal(got.name, NAME);
    assert_memory_equal(got.public_key, witness.public_key,
                        sizeof got.public_key);
    cosigner_vkey(vkey, &got);
    assert_string_equal(vkey, VKEY);
    /* a log's key is none */
    note_vkey(vkey, NAME, witness.public_key);
    assert_int_equal(cosigner_read(&got, vkey, &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "key's type");
    assert_true(support_is_zero(&got, sizeof got));
}

static void finds_the_cosignature_and_its_time(void **state)
{
    uint64_t time_s = 0;

    (void)state;
    assert_int_equal(check_text(&time_s, NOTE, NULL), FRANK_OK);
    assert_int_equal(time_s, TIME);
}

static void of_several_takes_the_latest(void **state)
{
    char note[4096];
    uint64_t time_s = 0;

    (void)state;
    (void)snprintf(note, sizeof note, NOTE "%s", line_of(BODY, TIME + 5));
    assert_int_equal(check_text(&time_s, note, NULL), FRANK_OK);
    assert_int_equal(time_s, TIME + 5);
    (void)snprintf(note, sizeof note, NOTE "%s", line_of(BODY, TIME - 5));
    assert_int_equal(check_text(&time_s, note, NULL), FRANK_OK);
    assert_int_equal(time_s, TIME);
    (void)snprintf(note, sizeof note, BODY "\n%s", line_of(BODY, 0));
    assert_int_equal(check_text(&time_s, note, NULL), FRANK_OK);
    assert_int_equal(time_s, 0);
}

static void misses_one_that_is_not_there(void **state)
{
    char note[4096];
    char line[NOTE_MAX_BYTES];
    uint8_t id[NOTE_KEY_ID_BYTES];

    (void)state;
    refuse(BODY "\n" OTHER, FRANK_ERR_MISSING, strlen(BODY) + 1);
    refuse(BODY "\n" DASH NAME " AAAAAAA=\n", FRANK_ERR_MISSING,
           strlen(BODY) + 1);
    /* a plain signature of the same key is another kind of key */
    note_key_id(id, NAME, NOTE_ED25519, witness.public_key);
    (void)note_line_write(line, sizeof line, NAME, id, secret, 64);
    (void)snprintf(note, sizeof note, BODY "\n%s", line);
    refuse(note, FRANK_ERR_MISSING, strlen(BODY) + 1);
}

static void refuses_one_that_does_not_hold(void **state)
{
    char note[4096];
    uint8_t id[NOTE_KEY_ID_BYTES];
    uint8_t bytes[COSIGNATURE_BYTES] = {0x80};
    char line[NOTE_MAX_BYTES];

    (void)state;
    refuse("x" NOTE, FRANK_ERR_SIGNER, strlen("x" BODY "\n" OTHER));
    (void)snprintf(note, sizeof note, NOTE "%s", line_of("x" BODY, TIME));
    refuse(note, FRANK_ERR_SIGNER, strlen(NOTE));
    note_key_id(id, NAME, NOTE_COSIGNATURE, witness.public_key);
    for (size_t len = 1; len <= sizeof bytes; len++) { /* short; 2^63 */
        (void)note_line_write(line, sizeof line, NAME, id, bytes, len);
        (void)snprintf(note, sizeof note, NOTE "%s", line);
        refuse(note, FRANK_ERR_SIGNER, strlen(NOTE));
    }
}

static void refuses_a_note_with_any_byte_of_text_or_line_altered(void **state)
{
    const size_t len = strlen(BODY "\n" LINE);
    char *copy = (char *)support_copy((const uint8_t *)BODY "\n" LINE, len);
    uint64_t time_s;

    (void)state;
    for (size_t i = 0; i < len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            copy[i] = (char)(copy[i] ^ 1 << bit);
            if (cosignature_check(&time_s, &witness, copy, len, NULL) ==
                FRANK_OK) {
                fail_msg("bit %u of byte %zu was not missed", bit, i);
            }
            copy[i] = (char)(copy[i] ^ 1 << bit);
        }
    }
}

static void refuses_what_is_no_note(void **state)
{
    (void)state;
    refuse(BODY, FRANK_ERR_TRUNCATED, strlen(BODY));
    refuse(BODY "\n" LINE "x\n", FRANK_ERR_VALUE, strlen(BODY "\n" LINE));
}

static void says_when_there_is_no_memory(void **state)
{
    struct frank_fault fault = {0};
    uint64_t time_s = 7;
    int error;

    (void)state;
    no_memory = true;
    error = cosignature_check(&time_s, &witness, NOTE, strlen(NOTE), &fault);
    no_memory = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_int_equal(fault.error, FRANK_ERR_MEMORY);
    assert_int_equal(time_s, 7);
}

static sigjmp_buf aborted;

static void on_abort(int number)
{
    siglongjmp(aborted, number);
}

static void aborts_on_a_time_that_cannot_be(void **state)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct sigaction before;
    volatile bool refused = true;

    (void)state;
    assert_int_equal(sigaction(SIGABRT, &action, &before), 0);
    if (sigsetjmp(aborted, 1) == 0) {
        (void)line_of(BODY, COSIGNATURE_TIME_MAX + 1);
        refused = false;
    }
    assert_int_equal(sigaction(SIGABRT, &before, NULL), 0);
    assert_true(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_to_the_byte),
        cmocka_unit_test(the_longest_line_fits),
        cmocka_unit_test(reads_and_writes_the_verifier_key),
        cmocka_unit_test(finds_the_cosignature_and_its_time),
        cmocka_unit_test(of_several_takes_the_latest),
        cmocka_unit_test(misses_one_that_is_not_there),
        cmocka_unit_test(refuses_one_that_does_not_hold),
        cmocka_unit_test(refuses_a_note_with_any_byte_of_text_or_line_altered),
        cmocka_unit_test(refuses_what_is_no_note),
        cmocka_unit_test(says_when_there_is_no_memory),
        cmocka_unit_test(aborts_on_a_time_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, make_key, NULL);
}
