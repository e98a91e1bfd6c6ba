/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ciphertext, one tag, two keys, two files (Dodis, Grubbs, Ristenpart,
 * Woodage, CRYPTO 2018): an abuser sends the one reading and has it reviewed as
 * the other, or sends both, so that the second is taken for a copy of the
 * first. An AEAD alone allows it; a message, a descriptor and a disclosed chunk
 * prove one reading and refuse the other. And since two messages can have the
 * same bytes at the same URL with the same hash, files are kept by report,
 * message and part, nowhere by a hash of theirs.
 */
#include "aead.h"
#include "externals.h"
#include "merkle.h"
#include "salamanders.h"

#include <string.h>

static const struct frank_span none = {NULL, 0};

static bool is_same(struct frank_span a, struct frank_span b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* ---- What they are ------------------------------------------------------- */

static bool has(struct frank_span file, size_t within, const char *bytes)
{
    struct frank_span magic = support_bytes(bytes);
    size_t len = within + magic.len;

    return memmem(file.data, len < file.len ? len : file.len, magic.data,
                  magic.len) != NULL;
}

/* By where readers of each kind look for it. */
static bool is_of_kind(struct frank_span file, const char *kind)
{
    static const struct {
        const char *kind;
        size_t within;
        const char *magic;
    } kinds[] = {
        {"jpg", 0, "ffd8ff"},  {"png", 0, "89'PNG' 0d0a1a0a"},
        {"mp4", 4, "'ftyp'"},  {"pdf", 1024, "'%PDF-1.'"},
        {"ps", 200, "'%!PS'"}, {"wasm", 0, "00'asm' 01000000"},
        {"exe", 0, "'MZ'"},    {"zip", SIZE_MAX / 2, "'PK' 0506"},
    };

    for (size_t i = 0; i < SUPPORT_COUNT(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return has(file, kinds[i].within, kinds[i].magic);
        }
    }
    return false;
}

/* salamanders_read() opened each under both keys. */
static void aeads_alone_accept_both_files(void **state)
{
    struct salamander public[SALAMANDERS_MAX];
    size_t count;

    (void)state;
    if (!aead_is_here(FRANK_AEAD_AES_128_GCM)) {
        print_message("AES-128-GCM is not in this build\n");
        return;
    }
    count = salamanders_read(public);
    if (count == 0) {
        print_message("no salamanders in $FRANK_SHARED or ../shared\n");
    }
    for (size_t i = 0; i < count; i++) {
        assert_false(is_same(public[i].file[0], public[i].file[1]));
        for (unsigned k = 0; k < 2; k++) {
            if (!is_of_kind(public[i].file[k], public[i].kinds[k])) {
                fail_msg("%zu: file %u is no %s", i, k, public[i].kinds[k]);
            }
        }
    }
}

static struct salamander make(uint16_t aead)
{
    struct salamander s = salamander_make(
        aead, support_bytes("(a1)*32"), support_bytes("(b2)*32"),
        support_text("what was sent"), support_text("what is to be reviewed"));

    assert_true(has(s.file[0], 0, "'what was sent'"));
    assert_true(has((struct frank_span){s.file[1].data + SALAMANDER_AT,
                                        s.file[1].len - SALAMANDER_AT},
                    0, "'what is to be reviewed'"));
    return s;
}

/* ---- MIMI's external parts ----------------------------------------------- */

/* A message whose external part has one of the two keys; its tag. */
static struct frank_span message_of(uint8_t tag[static FRANK_TAG_BYTES],
                                    const struct salamander *s, unsigned key)
{
    uint8_t hash[32];
    struct frank_external external =
        external_of(hash, s->aead, s->keys[key], s->nonce, s->aad, s->sealed);
    struct frank_span message = external_message(&external);

    assert_int_equal(frank_tag(tag, message.data, message.len, NULL), FRANK_OK);
    return message;
}

/* Whatever is fetched, the message gives this file, and never the other. */
static void assert_reads(struct frank_span message, const struct salamander *s,
                         unsigned key)
{
    uint8_t *out = support_zeros(s->sealed.len);
    struct frank_external external;

    assert_int_equal(external_read(&external, message, 0, NULL), FRANK_OK);
    assert_int_equal(frank_external_open(out, &external, s->sealed.data,
                                         s->sealed.len, NULL),
                     FRANK_OK);
    assert_memory_equal(out, s->file[key].data, s->file[key].len);
    assert_memory_not_equal(out, s->file[1 - key].data, s->file[key].len);
    assert_int_equal(frank_external_open(out, &external, s->file[1 - key].data,
                                         s->file[1 - key].len, NULL),
                     FRANK_ERR_FILE_HASH);
}

static void assert_each_proves_its_own(const struct salamander *s)
{
    const struct frank_context context = support_context();
    uint8_t tags[2][FRANK_TAG_BYTES];
    uint8_t ids[2][FRANK_MESSAGE_ID_BYTES];
    struct frank_external external[2];
    struct frank_span messages[2];

    for (unsigned k = 0; k < 2; k++) {
        messages[k] = message_of(tags[k], s, k);
        assert_reads(messages[k], s, k);
        assert_int_equal(external_read(&external[k], messages[k], 0, NULL),
                         FRANK_OK);
        assert_int_equal(
            frank_message_id(ids[k], messages[k].data, messages[k].len, NULL),
            FRANK_OK);
    }
    /* the same bytes, by hash and URL */
    assert_true(is_same(external[0].content_hash, external[1].content_hash));
    assert_true(is_same(external[0].url, external[1].url));
    /* two messages, and neither can be shown for the other */
    assert_memory_not_equal(tags[0], tags[1], FRANK_TAG_BYTES);
    assert_memory_not_equal(ids[0], ids[1], FRANK_MESSAGE_ID_BYTES);
    for (unsigned k = 0; k < 2; k++) {
        assert_int_equal(frank_opening_check(NULL, messages[k].data,
                                             messages[k].len, tags[k], &context,
                                             NULL),
                         FRANK_OK);
        assert_int_equal(frank_opening_check(NULL, messages[k].data,
                                             messages[k].len, tags[1 - k],
                                             &context, NULL),
                         FRANK_ERR_TAG);
    }
}

static void an_external_part_proves_its_own_file(void **state)
{
    struct salamander public[SALAMANDERS_MAX];
    size_t count = 0;

    (void)state;
    if (!aead_is_here(FRANK_AEAD_AES_128_GCM)) {
        print_message("AES-128-GCM is not in this build\n");
    } else {
        count = salamanders_read(public);
    }
    for (size_t i = 0; i < count; i++) {
        assert_each_proves_its_own(&public[i]);
    }
}

static const uint16_t own[] = {FRANK_AEAD_AES_256_GCM,
                               FRANK_AEAD_CHACHA20_POLY1305};

static void so_it_does_where_the_test_made_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(own); i++) {
        if (aead_is_here(own[i])) {
            struct salamander s = make(own[i]);

            assert_each_proves_its_own(&s);
        } else {
            print_message("AEAD %u is not on this processor\n", own[i]);
        }
    }
}

