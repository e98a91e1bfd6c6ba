/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"
#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 70
#define ORIGIN "log.example"

/* Key i, as a log and as a witness. */
static uint8_t public_keys[KEYS][FRANK_PUBLIC_KEY_BYTES];
static uint8_t secrets[KEYS][64];
static char logs[KEYS][NOTE_VKEY_MAX_BYTES];
static char witnesses[KEYS][NOTE_VKEY_MAX_BYTES];
static struct cosigner cosigners[KEYS];

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

static int make_keys(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KEYS; i++) {
        uint8_t seed[32] = {(uint8_t)i, 1};

        (void)crypto_sign_seed_keypair(public_keys[i], secrets[i], seed);
        note_vkey(logs[i], ORIGIN, public_keys[i]);
        (void)snprintf(cosigners[i].name, sizeof cosigners[i].name,
                       "witness.example/%u", i);
        memcpy(cosigners[i].public_key, public_keys[i], sizeof public_keys[i]);
        cosigner_vkey(witnesses[i], &cosigners[i]);
    }
    return 0;
}

/* A policy's text: {L1} is the key of log 1, {W1} that of witness 1. */
static const char *text_of(const char *pattern)
{
    static char out[65536];
    size_t len = 0;

    while (*pattern != '\0') {
        if (*pattern == '{') {
            unsigned i = (unsigned)strtoul(pattern + 2, NULL, 10);

            len += (size_t)snprintf(out + len, sizeof out - len, "%s",
                                    pattern[1] == 'L' ? logs[i] : witnesses[i]);
            pattern = strchr(pattern, '}') + 1;
        } else {
            out[len++] = *pattern++;
        }
    }
    out[len] = '\0';
    return out;
}

static int parse(struct policy *out, const char *text,
                 struct frank_fault *fault)
{
    size_t len = strlen(text);

    memset(out, 0xff, sizeof *out);
    return policy_parse(out,
                        (const char *)support_copy((const uint8_t *)text, len),
                        len, fault);
}

static struct policy *take(const char *pattern)
{
    static struct policy policy;
    struct frank_fault fault = {0};
    const char *text = text_of(pattern);

    if (parse(&policy, text, &fault) != FRANK_OK) {
        fail_msg("refused (%s at %zu): %s", fault.field, fault.offset, text);
    }
    return &policy;
}

static void refuse(const char *pattern, int error, const char *field,
                   size_t line)
{
    static struct policy policy;
    struct frank_fault fault = {0};
    const char *text = text_of(pattern);
    size_t len = strlen(text);
    char words[256];
    char start[32];

    if (parse(&policy, text, &fault) != error || fault.error != error ||
        strcmp(fault.field, field) != 0 ||
        policy_line(text, len, fault.offset) != line) {
        fail_msg("%d in %s, line %zu, not %d in %s, line %zu: %s", fault.error,
                 fault.field, policy_line(text, len, fault.offset), error,
                 field, line, text);
    }
    assert_true(support_is_zero(&policy, sizeof policy));
    policy_fault_text(words, sizeof words, text, len, &fault);
    (void)snprintf(start, sizeof start, "line %zu: ", line);
    assert_memory_equal(words, start, strlen(start));
}

/* ---- Reading --------------------------------------------------------------
 */

#define TWO_LEVELS                                                             \
    "log {L0} https://log.example/\n"                                          \
    "witness X1 {W1} https://one.example/\nwitness X2 {W2}\n"                  \
    "witness X3 {W3}\ngroup X-witnesses 2 X1 X2 X3\n"                          \
    "witness Y1 {W4}\nwitness Y2 {W5}\nwitness Y3 {W6}\n"                      \
    "group Y-witnesses any Y1 Y2 Y3\n"                                         \
    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"

static void reads_logs_witnesses_and_urls(void **state)
{
    struct policy *policy = take(TWO_LEVELS);

    (void)state;
    assert_int_equal(policy_log_count(policy), 1);
    assert_string_equal(policy_log_at(policy, 0)->url, "https://log.example/");
    assert_memory_equal(policy_log(policy, ORIGIN)->public_key, public_keys[0],
                        FRANK_PUBLIC_KEY_BYTES);
    assert_null(policy_log(policy, "other.example"));
    assert_int_equal(policy_witness_count(policy), 6);
    assert_string_equal(policy_witness(policy, 0)->name, "X1");
    assert_string_equal(policy_witness(policy, 0)->url, "https://one.example/");
    assert_string_equal(policy_witness(policy, 0)->cosigner.name,
                        "witness.example/1");
    assert_null(policy_witness(policy, 1)->url);
    assert_string_equal(policy_witness(policy, 5)->name, "Y3");
    assert_true(policy_needs_witnesses(policy));
    policy_free(policy);
    policy_free(policy);
}

