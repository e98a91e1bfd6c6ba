/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands is the usage text (command.h). */
#include "commands.h"
#include "serve.h"
#include "verbs.h"

#include <string.h>

static const struct command own[] = {
    {"key init", "FILE", "make the moderation side's signature key",
     key_init_command},
    {"key public", "FILE", "print its public part, for messengers to pin",
     key_public_command},
    {"quorum init", "--threshold K --holders N --out DIR",
     "make a quorum key, and a share for each holder", quorum_init_command},
    {"quorum show", "[--share S] [--json] QUORUM",
     "show a quorum key and check it; or a share against it",
     quorum_show_command},
    {"quorum sign", "--key F [--days N] QUORUM",
     "sign a quorum key, for the hub to pass on", quorum_sign_command},
    {"consent",
     "--share S [--quorum Q] [--receipt F] [--out F] [--time MS] SEALED",
     "agree to open one report: a secret, and a public receipt of it",
     consent_command},
    {"receipt", "--quorum Q [--report SEALED] [--json] FILE",
     "who agreed to open which report, when", receipt_command},
    {"open",
     "--quorum Q --hub-public P [--verdict F] --consent F [--consent F...]\n"
     "    [--out DIR] [--json] SEALED",
     "open a report, and say what is proven about each message", open_command},
    {"init", "--hub FOLDER --quorum FILE [--log-origin NAME] FOLDER",
     "make keys, tokens and a configuration for the service", init_command},
    {"serve", "--config FILE [--SETTING VALUE...]",
     "run the moderators' service (frank-mod serve --help: its settings)",
     serve_command},
    {"totp", "FILE", "print the present code of a second factor's secret",
     totp_command},
    {"enrol", "[--stdin]",
     "first login: asks for invitation, password and code", enrol_command},
    {"login", "[--stdin] NAME", "begin a session: asks for password and code",
     login_command},
    {"password", "[--stdin]", "another password", password_command},
    {"consent-to", "--share S --request N [--report N]",
     "consent to a request: the share stays here, consents are uploaded",
     agree_outside_command},
    {"look", "[--second-look N] [--out DIR] REPORT",
     "what an opened report says, and what is proven; logged", look_command},
    {"share keep", "[--stdin] FILE",
     "let the service keep a share, under my password", share_keep_command},
    {"export",
     "[--without-reporter] [--with-withheld] [--sealed] --why T --out FILE "
     "CASE",
     "a case's evidence bundle, for a court or an auditor; logged",
     export_command},
    {"spot-check", "--size N --beacon TEXT --count N --auditor KEY --out FILE",
     "answer an auditor's spot check, sealed to his key; logged",
     spot_check_command},
    {"purge", "CASE", "tell when a case will be purged", purge_command},
};

#define OWN (sizeof own / sizeof own[0])
#define COMMANDS_MAX 96

/* Those of this machine, then those that the service runs. */
static size_t all_commands(struct command out[static COMMANDS_MAX])
{
    memcpy(out, own, sizeof own);
    memcpy(out + OWN, verb_commands, verb_command_count * sizeof *out);
    return OWN + verb_command_count;
}

int main(int argc, char **argv)
{
    static struct command commands[COMMANDS_MAX];
    const struct program program = {
        "frank-mod", "reports of encrypted messages, opened by a quorum",
        "A consent is as secret as the report. Contents are written to DIR "
        "only, never\nprinted. Bytes are printed raw, or in hexadecimal on a "
        "terminal and in JSON.\nExit codes: 0 done or valid, 1 refused or not "
        "valid, 2 wrong use, 3 trouble\nwith a file or a key file. More: man "
        "frank-mod.\n",
        commands, all_commands(commands)};

    if (argc == 3 && strcmp(argv[1], "serve") == 0 &&
        strcmp(argv[2], "--help") == 0) {
        return serve_main(2, argv + 1); /* all its settings */
    }
    return command_main(&program, argc, argv);
}
