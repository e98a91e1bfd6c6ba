/* SPDX-License-Identifier: Apache-2.0 */
/* Files that several commands read. */
#include "commands.h"
#include "quorum_public.h"
#include "secret_file.h"

#include <string.h>

/* Of one polynomial: else some k holders would open nothing. */
static int check_publics(const struct frank_quorum *quorum, const char *file)
{
    struct frank_fault fault;

    return share_check_publics(quorum, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_fault(file, &fault);
}

int load_quorum_or_record(struct quorum_record *out, bool *is_record,
                          const char *file)
{
    struct blob bytes = {NULL, 0};
    struct frank_fault fault;
    int code = io_read(&bytes, file, QUORUM_PUBLIC_MAX_BYTES);
    int error = FRANK_OK;

    memset(out, 0, sizeof *out);
    *is_record = bytes.len > 0 && bytes.data[0] == QUORUM_VERSION;
    if (code == EXIT_DONE) {
        error =
            *is_record
                ? quorum_record_decode(out, bytes.data, bytes.len, &fault)
                : quorum_public_decode(&out->quorum, (const char *)bytes.data,
                                       bytes.len, &fault);
    }
    io_free(&bytes);
    if (error != FRANK_OK) {
        return io_key_fault(file, &fault);
    }
    return code == EXIT_DONE ? check_publics(&out->quorum, file) : code;
}

int load_quorum(struct frank_quorum *out, const char *file)
{
    struct quorum_record record;
    bool is_record;
    int code = load_quorum_or_record(&record, &is_record, file);

    if (code == EXIT_DONE && is_record) {
        code = io_say(EXIT_REFUSED,
                      "%s: a signed quorum key, which may be anybody's: here "
                      "quorum.pub itself is needed",
                      file);
    }
    *out = record.quorum;
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
