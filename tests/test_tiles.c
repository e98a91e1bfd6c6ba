/* SPDX-License-Identifier: Apache-2.0 */
#include "failing_calls.h"
#include "folder.h"
#include "support.h"
#include "tiles.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define HASH MERKLE_HASH_BYTES
#define LEAVES 70000

typedef uint8_t hash[HASH];

static hash leaves[LEAVES];

/* ---- Calls that fail, beside those of failing_calls.h ------------------- */

enum { PREAD = CALLS + 1, MKDIRAT, HEAP, GETEUID, ALL_CALLS };

WRAP(ssize_t, pread, int fd, void *out, size_t len, off_t offset)
{
    if (fails((enum call)PREAD)) {
        return plan.end ? 0 : -1;
    }
    return __real_pread(fd, out, at_most(len), offset);
}

WRAP(int, mkdirat, int dir, const char *path, mode_t mode)
{
    return fails((enum call)MKDIRAT) ? -1 : __real_mkdirat(dir, path, mode);
}

WRAP(void *, malloc, size_t size)
{
    return fails((enum call)HEAP) ? NULL : __real_malloc(size);
}

WRAP(uid_t, geteuid, void)
{
    uid_t user = __real_geteuid();

    return fails((enum call)GETEUID) ? user + 1 : user;
}

static void arm_any(unsigned call, unsigned at, int number)
{
    arm((enum call)call, at, number);
}

static unsigned open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        count++;
    }
    assert_int_equal(closedir(folder), 0);
    return count;
}

/* ---- Logs --------------------------------------------------------------- */

static int make_leaves(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LEAVES; i++) {
        uint8_t entry[4];

        memcpy(entry, &i, sizeof entry);
        merkle_leaf(leaves[i], (struct frank_span){entry, sizeof entry});
    }
    return 0;
}

static struct tiles *open_log(void)
{
    struct tiles *tiles = NULL;

    assert_int_equal(tiles_open(&tiles, ".", NULL), FRANK_OK);
    return tiles;
}

static int append(struct tiles *tiles, size_t from, size_t count,
                  struct frank_fault *fault)
{
    return tiles_append(tiles, from, (const hash *)leaves + from, count, fault);
}

static void append_ok(struct tiles *tiles, size_t from, size_t count)
{
    struct frank_fault fault = {0};

    if (append(tiles, from, count, &fault) != FRANK_OK) {
        fail_msg("%zu after %zu: %d in %s, %d", count, from, fault.error,
                 fault.field, (int)fault.found);
    }
}

/* The range in the files is that of the leaves. */
static void assert_log(const struct tiles *tiles, size_t size)
{
    static struct merkle_range expected; /* it only ever grows, mostly */
    struct merkle_range got;
    struct frank_fault fault = {0};

    if (expected.size > size) {
        memset(&expected, 0, sizeof expected);
    }
    while (expected.size < size) {
        merkle_append(&expected, leaves[expected.size]);
    }
    if (tiles_range(&got, tiles, size, &fault) != FRANK_OK) {
        fail_msg("range of %zu: %d in %s", size, fault.error, fault.field);
    }
    assert_int_equal(got.size, size);
    for (unsigned i = 0; i < MERKLE_LEVELS_MAX; i++) {
        if ((size >> i & 1) != 0) {
            assert_memory_equal(got.roots[i], expected.roots[i], HASH);
        }
    }
}

static size_t size_of(const char *name)
{
    struct stat st;

    assert_int_equal(stat(name, &st), 0);
    return (size_t)st.st_size;
}

