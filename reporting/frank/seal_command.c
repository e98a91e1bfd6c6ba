/* SPDX-License-Identifier: Apache-2.0 */
/* frank report seal: chooses, shows and seals what leaves the device. */
#include "attach_option.h"
#include "commands.h"
#include "describe.h"
#include "describe_report.h"
#include "kept_argument.h"
#include "load.h"
#include "quorum_argument.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_QUORUM = 1,
    OPT_PIN,
    OPT_HUB_PUBLIC,
    OPT_REPORTER,
    OPT_ANONYMOUS,
    OPT_REASON,
    OPT_ACCUSED,
    OPT_NOTE_FILE,
    OPT_WITHHOLD,
    OPT_WITHHOLD_PART,
    OPT_ATTACH,
    OPT_CREATED,
    OPT_PREVIEW
};

static const struct option seal_options[] = {
    {"quorum", required_argument, NULL, OPT_QUORUM},
    {"pin", required_argument, NULL, OPT_PIN},
    {"hub-public", required_argument, NULL, OPT_HUB_PUBLIC},
    {"reporter", required_argument, NULL, OPT_REPORTER},
    {"anonymous", no_argument, NULL, OPT_ANONYMOUS},
    {"reason", required_argument, NULL, OPT_REASON},
    {"accused", required_argument, NULL, OPT_ACCUSED},
    {"note-file", required_argument, NULL, OPT_NOTE_FILE},
    {"withhold", required_argument, NULL, OPT_WITHHOLD},
    {"withhold-part", required_argument, NULL, OPT_WITHHOLD_PART},
    {"attach", required_argument, NULL, OPT_ATTACH},
    {"created", required_argument, NULL, OPT_CREATED},
    {"preview", no_argument, NULL, OPT_PREVIEW},
    {NULL, 0, NULL, 0}};

/* A report and what it is made of. */
struct draft {
    struct frank_report report;
    struct frank_kept messages[FRANK_MESSAGES_MAX];
    struct kept_message files[FRANK_MESSAGES_MAX];
    struct attach_option attached;
    struct blob note;
    struct frank_quorum quorum;
    struct hub_public hub;
    const char *quorum_file;
    const char *pin_file;
    const char *hub_file;
    bool anonymous;
    bool has_reason;
    bool preview;
    unsigned highest; /* index that --withhold or --withhold-part names */
};

/* ---- Arguments ---------------------------------------------------------- */

static bool take_reason(struct draft *draft, const char *text)
{
    const struct frank_reason *reason = frank_reason_named(text);
    uint64_t code;

    if (reason == NULL && text[0] >= '0' && text[0] <= '9') {
        if (!io_number(&code, text, UINT8_MAX, "--reason")) {
            return false;
        }
        reason = frank_reason((uint8_t)code);
    }
    if (reason == NULL) {
        (void)io_say(EXIT_USAGE, "--reason: no such reason; there are:");
        for (size_t i = 0; (reason = frank_reason_at(i)) != NULL; i++) {
            (void)fprintf(stderr, "  %3u %-20s %s\n", reason->code,
                          reason->name, reason->plain);
        }
        return false;
    }
    draft->report.reason = reason->code;
    draft->has_reason = true;
    return true;
}

static bool take_index(struct draft *draft, uint64_t *out, const char *text,
                       const char *what)
{
    if (!io_number(out, text, FRANK_MESSAGES_MAX - 1, what)) {
        return false;
    }
    if (*out > draft->highest) {
        draft->highest = (unsigned)*out;
    }
    return true;
}

/* I.P */
static bool take_part(struct draft *draft, char *text)
{
    uint64_t message;
    uint64_t part;
    char *point = strchr(text, '.');

    if (point == NULL) {
        (void)io_say(EXIT_USAGE, "--withhold-part: not MESSAGE.PART");
        return false;
    }
    *point = '\0';
    if (!take_index(draft, &message, text, "--withhold-part MESSAGE") ||
        !io_number(&part, point + 1, FRANK_PARTS_MAX - 1,
                   "--withhold-part PART")) {
        return false;
    }
    draft->messages[message].withhold_parts |= UINT64_C(1) << part;
    return true;
}

static bool take_number_option(struct draft *draft, int option)
{
    uint64_t number = 0;

    switch (option) {
    case OPT_ACCUSED:
        if (!io_number(&number, optarg, FRANK_MESSAGES_MAX - 1, "--accused")) {
            return false;
        }
        draft->report.accused = (unsigned)number;
        return true;
    case OPT_WITHHOLD:
        if (!take_index(draft, &number, optarg, "--withhold")) {
            return false;
        }
        draft->messages[number].withhold = true;
        return true;
    case OPT_CREATED:
        return io_number(&draft->report.created, optarg, UINT64_MAX,
                         "--created");
    default:
        return false;
    }
}

