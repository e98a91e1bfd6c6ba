/* SPDX-License-Identifier: Apache-2.0 */
/* What the auditor's client finds, names and remembers; test_log_mutations.c
 * has the many. */
#include "folder.h"
#include "log_bundle.h"
#include "log_state.h"
#include "logs.h"
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 70000
#define T 1700000000

static struct logs_log *honest;
static struct logs_log served;

/* ---- Calls that fail ------------------------------------------------------
 */

enum { NONE, MALLOC, CALLOC, PREAD, PWRITE, FSYNC };
static int failing;
static unsigned fail_at;
static bool at_end; /* pread: end of file */

static bool fails(int call)
{
    return failing == call && fail_at-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
ssize_t __real_pread(int fd, void *out, size_t len, off_t at);
ssize_t __wrap_pread(int fd, void *out, size_t len, off_t at);
ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

void *__wrap_malloc(size_t size)
{
    return fails(MALLOC) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(CALLOC) ? NULL : __real_calloc(count, size);
}

ssize_t __wrap_pread(int fd, void *out, size_t len, off_t at)
{
    if (fails(PREAD)) {
        errno = EIO;
        return at_end ? 0 : -1;
    }
    return __real_pread(fd, out, len, at);
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    if (fails(PWRITE)) {
        errno = ENOSPC;
        return -1;
    }
    return __real_pwrite(fd, bytes, len, at);
}

int __wrap_fsync(int fd)
{
    if (fails(FSYNC)) {
        errno = EIO;
        return -1;
    }
    return fd < 0 ? -1 : 0; /* nothing here must outlive the test */
}

/* ---- Asking ---------------------------------------------------------------
 */

static uint64_t told_from;
static uint64_t told;
static uint64_t stop_at;

static int tell(void *context, uint64_t index, struct frank_span entry)
{
    assert_ptr_equal(context, &told);
    if (told == 0) {
        told_from = index;
    }
    assert_int_equal(index, told_from + told);
    support_assert_span(entry, served.entries[index]);
    told++;
    return index == stop_at ? FRANK_ERR_SPACE : FRANK_OK;
}

static uint64_t progressed;

static void progress(void *context, uint64_t done, uint64_t of)
{
    assert_null(context);
    assert_true(done >= progressed && done <= of);
    progressed = done;
}

static struct log_result result;
static struct frank_fault fault;

static int ask_for(const char *state, bool entries, uint64_t entries_from)
{
    const struct log_ask ask = {.policy = logs_policy(),
                                .state = state,
                                .entries = entries,
                                .entries_from = entries_from,
                                .entry = tell,
                                .entry_context = &told,
                                .read = logs_read,
                                .read_context = &served,
                                .progress = progress};

    told = 0;
    progressed = 0;
    served.reads = 0;
    memset(&fault, 0, sizeof fault);
    memset(&result, 0xff, sizeof result);
    return log_client_check(&result, &ask, &fault);
}

/* The log as it is honestly, with a checkpoint of `size`. */
static void serve(size_t size)
{
    logs_copy(&served, honest);
    logs_sign(&served, size, T + size);
}

static void holds(const char *state)
{
    if (ask_for(state, false, 0) != FRANK_OK) {
        char text[LOG_TEXT_BYTES];

        log_result_text(text, &result);
        fail_msg("%d: %s (%s)", fault.error, text, fault.field);
    }
    assert_int_equal(result.finding, LOG_HOLDS);
    assert_string_equal(result.origin, LOGS_ORIGIN);
}

static void finds(int error, enum log_finding finding, uint64_t first,
                  uint64_t end)
{
    char text[LOG_TEXT_BYTES];

    if (error != FRANK_ERR_PROOF || result.finding != finding ||
        result.first != first || result.end != end) {
        fail_msg("%d: %s %ju to %ju, not %s %ju to %ju", error,
                 log_finding_name(result.finding), (uintmax_t)result.first,
                 (uintmax_t)result.end, log_finding_name(finding),
                 (uintmax_t)first, (uintmax_t)end);
    }
    assert_int_equal(fault.error == FRANK_OK, false);
    log_result_text(text, &result);
    assert_memory_equal(text, log_finding_name(finding),
                        strlen(log_finding_name(finding)));
}

static int make_log(void **state)
{
    (void)state;
    honest = logs_new(ROOM, ROOM, 0);
    return 0;
}

/* ---- What holds -----------------------------------------------------------
 */

static void logs_of_any_size_hold(void **state)
{
    static const size_t sizes[] = {0,     1,     2,     255,   256,
                                   257,   511,   512,   513,   1000,
                                   65535, 65536, 65537, 65792, 70000};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        serve(sizes[i]);
        holds(NULL);
        assert_int_equal(result.checkpoint.size, sizes[i]);
        assert_int_equal(result.hashes, sizes[i]);
        assert_false(result.remembers);
        assert_true(result.verdict.quorum_met);
    }
}

