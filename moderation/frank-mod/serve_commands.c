/* SPDX-License-Identifier: Apache-2.0 */
/* The service, and what it starts from. */
#include "commands.h"
#include "serve.h"

int serve_command(const struct command *self, int argc, char **argv)
{
    (void)self;
    return serve_main(argc, argv);
}

int init_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"hub", required_argument, NULL, 0},
        {"quorum", required_argument, NULL, 1},
        {"log-origin", required_argument, NULL, 2},
        {NULL, 0, NULL, 0}};
    const char *values[3] = {NULL, NULL, NULL};
    int which;

    while ((which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        values[which] = optarg;
    }
    if (argc - optind != 1 || values[0] == NULL || values[1] == NULL) {
        return command_usage(self, "a folder, the hub's and the quorum's file "
                                   "are needed");
    }
    return serve_init(argv[optind], values[0], values[1], values[2]);
}
