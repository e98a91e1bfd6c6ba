/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub does with sealed reports: show, check, convert. */
#include "commands.h"
#include "describe_report.h"
#include "hub_verdict.h"
#include "load.h"
#include "mimi_seal.h"
#include "quorum_argument.h"
#include "secret_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_KEYRING = 1,
    OPT_QUORUM,
    OPT_PIN,
    OPT_VERDICT_OUT,
    OPT_REPORTER,
    OPT_TIME,
    OPT_JSON
};

struct arguments {
    const char *keyring;
    const char *quorum;
    const char *pin;
    const char *verdict_out;
    uint64_t now;
    bool reporter;
    bool json;
    const char *file;
};

static int parse(struct arguments *out, const struct command *self, int argc,
                 char **argv, const struct option *options)
{
    int option;

    *out = (struct arguments){.now = io_now()};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_KEYRING:
            out->keyring = optarg;
            break;
        case OPT_QUORUM:
            out->quorum = optarg;
            break;
        case OPT_PIN:
            out->pin = optarg;
            break;
        case OPT_VERDICT_OUT:
            out->verdict_out = optarg;
            break;
        case OPT_REPORTER:
            out->reporter = true;
            break;
        case OPT_JSON:
            out->json = true;
            break;
        case OPT_TIME:
            if (!io_number(&out->now, optarg, UINT64_MAX, "--time")) {
                return EXIT_USAGE;
            }
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        return command_usage(self, "one FILE is needed");
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

/* ---- show --------------------------------------------------------------- */

static const char *reporter_state(const struct sealed_report *report)
{
    return report->reporter.salt == NULL
               ? "nobody: the report is anonymous"
               : "named (not shown: --reporter shows it)";
}

static void show_text(const struct sealed_report *report, bool reporter)
{
    describe_header_text(&report->header);
    describe_order_text(&report->header, NULL);
    (void)printf("reporter    ");
    if (reporter && report->reporter.salt != NULL) {
        io_put_text(stdout, report->reporter.uri);
    } else {
        (void)printf("%s", reporter_state(report));
    }
    (void)printf("\nquorum key  ");
    for (size_t i = 0; i < FRANK_QUORUM_ID_BYTES; i++) {
        (void)printf("%02x", report->seal.quorum_id[i]);
    }
    (void)printf("\nsealed      %zu bytes\ndigest      ", report->sealed.len);
    for (size_t i = 0; i < sizeof report->digest; i++) {
        (void)printf("%02x", report->digest[i]);
    }
    (void)puts(
        "\n\nNothing of this was checked: frank report check does that.");
}

static int show_json(const struct sealed_report *report, bool reporter)
{
    json_t *line = json_object();

    describe_header_json(line, &report->header);
    describe_order_json(line, &report->header, NULL);
    io_json_set(line, "anonymous", json_boolean(report->reporter.salt == NULL));
    if (reporter && report->reporter.salt != NULL) {
        io_json_set(line, "reporting_user", io_json_text(report->reporter.uri));
    }
    io_json_set(
        line, "quorum_key_id",
        io_json_hex(report->seal.quorum_id, sizeof report->seal.quorum_id));
    io_json_set(line, "sealed_length",
                json_integer((json_int_t)report->sealed.len));
    io_json_set(line, "report_digest",
                io_json_hex(report->digest, sizeof report->digest));
    return io_put_json(line);
}

int report_show_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"reporter", no_argument, NULL, OPT_REPORTER},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    struct arguments arguments;
    struct sealed_report report;
    struct blob bytes = {NULL, 0};
    int code = parse(&arguments, self, argc, argv, options);

    if (code == EXIT_DONE) {
        code = load_sealed(&report, &bytes, arguments.file);
    }
    if (code == EXIT_DONE && arguments.json) {
        code = show_json(&report, arguments.reporter);
    } else if (code == EXIT_DONE) {
        show_text(&report, arguments.reporter);
        code = io_finish(EXIT_DONE);
    }
    io_free(&bytes);
    return code;
}

/* ---- check -------------------------------------------------------------- */

