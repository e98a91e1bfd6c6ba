/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

int load_hub_public(struct hub_public *out, const char *file)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    int code = io_read(&text, file, HUB_PUBLIC_MAX_BYTES);

    if (code == EXIT_DONE && hub_public_decode(out, (const char *)text.data,
                                               text.len, &fault) != FRANK_OK) {
        code = io_key_fault(file, &fault);
    }
    io_free(&text);
    return code == EXIT_DONE ? EXIT_DONE : EXIT_TROUBLE;
}

int load_sealed(struct sealed_report *out, struct blob *bytes, const char *file)
{
    struct frank_fault fault;
    int code = io_read(bytes, file, FRANK_REPORT_MAX_BYTES);

    if (code == EXIT_DONE && sealed_report_decode(out, bytes->data, bytes->len,
                                                  &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    return code;
}
