/* SPDX-License-Identifier: Apache-2.0 */
/* A witness: what it makes of a request, and what it holds. Trees and proofs
 * are made here, by RFC 6962's own recursion. */
#include "witness.h"

#include "folder.h"
#include "support.h"
#include "witness_store.h"

#include <dirent.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORIGIN "log.example/one"
#define LEAVES 64

typedef uint8_t hash[MERKLE_HASH_BYTES];

static hash honest[LEAVES];
static hash forked[LEAVES]; /* entry 3 is another */
static uint8_t secret[64];
static uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
static char vkey[NOTE_VKEY_MAX_BYTES];
static struct policy policy;

static int prepare(void **state)
{
    static const uint8_t seed[32] = "a log of the tests";
    char text[2 * NOTE_VKEY_MAX_BYTES];
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t entry[2] = {(uint8_t)i, 0};

        merkle_leaf(honest[i], (struct frank_span){entry, 2});
        entry[1] = i == 3;
        merkle_leaf(forked[i], (struct frank_span){entry, 2});
    }
    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    note_vkey(vkey, ORIGIN, public_key);
    (void)snprintf(text, sizeof text, "log %s\nquorum none\n", vkey);
    return policy_parse(&policy, text, strlen(text), &fault);
}

static int clean(void **state)
{
    (void)state;
    policy_free(&policy);
    return 0;
}

/* ---- Trees ----------------------------------------------------------------
 */