static const char *verdict_text(enum evidence_verdict verdict)
{
    switch (verdict) {
    case EVIDENCE_VALID:
        return "valid";
    case EVIDENCE_EXPIRED:
        return "expired";
    case EVIDENCE_INVALID:
        break;
    }
    return "invalid";
}

/* Whose transcript stamps are this hub's: what is not is not valid. */
static void find_stamped(bool out[static FRANK_MESSAGES_MAX],
                         const struct sealed_check *check)
{
    for (size_t i = 0; i < check->report.header.count; i++) {
        out[i] = check->items[i].verdict == EVIDENCE_VALID;
    }
}

/* The seal is looked at last: of a report that is refused for its evidence,
 * nothing is known about it. */
static int put_check_json(const struct sealed_check *check, int error,
                          const struct frank_fault *fault)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    bool stamped[FRANK_MESSAGES_MAX];
    json_t *line = json_object();
    json_t *items = json_array();

    io_json_set(line, "verdict",
                json_string(error == FRANK_OK ? "accepted" : "refused"));
    if (error != FRANK_OK) {
        frank_fault_text(text, sizeof text, fault);
        io_json_set(line, "reason", json_string(text));
        if (check->at != SIZE_MAX) {
            io_json_set(line, "at", json_integer((json_int_t)check->at));
        }
    } else {
        io_json_set(
            line, "report_id",
            io_json_hex(check->report.header.report_id, FRANK_REPORT_ID_BYTES));
        io_json_set(line, "report_digest",
                    io_json_hex(check->report.digest, FRANK_DIGEST_BYTES));
    }
    for (size_t i = 0; i < check->report.header.count && check->judged; i++) {
        io_json_append(items,
                       json_string(verdict_text(check->items[i].verdict)));
    }
    io_json_set(line, "evidence", items);
    if (check->judged) {
        find_stamped(stamped, check);
        describe_order_json(line, &check->report.header, stamped);
    }
    return io_put_json(line);
}

static void put_check_text(const struct sealed_check *check, int error,
                           const struct frank_fault *fault)
{
    bool stamped[FRANK_MESSAGES_MAX];
    char text[FRANK_FAULT_TEXT_BYTES];

    for (size_t i = 0; i < check->report.header.count && check->judged; i++) {
        const struct sealed_item *item = &check->items[i];

        (void)printf("message %zu: %s", i, verdict_text(item->verdict));
        if (item->verdict != EVIDENCE_VALID) {
            frank_fault_text(text, sizeof text, &item->fault);
            (void)printf(": %s", text);
        }
        (void)putchar('\n');
    }
    if (check->judged) {
        find_stamped(stamped, check);
        describe_order_text(&check->report.header, stamped);
    }
    if (error == FRANK_OK) {
        (void)puts("accepted: the seal holds, and every stamp that is not "
                   "expired");
    } else {
        frank_fault_text(text, sizeof text, fault);
        (void)printf("refused: %s\n", text);
    }
}

