/* SPDX-License-Identifier: Apache-2.0 */
/* The `frank-audit` command: one function a subcommand. */
#ifndef MODERATION_FRANK_AUDIT_COMMANDS_H
#define MODERATION_FRANK_AUDIT_COMMANDS_H

#include "command.h"

/* Each gives an exit code, after a message unless it is 0. */
int log_command(const struct command *self, int argc, char **argv);
int witness_init_command(const struct command *self, int argc, char **argv);
int witness_serve_command(const struct command *self, int argc, char **argv);
int bundle_command(const struct command *self, int argc, char **argv);
int frank_command(const struct command *self, int argc, char **argv);
int spot_key_command(const struct command *self, int argc, char **argv);
int spot_sample_command(const struct command *self, int argc, char **argv);
int spot_open_command(const struct command *self, int argc, char **argv);
int rules_command(const struct command *self, int argc, char **argv);
int receipts_command(const struct command *self, int argc, char **argv);

#endif