static void blanks_comments_and_any_octets_are_allowed(void **state)
{
    struct policy *policy =
        take("\n \t \n# comment \xff\x80\n \t# more\n"
             "\twitness \xe2\x84\xaa\t {W1} \t\n"
             "witness K {W2} http://z\xc3\xbcrich.example\nlog\t{L3}\n"
             "  quorum   \xe2\x84\xaa  \ngroup later 1 K\n");

    (void)state;
    assert_string_equal(policy_witness(policy, 0)->name, "\xe2\x84\xaa");
    assert_int_equal(policy_witness_count(policy), 2);
    policy_free(policy);
}

static void a_policy_can_need_no_witness(void **state)
{
    struct policy *policy = take("quorum none\n");
    static const bool none[POLICY_WITNESSES_MAX];

    (void)state;
    assert_false(policy_needs_witnesses(policy));
    assert_int_equal(policy_log_count(policy), 0);
    assert_true(policy_quorum_met(policy, none));
    policy_free(policy);
}

static void a_single_witness_can_be_the_quorum(void **state)
{
    struct policy *policy = take("witness A {W1}\nwitness B {W2}\nquorum B\n");
    bool cosigned[POLICY_WITNESSES_MAX] = {true, false};

    (void)state;
    assert_false(policy_quorum_met(policy, cosigned));
    cosigned[1] = true;
    assert_true(policy_quorum_met(policy, cosigned));
    policy_free(policy);
}

/* All sets of cosigners, against the rule in words. */
static void counts_groups_of_groups(void **state)
{
    struct policy *policy = take(TWO_LEVELS);

    (void)state;
    for (unsigned set = 0; set < 64; set++) {
        bool cosigned[POLICY_WITNESSES_MAX] = {false};
        unsigned x = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);

        for (unsigned i = 0; i < 6; i++) {
            cosigned[i] = (set >> i & 1) != 0;
        }
        assert_int_equal(policy_quorum_met(policy, cosigned),
                         x >= 2 && set >> 3 != 0);
    }
    policy_free(policy);
}

static void takes_as_many_as_it_says(void **state)
{
    static char text[60000];
    struct policy *policy;
    size_t len = 0;

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "log {L%u}\nwitness w%u {W%u}\ngroup g%u all "
                                "w%u\n",
                                i, i, i, i, i);
    }
    (void)snprintf(text + len, sizeof text - len, "quorum g63\n");
    policy = take(text);
    assert_int_equal(policy_witness_count(policy), 64);
    policy_free(policy);
    (void)snprintf(text + len, sizeof text - len, "log {L64}\nquorum g63\n");
    refuse(text, FRANK_ERR_LIMIT, "log", 193);
    (void)snprintf(text + len, sizeof text - len,
                   "witness w {W64}\nquorum g63\n");
    refuse(text, FRANK_ERR_LIMIT, "witness", 193);
    (void)snprintf(text + len, sizeof text - len,
                   "group g any g1\nquorum g63\n");
    refuse(text, FRANK_ERR_LIMIT, "group", 193);
}

static void refuses_lines_of_another_form(void **state)
{
    (void)state;
    refuse("quorum none\nlogs\n", FRANK_ERR_VALUE, "line", 2);
    refuse("\nLOG {L0}\nquorum none\n", FRANK_ERR_VALUE, "line", 2);
    refuse("log\n", FRANK_ERR_VALUE, "log", 1);
    refuse("log {L0} http://a b\n", FRANK_ERR_VALUE, "log", 1);
    refuse("witness\n", FRANK_ERR_VALUE, "witness", 1);
    refuse("witness A\n", FRANK_ERR_VALUE, "witness", 1);
    refuse("witness A {W0} http://a b\n", FRANK_ERR_VALUE, "witness", 1);
    refuse("group\n", FRANK_ERR_VALUE, "group", 1);
    refuse("group A\n", FRANK_ERR_VALUE, "group", 1);
    refuse("group A any\n", FRANK_ERR_VALUE, "group", 1);
    refuse("quorum\n", FRANK_ERR_VALUE, "quorum", 1);
    refuse("quorum none none\n", FRANK_ERR_VALUE, "quorum", 1);
    refuse("quorum none", FRANK_ERR_TRUNCATED, "line", 1);
    refuse("", FRANK_ERR_MISSING, "quorum", 1);
    refuse("log {L0}\n", FRANK_ERR_MISSING, "quorum", 2);
}

