/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "describe.h"
#include "mimi_report.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPT_REPORTER = 1,
    OPT_ABUSER,
    OPT_REASON,
    OPT_NOTE_FILE,
    OPT_KEYRING,
    OPT_JSON
};

/* ---- mimi --------------------------------------------------------------- */

/* A report and the files it is made of. */
struct draft {
    struct mimi_report report;
    struct blob note;
    struct blob contents[MIMI_REPORT_MESSAGES_MAX];
    struct blob franks[MIMI_REPORT_MESSAGES_MAX];
};

/* A report that nobody can verify helps nobody: contents that cannot be
 * located and what is no frank are refused here already. */
static int check_message(const char *content_file, const char *frank_file,
                         const struct mimi_report_message *message)
{
    struct frank_content located;
    struct frank_frank frank;
    struct frank_fault fault;

    if (frank_locate(&located, message->content.data, message->content.len,
                     &fault) != FRANK_OK) {
        return io_fault(content_file, &fault);
    }
    if (frank_frank_decode(&frank, message->frank.data, message->frank.len,
                           &fault) != FRANK_OK) {
        return io_fault(frank_file, &fault);
    }
    return EXIT_DONE;
}

/* CONTENT:FRANK:MS; a content's name may hold colons. */
static int take_message(struct draft *draft, const struct command *self,
                        char *argument)
{
    size_t index = draft->report.count;
    struct mimi_report_message *message = &draft->report.messages[index];
    char *time = strrchr(argument, ':');
    char *frank;
    int code;

    if (time != NULL) {
        *time++ = '\0';
    }
    frank = strrchr(argument, ':');
    if (time == NULL || frank == NULL) {
        return command_usage(self, "a message is CONTENT:FRANK:MS");
    }
    *frank++ = '\0';
    if (!io_number(&message->accepted_timestamp, time, UINT64_MAX,
                   "MS of CONTENT:FRANK:MS")) {
        return EXIT_USAGE;
    }
    code = io_read(&draft->contents[index], argument, FRANK_CONTENT_MAX_BYTES);
    if (code == EXIT_DONE) {
        code = io_read(&draft->franks[index], frank, 65536);
    }
    if (code == EXIT_DONE) {
        message->content = io_blob_span(&draft->contents[index]);
        message->frank = io_blob_span(&draft->franks[index]);
        code = check_message(argument, frank, message);
    }
    draft->report.count++;
    return code;
}

