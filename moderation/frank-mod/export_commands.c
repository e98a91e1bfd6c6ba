/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that the service gives: a case's bundle, and the answer to a spot
 * check. Both go into files of one's own that were not there before. */
#include "bundle.h"
#include "commands.h"
#include "secret_file.h"
#include "service.h"
#include "spot_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_MAX UINT64_C(999999999999999)

enum {
    FLAG_SERVICE,
    FLAG_SESSION,
    FLAG_OUT,
    FLAG_WHY,
    FLAG_WITHOUT_REPORTER,
    FLAG_WITH_WITHHELD,
    FLAG_SEALED,
    FLAG_SIZE,
    FLAG_BEACON,
    FLAG_COUNT,
    FLAG_AUDITOR
};

static const struct option options[] = {
    {"service", required_argument, NULL, FLAG_SERVICE},
    {"session", required_argument, NULL, FLAG_SESSION},
    {"out", required_argument, NULL, FLAG_OUT},
    {"why", required_argument, NULL, FLAG_WHY},
    {"without-reporter", no_argument, NULL, FLAG_WITHOUT_REPORTER},
    {"with-withheld", no_argument, NULL, FLAG_WITH_WITHHELD},
    {"sealed", no_argument, NULL, FLAG_SEALED},
    {"size", required_argument, NULL, FLAG_SIZE},
    {"beacon", required_argument, NULL, FLAG_BEACON},
    {"count", required_argument, NULL, FLAG_COUNT},
    {"auditor", required_argument, NULL, FLAG_AUDITOR},
    {NULL, 0, NULL, 0}};

struct flags {
    const char *text[sizeof options / sizeof options[0]];
    bool given[sizeof options / sizeof options[0]];
    struct service service;
};

static int read_flags(struct flags *out, const struct command *self, int argc,
                      char **argv)
{
    int which;

    memset(out, 0, sizeof *out);
    while ((which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        out->text[which] = optarg;
        out->given[which] = true;
    }
    out->service.where = service_where(out->text[FLAG_SERVICE]);
    out->service.session = service_session(out->text[FLAG_SESSION]);
    return EXIT_DONE;
}

/* Nothing is asked for whose answer could not be kept: each asking is logged.
 */
static int check_out(const char *path)
{
    return access(path, F_OK) == 0
               ? io_say(EXIT_TROUBLE, "%s: is there already", path)
               : EXIT_DONE;
}

static int fetch_into(const char *path, const struct flags *flags,
                      const char *where, const char *media, json_t *body,
                      struct blob *bytes)
{
    struct frank_fault fault;
    int code = check_out(path);

    if (code == EXIT_DONE) {
        code = service_post_bytes(bytes, &flags->service, where, media, body);
    }
    if (code == EXIT_DONE &&
        secret_file_create(path, bytes->data, bytes->len, &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    return code;
}

/* ---- A case
 * ---------------------------------------------------------------------------
 */

/* What came, in a few words; frank-audit says the rest. */
static int describe(const char *path, const struct blob *bytes)
{
    struct bundle_file *file;
    const struct bundle *bundle;
    struct frank_fault fault;
    size_t messages = 0;

    if (bundle_decode(&file, bytes->data, bytes->len, &fault) != FRANK_OK) {
        return io_fault(path, &fault);
    }
    bundle = bundle_of(file);
    for (size_t i = 0; i < bundle->report_count; i++) {
        messages += bundle->reports[i].count;
    }
    (void)printf("%s: %zu reports, %zu messages, %zu decisions, %zu entries of "
                 "the log\n",
                 path, bundle->report_count, messages, bundle->decision_count,
                 bundle->moderation.count);
    if (!bundle->has_hub) {
        (void)io_say(EXIT_DONE, "the hub's log is not in it: the hub is away, "
                                "or hub.json does not name the log's key; the "
                                "service's journal says which");
    }
    bundle_free(file);
    return io_finish(EXIT_DONE);
}

int export_command(const struct command *self, int argc, char **argv)
{
    struct flags flags;
    struct blob bytes = {NULL, 0};
    char path[96];
    uint64_t number = 0;
    json_t *body;
    int code = read_flags(&flags, self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    if (argc - optind != 1 || !flags.given[FLAG_WHY] ||
        !flags.given[FLAG_OUT]) {
        return command_usage(self, "a case, --why and --out are needed");
    }
    if (!io_number(&number, argv[optind], NUMBER_MAX, "case")) {
        return EXIT_USAGE;
    }
    (void)snprintf(path, sizeof path, "/v1/cases/%" PRIu64 "/exports", number);
    body = json_pack("{s:b,s:b,s:b,s:s}", "reporter",
                     !flags.given[FLAG_WITHOUT_REPORTER], "withheld",
                     flags.given[FLAG_WITH_WITHHELD], "sealed",
                     flags.given[FLAG_SEALED], "why", flags.text[FLAG_WHY]);
    code = body == NULL
               ? io_say(EXIT_USAGE, "--why: not UTF-8")
               : fetch_into(flags.text[FLAG_OUT], &flags, path,
                            "application/vnd.frank.bundle", body, &bytes);
    if (code == EXIT_DONE) {
        code = describe(flags.text[FLAG_OUT], &bytes);
    }
    io_free(&bytes);
    json_decref(body);
    return code;
}

/* ---- A sample
 * ------------------------------------------------------------------------- */

int spot_check_command(const struct command *self, int argc, char **argv)
{
    struct flags flags;
    struct blob bytes = {NULL, 0};
    uint64_t size = 0;
    uint64_t count = 0;
    json_t *body;
    int code = read_flags(&flags, self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    if (argc != optind || !flags.given[FLAG_SIZE] ||
        !flags.given[FLAG_BEACON] || !flags.given[FLAG_COUNT] ||
        !flags.given[FLAG_AUDITOR] || !flags.given[FLAG_OUT]) {
        return command_usage(self, "--size, --beacon, --count, --auditor and "
                                   "--out are needed");
    }
    if (!io_number(&size, flags.text[FLAG_SIZE], NUMBER_MAX, "size") ||
        !io_number(&count, flags.text[FLAG_COUNT], SPOT_COUNT_MAX, "count")) {
        return EXIT_USAGE;
    }
    body = json_pack("{s:I,s:s,s:I,s:s}", "size", (json_int_t)size, "beacon",
                     flags.text[FLAG_BEACON], "count", (json_int_t)count,
                     "auditor", flags.text[FLAG_AUDITOR]);
    code = body == NULL
               ? io_say(EXIT_USAGE, "--beacon: not UTF-8")
               : fetch_into(flags.text[FLAG_OUT], &flags, "/v1/spot-checks",
                            "application/vnd.frank.spot-check", body, &bytes);
    if (code == EXIT_DONE) {
        (void)printf("%s: %zu bytes, sealed to the auditor\n",
                     flags.text[FLAG_OUT], bytes.len);
        code = io_finish(code);
    }
    io_free(&bytes);
    json_decref(body);
    return code;
}
