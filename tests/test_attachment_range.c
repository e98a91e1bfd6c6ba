/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of chunks: proved, checked and opened; all that can be changed in what
 * is disclosed of a file. */
#include "sealed_files.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)4096)
#define STRIDE (CHUNK + FRANK_CHUNK_TAG_BYTES)
#define TREE_MAX 40

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __real_calloc(count, size);
}

/* ---- Ranges -------------------------------------------------------------- */

static void range_of_bytes_is_the_chunks_that_hold_them(void **state)
{
    const struct frank_attachment a = {.size = 10000, .chunk_log2 = 12};
    static const struct {
        uint64_t offset;
        uint64_t bytes;
        struct frank_range range;
    } cases[] = {
        {0, 1, {0, 1}},    {4095, 1, {0, 1}},    {4095, 2, {0, 2}},
        {4096, 1, {1, 1}}, {4096, 4096, {1, 1}}, {4096, 4097, {1, 2}},
        {9999, 1, {2, 1}}, {0, 10000, {0, 3}},   {8191, 1809, {1, 2}},
    };
    static const uint64_t bad[][2] = {
        {0, 0},     {10000, 1},      {9999, 2},
        {0, 10001}, {UINT64_MAX, 2}, {1, UINT64_MAX},
    };
    struct frank_range out;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_int_equal(
            frank_range_of(&out, &a, cases[i].offset, cases[i].bytes, NULL),
            FRANK_OK);
        assert_memory_equal(&out, &cases[i].range, sizeof out);
    }
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_int_equal(frank_range_of(&out, &a, bad[i][0], bad[i][1], NULL),
                         FRANK_ERR_VALUE);
        assert_true(support_is_zero(&out, sizeof out));
    }
}

static void range_has_its_bytes_or_none(void **state)
{
    const struct frank_attachment a = {.size = 10000, .chunk_log2 = 12};

    (void)state;
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){0, 1}), 4096);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){1, 2}), 5904);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){0, 3}), 10000);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){0, 0}), 0);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){3, 1}), 0);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){2, 2}), 0);
    assert_int_equal(frank_range_bytes(&a, (struct frank_range){2, UINT64_MAX}),
                     0);
}

/* ---- Proofs -------------------------------------------------------------- */

typedef uint8_t hash[FRANK_HASH_BYTES];

struct tree {
    hash leaves[TREE_MAX];
    uint64_t next; /* each leaf is asked for once, in its order */
    uint64_t fail_at;
};

static int read_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    struct tree *tree = context;

    assert_in_range(chunk, tree->next, TREE_MAX - 1);
    tree->next = chunk + 1;
    if (chunk == tree->fail_at) {
        return FRANK_ERR_FILE;
    }
    memcpy(leaf, tree->leaves[chunk], sizeof(hash));
    return FRANK_OK;
}

static struct tree *some_tree(void)
{
    static struct tree tree;

    tree.fail_at = UINT64_MAX;
    for (unsigned i = 0; i < TREE_MAX; i++) {
        memset(tree.leaves[i], (int)i + 1, sizeof(hash));
    }
    return &tree;
}

static int prove(hash root, hash *proof, size_t *count, struct tree *tree,
                 const struct frank_attachment *a, struct frank_range range,
                 struct frank_fault *fault)
{
    tree->next = 0;
    return frank_range_prove(root, proof, count, a, range, read_leaf, tree,
                             fault);
}

static int check(struct tree *tree, const struct frank_attachment *a,
                 struct frank_range range, hash *proof, size_t count,
                 struct frank_fault *fault)
{
    tree->next = range.first;
    return frank_range_check(a, range, (const hash *)proof, count, read_leaf,
                             tree, fault);
}

static void prove_and_check(struct tree *tree, struct frank_attachment *a,
                            struct frank_range range)
{
    hash proof[FRANK_RANGE_PROOF_MAX + 1] = {{0}};
    size_t count = 0;

    assert_int_equal(prove(a->root, proof, &count, tree, a, range, NULL),
                     FRANK_OK);
    assert_int_equal(tree->next, frank_attachment_chunks(a));
    assert_in_range(count, 0, FRANK_RANGE_PROOF_MAX);
    assert_int_equal(check(tree, a, range, proof, count, NULL), FRANK_OK);
    assert_int_equal(tree->next, range.first + range.count);
    assert_int_equal(check(tree, a, range, proof, count + 1, NULL),
                     FRANK_ERR_LENGTH);
    if (count > 0) {
        assert_int_equal(check(tree, a, range, proof, count - 1, NULL),
                         FRANK_ERR_LENGTH);
        proof[count / 2][9] ^= 1;
        assert_int_equal(check(tree, a, range, proof, count, NULL),
                         FRANK_ERR_FILE_HASH);
    }
}

