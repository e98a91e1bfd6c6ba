/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp_arguments.h"

static bool take_number_option(struct stamp_arguments *out, int option)
{
    switch (option) {
    case OPT_TIME:
        out->has_time = true;
        return io_number(&out->time, optarg, UINT64_MAX, "--time");
    case OPT_SUITE:
        return io_number(&out->suite, optarg, UINT16_MAX, "--suite");
    case OPT_KEY:
        return io_number(&out->key, optarg, UINT32_MAX, "--key");
    case OPT_SEQ:
        out->has_seq = true;
        return io_number(&out->order.room_seq, optarg, UINT64_MAX, "--seq");
    case OPT_SEEN:
        out->has_seen = true;
        return io_number(&out->order.seen_seq, optarg, UINT64_MAX, "--seen");
    default:
        return false;
    }
}

static bool take_option(struct stamp_arguments *out, int option)
{
    switch (option) {
    case OPT_KEYRING:
        out->keyring = optarg;
        return true;
    case OPT_HUB_PUBLIC:
        out->hub_public = optarg;
        return true;
    case OPT_FRANK:
        out->frank_file = optarg;
        return true;
    case OPT_SENDER:
        out->sender = optarg;
        return true;
    case OPT_ROOM:
        out->room = optarg;
        return true;
    case OPT_TRANSCRIPT_FRANK:
    case OPT_TRANSCRIPT_OUT:
        out->transcript_file = optarg;
        return true;
    case OPT_JSON:
        out->json = true;
        return true;
    case OPT_TAG:
        out->has_tag = true;
        return io_unhex(out->tag, sizeof out->tag, optarg, "--tag");
    default:
        return take_number_option(out, option);
    }
}

int stamp_arguments_parse(struct stamp_arguments *out,
                          const struct command *self, int argc, char **argv,
                          const struct option *options)
{
    int option;

    *out = (struct stamp_arguments){.suite = FRANK_SUITE_X25519_AES128GCM};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (!take_option(out, option)) {
            return EXIT_USAGE;
        }
    }
    if (argc - optind > 1) {
        return command_usage(self, "one FILE at most");
    }
    out->file = optind < argc ? argv[optind] : NULL;
    if (out->has_seq != out->has_seen) {
        return command_usage(self, "--seq and --seen go together");
    }
    return EXIT_DONE;
}