static void a_check_goes_on_from_any_size_to_any(void **state)
{
    static const size_t sizes[] = {0,   1,   255,  256,   257,   258,   600,
                                   768, 769, 5000, 65500, 65537, 66000, 70000};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        for (size_t j = i; j < SUPPORT_COUNT(sizes); j++) {
            char name[32];

            (void)snprintf(name, sizeof name, "s%zu-%zu", i, j);
            serve(sizes[i]);
            holds(name);
            serve(sizes[j]);
            holds(name);
            assert_true(result.remembers);
            assert_int_equal(result.remembered.size, sizes[i]);
            assert_int_equal(result.hashes, sizes[j] - sizes[i]);
            holds(name);
            assert_int_equal(result.hashes, 0);
            assert_int_equal(served.reads, 1);
        }
    }
}

static void what_is_new_is_all_that_is_read(void **state)
{
    (void)state;
    serve(69000);
    holds("state");
    serve(69300);
    holds("state");
    /* checkpoint; tiles 269 (its rest) and 270 of leaves; of level 1 the one */
    assert_int_equal(served.reads, 4);
}

static void entries_are_told_in_order_from_where_they_are_wanted(void **state)
{
    (void)state;
    serve(1000);
    assert_int_equal(ask_for("state", true, 0), FRANK_OK);
    assert_int_equal(told, 1000);
    assert_int_equal(told_from, 0);
    assert_int_equal(result.entries, 1000);
    serve(1300);
    assert_int_equal(ask_for("state", true, 1000), FRANK_OK);
    assert_int_equal(told, 300);
    assert_int_equal(told_from, 1000);
    /* some that only the hashes were read of */
    assert_int_equal(ask_for("state", true, 400), FRANK_OK);
    assert_int_equal(told, 900);
    assert_int_equal(told_from, 400);
    assert_int_equal(result.hashes, 0);
    assert_int_equal(ask_for(NULL, true, 1299), FRANK_OK);
    assert_int_equal(told, 1);
    assert_int_equal(ask_for("state", true, 1300), FRANK_OK);
    assert_int_equal(told, 0);
    serve(1310);
    assert_int_equal(ask_for("state", true, LOG_ENTRIES_NEW), FRANK_OK);
    assert_int_equal(told, 10);
    assert_int_equal(told_from, 1300);
}

static void who_is_told_can_stop_it(void **state)
{
    (void)state;
    serve(600);
    stop_at = 300;
    assert_int_equal(ask_for("state", true, 0), FRANK_ERR_SPACE);
    stop_at = UINT64_MAX;
    assert_int_equal(told, 301);
    holds("state");
    assert_false(result.remembers);
}

static void a_key_serves_without_a_policy(void **state)
{
    struct log_ask ask = {
        .key = &logs_key, .read = logs_read, .read_context = &served};
    struct note_key other = logs_key;

    (void)state;
    serve(300);
    logs_sign(&served, 300, 0);
    assert_int_equal(log_client_check(&result, &ask, &fault), FRANK_OK);
    assert_string_equal(result.origin, LOGS_ORIGIN);
    other.public_key[0] ^= 1;
    ask.key = &other;
    finds(log_client_check(&result, &ask, &fault), LOG_UNSIGNED, 0, 0);
    ask.key = NULL;
    assert_int_equal(log_client_check(&result, &ask, &fault),
                     FRANK_ERR_ARGUMENT);
    /* both: the policy wants a witness */
    ask.key = &logs_key;
    ask.policy = logs_policy();
    finds(log_client_check(&result, &ask, &fault), LOG_FEW, 0, 0);
}

