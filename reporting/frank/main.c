/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands is the usage text. */
#include "command.h"
#include "io.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
    {"report mimi",
     "[--reporter URI] --abuser URI --reason N [--note-file F]\n"
     "    CONTENT:FRANK:MS...",
     "make a MIMI AbuseReport", report_mimi_command},
    {"report verify", "--keyring K [--json] FILE|-",
     "a verdict on each of its messages", report_verify_command},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_usage(FILE *out, const struct command *command)
{
    (void)fprintf(out, "  frank %s %s\n      %s\n", command->name,
                  command->arguments, command->about);
}

static void print_all(FILE *out)
{
    (void)fputs("frank: franking of end-to-end encrypted messages\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        print_usage(out, &commands[i]);
    }
    (void)fputs("\nBytes are printed raw, or in hexadecimal on a terminal and "
                "in JSON.\nCounting starts at 0. Times are milliseconds since "
                "1970.\nExit codes: 0 done or valid, 1 refused or not valid, "
                "2 wrong use, 3 trouble\nwith a file or a key file. More: man "
                "frank.\n",
                out);
}

int command_usage(const struct command *self, const char *format, ...)
{
    va_list arguments;

    (void)fprintf(stderr, "frank %s: ", self->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputs("\nusage:\n", stderr);
    print_usage(stderr, self);
    return EXIT_USAGE;
}

int command_option(const struct command *self, int argc, char **argv,
                   const struct option *options)
{
    int option;

    opterr = 0;
    option = getopt_long(argc, argv, ":", options, NULL);
    if (option == ':') {
        (void)command_usage(self, "%s needs an argument", argv[optind - 1]);
        return '?';
    }
    if (option == '?') {
        (void)command_usage(self, "unknown option %s", argv[optind - 1]);
    }
    return option;
}

/* How many words of the arguments name the command: 0, 1 or 2. */
static int matches(const struct command *command, int argc, char **argv)
{
    char words[64];

    if (argc > 1 && strcmp(command->name, argv[1]) == 0) {
        return 1;
    }
    if (argc > 2) {
        (void)snprintf(words, sizeof words, "%s %s", argv[1], argv[2]);
        if (strcmp(command->name, words) == 0) {
            return 2;
        }
    }
    return 0;
}

static int run(const struct command *command, int words, int argc, char **argv)
{
    static char name[64];

    (void)snprintf(name, sizeof name, "frank %s", command->name);
    io_name(name);
    argv[words] = name;
    for (int i = words + 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout, command);
            return io_finish(EXIT_DONE);
        }
    }
    return command->run(command, argc - words, argv + words);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        return io_say(EXIT_TROUBLE, "libsodium does not start");
    }
    if (argc >= 2 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_all(stdout);
        return io_finish(EXIT_DONE);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("frank %s\n", frank_version());
        return io_finish(EXIT_DONE);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int words = matches(&commands[i], argc, argv);

        if (words > 0) {
            return run(&commands[i], words, argc, argv);
        }
    }
    print_all(stderr);
    return argc < 2 ? EXIT_USAGE
                    : io_say(EXIT_USAGE, "no such command: %s%s%s", argv[1],
                             argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
}
