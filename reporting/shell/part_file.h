/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A large file under way: NAME.part until it is whole and on disk, then NAME.
 * What an earlier run left of it stays where it is, for this one to go on with.
 * All functions say what went wrong and give an exit code, as those of io.h.
 */
#ifndef REPORTING_SHELL_PART_FILE_H
#define REPORTING_SHELL_PART_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PART_FILE_SUFFIX ".part"

struct part_file {
    const char *path; /* the name to be; the caller's */
    char part[PATH_MAX];
    int fd;         /* for reading and writing; -1: not open */
    uint64_t found; /* bytes that an earlier run left */
};

/*
 * Opens NAME.part, made with these rights if it is not there, and locks it. It
 * must be a regular file, no symbolic link, the user's own, with no rights
 * beyond `mode`, no other name, and not the file that `in` has open: that one
 * is only read, whatever it is called. NAME may be taken: part_file_is_taken()
 * asks.
 */
int part_file_open(struct part_file *out, const char *path, mode_t mode,
                   int in);

/* Whether there is something of that name, after a message that says so. */
bool part_file_is_taken(const char *path);

/* Gives it its name, which must be free, once it is on disk. */
int part_file_publish(struct part_file *file);

/* Closes it; what there is stays. Nothing, if it is not open. */
void part_file_close(struct part_file *file);

/* The same, and removes NAME.part. */
void part_file_remove(struct part_file *file);

#endif
