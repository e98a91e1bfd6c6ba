/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key is the example key of the signed-note format's first implementation,
 * and its verifier key is printed there. C2SP tlog-checkpoint has an example of
 * a checkpoint but no key to it, so that its size and root are signed here with
 * that key, by another implementation of Ed25519:
 *
 *     from cryptography.hazmat.primitives.asymmetric import ed25519
 *     name = b"PeterNeumann"
 *     body = name +
 * b"\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n" key =
 * ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED)) id =
 * hashlib.sha256(name + b"\n\x01" + key.public_key()
 *                         .public_bytes_raw()).digest()[:4]
 *     print(base64.b64encode(id + key.sign(body)))
 */
#include "note.h"
#include "support.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define NAME "PeterNeumann"
#define SEED "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173"
#define VKEY NAME "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define BODY NAME "\n20852163\n" ROOT "\n"
#define DASH "\xe2\x80\x94 "
#define OWN                                                                    \
    DASH NAME " x08go9iKupgWNHi/EgHZnoG+ps1lAjYwfjEc/8lpKQy7IflYyxkNOvLryOwk"  \
              "ElHoaRroM1ZSqWsPs/ebq+/3jt1yDQQ=\n"
#define NOTE BODY "\n" OWN
/* Of other keys, and one of the same name. */
#define WITNESS DASH "witness.example/w1 AAAAAAA=\n"
#define NAMESAKE DASH NAME " AAAAAAA=\n"

static uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
static uint8_t secret[64];
static struct note_checkpoint example;

static int make_key(void **state)
{
    (void)state;
    (void)crypto_sign_seed_keypair(public_key, secret,
                                   support_bytes(SEED).data);
    example.size = 20852163;
    return sodium_base642bin(example.root, sizeof example.root, ROOT,
                             strlen(ROOT), NULL, NULL, NULL,
                             sodium_base64_VARIANT_ORIGINAL);
}

/* Opens a text that stands in memory of just its length. */
static int open_bytes(struct note_checkpoint *out, const char *text, size_t len,
                      const char *origin, struct frank_fault *fault)
{
    const uint8_t *copy = support_copy((const uint8_t *)text, len);

    memset(out, 0xff, sizeof *out);
    return note_open(out, (const char *)copy, len, origin, public_key, fault);
}

static void take(const char *text)
{
    struct note_checkpoint got;
    struct frank_fault fault = {0};

    if (open_bytes(&got, text, strlen(text), NAME, &fault) != FRANK_OK) {
        fail_msg("refused (%s): %s", fault.field, text);
    }
    assert_int_equal(got.size, example.size);
    assert_memory_equal(got.root, example.root, sizeof got.root);
}

static void refuse_bytes(const char *text, size_t len, const char *origin,
                         int error, const char *field)
{
    struct note_checkpoint got;
    struct frank_fault fault = {0};

    if (open_bytes(&got, text, len, origin, &fault) != error ||
        fault.error != error || strcmp(fault.field, field) != 0) {
        fail_msg("%d in %s, not %d in %s: %.200s", fault.error, fault.field,
                 error, field, text);
    }
    assert_true(fault.offset <= len);
    assert_true(support_is_zero(&got, sizeof got));
}

static void refuse(const char *text, int error, const char *field)
{
    refuse_bytes(text, strlen(text), NAME, error, field);
}

/* A body of ours, signed, in the place of the example's. */
static const char *signed_body(const char *body)
{
    static char out[4096];
    uint8_t bytes[4 + 64] = {0xc7, 0x4f, 0x20, 0xa3};
    char text[128];

    (void)crypto_sign_detached(bytes + 4, NULL, (const uint8_t *)body,
                               strlen(body), secret);
    (void)sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(out, sizeof out, "%s\n" DASH NAME " %s\n", body, text);
    return out;
}

/* ---- Writing ------------------------------------------------------------ */

