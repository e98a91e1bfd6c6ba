/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands is the usage text (command.h). */
#include "commands.h"

static const struct command commands[] = {
    {"log",
     "[--key VKEY] [--policy FILE] [--state DIR] [--entries] [--token FILE] "
     "[--ca FILE] [--json] URL|FOLDER",
     "check a log, from what is remembered of it", log_command},
    {"rules",
     "--hub URL|FOLDER --hub-key VKEY [--hub-token FILE] --mod URL|FOLDER "
     "--mod-key VKEY [--mod-token FILE] --quorum FILE... [--policy FILE] "
     "[--book FILE] [--grave LIST] [--state DIR [--all]] [--ca FILE] [--json] "
     "[--html FILE] [limits]",
     "check that both logs kept the rules", rules_command},
    {"receipts",
     "--mod URL|FOLDER --mod-key VKEY [--mod-token FILE] [--policy FILE] "
     "[--ca FILE] [--holder N --quorum FILE] [--json] [RECEIPT...]",
     "check a holder's own receipts against the log", receipts_command},
};

int main(int argc, char **argv)
{
    const struct program program = {
        "frank-audit", "what anybody can check, of a hub and of moderators",
        "URL is where the log's checkpoint stands, without \"checkpoint\". "
        "Exit codes:\n0 it holds, 1 it does not, 2 wrong use, 3 it could not "
        "be had. More: man\nfrank-audit.\n",
        commands, sizeof commands / sizeof commands[0]};

    return command_main(&program, argc, argv);
}