static void each_range_of_each_small_tree_is_proved(void **state)
{
    struct tree *tree = some_tree();

    (void)state;
    for (uint64_t chunks = 1; chunks <= TREE_MAX; chunks++) {
        struct frank_attachment a = {.size = chunks * CHUNK - 1,
                                     .chunk_log2 = 12};
        hash root = {0};

        for (uint64_t first = 0; first < chunks; first++) {
            for (uint64_t n = 1; n <= chunks - first; n++) {
                prove_and_check(tree, &a, (struct frank_range){first, n});
                if (first > 0 || n > 1) { /* one root, whatever the range */
                    assert_memory_equal(root, a.root, sizeof root);
                }
                memcpy(root, a.root, sizeof root);
            }
        }
    }
}

static void another_range_or_size_does_not_fit_a_proof(void **state)
{
    struct tree *tree = some_tree();
    struct frank_attachment a = {.size = 13 * CHUNK, .chunk_log2 = 12};
    const struct frank_range range = {5, 3};
    hash proof[FRANK_RANGE_PROOF_MAX];
    size_t count = 0;

    (void)state;
    assert_int_equal(prove(a.root, proof, &count, tree, &a, range, NULL),
                     FRANK_OK);
    for (uint64_t first = 0; first < 13; first++) {
        for (uint64_t n = 1; n <= 13 - first; n++) {
            const struct frank_range other = {first, n};
            int error = check(tree, &a, other, proof, count, NULL);

            if (first == range.first && n == range.count) {
                assert_int_equal(error, FRANK_OK);
            } else {
                assert_true(error == FRANK_ERR_LENGTH ||
                            error == FRANK_ERR_FILE_HASH);
            }
        }
    }
    /* A size within the same halves shows in the root of the whole alone, and
     * in the tag: the descriptor is part of the message. */
    a.size = 17 * CHUNK;
    assert_int_equal(check(tree, &a, range, proof, count, NULL),
                     FRANK_ERR_LENGTH);
    a.size = 8 * CHUNK;
    assert_int_equal(check(tree, &a, range, proof, count, NULL),
                     FRANK_ERR_LENGTH);
}

static void refuses_ranges_that_are_not_there(void **state)
{
    static const struct frank_range bad[] = {
        {0, 0}, {3, 1}, {2, 2}, {0, 4}, {UINT64_MAX, 1}, {1, UINT64_MAX}};
    struct tree *tree = some_tree();
    const struct frank_attachment a = {.size = 3 * CHUNK, .chunk_log2 = 12};
    const struct frank_attachment empty = {.chunk_log2 = 12};
    struct frank_fault fault;
    hash root = {0};
    hash proof[FRANK_RANGE_PROOF_MAX];
    size_t count = 7;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_int_equal(prove(root, proof, &count, tree, &a, bad[i], &fault),
                         FRANK_ERR_VALUE);
        assert_string_equal(fault.field, "range");
        assert_int_equal(count, 0);
        assert_int_equal(check(tree, &a, bad[i], NULL, 0, &fault),
                         FRANK_ERR_VALUE);
    }
    assert_int_equal(
        check(tree, &empty, (struct frank_range){0, 1}, NULL, 0, NULL),
        FRANK_ERR_VALUE);
}

static void errors_of_the_reader_end_the_walk(void **state)
{
    struct tree *tree = some_tree();
    const struct frank_attachment a = {.size = 7 * CHUNK, .chunk_log2 = 12};
    const struct frank_range range = {2, 3};
    hash root = {0};
    hash proof[FRANK_RANGE_PROOF_MAX];
    size_t count = 0;

    (void)state;
    assert_int_equal(prove(root, proof, &count, tree, &a, range, NULL),
                     FRANK_OK);
    for (tree->fail_at = 0; tree->fail_at < 7; tree->fail_at++) {
        hash other;
        size_t none = 7;
        hash scratch[FRANK_RANGE_PROOF_MAX];

        assert_int_equal(prove(other, scratch, &none, tree, &a, range, NULL),
                         FRANK_ERR_FILE);
        assert_true(support_is_zero(other, sizeof other));
        assert_int_equal(none, 0);
        if (tree->fail_at >= 2 && tree->fail_at < 5) {
            assert_int_equal(check(tree, &a, range, proof, count, NULL),
                             FRANK_ERR_FILE);
        }
    }
}