static void refuses_bytes_that_no_policy_has(void **state)
{
    (void)state;
    refuse("quorum none\r\n", FRANK_ERR_VALUE, "text", 1);
    refuse("quorum none\n\x7f\n", FRANK_ERR_VALUE, "text", 2);
    refuse("#\n#\n\x01\n", FRANK_ERR_VALUE, "text", 3);
}

static void refuses_keys_that_are_none(void **state)
{
    (void)state;
    refuse("log a\n", FRANK_ERR_VALUE, "key's name", 1);
    refuse("\nlog a+b+c\n", FRANK_ERR_VALUE, "key's hash", 2);
    refuse("log a+00000000+c\n", FRANK_ERR_VALUE, "key", 1);
    refuse("log {W0}\n", FRANK_ERR_VALUE, "key's type", 1);
    refuse("log {L0}\nwitness A {L1}\n", FRANK_ERR_VALUE, "key's type", 2);
}

static void refuses_what_stands_twice(void **state)
{
    static char text[1024];

    (void)state;
    refuse("log {L0}\nlog {L0}\n", FRANK_ERR_TWICE, "key", 2);
    refuse("witness A {W0}\nwitness B {W0}\n", FRANK_ERR_TWICE, "key", 2);
    /* the same key under another name is the same key */
    note_vkey(text, "other.example", public_keys[0]);
    memmove(text + 13, text, strlen(text) + 1);
    memcpy(text, "log {L0}\nlog ", 13);
    (void)snprintf(text + strlen(text), 2, "\n");
    refuse(text, FRANK_ERR_TWICE, "key", 2);
    refuse("quorum none\nquorum none\n", FRANK_ERR_TWICE, "quorum", 2);
    refuse("witness A {W0}\nwitness A {W1}\n", FRANK_ERR_VALUE, "name", 2);
    refuse("witness A {W0}\ngroup A any A\n", FRANK_ERR_VALUE, "name", 2);
    refuse("witness none {W0}\n", FRANK_ERR_VALUE, "name", 1);
    refuse("witness A {W0}\ngroup none any A\n", FRANK_ERR_VALUE, "name", 2);
}

static void refuses_members_that_cannot_be(void **state)
{
    (void)state;
    refuse("group A any B\nwitness B {W0}\n", FRANK_ERR_VALUE, "member", 1);
    refuse("group A any A\n", FRANK_ERR_VALUE, "member", 1);
    refuse("group A any none\n", FRANK_ERR_VALUE, "member", 1);
    refuse("witness A {W0}\ngroup B any A A\n", FRANK_ERR_VALUE, "member", 2);
    refuse("witness A {W0}\ngroup B any A\ngroup C any A\n", FRANK_ERR_VALUE,
           "member", 3);
    refuse("quorum A\nwitness A {W0}\n", FRANK_ERR_VALUE, "quorum", 1);
}

static void refuses_thresholds_that_cannot_be(void **state)
{
    static const char *const numbers[] = {
        "0",   "3",   "02", "-1",  "+1",
        "ALL", "1.0", "2x", "129", "99999999999999"};
    char text[256];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(numbers); i++) {
        (void)snprintf(text, sizeof text,
                       "witness A {W0}\nwitness B {W1}\ngroup C %s A B\n",
                       numbers[i]);
        refuse(text, FRANK_ERR_VALUE, "threshold", 3);
    }
}

