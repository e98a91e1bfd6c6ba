/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a change: lock the folder; read; change; write FILE.frank-tmp,
 * sync it; rename it over FILE, sync the folder; overwrite the old file's bytes
 * through the descriptor that is still open, sync them.
 */
#include "keyring_file.h"

#include "secret_file.h"
#include "wire.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>

/* Reads the keyring that is open as fd. */
static int load_fd(struct keyring **out, int fd, size_t size,
                   struct frank_fault *fault)
{
    uint8_t *bytes = NULL;
    int error = secret_fd_load(&bytes, fd, size, fault);

    if (error == FRANK_OK) {
        error = keyring_decode(out, bytes, size, fault);
    }
    sodium_free(bytes); /* wipes */
    return error;
}

/* Writes the keyring as the place's new file, and gives that its name. */
static int put(const struct secret_place *place, const struct keyring *ring,
               bool replace, struct frank_fault *fault)
{
    uint8_t *bytes = sodium_malloc(KEYRING_MAX_BYTES);
    int error;

    if (bytes == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "keyring file", 0, 0, 0);
    }
    error = replace ? FRANK_OK : secret_place_is_free(place, fault);
    if (error == FRANK_OK) {
        error = secret_place_write(place, bytes, keyring_encode(bytes, ring),
                                   fault);
    }
    if (error == FRANK_OK) {
        error = secret_place_publish(place, replace, fault);
    }
    sodium_free(bytes); /* wipes */
    return error;
}

/* Under a shared lock: the old file's bytes are overwritten after a change. */
int keyring_file_load(struct keyring **out, const char *path,
                      struct frank_fault *fault)
{
    struct secret_place place;
    size_t size = 0;
    int fd = -1;
    int error = secret_place_lock(&place, path, LOCK_SH, fault);

    if (error == FRANK_OK) {
        error = secret_place_open(&fd, &size, &place, O_RDONLY,
                                  KEYRING_MAX_BYTES, fault);
    }
    if (error == FRANK_OK) {
        error = load_fd(out, fd, size, fault);
    }
    secret_fd_close(fd);
    secret_place_close(&place); /* and unlock */
    return error;
}

int keyring_file_create(const char *path, const struct keyring *ring,
                        struct frank_fault *fault)
{
    struct secret_place place;
    int error = secret_place_lock(&place, path, LOCK_EX, fault);

    if (error == FRANK_OK) {
        error = put(&place, ring, false, fault);
    }
    secret_place_close(&place); /* and unlock */
    return error;
}

int keyring_file_change(const char *path, keyring_change *change, void *context,
                        struct frank_fault *fault)
{
    struct secret_place place;
    struct keyring *ring = NULL;
    size_t size = 0;
    int fd = -1;
    int error = secret_place_lock(&place, path, LOCK_EX, fault);

    if (error == FRANK_OK) {
        error = secret_place_open(&fd, &size, &place, O_RDWR, KEYRING_MAX_BYTES,
                                  fault);
    }
    if (error == FRANK_OK) {
        error = load_fd(&ring, fd, size, fault);
    }
    if (error == FRANK_OK) {
        error = change(ring, context, fault);
    }
    if (error == FRANK_OK) {
        error = put(&place, ring, true, fault);
    }
    if (error == FRANK_OK) {
        error = secret_fd_wipe(fd, size, fault);
    }
    keyring_free(ring);
    secret_fd_close(fd);
    secret_place_close(&place); /* and unlock */
    return error;
}
