/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of 10,000 entries that whoever keeps it changes in 10,000 ways, with
 * the last checkpoint that a witness cosigned in an auditor's hands. He changes
 * entries alone, or their hashes too, or all hashes up to the top; he signs
 * what comes out, or not; but the witness cosigns nothing of it. Each way is
 * checked by the client as anybody runs it, from one of the states that an
 * auditor can have come to before; the one with the most entries before the
 * change, so that it is quick.
 */
#include "folder.h"
#include "logs.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 10000
#define MUTATIONS 10000
#define STATES 11
#define STATE_EVERY 1000 /* not on the border of a tile */
#define COSIGNED 1700000000

static struct logs_log *honest;
static struct logs_log mutant;
static uint32_t random_state = 20260101;
static uint8_t scratch[4096];

/* Nothing here must outlive the test. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}

static uint32_t below(size_t n)
{
    uint32_t high = support_random(&random_state) & 0xffff;
    uint32_t low = support_random(&random_state) & 0xffff;

    return (uint32_t)((high << 16 | low) % n);
}

static void flip_bit(void *bytes, size_t len)
{
    uint8_t *at = (uint8_t *)bytes + below(len);

    *at = (uint8_t)(*at ^ 1U << below(8));
}

/* How many entries the auditor saw: "state7" is of 7,000. */
static uint64_t seen(const char *state)
{
    return state == NULL ? 0 : strtoull(state + 5, NULL, 10) * STATE_EVERY;
}

static int check(struct log_result *out, struct logs_log *log,
                 const char *state, bool entries, struct frank_fault *fault)
{
    const struct log_ask ask = {.policy = logs_policy(),
                                .state = state,
                                .entries = entries,
                                .entries_from = seen(state),
                                .read = logs_read,
                                .read_context = log};

    return log_client_check(out, &ask, fault);
}

/* The state after `i` thousand entries: of the log as it was then. */
static void make_states(void)
{
    struct log_result result;

    for (unsigned i = 0; i < STATES; i++) {
        char name[16];

        logs_copy(&mutant, honest);
        logs_sign(&mutant, (size_t)i * STATE_EVERY, COSIGNED + i);
        (void)snprintf(name, sizeof name, "state%u", i);
        assert_int_equal(check(&result, &mutant, name, false, NULL), FRANK_OK);
    }
}

/* ---- The ways -------------------------------------------------------------
 */

/* How far he goes in covering a change of entry `at` up. */
enum cover { ENTRY_ALONE, LEAVES, ALL_HASHES, SIGNED, COVERS };

static void cover_up(enum cover cover, size_t at, size_t size)
{
    if (cover == LEAVES) {
        for (size_t i = at; i < mutant.count; i++) {
            if (i == at || mutant.entries[i].data != honest->entries[i].data) {
                merkle_leaf(mutant.levels[0][i], mutant.entries[i]);
            }
        }
    } else if (cover != ENTRY_ALONE) {
        logs_hash(&mutant, at);
    }
    if (cover == SIGNED) {
        logs_sign(&mutant, size, 0);
    }
}

static size_t flip(enum cover cover)
{
    size_t at = below(ENTRIES);
    struct frank_span *entry = &mutant.entries[at];

    memcpy(scratch, entry->data, entry->len);
    flip_bit(scratch, entry->len);
    entry->data = scratch;
    cover_up(cover, at, ENTRIES);
    return at;
}

static size_t delete_one(enum cover cover)
{
    size_t at = below(ENTRIES);

    memmove(mutant.entries + at, mutant.entries + at + 1,
            (ENTRIES - at - 1) * sizeof *mutant.entries);
    mutant.count--;
    cover_up(cover, at, ENTRIES - 1);
    return at;
}

static size_t insert_one(enum cover cover)
{
    size_t at = below(ENTRIES);
    size_t len = 1 + below(200);

    memmove(mutant.entries + at + 1, mutant.entries + at,
            (ENTRIES - at) * sizeof *mutant.entries);
    memset(scratch, 'x', len);
    mutant.entries[at] = (struct frank_span){scratch, len};
    mutant.count++;
    cover_up(cover, at, below(2) == 0 ? ENTRIES : ENTRIES + 1);
    return at;
}

static size_t reorder(enum cover cover)
{
    size_t a = below(ENTRIES);
    size_t b = below(2) == 0 ? (a + 1) % ENTRIES : below(ENTRIES);
    struct frank_span kept = mutant.entries[a];

    if (a == b) {
        b = (a + 1) % ENTRIES;
    }
    mutant.entries[a] = mutant.entries[b];
    mutant.entries[b] = kept;
    cover_up(cover, a < b ? a : b, ENTRIES);
    return a < b ? a : b;
}

