/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands is the usage text (command.h). */
#include "commands.h"
#include "witness_service.h"

#include <string.h>

static const struct command commands[] = {
    {"log",
     "[--key VKEY] [--policy FILE] [--state DIR] [--entries] [--token FILE] "
     "[--ca FILE] [--json] URL|FOLDER",
     "check a log, from what is remembered of it", log_command},
    {"witness init", "--name NAME FOLDER",
     "make a witness's key and configuration", witness_init_command},
    {"witness serve", "--config FILE [--SETTING VALUE...]",
     "cosign checkpoints that go on from the last (witness serve --help)",
     witness_serve_command},
    {"bundle",
     "[--mod-key VKEY] [--hub-key VKEY] [--hub-public FILE] [--quorum FILE]... "
     "[--pin FILE] [--policy FILE] [--strict] [--mod URL|FOLDER] [--entries] "
     "[--token FILE] [--ca FILE] [--json] [--html FILE] [--report N] "
     "[--xarf FILE] [--abuse-report FILE] [--dsa FILE] [--cybertip FILE] "
     "[--out FOLDER] FILE [FILE]",
     "say what an evidence bundle proves, or whether two agree",
     bundle_command},
    {"frank",
     "[--hub-public FILE] [--keyring FILE] [--openings] [--json] BUNDLE...",
     "check the franks of stored messages again, as far as one's keys reach",
     frank_command},
    {"spot-check key", "init|public FILE",
     "make the key that answers to spot checks are sealed to; print its public "
     "part",
     spot_key_command},
    {"spot-check sample",
     "--mod URL|FOLDER --mod-key VKEY [--policy FILE] [--token FILE] [--ca "
     "FILE]\n"
     "    --checkpoint FILE --beacon TEXT --count N [--json]",
     "derive from the moderation side's log which cases are to be answered",
     spot_sample_command},
    {"spot-check open",
     "--key FILE [as for sample] --hub-public FILE --quorum FILE... ANSWER",
     "check an answer case by case, and what that says of all cases",
     spot_open_command},
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

    if (argc == 4 && strcmp(argv[1], "witness") == 0 &&
        strcmp(argv[2], "serve") == 0 && strcmp(argv[3], "--help") == 0) {
        return witness_serve(2, argv + 2); /* all its settings */
    }
    return command_main(&program, argc, argv);
}
