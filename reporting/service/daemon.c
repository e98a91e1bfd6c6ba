/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon.h"

#include "command.h"
#include "io.h"
#include "journal.h"
#include "listen.h"
#include "process.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS_MAX ((size_t)DAEMON_LISTS_MAX * OPTIONS_LIST_MAX)
#define ARGUMENTS_MAX 256

struct daemon {
    struct daemon_needs needs;
    struct {
        int fd; /* -1: the server's by now */
        enum http_scope scope;
        const char *where;
    } sockets[SOCKETS_MAX];
    size_t socket_count;
    sigset_t signals;
};

/* ---- Settings -------------------------------------------------------------
 */

struct arguments {
    const char *config;
    bool check;
    int argc;
    char *argv[ARGUMENTS_MAX];
};

/* Takes out what is not a setting. false: wrong use. */
static bool read_arguments(struct arguments *out, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            out->config = argv[++i];
        } else if (strncmp(argv[i], "--config=", 9) == 0) {
            out->config = argv[i] + 9;
        } else if (strcmp(argv[i], "--check-config") == 0) {
            out->check = true;
        } else if (out->argc < ARGUMENTS_MAX) {
            out->argv[out->argc++] = argv[i];
        } else {
            return false;
        }
    }
    return true;
}

static bool read_settings(const struct daemon_program *program,
                          struct options_memory **memory,
                          struct daemon_needs *needs,
                          struct arguments *arguments)
{
    struct options_error error;

    if (!options_read(program->settings, memory, program->options,
                      arguments->config, environ, arguments->argc,
                      arguments->argv, &error) ||
        !program->prepare(program->context, needs, &error)) {
        (void)fprintf(stderr, "%s: %s\n", program->options->program,
                      error.text);
        return false;
    }
    return true;
}

/* ---- Sockets --------------------------------------------------------------
 */

static bool open_sockets(struct daemon *daemon)
{
    for (size_t l = 0; daemon->needs.listen[l].list != NULL; l++) {
        const struct option_list *list = daemon->needs.listen[l].list;

        for (size_t i = 0; i < list->count; i++) {
            int fd = listen_on(list->items[i], daemon->needs.listen[l].mode);

            if (fd < 0) {
                return false;
            }
            daemon->sockets[daemon->socket_count].fd = fd;
            daemon->sockets[daemon->socket_count].scope =
                daemon->needs.listen[l].scope;
            daemon->sockets[daemon->socket_count++].where = list->items[i];
        }
    }
    return true;
}

static void forget_sockets(struct daemon *daemon)
{
    for (size_t i = 0; i < daemon->socket_count; i++) {
        if (daemon->sockets[i].fd >= 0) {
            (void)close(daemon->sockets[i].fd);
        }
        listen_forget(daemon->sockets[i].where);
    }
}

int daemon_listen(struct daemon *daemon, struct http_server *server,
                  struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (size_t i = 0; i < daemon->socket_count && error == FRANK_OK; i++) {
        int fd = daemon->sockets[i].fd;

        daemon->sockets[i].fd = -1; /* transferred, in any case */
        error = http_server_listen(server, fd, daemon->sockets[i].scope, fault);
    }
    return error;
}

/* Two for each connection, as one that ends badly is kept for a moment; and
 * some for files. */
static bool raise_limit(uint64_t connections)
{
    struct rlimit limit;
    rlim_t needed = 2 * (rlim_t)connections + 128;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return true;
    }
    if (limit.rlim_cur < needed && limit.rlim_max >= needed) {
        limit.rlim_cur = needed;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < needed) {
        JOURNAL(JOURNAL_ERROR, "cannot-start",
                JOURNAL_TEXT("what", "too few open files are allowed: lower "
                                     "connections, or raise the limit (ulimit "
                                     "-n, LimitNOFILE=)"),
                JOURNAL_NUMBER("allowed", limit.rlim_cur),
                JOURNAL_NUMBER("needed", needed));
    }
    return limit.rlim_cur >= needed;
}

/* ---- Confinement ----------------------------------------------------------
 */

/* Two for each file, and the data folder. */
#define PATHS_MAX ((size_t)2 * DAEMON_FILES_MAX + 1)

struct paths {
    const char *at[PATHS_MAX + 1];
    size_t count;
    char *copies[PATHS_MAX];
    size_t copy_count;
};

/* The folder of a file: keys are replaced by renaming. */
static void add_path(struct paths *paths, char *copy)
{
    if (copy != NULL) {
        paths->copies[paths->copy_count++] = copy;
        paths->at[paths->count++] = dirname(copy);
    }
}

