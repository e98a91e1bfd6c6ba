/* SPDX-License-Identifier: Apache-2.0 */
/* What a reporter got for a report. */
#include "commands.h"
#include "load.h"
#include "receipt.h"

enum { OPT_HUB_PUBLIC = 1, OPT_JSON };

struct arguments {
    const char *hub_public;
    bool json;
    const char *file;
};

static int parse(struct arguments *out, const struct command *self, int argc,
                 char **argv)
{
    static const struct option options[] = {
        {"hub-public", required_argument, NULL, OPT_HUB_PUBLIC},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    int option;

    *out = (struct arguments){.hub_public = NULL};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_HUB_PUBLIC:
            out->hub_public = optarg;
            break;
        case OPT_JSON:
            out->json = true;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (out->hub_public == NULL || optind + 1 != argc) {
        return command_usage(self, "--hub-public and one FILE are needed");
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

static int put_text(const struct report_receipt *receipt, int error,
                    const struct frank_fault *fault)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    char received[IO_TIME_BYTES];

    if (error != FRANK_OK) {
        frank_fault_text(text, sizeof text, fault);
        (void)printf("not valid: %s\n", text);
        return io_finish(EXIT_REFUSED);
    }
    (void)printf("valid: report ");
    for (size_t i = 0; i < sizeof receipt->report_id; i++) {
        (void)printf("%02x", receipt->report_id[i]);
    }
    io_time(received, receipt->received);
    (void)printf(" received at %s\n", received);
    return io_finish(EXIT_DONE);
}

static int put_json(const struct report_receipt *receipt, int error,
                    const struct frank_fault *fault)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    json_t *line = json_object();
    int code;

    io_json_set(line, "verdict",
                json_string(error == FRANK_OK ? "valid" : "not valid"));
    if (error == FRANK_OK) {
        io_json_set(line, "report_id",
                    io_json_hex(receipt->report_id, sizeof receipt->report_id));
        io_json_set(line, "received", io_json_time(receipt->received));
    } else {
        frank_fault_text(text, sizeof text, fault);
        io_json_set(line, "reason", json_string(text));
    }
    code = io_put_json(line);
    return code == EXIT_DONE && error != FRANK_OK ? EXIT_REFUSED : code;
}

int receipt_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    struct hub_public hub;
    struct report_receipt receipt;
    struct blob bytes = {NULL, 0};
    struct frank_fault fault = {0};
    int code = parse(&arguments, self, argc, argv);
    int error;

    if (code == EXIT_DONE) {
        code = load_hub_public(&hub, arguments.hub_public);
    }
    if (code == EXIT_DONE) {
        code = io_read(&bytes, arguments.file, FRANK_REPORT_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        error = receipt_open(&receipt, bytes.data, bytes.len, &hub, &fault);
        code = arguments.json ? put_json(&receipt, error, &fault)
                              : put_text(&receipt, error, &fault);
    }
    io_free(&bytes);
    return code;
}
