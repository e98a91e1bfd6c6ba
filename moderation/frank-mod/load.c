/* SPDX-License-Identifier: Apache-2.0 */
/* Files that several commands read. */
#include "commands.h"
#include "quorum_public.h"
#include "secret_file.h"

int load_quorum(struct frank_quorum *out, const char *file)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    int code = io_read(&text, file, QUORUM_PUBLIC_MAX_BYTES);

    if (code == EXIT_DONE &&
        (quorum_public_decode(out, (const char *)text.data, text.len, &fault) !=
             FRANK_OK ||
         share_check_publics(out, &fault) != FRANK_OK)) {
        code = io_fault(file, &fault);
    }
    io_free(&text);
    return code;
}

int load_share(struct share *out, const char *file)
{
    uint8_t *text = NULL;
    size_t len = 0;
    struct frank_fault fault;
    int error =
        secret_file_load(&text, &len, file, SHARE_FILE_MAX_BYTES, &fault);

    if (error == FRANK_OK) {
        error = share_decode(out, (const char *)text, len, &fault);
    }
    sodium_free(text); /* wipes */
    return error == FRANK_OK ? EXIT_DONE : io_key_fault(file, &fault);
}