static void refuses_a_policy_too_large(void **state)
{
    static char text[POLICY_MAX_BYTES + 1];
    static struct policy policy;
    struct frank_fault fault = {0};

    (void)state;
    memset(text, '\n', sizeof text);
    memcpy(text, "quorum none", 11);
    assert_int_equal(policy_parse(&policy, text, sizeof text - 1, NULL),
                     FRANK_OK);
    policy_free(&policy);
    assert_int_equal(policy_parse(&policy, text, sizeof text, &fault),
                     FRANK_ERR_LIMIT);
    assert_true(support_is_zero(&policy, sizeof policy));
    no_memory = true;
    assert_int_equal(policy_parse(&policy, text, 12, &fault), FRANK_ERR_MEMORY);
    no_memory = false;
    assert_true(support_is_zero(&policy, sizeof policy));
}

static void says_faults_in_words(void **state)
{
    static struct policy policy;
    struct frank_fault fault = {0};
    const char *text = text_of("log {L0}\nwitness A {L1}\n");
    char words[256];

    (void)state;
    assert_int_equal(parse(&policy, text, &fault), FRANK_ERR_VALUE);
    policy_fault_text(words, sizeof words, text, strlen(text), &fault);
    assert_string_equal(words, "line 2: key of type 0x01, not 0x04 (Ed25519)");
    assert_int_equal(parse(&policy, "logs\n", &fault), FRANK_ERR_VALUE);
    policy_fault_text(words, sizeof words, "logs\n", 5, &fault);
    assert_string_equal(words, "line 1: line: not \"log\", \"witness\", "
                               "\"group\", \"quorum\" or a comment");
    fault = (struct frank_fault){FRANK_ERR_MEMORY, NULL, 0, 0, 0};
    policy_fault_text(words, sizeof words, "", 0, &fault);
    assert_string_equal(words, "line 1: policy: out of memory");
}

/* ---- Checkpoints ----------------------------------------------------------
 */

/* A checkpoint of log `log`, cosigned by the witnesses of a list that ends with
 * 0. */
static const char *note_of(unsigned log, const unsigned *who)
{
    static char out[65536];
    struct note_checkpoint checkpoint = {.size = 5, .root = {9}};
    size_t len = note_sign(out, ORIGIN, &checkpoint, secrets[log]);
    size_t body = (size_t)(strstr(out, "\n\n") - out) + 1;

    for (; *who != 0; who++) {
        len += cosignature_sign(out + len, &cosigners[*who], secrets[*who], out,
                                body, 1000 + *who);
    }
    return out;
}
#define BY(...) ((const unsigned[]){__VA_ARGS__, 0})

static int check(const struct policy *policy, const char *note,
                 struct policy_verdict *out, struct frank_fault *fault)
{
    memset(out, 0xff, sizeof *out);
    return policy_check(policy, note, strlen(note), out, fault);
}

static void refuse_note(const struct policy *policy, const char *note,
                        int error, const char *field)
{
    struct policy_verdict verdict;
    struct frank_fault fault = {0};

    if (check(policy, note, &verdict, &fault) != error ||
        fault.error != error || strcmp(fault.field, field) != 0) {
        fail_msg("%d in %s, not %d in %s: %s", fault.error, fault.field, error,
                 field, note);
    }
    assert_true(support_is_zero(&verdict, sizeof verdict));
}

static void says_who_cosigned_and_whether_that_is_enough(void **state)
{
    struct policy *policy = take(TWO_LEVELS);
    struct policy_verdict verdict;

    (void)state;
    assert_int_equal(check(policy, note_of(0, BY(1, 3, 5)), &verdict, NULL),
                     FRANK_OK);
    assert_true(verdict.quorum_met);
    assert_int_equal(verdict.checkpoint.size, 5);
    assert_int_equal(verdict.checkpoint.root[0], 9);
    assert_ptr_equal(verdict.log, policy_log_at(policy, 0));
    assert_int_equal(verdict.count, 3);
    assert_true(verdict.cosigned[0] && verdict.cosigned[2] &&
                verdict.cosigned[4]);
    assert_false(verdict.cosigned[1]);
    assert_int_equal(verdict.times[2], 1003);
    assert_int_equal(verdict.times[1], 0);
    assert_int_equal(check(policy, note_of(0, BY(1, 3, 9)), &verdict, NULL),
                     FRANK_OK);
    assert_false(verdict.quorum_met);
    assert_int_equal(verdict.count, 2);
    policy_free(policy);
}

