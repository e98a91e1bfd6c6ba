/* SPDX-License-Identifier: Apache-2.0 */
/* Disclosed files at rest. */
#include "evidence_file.h"
#include "folder.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 4096
/* nonce, leaf, tag; and the head */
#define AROUND (24 + 32 + 16)
#define HEAD (24 + 57 + 16)

static const uint8_t key[EVIDENCE_KEY_BYTES] = {1};
static const uint8_t other_key[EVIDENCE_KEY_BYTES] = {2};
static const struct evidence_head head = {10 * CHUNK, CHUNK, 3 * CHUNK + 100,
                                          12, "image/png"};
static uint8_t plain[3 * CHUNK];
static int folder;

static int enter(void **state)
{
    if (folder_enter(state) != 0) {
        return -1;
    }
    folder = open(folder_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 7 + i / 256);
    }
    return folder < 0;
}

static int leave(void **state)
{
    (void)close(folder);
    return folder_leave(state);
}
#define IN_IT(test) cmocka_unit_test_setup_teardown(test, enter, leave)

static struct evidence_file *make(const char *name)
{
    struct evidence_file *file = NULL;

    assert_int_equal(evidence_file_make(&file, folder, name, key, &head, NULL),
                     FRANK_OK);
    return file;
}

static int add(struct evidence_file *file, uint64_t i, size_t len)
{
    uint8_t leaf[FRANK_HASH_BYTES] = {(uint8_t)i};

    return evidence_file_add(file, leaf,
                             (struct frank_span){plain + i * CHUNK, len}, NULL);
}

static void assert_record(struct evidence_file *file, uint64_t i, size_t len)
{
    uint8_t leaf[FRANK_HASH_BYTES];
    struct frank_span chunk;

    assert_int_equal(evidence_file_read(file, leaf, &chunk, i, NULL), FRANK_OK);
    assert_int_equal(leaf[0], i);
    assert_int_equal(chunk.len, len);
    assert_memory_equal(chunk.data, plain + i * CHUNK, len);
}