static void signs_to_the_byte(void **state)
{
    char out[NOTE_MAX_BYTES];

    (void)state;
    assert_int_equal(note_sign(out, NAME, &example, secret), strlen(NOTE));
    assert_string_equal(out, NOTE);
}

static void writes_the_verifier_key_of_the_example(void **state)
{
    char out[NOTE_VKEY_MAX_BYTES];

    (void)state;
    note_vkey(out, NAME, public_key);
    assert_string_equal(out, VKEY);
}

static void the_longest_note_fits_and_is_read(void **state)
{
    struct note_checkpoint most = {.size = MERKLE_SIZE_MAX, .root = {0xff}};
    struct note_checkpoint got;
    char origin[NOTE_ORIGIN_MAX_BYTES + 1] = {0};
    char out[NOTE_MAX_BYTES];
    char vkey[NOTE_VKEY_MAX_BYTES];
    size_t len;

    (void)state;
    memset(origin, '~', sizeof origin - 1);
    len = note_sign(out, origin, &most, secret);
    assert_int_equal(len, strlen(out));
    assert_int_equal(open_bytes(&got, out, len, origin, NULL), FRANK_OK);
    assert_memory_equal(&got, &most, sizeof got);
    note_vkey(vkey, origin, public_key);
    assert_int_equal(strlen(vkey), NOTE_ORIGIN_MAX_BYTES + 1 + 8 + 1 + 44);
}

static void an_empty_log_has_a_checkpoint(void **state)
{
    struct note_checkpoint empty = {0};
    struct note_checkpoint got;
    char out[NOTE_MAX_BYTES];
    size_t len = note_sign(out, NAME, &empty, secret);

    (void)state;
    assert_memory_equal(out, NAME "\n0\nAAAA", sizeof NAME + 6);
    assert_int_equal(open_bytes(&got, out, len, NAME, NULL), FRANK_OK);
    assert_true(support_is_zero(&got, sizeof got));
}

static void origins_are_printable_without_space_or_plus(void **state)
{
    char origin[NOTE_ORIGIN_MAX_BYTES + 2] = {0};

    (void)state;
    assert_true(note_origin_is_valid("a"));
    assert_true(note_origin_is_valid("log.example/2026!~"));
    assert_false(note_origin_is_valid(""));
    assert_false(note_origin_is_valid("a b"));
    assert_false(note_origin_is_valid("a+b"));
    assert_false(note_origin_is_valid("a\n"));
    assert_false(note_origin_is_valid("a\x7f"));
    assert_false(note_origin_is_valid("\xc3\xa4"));
    memset(origin, 'a', NOTE_ORIGIN_MAX_BYTES);
    assert_true(note_origin_is_valid(origin));
    origin[NOTE_ORIGIN_MAX_BYTES] = 'a';
    assert_false(note_origin_is_valid(origin));
}

static sigjmp_buf aborted;

static void on_abort(int number)
{
    siglongjmp(aborted, number);
}

static void aborts_on_signing_for_an_origin_that_is_none(void **state)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct sigaction before;
    char out[NOTE_MAX_BYTES];
    volatile bool refused = true;

    (void)state;
    assert_int_equal(sigaction(SIGABRT, &action, &before), 0);
    if (sigsetjmp(aborted, 1) == 0) {
        (void)note_sign(out, "a\nb", &example, secret);
        refused = false;
    }
    assert_int_equal(sigaction(SIGABRT, &before, NULL), 0);
    assert_true(refused);
}

/* ---- Reading ------------------------------------------------------------ */

static void opens_the_example(void **state)
{
    (void)state;
    take(NOTE);
}

static void passes_over_signatures_of_others(void **state)
{
    (void)state;
    take(NOTE WITNESS);
    take(BODY "\n" WITNESS OWN);
    take(BODY "\n" NAMESAKE WITNESS OWN WITNESS);
    take(BODY "\n" OWN DASH "z\xc3\xbcrich.example AAAAAAA=\n");
    /* this key's id under another name */
    take(BODY "\n" OWN DASH "other x08go9iK\n");
    take(NOTE OWN);
}