static void without_logs_the_log_is_not_looked_at(void **state)
{
    struct policy *policy = take("quorum none\n");
    struct policy_verdict verdict;

    (void)state;
    assert_int_equal(check(policy, note_of(7, BY(0)), &verdict, NULL),
                     FRANK_OK);
    assert_null(verdict.log);
    policy_free(policy);
}

static void a_log_can_have_several_keys(void **state)
{
    struct policy *policy = take("log {L1}\nlog {L2}\nquorum none\n");
    struct policy_verdict verdict;

    (void)state;
    assert_int_equal(check(policy, note_of(2, BY(0)), &verdict, NULL),
                     FRANK_OK);
    assert_ptr_equal(verdict.log, policy_log_at(policy, 1));
    refuse_note(policy, note_of(3, BY(0)), FRANK_ERR_SIGNER, "signature");
    policy_free(policy);
}

static void refuses_checkpoints_that_do_not_hold(void **state)
{
    struct policy *policy = take(TWO_LEVELS);
    char note[4096];
    char *at;

    (void)state;
    refuse_note(policy, "x", FRANK_ERR_TRUNCATED, "blank line");
    refuse_note(policy, "x\n\n\xe2\x80\x94 a AAAAAAA=\n", FRANK_ERR_TRUNCATED,
                "size");
    refuse_note(policy, note_of(1, BY(1, 2, 4)), FRANK_ERR_SIGNER, "signature");
    (void)snprintf(note, sizeof note, "x%s", note_of(0, BY(1)));
    refuse_note(policy, note, FRANK_ERR_MISSING, "log");
    (void)snprintf(note, sizeof note, "%s", note_of(0, BY(1)));
    at = strstr(note, "\n5\n");
    at[1] = '6';
    refuse_note(policy, note, FRANK_ERR_SIGNER, "signature");
    (void)snprintf(note, sizeof note,
                   "log.example\n5\nCsUYapGGPo4dkMgIAUqom/"
                   "Xajj7h2fB2MPA3j2jxq2I=\nmore\n\n"
                   "\xe2\x80\x94 a AAAAAAA=\n");
    refuse_note(policy, note, FRANK_ERR_VALUE, "extension");
    policy_free(policy);
}

static void refuses_a_cosignature_that_does_not_hold(void **state)
{
    struct policy *policy = take(TWO_LEVELS);
    char note[4096];
    size_t len;

    (void)state;
    (void)snprintf(note, sizeof note, "%s", note_of(0, BY(1, 2, 4)));
    len = strlen(note);
    (void)cosignature_sign(note + len, &cosigners[3], secrets[3], "x", 1, 7);
    refuse_note(policy, note, FRANK_ERR_SIGNER, "cosignature");
    /* of nobody in the policy: passed over */
    (void)cosignature_sign(note + len, &cosigners[9], secrets[9], "x", 1, 7);
    {
        struct policy_verdict verdict;

        assert_int_equal(check(policy, note, &verdict, NULL), FRANK_OK);
        assert_true(verdict.quorum_met);
    }
    policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_logs_witnesses_and_urls),
        cmocka_unit_test(blanks_comments_and_any_octets_are_allowed),
        cmocka_unit_test(a_policy_can_need_no_witness),
        cmocka_unit_test(a_single_witness_can_be_the_quorum),
        cmocka_unit_test(counts_groups_of_groups),
        cmocka_unit_test(takes_as_many_as_it_says),
        cmocka_unit_test(refuses_lines_of_another_form),
        cmocka_unit_test(refuses_bytes_that_no_policy_has),
        cmocka_unit_test(refuses_keys_that_are_none),
        cmocka_unit_test(refuses_what_stands_twice),
        cmocka_unit_test(refuses_members_that_cannot_be),
        cmocka_unit_test(refuses_thresholds_that_cannot_be),
        cmocka_unit_test(refuses_a_policy_too_large),
        cmocka_unit_test(says_faults_in_words),
        cmocka_unit_test(says_who_cosigned_and_whether_that_is_enough),
        cmocka_unit_test(without_logs_the_log_is_not_looked_at),
        cmocka_unit_test(a_log_can_have_several_keys),
        cmocka_unit_test(refuses_checkpoints_that_do_not_hold),
        cmocka_unit_test(refuses_a_cosignature_that_does_not_hold),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