static void partial_tiles_can_give_way_to_full_ones(void **state)
{
    (void)state;
    serve(700);
    served.broken = "tile/0/002.p/188";
    served.broken_len = SIZE_MAX;
    holds(NULL);
    served.broken = "tile/entries/002.p/188";
    assert_int_equal(ask_for(NULL, true, 0), FRANK_OK);
    assert_int_equal(told, 700);
}

/* ---- What does not --------------------------------------------------------
 */

static void a_checkpoint_must_be_signed_and_cosigned(void **state)
{
    (void)state;
    serve(700);
    logs_sign(&served, 700, 0);
    finds(ask_for(NULL, false, 0), LOG_FEW, 0, 0);
    serve(700);
    served.note[3] ^= 1;
    finds(ask_for(NULL, false, 0), LOG_UNSIGNED, 0, 0);
    serve(700);
    served.broken = "checkpoint";
    served.broken_len = NOTE_READ_MAX_BYTES + 1;
    finds(ask_for(NULL, false, 0), LOG_UNSIGNED, 0, 0);
    served.broken_len = 0;
    finds(ask_for(NULL, false, 0), LOG_UNSIGNED, 0, 0);
    served.broken_len = SIZE_MAX;
    assert_int_equal(ask_for(NULL, false, 0), FRANK_ERR_MISSING);
}

static void an_old_checkpoint_is_a_replay(void **state)
{
    (void)state;
    serve(1000);
    holds("state");
    serve(700);
    finds(ask_for("state", false, 0), LOG_REPLAY, 700, 1000);
    serve(0);
    finds(ask_for("state", false, 0), LOG_REPLAY, 0, 1000);
    assert_false(folder_has("state/refused"));
    serve(1000);
    holds("state");
}

/* Another past from entry 300 on. */
static void serve_other(size_t size)
{
    static struct logs_log *other;

    if (other == NULL) {
        other = logs_new(2000, 2000, 1);
    }
    logs_copy(&served, honest);
    memcpy(served.entries + 300, other->entries + 300,
           (size - 300) * sizeof *served.entries);
    logs_hash(&served, 300);
    logs_sign(&served, size, T);
}

static void another_past_is_named_by_its_first_entry(void **state)
{
    char kept[4096];
    size_t len;

    (void)state;
    serve(1000);
    holds("state");
    len = folder_get((uint8_t *)kept, sizeof kept, "state/checkpoint");
    assert_int_equal(len, served.note_len);
    assert_memory_equal(kept, served.note, len);
    serve_other(900);
    finds(ask_for("state", false, 0), LOG_ROLLBACK, 300, 1000);
    serve_other(1000);
    finds(ask_for("state", false, 0), LOG_FORK, 300, 1000);
    assert_string_equal(result.where, "tile/0/001");
    serve_other(2000);
    finds(ask_for("state", false, 0), LOG_REWRITE, 300, 1000);
    /* both checkpoints are there as a proof; the state stands */
    len = folder_get((uint8_t *)kept, sizeof kept, "state/refused");
    assert_int_equal(len, served.note_len);
    assert_memory_equal(kept, served.note, len);
    serve(1000);
    holds("state");
}

static void a_past_that_is_only_signed_is_one_too(void **state)
{
    (void)state;
    serve(1000);
    holds("state");
    /* the tiles are the honest ones */
    serve_other(1000);
    memcpy(served.levels[0], honest->levels[0], 1000 * sizeof(log_hash));
    finds(ask_for("state", false, 0), LOG_FORK, 1000, 1000);
    logs_copy(&served, honest);
    serve_other(900);
    memcpy(served.levels[0], honest->levels[0], 900 * sizeof(log_hash));
    finds(ask_for("state", false, 0), LOG_ROLLBACK, 900, 1000);
}