static void passes_over_sixteen_long_signatures(void **state)
{
    static uint8_t bytes[3400];
    static char line[8192];
    static char text[NOTE_READ_MAX_BYTES + 1];
    size_t len;

    (void)state;
    len = (size_t)snprintf(line, sizeof line, DASH "witness.example ");
    (void)sodium_bin2base64(line + len, sizeof line - len, bytes, sizeof bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    len = (size_t)snprintf(text, sizeof text, "%s", BODY "\n");
    for (unsigned i = 0; i < 16; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", line);
    }
    (void)snprintf(text + len, sizeof text - len, "%s", OWN);
    take(text);
}

static void refuses_a_note_cut_off_anywhere(void **state)
{
    struct note_checkpoint got;
    size_t whole = strlen(NOTE);

    (void)state;
    for (size_t len = 0; len < whole; len++) {
        struct frank_fault fault = {0};
        int error = open_bytes(&got, NOTE, len, NAME, &fault);

        assert_int_equal(error, FRANK_ERR_TRUNCATED);
        assert_int_equal(fault.offset, len);
        assert_true(support_is_zero(&got, sizeof got));
    }
    refuse_bytes(NULL, 0, NAME, FRANK_ERR_TRUNCATED, "blank line");
    refuse_bytes("\n", 1, NAME, FRANK_ERR_TRUNCATED, "blank line");
}

static void refuses_a_note_with_any_byte_altered(void **state)
{
    struct note_checkpoint got;
    size_t whole = strlen(NOTE);
    char *copy = (char *)support_copy((const uint8_t *)NOTE, whole);

    (void)state;
    for (size_t i = 0; i < whole; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            copy[i] = (char)(copy[i] ^ 1 << bit);
            if (open_bytes(&got, copy, whole, NAME, NULL) == FRANK_OK) {
                fail_msg("bit %u of byte %zu was not missed", bit, i);
            }
            assert_true(support_is_zero(&got, sizeof got));
            copy[i] = (char)(copy[i] ^ 1 << bit);
        }
    }
}

static void refuses_another_origin(void **state)
{
    const char *note = signed_body("a b\n1\n" ROOT "\n");

    (void)state;
    refuse_bytes(NOTE, strlen(NOTE), "PeterNeuman", FRANK_ERR_VALUE, "origin");
    refuse_bytes(NOTE, strlen(NOTE), "PeterNeumanm", FRANK_ERR_VALUE, "origin");
    refuse_bytes(NOTE, strlen(NOTE), "", FRANK_ERR_VALUE, "origin");
    refuse_bytes(note, strlen(note), "a b", FRANK_ERR_VALUE, "origin");
}

static void refuses_a_size_in_another_form(void **state)
{
    static const char *const sizes[] = {
        "",
        "00",
        "01",
        "-1",
        "+1",
        " 1",
        "1 ",
        "0x1",
        "1.0",
        "a",
        ":",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
    };
    char body[256];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        (void)snprintf(body, sizeof body, NAME "\n%s\n" ROOT "\n", sizes[i]);
        refuse(signed_body(body), FRANK_ERR_VALUE, "size");
    }
}

static void refuses_a_root_in_another_form(void **state)
{
    static const char *const roots[] = {
        "",
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I",   /* no padding */
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=",  /* stray bits */
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I==", /* too much of it */
        "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=",  /* URL's */
        "CsUYapGGPo4dkMgIAUqom\xc3\xafXajj7h2fB2MPA3j2jxq2I=",
        "CsUYapGGPo4dkMgIAUqom Xajj7h2fB2MPA3j2jxq2I=",
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==",     /* 31 bytes */
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IAAAA=", /* 35 bytes */
    };
    char body[256];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(roots); i++) {
        (void)snprintf(body, sizeof body, NAME "\n1\n%s\n", roots[i]);
        refuse(signed_body(body), FRANK_ERR_VALUE, "root");
    }
}

