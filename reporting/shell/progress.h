/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long work: a line on standard error that shows how far it is, where that is
 * a terminal, and an end to it by SIGINT, SIGTERM or SIGHUP that leaves things
 * in order. One at a time.
 */
#ifndef REPORTING_SHELL_PROGRESS_H
#define REPORTING_SHELL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *doing; /* "sealing"; static text */
    uint64_t total;    /* bytes */
    bool shown;
    bool begun;
    uint64_t begun_at; /* bytes that were done already */
    uint64_t begun_ms;
    uint64_t drawn_ms;
    int width; /* of the line that stands there */
};

/* quiet: nothing is shown, whatever standard error is. */
void progress_start(struct progress *progress, const char *doing,
                    uint64_t total, bool quiet);

/* `done` bytes are done; false when the work is to stop. The first call tells
 * how many were done before. */
bool progress_go_on(struct progress *progress, uint64_t done);

/* Ends the line. The work is done to its end, or it is not. */
void progress_end(struct progress *progress, bool done);

/* Whether one of the signals came. */
bool progress_was_stopped(void);

/* Gives code; or, if a signal came, dies of it, now that all is in order. */
int progress_exit(int code);

#endif