static void a_changed_hash_of_old_is_no_rewrite_if_the_root_stands(void **state)
{
    (void)state;
    serve(1000);
    holds("state");
    serve(1010);
    served.levels[0][900][5] ^= 1; /* in the tile that goes on */
    finds(ask_for("state", false, 0), LOG_TILE, 900, 901);
    assert_string_equal(result.where, "tile/0/003.p/242");
    serve(1300); /* the tile gets full, and is right above */
    served.levels[0][900][5] ^= 1;
    served.levels[0][901][5] ^= 1;
    finds(ask_for("state", false, 0), LOG_TILE, 900, 901);
    serve(1300);
    served.levels[1][2][5] ^= 1; /* of a tile that was checked before */
    finds(ask_for("state", false, 0), LOG_TILE, 512, 768);
    assert_string_equal(result.where, "tile/1/000.p/5");
}

static void missing_and_short_files_are_named(void **state)
{
    (void)state;
    serve(700);
    served.broken = "tile/0/001";
    served.broken_len = SIZE_MAX;
    finds(ask_for(NULL, false, 0), LOG_MISSING, 256, 512);
    assert_string_equal(result.where, "tile/0/001");
    served.broken_len = 8191;
    finds(ask_for(NULL, false, 0), LOG_MISSING, 256, 512);
    served.broken_len = 8193;
    finds(ask_for(NULL, false, 0), LOG_MISSING, 256, 512);
    served.broken = "tile/1/000.p/2";
    served.broken_len = 65;
    finds(ask_for(NULL, false, 0), LOG_MISSING, 0, 700);
    served.broken = "tile/entries/001";
    served.broken_len = 300; /* ends in its fourth entry */
    finds(ask_for(NULL, true, 0), LOG_MISSING, 259, 512);
    served.broken_len = SIZE_MAX;
    finds(ask_for(NULL, true, 0), LOG_MISSING, 256, 512);
    served.broken_len = LOG_BUNDLE_MAX_BYTES + 1;
    finds(ask_for(NULL, true, 0), LOG_MISSING, 256, 512);
    served.broken_len = 60000; /* zeros behind */
    finds(ask_for(NULL, true, 0), LOG_MISSING, 256, 512);
    serve(700);
    served.count = 600;
    served.nodes[0] = 600;
    finds(ask_for(NULL, false, 0), LOG_MISSING, 512, 700);
}

static void altered_entries_are_named(void **state)
{
    (void)state;
    serve(700);
    served.entries[333] = support_text("{}");
    finds(ask_for(NULL, true, 0), LOG_ENTRY, 333, 334);
    assert_string_equal(result.where, "tile/entries/001");
    assert_int_equal(told, 333);
    serve(700);
    served.entries[690] = (struct frank_span){NULL, 0};
    finds(ask_for(NULL, true, 0), LOG_ENTRY, 690, 691);
    /* of late: against what is remembered */
    holds("state");
    finds(ask_for("state", true, 600), LOG_ENTRY, 690, 691);
}

static void a_wrong_hash_is_named_where_the_entries_show_it(void **state)
{
    (void)state;
    serve(700);
    served.levels[0][300][0] ^= 1;
    finds(ask_for(NULL, false, 0), LOG_TILE, 256, 512);
    finds(ask_for(NULL, true, 0), LOG_TILE, 300, 512);
    assert_string_equal(result.where, "tile/0/001");
    serve(700);
    served.levels[0][690][0] ^= 1;
    finds(ask_for(NULL, false, 0), LOG_ROOT, 0, 700);
    finds(ask_for(NULL, true, 0), LOG_TILE, 690, 700);
    assert_string_equal(result.where, "tile/0/002.p/188");
    served.levels[0][690][0] ^= 1;
    served.levels[0][699][0] ^= 1;
    finds(ask_for(NULL, true, 0), LOG_TILE, 699, 700);
    served.entries[699] = support_text("x"); /* nothing to go by */
    finds(ask_for(NULL, true, 0), LOG_ROOT, 0, 700);
    serve(700);
    served.levels[1][1][0] ^=
        1; /* the tile below is right, and cannot show it */
    finds(ask_for(NULL, true, 0), LOG_TILE, 256, 512);
}

