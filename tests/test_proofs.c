/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs out of tiles are checked by merkle_check_...(), which the published
 * vectors check. */
#include "proofs.h"
#include "support.h"
#include "tiles.h"

#include <string.h>

#define HASH MERKLE_HASH_BYTES
#define LEAVES ((size_t)70000)
#define LEVELS 3

typedef uint8_t hash[HASH];

/* All hashes of all tiles' levels, and the root of each size. */
static hash levels[LEVELS][LEAVES];
static struct merkle_range range;

static unsigned reads;
static unsigned fail_at;
static uint64_t tree_size;

static int make_leaves(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t entry[4] = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i,
                            1};

        merkle_leaf(levels[0][i], (struct frank_span){entry, sizeof entry});
    }
    for (size_t level = 1; level < LEVELS; level++) {
        for (size_t i = 0; i < LEAVES >> (TILES_HEIGHT * level); i++) {
            memset(&range, 0, sizeof range);
            for (size_t j = 0; j < TILES_WIDTH; j++) {
                merkle_append(&range, levels[level - 1][TILES_WIDTH * i + j]);
            }
            memcpy(levels[level][i], range.roots[TILES_HEIGHT], HASH);
        }
    }
    return 0;
}

static void root_of(uint8_t *out, uint64_t size)
{
    memset(&range, 0, sizeof range);
    for (uint64_t i = 0; i < size; i++) {
        merkle_append(&range, levels[0][i]);
    }
    merkle_root(out, &range);
}

/* Gives a tile as a tree of tree_size leaves has it, and insists on it. */
static int read_tile(void *context, uint8_t (*out)[HASH], unsigned level,
                     uint64_t index, unsigned width, struct frank_fault *fault)
{
    uint64_t nodes = tree_size >> (TILES_HEIGHT * level);

    assert_ptr_equal(context, &reads);
    assert_true(level < LEVELS && TILES_WIDTH * index < nodes);
    assert_int_equal(width, nodes - TILES_WIDTH * index < TILES_WIDTH
                                ? nodes - TILES_WIDTH * index
                                : TILES_WIDTH);
    if (++reads == fail_at) {
        *fault = (struct frank_fault){FRANK_ERR_FILE, "tile", 0, 0, 0};
        return FRANK_ERR_FILE;
    }
    memcpy(out, levels[level][TILES_WIDTH * index], width * sizeof(hash));
    return FRANK_OK;
}

static void prove_inclusion(uint64_t index, uint64_t size, const uint8_t *root)
{
    hash proof[MERKLE_PROOF_MAX];
    struct frank_fault fault;
    size_t count = 99;

    tree_size = size;
    reads = 0;
    assert_int_equal(
        proof_inclusion(proof, &count, index, size, read_tile, &reads, &fault),
        FRANK_OK);
    assert_int_equal(merkle_check_inclusion(index, size, levels[0][index],
                                            (const hash *)proof, count, root,
                                            NULL),
                     FRANK_OK);
    assert_true(reads <= 2 * LEVELS); /* few tiles, each once or twice */
}

static void prove_consistency(uint64_t from, uint64_t to, const uint8_t *old,
                              const uint8_t *root)
{
    hash proof[MERKLE_PROOF_MAX];
    struct frank_fault fault;
    size_t count = 99;

    tree_size = to;
    assert_int_equal(
        proof_consistency(proof, &count, from, to, read_tile, &reads, &fault),
        FRANK_OK);
    assert_int_equal(merkle_check_consistency(from, to, old, root,
                                              (const hash *)proof, count, NULL),
                     FRANK_OK);
}

static void inclusion_of_each_leaf_of_small_trees(void **state)
{
    hash root;

    (void)state;
    for (uint64_t size = 1; size <= 40; size++) {
        root_of(root, size);
        for (uint64_t i = 0; i < size; i++) {
            prove_inclusion(i, size, root);
        }
    }
}