static int put_verdict(const struct sealed_check *check,
                       const struct stamper *stamper, uint64_t now,
                       const char *file)
{
    uint8_t bytes[HUB_VERDICT_SIGNED_MAX_BYTES];
    struct hub_verdict verdict;
    struct frank_fault fault;
    size_t len = 0;

    hub_verdict_from(&verdict, check, now);
    if (hub_verdict_sign(bytes, &len, &verdict, stamper, &fault) != FRANK_OK) {
        return io_fault("verdict", &fault);
    }
    /* Whoever has it can prove to anyone what somebody wrote. */
    return secret_file_create(file, bytes, len, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(file, &fault);
}

/* Checks, prints, and signs what was found. */
static int check(const struct arguments *arguments,
                 const struct stamper *stamper, const uint8_t *quorum_id,
                 const struct blob *bytes)
{
    struct sealed_check *found = calloc(1, sizeof *found);
    struct frank_fault fault;
    int error;
    int code = EXIT_DONE;

    if (found == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    error = sealed_check(found, stamper, quorum_id, bytes->data, bytes->len,
                         arguments->now, &fault);
    if (error == FRANK_OK && arguments->verdict_out != NULL) {
        code =
            put_verdict(found, stamper, arguments->now, arguments->verdict_out);
    }
    if (code == EXIT_DONE && arguments->json) {
        code = put_check_json(found, error, &fault);
    } else if (code == EXIT_DONE) {
        put_check_text(found, error, &fault);
        code = io_finish(EXIT_DONE);
    }
    if (error == FRANK_OK && quorum_id == NULL) {
        (void)io_say(code, "to whose key it is sealed was not checked "
                           "(--quorum does)");
    }
    free(found);
    return code == EXIT_DONE && error != FRANK_OK ? EXIT_REFUSED : code;
}

int report_check_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"keyring", required_argument, NULL, OPT_KEYRING},
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"pin", required_argument, NULL, OPT_PIN},
        {"time", required_argument, NULL, OPT_TIME},
        {"verdict-out", required_argument, NULL, OPT_VERDICT_OUT},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    struct arguments arguments;
    struct frank_quorum quorum;
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    struct stamper *stamper = NULL;
    struct blob bytes = {NULL, 0};
    int code = parse(&arguments, self, argc, argv, options);

    if (code == EXIT_DONE && arguments.keyring == NULL) {
        return command_usage(self, "--keyring is needed");
    }
    if (code == EXIT_DONE && arguments.pin != NULL &&
        arguments.quorum == NULL) {
        return command_usage(self, "--pin is for a key that --quorum names");
    }
    if (code == EXIT_DONE && arguments.quorum != NULL) {
        code = quorum_argument(&quorum, arguments.quorum, arguments.pin,
                               arguments.now);
        if (code == EXIT_DONE) {
            frank_quorum_id(id, &quorum);
        }
    }
    if (code == EXIT_DONE) {
        code = keyring_load_stamper(&stamper, arguments.keyring);
    }
    if (code == EXIT_DONE) {
        code = io_read(&bytes, arguments.file, FRANK_REPORT_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        code = check(&arguments, stamper, arguments.quorum != NULL ? id : NULL,
                     &bytes);
    }
    stamper_free(stamper);
    io_free(&bytes);
    return code;
}

/* ---- convert ------------------------------------------------------------ */

static int convert(const struct arguments *arguments,
                   const struct stamper *stamper,
                   const struct frank_quorum *quorum, const struct blob *bytes)
{
    uint8_t random[MIMI_SEAL_RANDOM_BYTES];
    char what[64] = "report";
    struct frank_fault fault;
    uint8_t *sealed = NULL;
    size_t len = 0;
    size_t message;
    int error;
    int code;

    randombytes_buf(random, sizeof random);
    error = mimi_seal(&sealed, &len, &message, stamper, quorum, bytes->data,
                      bytes->len, arguments->now, random, &fault);
    if (error != FRANK_OK && message != SIZE_MAX) {
        (void)snprintf(what, sizeof what, "message %zu", message);
    }
    code =
        error == FRANK_OK ? io_put_bytes(sealed, len) : io_fault(what, &fault);
    free(sealed);
    sodium_memzero(random, sizeof random);
    return code;
}

int report_convert_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"keyring", required_argument, NULL, OPT_KEYRING},
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"pin", required_argument, NULL, OPT_PIN},
        {"time", required_argument, NULL, OPT_TIME},
        {NULL, 0, NULL, 0}};
    struct arguments arguments;
    struct frank_quorum quorum;
    struct stamper *stamper = NULL;
    struct blob bytes = {NULL, 0};
    int code = parse(&arguments, self, argc, argv, options);

    if (code == EXIT_DONE &&
        (arguments.keyring == NULL || arguments.quorum == NULL)) {
        return command_usage(self, "--keyring and --quorum are needed");
    }
    if (code == EXIT_DONE) {
        code = quorum_argument(&quorum, arguments.quorum, arguments.pin,
                               arguments.now);
    }
    if (code == EXIT_DONE) {
        code = keyring_load_stamper(&stamper, arguments.keyring);
    }
    if (code == EXIT_DONE) {
        code = io_read(&bytes, arguments.file, MIMI_REPORT_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        code = convert(&arguments, stamper, &quorum, &bytes);
    }
    stamper_free(stamper);
    io_free(&bytes); /* wipes */
    return code;
}