static void refuses_extension_lines(void **state)
{
    (void)state;
    refuse(signed_body(BODY "more\n"), FRANK_ERR_VALUE, "extension");
    refuse(signed_body(BODY "\nmore\n"), FRANK_ERR_VALUE, "extension");
    refuse(signed_body(BODY "\n"), FRANK_ERR_VALUE, "extension");
    refuse(BODY OWN, FRANK_ERR_TRUNCATED, "blank line");
}

static void refuses_what_stands_behind_the_signatures(void **state)
{
    (void)state;
    refuse(NOTE "\n", FRANK_ERR_TRUNCATED, "signature");
    refuse(NOTE "\n" WITNESS, FRANK_ERR_VALUE, "extension");
    refuse(BODY "\n\n" OWN, FRANK_ERR_VALUE, "extension");
    refuse(NOTE "x", FRANK_ERR_TRUNCATED, "signature");
    refuse(NOTE "x\n", FRANK_ERR_VALUE, "signature");
    refuse_bytes(NOTE, sizeof NOTE, NAME, FRANK_ERR_TRUNCATED, "signature");
}

/* Signed or not: control characters and what is not UTF-8 may be in no note. */
static void refuses_text_that_no_note_may_have(void **state)
{
    (void)state;
    refuse(signed_body(NAME "\n1\r\n" ROOT "\n"), FRANK_ERR_VALUE, "text");
    refuse(signed_body(NAME "\n1\n" ROOT "\n\t\n"), FRANK_ERR_VALUE, "text");
    refuse(signed_body(NAME "\n1\nCsUYapGGPo4dkMgIAUqom\xafXajj7h2fB2MPA3j2jxq"
                            "2I=\n"),
           FRANK_ERR_UTF8, "text");
    refuse(signed_body("\n1\n" ROOT "\n"), FRANK_ERR_VALUE, "origin");
    refuse(signed_body(NAME "\n"), FRANK_ERR_TRUNCATED, "size");
    refuse(signed_body(NAME "\n1\n"), FRANK_ERR_TRUNCATED, "root");
}

static void refuses_malformed_signature_lines_of_anyone(void **state)
{
    static const char *const lines[] = {
        DASH,
        DASH "witness",
        DASH " AAAAAAA=",
        DASH "witness ",
        DASH "witness AAAAAA==",  /* a key id alone */
        DASH "witness AAAAAAA",   /* no padding */
        DASH "witness AAAAAAB=",  /* stray bits */
        DASH "witness  AAAAAAA=", /* two spaces */
        DASH "witness AAAAAAA= ",
        DASH "wit+ness AAAAAAA=",
        DASH "wit\tness AAAAAAA=",
        DASH "wit\xffness AAAAAAA=",
        "- witness AAAAAAA=",
        "\xe2\x80\x93 witness AAAAAAA=", /* an en dash */
        "\xe2\x80\x94",
        "\xe2\x80\x94witness AAAAAAA=",
    };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lines); i++) {
        (void)snprintf(text, sizeof text, "%s%s\n", NOTE, lines[i]);
        refuse(text, FRANK_ERR_VALUE, "signature");
        (void)snprintf(text, sizeof text, "%s\n%s\n%s", BODY, lines[i], OWN);
        refuse(text, FRANK_ERR_VALUE, "signature");
    }
}

static void refuses_a_signature_larger_than_any(void **state)
{
    static char text[NOTE_READ_MAX_BYTES + 2];
    size_t len = strlen(NOTE DASH "witness ");

    (void)state;
    memset(text, 'A', sizeof text);
    memcpy(text, NOTE DASH "witness ", len);
    len += (NOTE_SIGNATURE_MAX_BYTES + 3) / 3 * 4;
    text[len++] = '\n';
    refuse_bytes(text, len, NAME, FRANK_ERR_VALUE, "signature");
    refuse_bytes(text, NOTE_READ_MAX_BYTES + 1, NAME, FRANK_ERR_LIMIT, "note");
}