static off_t size_of(const char *name)
{
    struct stat st;

    assert_int_equal(fstatat(folder, name, &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return st.st_size;
}

static void resize(const char *name, off_t size)
{
    int fd = openat(folder, name, O_WRONLY);

    assert_int_equal(ftruncate(fd, size), 0);
    (void)close(fd);
}

static void what_was_written_is_read(void **state)
{
    struct evidence_file *file = make("whole");

    (void)state;
    assert_int_equal(evidence_file_all(file), 3);
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    assert_int_equal(add(file, 1, 100), FRANK_ERR_LENGTH);
    assert_int_equal(add(file, 1, CHUNK), FRANK_OK);
    assert_int_equal(add(file, 2, CHUNK), FRANK_ERR_LENGTH);
    assert_int_equal(add(file, 2, 100), FRANK_OK);
    assert_int_equal(add(file, 2, 0), FRANK_ERR_LENGTH);
    assert_int_equal(evidence_file_sync(file, NULL), FRANK_OK);
    evidence_file_close(file);
    assert_int_equal(size_of("whole"), HEAD + 3 * AROUND + 2 * CHUNK + 100);
    assert_int_equal(evidence_file_open(&file, folder, "whole", key, NULL),
                     FRANK_OK);
    assert_memory_equal(evidence_file_head(file), &head, sizeof head);
    assert_int_equal(evidence_file_records(file), 3);
    assert_record(file, 2, 100);
    assert_record(file, 0, CHUNK);
    assert_record(file, 1, CHUNK);
    evidence_file_close(file);
}

static void it_goes_on_behind_the_last_whole_record(void **state)
{
    struct evidence_file *file = make("half");

    (void)state;
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    assert_int_equal(add(file, 1, CHUNK), FRANK_OK);
    evidence_file_close(file);
    resize("half", HEAD + 2 * (AROUND + CHUNK) - 1);
    file = make("half");
    assert_int_equal(evidence_file_records(file), 1);
    assert_int_equal(size_of("half"), HEAD + AROUND + CHUNK);
    assert_int_equal(add(file, 1, CHUNK), FRANK_OK);
    assert_int_equal(add(file, 2, 100), FRANK_OK);
    evidence_file_close(file);
    resize("half", HEAD + 3 * AROUND + 2 * CHUNK + 99);
    file = make("half");
    assert_int_equal(evidence_file_records(file), 2);
    assert_int_equal(evidence_file_cut(file, 1, NULL), FRANK_OK);
    assert_int_equal(evidence_file_records(file), 1);
    assert_int_equal(evidence_file_cut(file, 2, NULL), FRANK_OK);
    assert_int_equal(evidence_file_records(file), 1);
    evidence_file_close(file);
    resize("half", 3);
    file = make("half");
    assert_int_equal(evidence_file_records(file), 0);
    evidence_file_close(file);
}

static void another_key_or_head_begins_anew(void **state)
{
    struct evidence_head other = head;
    struct evidence_file *file = make("anew");

    (void)state;
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    evidence_file_close(file);
    assert_int_equal(evidence_file_open(&file, folder, "anew", other_key, NULL),
                     FRANK_ERR_SEALED);
    assert_int_equal(evidence_file_open(&file, folder, "none", key, NULL),
                     FRANK_ERR_FILE);
    other.end--;
    assert_int_equal(
        evidence_file_make(&file, folder, "anew", key, &other, NULL), FRANK_OK);
    assert_int_equal(evidence_file_records(file), 0);
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    evidence_file_close(file);
    assert_int_equal(
        evidence_file_make(&file, folder, "anew", other_key, &other, NULL),
        FRANK_OK);
    assert_int_equal(evidence_file_records(file), 0);
    evidence_file_close(file);
}

static void flip(const char *name, off_t at)
{
    int fd = openat(folder, name, O_RDWR);
    uint8_t byte;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    (void)close(fd);
}

static void refuses_what_was_altered_or_moved(void **state)
{
    struct evidence_file *file = make("altered");
    uint8_t leaf[FRANK_HASH_BYTES];
    uint8_t record[AROUND + CHUNK];
    struct frank_span chunk;
    int fd = openat(folder, "altered", O_RDWR);

    (void)state;
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    assert_int_equal(add(file, 1, CHUNK), FRANK_OK);
    assert_int_equal(evidence_file_read(file, leaf, &chunk, 2, NULL),
                     FRANK_ERR_SEALED);
    flip("altered", HEAD + AROUND + CHUNK + 30);
    assert_int_equal(evidence_file_read(file, leaf, &chunk, 1, NULL),
                     FRANK_ERR_SEALED);
    assert_record(file, 0, CHUNK);
    assert_int_equal(pread(fd, record, sizeof record, HEAD), sizeof record);
    assert_int_equal(pwrite(fd, record, sizeof record, HEAD + sizeof record),
                     sizeof record);
    assert_int_equal(evidence_file_read(file, leaf, &chunk, 1, NULL),
                     FRANK_ERR_SEALED);
    resize("altered", HEAD);
    assert_int_equal(evidence_file_read(file, leaf, &chunk, 0, NULL),
                     FRANK_ERR_FILE);
    evidence_file_close(file);
    (void)close(fd);
}

static void a_pipe_in_its_place_is_not_waited_for(void **state)
{
    struct evidence_file *file = NULL;

    (void)state;
    assert_int_equal(mkfifoat(folder, "pipe", 0600), 0);
    assert_int_equal(evidence_file_open(&file, folder, "pipe", key, NULL),
                     FRANK_ERR_FILE);
    assert_int_equal(
        evidence_file_make(&file, folder, "pipe", key, &head, NULL),
        FRANK_ERR_FILE);
    assert_null(file);
}

static void nothing_of_it_stands_there_in_clear(void **state)
{
    struct evidence_file *file = make("sealed");
    uint8_t bytes[HEAD + AROUND + CHUNK];
    int fd = openat(folder, "sealed", O_RDONLY);

    (void)state;
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    evidence_file_close(file);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), sizeof bytes);
    assert_null(memmem(bytes, sizeof bytes, plain + 64, 16));
    assert_null(memmem(bytes, sizeof bytes, "image/png", 9));
    (void)close(fd);
}

/* As of a disk that is full. */
static void a_record_that_does_not_fit_leaves_those_before(void **state)
{
    const struct rlimit small = {HEAD + AROUND + CHUNK + 50, RLIM_INFINITY};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct evidence_file *file = make("full");
    struct frank_fault fault;
    uint8_t leaf[FRANK_HASH_BYTES] = {1};

    (void)state;
    assert_int_equal(add(file, 0, CHUNK), FRANK_OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(
        evidence_file_add(file, leaf, (struct frank_span){plain + CHUNK, CHUNK},
                          &fault),
        FRANK_ERR_FILE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_int_equal(fault.found, EFBIG);
    assert_int_equal(evidence_file_records(file), 1);
    assert_int_equal(size_of("full"), HEAD + AROUND + CHUNK);
    assert_int_equal(add(file, 1, CHUNK), FRANK_OK);
    assert_record(file, 0, CHUNK);
    assert_record(file, 1, CHUNK);
    evidence_file_close(file);
}

static void an_empty_file_has_no_record(void **state)
{
    static const struct evidence_head empty = {0, 0, 0, 16, ""};
    struct evidence_file *file = NULL;

    (void)state;
    assert_int_equal(
        evidence_file_make(&file, folder, "empty", key, &empty, NULL),
        FRANK_OK);
    assert_int_equal(evidence_file_all(file), 0);
    assert_int_equal(evidence_file_records(file), 0);
    evidence_file_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_IT(what_was_written_is_read),
        IN_IT(it_goes_on_behind_the_last_whole_record),
        IN_IT(another_key_or_head_begins_anew),
        IN_IT(refuses_what_was_altered_or_moved),
        IN_IT(a_pipe_in_its_place_is_not_waited_for),
        IN_IT(nothing_of_it_stands_there_in_clear),
        IN_IT(a_record_that_does_not_fit_leaves_those_before),
        IN_IT(an_empty_file_has_no_record),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
