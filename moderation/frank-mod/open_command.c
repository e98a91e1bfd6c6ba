/* SPDX-License-Identifier: Apache-2.0 */
/* frank-mod open: what k holders together see of a report. Contents go to files
 * in a folder, and nowhere else. */
#include "commands.h"
#include "describe.h"
#include "describe_report.h"
#include "opening.h"
#include "secret_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    OPT_QUORUM = 1,
    OPT_HUB_PUBLIC,
    OPT_VERDICT,
    OPT_CONSENT,
    OPT_OUT,
    OPT_JSON
};

struct open_arguments {
    const char *quorum;
    const char *hub_public;
    const char *verdict;
    const char *out;
    const char *consents[FRANK_HOLDERS_MAX];
    size_t count;
    const char *file;
    bool json;
};

/* All that is opened with. */
struct look {
    struct frank_quorum quorum;
    struct hub_public hub;
    struct hub_verdict verdict;
    struct consent consents[FRANK_HOLDERS_MAX];
    struct blob sealed;
    struct opening *opening;
    struct opening_verdict verdicts[FRANK_MESSAGES_MAX];
};

static int parse(struct open_arguments *out, const struct command *self,
                 int argc, char **argv)
{
    static const struct option options[] = {
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"hub-public", required_argument, NULL, OPT_HUB_PUBLIC},
        {"verdict", required_argument, NULL, OPT_VERDICT},
        {"consent", required_argument, NULL, OPT_CONSENT},
        {"out", required_argument, NULL, OPT_OUT},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    int option;

    memset(out, 0, sizeof *out);
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_QUORUM:
            out->quorum = optarg;
            break;
        case OPT_HUB_PUBLIC:
            out->hub_public = optarg;
            break;
        case OPT_VERDICT:
            out->verdict = optarg;
            break;
        case OPT_OUT:
            out->out = optarg;
            break;
        case OPT_JSON:
            out->json = true;
            break;
        case OPT_CONSENT:
            if (out->count == FRANK_HOLDERS_MAX) {
                return command_usage(self, "at most %d consents",
                                     FRANK_HOLDERS_MAX);
            }
            out->consents[out->count++] = optarg;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (out->quorum == NULL || out->hub_public == NULL || out->count == 0 ||
        optind + 1 != argc) {
        return command_usage(
            self, "--quorum, --hub-public, --consent and one SEALED are "
                  "needed");
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

/* ---- Reading ------------------------------------------------------------ */

static int load_hub(struct look *look, const char *file)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    int code = io_read(&text, file, HUB_PUBLIC_MAX_BYTES);

    if (code == EXIT_DONE &&
        hub_public_decode(&look->hub, (const char *)text.data, text.len,
                          &fault) != FRANK_OK) {
        code = io_key_fault(file, &fault);
    }
    io_free(&text);
    return code;
}

static int load_consents(struct look *look,
                         const struct open_arguments *arguments)
{
    uint8_t bytes[CONSENT_BYTES];
    struct frank_fault fault;
    int code = EXIT_DONE;

    for (size_t i = 0; i < arguments->count && code == EXIT_DONE; i++) {
        const char *file = arguments->consents[i];

        code = io_read_exactly(bytes, sizeof bytes, file);
        if (code == EXIT_DONE &&
            consent_decode(&look->consents[i], bytes, sizeof bytes, &fault) !=
                FRANK_OK) {
            code = io_fault(file, &fault);
        }
    }
    sodium_memzero(bytes, sizeof bytes);
    return code;
}

static int load_verdict(struct look *look, const char *file)
{
    struct blob bytes = {NULL, 0};
    struct frank_fault fault;
    int code;

    if (file == NULL) {
        return EXIT_DONE;
    }
    code = io_read(&bytes, file, HUB_VERDICT_SIGNED_MAX_BYTES);
    if (code == EXIT_DONE &&
        hub_verdict_open(&look->verdict, bytes.data, bytes.len, &look->hub,
                         &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    io_free(&bytes);
    return code;
}

static int load(struct look *look, const struct open_arguments *arguments)
{
    int code = load_quorum(&look->quorum, arguments->quorum);

    if (code == EXIT_DONE) {
        code = load_hub(look, arguments->hub_public);
    }
    if (code == EXIT_DONE) {
        code = load_verdict(look, arguments->verdict);
    }
    if (code == EXIT_DONE) {
        code = load_consents(look, arguments);
    }
    return code == EXIT_DONE
               ? io_read(&look->sealed, arguments->file, FRANK_REPORT_MAX_BYTES)
               : code;
}

static int open_and_judge(struct look *look,
                          const struct open_arguments *arguments)
{
    const struct sealed_report *report;
    struct frank_fault fault;
    size_t which;

    if (opening_open(&look->opening, &which, look->sealed.data,
                     look->sealed.len, &look->quorum, look->consents,
                     arguments->count, &fault) != FRANK_OK) {
        return io_fault(which == SIZE_MAX ? arguments->file
                                          : arguments->consents[which],
                        &fault);
    }
    report = opening_report(look->opening);
    if (arguments->verdict != NULL &&
        memcmp(look->verdict.report_digest, report->digest,
               sizeof report->digest) != 0) {
        return io_say(EXIT_REFUSED, "%s: the hub's verdict on another report",
                      arguments->verdict);
    }
    for (size_t i = 0; i < report->header.count; i++) {
        opening_judge(&look->verdicts[i], look->opening, i, &look->hub,
                      arguments->verdict != NULL ? &look->verdict : NULL);
    }
    return EXIT_DONE;
}

/* ---- Contents ----------------------------------------------------------- */

#define PATH_BYTES 4096
#define NAME_BYTES 48

static int put_file(const char *folder, const char *name,
                    struct frank_span bytes)
{
    char path[PATH_BYTES];
    struct frank_fault fault;

    (void)snprintf(path, sizeof path, "%.4000s/%s", folder, name);
    return secret_file_create(path, bytes.data, bytes.len, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(path, &fault);
}

static void content_name(char out[static NAME_BYTES], size_t index)
{
    (void)snprintf(out, NAME_BYTES, "message-%zu.content", index);
}

/* Only what was proven, or looked at and found not to match, is of use; what
 * cannot be proven is written too: the moderators decide. */
static int put_contents(const struct look *look, const char *folder)
{
    const struct frank_report_body *body = opening_body(look->opening);
    char name[NAME_BYTES];
    int code = EXIT_DONE;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    if (body->note.len > 0) {
        code = put_file(folder, "note.txt", body->note);
    }
    for (size_t i = 0; i < body->count && code == EXIT_DONE; i++) {
        if (body->openings[i].disclosed) {
            content_name(name, i);
            code = put_file(folder, name, body->openings[i].content);
        }
    }
    return code;
}

/* ---- Printing ----------------------------------------------------------- */

/* "disclosed and matches", "parts withheld: 2 of 5", "does not match: ..." */
static void verdict_text(char *out, size_t size,
                         const struct opening_verdict *verdict)
{
    char reason[FRANK_FAULT_TEXT_BYTES];
    const char *text = opening_state_text(verdict->state);

    if (verdict->state == OPENING_MATCHES && verdict->parts_withheld != 0) {
        (void)snprintf(out, size, "parts withheld: %d of %u",
                       __builtin_popcountll(verdict->parts_withheld),
                       verdict->parts);
    } else if (verdict->state == OPENING_MALFORMED &&
               verdict->parts_withheld != 0) {
        (void)snprintf(out, size, "%s, parts withheld: %d of %u", text,
                       __builtin_popcountll(verdict->parts_withheld),
                       verdict->parts);
    } else if (verdict->state == OPENING_MISMATCH ||
               verdict->state == OPENING_NOT_STAMPED) {
        frank_fault_text(reason, sizeof reason, &verdict->fault);
        (void)snprintf(out, size, "%s: %s", text, reason);
    } else {
        (void)snprintf(out, size, "%s", text);
    }
}

#define VERDICT_TEXT_BYTES (FRANK_FAULT_TEXT_BYTES + 64)

static void put_message_text(const struct look *look, size_t index)
{
    const struct frank_evidence *evidence =
        &opening_report(look->opening)->header.evidence[index];
    const struct opening_verdict *verdict = &look->verdicts[index];
    char text[VERDICT_TEXT_BYTES];
    char time[IO_TIME_BYTES];

    verdict_text(text, sizeof text, verdict);
    io_time(time, evidence->context.accepted_timestamp);
    (void)printf("message %zu: %s", index, text);
    if (verdict->state == OPENING_MALFORMED) {
        (void)printf(": ");
        describe_findings_text(&verdict->findings);
    }
    (void)printf("\n  from ");
    io_put_text(stdout, evidence->context.sender);
    (void)printf(" at %s", time);
    describe_place_text(evidence);
    (void)printf("%s\n  stamp: %s\n",
                 index == opening_report(look->opening)->header.accused
                     ? " (the accused)"
                     : "",
                 opening_stamp_text(verdict->stamp));
}

static void put_order_text(const struct look *look)
{
    struct opening_place places[FRANK_MESSAGES_MAX];
    size_t count;

    if (opening_order(places, &count, &opening_report(look->opening)->header,
                      look->verdicts) != FRANK_OK) {
        (void)puts("order: two messages have the same number, which no honest "
                   "hub gives");
        return;
    }
    if (count == 0) {
        return;
    }
    (void)printf("order:");
    for (size_t i = 0; i < count; i++) {
        if (places[i].gap > 0) {
            (void)printf(" [%" PRIu64 " between]", places[i].gap);
        }
        (void)printf(" message %zu", places[i].message);
    }
    (void)putchar('\n');
}

static json_t *parts_json(const struct opening_verdict *verdict)
{
    json_t *parts = json_array();

    for (unsigned i = 0; i < verdict->parts; i++) {
        if ((verdict->parts_withheld >> i & 1) != 0) {
            io_json_append(parts, json_integer(i));
        }
    }
    return parts;
}

static int put_message_json(const struct look *look, size_t index, bool filed)
{
    const struct frank_evidence *evidence =
        &opening_report(look->opening)->header.evidence[index];
    const struct opening_verdict *verdict = &look->verdicts[index];
    bool matches = verdict->state == OPENING_MATCHES ||
                   verdict->state == OPENING_MALFORMED;
    char text[VERDICT_TEXT_BYTES];
    char name[NAME_BYTES];
    json_t *line = json_object();

    verdict_text(text, sizeof text, verdict);
    io_json_set(line, "message", json_integer((json_int_t)index));
    io_json_set(line, "verdict", json_string(text));
    io_json_set(line, "proven",
                json_boolean(verdict->stamp == STAMP_VALID && matches));
    io_json_set(line, "stamp", json_string(opening_stamp_text(verdict->stamp)));
    io_json_set(line, "sender", io_json_text(evidence->context.sender));
    io_json_set(line, "room", io_json_text(evidence->context.room));
    io_json_set(line, "accepted_timestamp",
                io_json_time(evidence->context.accepted_timestamp));
    if (matches) {
        io_json_set(line, "format",
                    json_string(frank_format_name(verdict->format)));
        io_json_set(line, "malformed",
                    describe_findings_json(&verdict->findings));
    }
    if (verdict->parts > 0) {
        io_json_set(line, "parts", json_integer(verdict->parts));
        io_json_set(line, "parts_withheld", parts_json(verdict));
    }
    if (filed && opening_body(look->opening)->openings[index].disclosed) {
        content_name(name, index);
        io_json_set(line, "file", json_string(name));
    }
    return io_put_json(line);
}

static int put_order_json(const struct look *look)
{
    struct opening_place places[FRANK_MESSAGES_MAX];
    size_t count;
    int error = opening_order(
        places, &count, &opening_report(look->opening)->header, look->verdicts);
    json_t *line = json_object();
    json_t *order = json_array();

    for (size_t i = 0; i < count && error == FRANK_OK; i++) {
        json_t *place = json_object();

        io_json_set(place, "message",
                    json_integer((json_int_t)places[i].message));
        io_json_set(place, "room_seq", io_json_time(places[i].room_seq));
        io_json_set(place, "seen_seq", io_json_time(places[i].seen_seq));
        io_json_set(place, "gap", io_json_time(places[i].gap));
        io_json_append(order, place);
    }
    io_json_set(line, "order", order);
    io_json_set(line, "order_valid", json_boolean(error == FRANK_OK));
    return io_put_json(line);
}

static int put_report_json(const struct look *look, bool has_verdict)
{
    const struct sealed_report *report = opening_report(look->opening);
    json_t *line = json_object();

    describe_header_json(line, &report->header);
    io_json_set(line, "report_digest",
                io_json_hex(report->digest, sizeof report->digest));
    io_json_set(line, "hub_verdict", json_boolean(has_verdict));
    io_json_set(
        line, "note_length",
        json_integer((json_int_t)opening_body(look->opening)->note.len));
    return io_put_json(line);
}

static void put_report_text(const struct look *look)
{
    const struct frank_report_header *header =
        &opening_report(look->opening)->header;
    char reason[DESCRIBE_REASON_BYTES];

    describe_reason(reason, header->reason);
    (void)printf("report for %s in ", reason);
    io_put_text(stdout, header->evidence[0].context.room);
    (void)putchar('\n');
}

static int put_all(const struct look *look,
                   const struct open_arguments *arguments)
{
    size_t count = opening_report(look->opening)->header.count;
    int code = EXIT_DONE;

    if (!arguments->json) {
        put_report_text(look);
        for (size_t i = 0; i < count; i++) {
            put_message_text(look, i);
        }
        put_order_text(look);
        return io_finish(code);
    }
    code = put_report_json(look, arguments->verdict != NULL);
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = put_message_json(look, i, arguments->out != NULL);
    }
    return code == EXIT_DONE ? put_order_json(look) : code;
}

/* Refused: something is shown that is not what the hub stamped. */
static int judge_all(const struct look *look)
{
    size_t count = opening_report(look->opening)->header.count;

    for (size_t i = 0; i < count; i++) {
        if (look->verdicts[i].state == OPENING_MISMATCH ||
            look->verdicts[i].state == OPENING_NOT_STAMPED) {
            return EXIT_REFUSED;
        }
    }
    return EXIT_DONE;
}

static int look_at(struct look *look, const struct open_arguments *arguments)
{
    int code = load(look, arguments);

    if (code == EXIT_DONE) {
        code = open_and_judge(look, arguments);
    }
    if (code == EXIT_DONE && arguments->out != NULL) {
        code = put_contents(look, arguments->out);
    }
    if (code == EXIT_DONE) {
        code = put_all(look, arguments);
    }
    if (code == EXIT_DONE && arguments->verdict == NULL) {
        (void)io_say(code, "without --verdict, nothing here ties the stamps to "
                           "these messages: the hub's signature does not cover "
                           "the franking tag");
    }
    return code == EXIT_DONE ? judge_all(look) : code;
}

int open_command(const struct command *self, int argc, char **argv)
{
    struct open_arguments arguments;
    struct look *look;
    int code = parse(&arguments, self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    look = calloc(1, sizeof *look);
    if (look == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = look_at(look, &arguments);
    opening_free(look->opening);
    io_free(&look->sealed);
    sodium_memzero(look, sizeof *look); /* the consents */
    free(look);
    return code;
}