static size_t split(size_t n)
{
    size_t k = 1;

    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

static void root_of(hash out, const hash *leaves, size_t n)
{
    struct merkle_range range = {.size = 0};

    for (size_t i = 0; i < n; i++) {
        merkle_append(&range, leaves[i]);
    }
    merkle_root(out, &range);
}

static void subproof(hash *out, size_t *count, size_t m, const hash *leaves,
                     size_t n, bool whole)
{
    size_t k = n > 1 ? split(n) : 0;

    if (m == n) {
        if (!whole) {
            root_of(out[(*count)++], leaves, n);
        }
    } else if (m <= k) {
        subproof(out, count, m, leaves, k, whole);
        root_of(out[(*count)++], leaves + k, n - k);
    } else {
        subproof(out, count, m - k, leaves + k, n - k, false);
        root_of(out[(*count)++], leaves, k);
    }
}

static size_t prove(hash *out, size_t old, const hash *leaves, size_t n)
{
    size_t count = 0;

    if (old > 0) {
        subproof(out, &count, old, leaves, n, true);
    }
    return count;
}

/* ---- Requests -------------------------------------------------------------
 */

static size_t put(char *out, uint64_t old, const hash *proof, size_t count,
                  const char *note)
{
    size_t len = (size_t)sprintf(out, "old %llu\n", (unsigned long long)old);

    for (size_t i = 0; i < count; i++) {
        (void)sodium_bin2base64(out + len, 64, proof[i], MERKLE_HASH_BYTES,
                                sodium_base64_VARIANT_ORIGINAL);
        len += strlen(out + len);
        out[len++] = '\n';
    }
    return len + (size_t)sprintf(out + len, "\n%s", note);
}

static void sign(char *out, const hash *leaves, size_t size)
{
    struct note_checkpoint checkpoint = {.size = size};

    root_of(checkpoint.root, leaves, size);
    (void)note_sign(out, ORIGIN, &checkpoint, secret);
}

static size_t request(char *out, uint64_t old, const hash *leaves, size_t size)
{
    char note[NOTE_MAX_BYTES];
    hash proof[WITNESS_PROOF_MAX];

    sign(note, leaves, size);
    return put(out, old, (const hash *)proof,
               old <= size ? prove(proof, (size_t)old, leaves, size) : 0, note);
}

/* The whole way, without a store. */
static enum witness_verdict judge(const char *text, size_t len,
                                  const struct witness_held *held)
{
    struct frank_span bytes = {support_copy((const uint8_t *)text, len), len};
    struct witness_request read;
    struct witness_checkpoint checkpoint;
    enum witness_verdict verdict = WITNESS_MALFORMED;
    struct frank_fault fault;

    if (witness_request_read(&read, bytes, &fault) == FRANK_OK) {
        verdict = witness_checkpoint_read(&checkpoint, &read, &policy, &fault);
    }
    return verdict == WITNESS_COSIGN
               ? witness_judge(held, &read, &checkpoint.tree)
               : verdict;
}

static struct witness_held hold(const hash *leaves, size_t size)
{
    struct witness_held held;

    witness_held_nothing(&held);
    if (size > 0) {
        held.size = size;
        root_of(held.root, leaves, size);
    }
    return held;
}

static enum witness_verdict judge_from(size_t held_size, uint64_t old,
                                       const hash *leaves, size_t size)
{
    char text[8192];
    struct witness_held held = hold((const hash *)honest, held_size);

    return judge(text, request(text, old, leaves, size), &held);
}

/* ---- Judging --------------------------------------------------------------
 */

static void cosigns_all_that_goes_on(void **state)
{
    (void)state;
    for (size_t old = 0; old <= LEAVES; old++) {
        for (size_t size = old; size <= LEAVES; size++) {
            assert_int_equal(judge_from(old, old, (const hash *)honest, size),
                             WITNESS_COSIGN);
        }
    }
}

static void cosigns_no_other_history(void **state)
{
    (void)state;
    for (size_t old = 0; old <= LEAVES; old++) {
        for (size_t size = old; size <= LEAVES; size++) {
            enum witness_verdict verdict =
                judge_from(old, old, (const hash *)forked, size);

            /* whoever held nothing of entry 3 cannot tell */
            assert_int_equal(verdict, old <= 3      ? WITNESS_COSIGN
                                      : size == old ? WITNESS_FORK
                                                    : WITNESS_PROOF);
        }
    }
}

static void an_old_size_that_is_not_held_is_a_conflict(void **state)
{
    (void)state;
    assert_int_equal(judge_from(10, 0, (const hash *)honest, 20), WITNESS_OLD);
    assert_int_equal(judge_from(10, 9, (const hash *)honest, 20), WITNESS_OLD);
    assert_int_equal(judge_from(10, 11, (const hash *)honest, 20), WITNESS_OLD);
    assert_int_equal(judge_from(0, 1, (const hash *)honest, 20), WITNESS_OLD);
    assert_int_equal(judge_from(10, 5, (const hash *)honest, 5), WITNESS_OLD);
}

static void an_old_size_above_the_checkpoint_is_refused(void **state)
{
    (void)state;
    assert_int_equal(judge_from(10, 10, (const hash *)honest, 9),
                     WITNESS_ABOVE);
    assert_int_equal(judge_from(10, MERKLE_SIZE_MAX, (const hash *)honest, 9),
                     WITNESS_ABOVE);
}

static void no_proof_is_taken_where_none_is_needed(void **state)
{
    const struct witness_held nothing = hold(NULL, 0);
    const struct witness_held ten = hold((const hash *)honest, 10);
    char note[NOTE_MAX_BYTES];
    char text[8192];

    (void)state;
    sign(note, (const hash *)honest, 10);
    assert_int_equal(
        judge(text, put(text, 0, (const hash *)honest, 1, note), &nothing),
        WITNESS_PROOF);
    assert_int_equal(
        judge(text, put(text, 10, (const hash *)honest, 1, note), &ten),
        WITNESS_PROOF);
    assert_int_equal(judge(text, put(text, 10, NULL, 0, note), &ten),
                     WITNESS_COSIGN);
}

static void an_altered_proof_is_refused(void **state)
{
    const struct witness_held held = hold((const hash *)honest, 21);
    hash proof[WITNESS_PROOF_MAX];
    size_t count = prove(proof, 21, (const hash *)honest, 50);
    char note[NOTE_MAX_BYTES];
    char text[8192];

    (void)state;
    sign(note, (const hash *)honest, 50);
    for (size_t i = 0; i < count; i++) {
        proof[i][i] ^= 0x10;
        assert_int_equal(
            judge(text, put(text, 21, (const hash *)proof, count, note), &held),
            WITNESS_PROOF);
        proof[i][i] ^= 0x10;
    }
    assert_int_equal(
        judge(text, put(text, 21, (const hash *)proof, count - 1, note), &held),
        WITNESS_PROOF);
    assert_int_equal(
        judge(text, put(text, 21, (const hash *)proof, count + 1, note), &held),
        WITNESS_PROOF);
    assert_int_equal(judge(text, put(text, 21, NULL, 0, note), &held),
                     WITNESS_PROOF);
    assert_int_equal(
        judge(text, put(text, 21, (const hash *)proof, count, note), &held),
        WITNESS_COSIGN);
}

static void an_empty_log_can_be_cosigned(void **state)
{
    (void)state;
    assert_int_equal(judge_from(0, 0, (const hash *)honest, 0), WITNESS_COSIGN);
}

static void an_empty_log_of_another_root_is_a_fork(void **state)
{
    const struct witness_held nothing = hold(NULL, 0);
    struct note_checkpoint checkpoint = {.size = 0};
    char note[NOTE_MAX_BYTES];
    char text[8192];

    (void)state;
    (void)note_sign(note, ORIGIN, &checkpoint, secret);
    assert_int_equal(judge(text, put(text, 0, NULL, 0, note), &nothing),
                     WITNESS_FORK);
}

static void knows_its_logs_alone(void **state)
{
    static const uint8_t seed[32] = "of another log";
    const struct witness_held nothing = hold(NULL, 0);
    struct note_checkpoint checkpoint = {.size = 8};
    char other[NOTE_ORIGIN_MAX_BYTES + 1];
    char note[NOTE_MAX_BYTES];
    uint8_t their_public[32];
    uint8_t theirs[64];
    char text[8192];

    (void)state;
    (void)crypto_sign_seed_keypair(their_public, theirs, seed);
    (void)note_sign(note, "log.example/two", &checkpoint, theirs);
    assert_int_equal(judge(text, put(text, 0, NULL, 0, note), &nothing),
                     WITNESS_UNKNOWN);
    memset(other, 'x', sizeof other - 1);
    other[sizeof other - 1] = '\0';
    (void)note_sign(note, other, &checkpoint, theirs);
    assert_int_equal(judge(text, put(text, 0, NULL, 0, note), &nothing),
                     WITNESS_UNKNOWN);
    (void)note_sign(note, ORIGIN, &checkpoint, theirs);
    assert_int_equal(judge(text, put(text, 0, NULL, 0, note), &nothing),
                     WITNESS_UNSIGNED);
}

static void a_log_can_have_two_keys(void **state)
{
    static const uint8_t seed[32] = "the log's next key";
    const struct witness_held nothing = hold(NULL, 0);
    const struct policy one = policy;
    struct frank_fault fault;
    struct note_checkpoint checkpoint = {.size = 8};
    char next[NOTE_VKEY_MAX_BYTES];
    char lines[1024];
    char note[NOTE_MAX_BYTES];
    uint8_t their_public[32];
    uint8_t theirs[64];
    char text[8192];

    (void)state;
    (void)crypto_sign_seed_keypair(their_public, theirs, seed);
    note_vkey(next, ORIGIN, their_public);
    (void)snprintf(lines, sizeof lines, "log %s\nlog %s\nquorum none\n", vkey,
                   next);
    assert_int_equal(policy_parse(&policy, lines, strlen(lines), &fault), 0);
    (void)note_sign(note, ORIGIN, &checkpoint, theirs);
    assert_int_equal(judge(text, put(text, 0, NULL, 0, note), &nothing),
                     WITNESS_COSIGN);
    policy_free(&policy);
    policy = one;
}

/* ---- Reading --------------------------------------------------------------
 */

static void refuse(const char *text, int error, const char *field,
                   size_t offset)
{
    size_t len = strlen(text);
    struct witness_request read;
    struct frank_fault fault;

    memset(&read, 0xff, sizeof read);
    assert_int_equal(
        witness_request_read(
            &read,
            (struct frank_span){support_copy((const uint8_t *)text, len), len},
            &fault),
        error);
    assert_true(support_is_zero(&read, sizeof read));
    assert_string_equal(fault.field, field);
    assert_int_equal(fault.offset, offset);
}

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void reads_exactly(void **state)
{
    char many[64 * 45 + 16] = "old 1\n";

    (void)state;
    refuse("", FRANK_ERR_TRUNCATED, "old size", 0);
    refuse("old 5", FRANK_ERR_TRUNCATED, "old size", 5);
    refuse("5\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old \n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old  5\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old 05\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old -5\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old 5 \n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old 5\r\n\r\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("Old 5\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old 9223372036854775808\n\nx", FRANK_ERR_VALUE, "old size", 0);
    refuse("old 5\n", FRANK_ERR_TRUNCATED, "proof", 6);
    refuse("old 5\n" HASH "\n", FRANK_ERR_TRUNCATED, "proof", 51);
    refuse("old 5\nAAAA\n\nx", FRANK_ERR_VALUE, "proof", 6);
    refuse("old 5\n" HASH "\n" HASH "=\n\nx", FRANK_ERR_VALUE, "proof", 51);
    refuse("old 5\n" HASH " \n\nx", FRANK_ERR_VALUE, "proof", 6);
    for (size_t i = 0; i < 64; i++) {
        (void)strcat(many, HASH "\n");
    }
    (void)strcat(many, "\nx");
    refuse(many, FRANK_ERR_LIMIT, "proof", 6 + 63 * 45);
}

static void takes_as_many_hashes_as_there_may_be(void **state)
{
    char many[64 * 45 + 16] = "old 0\n";
    struct witness_request read;
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < WITNESS_PROOF_MAX; i++) {
        (void)strcat(many, HASH "\n");
    }
    (void)strcat(many, "\nx");
    assert_int_equal(witness_request_read(&read, support_text(many), &fault),
                     FRANK_OK);
    assert_int_equal(read.proof_count, WITNESS_PROOF_MAX);
    support_assert_span(read.note, support_text("x"));
}

static void a_checkpoint_that_is_none_is_malformed(void **state)
{
    static const char *const notes[] = {
        "",
        "x",
        ORIGIN "\n5\n" HASH "\n",
        ORIGIN "\n05\n" HASH "\n\n",
        ORIGIN "\n5\n" HASH "\n\nno signature\n",
        ORIGIN "\n05\n" HASH "\n\n\xe2\x80\x94 " ORIGIN " AAAAAAAA\n"};
    const struct witness_held nothing = hold(NULL, 0);
    char text[1024];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(notes); i++) {
        assert_int_equal(judge(text, put(text, 0, NULL, 0, notes[i]), &nothing),
                         WITNESS_MALFORMED);
    }
}

