/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "io.h"
#include "key_json.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct program *running;

static void print_usage(FILE *out, const struct command *command)
{
    (void)fprintf(out, "  %s %s %s\n      %s\n", running->name, command->name,
                  command->arguments, command->about);
}

static void print_all(FILE *out)
{
    (void)fprintf(out, "%s: %s\n\n", running->name, running->about);
    for (size_t i = 0; i < running->count; i++) {
        print_usage(out, &running->commands[i]);
    }
    (void)fprintf(out, "\n%s", running->closing);
}

int command_usage(const struct command *self, const char *format, ...)
{
    va_list arguments;

    (void)fputs("usage:\n", stderr);
    print_usage(stderr, self);
    (void)fprintf(stderr, "%s %s: ", running->name, self->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
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

/* The commands of a group, such as "report"; how many there are. */
static size_t print_group(FILE *out, const char *group)
{
    size_t len = strlen(group);
    size_t found = 0;

    for (size_t i = 0; i < running->count; i++) {
        const struct command *command = &running->commands[i];

        if (strncmp(command->name, group, len) == 0 &&
            command->name[len] == ' ') {
            print_usage(out, command);
            found++;
        }
    }
    return found;
}

static int run(const struct command *command, int words, int argc, char **argv)
{
    static char name[64];

    (void)snprintf(name, sizeof name, "%s %s", running->name, command->name);
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

/* Nothing of a half result is flushed. */
static void exhausted(void)
{
    (void)io_say(EXIT_TROUBLE, "out of memory");
    _Exit(EXIT_TROUBLE);
}

int command_main(const struct program *program, int argc, char **argv)
{
    const struct rlimit none = {0, 0};

    running = program;
    (void)setrlimit(RLIMIT_CORE, &none); /* secrets stay out of core files */
    key_json_start(exhausted);
    io_name(program->name);
    if (sodium_init() < 0) {
        return io_say(EXIT_TROUBLE, "libsodium does not start");
    }
    if (argc >= 2 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_all(stdout);
        return io_finish(EXIT_DONE);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("%s %s\n", program->name, frank_version());
        return io_finish(EXIT_DONE);
    }
    for (size_t i = 0; i < program->count; i++) {
        int words = matches(&program->commands[i], argc, argv);

        if (words > 0) {
            return run(&program->commands[i], words, argc, argv);
        }
    }
    if (argc == 3 && strcmp(argv[2], "--help") == 0 &&
        print_group(stdout, argv[1]) > 0) {
        return io_finish(EXIT_DONE);
    }
    if (argc < 2 || print_group(stderr, argv[1]) == 0) {
        print_all(stderr);
    }
    return argc < 2 ? EXIT_USAGE
                    : io_say(EXIT_USAGE, "no such command: %s%s%s", argv[1],
                             argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
}
