/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_file.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_BYTES (NOTE_VKEY_MAX_BYTES + sizeof "\nlog \n")
#define ROOM (POLICY_MAX_BYTES + OPTIONS_LIST_MAX * LOG_LINE_BYTES)

static bool read_file(char *out, size_t *len, const char *event,
                      const char *path)
{
    struct frank_fault fault = {FRANK_ERR_FILE, "open", 0, 0, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0 && *len <= POLICY_MAX_BYTES) {
        fault.field = "read";
        n = read(fd, out + *len, POLICY_MAX_BYTES + 1 - *len);
        *len += n > 0 ? (size_t)n : 0;
    }
    fault.found = (uint64_t)errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (n >= 0 && *len <= POLICY_MAX_BYTES) {
        return true;
    }
    if (n >= 0) {
        fault = (struct frank_fault){FRANK_ERR_LIMIT, "policy", 0, *len,
                                     POLICY_MAX_BYTES};
    }
    journal_fault(JOURNAL_ERROR, event, path, &fault);
    return false;
}

/* Those named beside the file; too long a key is none, which is said then. */
static void add_logs(char *out, size_t *len, const struct option_list *logs)
{
    for (size_t i = 0; logs != NULL && i < logs->count; i++) {
        int n = snprintf(out + *len, LOG_LINE_BYTES, "\nlog %.*s\n",
                         NOTE_VKEY_MAX_BYTES, logs->items[i]);

        *len += (size_t)n;
    }
}

bool policy_file_load(struct policy *out, const char *event, const char *path,
                      const struct option_list *logs)
{
    static const char no_quorum[] = "quorum none\n";
    char *text = malloc(ROOM);
    struct frank_fault fault = {FRANK_ERR_MEMORY, "policy", 0, 0, 0};
    char why[192];
    size_t len = 0;
    bool ok = text != NULL;

    if (!ok) {
        journal_fault(JOURNAL_ERROR, event, path, &fault);
    } else if (path[0] != '\0') {
        ok = read_file(text, &len, event, path);
    } else {
        memcpy(text, no_quorum, sizeof no_quorum - 1);
        len = sizeof no_quorum - 1;
    }
    if (ok) {
        add_logs(text, &len, logs);
        ok = policy_parse(out, text, len, &fault) == FRANK_OK;
        if (!ok) {
            policy_fault_text(why, sizeof why, text, len, &fault);
            JOURNAL(JOURNAL_ERROR, event,
                    JOURNAL_TEXT("what", path[0] != '\0' ? path : "log"),
                    JOURNAL_TEXT("why", why));
        }
    }
    free(text);
    return ok;
}
