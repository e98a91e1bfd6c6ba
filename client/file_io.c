/* SPDX-License-Identifier: Apache-2.0 */
#include "file_io.h"
#include "wire.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int file_size(uint64_t *size, int file, const char *field,
              struct frank_fault *fault)
{
    struct stat status;

    if (fstat(file, &status) != 0) {
        return wire_fault(fault, FRANK_ERR_FILE, field, 0, (uint64_t)errno, 0);
    }
    if (!S_ISREG(status.st_mode)) {
        return wire_fault(fault, FRANK_ERR_ARGUMENT, field, 0, 0, 0);
    }
    *size = (uint64_t)status.st_size;
    return FRANK_OK;
}

int file_read(int file, uint8_t *out, size_t len, uint64_t offset,
              const char *field, struct frank_fault *fault)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(file, out + done, len - done, (off_t)(offset + done));

        if (n == 0) {
            return wire_fault(fault, FRANK_ERR_TRUNCATED, field, (size_t)offset,
                              done, len);
        }
        if (n < 0 && errno != EINTR) {
            return wire_fault(fault, FRANK_ERR_FILE, field,
                              (size_t)offset + done, (uint64_t)errno, 0);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return FRANK_OK;
}

int file_write(int file, const uint8_t *bytes, size_t len, uint64_t offset,
               const char *field, struct frank_fault *fault)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n =
            pwrite(file, bytes + done, len - done, (off_t)(offset + done));

        if (n < 0 && errno != EINTR) {
            return wire_fault(fault, FRANK_ERR_FILE, field,
                              (size_t)offset + done, (uint64_t)errno, 0);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return FRANK_OK;
}