/* Also that of the file itself, where the name is a link. */
static void add_folders(struct paths *paths, const char *const *files)
{
    char real[PROCESS_PATH_MAX];
    struct frank_fault fault;

    for (size_t i = 0; i < DAEMON_FILES_MAX && files[i] != NULL; i++) {
        if (files[i][0] != '\0' &&
            process_credential(real, files[i], &fault) == FRANK_OK) {
            add_path(paths, strdup(real));
            add_path(paths, realpath(real, NULL));
        }
    }
}

static void free_paths(struct paths *paths)
{
    for (size_t i = 0; i < paths->copy_count; i++) {
        free(paths->copies[i]);
    }
}

static bool confine(const struct daemon_needs *needs)
{
    struct paths readable = {.count = 0};
    struct paths writable = {.at = {needs->data}, .count = 1};
    struct frank_fault fault;
    unsigned got = 0;
    int error;

    if (!needs->sandbox) {
        JOURNAL(JOURNAL_WARNING, "not-confined",
                JOURNAL_TEXT("why", "sandbox = off"));
        return true;
    }
    add_folders(&readable, needs->read);
    add_folders(&writable, needs->write);
    error = process_confine(
        &(struct process_paths){readable.at, writable.at, needs->connects},
        &got, &fault);
    free_paths(&readable);
    free_paths(&writable);
    if (error != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "confinement", &fault);
        return false;
    }
    JOURNAL(got == (PROCESS_SECCOMP | PROCESS_LANDLOCK) ? JOURNAL_INFO
                                                        : JOURNAL_WARNING,
            "confined",
            JOURNAL_TEXT("seccomp", got & PROCESS_SECCOMP ? "on" : "no"),
            JOURNAL_TEXT("landlock", got & PROCESS_LANDLOCK ? "on" : "no"));
    return true;
}

/* ---- Signals --------------------------------------------------------------
 */

static void say_reloading(void)
{
    char state[96];
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%llu",
                   (unsigned long long)now.tv_sec * 1000000 +
                       (unsigned long long)now.tv_nsec / 1000);
    process_notify(state);
}

void daemon_wait(struct daemon *daemon, void (*reload)(void *context),
                 void *context)
{
    int signal = 0;

    process_notify("READY=1");
    for (;;) {
        if (sigwait(&daemon->signals, &signal) != 0) {
            continue;
        }
        if (signal != SIGHUP) {
            break;
        }
        say_reloading();
        reload(context);
        process_notify("READY=1");
    }
    JOURNAL(JOURNAL_INFO, "ending",
            JOURNAL_TEXT("why", signal == SIGTERM ? "SIGTERM" : "SIGINT"));
    process_notify("STOPPING=1");
}

static void block_signals(struct daemon *daemon)
{
    (void)sigemptyset(&daemon->signals);
    (void)sigaddset(&daemon->signals, SIGTERM);
    (void)sigaddset(&daemon->signals, SIGINT);
    (void)sigaddset(&daemon->signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &daemon->signals, NULL);
}

/* ---- The program ----------------------------------------------------------
 */

static bool make_data(const char *data)
{
    if (mkdir(data, 0700) == 0 || errno == EEXIST) {
        return true;
    }
    JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", data),
            JOURNAL_TEXT("why", strerror(errno)));
    return false;
}

static int serve(const struct daemon_program *program, struct daemon *daemon)
{
    const struct daemon_needs *needs = &daemon->needs;
    struct frank_fault fault;
    int code = EXIT_TROUBLE;

    block_signals(daemon);
    if (process_harden(&fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "process", &fault);
        return code;
    }
    process_notify("STATUS=starting");
    if (make_data(needs->data) && open_sockets(daemon) &&
        raise_limit(needs->connections) && confine(needs)) {
        code = program->run(program->context, daemon);
    }
    forget_sockets(daemon);
    return code;
}

int daemon_main(const struct daemon_program *program, int argc, char **argv)
{
    struct arguments arguments = {.argc = 0};
    struct daemon daemon = {.socket_count = 0};
    struct options_memory *memory = NULL;
    int code = EXIT_USAGE;

    if (!read_arguments(&arguments, argc, argv)) {
        program->usage(stderr);
        return EXIT_USAGE;
    }
    if (read_settings(program, &memory, &daemon.needs, &arguments)) {
        if (arguments.check) {
            options_print(stdout, program->options, program->settings, false);
            code = io_finish(EXIT_DONE);
        } else {
            code = serve(program, &daemon);
        }
    }
    options_free(memory);
    return code;
}
