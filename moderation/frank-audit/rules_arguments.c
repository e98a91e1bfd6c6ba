/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_arguments.h"

#include "io.h"
#include "quorum_public.h"

#include <string.h>

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

enum {
    HUB,
    HUB_KEY,
    HUB_TOKEN,
    MOD,
    MOD_KEY,
    MOD_TOKEN,
    QUORUM,
    POLICY,
    BOOK,
    CA,
    STATE,
    HTML,
    AS_JSON,
    ALL,
    GRAVE,
    TAKE_OVER,
    APPEAL,
    PURGE,
    HUB_RETAIN,
    CLOCK,
    REFUSAL_GAP
};
static const struct option options[] = {
    [HUB] = {"hub", required_argument, NULL, HUB},
    [HUB_KEY] = {"hub-key", required_argument, NULL, HUB_KEY},
    [HUB_TOKEN] = {"hub-token", required_argument, NULL, HUB_TOKEN},
    [MOD] = {"mod", required_argument, NULL, MOD},
    [MOD_KEY] = {"mod-key", required_argument, NULL, MOD_KEY},
    [MOD_TOKEN] = {"mod-token", required_argument, NULL, MOD_TOKEN},
    [QUORUM] = {"quorum", required_argument, NULL, QUORUM},
    [POLICY] = {"policy", required_argument, NULL, POLICY},
    [BOOK] = {"book", required_argument, NULL, BOOK},
    [CA] = {"ca", required_argument, NULL, CA},
    [STATE] = {"state", required_argument, NULL, STATE},
    [HTML] = {"html", required_argument, NULL, HTML},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    [ALL] = {"all", no_argument, NULL, ALL},
    [GRAVE] = {"grave", required_argument, NULL, GRAVE},
    [TAKE_OVER] = {"take-over-hours", required_argument, NULL, TAKE_OVER},
    [APPEAL] = {"appeal-days", required_argument, NULL, APPEAL},
    [PURGE] = {"purge-hours", required_argument, NULL, PURGE},
    [HUB_RETAIN] = {"hub-retain-days", required_argument, NULL, HUB_RETAIN},
    [CLOCK] = {"clock-seconds", required_argument, NULL, CLOCK},
    [REFUSAL_GAP] = {"refusal-gap-hours", required_argument, NULL, REFUSAL_GAP},
    {NULL, 0, NULL, 0}};

/* ---- Values ----------------------------------------------------------------
 */

/* A whole number of units, up to ten years of them. */
static int read_time(uint64_t *out, int option, uint64_t unit)
{
    char name[64];
    uint64_t number;

    (void)snprintf(name, sizeof name, "--%s", options[option].name);
    if (!io_number(&number, optarg, 3650 * DAY / unit, name)) {
        return EXIT_USAGE;
    }
    *out = number * unit;
    return EXIT_DONE;
}

/* "suspend,escalate"; "" for none. */
static int read_grave(unsigned *out, const char *text)
{
    unsigned grave = 0;

    while (*text != '\0') {
        char word[32];
        size_t len = strcspn(text, ",");
        enum outcome outcome;

        (void)snprintf(word, sizeof word, "%.*s", (int)len, text);
        if (len >= sizeof word || !outcome_from_text(&outcome, word)) {
            return io_say(EXIT_USAGE,
                          "--grave: not a list of no_action, warn, restrict, "
                          "suspend, escalate, with commas");
        }
        grave |= 1u << outcome;
        text += len + (text[len] == ',');
    }
    *out = grave;
    return EXIT_DONE;
}

int rules_read_quorum(struct frank_quorum *out, const char *file)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    int code = io_read(&text, file, QUORUM_PUBLIC_MAX_BYTES);

    if (code == EXIT_DONE &&
        (quorum_public_decode(out, (const char *)text.data, text.len, &fault) !=
             FRANK_OK ||
         frank_quorum_check(out, &fault) != FRANK_OK)) {
        code = io_key_fault(file, &fault);
    }
    io_free(&text);
    return code;
}

static int add_quorum(struct rules_arguments *out, const char *file)
{
    if (out->quorum_count == RULES_QUORUMS_MAX) {
        return io_say(EXIT_USAGE, "--quorum: at most %d", RULES_QUORUMS_MAX);
    }
    return rules_read_quorum(&out->quorums[out->quorum_count++], file);
}

static int read_book(struct rules_arguments *out, const char *file)
{
    struct blob text = {NULL, 0};
    struct book_error error = {""};
    int code = io_read(&text, file, BOOK_MAX_BYTES);

    if (code == EXIT_DONE) {
        book_free(out->book);
        out->book = NULL;
        if (book_read(&out->book, (const char *)text.data, text.len, &error,
                      NULL) != FRANK_OK) {
            code = io_say(EXIT_TROUBLE, "%s: %s", file, error.text);
        }
    }
    io_free(&text);
    return code;
}

/* ---- All of them -----------------------------------------------------------
 */

static int take(struct rules_arguments *out, int option)
{
    switch (option) {
    case HUB:
    case MOD:
        out->places[option == MOD] = optarg;
        return EXIT_DONE;
    case HUB_KEY:
    case MOD_KEY:
        out->keys[option == MOD_KEY] = optarg;
        return EXIT_DONE;
    case HUB_TOKEN:
    case MOD_TOKEN:
        out->tokens[option == MOD_TOKEN] = optarg;
        return EXIT_DONE;
    case QUORUM:
        return add_quorum(out, optarg);
    case POLICY:
        out->policy = optarg;
        return EXIT_DONE;
    case BOOK:
        return read_book(out, optarg);
    case CA:
        out->ca = optarg;
        return EXIT_DONE;
    case STATE:
        out->state = optarg;
        return EXIT_DONE;
    case HTML:
        out->html = optarg;
        return EXIT_DONE;
    case AS_JSON:
        out->json = true;
        return EXIT_DONE;
    case ALL:
        out->all = true;
        return EXIT_DONE;
    case GRAVE:
        return read_grave(&out->limits.grave, optarg);
    case TAKE_OVER:
        return read_time(&out->limits.take_over, option, HOUR);
    case APPEAL:
        return read_time(&out->limits.appeal, option, DAY);
    case PURGE:
        return read_time(&out->limits.purge, option, HOUR);
    case HUB_RETAIN:
        return read_time(&out->limits.hub_retain, option, DAY);
    case CLOCK:
        return read_time(&out->limits.clock, option, SECOND);
    case REFUSAL_GAP:
        return read_time(&out->limits.refusal_gap, option, HOUR);
    default:
        return EXIT_USAGE;
    }
}

int rules_arguments_read(struct rules_arguments *out,
                         const struct command *self, int argc, char **argv)
{
    int option;
    int code = EXIT_DONE;

    memset(out, 0, sizeof *out);
    out->limits = rules_limits_standard;
    while (code == EXIT_DONE &&
           (option = command_option(self, argc, argv, options)) != -1) {
        code = take(out, option);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        if (out->places[log] == NULL || out->keys[log] == NULL) {
            return command_usage(self, "two logs are needed, each with its "
                                       "key: --hub, --hub-key, --mod, "
                                       "--mod-key");
        }
    }
    if (out->quorum_count == 0) {
        return command_usage(self, "--quorum is needed: without it no receipt "
                                   "can be verified");
    }
    return optind == argc ? EXIT_DONE
                          : command_usage(self, "nothing but options");
}

void rules_arguments_free(struct rules_arguments *arguments)
{
    book_free(arguments->book);
    arguments->book = NULL;
}