/* ---- Descriptors --------------------------------------------------------- */

#define CHUNK 4096

/* A file of two chunks, of which the second opens under the chunk keys of two
 * file keys; as each of the two senders commits to it. */
struct two {
    uint8_t file_keys[2][FRANK_FILE_KEY_BYTES];
    uint8_t keys[2][FRANK_CHUNK_KEY_BYTES]; /* of the second chunk */
    uint8_t first[2][FRANK_HASH_BYTES];     /* leaf 0: the whole proof */
    struct salamander second;
    struct frank_attachment attachments[2];
};

static void seal_first(uint8_t leaf[static FRANK_HASH_BYTES], uint16_t number,
                       const uint8_t file_key[static FRANK_FILE_KEY_BYTES])
{
    static const uint8_t nonce[AEAD_NONCE_BYTES];
    static const uint8_t plain[CHUNK] = {'a'};
    uint8_t sealed[CHUNK + AEAD_TAG_BYTES];
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    struct aead *aead;

    frank_chunk_key(key, file_key, 0);
    assert_int_equal(aead_new(&aead, number, NULL), FRANK_OK);
    assert_int_equal(aead_seal(sealed, aead, key, nonce, none,
                               (struct frank_span){plain, CHUNK}),
                     FRANK_OK);
    aead_free(aead);
    frank_chunk_leaf(leaf, 0, key, (struct frank_span){sealed, sizeof sealed});
}

static void make_two(struct two *out, uint16_t aead)
{
    for (unsigned k = 0; k < 2; k++) {
        memset(out->file_keys[k], (int)(0x51 + k), FRANK_FILE_KEY_BYTES);
        frank_chunk_key(out->keys[k], out->file_keys[k], 1);
        seal_first(out->first[k], aead, out->file_keys[k]);
    }
    out->second = salamander_make(
        aead, (struct frank_span){out->keys[0], FRANK_CHUNK_KEY_BYTES},
        (struct frank_span){out->keys[1], FRANK_CHUNK_KEY_BYTES},
        support_text("sent"), support_text("reviewed"));
    for (unsigned k = 0; k < 2; k++) {
        struct frank_attachment *a = &out->attachments[k];
        uint8_t leaf[FRANK_HASH_BYTES];

        *a = (struct frank_attachment){.media_type = support_text("text/plain"),
                                       .size = CHUNK + out->second.file[k].len,
                                       .chunk_log2 = 12,
                                       .aead = aead};
        frank_chunk_leaf(leaf, 1, out->keys[k], out->second.sealed);
        merkle_node(a->root, out->first[k], leaf);
    }
}

/* Opens the second chunk as disclosed: by whose descriptor, key and proof. */
static int open_second(const struct two *t, unsigned descriptor, unsigned key,
                       unsigned proof)
{
    uint8_t *out = support_zeros(t->second.file[0].len);
    int error = frank_range_open(
        out, &t->attachments[descriptor], (struct frank_range){1, 1},
        (struct frank_span){t->keys[key], FRANK_CHUNK_KEY_BYTES},
        (struct frank_span){t->first[proof], FRANK_HASH_BYTES},
        t->second.sealed, NULL);

    if (error == FRANK_OK) {
        assert_memory_equal(out, t->second.file[descriptor].data,
                            t->second.file[descriptor].len);
    } else {
        assert_true(support_is_zero(out, t->second.file[0].len));
    }
    return error;
}

static void a_descriptor_proves_its_own_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(own); i++) {
        struct two t;

        if (!aead_is_here(own[i])) {
            print_message("AEAD %u is not on this processor\n", own[i]);
            continue;
        }
        make_two(&t, own[i]);
        assert_memory_not_equal(t.attachments[0].root, t.attachments[1].root,
                                FRANK_HASH_BYTES);
        for (unsigned n = 0; n < 8; n++) { /* descriptor, key, proof */
            unsigned d = n & 1;
            unsigned k = n >> 1 & 1;
            unsigned p = n >> 2;

            assert_int_equal(open_second(&t, d, k, p),
                             d == k && d == p ? FRANK_OK : FRANK_ERR_FILE_HASH);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aeads_alone_accept_both_files),
        cmocka_unit_test(an_external_part_proves_its_own_file),
        cmocka_unit_test(so_it_does_where_the_test_made_it),
        cmocka_unit_test(a_descriptor_proves_its_own_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