static void swapped_tiles_are_named(void **state)
{
    log_hash kept[TILES_WIDTH];

    (void)state;
    serve(1000);
    memcpy(kept, served.levels[0] + 256, sizeof kept);
    memcpy(served.levels[0] + 256, served.levels[0] + 512, sizeof kept);
    memcpy(served.levels[0] + 512, kept, sizeof kept);
    finds(ask_for(NULL, true, 0), LOG_SWAPPED, 256, 512);
    assert_string_equal(result.where, "tile/0/001");
}

static void a_tile_of_any_level_is_compared(void **state)
{
    (void)state;
    serve(70000);
    served.levels[2][0][0] ^= 1;
    finds(ask_for(NULL, false, 0), LOG_TILE, 0, 65536);
    assert_string_equal(result.where, "tile/2/000.p/1");
    serve(70000);
    served.levels[1][260][0] ^= 1;
    finds(ask_for(NULL, false, 0), LOG_TILE, 260 * 256, 261 * 256);
    assert_string_equal(result.where, "tile/0/260");
}

static void a_root_that_the_hashes_do_not_make_is_none(void **state)
{
    (void)state;
    serve_other(1000);
    memcpy(served.levels[0], honest->levels[0], 1000 * sizeof(log_hash));
    logs_hash_above(&served, 0);
    finds(ask_for(NULL, false, 0), LOG_ROOT, 0, 1000);
    serve(0);
    logs_sign(&served, 1, T);
    memcpy(served.note + strlen(LOGS_ORIGIN) + 1, "0", 1);
    finds(ask_for(NULL, false, 0), LOG_UNSIGNED, 0, 0);
}

static void sizes_that_cannot_be_end(void **state)
{
    (void)state;
    serve(700);
    served.note_len =
        note_sign(served.note, LOGS_ORIGIN,
                  &(struct note_checkpoint){.size = MERKLE_SIZE_MAX},
                  (const uint8_t[64]){0});
    finds(ask_for(NULL, false, 0), LOG_UNSIGNED, 0, 0);
}

/* ---- Trouble --------------------------------------------------------------
 */

static void trouble_is_no_finding(void **state)
{
    static const char *const files[] = {"checkpoint", "tile/0/001",
                                        "tile/1/000.p/2", "tile/entries/001"};

    (void)state;
    serve(700);
    for (size_t i = 0; i < SUPPORT_COUNT(files); i++) {
        served.troubled = files[i];
        assert_int_equal(ask_for(NULL, true, 0), FRANK_ERR_FILE);
        assert_int_equal(result.finding, LOG_HOLDS);
        assert_string_equal(result.where, files[i]);
        assert_int_equal(fault.error, FRANK_ERR_FILE);
    }
    /* where it is only to name what was found, it does not hide that */
    serve(700);
    served.levels[0][300][0] ^= 1;
    served.troubled = "tile/entries/001";
    finds(ask_for(NULL, true, 0), LOG_TILE, 256, 512);
    served.levels[0][690][0] ^= 1;
    serve(1000);
    holds("state");
    serve_other(2000);
    served.troubled = "tile/0/000";
    finds(ask_for("state", false, 0), LOG_REWRITE, 300, 1000);
}

static void state_fails(int error, const char *field)
{
    assert_int_equal(ask_for("state", false, 0), error);
    assert_string_equal(result.where, "state");
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
}

static void a_state_of_another_log_is_refused(void **state)
{
    char note[4096];

    (void)state;
    serve(700);
    holds("state");
    memcpy(note, served.note, served.note_len);
    note[strlen(LOGS_ORIGIN) + 1] = '8';
    folder_put("state/checkpoint", note, served.note_len, 0600);
    state_fails(FRANK_ERR_SIGNER, "checkpoint");
    folder_put("state/checkpoint", honest->levels[0], NOTE_READ_MAX_BYTES + 1,
               0600);
    state_fails(FRANK_ERR_LIMIT, "checkpoint");
}

