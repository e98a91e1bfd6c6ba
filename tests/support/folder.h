/* SPDX-License-Identifier: Apache-2.0 */
/* A new, empty folder for each test that writes files. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* cmocka's setup and teardown: makes the folder and goes there; goes back and
 * removes it with all that is in it. */
int folder_enter(void **state);
int folder_leave(void **state);

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, folder_enter, folder_leave)

/* The folder's absolute path. */
const char *folder_path(void);

/* Writes a file, over one that is there. */
void folder_put(const char *name, const void *bytes, size_t len, mode_t mode);

/* Reads up to size bytes of a file, and gives how many. */
size_t folder_get(uint8_t *out, size_t size, const char *name);

/* Whether there is anything of that name, if only a broken symbolic link. */
bool folder_has(const char *name);

#endif