/* The largest file's: two hashes a level, both sides of the tree. */
static void proof_of_the_largest_file_has_its_room(void **state)
{
    const struct frank_attachment a = {.size = FRANK_FILE_MAX_BYTES,
                                       .chunk_log2 = 12,
                                       .aead = FRANK_AEAD_AES_256_GCM};
    const uint64_t middle = frank_attachment_chunks(&a) / 2;
    const struct frank_range range = {middle - 1, 2};
    static const hash proof[FRANK_RANGE_PROOF_MAX];

    (void)state;
    /* Whether the count is right comes before whether the hashes are. */
    for (size_t count = 0; count <= FRANK_RANGE_PROOF_MAX; count++) {
        struct disclosed {
            uint8_t keys[2 * FRANK_CHUNK_KEY_BYTES];
            uint8_t sealed[2 * (4096 + FRANK_CHUNK_TAG_BYTES)];
        } d = {{0}, {0}};

        assert_int_equal(
            frank_range_open(
                NULL, &a, range, (struct frank_span){d.keys, sizeof d.keys},
                (struct frank_span){proof[0], count * sizeof(hash)},
                (struct frank_span){d.sealed, sizeof d.sealed}, NULL),
            count == 54 ? FRANK_ERR_FILE_HASH : FRANK_ERR_LENGTH);
    }
}

/* ---- Against the second implementation ----------------------------------- */

static void keys_and_leaves_are_the_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sealed_file_vectors(); i++) {
        const json_t *stated = sealed_file_vector(i);
        struct sealed_file file = sealed_file_stated(i);
        const json_t *leaves = json_object_get(stated, "leaves");
        const json_t *keys = json_object_get(stated, "chunk_keys");
        uint8_t digest[32];
        char hex[65];

        assert_int_equal(json_array_size(leaves),
                         frank_attachment_chunks(&file.attachment));
        for (size_t j = 0; j < json_array_size(leaves); j++) {
            uint8_t out[32];

            frank_chunk_key(out, file.key, j);
            support_hex_encode(hex, out, 32);
            assert_string_equal(hex,
                                json_string_value(json_array_get(keys, j)));
            assert_int_equal(sealed_file_leaf(&file, j, out), FRANK_OK);
            support_hex_encode(hex, out, 32);
            assert_string_equal(hex,
                                json_string_value(json_array_get(leaves, j)));
        }
        crypto_hash_sha256(digest, file.sealed.data, file.sealed.len);
        support_assert_span((struct frank_span){digest, 32},
                            support_member(stated, "sealed_sha256"));
    }
}

static void assert_proof(struct sealed_file *file, struct frank_range range,
                         const json_t *stated)
{
    hash root;
    hash proof[FRANK_RANGE_PROOF_MAX];
    size_t count = 0;
    char hex[65];

    assert_int_equal(frank_range_prove(root, proof, &count, &file->attachment,
                                       range, sealed_file_leaf, file, NULL),
                     FRANK_OK);
    assert_memory_equal(root, file->attachment.root, sizeof root);
    assert_int_equal(count, json_array_size(stated));
    for (size_t i = 0; i < count; i++) {
        support_hex_encode(hex, proof[i], 32);
        assert_string_equal(hex, json_string_value(json_array_get(stated, i)));
    }
}

static void proofs_are_the_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sealed_file_vectors(); i++) {
        const json_t *proofs = json_object_get(sealed_file_vector(i), "proofs");
        struct sealed_file file = sealed_file_stated(i);
        uint64_t chunks = frank_attachment_chunks(&file.attachment);
        size_t at = 0;

        for (uint64_t first = 0; first < chunks; first++) {
            for (uint64_t n = 1; n <= chunks - first; n++) {
                assert_proof(&file, (struct frank_range){first, n},
                             json_array_get(proofs, at++));
            }
        }
        assert_int_equal(at, json_array_size(proofs));
    }
}

/* ---- What is disclosed --------------------------------------------------- */

