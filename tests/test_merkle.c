/* SPDX-License-Identifier: Apache-2.0 */
/* Beside the published vectors: roots and proofs by the recursive definitions
 * of RFC 6962 section 2.1, which know nothing of ranges or paths. */
#include "merkle.h"
#include "support.h"

#include <fts.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>

#define LEAVES 300
#define HASH MERKLE_HASH_BYTES

typedef uint8_t hash[HASH];

static hash leaves[LEAVES];

static int make_leaves(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEAVES; i++) {
        uint8_t entry[3] = {0, (uint8_t)(i >> 8), (uint8_t)i};

        crypto_hash_sha256(leaves[i], entry, sizeof entry);
    }
    return 0;
}

/* ---- The definitions ---------------------------------------------------- */

static void naive_node(uint8_t *out, const uint8_t *left, const uint8_t *right)
{
    uint8_t bytes[1 + 2 * HASH] = {1};

    memcpy(bytes + 1, left, HASH);
    memcpy(bytes + 1 + HASH, right, HASH);
    crypto_hash_sha256(out, bytes, sizeof bytes);
}

/* The largest power of two below n. */
static size_t split(size_t n)
{
    size_t k = 1;

    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

/* MTH */
static void naive_root(uint8_t *out, size_t start, size_t n)
{
    hash left;
    hash right;

    if (n == 0) {
        crypto_hash_sha256(out, NULL, 0);
    } else if (n == 1) {
        memcpy(out, leaves[start], HASH);
    } else {
        naive_root(left, start, split(n));
        naive_root(right, start + split(n), n - split(n));
        naive_node(out, left, right);
    }
}

/* PATH; gives the number of hashes. */
static size_t naive_path(hash *out, size_t m, size_t start, size_t n)
{
    size_t k = split(n);
    size_t count;

    if (n == 1) {
        return 0;
    }
    if (m < k) {
        count = naive_path(out, m, start, k);
        naive_root(out[count], start + k, n - k);
    } else {
        count = naive_path(out, m - k, start + k, n - k);
        naive_root(out[count], start, k);
    }
    return count + 1;
}

/* SUBPROOF */
static size_t naive_proof(hash *out, size_t m, size_t start, size_t n,
                          bool known)
{
    size_t k = split(n);
    size_t count;

    if (m == n) {
        if (!known) {
            naive_root(out[0], start, n);
        }
        return known ? 0 : 1;
    }
    if (m <= k) {
        count = naive_proof(out, m, start, k, known);
        naive_root(out[count], start + k, n - k);
    } else {
        count = naive_proof(out, m - k, start + k, n - k, false);
        naive_root(out[count], start, k);
    }
    return count + 1;
}

static struct merkle_range range_of(size_t size)
{
    struct merkle_range range = {0};

    for (size_t i = 0; i < size; i++) {
        merkle_append(&range, leaves[i]);
    }
    return range;
}

/* ---- Hashes and ranges -------------------------------------------------- */

static void hashes_are_those_of_rfc6962(void **state)
{
    static const hash left = {1};
    static const hash right = {2};
    uint8_t *entry = support_copy((const uint8_t *)"entry", 5);
    hash out;
    hash expected;

    (void)state;
    crypto_hash_sha256(expected, (const uint8_t *)"\0entry", 6);
    merkle_leaf(out, (struct frank_span){entry, 5});
    assert_memory_equal(out, expected, HASH);
    crypto_hash_sha256(expected, (const uint8_t *)"", 1);
    merkle_leaf(out, (struct frank_span){NULL, 0});
    assert_memory_equal(out, expected, HASH);
    naive_node(expected, left, right);
    merkle_node(out, left, right);
    assert_memory_equal(out, expected, HASH);
}

static void roots_agree_with_the_definition(void **state)
{
    struct merkle_range range = {0};
    hash root;
    hash expected;

    (void)state;
    for (size_t size = 0; size <= LEAVES; size++) {
        merkle_root(root, &range);
        naive_root(expected, 0, size);
        assert_memory_equal(root, expected, HASH);
        assert_int_equal(range.size, size);
        if (size < LEAVES) {
            merkle_append(&range, leaves[size]);
        }
    }
}

static void ranges_survive_their_encoding(void **state)
{
    uint8_t bytes[MERKLE_RANGE_MAX_BYTES];

    (void)state;
    for (size_t size = 0; size <= LEAVES; size++) {
        struct merkle_range range = range_of(size);
        struct merkle_range again;
        size_t len = merkle_range_encode(bytes, &range);
        uint8_t *copy = support_copy(bytes, len);
        hash root;
        hash expected;

        assert_int_equal(len, 8 + HASH * __builtin_popcountll(size));
        assert_int_equal(
            merkle_range_decode(&again, (struct frank_span){copy, len}, NULL),
            FRANK_OK);
        merkle_root(root, &again);
        merkle_root(expected, &range);
        assert_int_equal(again.size, size);
        assert_memory_equal(root, expected, HASH);
    }
}

static void an_encoded_range_begins_with_the_largest_root(void **state)
{
    struct merkle_range range = range_of(3);
    uint8_t bytes[MERKLE_RANGE_MAX_BYTES];
    hash left;

    (void)state;
    naive_root(left, 0, 2);
    assert_int_equal(merkle_range_encode(bytes, &range), 8 + 2 * HASH);
    assert_memory_equal(bytes, "\0\0\0\0\0\0\0\3", 8);
    assert_memory_equal(bytes + 8, left, HASH);
    assert_memory_equal(bytes + 8 + HASH, leaves[2], HASH);
}

static void refuse_range(const char *notation, int error, const char *field)
{
    struct merkle_range range;
    struct frank_fault fault = {0};

    memset(&range, 0xff, sizeof range);
    assert_int_equal(
        merkle_range_decode(&range, support_bytes(notation), &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_true(support_is_zero(&range, sizeof range));
}

static void refuses_a_range_of_another_length(void **state)
{
    (void)state;
    refuse_range("", FRANK_ERR_TRUNCATED, "size");
    refuse_range("(00)*7", FRANK_ERR_TRUNCATED, "size");
    refuse_range("(00)*7 01", FRANK_ERR_TRUNCATED, "roots");
    refuse_range("(00)*7 03 (01)*63", FRANK_ERR_TRUNCATED, "roots");
    refuse_range("(00)*8 00", FRANK_ERR_TRAILING, "range");
    refuse_range("(00)*7 01 (01)*33", FRANK_ERR_TRAILING, "range");
}

static void refuses_a_range_of_too_many_leaves(void **state)
{
    (void)state;
    refuse_range("80 (00)*7", FRANK_ERR_LIMIT, "size");
    refuse_range("(ff)*8 (01)*2048", FRANK_ERR_LIMIT, "size");
}

static void takes_a_range_of_the_most_leaves(void **state)
{
    struct merkle_range range;
    uint8_t bytes[MERKLE_RANGE_MAX_BYTES];
    struct frank_span most = support_bytes("7f (ff)*7 (01)*2016");

    (void)state;
    assert_int_equal(merkle_range_decode(&range, most, NULL), FRANK_OK);
    assert_int_equal(range.size, MERKLE_SIZE_MAX);
    assert_int_equal(merkle_range_encode(bytes, &range), sizeof bytes);
    assert_memory_equal(bytes, most.data, most.len);
}

static sigjmp_buf aborted;

static void on_abort(int number)
{
    siglongjmp(aborted, number);
}

static void aborts_on_more_leaves_than_there_can_be(void **state)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct sigaction before;
    static struct merkle_range range = {.size = MERKLE_SIZE_MAX - 1};
    volatile bool refused = true;

    (void)state;
    merkle_append(&range, leaves[0]);
    assert_int_equal(range.size, MERKLE_SIZE_MAX);
    assert_int_equal(sigaction(SIGABRT, &action, &before), 0);
    if (sigsetjmp(aborted, 1) == 0) {
        merkle_append(&range, leaves[0]);
        refused = false;
    }
    assert_int_equal(sigaction(SIGABRT, &before, NULL), 0);
    assert_true(refused);
}

/* ---- Proofs ------------------------------------------------------------- */

/* A copy of exactly count hashes, so that a read beyond is seen. */
static const hash *exactly(const hash *proof, size_t count)
{
    return (const hash *)support_copy((const uint8_t *)proof, count * HASH);
}

static int inclusion(size_t index, size_t size, const hash *proof, size_t count,
                     const uint8_t *root)
{
    struct frank_fault fault = {0};
    int error = merkle_check_inclusion(index, size, leaves[index % LEAVES],
                                       proof, count, root, &fault);

    assert_int_equal(fault.error, error);
    return error;
}

static void inclusion_is_proved_for_each_leaf(void **state)
{
    (void)state;
    for (size_t size = 1; size <= LEAVES; size += size < 40 ? 1 : 13) {
        hash root;
        hash proof[MERKLE_PROOF_MAX];

        naive_root(root, 0, size);
        for (size_t index = 0; index < size; index++) {
            size_t count = naive_path(proof, index, 0, size);
            const hash *copy = exactly((const hash *)proof, count);

            assert_int_equal(inclusion(index, size, copy, count, root), 0);
            assert_int_equal(inclusion(index, size, copy, count + 1, root),
                             FRANK_ERR_LENGTH);
            assert_int_equal(inclusion(index, size, copy, SIZE_MAX, root),
                             FRANK_ERR_LENGTH);
            if (count > 0) {
                assert_int_equal(inclusion(index, size, copy, count - 1, root),
                                 FRANK_ERR_LENGTH);
            }
        }
    }
}

static void refuses_inclusion_with_any_hash_altered(void **state)
{
    hash proof[MERKLE_PROOF_MAX];
    hash root;

    (void)state;
    for (size_t index = 0; index < 11; index++) {
        size_t count = naive_path(proof, index, 0, 11);

        naive_root(root, 0, 11);
        for (size_t i = 0; i < count; i++) {
            proof[i][i] ^= 0x10;
            assert_int_equal(
                inclusion(index, 11, (const hash *)proof, count, root),
                FRANK_ERR_PROOF);
            proof[i][i] ^= 0x10;
        }
        root[31] ^= 1;
        assert_int_equal(inclusion(index, 11, (const hash *)proof, count, root),
                         FRANK_ERR_PROOF);
    }
}

static void refuses_inclusion_where_there_is_no_such_leaf(void **state)
{
    (void)state;
    assert_int_equal(inclusion(0, 0, NULL, 0, leaves[0]), FRANK_ERR_VALUE);
    assert_int_equal(inclusion(1, 1, NULL, 0, leaves[0]), FRANK_ERR_VALUE);
    assert_int_equal(inclusion(SIZE_MAX, 1, NULL, 0, leaves[0]),
                     FRANK_ERR_VALUE);
    assert_int_equal(
        inclusion(0, (size_t)MERKLE_SIZE_MAX + 1, NULL, 0, leaves[0]),
        FRANK_ERR_VALUE);
    assert_int_equal(inclusion(0, (size_t)MERKLE_SIZE_MAX, NULL, 0, leaves[0]),
                     FRANK_ERR_LENGTH);
}

static int consistency(size_t from, size_t to, const uint8_t *from_root,
                       const uint8_t *to_root, const hash *proof, size_t count)
{
    struct frank_fault fault = {0};
    int error = merkle_check_consistency(from, to, from_root, to_root, proof,
                                         count, &fault);

    assert_int_equal(fault.error, error);
    return error;
}

static void consistency_is_proved_for_each_pair(void **state)
{
    hash proof[MERKLE_PROOF_MAX];
    hash old;
    hash new;

    (void)state;
    for (size_t to = 1; to <= LEAVES; to += to < 40 ? 1 : 37) {
        naive_root(new, 0, to);
        for (size_t from = 1; from <= to; from++) {
            size_t count = naive_proof(proof, from, 0, to, true);
            const hash *copy = exactly((const hash *)proof, count);

            naive_root(old, 0, from);
            assert_int_equal(consistency(from, to, old, new, copy, count), 0);
            assert_int_equal(consistency(from, to, old, new, copy, count + 1),
                             FRANK_ERR_LENGTH);
            if (count > 0) {
                assert_int_equal(
                    consistency(from, to, old, new, copy, count - 1),
                    FRANK_ERR_LENGTH);
            }
        }
    }
}

static void refuses_consistency_with_any_hash_altered(void **state)
{
    hash proof[MERKLE_PROOF_MAX];
    hash old;
    hash new;

    (void)state;
    for (size_t from = 1; from <= 11; from++) {
        size_t count = naive_proof(proof, from, 0, 11, true);
        const hash *given = (const hash *)proof;

        naive_root(old, 0, from);
        naive_root(new, 0, 11);
        for (size_t i = 0; i < count; i++) {
            proof[i][i] ^= 0x10;
            assert_int_equal(consistency(from, 11, old, new, given, count),
                             FRANK_ERR_PROOF);
            proof[i][i] ^= 0x10;
        }
        old[0] ^= 1;
        assert_int_equal(consistency(from, 11, old, new, given, count),
                         FRANK_ERR_PROOF);
        old[0] ^= 1;
        new[0] ^= 1;
        assert_int_equal(consistency(from, 11, old, new, given, count),
                         FRANK_ERR_PROOF);
    }
}

static void refuses_consistency_of_impossible_sizes(void **state)
{
    const uint8_t *root = leaves[0];

    (void)state;
    assert_int_equal(consistency(0, 0, root, root, NULL, 0), FRANK_ERR_VALUE);
    assert_int_equal(consistency(0, 1, root, root, NULL, 0), FRANK_ERR_VALUE);
    assert_int_equal(consistency(2, 1, root, root, NULL, 0), FRANK_ERR_VALUE);
    assert_int_equal(
        consistency(1, (size_t)MERKLE_SIZE_MAX + 1, root, root, NULL, 0),
        FRANK_ERR_VALUE);
    assert_int_equal(consistency(1, SIZE_MAX, root, root, NULL, 0),
                     FRANK_ERR_VALUE);
    assert_int_equal(
        consistency(1, (size_t)MERKLE_SIZE_MAX, root, root, NULL, 0),
        FRANK_ERR_LENGTH);
}

/* ---- Published vectors -------------------------------------------------- */

static uint64_t number_of(const json_t *vector, const char *key)
{
    /* One above what Jansson takes for an integer is among them. */
    double number = json_number_value(json_object_get(vector, key));

    return number < 9.0e18 ? (uint64_t)number : UINT64_MAX;
}

/* false for what is not one hash: it cannot come to the functions. But a root
 * that the vectors call "don't care" can be any. */
static bool hash_of(uint8_t *out, const json_t *text)
{
    static const char any[] = "don't care ";
    const char *base64 = json_string_value(text);
    size_t len = 0;

    assert_non_null(base64);
    memset(out, 0, HASH);
    if (sodium_base642bin(out, HASH, base64, strlen(base64), NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        return false;
    }
    return len == HASH || memcmp(out, any, sizeof any - 1) == 0;
}

/* Whether a vector's proof holds. */
static bool holds(const json_t *v)
{
    const json_t *list = json_object_get(v, "proof"); /* or null */
    bool included = json_object_get(v, "leafIdx") != NULL;
    hash proof[MERKLE_PROOF_MAX];
    hash first;
    hash second;
    size_t count = json_array_size(list);

    if (!hash_of(first, json_object_get(v, included ? "leafHash" : "root1")) ||
        !hash_of(second, json_object_get(v, included ? "root" : "root2"))) {
        return false;
    }
    assert_in_range(count, 0, MERKLE_PROOF_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!hash_of(proof[i], json_array_get(list, i))) {
            return false;
        }
    }
    if (included) {
        return merkle_check_inclusion(number_of(v, "leafIdx"),
                                      number_of(v, "treeSize"), first,
                                      exactly((const hash *)proof, count),
                                      count, second, NULL) == FRANK_OK;
    }
    return merkle_check_consistency(
               number_of(v, "size1"), number_of(v, "size2"), first, second,
               exactly((const hash *)proof, count), count, NULL) == FRANK_OK;
}

static void check_vector(const char *path, unsigned seen[2])
{
    json_t *v = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    bool bad;

    assert_non_null(v);
    bad = json_is_true(json_object_get(v, "wantErr"));
    if (holds(v) == bad) {
        fail_msg("%s: %s", path, bad ? "was taken" : "was refused");
    }
    seen[bad]++;
    json_decref(v);
}

static void agrees_with_the_published_vectors(void **state)
{
    char path[4096];
    char *folders[] = {path, NULL};
    const char *shared = support_shared("rfc6962");
    unsigned seen[2] = {0, 0};
    FTSENT *entry;
    FTS *tree;

    (void)state;
    if (shared == NULL) {
        print_message("no rfc6962 in $FRANK_SHARED or ../shared\n");
        skip();
    }
    (void)snprintf(path, sizeof path, "%s", shared);
    tree = fts_open(folders, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    while ((entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_F &&
            strstr(entry->fts_name, ".json") != NULL) {
            check_vector(entry->fts_path, seen);
        }
    }
    assert_int_equal(fts_close(tree), 0);
    assert_in_range(seen[0], 1, 1000);
    assert_in_range(seen[1], 100, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_rfc6962),
        cmocka_unit_test(roots_agree_with_the_definition),
        cmocka_unit_test(ranges_survive_their_encoding),
        cmocka_unit_test(an_encoded_range_begins_with_the_largest_root),
        cmocka_unit_test(refuses_a_range_of_another_length),
        cmocka_unit_test(refuses_a_range_of_too_many_leaves),
        cmocka_unit_test(takes_a_range_of_the_most_leaves),
        cmocka_unit_test(aborts_on_more_leaves_than_there_can_be),
        cmocka_unit_test(inclusion_is_proved_for_each_leaf),
        cmocka_unit_test(refuses_inclusion_with_any_hash_altered),
        cmocka_unit_test(refuses_inclusion_where_there_is_no_such_leaf),
        cmocka_unit_test(consistency_is_proved_for_each_pair),
        cmocka_unit_test(refuses_consistency_with_any_hash_altered),
        cmocka_unit_test(refuses_consistency_of_impossible_sizes),
        cmocka_unit_test(agrees_with_the_published_vectors),
    };

    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
