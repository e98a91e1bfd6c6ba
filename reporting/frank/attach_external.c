/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_external.h"

#include "file_io.h"
#include "unnamed_file.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)1 << 16)

static int map(struct attach_map *out, int fd, uint64_t len, int protection,
               int flags, const char *field, struct frank_fault *fault)
{
    void *data;

    *out = (struct attach_map){NULL, (size_t)len};
    if (len == 0) {
        return FRANK_OK;
    }
    data = mmap(NULL, (size_t)len, protection, flags, fd, 0);
    if (data == MAP_FAILED) {
        return wire_fault(fault, FRANK_ERR_FILE, field, 0, (uint64_t)errno, 0);
    }
    out->data = data;
    return FRANK_OK;
}

static int copy_all(int copy, int fd, uint64_t len, struct frank_fault *fault)
{
    uint8_t piece[PIECE_BYTES];
    int error = FRANK_OK;

    for (uint64_t at = 0; error == FRANK_OK && at < len;) {
        size_t n = len - at < sizeof piece ? (size_t)(len - at) : sizeof piece;

        error = file_read(fd, piece, n, at, "sealed file", fault);
        if (error == FRANK_OK) {
            error = file_write(copy, piece, n, at, UNNAMED_FILE_FIELD, fault);
        }
        at += n;
    }
    sodium_memzero(piece, sizeof piece); /* it need not be encrypted */
    return error;
}

int attach_map_copy(struct attach_map *out, int fd, uint64_t len,
                    struct frank_fault *fault)
{
    int copy = unnamed_file_new(len);
    int error;

    *out = (struct attach_map){NULL, 0};
    if (copy < 0) {
        return wire_fault(fault, FRANK_ERR_FILE, UNNAMED_FILE_FIELD, 0,
                          (uint64_t)errno, 0);
    }
    error = copy_all(copy, fd, len, fault);
    if (error == FRANK_OK) {
        error = map(out, copy, len, PROT_READ, MAP_PRIVATE, UNNAMED_FILE_FIELD,
                    fault);
    }
    (void)close(copy);
    return error;
}

void attach_map_free(struct attach_map *map)
{
    if (map->data != NULL) {
        (void)munmap(map->data, map->len);
    }
    *map = (struct attach_map){NULL, 0};
}

/* A file gets its room before it is mapped: a full disk would be a signal. */
static int map_output(struct attach_map *out, int fd, uint64_t len,
                      struct frank_fault *fault)
{
    int got = 0;

    if (fd < 0) {
        return map(out, -1, len, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, "memory",
                   fault);
    }
    if (ftruncate(fd, 0) != 0) {
        got = errno;
    } else if (len > 0) {
        got = posix_fallocate(fd, 0, (off_t)len);
    }
    return got != 0
               ? wire_fault(fault, FRANK_ERR_FILE, "out", 0, (uint64_t)got, 0)
               : map(out, fd, len, PROT_READ | PROT_WRITE, MAP_SHARED, "out",
                     fault);
}

int attach_external_open(struct attach_map *opened,
                         const struct frank_external *external,
                         struct frank_span fetched, int out,
                         struct frank_fault *fault)
{
    uint8_t nothing; /* where a file without bytes is opened to */
    int error;

    *opened = (struct attach_map){NULL, 0};
    /* Fields and hash first: what is refused by them takes no room. */
    error =
        frank_external_open(NULL, external, fetched.data, fetched.len, fault);
    if (error == FRANK_OK) {
        error = map_output(opened, out,
                           frank_external_bytes(external, fetched.len), fault);
    }
    if (error == FRANK_OK) {
        error =
            frank_external_open(opened->data != NULL ? opened->data : &nothing,
                                external, fetched.data, fetched.len, fault);
    }
    if (error != FRANK_OK) {
        attach_map_free(opened);
    }
    return error;
}
