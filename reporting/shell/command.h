/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of the shell have in common: a table of subcommands, which
 * is also the usage text, and exit codes. */
#ifndef REPORTING_SHELL_COMMAND_H
#define REPORTING_SHELL_COMMAND_H

#include <getopt.h>
#include <stddef.h>

enum exit_code {
    EXIT_DONE = 0,    /* done, or valid */
    EXIT_REFUSED = 1, /* looked at, and refused or not valid */
    EXIT_USAGE = 2,   /* wrong use of the command */
    EXIT_TROUBLE = 3  /* file, key file, memory */
};

/* argv[0] is the whole name of the subcommand, for messages. */
struct command {
    const char *name; /* one word or two */
    const char *arguments;
    const char *about;
    int (*run)(const struct command *self, int argc, char **argv);
};

struct program {
    const char *name;
    const char *about;
    const char *closing; /* what stands below the list of subcommands */
    const struct command *commands;
    size_t count;
};

/* Runs the subcommand that argv names; to be returned by main(). */
int command_main(const struct program *program, int argc, char **argv);

/* Says what is wrong with the use of a command, and how it is used. */
int command_usage(const struct command *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The next option, or -1 at the end, or '?' after a message. Options have
 * their index in the list as value. */
int command_option(const struct command *self, int argc, char **argv,
                   const struct option *options);

#endif