static size_t truncate_log(enum cover cover)
{
    size_t at = below(ENTRIES);

    mutant.count = at;
    if (cover == ENTRY_ALONE) {
        return at;
    }
    for (size_t level = 0; level < LOGS_LEVELS; level++) {
        mutant.nodes[level] = at >> (TILES_HEIGHT * level);
    }
    if (cover == SIGNED) {
        logs_sign(&mutant, at, 0);
    }
    return at;
}

static size_t flip_hash(enum cover cover)
{
    size_t level = below(8) == 0 ? 1 : 0;
    size_t node = below(honest->nodes[level]);
    size_t at = node << (TILES_HEIGHT * level);

    flip_bit(mutant.levels[level][node], sizeof(log_hash));
    if (level == 0 && cover >= ALL_HASHES) {
        logs_hash_above(&mutant, at);
    }
    if (cover == SIGNED) {
        logs_sign(&mutant, ENTRIES, 0);
    }
    return at;
}

static void swap(log_hash *a, log_hash *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        log_hash kept;

        memcpy(kept, a[i], sizeof kept);
        memcpy(a[i], b[i], sizeof kept);
        memcpy(b[i], kept, sizeof kept);
    }
}

/* Two tiles; or a tile of leaves in the place of the one above. */
static size_t swap_tiles(enum cover cover)
{
    size_t a = below(ENTRIES / TILES_WIDTH);
    size_t b = below(ENTRIES / TILES_WIDTH - 1);
    size_t at;

    b += b >= a ? 1 : 0;
    at = TILES_WIDTH * (a < b ? a : b);
    if (below(16) == 0) {
        memcpy(mutant.levels[1], mutant.levels[0] + TILES_WIDTH * a,
               mutant.nodes[1] * sizeof(log_hash));
        at = 0;
    } else {
        swap(mutant.levels[0] + TILES_WIDTH * a,
             mutant.levels[0] + TILES_WIDTH * b, TILES_WIDTH);
        if (cover >= ALL_HASHES) {
            logs_hash_above(&mutant, at);
        }
    }
    if (cover == SIGNED) {
        logs_sign(&mutant, ENTRIES, 0);
    }
    return at;
}

/* ---- Running them ---------------------------------------------------------
 */

struct tally {
    const char *name;
    unsigned runs;
    unsigned findings[LOG_ROOT + 1];
};

enum way {
    FLIP,
    DELETE,
    INSERT,
    REORDER,
    TRUNCATE,
    FLIP_HASH,
    SWAP,
    FORK,
    REPLAY,
    CHECKPOINT,
    WAYS
};
static struct tally tallies[WAYS] = {
    [FLIP] = {.name = "flip"},         [DELETE] = {.name = "delete"},
    [INSERT] = {.name = "insert"},     [REORDER] = {.name = "reorder"},
    [TRUNCATE] = {.name = "truncate"}, [FLIP_HASH] = {.name = "flip a hash"},
    [SWAP] = {.name = "swap tiles"},   [FORK] = {.name = "fork"},
    [REPLAY] = {.name = "replay"},     [CHECKPOINT] = {.name = "checkpoint"},
};

static size_t mutate(enum way way, enum cover cover)
{
    switch (way) {
    case FLIP:
        return flip(cover);
    case DELETE:
        return delete_one(cover);
    case INSERT:
        return insert_one(cover);
    case REORDER:
        return reorder(cover);
    case TRUNCATE:
        return truncate_log(cover);
    case FLIP_HASH:
        return flip_hash(cover);
    case SWAP:
        return swap_tiles(cover);
    default:
        return ENTRIES;
    }
}

/* The last state that saw nothing from entry `at` on; mostly. NULL: the auditor
 * remembers nothing. */
static const char *state_before(char out[static 16], size_t at)
{
    size_t i = at / STATE_EVERY;

    if (below(32) == 0) {
        return NULL;
    }
    (void)snprintf(out, 16, "state%zu", i < STATES ? i : STATES - 1);
    return out;
}

static void expect_finding(enum way way, const struct log_result *r, int error,
                           size_t at, const char *what)
{
    if (error != FRANK_ERR_PROOF || r->finding == LOG_HOLDS) {
        fail_msg("%s of entry %zu: not found (%d)", what, at, error);
    }
    tallies[way].runs++;
    tallies[way].findings[r->finding]++;
}

/* One change of the log under the checkpoint that was cosigned; or under one
 * that only the log signed. */