static void each_verdict_has_its_status(void **state)
{
    static const unsigned statuses[] = {200, 400, 400, 403, 404, 409, 409, 422};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(statuses); i++) {
        assert_int_equal(witness_status((enum witness_verdict)i), statuses[i]);
        assert_true(strlen(witness_name((enum witness_verdict)i)) > 0);
    }
}

/* ---- The store ------------------------------------------------------------
 */

static enum witness_verdict decide(struct witness_store *store,
                                   struct witness_held *held, uint64_t old,
                                   const hash *leaves, size_t size)
{
    struct witness_request read;
    struct witness_checkpoint checkpoint;
    struct frank_fault fault;
    char text[8192];
    size_t len = request(text, old, leaves, size);

    assert_int_equal(
        witness_request_read(
            &read, (struct frank_span){(const uint8_t *)text, len}, &fault),
        FRANK_OK);
    assert_int_equal(
        witness_checkpoint_read(&checkpoint, &read, &policy, &fault),
        WITNESS_COSIGN);
    return witness_store_decide(store, held, &read, &checkpoint, 1);
}

static struct witness_store *open_store(void)
{
    struct witness_store *store = NULL;

    assert_true(witness_store_open(&store, folder_path(), 0));
    return store;
}

static void what_was_cosigned_is_held(void **state)
{
    struct witness_store *store = open_store();
    struct witness_held held;

    (void)state;
    assert_int_equal(decide(store, &held, 5, (const hash *)honest, 10),
                     WITNESS_OLD);
    assert_int_equal(held.size, 0);
    assert_int_equal(decide(store, &held, 0, (const hash *)honest, 10),
                     WITNESS_COSIGN);
    assert_int_equal(decide(store, &held, 10, (const hash *)forked, 20),
                     WITNESS_PROOF);
    assert_int_equal(decide(store, &held, 0, (const hash *)honest, 20),
                     WITNESS_OLD);
    assert_int_equal(held.size, 10);
    witness_store_close(store);
    store = open_store();
    assert_int_equal(decide(store, &held, 0, (const hash *)honest, 20),
                     WITNESS_OLD);
    assert_int_equal(held.size, 10);
    assert_int_equal(decide(store, &held, 10, (const hash *)honest, 20),
                     WITNESS_COSIGN);
    assert_int_equal(held.size, 10);
    witness_store_close(store);
    witness_store_close(NULL);
}