static void a_state_that_was_damaged_is_refused(void **state)
{
    uint8_t hashes[700 * 32];

    (void)state;
    serve(700);
    holds("state");
    assert_int_equal(folder_get(hashes, sizeof hashes, "state/hashes.0"),
                     sizeof hashes);
    hashes[600 * 32] ^= 1;
    folder_put("state/hashes.0", hashes, sizeof hashes, 0600);
    state_fails(FRANK_ERR_CHECKSUM, "hashes");
    folder_put("state/hashes.0", hashes, sizeof hashes - 1, 0600);
    state_fails(FRANK_ERR_TRUNCATED, "hashes");
    assert_int_equal(unlink("state/hashes.1"), 0);
    hashes[600 * 32] ^= 1;
    folder_put("state/hashes.0", hashes, sizeof hashes, 0600);
    state_fails(FRANK_ERR_TRUNCATED, "hashes");
}

static void a_state_that_cannot_be_had_is_trouble(void **state)
{
    static char name[8192];
    struct log_state *locked;

    (void)state;
    serve(700);
    assert_int_equal(ask_for("no/state", false, 0), FRANK_ERR_FILE);
    assert_string_equal(fault.field, "make folder");
    folder_put("state", "", 0, 0600);
    state_fails(FRANK_ERR_FILE, "open folder");
    assert_int_equal(unlink("state"), 0);
    memset(name, 'a', sizeof name - 1);
    assert_int_equal(ask_for(name, false, 0), FRANK_ERR_FILE);
    assert_int_equal(log_state_open(&locked, "state", NULL), FRANK_OK);
    state_fails(FRANK_ERR_FILE, "lock");
    log_state_close(locked);
    holds("state");
    assert_int_equal(unlink("state/checkpoint"), 0);
    assert_int_equal(mkdir("state/checkpoint", 0700), 0);
    state_fails(FRANK_ERR_FILE, "read tile");
    assert_int_equal(rmdir("state/checkpoint"), 0);
    assert_int_equal(symlink("x", "state/checkpoint"), 0);
    state_fails(FRANK_ERR_FILE, "open checkpoint");
    assert_int_equal(unlink("state/checkpoint"), 0);
    assert_int_equal(unlink("state/hashes.0"), 0);
    assert_int_equal(mkdir("state/hashes.0", 0700), 0);
    assert_int_equal(ask_for("state", false, 0), FRANK_ERR_FILE);
    assert_string_equal(fault.field, "open hashes");
}

/* Wherever a call fails: trouble, and the state is as it was or as it is now.
 */
static void each_call_that_fails_is_trouble(void **state)
{
    static const int calls[] = {MALLOC, CALLOC, PREAD, PWRITE, FSYNC};

    (void)state;
    for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
        unsigned troubles = 0;
        unsigned clean = 0;

        for (unsigned at = 0; at < 40; at++) {
            char name[32];
            int error;

            (void)snprintf(name, sizeof name, "state%zu-%u", c, at);
            serve(600);
            holds(name);
            serve(1400);
            at_end = at % 2 == 1;
            failing = calls[c];
            fail_at = at;
            error = ask_for(name, true, 600);
            failing = NONE;
            if (error == FRANK_OK) {
                clean++;
            } else {
                assert_true(error == FRANK_ERR_FILE ||
                            error == FRANK_ERR_MEMORY ||
                            error == FRANK_ERR_TRUNCATED);
                assert_int_equal(fault.error, error);
                troubles++;
            }
            holds(name);
        }
        assert_true(troubles > 0 && clean > 0);
    }
    at_end = false;
}

static void evidence_that_cannot_be_kept_is_trouble(void **state)
{
    (void)state;
    serve(1000);
    holds("state");
    serve_other(1000);
    failing = FSYNC;
    fail_at = 0;
    assert_int_equal(ask_for("state", false, 0), FRANK_ERR_FILE);
    failing = NONE;
    finds(ask_for("state", false, 0), LOG_FORK, 300, 1000);
    for (fail_at = 0; fail_at < 40;) {
        unsigned at = fail_at;
        int error;

        failing = PREAD;
        error = ask_for("state", false, 0);
        failing = NONE;
        assert_true(error == FRANK_ERR_FILE || error == FRANK_ERR_PROOF);
        fail_at = at + 1;
    }
}