static void change(enum way way)
{
    const bool entries_too = way < FLIP_HASH && way != TRUNCATE;
    enum cover cover = (enum cover)below(COVERS);
    struct log_result result;
    char name[16];
    const char *state;
    size_t at;
    int error;

    logs_copy(&mutant, honest);
    at = mutate(way, cover);
    state = state_before(name, at);
    error = check(&result, &mutant, state,
                  (entries_too && cover == ENTRY_ALONE) || below(4) == 0 ||
                      (way == TRUNCATE && cover == ENTRY_ALONE),
                  NULL);
    expect_finding(way, &result, error, at, tallies[way].name);
    if (cover == SIGNED && error == FRANK_ERR_PROOF) {
        assert_true(result.finding == LOG_FEW ||
                    result.finding == LOG_ROLLBACK ||
                    result.finding == LOG_REPLAY || result.finding == LOG_FORK);
    } else if (cover == ENTRY_ALONE && way == FLIP) {
        assert_int_equal(result.finding, LOG_ENTRY);
        assert_int_equal(result.first, at);
    } else {
        /* nothing before the change is called wrong */
        assert_true(result.finding == LOG_ROOT || result.end > at);
    }
}

/* The log signs another past. A witness that was fooled into cosigning it does
 * not help, if the auditor saw the entry himself. */
static void fork_log(void)
{
    const bool fooled = below(4) == 0;
    const size_t size = ENTRIES - below(3) * (size_t)STATE_EVERY / 2;
    struct log_result result;
    const char *state;
    size_t at;

    do {
        logs_copy(&mutant, honest);
        at = flip(ALL_HASHES);
    } while (at >= size);
    logs_sign(&mutant, size, fooled ? COSIGNED + 100 : 0);
    state =
        size == ENTRIES && at < 9000 && below(2) == 0 ? "state9" : "state10";
    expect_finding(FORK, &result, check(&result, &mutant, state, false, NULL),
                   at, "fork");
    if (fooled) {
        assert_int_equal(result.finding, size < ENTRIES    ? LOG_ROLLBACK
                                         : state[5] == '9' ? LOG_REWRITE
                                                           : LOG_FORK);
        assert_int_equal(result.first, at);
    }
}

static void replay(void)
{
    struct log_result result;
    char name[16];
    unsigned newer = 1 + below(STATES - 1);
    size_t size = below(newer) * (size_t)STATE_EVERY;

    logs_copy(&mutant, honest);
    logs_sign(&mutant, size, COSIGNED + size / STATE_EVERY);
    (void)snprintf(name, sizeof name, "state%u", newer);
    expect_finding(REPLAY, &result, check(&result, &mutant, name, false, NULL),
                   size, "replay");
    assert_int_equal(result.finding, LOG_REPLAY);
    assert_int_equal(result.first, size);
    assert_int_equal(result.end, (size_t)newer * STATE_EVERY);
}

static void change_checkpoint(void)
{
    struct log_result result;

    logs_copy(&mutant, honest);
    if (below(2) == 0) {
        mutant.note_len = 1 + below(mutant.note_len - 1);
    } else {
        flip_bit(mutant.note, mutant.note_len);
    }
    expect_finding(CHECKPOINT, &result,
                   check(&result, &mutant, "state9", false, NULL), 0,
                   "checkpoint");
    assert_true(result.finding == LOG_UNSIGNED || result.finding == LOG_FEW);
}

static void every_mutation_of_a_cosigned_log_is_found(void **state)
{
    struct log_result result;

    (void)state;
    honest = logs_new(ENTRIES, ENTRIES + 1, 0);
    make_states();
    logs_sign(honest, ENTRIES, COSIGNED + STATES - 1);
    assert_int_equal(check(&result, honest, NULL, true, NULL), FRANK_OK);
    assert_int_equal(result.entries, ENTRIES);
    for (unsigned i = 0; i < MUTATIONS; i++) {
        enum way way = (enum way)(i % WAYS);

        if (way == FORK) {
            fork_log();
        } else if (way == REPLAY) {
            replay();
        } else if (way == CHECKPOINT) {
            change_checkpoint();
        } else {
            change(way);
        }
    }
    for (size_t way = 0; way < WAYS; way++) {
        const struct tally *t = &tallies[way];

        assert_int_equal(t->runs, MUTATIONS / WAYS);
        print_message("%-12s %u found:", t->name, t->runs);
        for (size_t f = 0; f <= LOG_ROOT; f++) {
            if (t->findings[f] > 0) {
                print_message(" %u %s", t->findings[f],
                              log_finding_name((enum log_finding)f));
            }
        }
        print_message("\n");
    }
    /* and the log itself still holds, from nothing and from what was seen */
    for (unsigned i = 0; i < STATES; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "state%u", i);
        logs_copy(&mutant, honest);
        assert_int_equal(check(&result, &mutant, name, false, NULL), FRANK_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_mutation_of_a_cosigned_log_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
