/* SPDX-License-Identifier: Apache-2.0 */
/* The `frank` command: one function a subcommand, in the file of its group
 * (keyring.c would be the hub's module, hence keyring_commands.c). */
#ifndef REPORTING_FRANK_COMMAND_H
#define REPORTING_FRANK_COMMAND_H

#include "stamper.h"

#include <getopt.h>

enum exit_code {
    EXIT_DONE = 0,    /* done, or valid */
    EXIT_REFUSED = 1, /* looked at, and refused or not valid */
    EXIT_USAGE = 2,   /* wrong use of the command */
    EXIT_TROUBLE = 3  /* file, key file, memory */
};

/* argv[0] is the whole name of the subcommand, for messages. */
struct command {
    const char *name;
    const char *arguments;
    const char *about;
    int (*run)(const struct command *self, int argc, char **argv);
};

/* Says what is wrong with the use of a command, and how it is used. */
int command_usage(const struct command *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The next option, or -1 at the end, or '?' after a message. Options have
 * their index in the list as value. */
int command_option(const struct command *self, int argc, char **argv,
                   const struct option *options);

/* A stamper from a keyring file, after a message if it cannot be had. */
int keyring_load_stamper(struct stamper **out, const char *file);

int keyring_init_command(const struct command *self, int argc, char **argv);
int keyring_rotate_command(const struct command *self, int argc, char **argv);
int keyring_list_command(const struct command *self, int argc, char **argv);
int keyring_public_command(const struct command *self, int argc, char **argv);
int keyring_destroy_command(const struct command *self, int argc, char **argv);
int keyring_add_key_command(const struct command *self, int argc, char **argv);
int keyring_retire_command(const struct command *self, int argc, char **argv);

int content_plain_command(const struct command *self, int argc, char **argv);
int content_parted_command(const struct command *self, int argc, char **argv);
int content_show_command(const struct command *self, int argc, char **argv);
int content_withhold_command(const struct command *self, int argc, char **argv);

int tag_command(const struct command *self, int argc, char **argv);
int stamp_command(const struct command *self, int argc, char **argv);
int check_command(const struct command *self, int argc, char **argv);

int report_mimi_command(const struct command *self, int argc, char **argv);
int report_verify_command(const struct command *self, int argc, char **argv);

#endif
