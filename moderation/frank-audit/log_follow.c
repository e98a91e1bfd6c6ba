/* SPDX-License-Identifier: Apache-2.0 */
#include "log_follow.h"

#include "command.h"
#include "log_source.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void show_progress(void *context, uint64_t done, uint64_t of)
{
    const struct log_follow *log = context;

    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r%s: %3u %% of %" PRIu64 " entries", log->name,
                      (unsigned)(100.0 * (double)done / (double)of), of);
    }
}

static int say(const struct log_follow *log, const struct log_ask *ask,
               const struct log_result *result, int error,
               const struct frank_fault *fault)
{
    char text[LOG_TEXT_BYTES];

    if (error == FRANK_ERR_PROOF) {
        log_result_text(text, result);
        return io_say(EXIT_REFUSED, "%s: %s", log->name, text);
    }
    if (strcmp(result->where, "state") == 0) {
        return io_key_fault(ask->state, fault);
    }
    if (error == FRANK_ERR_MISSING) {
        return io_say(EXIT_TROUBLE, "%s: there is no checkpoint", log->name);
    }
    if (error == FRANK_ERR_MEMORY) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    return EXIT_TROUBLE; /* after a message of whoever read it */
}

static int check(struct log_result *out, const struct log_follow *log,
                 struct log_ask *ask)
{
    struct frank_fault fault = {.error = FRANK_OK};
    int error = log_client_check(out, ask, &fault);

    if (isatty(STDERR_FILENO) == 1) {
        (void)fputs("\r\033[K", stderr);
    }
    return error == FRANK_OK ? EXIT_DONE : say(log, ask, out, error, &fault);
}

int log_follow(struct log_result *out, const struct log_follow *log)
{
    struct log_follow shown = *log; /* for the progress */
    struct log_source source;
    struct log_trust trust;
    struct log_ask ask = {
        .state = log->state,
        .entries = true,
        .entries_from = log->from,
        .entry = log->entry,
        .entry_context = log->context,
        .read = log_source_read,
        .read_context = &source,
        .progress = show_progress,
        .progress_context = &shown,
    };
    int code = log_trust_read(&trust, log->key, log->policy);

    memset(out, 0, sizeof *out);
    ask.key = log_trust_key(&trust);
    ask.policy = log_trust_policy(&trust);
    if (code == EXIT_DONE) {
        code = log_source_open(&source, log->place, log->token, log->ca);
        if (code == EXIT_DONE) {
            log_source_for(&source, ask.policy);
            code = check(out, log, &ask);
        }
        log_source_close(&source);
    }
    log_trust_free(&trust);
    return code;
}