static bool take_option(struct draft *draft, int option)
{
    switch (option) {
    case OPT_QUORUM:
        draft->quorum_file = optarg;
        return true;
    case OPT_PIN:
        draft->pin_file = optarg;
        return true;
    case OPT_HUB_PUBLIC:
        draft->hub_file = optarg;
        return true;
    case OPT_REPORTER:
        draft->report.reporter = io_span(optarg);
        return true;
    case OPT_ANONYMOUS:
        draft->anonymous = true;
        return true;
    case OPT_PREVIEW:
        draft->preview = true;
        return true;
    case OPT_REASON:
        return take_reason(draft, optarg);
    case OPT_WITHHOLD_PART:
        return take_part(draft, optarg);
    default:
        return take_number_option(draft, option);
    }
}

/* messages: how many are given. */
static int check_arguments(const struct draft *draft,
                           const struct command *self, int messages)
{
    if (draft->quorum_file == NULL) {
        return command_usage(self, "--quorum is needed");
    }
    if (!draft->has_reason) {
        return command_usage(self, "--reason is needed");
    }
    if (draft->anonymous == (draft->report.reporter.len > 0)) {
        return command_usage(self, "either --reporter or --anonymous");
    }
    if (messages < 1 || messages > FRANK_MESSAGES_MAX) {
        return command_usage(self, "1 to %d messages: %d given",
                             FRANK_MESSAGES_MAX, messages);
    }
    if (draft->report.accused >= (unsigned)messages ||
        draft->highest >= (unsigned)messages ||
        draft->attached.highest >= (unsigned)messages) {
        return command_usage(self, "no such message: counting starts at 0");
    }
    return EXIT_DONE;
}

static int parse(struct draft *draft, const struct command *self, int argc,
                 char **argv)
{
    int option;
    int code = EXIT_DONE;

    while (code == EXIT_DONE &&
           (option = command_option(self, argc, argv, seal_options)) != -1) {
        if (option == OPT_NOTE_FILE) {
            io_free(&draft->note);
            code = io_read(&draft->note, optarg, FRANK_NOTE_MAX_BYTES);
        } else if (option == OPT_ATTACH) {
            code = attach_option_take(&draft->attached, optarg);
        } else if (!take_option(draft, option)) {
            return EXIT_USAGE;
        }
    }
    return code == EXIT_DONE ? check_arguments(draft, self, argc - optind)
                             : code;
}

/* ---- Preview ------------------------------------------------------------ */

static void preview_message(const struct frank_opening *opening, size_t index)
{
    struct frank_content located;
    struct frank_findings findings = {0};

    if (!opening->disclosed) {
        (void)printf("message %zu: withheld; only that it was sent is shown\n",
                     index);
        return;
    }
    (void)printf("message %zu:\n", index);
    if (frank_locate(&located, opening->content.data, opening->content.len,
                     NULL) == FRANK_OK &&
        frank_validate(&findings, opening->content.data, opening->content.len,
                       NULL) == FRANK_OK) {
        describe_content_text(&located, &findings, opening->content);
    }
    sodium_memzero(&located, sizeof located);
}

static int preview(const struct draft *draft,
                   const struct frank_unsealed *report)
{
    (void)puts("What the hub and everyone who handles the report can read:");
    (void)printf("reporter    ");
    if (report->reporter.len == 0) {
        (void)printf("nobody: the report is anonymous");
    } else {
        io_put_text(stdout, report->reporter);
    }
    (void)putchar('\n');
    describe_header_text(&report->header);
    describe_order_text(&report->header, NULL);
    (void)printf("\nWhat only %u of %u moderators together can read:\n",
                 draft->quorum.threshold, draft->quorum.holders);
    (void)printf("note        ");
    io_put_text(stdout, report->body.note);
    (void)putchar('\n');
    for (size_t i = 0; i < report->body.count; i++) {
        preview_message(&report->body.openings[i], i);
    }
    attach_option_preview(&report->body);
    (void)puts("\nNothing was sealed: this is a preview.");
    return io_finish(EXIT_DONE);
}

/* ---- Sealing ------------------------------------------------------------ */

