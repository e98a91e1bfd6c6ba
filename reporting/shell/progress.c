/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "size.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_MS 100
#define BAR 20

static volatile sig_atomic_t came; /* the signal, or 0 */

static void take_signal(int signal)
{
    came = signal;
}

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const char *doing,
                    uint64_t total, bool quiet)
{
    struct sigaction action;
    struct sigaction old;
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    *progress = (struct progress){.doing = doing, .total = total};
    progress->shown = !quiet && isatty(STDERR_FILENO) == 1;
    memset(&action, 0, sizeof action);
    action.sa_handler = take_signal;
    action.sa_flags = (int)SA_RESETHAND; /* a second one ends it at once */
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* What the shell had ignored (nohup, &) stays ignored. */
        if (sigaction(signals[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

/* "7 s", "3 min 5 s", "2 h 10 min" */
static void time_left(char *out, size_t size, uint64_t seconds)
{
    if (seconds < 60) {
        (void)snprintf(out, size, "%" PRIu64 " s", seconds);
    } else if (seconds < 3600) {
        (void)snprintf(out, size, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
                       seconds % 60);
    } else {
        (void)snprintf(out, size, "%" PRIu64 " h %" PRIu64 " min",
                       seconds / 3600, seconds / 60 % 60);
    }
}

/* "sealing [#####...............]  25 %, 412 MiB/s, 7 s left". Divisions are
 * done in double: bytes times a thousand may not fit. */
static void draw(struct progress *progress, uint64_t done, uint64_t now)
{
    double part =
        progress->total > 0 ? (double)done / (double)progress->total : 1;
    double seconds = (double)(now - progress->begun_ms) / 1000;
    double rate = (double)(done - progress->begun_at) /
                  (seconds > 0.001 ? seconds : 0.001);
    int full = (int)(part * BAR);
    char speed[SIZE_TEXT_BYTES];
    char left[40] = "";
    char line[160];
    int width;

    size_text(speed, (uint64_t)rate);
    if (rate >= 1 && done < progress->total) {
        time_left(left, sizeof left,
                  (uint64_t)((double)(progress->total - done) / rate) + 1);
    }
    width = snprintf(line, sizeof line, "%s [%.*s%.*s] %3d %%, %s/s%s%s%s",
                     progress->doing, full, "####################", BAR - full,
                     "....................", (int)(part * 100), speed,
                     left[0] != '\0' ? ", " : "", left,
                     left[0] != '\0' ? " left" : "");
    (void)fprintf(stderr, "\r%-*s", progress->width, line);
    (void)fflush(stderr);
    progress->width = width;
    progress->drawn_ms = now;
}

bool progress_go_on(struct progress *progress, uint64_t done)
{
    uint64_t now = progress->shown ? now_ms() : 0;

    if (!progress->begun) {
        progress->begun = true;
        progress->begun_at = done;
        progress->begun_ms = now;
        progress->drawn_ms = 0;
    }
    if (progress->shown && (progress->width == 0 || done == progress->total ||
                            now - progress->drawn_ms >= REDRAW_MS)) {
        draw(progress, done, now);
    }
    return came == 0;
}

void progress_end(struct progress *progress, bool done)
{
    if (progress->shown && done) {
        (void)progress_go_on(progress, progress->total);
    }
    if (progress->shown && progress->width > 0) {
        (void)fputc('\n', stderr);
    }
    progress->width = 0;
}

bool progress_was_stopped(void)
{
    return came != 0;
}

int progress_exit(int code)
{
    if (came != 0) {
        (void)fflush(NULL);
        (void)signal(came, SIG_DFL);
        (void)raise(came);
    }
    return code;
}