struct shown {
    struct sealed_file file;
    struct frank_range range;
    struct frank_span keys;
    struct frank_span proof;
    struct frank_span sealed;
};

static struct shown show(uint16_t aead, struct frank_range range)
{
    struct shown s = {.file = sealed_file_make(4 * CHUNK + 100, 12, aead, 3),
                      .range = range};
    hash root;
    hash *proof = (hash *)support_zeros(sizeof(hash) * FRANK_RANGE_PROOF_MAX);
    size_t count = 0;

    assert_int_equal(frank_range_prove(root, proof, &count, &s.file.attachment,
                                       range, sealed_file_leaf, &s.file, NULL),
                     FRANK_OK);
    s.keys = sealed_file_keys(&s.file, range);
    s.proof = (struct frank_span){support_copy(proof[0], count * sizeof(hash)),
                                  count * sizeof(hash)};
    s.sealed = sealed_file_run(&s.file, range);
    return s;
}

static int open_shown(uint8_t *out, const struct shown *s,
                      struct frank_fault *fault)
{
    return frank_range_open(out, &s->file.attachment, s->range, s->keys,
                            s->proof, s->sealed, fault);
}

static void disclosed_chunks_open_and_no_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (uint64_t first = 0; first < 5; first++) {
            for (uint64_t n = 1; n <= 5 - first; n++) {
                struct shown s =
                    show(sealed_file_aeads[i], (struct frank_range){first, n});
                size_t len = frank_range_bytes(&s.file.attachment, s.range);
                uint8_t *out = support_zeros(len);

                assert_int_equal(open_shown(NULL, &s, NULL), FRANK_OK);
                assert_int_equal(open_shown(out, &s, NULL), FRANK_OK);
                assert_memory_equal(out, s.file.plain.data + first * CHUNK,
                                    len);
            }
        }
    }
}

/* Keys, proof and bytes of a run hold no key of another chunk, no key of the
 * file, and nothing of what the file says. */
static void disclosed_bytes_hold_nothing_of_the_others(void **state)
{
    struct shown s = show(FRANK_AEAD_AES_256_GCM, (struct frank_range){1, 2});
    struct frank_span all[] = {s.keys, s.proof, s.sealed};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(all); i++) {
        assert_null(memmem(all[i].data, all[i].len, s.file.key, 32));
        for (uint64_t chunk = 0; chunk < 5; chunk++) {
            uint8_t key[FRANK_CHUNK_KEY_BYTES];
            bool is_shown = chunk == 1 || chunk == 2;

            frank_chunk_key(key, s.file.key, chunk);
            assert_int_equal(memmem(all[i].data, all[i].len, key, sizeof key) !=
                                 NULL,
                             i == 0 && is_shown);
            assert_null(memmem(all[i].data, all[i].len,
                               s.file.plain.data + chunk * CHUNK, 16));
        }
    }
}

/* One bit of each byte of what is shown; field is one of s's. */
static void refuses_changes(struct shown *s, struct frank_span *field)
{
    struct frank_span true_one = *field;
    uint8_t *out = support_zeros(5 * CHUNK);
    uint8_t *changed = support_copy(true_one.data, true_one.len);

    field->data = changed;
    for (size_t i = 0; i < true_one.len; i++) {
        changed[i] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(open_shown(out, s, NULL), FRANK_ERR_FILE_HASH);
        changed[i] = true_one.data[i];
    }
    assert_true(support_is_zero(out, 5 * CHUNK));
    *field = true_one;
}

static void each_changed_byte_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shown s = show(sealed_file_aeads[i], (struct frank_range){1, 2});

        refuses_changes(&s, &s.keys);
        refuses_changes(&s, &s.proof);
        refuses_changes(&s, &s.sealed);
        for (size_t bit = 0; bit < 256; bit++) {
            s.file.attachment.root[bit / 8] ^= (uint8_t)(1U << bit % 8);
            assert_int_equal(open_shown(NULL, &s, NULL), FRANK_ERR_FILE_HASH);
            s.file.attachment.root[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        assert_int_equal(open_shown(NULL, &s, NULL), FRANK_OK);
    }
}

