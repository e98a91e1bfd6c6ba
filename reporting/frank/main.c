/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands is the usage text (command.h). */
#include "commands.h"

static const struct command commands[] = {
    {"keyring init",
     "[--master-file F] [--signature-seed-file F] [--not-before MS] FILE",
     "make a hub's keys", keyring_init_command},
    {"keyring rotate", "[--master-file F] [--not-before MS] FILE",
     "begin a new epoch, an hour ahead or later", keyring_rotate_command},
    {"keyring list", "[--json] FILE", "show epochs and signature keys",
     keyring_list_command},
    {"keyring public", "FILE", "print what others may know, as JSON",
     keyring_public_command},
    {"keyring destroy", "--epoch N FILE",
     "end for good that messages of an epoch can be proven",
     keyring_destroy_command},
    {"keyring add-signature-key",
     "[--signature-seed-file F] [--not-before MS] FILE",
     "add a key that stamps are signed with", keyring_add_key_command},
    {"keyring retire", "--key N FILE", "sign no more with a key",
     keyring_retire_command},
    {"content plain", "--sender URI --room URI [--media-type T] < BODY",
     "wrap a messenger's own bytes", content_plain_command},
    {"content parted", "--sender URI --room URI NAME[;TYPE]=FILE...",
     "the same in parts that can be withheld", content_parted_command},
    {"content show", "[--json] FILE|-", "what a content says, rule by rule",
     content_show_command},
    {"content withhold", "--part N [--part N...] FILE|-",
     "leave parts out; the tag stays", content_withhold_command},
    {"tag", "[--json] FILE|-", "the franking tag", tag_command},
    {"stamp",
     "--keyring K --time MS [--suite 1|3] [--key N]\n"
     "    [--seq N --seen N --transcript-out F] [--json]\n"
     "    (FILE|- | --tag HEX --sender URI --room URI)",
     "the hub's frank", stamp_command},
    {"check",
     "(--keyring K | --hub-public P) --time MS --frank F [--tag HEX]\n"
     "    [--sender URI] [--room URI]\n"
     "    [--seq N --seen N --transcript-frank F] [--json] FILE|-",
     "whether a content was stamped", check_command},
    {"attach seal",
     "--key-out K --descriptor-out D [--out SEALED] [--name N] [--type T]\n"
     "    [--aead aes-256-gcm|chacha20-poly1305] [--chunk SIZE] [--threads N]\n"
     "    [--quiet] [--json] FILE",
     "seal a file under a new key, for a message to hold", attach_seal_command},
    {"attach open",
     "(--descriptor D --key K | --content C [--part N]) [--out FILE]\n"
     "    [--threads N] [--quiet] [--json] SEALED",
     "the file, if it is the one that its message commits to",
     attach_open_command},
    {"attach disclose",
     "(--descriptor D --key K | --content C [--part N])\n"
     "    (--range BEGIN-[END]... | --all) (--enclose | --url U) --out F\n"
     "    [--threads N] [--quiet] [--json] SEALED",
     "what a report is to show of a file", attach_disclose_command},
    {"attach verify",
     "(--descriptor D [--key K] | --content C [--part N])\n"
     "    [--disclosure F [--out FILE]] [--threads N] [--quiet] [--json] "
     "[SEALED]",
     "what is proven of a file, and what is not", attach_verify_command},
    {"report mimi",
     "[--reporter URI] --abuser URI --reason NAME|N [--note-file F]\n"
     "    CONTENT:FRANK:MS...",
     "make a MIMI AbuseReport", report_mimi_command},
    {"report seal",
     "--quorum Q [--pin F] (--reporter URI | --anonymous)\n"
     "    --reason NAME|N [--accused I] [--note-file F] [--withhold I]...\n"
     "    [--withhold-part I.P]... [--attach I[.P][=F]]... [--hub-public P]\n"
     "    [--created MS] [--preview]\n"
     "    CONTENT:FRANK:MS[:SEQ:SEEN:TRANSCRIPTFRANK]...",
     "make a report that only a quorum of moderators can read",
     report_seal_command},
    {"report show", "[--reporter] [--json] SEALED|-",
     "what anyone can read of a sealed report", report_show_command},
    {"report check",
     "--keyring K [--quorum Q [--pin F]] [--time MS]\n"
     "    [--verdict-out F] [--json] SEALED|-",
     "the hub's check of a sealed report, which reads nothing",
     report_check_command},
    {"report convert", "--keyring K --quorum Q [--pin F] [--time MS] FILE|-",
     "verify a MIMI AbuseReport and seal it", report_convert_command},
    {"report verify", "--keyring K [--json] FILE|-",
     "a verdict on each of its messages", report_verify_command},
    {"receipt", "--hub-public P [--json] FILE|-",
     "what the hub signed for a report that it got", receipt_command},
    {"reporter-token key", "FILE",
     "make a key for a platform and its hub to share",
     reporter_token_key_command},
    {"reporter-token mint",
     "--key K [--user URI] [--for N[s|m|h|d]] [--first-contact] [--json]",
     "a platform's word for one who reports", reporter_token_mint_command},
    {"reporter-token show", "[--key K] [--time MS] [--json] FILE|-",
     "what a token says, and whether it holds", reporter_token_show_command},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        "frank", "franking of end-to-end encrypted messages",
        "Bytes are printed raw, or in hexadecimal on a terminal and in JSON.\n"
        "Counting starts at 0. Times are milliseconds since 1970.\n"
        "Exit codes: 0 done or valid, 1 refused or not valid, 2 wrong use, 3 "
        "trouble\nwith a file or a key file. More: man frank.\n",
        commands, sizeof commands / sizeof commands[0]};

    return command_main(&program, argc, argv);
}