static void refuses_a_note_that_this_key_did_not_sign(void **state)
{
    static const char forged[] =
        DASH NAME " x08go9iKupgWNHi/EgHZnoG+ps1lAjYwfjEc/8lpKQy7IflYyxkNOvLryO"
                  "wkElHoaRroM1ZSqWsPs/ebq+/3jt1yDQA=\n";
    char text[1024];

    (void)state;
    refuse(BODY "\n" WITNESS, FRANK_ERR_SIGNER, "signature");
    refuse(BODY "\n" NAMESAKE, FRANK_ERR_SIGNER, "signature");
    refuse(BODY "\n" DASH NAME " x08go9iK\n", FRANK_ERR_SIGNER, "signature");
    refuse(NAME "\n20852164\n" ROOT "\n\n" OWN, FRANK_ERR_SIGNER, "signature");
    (void)snprintf(text, sizeof text, "%s\n%s", BODY, forged);
    refuse(text, FRANK_ERR_SIGNER, "signature");
    /* even beside one that is good */
    (void)snprintf(text, sizeof text, "%s\n%s%s", BODY, forged, OWN);
    refuse(text, FRANK_ERR_SIGNER, "signature");
    (void)snprintf(text, sizeof text, "%s\n%s%s", BODY, OWN, forged);
    refuse(text, FRANK_ERR_SIGNER, "signature");
}

/* ---- Any note ------------------------------------------------------------ */

static struct note_key own_key(void)
{
    struct note_key key = {.name = NAME};

    memcpy(key.public_key, public_key, sizeof key.public_key);
    return key;
}

static int read_text(struct note *out, const char *text,
                     struct frank_fault *fault)
{
    size_t len = strlen(text);

    return note_read(out,
                     (const char *)support_copy((const uint8_t *)text, len),
                     len, fault);
}

static void reads_any_note_line_by_line(void **state)
{
    struct note_signature signature;
    struct note note;
    uint8_t id[NOTE_KEY_ID_BYTES];
    size_t at = 0;

    (void)state;
    assert_int_equal(
        read_text(&note, "It is\n\nnot a checkpoint \xc3\xbc.\n\n" WITNESS OWN,
                  NULL),
        FRANK_OK);
    support_assert_span(note.body,
                        support_text("It is\n\nnot a checkpoint \xc3\xbc.\n"));
    support_assert_span(note.signatures, support_text(WITNESS OWN));
    assert_true(note_next(&signature, &note, &at));
    support_assert_span(signature.line, support_text(WITNESS));
    support_assert_span(signature.name, support_text("witness.example/w1"));
    assert_int_equal(signature.len, 1);
    assert_true(support_is_zero(signature.key_id, sizeof signature.key_id));
    assert_true(note_next(&signature, &note, &at));
    support_assert_span(signature.line, support_text(OWN));
    assert_int_equal(signature.len, FRANK_SIGNATURE_BYTES);
    note_key_id(id, NAME, NOTE_ED25519, public_key);
    assert_true(note_signature_is_of(&signature, NAME, id));
    assert_false(note_signature_is_of(&signature, NAME "x", id));
    assert_false(note_signature_is_of(&signature, "PeterNeumanm", id));
    id[3] ^= 1;
    assert_false(note_signature_is_of(&signature, NAME, id));
    assert_false(note_next(&signature, &note, &at));
}

static void gives_no_signature_of_what_was_not_read(void **state)
{
    struct note_signature signature;
    struct note note = {support_text("a\n"), support_text("x\n")};
    size_t at = 0;

    (void)state;
    assert_false(note_next(&signature, &note, &at));
    note.signatures = support_text(DASH "a AAAAAAA=");
    assert_false(note_next(&signature, &note, &at));
}

