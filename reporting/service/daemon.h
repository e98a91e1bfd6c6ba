/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that serves, from its command line to its end. The order of its
 * start: settings; sockets, while the process may still make them; confinement,
 * which every thread inherits; then run(), which opens what the program has,
 * starts its server and waits for signals.
 */
#ifndef REPORTING_SERVICE_DAEMON_H
#define REPORTING_SERVICE_DAEMON_H

#include "options.h"
#include "server.h"

#define DAEMON_LISTS_MAX 4
#define DAEMON_FILES_MAX 32

/* What the settings ask of the system. Pointers are to what lives as long as
 * the settings. */
struct daemon_needs {
    const char *data; /* a folder that is written; made if it is not there */
    /* Where it listens, in this order; a list that is NULL ends it. mode: of
     * Unix sockets. */
    struct {
        const struct option_list *list;
        enum http_scope scope;
        unsigned mode;
    } listen[DAEMON_LISTS_MAX + 1];
    uint64_t connections; /* open at once, for the limit of open files */
    /* Files whose folders are read, or written, also once it is confined: they
     * are replaced by renaming. "" counts for nothing, "credential:name" is as
     * in process_credential(). NULL ends them. */
    const char *read[DAEMON_FILES_MAX + 1];
    const char *write[DAEMON_FILES_MAX + 1];
    bool sandbox;  /* false: not confined, after a warning */
    bool connects; /* it makes connections to elsewhere (process.h) */
};

struct daemon;

struct daemon_program {
    const struct options *options; /* with the program's name */
    void *settings;                /* what they fill */
    void (*usage)(FILE *out);
    /* What no table can say: sees whether the settings go together, sets what
     * hangs on others, and tells the needs (all zero before). */
    bool (*prepare)(void *context, struct daemon_needs *needs,
                    struct options_error *error);
    /* The service itself; gives the exit code. */
    int (*run)(void *context, struct daemon *daemon);
    void *context;
};

/*
 * argv: "--config FILE", "--check-config" (prints the settings in force and
 * ends), and settings as flags; argv[0] is passed over. Gives the exit code:
 * EXIT_USAGE for wrong use and wrong settings, after a message; EXIT_TROUBLE
 * after a line in the journal; what run() gave.
 */
FRANK_MUST_CHECK int daemon_main(const struct daemon_program *program, int argc,
                                 char **argv);

/* Hands the sockets to a server. Errors of http_server_listen(). */
FRANK_MUST_CHECK int daemon_listen(struct daemon *daemon,
                                   struct http_server *server,
                                   struct frank_fault *fault);

/* Says to systemd that the program is ready, and calls reload() at each SIGHUP
 * until SIGTERM or SIGINT comes: then says, there and in the journal, that it
 * ends. */
void daemon_wait(struct daemon *daemon, void (*reload)(void *context),
                 void *context);

#endif
