/* SPDX-License-Identifier: Apache-2.0 */
/* The `frank` command: one function a subcommand, in the file of its group
 * (keyring.c is the hub's module, hence keyring_commands.c). */
#ifndef REPORTING_FRANK_COMMANDS_H
#define REPORTING_FRANK_COMMANDS_H

#include "command.h"
#include "stamper.h"

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
int report_seal_command(const struct command *self, int argc, char **argv);
int report_show_command(const struct command *self, int argc, char **argv);
int report_check_command(const struct command *self, int argc, char **argv);
int report_convert_command(const struct command *self, int argc, char **argv);

int attach_seal_command(const struct command *self, int argc, char **argv);
int attach_open_command(const struct command *self, int argc, char **argv);
int attach_disclose_command(const struct command *self, int argc, char **argv);
int attach_verify_command(const struct command *self, int argc, char **argv);

int receipt_command(const struct command *self, int argc, char **argv);
int reporter_token_key_command(const struct command *self, int argc,
                               char **argv);
int reporter_token_mint_command(const struct command *self, int argc,
                                char **argv);
int reporter_token_show_command(const struct command *self, int argc,
                                char **argv);

#endif