static size_t fork_size(void)
{
    DIR *folder = opendir(folder_path());
    uint8_t text[4 * NOTE_MAX_BYTES];
    struct dirent *entry;
    size_t len = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, "fork-", 5) == 0) {
            assert_int_equal(len, 0);
            len = folder_get(text, sizeof text, entry->d_name);
        }
    }
    (void)closedir(folder);
    return len;
}

static void two_roots_of_one_size_are_kept_as_proof(void **state)
{
    struct witness_store *store = open_store();
    struct witness_held held;
    char a[NOTE_MAX_BYTES];
    char b[NOTE_MAX_BYTES];

    (void)state;
    assert_int_equal(decide(store, &held, 0, (const hash *)honest, 10),
                     WITNESS_COSIGN);
    assert_int_equal(fork_size(), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(decide(store, &held, 10, (const hash *)forked, 10),
                         WITNESS_FORK);
        sign(a, (const hash *)honest, 10);
        sign(b, (const hash *)forked, 10);
        assert_int_equal(fork_size(), strlen(a) + 1 + strlen(b));
    }
    witness_store_close(store);
}

static void a_folder_has_one_witness(void **state)
{
    struct witness_store *store = open_store();
    struct witness_store *other = NULL;
    pid_t child = fork();
    int status = 0;

    (void)state;
    if (child == 0) {
        _exit(witness_store_open(&other, folder_path(), 0) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    witness_store_close(store);
    assert_false(witness_store_open(&other, "/nowhere/at/all", 0));
    assert_null(other);
}

static void a_disk_without_room_is_seen(void **state)
{
    struct witness_store *store = NULL;

    (void)state;
    assert_true(witness_store_open(&store, folder_path(), UINT64_C(1) << 50));
    assert_false(witness_store_has_room(store));
    witness_store_close(store);
    assert_true(witness_store_open(&store, folder_path(), 1));
    assert_true(witness_store_has_room(store));
    witness_store_close(store);
}

/* ---- Many at once ---------------------------------------------------------
 */

#define THREADS 8
#define TRIES 200

struct runner {
    struct witness_store *store;
    uint32_t random;
    bool cosigned[2][LEAVES + 1];
    bool went_back;
    pthread_t thread;
};

static void *race(void *argument)
{
    struct runner *r = argument;
    uint64_t old = 0;
    uint64_t most = 0;

    for (unsigned i = 0; i < TRIES; i++) {
        bool lies = support_random(&r->random) % 3 == 0;
        uint64_t size = old + support_random(&r->random) % 3;
        struct witness_held held;

        size = size > LEAVES ? LEAVES : size;
        if (decide(r->store, &held, old,
                   lies ? (const hash *)forked : (const hash *)honest,
                   (size_t)size) == WITNESS_COSIGN) {
            r->cosigned[lies][size] = true;
            r->went_back = r->went_back || size < most || held.size > size;
            most = size;
            old = size;
        } else {
            r->went_back = r->went_back || held.size < most;
            most = held.size;
            old = held.size;
        }
    }
    return NULL;
}

/* Whoever came first at entry 3 decides which of the two is the log. */
static void many_at_once_see_one_history(void **state)
{
    struct witness_store *store = open_store();
    struct runner runners[THREADS] = {{.random = 0}};
    bool cosigned[2] = {false, false};

    (void)state;
    for (uint32_t i = 0; i < THREADS; i++) {
        runners[i].store = store;
        runners[i].random = i + 1;
        assert_int_equal(
            pthread_create(&runners[i].thread, NULL, race, &runners[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
        assert_false(runners[i].went_back);
        for (size_t size = 4; size <= LEAVES; size++) {
            cosigned[0] |= runners[i].cosigned[0][size];
            cosigned[1] |= runners[i].cosigned[1][size];
        }
    }
    assert_true(cosigned[0] != cosigned[1]);
    witness_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cosigns_all_that_goes_on),
        cmocka_unit_test(cosigns_no_other_history),
        cmocka_unit_test(an_old_size_that_is_not_held_is_a_conflict),
        cmocka_unit_test(an_old_size_above_the_checkpoint_is_refused),
        cmocka_unit_test(no_proof_is_taken_where_none_is_needed),
        cmocka_unit_test(an_altered_proof_is_refused),
        cmocka_unit_test(an_empty_log_can_be_cosigned),
        cmocka_unit_test(an_empty_log_of_another_root_is_a_fork),
        cmocka_unit_test(knows_its_logs_alone),
        cmocka_unit_test(a_log_can_have_two_keys),
        cmocka_unit_test(reads_exactly),
        cmocka_unit_test(takes_as_many_hashes_as_there_may_be),
        cmocka_unit_test(a_checkpoint_that_is_none_is_malformed),
        cmocka_unit_test(each_verdict_has_its_status),
        IN_FOLDER(what_was_cosigned_is_held),
        IN_FOLDER(two_roots_of_one_size_are_kept_as_proof),
        IN_FOLDER(a_folder_has_one_witness),
        IN_FOLDER(a_disk_without_room_is_seen),
        IN_FOLDER(many_at_once_see_one_history),
    };

    return sodium_init() < 0 ? 1
                             : cmocka_run_group_tests(tests, prepare, clean);
}