static void assert_open_fails(const struct shown *s, int error,
                              const char *field)
{
    struct frank_fault fault = {0};

    assert_int_equal(open_shown(NULL, s, &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
}

static void other_lengths_are_refused(void **state)
{
    const struct shown good =
        show(FRANK_AEAD_CHACHA20_POLY1305, (struct frank_range){3, 2});
    struct shown s = good;

    (void)state;
    for (int by = -1; by <= 1; by += 2) {
        s.keys.len += (size_t)by;
        assert_open_fails(&s, FRANK_ERR_LENGTH, "chunk keys");
        s = good;
        s.keys.len += (size_t)(32 * by);
        assert_open_fails(&s, FRANK_ERR_LENGTH, "chunk keys");
        s = good;
        s.proof.len += (size_t)by;
        assert_open_fails(&s, FRANK_ERR_LENGTH, "proof");
        s = good;
        s.sealed.len += (size_t)by;
        assert_open_fails(&s, FRANK_ERR_LENGTH, "ciphertext");
        s = good;
    }
    s.range.count = 3;
    assert_open_fails(&s, FRANK_ERR_VALUE, "range");
    s.range = (struct frank_range){0, 0};
    assert_open_fails(&s, FRANK_ERR_VALUE, "range");
}

static void what_is_no_attachment_is_refused(void **state)
{
    const struct shown good =
        show(FRANK_AEAD_CHACHA20_POLY1305, (struct frank_range){3, 2});
    struct shown s = good;

    (void)state;
    s.file.attachment.aead = FRANK_AEAD_AES_128_GCM;
    assert_open_fails(&s, FRANK_ERR_AEAD, "aead");
    s = good;
    s.file.attachment.chunk_log2 = 64;
    assert_open_fails(&s, FRANK_ERR_VALUE, "chunk_log2");
    s = good;
    s.file.attachment.size = FRANK_FILE_MAX_BYTES + 1;
    assert_open_fails(&s, FRANK_ERR_LIMIT, "size");
}

/* A sender who commits to a chunk that does not decrypt, or under another AEAD:
 * its leaf is right. */
static void committed_chunk_that_does_not_open_is_refused(void **state)
{
    const struct frank_range range = {0, 5};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shown s = show(sealed_file_aeads[i], range);
        uint8_t *sealed = support_copy(s.sealed.data, s.sealed.len);
        uint8_t *out = support_zeros(s.file.plain.len);
        struct frank_fault fault = {0};
        size_t count = 0;

        sealed[2 * STRIDE + 7] ^= 1;
        s.sealed.data = s.file.sealed.data = sealed;
        assert_int_equal(frank_range_prove(s.file.attachment.root, NULL, &count,
                                           &s.file.attachment, range,
                                           sealed_file_leaf, &s.file, NULL),
                         FRANK_OK);
        assert_int_equal(open_shown(NULL, &s, NULL), FRANK_OK);
        assert_int_equal(open_shown(out, &s, &fault), FRANK_ERR_SEALED);
        assert_int_equal(fault.offset, 2 * STRIDE);
        assert_true(support_is_zero(out, s.file.plain.len));
    }
}

static void no_memory_is_said(void **state)
{
    struct shown s =
        show(FRANK_AEAD_CHACHA20_POLY1305, (struct frank_range){0, 1});
    uint8_t out[4096] = {0};
    int error;

    (void)state;
    no_memory = true;
    error = open_shown(out, &s, NULL);
    no_memory = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_true(support_is_zero(out, sizeof out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(range_of_bytes_is_the_chunks_that_hold_them),
        cmocka_unit_test(range_has_its_bytes_or_none),
        cmocka_unit_test(each_range_of_each_small_tree_is_proved),
        cmocka_unit_test(another_range_or_size_does_not_fit_a_proof),
        cmocka_unit_test(refuses_ranges_that_are_not_there),
        cmocka_unit_test(errors_of_the_reader_end_the_walk),
        cmocka_unit_test(proof_of_the_largest_file_has_its_room),
        cmocka_unit_test(keys_and_leaves_are_the_vectors),
        cmocka_unit_test(proofs_are_the_vectors),
        cmocka_unit_test(disclosed_chunks_open_and_no_others),
        cmocka_unit_test(disclosed_bytes_hold_nothing_of_the_others),
        cmocka_unit_test(each_changed_byte_is_refused),
        cmocka_unit_test(other_lengths_are_refused),
        cmocka_unit_test(what_is_no_attachment_is_refused),
        cmocka_unit_test(committed_chunk_that_does_not_open_is_refused),
        cmocka_unit_test(no_memory_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