static const uint64_t sizes[] = {255,   256,   257,   511,   512,
                                 513,   1000,  4096,  65535, 65536,
                                 65537, 66000, 69889, 70000};

static void inclusion_in_trees_of_several_levels(void **state)
{
    uint32_t random = 1;
    hash root;

    (void)state;
    for (size_t s = 0; s < SUPPORT_COUNT(sizes); s++) {
        root_of(root, sizes[s]);
        prove_inclusion(0, sizes[s], root);
        prove_inclusion(sizes[s] - 1, sizes[s], root);
        for (unsigned i = 0; i < 40; i++) {
            prove_inclusion(support_random(&random) % sizes[s], sizes[s], root);
        }
    }
}

static void consistency_of_each_pair_of_small_trees(void **state)
{
    hash roots[41];

    (void)state;
    for (uint64_t size = 1; size <= 40; size++) {
        root_of(roots[size], size);
    }
    for (uint64_t to = 1; to <= 40; to++) {
        for (uint64_t from = 1; from <= to; from++) {
            prove_consistency(from, to, roots[from], roots[to]);
        }
    }
}

static void consistency_of_trees_of_several_levels(void **state)
{
    hash roots[SUPPORT_COUNT(sizes)];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        root_of(roots[i], sizes[i]);
        for (size_t j = 0; j <= i; j++) {
            prove_consistency(sizes[j], sizes[i], roots[j], roots[i]);
        }
    }
}

static void from_nothing_nothing_is_to_be_proved(void **state)
{
    hash proof[MERKLE_PROOF_MAX];
    size_t count = 99;

    (void)state;
    assert_int_equal(
        proof_consistency(proof, &count, 0, 70000, read_tile, &reads, NULL),
        FRANK_OK);
    assert_int_equal(count, 0);
    count = 99;
    assert_int_equal(
        proof_consistency(proof, &count, 0, 0, read_tile, &reads, NULL),
        FRANK_OK);
    assert_int_equal(count, 0);
}

static void refuses_sizes_that_cannot_be(void **state)
{
    const uint64_t most = MERKLE_SIZE_MAX;
    hash proof[MERKLE_PROOF_MAX];
    size_t count;

    (void)state;
    assert_int_equal(
        proof_inclusion(proof, &count, 0, 0, read_tile, &reads, NULL),
        FRANK_ERR_VALUE);
    assert_int_equal(
        proof_inclusion(proof, &count, 5, 5, read_tile, &reads, NULL),
        FRANK_ERR_VALUE);
    assert_int_equal(
        proof_inclusion(proof, &count, 5, most + 1, read_tile, &reads, NULL),
        FRANK_ERR_VALUE);
    assert_int_equal(
        proof_consistency(proof, &count, 6, 5, read_tile, &reads, NULL),
        FRANK_ERR_VALUE);
    assert_int_equal(
        proof_consistency(proof, &count, 6, most + 1, read_tile, &reads, NULL),
        FRANK_ERR_VALUE);
}

static void passes_on_what_the_reader_says(void **state)
{
    hash proof[MERKLE_PROOF_MAX];
    struct frank_fault fault = {0};
    size_t count = 99;

    (void)state;
    tree_size = 70000;
    for (fail_at = 1; fail_at <= 3; fail_at++) {
        reads = 0;
        assert_int_equal(proof_inclusion(proof, &count, 300, 70000, read_tile,
                                         &reads, &fault),
                         FRANK_ERR_FILE);
        assert_int_equal(count, 0);
        assert_string_equal(fault.field, "tile");
    }
    fail_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_of_each_leaf_of_small_trees),
        cmocka_unit_test(inclusion_in_trees_of_several_levels),
        cmocka_unit_test(consistency_of_each_pair_of_small_trees),
        cmocka_unit_test(consistency_of_trees_of_several_levels),
        cmocka_unit_test(from_nothing_nothing_is_to_be_proved),
        cmocka_unit_test(refuses_sizes_that_cannot_be),
        cmocka_unit_test(passes_on_what_the_reader_says),
    };

    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