static void alter(const char *name, off_t at)
{
    int fd = open(name, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

/* ---- Growing ------------------------------------------------------------ */

static void ranges_are_read_back_at_each_size(void **state)
{
    struct tiles *tiles = open_log();
    size_t size = 0;

    (void)state;
    assert_log(tiles, 0);
    for (size_t step = 1; size + step < 2000; step = step % 41 + 3) {
        append_ok(tiles, size, step);
        size += step;
        assert_log(tiles, size);
    }
    for (size_t back = 0; back <= size; back++) {
        assert_log(tiles, back);
    }
    tiles_close(tiles);
}

static void each_leaf_alone_across_the_edges_of_tiles(void **state)
{
    static const size_t edges[] = {256, 512, 65536};
    struct tiles *tiles = open_log();
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(edges); i++) {
        append_ok(tiles, size, edges[i] - 3 - size);
        for (size = edges[i] - 3; size < edges[i] + 3; size++) {
            append_ok(tiles, size, 1);
            assert_log(tiles, size + 1);
        }
    }
    append_ok(tiles, size, 65536 + 256 - size);
    assert_log(tiles, 65536 + 256);
    assert_log(tiles, 65536);
    tiles_close(tiles);
}

/* The tree of 70,000 leaves that C2SP tlog-tiles describes. */
static void the_tree_of_the_specification_has_its_tiles(void **state)
{
    struct tiles *tiles = open_log();
    hash tile[TILES_WIDTH];
    unsigned width;

    (void)state;
    append_ok(tiles, 0, LEAVES);
    assert_int_equal(size_of("0/272"), 8192);
    assert_int_equal(size_of("0/273"), 112 * HASH);
    assert_false(folder_has("0/274"));
    assert_int_equal(size_of("1/000"), 8192);
    assert_int_equal(size_of("1/001"), 17 * HASH);
    assert_int_equal(size_of("2/000"), HASH);
    assert_false(folder_has("3"));
    assert_int_equal(tiles_read(tile, &width, tiles, 0, 272, LEAVES, NULL), 0);
    assert_int_equal(width, 256);
    assert_memory_equal(tile, leaves[272 * 256], sizeof tile);
    assert_int_equal(tiles_read(tile, &width, tiles, 0, 273, LEAVES, NULL), 0);
    assert_int_equal(width, 112);
    assert_int_equal(tiles_read(tile, &width, tiles, 1, 1, LEAVES, NULL), 0);
    assert_int_equal(width, 17);
    assert_int_equal(tiles_read(tile, &width, tiles, 2, 0, LEAVES, NULL), 0);
    assert_int_equal(width, 1);
    assert_int_equal(tiles_read(tile, &width, tiles, 0, 1, 300, NULL), 0);
    assert_int_equal(width, 44); /* as it once was */
    assert_log(tiles, LEAVES);
    assert_log(tiles, LEAVES - 256);
    tiles_close(tiles);
}

static void tiles_that_a_log_does_not_have_are_missing(void **state)
{
    static const struct {
        unsigned level;
        uint64_t index;
        uint64_t size;
    } cases[] = {
        {0, 0, 0},   {1, 0, 255}, {0, 1, 256},          {0, 2, 300},
        {2, 0, 600}, {7, 0, 600}, {8, 0, UINT64_MAX},   {63, 0, UINT64_MAX},
        {64, 0, 1},  {99, 0, 1},  {0, UINT64_MAX, 600}, {0, 1ULL << 56, 600},
    };
    struct tiles *tiles = open_log();

    (void)state;
    append_ok(tiles, 0, 600);
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        hash tile[TILES_WIDTH];
        struct frank_fault fault = {0};
        unsigned width = 77;

        assert_int_equal(tiles_read(tile, &width, tiles, cases[i].level,
                                    cases[i].index, cases[i].size, &fault),
                         FRANK_ERR_MISSING);
        assert_int_equal(fault.error, FRANK_ERR_MISSING);
        assert_int_equal(width, 0);
    }
    tiles_close(tiles);
}

