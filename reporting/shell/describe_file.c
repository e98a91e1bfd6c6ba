/* SPDX-License-Identifier: Apache-2.0 */
#include "describe_file.h"

#include <inttypes.h>

void describe_file_text(const struct frank_attachment *attachment)
{
    io_put_text(stdout, attachment->filename);
    (void)printf(" (");
    io_put_text(stdout, attachment->media_type);
    (void)printf("), %" PRIu64 " bytes", attachment->size);
}

void describe_run_text(const struct disclosed_file *file)
{
    if (file->bytes == file->attachment.size) {
        (void)printf("all of it");
    } else {
        (void)printf("bytes %" PRIu64 " to %" PRIu64, file->begin,
                     file->begin + file->bytes - 1);
    }
}
