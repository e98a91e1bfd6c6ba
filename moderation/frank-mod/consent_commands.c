/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "consent.h"
#include "secret_file.h"

#include <string.h>
#include <unistd.h>

enum {
    OPT_SHARE = 1,
    OPT_QUORUM,
    OPT_RECEIPT,
    OPT_OUT,
    OPT_TIME,
    OPT_REPORT,
    OPT_JSON
};

/* ---- consent ------------------------------------------------------------ */

struct consent_arguments {
    const char *share;
    const char *quorum;
    const char *receipt;
    const char *out;
    uint64_t time;
    const char *file;
};

static int parse(struct consent_arguments *out, const struct command *self,
                 int argc, char **argv)
{
    static const struct option options[] = {
        {"share", required_argument, NULL, OPT_SHARE},
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"receipt", required_argument, NULL, OPT_RECEIPT},
        {"out", required_argument, NULL, OPT_OUT},
        {"time", required_argument, NULL, OPT_TIME},
        {NULL, 0, NULL, 0}};
    int option;

    *out = (struct consent_arguments){.time = io_now()};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_SHARE:
            out->share = optarg;
            break;
        case OPT_QUORUM:
            out->quorum = optarg;
            break;
        case OPT_RECEIPT:
            out->receipt = optarg;
            break;
        case OPT_OUT:
            out->out = optarg;
            break;
        case OPT_TIME:
            if (!io_number(&out->time, optarg, UINT64_MAX, "--time")) {
                return EXIT_USAGE;
            }
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (out->share == NULL || optind + 1 != argc) {
        return command_usage(self, "--share and one SEALED are needed");
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

static int put_receipt(const struct consent_arguments *arguments,
                       const struct share *share,
                       const struct sealed_report *report)
{
    uint8_t random[GROUP_RANDOM_BYTES];
    uint8_t bytes[RECEIPT_BYTES];
    struct receipt receipt;
    int error;

    randombytes_buf(random, sizeof random);
    error = receipt_make(&receipt, share, report, arguments->time, random);
    sodium_memzero(random, sizeof random);
    if (error != FRANK_OK) {
        return io_say(EXIT_TROUBLE, "%s: %s", arguments->share,
                      frank_strerror(error));
    }
    receipt_encode(bytes, &receipt);
    return io_write(arguments->receipt, bytes, sizeof bytes);
}

static int put_consent(const struct consent_arguments *arguments,
                       const struct consent *consent)
{
    uint8_t bytes[CONSENT_BYTES];
    struct frank_fault fault;
    int code = EXIT_DONE;

    consent_encode(bytes, consent);
    if (arguments->out == NULL) {
        code = io_put_bytes(bytes, sizeof bytes);
    } else if (secret_file_create(arguments->out, bytes, sizeof bytes,
                                  &fault) != FRANK_OK) {
        code = io_key_fault(arguments->out, &fault);
    }
    sodium_memzero(bytes, sizeof bytes);
    return code;
}

static void say_consented(const struct consent_arguments *arguments,
                          const struct share *share)
{
    (void)io_say(EXIT_DONE,
                 "holder %u consents to open %s; the consent is as secret as "
                 "the report",
                 share->holder, arguments->file);
    if (arguments->receipt == NULL) {
        (void)io_say(EXIT_DONE, "no receipt was written (--receipt): nothing "
                                "shows who agreed, and when");
    }
}

/* The receipt is on disk before the consent leaves: nobody opens anything
 * without that it can be seen. */
static int agree(const struct consent_arguments *arguments,
                 const struct share *share, const struct sealed_report *report)
{
    uint8_t random[GROUP_RANDOM_BYTES];
    struct consent consent;
    struct frank_fault fault;
    int code = EXIT_DONE;

    randombytes_buf(random, sizeof random);
    if (consent_make(&consent, share, report, random, &fault) != FRANK_OK) {
        code = io_fault(arguments->file, &fault);
    }
    if (code == EXIT_DONE && arguments->receipt != NULL) {
        code = put_receipt(arguments, share, report);
    }
    if (code == EXIT_DONE) {
        code = put_consent(arguments, &consent);
        if (code != EXIT_DONE && arguments->receipt != NULL) {
            (void)unlink(arguments->receipt); /* of nothing */
        }
    }
    if (code == EXIT_DONE) {
        say_consented(arguments, share);
    }
    sodium_memzero(random, sizeof random);
    sodium_memzero(&consent, sizeof consent);
    return code;
}

int consent_command(const struct command *self, int argc, char **argv)
{
    struct consent_arguments arguments;
    struct sealed_report report;
    struct blob bytes = {NULL, 0};
    struct share share = {.holder = 0};
    struct frank_quorum quorum;
    struct frank_fault fault;
    int code = parse(&arguments, self, argc, argv);

    if (code == EXIT_DONE) {
        code = load_sealed(&report, &bytes, arguments.file);
    }
    if (code == EXIT_DONE) {
        code = load_share(&share, arguments.share);
    }
    if (code == EXIT_DONE && arguments.quorum != NULL) {
        code = load_quorum(&quorum, arguments.quorum);
        if (code == EXIT_DONE &&
            share_check(&share, &quorum, &fault) != FRANK_OK) {
            code = io_fault(arguments.share, &fault);
        }
    }
    if (code == EXIT_DONE) {
        code = agree(&arguments, &share, &report);
    }
    sodium_memzero(&share, sizeof share);
    io_free(&bytes);
    return code;
}

/* ---- receipt ------------------------------------------------------------ */

static int put_receipt_text(const struct receipt *receipt)
{
    char time[IO_TIME_BYTES];

    io_time(time, receipt->time);
    (void)printf("valid: holder %u agreed at %s to open report ",
                 (unsigned)receipt->holder, time);
    for (size_t i = 0; i < sizeof receipt->report_digest; i++) {
        (void)printf("%02x", receipt->report_digest[i]);
    }
    (void)putchar('\n');
    return io_finish(EXIT_DONE);
}

static int put_receipt_json(const struct receipt *receipt)
{
    json_t *line = json_object();

    io_json_set(line, "verdict", json_string("valid"));
    io_json_set(line, "holder", json_integer(receipt->holder));
    io_json_set(
        line, "report_digest",
        io_json_hex(receipt->report_digest, sizeof receipt->report_digest));
    io_json_set(line, "quorum_key_id",
                io_json_hex(receipt->quorum_id, sizeof receipt->quorum_id));
    io_json_set(line, "time", io_json_time(receipt->time));
    return io_put_json(line);
}

static int check_report(const struct receipt *receipt, const char *file)
{
    struct sealed_report report;
    struct blob bytes = {NULL, 0};
    int code = load_sealed(&report, &bytes, file);

    if (code == EXIT_DONE && memcmp(report.digest, receipt->report_digest,
                                    sizeof report.digest) != 0) {
        code = io_say(EXIT_REFUSED, "the receipt is for another report");
    }
    io_free(&bytes);
    return code;
}

static int look(const char *file, const char *quorum_file,
                const char *report_file, bool json)
{
    uint8_t bytes[RECEIPT_BYTES];
    struct frank_quorum quorum;
    struct receipt receipt;
    struct frank_fault fault;
    int code = load_quorum(&quorum, quorum_file);

    if (code == EXIT_DONE) {
        code = io_read_exactly(bytes, sizeof bytes, file, "a receipt");
    }
    if (code == EXIT_DONE &&
        (receipt_decode(&receipt, bytes, sizeof bytes, &fault) != FRANK_OK ||
         receipt_check(&receipt, &quorum, &fault) != FRANK_OK)) {
        code = io_fault(file, &fault);
    }
    if (code == EXIT_DONE && report_file != NULL) {
        code = check_report(&receipt, report_file);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    return json ? put_receipt_json(&receipt) : put_receipt_text(&receipt);
}

int receipt_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"report", required_argument, NULL, OPT_REPORT},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    const char *quorum = NULL;
    const char *report = NULL;
    bool json = false;
    int option;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == OPT_QUORUM) {
            quorum = optarg;
        } else if (option == OPT_REPORT) {
            report = optarg;
        } else if (option == OPT_JSON) {
            json = true;
        } else {
            return EXIT_USAGE;
        }
    }
    if (quorum == NULL || optind + 1 != argc) {
        return command_usage(self, "--quorum and one FILE are needed");
    }
    return look(argv[optind], quorum, report, json);
}