/* ---- Words and bundles ----------------------------------------------------
 */

static void findings_have_names_and_words(void **state)
{
    (void)state;
    result = (struct log_result){.finding = LOG_HOLDS};
    {
        char text[LOG_TEXT_BYTES];

        log_result_text(text, &result);
        assert_string_equal(text, "holds");
        result = (struct log_result){.finding = LOG_ROLLBACK,
                                     .first = 7,
                                     .end = 9,
                                     .checkpoint = {.size = 8},
                                     .remembered = {.size = 9}};
        log_result_text(text, &result);
        assert_string_equal(text, "rollback: 8 entries where 9 were seen, and "
                                  "not the beginning of these: others from "
                                  "entry 7 on");
        result.finding = LOG_SWAPPED;
        (void)snprintf(result.where, sizeof result.where, "tile/0/000");
        log_result_text(text, &result);
        assert_string_equal(text, "swapped: tile/0/000 has hashes that belong "
                                  "to another place: entries 7 to 8");
    }
}

static void bundles_are_split_exactly(void **state)
{
    struct frank_span bytes = support_bytes("0003'abc' 0000 0001'x' 00");
    struct frank_span entries[4];
    size_t left = 9;

    (void)state;
    assert_int_equal(log_bundle_split(entries, &left, bytes, 3, &fault),
                     FRANK_OK);
    assert_int_equal(left, 1);
    support_assert_span(entries[0], support_text("abc"));
    assert_int_equal(entries[1].len, 0);
    support_assert_span(entries[2], support_text("x"));
    assert_int_equal(log_bundle_split(entries, NULL, bytes, 2, &fault),
                     FRANK_OK);
    assert_int_equal(log_bundle_split(entries, &left, bytes, 4, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_int_equal(fault.found, 3);
    bytes.len = 4;
    assert_int_equal(log_bundle_split(entries, &left, bytes, 1, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_int_equal(fault.found, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(logs_of_any_size_hold),
        IN_FOLDER(a_check_goes_on_from_any_size_to_any),
        IN_FOLDER(what_is_new_is_all_that_is_read),
        IN_FOLDER(entries_are_told_in_order_from_where_they_are_wanted),
        IN_FOLDER(who_is_told_can_stop_it),
        IN_FOLDER(a_key_serves_without_a_policy),
        IN_FOLDER(partial_tiles_can_give_way_to_full_ones),
        IN_FOLDER(a_checkpoint_must_be_signed_and_cosigned),
        IN_FOLDER(an_old_checkpoint_is_a_replay),
        IN_FOLDER(another_past_is_named_by_its_first_entry),
        IN_FOLDER(a_past_that_is_only_signed_is_one_too),
        IN_FOLDER(a_changed_hash_of_old_is_no_rewrite_if_the_root_stands),
        IN_FOLDER(missing_and_short_files_are_named),
        IN_FOLDER(altered_entries_are_named),
        IN_FOLDER(a_wrong_hash_is_named_where_the_entries_show_it),
        IN_FOLDER(swapped_tiles_are_named),
        IN_FOLDER(a_tile_of_any_level_is_compared),
        IN_FOLDER(a_root_that_the_hashes_do_not_make_is_none),
        IN_FOLDER(sizes_that_cannot_be_end),
        IN_FOLDER(trouble_is_no_finding),
        IN_FOLDER(a_state_of_another_log_is_refused),
        IN_FOLDER(a_state_that_was_damaged_is_refused),
        IN_FOLDER(a_state_that_cannot_be_had_is_trouble),
        IN_FOLDER(each_call_that_fails_is_trouble),
        IN_FOLDER(evidence_that_cannot_be_kept_is_trouble),
        IN_FOLDER(findings_have_names_and_words),
        IN_FOLDER(bundles_are_split_exactly),
    };

    stop_at = UINT64_MAX;
    return cmocka_run_group_tests(tests, make_log, NULL);
}