static int put_sealed(const struct draft *draft, const uint8_t *unsealed,
                      size_t len)
{
    uint8_t random[FRANK_SEAL_RANDOM_BYTES];
    struct blob out = {NULL, 0};
    struct frank_fault fault;
    size_t written = 0;
    int code = EXIT_DONE;

    randombytes_buf(random, sizeof random);
    if (frank_report_seal(NULL, 0, &written, unsealed, len, &draft->quorum,
                          random, &fault) != FRANK_ERR_SPACE) {
        code = io_fault("report", &fault);
    }
    if (code == EXIT_DONE) {
        code = io_alloc(&out, written);
    }
    if (code == EXIT_DONE) {
        code = frank_report_seal(out.data, out.len, &written, unsealed, len,
                                 &draft->quorum, random, &fault) == FRANK_OK
                   ? io_put_bytes(out.data, written)
                   : io_fault("report", &fault);
    }
    io_free(&out);
    sodium_memzero(random, sizeof random);
    return code;
}

static int say_refused(size_t message, const struct frank_fault *fault)
{
    char what[32] = "report";

    if (message != SIZE_MAX) {
        (void)snprintf(what, sizeof what, "message %zu", message);
    }
    return io_fault(what, fault);
}

/* What is told is read back from the very bytes that are sealed. */
static int tell_and_put(const struct draft *draft, const uint8_t *unsealed,
                        size_t len)
{
    struct frank_unsealed *report = calloc(1, sizeof *report);
    struct frank_fault fault;
    int code;

    if (report == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    if (frank_report_read(report, unsealed, len, &fault) != FRANK_OK) {
        code = io_fault("report", &fault);
    } else {
        attach_option_caution(&report->body);
        code = draft->preview ? preview(draft, report)
                              : put_sealed(draft, unsealed, len);
    }
    free(report);
    return code;
}

/* The report's plaintext lies in guarded memory. */
static int build_and_put(const struct draft *draft)
{
    uint8_t random[FRANK_BUILD_RANDOM_BYTES];
    struct frank_fault fault;
    uint8_t *unsealed;
    size_t message;
    size_t len = 0;
    int code;

    randombytes_buf(random, sizeof random);
    if (frank_report_build(NULL, 0, &len, &message, &draft->report, random,
                           &fault) != FRANK_ERR_SPACE) {
        return say_refused(message, &fault);
    }
    unsealed = sodium_malloc(len);
    if (unsealed == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    if (frank_report_build(unsealed, len, &len, &message, &draft->report,
                           random, &fault) != FRANK_OK) {
        code = say_refused(message, &fault);
    } else {
        code = tell_and_put(draft, unsealed, len);
    }
    sodium_free(unsealed); /* wipes */
    return code;
}

static int take_messages(struct draft *draft, const struct command *self,
                         int argc, char **argv)
{
    const struct hub_public *hub = draft->hub_file != NULL ? &draft->hub : NULL;
    int code =
        hub != NULL ? load_hub_public(&draft->hub, draft->hub_file) : EXIT_DONE;

    for (int i = optind; i < argc && code == EXIT_DONE; i++) {
        size_t index = draft->report.count++;

        code = kept_argument(&draft->messages[index], &draft->files[index],
                             self, hub, argv[i]);
    }
    if (code == EXIT_DONE && hub == NULL) {
        (void)io_say(code, "the stamps were not checked (--hub-public does)");
    }
    return code;
}

static int seal(struct draft *draft, const struct command *self, int argc,
                char **argv)
{
    uint64_t now = io_now();
    int code;

    draft->report.created = now;
    draft->report.messages = draft->messages;
    code = parse(draft, self, argc, argv);
    if (code == EXIT_DONE) {
        code = quorum_argument(&draft->quorum, draft->quorum_file,
                               draft->pin_file, now);
    }
    if (code == EXIT_DONE) {
        code = take_messages(draft, self, argc, argv);
    }
    draft->report.note = io_blob_span(&draft->note);
    attach_option_sort(&draft->attached);
    draft->report.disclosures = draft->attached.list;
    draft->report.disclosure_count = draft->attached.count;
    return code == EXIT_DONE ? build_and_put(draft) : code;
}

int report_seal_command(const struct command *self, int argc, char **argv)
{
    struct draft *draft = calloc(1, sizeof *draft);
    int code;

    if (draft == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = seal(draft, self, argc, argv);
    for (size_t i = 0; i < draft->report.count; i++) {
        io_free(&draft->files[i].content);
    }
    attach_option_free(&draft->attached);
    io_free(&draft->note);
    sodium_memzero(draft, sizeof *draft);
    free(draft);
    return code;
}
