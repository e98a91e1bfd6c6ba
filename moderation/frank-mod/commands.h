/* SPDX-License-Identifier: Apache-2.0 */
/* The `frank-mod` command: one function a subcommand, in the file of its group.
 */
#ifndef MODERATION_FRANK_MOD_COMMANDS_H
#define MODERATION_FRANK_MOD_COMMANDS_H

#include "command.h"
#include "load.h"
#include "quorum.h"
#include "share.h"

/* Longest name of a folder that is written to: paths of 4,096 bytes hold it and
 * a file's name. */
#define FOLDER_MAX 4000

/* Each gives an exit code, after a message unless it is 0. */

/* quorum.pub, of one polynomial. */
int load_quorum(struct frank_quorum *out, const char *file);
/* That, or a record of it, whose signature and time are not checked. */
int load_quorum_or_record(struct quorum_record *out, bool *is_record,
                          const char *file);
/* A share file; wipe the share. */
int load_share(struct share *out, const char *file);

int key_init_command(const struct command *self, int argc, char **argv);
int key_public_command(const struct command *self, int argc, char **argv);
int quorum_init_command(const struct command *self, int argc, char **argv);
int quorum_show_command(const struct command *self, int argc, char **argv);
int quorum_sign_command(const struct command *self, int argc, char **argv);
int consent_command(const struct command *self, int argc, char **argv);
int receipt_command(const struct command *self, int argc, char **argv);
int open_command(const struct command *self, int argc, char **argv);
int init_command(const struct command *self, int argc, char **argv);
int login_command(const struct command *self, int argc, char **argv);
int enrol_command(const struct command *self, int argc, char **argv);
int password_command(const struct command *self, int argc, char **argv);
int agree_outside_command(const struct command *self, int argc, char **argv);
int share_keep_command(const struct command *self, int argc, char **argv);
int look_command(const struct command *self, int argc, char **argv);
int purge_command(const struct command *self, int argc, char **argv);
int export_command(const struct command *self, int argc, char **argv);
int spot_check_command(const struct command *self, int argc, char **argv);
int totp_command(const struct command *self, int argc, char **argv);
int serve_command(const struct command *self, int argc, char **argv);

#endif