static void tells_who_signed_from_who_did_not(void **state)
{
    const struct note_key key = own_key();
    struct frank_fault fault = {0};
    struct note note;

    (void)state;
    assert_int_equal(read_text(&note, NOTE WITNESS, NULL), FRANK_OK);
    assert_int_equal(note_check(&note, &key, NULL), FRANK_OK);
    assert_int_equal(read_text(&note, BODY "\n" WITNESS, NULL), FRANK_OK);
    assert_int_equal(note_check(&note, &key, &fault), FRANK_ERR_MISSING);
    assert_int_equal(fault.offset, strlen(BODY) + 1);
    assert_int_equal(read_text(&note, "x" BODY "\n" WITNESS OWN, NULL),
                     FRANK_OK);
    assert_int_equal(note_check(&note, &key, &fault), FRANK_ERR_SIGNER);
    assert_int_equal(fault.offset, strlen("x" BODY "\n" WITNESS));
}

static void reads_a_checkpoint_of_anyone_with_its_extensions(void **state)
{
    struct note_tree tree;

    (void)state;
    assert_int_equal(
        note_tree_read(
            &tree, support_text("a log+\n7\n" ROOT "\nmore\nand more\n"), NULL),
        FRANK_OK);
    support_assert_span(tree.origin, support_text("a log+"));
    support_assert_span(tree.extensions, support_text("more\nand more\n"));
    assert_int_equal(tree.checkpoint.size, 7);
    assert_memory_equal(tree.checkpoint.root, example.root,
                        sizeof example.root);
    assert_int_equal(
        note_tree_read(&tree, support_text("a\n7\n" ROOT "\nmore"), NULL),
        FRANK_ERR_TRUNCATED);
    assert_true(support_is_zero(&tree, sizeof tree));
}

static void names_are_utf8_without_spaces_or_plus(void **state)
{
    static const char *const bad[] = {"",
                                      "a b",
                                      "a+b",
                                      "a\tb",
                                      "a\x1f",
                                      "\xff",
                                      "a\xc2\x85",
                                      "a\xc2\xa0",
                                      "\xe1\x9a\x80",
                                      "\xe2\x80\x80",
                                      "\xe2\x80\x8a",
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xa9",
                                      "\xe2\x80\xaf",
                                      "\xe2\x81\x9f",
                                      "\xe3\x80\x80"};
    char name[NOTE_ORIGIN_MAX_BYTES + 2] = {0};

    (void)state;
    assert_true(note_name_is_valid(support_text("a")));
    assert_true(note_name_is_valid(support_text("z\xc3\xbcrich.example/w")));
    assert_true(note_name_is_valid(support_text("\xe2\x80\x8b\xe1\x9a\x81")));
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_false(note_name_is_valid(support_text(bad[i])));
    }
    memset(name, 'a', NOTE_ORIGIN_MAX_BYTES);
    assert_true(note_name_is_valid(support_text(name)));
    name[NOTE_ORIGIN_MAX_BYTES] = 'a';
    assert_false(note_name_is_valid(support_text(name)));
}

static void refuse_vkey(const char *vkey, const char *field)
{
    struct frank_fault fault = {0};
    struct note_key key;

    memset(&key, 0xff, sizeof key);
    if (note_vkey_read(&key, NOTE_ED25519, vkey, &fault) != FRANK_ERR_VALUE ||
        strcmp(fault.field, field) != 0) {
        fail_msg("%s, not %s: %s", fault.field, field, vkey);
    }
    assert_true(fault.offset <= strlen(vkey));
    assert_true(support_is_zero(&key, sizeof key));
}

static void reads_the_verifier_key_of_the_example(void **state)
{
    struct note_key key;

    (void)state;
    assert_int_equal(note_vkey_read(&key, NOTE_ED25519, VKEY, NULL), FRANK_OK);
    assert_string_equal(key.name, NAME);
    assert_memory_equal(key.public_key, public_key, sizeof public_key);
}