static void folders_of_large_logs_are_made(void **state)
{
    struct tiles *tiles = open_log();
    const size_t from = 1000 * 256; /* nothing before it is needed here */
    hash tile[TILES_WIDTH];
    unsigned width;
    struct stat st;

    (void)state;
    assert_int_equal(tiles_append(tiles, from, (const hash *)leaves, 5, NULL),
                     FRANK_OK);
    assert_int_equal(size_of("0/x001/000"), 5 * HASH);
    assert_int_equal(stat("0/x001", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat("0/x001/000", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(tiles_read(tile, &width, tiles, 0, 1000, from + 5, NULL),
                     FRANK_OK);
    assert_int_equal(width, 5);
    assert_memory_equal(tile, leaves, 5 * sizeof(hash));
    tiles_close(tiles);
}

static void refuses_more_leaves_than_there_can_be(void **state)
{
    struct tiles *tiles = open_log();
    struct merkle_range range;
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(
        tiles_append(tiles, MERKLE_SIZE_MAX, (const hash *)leaves, 1, &fault),
        FRANK_ERR_LIMIT);
    assert_int_equal(fault.error, FRANK_ERR_LIMIT);
    assert_int_equal(tiles_append(tiles, MERKLE_SIZE_MAX + 1, NULL, 0, NULL),
                     FRANK_ERR_LIMIT);
    memset(&range, 0xff, sizeof range);
    assert_int_equal(tiles_range(&range, tiles, MERKLE_SIZE_MAX + 1, &fault),
                     FRANK_ERR_LIMIT);
    assert_true(support_is_zero(&range, sizeof range));
    assert_int_equal(tiles_append(tiles, MERKLE_SIZE_MAX, NULL, 0, NULL),
                     FRANK_OK);
    assert_false(folder_has("0"));
    tiles_close(tiles);
}

/* ---- Cost --------------------------------------------------------------- */

static unsigned syncs_of(struct tiles *tiles, size_t from, size_t count)
{
    arm(FSYNC, UINT_MAX, 0); /* none fails, all are counted */
    append_ok(tiles, from, count);
    plan.armed = false;
    return plan.made;
}

static void only_what_changed_is_synced(void **state)
{
    struct tiles *tiles = open_log();

    (void)state;
    /* the file, its folder, the log's folder */
    assert_int_equal(syncs_of(tiles, 0, 1), 3);
    assert_int_equal(syncs_of(tiles, 1, 1), 1);
    assert_int_equal(syncs_of(tiles, 2, 253), 1);
    /* the last of a tile, and a new tile above */
    assert_int_equal(syncs_of(tiles, 255, 1), 1 + 3);
    assert_int_equal(syncs_of(tiles, 256, 300), 3 + 3 + 1);
    assert_int_equal(syncs_of(tiles, 556, 0), 0);
    assert_log(tiles, 556);
    tiles_close(tiles);
}

/* A log of which only the last tiles are there. */
static void a_million_leaves_take_a_handful_of_reads(void **state)
{
    struct tiles *tiles = open_log();
    struct merkle_range range;
    hash pair;

    (void)state;
    assert_int_equal(mkdir("0", 0700), 0);
    assert_int_equal(mkdir("0/x003", 0700), 0);
    assert_int_equal(mkdir("1", 0700), 0);
    assert_int_equal(mkdir("2", 0700), 0);
    folder_put("0/x003/906", leaves, 64 * sizeof(hash), 0600);
    folder_put("1/015", leaves, 66 * sizeof(hash), 0600);
    folder_put("2/000", leaves, 15 * sizeof(hash), 0600);
    arm_any(PREAD, UINT_MAX, 0);
    assert_int_equal(tiles_range(&range, tiles, 1000000, NULL), FRANK_OK);
    plan.armed = false;
    assert_int_equal(plan.made, 3);
    /* the last two of the 66 hashes of level 1 */
    merkle_node(pair, leaves[64], leaves[65]);
    assert_memory_equal(range.roots[8 + 1], pair, sizeof pair);
    tiles_close(tiles);
}

/* ---- Damage ------------------------------------------------------------- */

static void refuse_range(const struct tiles *tiles, uint64_t size, int error,
                         const char *field)
{
    struct merkle_range range;
    struct frank_fault fault = {0};

    memset(&range, 0xff, sizeof range);
    assert_int_equal(tiles_range(&range, tiles, size, &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_true(support_is_zero(&range, sizeof range));
}

static void refuses_levels_that_contradict_each_other(void **state)
{
    struct tiles *tiles = open_log();

    (void)state;
    append_ok(tiles, 0, 512);
    assert_log(tiles, 512);
    alter("0/001", 5 * HASH);
    refuse_range(tiles, 512, FRANK_ERR_CHECKSUM, "tile");
    assert_log(tiles, 256);
    alter("0/001", 5 * HASH);
    assert_log(tiles, 512);
    alter("1/000", HASH);
    refuse_range(tiles, 512, FRANK_ERR_CHECKSUM, "tile");
    assert_log(tiles, 256);
    tiles_close(tiles);
}

static void refuses_tiles_that_are_too_short(void **state)
{
    struct tiles *tiles = open_log();
    hash tile[TILES_WIDTH];
    struct frank_fault fault = {0};
    unsigned width = 77;

    (void)state;
    append_ok(tiles, 0, 300);
    assert_int_equal(truncate("0/001", 44 * HASH - 1), 0);
    refuse_range(tiles, 300, FRANK_ERR_TRUNCATED, "tile");
    assert_log(tiles, 299);
    memset(tile, 0xff, sizeof tile);
    assert_int_equal(tiles_read(tile, &width, tiles, 0, 1, 300, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_int_equal(fault.found, 44 * HASH - 1);
    assert_int_equal(fault.expected, 44 * HASH);
    assert_int_equal(width, 0);
    assert_true(support_is_zero(tile, 44 * sizeof(hash)));
    /* nor is anything written behind a hole */
    assert_int_equal(append(tiles, 300, 1, &fault), FRANK_ERR_TRUNCATED);
    assert_int_equal(size_of("0/001"), 44 * HASH - 1);
    append_ok(tiles, 299, 10);
    assert_log(tiles, 309);
    tiles_close(tiles);
}

static void refuses_tiles_that_are_not_there(void **state)
{
    struct tiles *tiles = open_log();
    struct frank_fault fault = {0};

    (void)state;
    refuse_range(tiles, 1, FRANK_ERR_FILE, "open tile");
    assert_int_equal(append(tiles, 1, 1, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, ENOENT);
    assert_false(folder_has("0"));
    append_ok(tiles, 0, 256);
    assert_int_equal(unlink("1/000"), 0);
    refuse_range(tiles, 256, FRANK_ERR_FILE, "open tile");
    tiles_close(tiles);
}

static void does_not_follow_links(void **state)
{
    struct tiles *tiles = open_log();
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(mkdir("0", 0700), 0);
    folder_put("outside", "", 0, 0600);
    assert_int_equal(symlink("../outside", "0/000"), 0);
    assert_int_equal(append(tiles, 0, 1, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, ELOOP);
    assert_int_equal(size_of("outside"), 0);
    assert_int_equal(append(tiles, 1, 1, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, ELOOP);
    refuse_range(tiles, 1, FRANK_ERR_FILE, "open tile");
    tiles_close(tiles);
}

/* ---- Crashes and failures ----------------------------------------------- */

static void what_a_crash_left_is_written_over(void **state)
{
    static hash other[700];
    struct tiles *tiles = open_log();

    (void)state;
    memset(other, 0x77, sizeof other);
    for (size_t from = 200; from < 2000; from += 611) {
        append_ok(tiles, from == 200 ? 0 : from - 611, from == 200 ? 200 : 611);
        assert_int_equal(
            tiles_append(tiles, from, (const hash *)other, 700, NULL),
            FRANK_OK);
        assert_log(tiles, from);
    }
    append_ok(tiles, 1422, 611);
    assert_log(tiles, 2033);
    tiles_close(tiles);
}

static void remove_log(void)
{
    assert_int_equal(folder_leave(NULL), 0);
    assert_int_equal(folder_enter(NULL), 0);
}

/* An append of which one call fails; false when there was no such call. */
static bool fail_append(size_t from, size_t count, unsigned call, unsigned at,
                        int number)
{
    struct tiles *tiles = open_log();
    unsigned files = open_files();
    struct frank_fault fault = {0};
    bool made;
    int error;

    append_ok(tiles, 0, from);
    arm_any(call, at, number);
    error = append(tiles, from, count, &fault);
    plan.armed = false;
    made = plan.made > at;
    if (made && call != CLOSE && number != EINTR) {
        assert_int_equal(error, FRANK_ERR_FILE);
        assert_int_equal(fault.error, FRANK_ERR_FILE);
        assert_int_equal(fault.found, number);
        assert_non_null(fault.field);
    } else {
        assert_int_equal(error, FRANK_OK);
    }
    assert_int_equal(open_files(), files);
    assert_log(tiles, from);
    append_ok(tiles, from, count);
    assert_log(tiles, from + count);
    tiles_close(tiles);
    remove_log();
    return made;
}

static const unsigned append_calls[] = {OPENAT, PREAD, PWRITE, FSYNC,
                                        FSTAT,  CLOSE, MKDIRAT};
static const struct {
    size_t from;
    size_t count;
} appends[] = {{0, 1}, {0, 520}, {250, 20}, {255, 1}, {300, 2}};

static void each_failing_call_leaves_the_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(appends); i++) {
        for (size_t c = 0; c < SUPPORT_COUNT(append_calls); c++) {
            unsigned at = 0;

            while (fail_append(appends[i].from, appends[i].count,
                               append_calls[c], at, EIO)) {
                assert_in_range(++at, 1, 100);
            }
        }
    }
}

/* Killed, or out of space, in the midst of a write. */
static void a_write_cut_off_anywhere_leaves_the_log(void **state)
{
    (void)state;
    plan.most = 1000;
    for (size_t i = 0; i < SUPPORT_COUNT(appends); i++) {
        unsigned at = 0;

        while (fail_append(appends[i].from, appends[i].count, PWRITE, at,
                           ENOSPC)) {
            assert_in_range(++at, 1, 100);
        }
    }
    plan.most = 0;
}

static void interrupted_and_partial_calls_are_made_again(void **state)
{
    (void)state;
    plan.most = 777;
    for (size_t i = 0; i < SUPPORT_COUNT(appends); i++) {
        (void)fail_append(appends[i].from, appends[i].count, PWRITE, 0, EINTR);
        (void)fail_append(appends[i].from, appends[i].count, PWRITE, 1, EINTR);
        (void)fail_append(appends[i].from, appends[i].count, PREAD, 0, EINTR);
        (void)fail_append(appends[i].from, appends[i].count, PREAD, 1, EINTR);
    }
    plan.most = 0;
}

/* Of folder in folder, and of the many tiles of one append. */
static void a_failure_ends_the_append(void **state)
{
    static const unsigned calls[] = {MKDIRAT, FSYNC, OPENAT};
    struct tiles *tiles = open_log();
    const size_t from = 1000 * 256;
    struct frank_fault fault = {0};

    (void)state;
    for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
        for (unsigned at = 0; at < 2; at++) {
            arm_any(calls[c], at, EIO);
            assert_int_equal(
                tiles_append(tiles, from, (const hash *)leaves, 5, &fault),
                FRANK_ERR_FILE);
            assert_int_equal(plan.made, at + 1);
            plan.armed = false;
        }
    }
    assert_int_equal(tiles_append(tiles, from, (const hash *)leaves, 5, NULL),
                     FRANK_OK);
    assert_int_equal(size_of("0/x001/000"), 5 * HASH);
    arm_any(PWRITE, 0, ENOSPC);
    assert_int_equal(append(tiles, 0, LEAVES, &fault), FRANK_ERR_FILE);
    assert_int_equal(plan.made, 1);
    plan.armed = false;
    tiles_close(tiles);
}

/* A tile that someone cuts off under the append that fills it. */
static void a_tile_that_shrinks_while_read_is_refused(void **state)
{
    struct tiles *tiles = open_log();
    struct frank_fault fault = {0};

    (void)state;
    append_ok(tiles, 0, 255);
    plan.end = true;
    arm_any(PREAD, 0, 0);
    assert_int_equal(append(tiles, 255, 1, &fault), FRANK_ERR_TRUNCATED);
    plan.armed = false;
    plan.end = false;
    assert_log(tiles, 255);
    tiles_close(tiles);
}

static void failing_reads_of_the_range_are_reported(void **state)
{
    static const unsigned calls[] = {OPENAT, PREAD};
    struct tiles *tiles = open_log();
    unsigned files = open_files();

    (void)state;
    append_ok(tiles, 0, 300);
    for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
        for (unsigned at = 0; at < 2; at++) {
            arm_any(calls[c], at, EIO);
            refuse_range(tiles, 300, FRANK_ERR_FILE,
                         calls[c] == PREAD ? "read tile" : "open tile");
            plan.armed = false;
        }
    }
    assert_int_equal(open_files(), files);
    tiles_close(tiles);
}

/* ---- Opening ------------------------------------------------------------ */

static void refuse_open(const char *folder, int error, int number)
{
    struct tiles *tiles = (struct tiles *)leaves;
    struct frank_fault fault = {0};
    int got = tiles_open(&tiles, folder, &fault);

    plan.armed = false;
    assert_int_equal(got, error);
    assert_int_equal(fault.error, error);
    assert_int_equal(fault.found, number);
    assert_null(tiles);
}

static void refuses_what_is_no_folder_of_ours(void **state)
{
    unsigned files = open_files();

    (void)state;
    folder_put("file", "", 0, 0600);
    refuse_open("absent", FRANK_ERR_FILE, ENOENT);
    refuse_open("file", FRANK_ERR_FILE, ENOTDIR);
    arm_any(FSTAT, 0, EIO);
    refuse_open(".", FRANK_ERR_FILE, EIO);
    arm_any(GETEUID, 0, 0);
    refuse_open(".", FRANK_ERR_FILE, EPERM);
    arm_any(HEAP, 0, ENOMEM);
    refuse_open(".", FRANK_ERR_MEMORY, 0);
    assert_int_equal(open_files(), files);
    tiles_close(NULL);
}

/* ---- Paths -------------------------------------------------------------- */

static void paths_are_read_and_written(void **state)
{
    static const struct {
        const char *path;
        struct tiles_path parsed;
    } cases[] = {
        {"0/000", {false, 0, 0, 256}},
        {"0/x001/067", {false, 0, 1067, 256}},
        {"0/x001/067.p/12", {false, 0, 1067, 12}},
        {"1/x001/x234/067", {false, 1, 1234067, 256}},
        {"63/999.p/255", {false, 63, 999, 255}},
        {"10/x999/000.p/1", {false, 10, 999000, 1}},
        {"entries/000", {true, 0, 0, 256}},
        {"entries/x001/000.p/100", {true, 0, 1000, 100}},
        {"0/x018/x446/x744/x073/x709/x551/615", {false, 0, UINT64_MAX, 256}},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        const struct tiles_path *expected = &cases[i].parsed;
        struct tiles_path got = {false, 99, 99, 99};
        char path[TILES_PATH_MAX_BYTES];

        assert_true(tiles_path_parse(&got, cases[i].path));
        assert_int_equal(got.entries, expected->entries);
        assert_int_equal(got.level, expected->level);
        assert_true(got.index == expected->index);
        assert_int_equal(got.width, expected->width);
        tiles_path_write(path, got.level, got.index);
        if (!got.entries && got.width == 256) {
            assert_string_equal(path, cases[i].path);
        }
    }
}

static void refuses_paths_in_another_form(void **state)
{
    static const char *const paths[] = {
        "",
        "0",
        "0/",
        "/000",
        "/0/000",
        "0//000",
        "00/000",
        "01/000",
        "64/000",
        "100/000",
        "4294967296/000",
        "-1/000",
        "+1/000",
        " 0/000",
        "0/0",
        "0/00",
        "0/0000",
        "0/00a",
        "0/a00",
        "0/0 0",
        "0/:00",
        "0/00/",
        "0/000/",
        "0/000x",
        "0/x000",
        "0/x000/",
        "0/x000/000",
        "0/x000/001",
        "0/x001",
        "0/x001/",
        "0/x001/x002",
        "0/001/002",
        "0/x001/0",
        "0/x01/000",
        "0/X001/000",
        "0/x001/x000/",
        "0/x001//000",
        "0/x018/x446/x744/x073/x709/x551/616",
        "0/x018/x446/x744/x073/x709/x552/000",
        "0/x001/x000/x000/x000/x000/x000/x000/000",
        "0/000.p",
        "0/000.p/",
        "0/000.p/0",
        "0/000.p/00",
        "0/000.p/01",
        "0/000.p/256",
        "0/000.p/1000",
        "0/000.p/1/",
        "0/000.p/1 ",
        "0/000.p/-1",
        "0/000.q/1",
        "0/000p/1",
        "0/000.",
        "entries",
        "entries/",
        "entries/0",
        "entriesx/000",
        "Entries/000",
        "entries0/000",
        "entries/0/000",
        "../000",
        "0/../000",
        "0/..",
        "0/x../000",
        "a/000",
        "0/000\n",
        "checkpoint",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(paths); i++) {
        /* in memory of just its length */
        const char *copy = (const char *)support_copy((const uint8_t *)paths[i],
                                                      strlen(paths[i]) + 1);
        struct tiles_path got = {true, 98, 97, 96};

        if (tiles_path_parse(&got, copy)) {
            fail_msg("taken: \"%s\"", copy);
        }
        assert_true(got.entries && got.level == 98 && got.index == 97 &&
                    got.width == 96);
    }
}

/* ---- Replacing a file --------------------------------------------------- */

static void assert_file(const char *name, const char *text)
{
    uint8_t bytes[64];
    size_t len = folder_get(bytes, sizeof bytes, name);

    assert_int_equal(len, strlen(text));
    assert_memory_equal(bytes, text, len);
}

static void a_file_is_made_and_replaced(void **state)
{
    char path[PATH_MAX];
    struct stat st;

    (void)state;
    folder_put("file.tmp", "left by a crash", 15, 0400);
    assert_int_equal(tiles_replace_file("file", "one", 3, NULL), FRANK_OK);
    assert_file("file", "one");
    assert_int_equal(stat("file", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(mkdir("in", 0700), 0);
    assert_int_equal(tiles_replace_file("in/file", "two", 3, NULL), FRANK_OK);
    assert_file("in/file", "two");
    (void)snprintf(path, sizeof path, "%s/file", folder_path());
    assert_int_equal(tiles_replace_file(path, "", 0, NULL), FRANK_OK);
    assert_file("file", "");
    assert_false(folder_has("file.tmp"));
    assert_false(folder_has("in/file.tmp"));
}

static void refuse_replacing(const char *path, int number)
{
    struct frank_fault fault = {0};

    assert_int_equal(tiles_replace_file(path, "new", 3, &fault),
                     FRANK_ERR_FILE);
    assert_int_equal(fault.error, FRANK_ERR_FILE);
    assert_int_equal(fault.found, number);
}

static void refuses_paths_that_cannot_be_replaced(void **state)
{
    static char path[2 * PATH_MAX];

    (void)state;
    refuse_replacing("absent/file", ENOENT);
    memset(path, 'a', NAME_MAX - 3);
    refuse_replacing(path, ENAMETOOLONG);
    path[NAME_MAX - 4] = '\0';
    assert_int_equal(tiles_replace_file(path, "new", 3, NULL), FRANK_OK);
    memset(path, '/', sizeof path - 1);
    refuse_replacing(path, ENAMETOOLONG);
    assert_int_equal(mkdir("folder", 0700), 0);
    refuse_replacing("folder", EISDIR);
    assert_false(folder_has("folder.tmp"));
}

static bool fail_replacing(enum call call, unsigned at)
{
    unsigned files = open_files();
    struct frank_fault fault = {0};
    int error;

    folder_put("file", "old", 3, 0600);
    arm(call, at, EIO);
    error = tiles_replace_file("file", "new", 3, &fault);
    plan.armed = false;
    assert_int_equal(fault.error, error);
    if (call == RENAMEAT && plan.made > at) {
        assert_int_equal(close(plan.not_renamed), 0);
    }
    if (error == FRANK_OK) {
        assert_true(plan.made <= at || call == CLOSE || call == UNLINKAT);
        assert_file("file", "new");
    } else {
        assert_int_equal(error, FRANK_ERR_FILE);
        assert_int_equal(fault.found, EIO);
        assert_file("file",
                    strcmp(fault.field, "sync folder") == 0 ? "new" : "old");
    }
    assert_int_equal(open_files(), files);
    assert_false(folder_has("file.tmp"));
    return plan.made > at;
}

static void a_failed_replacing_leaves_the_old_file(void **state)
{
    static const enum call calls[] = {OPEN,  OPENAT,   PWRITE,  FSYNC,
                                      CLOSE, RENAMEAT, UNLINKAT};

    (void)state;
    for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
        unsigned at = 0;

        while (fail_replacing(calls[c], at)) {
            assert_in_range(++at, 1, 20);
        }
        assert_true(at > 0);
    }
    /* where a part was written, too */
    plan.most = 2;
    assert_true(fail_replacing(PWRITE, 1));
    plan.most = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(ranges_are_read_back_at_each_size),
        IN_FOLDER(each_leaf_alone_across_the_edges_of_tiles),
        IN_FOLDER(the_tree_of_the_specification_has_its_tiles),
        IN_FOLDER(tiles_that_a_log_does_not_have_are_missing),
        IN_FOLDER(folders_of_large_logs_are_made),
        IN_FOLDER(refuses_more_leaves_than_there_can_be),
        IN_FOLDER(only_what_changed_is_synced),
        IN_FOLDER(a_million_leaves_take_a_handful_of_reads),
        IN_FOLDER(refuses_levels_that_contradict_each_other),
        IN_FOLDER(refuses_tiles_that_are_too_short),
        IN_FOLDER(refuses_tiles_that_are_not_there),
        IN_FOLDER(does_not_follow_links),
        IN_FOLDER(what_a_crash_left_is_written_over),
        IN_FOLDER(each_failing_call_leaves_the_log),
        IN_FOLDER(a_write_cut_off_anywhere_leaves_the_log),
        IN_FOLDER(interrupted_and_partial_calls_are_made_again),
        IN_FOLDER(a_failure_ends_the_append),
        IN_FOLDER(a_tile_that_shrinks_while_read_is_refused),
        IN_FOLDER(failing_reads_of_the_range_are_reported),
        IN_FOLDER(refuses_what_is_no_folder_of_ours),
        cmocka_unit_test(paths_are_read_and_written),
        cmocka_unit_test(refuses_paths_in_another_form),
        IN_FOLDER(a_file_is_made_and_replaced),
        IN_FOLDER(refuses_paths_that_cannot_be_replaced),
        IN_FOLDER(a_failed_replacing_leaves_the_old_file),
    };

    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