static int parse_mimi(struct draft *draft, const struct command *self, int argc,
                      char **argv)
{
    static const struct option options[] = {
        {"reporter", required_argument, NULL, OPT_REPORTER},
        {"abuser", required_argument, NULL, OPT_ABUSER},
        {"reason", required_argument, NULL, OPT_REASON},
        {"note-file", required_argument, NULL, OPT_NOTE_FILE},
        {NULL, 0, NULL, 0}};
    struct mimi_report *report = &draft->report;
    uint64_t reason = UINT64_MAX;
    int option;
    int code = EXIT_DONE;

    while (code == EXIT_DONE &&
           (option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_REPORTER:
            report->reporting_user = io_span(optarg);
            break;
        case OPT_ABUSER:
            report->alleged_abuser = io_span(optarg);
            break;
        case OPT_REASON:
            if (frank_reason_named(optarg) != NULL) {
                reason = frank_reason_named(optarg)->code;
            } else if (!io_number(&reason, optarg, UINT8_MAX, "--reason")) {
                return EXIT_USAGE;
            }
            break;
        case OPT_NOTE_FILE:
            io_free(&draft->note);
            code = io_read(&draft->note, optarg, MIMI_REPORT_NOTE_MAX_BYTES);
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (report->alleged_abuser.len == 0 || reason > UINT8_MAX) {
        return command_usage(self, "--abuser and --reason are needed");
    }
    if (argc - optind > MIMI_REPORT_MESSAGES_MAX) {
        return command_usage(self, "%d messages at most",
                             MIMI_REPORT_MESSAGES_MAX);
    }
    report->reason = (uint8_t)reason;
    report->note = io_blob_span(&draft->note);
    return EXIT_DONE;
}

static int put_report(const struct mimi_report *report)
{
    struct blob out = {NULL, 0};
    struct frank_fault fault;
    size_t written = 0;
    int error = mimi_report_encode(NULL, 0, &written, report, &fault);
    int code;

    if (error != FRANK_ERR_SPACE) {
        return io_fault("report", &fault);
    }
    code = io_alloc(&out, written);
    if (code == EXIT_DONE) {
        code = mimi_report_encode(out.data, out.len, &written, report,
                                  &fault) == FRANK_OK
                   ? io_put_bytes(out.data, written)
                   : io_fault("report", &fault);
    }
    io_free(&out);
    return code;
}

int report_mimi_command(const struct command *self, int argc, char **argv)
{
    struct draft *draft = calloc(1, sizeof *draft);
    int code;

    if (draft == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = parse_mimi(draft, self, argc, argv);
    for (int i = optind; i < argc && code == EXIT_DONE; i++) {
        code = take_message(draft, self, argv[i]);
    }
    if (code == EXIT_DONE) {
        code = put_report(&draft->report);
    }
    for (size_t i = 0; i < draft->report.count; i++) {
        io_free(&draft->contents[i]);
        io_free(&draft->franks[i]);
    }
    io_free(&draft->note);
    free(draft);
    return code;
}

/* ---- verify ------------------------------------------------------------- */

static int put_verdict_json(const struct mimi_report *report, size_t index,
                            const struct mimi_report_verdict *verdict)
{
    const struct mimi_report_message *message = &report->messages[index];
    char reason[FRANK_FAULT_TEXT_BYTES];
    json_t *line = json_object();

    io_json_set(line, "message", json_integer((json_int_t)index));
    io_json_set(
        line, "verdict",
        json_string(verdict->error == FRANK_OK ? "valid" : "not valid"));
    if (verdict->error != FRANK_OK) {
        frank_fault_text(reason, sizeof reason, &verdict->fault);
        io_json_set(line, "reason", json_string(reason));
    }
    io_json_set(line, "accepted_timestamp",
                io_json_time(message->accepted_timestamp));
    if (verdict->located) {
        describe_content_json(line, &verdict->content, message->content);
        io_json_set(line, "from_alleged_abuser",
                    json_boolean(verdict->from_abuser));
        io_json_set(line, "malformed",
                    describe_findings_json(&verdict->findings));
    }
    return io_put_json(line);
}

static int put_verdict_text(const struct mimi_report *report, size_t index,
                            const struct mimi_report_verdict *verdict)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    char time[IO_TIME_BYTES];

    (void)printf("message %zu: ", index);
    if (verdict->error != FRANK_OK) {
        frank_fault_text(text, sizeof text, &verdict->fault);
        (void)printf("not valid: %s\n", text);
        return io_finish(EXIT_DONE);
    }
    io_time(time, report->messages[index].accepted_timestamp);
    (void)printf("%s: from ", verdict->findings.broken == 0
                                  ? "valid"
                                  : "valid (proven, malformed)");
    io_put_text(stdout, describe_uri(&verdict->content.sender));
    (void)printf(" in ");
    io_put_text(stdout, describe_uri(&verdict->content.room));
    (void)printf(" at %s%s\n", time,
                 verdict->from_abuser ? "" : "; not from the alleged abuser");
    if (verdict->findings.broken != 0) {
        (void)printf("  malformed: ");
        describe_findings_text(&verdict->findings);
        (void)putchar('\n');
    }
    return io_finish(EXIT_DONE);
}

/* 0 only if there are messages and each is valid. */
static int verify(const struct stamper *stamper,
                  const struct mimi_report *report, bool json)
{
    struct mimi_report_verdict verdict;
    int code = EXIT_DONE;
    bool valid = report->count > 0;

    for (size_t i = 0; i < report->count && code == EXIT_DONE; i++) {
        mimi_report_check(&verdict, stamper, report, i);
        valid &= verdict.error == FRANK_OK;
        code = json ? put_verdict_json(report, i, &verdict)
                    : put_verdict_text(report, i, &verdict);
    }
    if (report->count == 0) {
        (void)io_say(EXIT_REFUSED,
                     "the report has no messages: nothing is proven");
    }
    return code == EXIT_DONE && !valid ? EXIT_REFUSED : code;
}

int report_verify_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"keyring", required_argument, NULL, OPT_KEYRING},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    const char *keyring = NULL;
    bool json = false;
    struct stamper *stamper = NULL;
    struct blob bytes = {NULL, 0};
    struct mimi_report report;
    struct frank_fault fault;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == OPT_KEYRING) {
            keyring = optarg;
        } else if (option == OPT_JSON) {
            json = true;
        } else {
            return EXIT_USAGE;
        }
    }
    if (keyring == NULL || optind + 1 != argc) {
        return command_usage(self, "--keyring and one FILE are needed");
    }
    code = keyring_load_stamper(&stamper, keyring);
    if (code == EXIT_DONE) {
        code = io_read(&bytes, argv[optind], MIMI_REPORT_MAX_BYTES);
    }
    if (code == EXIT_DONE && mimi_report_decode(&report, bytes.data, bytes.len,
                                                &fault) != FRANK_OK) {
        code = io_fault(argv[optind], &fault);
    }
    if (code == EXIT_DONE) {
        code = verify(stamper, &report, json);
    }
    stamper_free(stamper);
    io_free(&bytes);
    return code;
}