static void refuses_what_is_no_verifier_key(void **state)
{
    struct note_key key;
    struct frank_fault fault = {0};

    (void)state;
    refuse_vkey("", "key's name");
    refuse_vkey(NAME, "key's name");
    refuse_vkey("a b+c74f20a3+ARpc", "key's name");
    refuse_vkey("+c74f20a3+ARpc", "key's name");
    refuse_vkey(NAME "+", "key's hash");
    refuse_vkey(NAME "+c74f20a3", "key's hash");
    refuse_vkey(NAME "+c74f20a33+ARpc", "key's hash");
    refuse_vkey(NAME "+c74f20a3+", "key");
    refuse_vkey(NAME "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T=",
                "key");
    refuse_vkey(VKEY "x", "key");
    refuse_vkey(NAME "+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "key's hash");
    refuse_vkey(NAME "+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "key's hash");
    assert_int_equal(note_vkey_read(&key, NOTE_COSIGNATURE, VKEY, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "key's type");
    assert_int_equal(fault.found, NOTE_ED25519);
    assert_int_equal(fault.expected, NOTE_COSIGNATURE);
}

static void aborts_on_a_line_that_does_not_fit(void **state)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct sigaction before;
    static const uint8_t id[NOTE_KEY_ID_BYTES];
    char out[NOTE_VKEY_MAX_BYTES];
    volatile bool refused = true;

    (void)state;
    assert_int_equal(
        note_line_write(out, sizeof DASH "a AAAAAAA=\n", "a", id, id, 1),
        strlen(DASH "a AAAAAAA=\n"));
    assert_string_equal(out, DASH "a AAAAAAA=\n");
    assert_int_equal(sigaction(SIGABRT, &action, &before), 0);
    if (sigsetjmp(aborted, 1) == 0) {
        (void)note_line_write(out, strlen(DASH "a AAAAAAA=\n"), "a", id, id, 1);
        refused = false;
    }
    if (sigsetjmp(aborted, 1) == 0) {
        note_vkey(out, "a b", public_key);
        refused = false;
    }
    assert_int_equal(sigaction(SIGABRT, &before, NULL), 0);
    assert_true(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_to_the_byte),
        cmocka_unit_test(writes_the_verifier_key_of_the_example),
        cmocka_unit_test(the_longest_note_fits_and_is_read),
        cmocka_unit_test(an_empty_log_has_a_checkpoint),
        cmocka_unit_test(origins_are_printable_without_space_or_plus),
        cmocka_unit_test(aborts_on_signing_for_an_origin_that_is_none),
        cmocka_unit_test(opens_the_example),
        cmocka_unit_test(passes_over_signatures_of_others),
        cmocka_unit_test(passes_over_sixteen_long_signatures),
        cmocka_unit_test(refuses_a_note_cut_off_anywhere),
        cmocka_unit_test(refuses_a_note_with_any_byte_altered),
        cmocka_unit_test(refuses_another_origin),
        cmocka_unit_test(refuses_a_size_in_another_form),
        cmocka_unit_test(refuses_a_root_in_another_form),
        cmocka_unit_test(refuses_extension_lines),
        cmocka_unit_test(refuses_what_stands_behind_the_signatures),
        cmocka_unit_test(refuses_text_that_no_note_may_have),
        cmocka_unit_test(refuses_malformed_signature_lines_of_anyone),
        cmocka_unit_test(refuses_a_signature_larger_than_any),
        cmocka_unit_test(refuses_a_note_that_this_key_did_not_sign),
        cmocka_unit_test(reads_any_note_line_by_line),
        cmocka_unit_test(gives_no_signature_of_what_was_not_read),
        cmocka_unit_test(tells_who_signed_from_who_did_not),
        cmocka_unit_test(reads_a_checkpoint_of_anyone_with_its_extensions),
        cmocka_unit_test(names_are_utf8_without_spaces_or_plus),
        cmocka_unit_test(reads_the_verifier_key_of_the_example),
        cmocka_unit_test(refuses_what_is_no_verifier_key),
        cmocka_unit_test(aborts_on_a_line_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, make_key, NULL);
}
