/* SPDX-License-Identifier: Apache-2.0 */
/* check: what a recipient does, with the hub's public part, and the hub, with
 * its keyring. */
#include "describe.h"
#include "load.h"
#include "stamp_arguments.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static const struct option check_options[] = {
    {"keyring", required_argument, NULL, OPT_KEYRING},
    {"hub-public", required_argument, NULL, OPT_HUB_PUBLIC},
    {"time", required_argument, NULL, OPT_TIME},
    {"frank", required_argument, NULL, OPT_FRANK},
    {"tag", required_argument, NULL, OPT_TAG},
    {"sender", required_argument, NULL, OPT_SENDER},
    {"room", required_argument, NULL, OPT_ROOM},
    {"seq", required_argument, NULL, OPT_SEQ},
    {"seen", required_argument, NULL, OPT_SEEN},
    {"transcript-frank", required_argument, NULL, OPT_TRANSCRIPT_FRANK},
    {"json", no_argument, NULL, OPT_JSON},
    {NULL, 0, NULL, 0}};

/* All that a check looks at, and what it found. */
struct check {
    const struct stamp_arguments *arguments;
    struct stamper *stamper; /* or NULL: only the public part is known */
    struct hub_public hub;
    struct blob content;
    struct frank_content located;
    struct frank_findings findings;
    struct frank_frank frank;
    uint8_t transcript_frank[FRANK_MAC_BYTES];
    uint8_t tag[FRANK_TAG_BYTES];
    int error;
    struct frank_fault fault;
};

static int check_check_arguments(const struct command *self,
                                 const struct stamp_arguments *arguments)
{
    if ((arguments->keyring == NULL) == (arguments->hub_public == NULL)) {
        return command_usage(self,
                             "one of --keyring and --hub-public is needed");
    }
    if (!arguments->has_time || arguments->frank_file == NULL ||
        arguments->file == NULL) {
        return command_usage(self, "--time, --frank and a FILE are needed");
    }
    if (arguments->has_seq != (arguments->transcript_file != NULL)) {
        return command_usage(
            self, "--seq, --seen and --transcript-frank go together");
    }
    if (arguments->has_seq && arguments->keyring == NULL) {
        return command_usage(
            self, "an order stamp can only be checked with --keyring");
    }
    return EXIT_DONE;
}

static int load_keys(struct check *check)
{
    return check->arguments->keyring != NULL
               ? keyring_load_stamper(&check->stamper,
                                      check->arguments->keyring)
               : load_hub_public(&check->hub, check->arguments->hub_public);
}

/* Reads the frank and the transcript frank. What is no Frank is not valid. */
static int load_stamps(struct check *check)
{
    const struct stamp_arguments *arguments = check->arguments;
    struct blob bytes = {NULL, 0};
    int code = io_read(&bytes, arguments->frank_file, 65536);

    if (code == EXIT_DONE) {
        check->error = frank_frank_decode(&check->frank, bytes.data, bytes.len,
                                          &check->fault);
    }
    io_free(&bytes);
    if (code == EXIT_DONE && arguments->has_seq) {
        code = io_read(&bytes, arguments->transcript_file, FRANK_MAC_BYTES);
        if (code == EXIT_DONE && bytes.len != FRANK_MAC_BYTES) {
            code =
                io_say(EXIT_REFUSED, "%s: %zu bytes instead of %d",
                       arguments->transcript_file, bytes.len, FRANK_MAC_BYTES);
        } else if (code == EXIT_DONE) {
            memcpy(check->transcript_frank, bytes.data, FRANK_MAC_BYTES);
        }
        io_free(&bytes);
    }
    return code;
}

/* Locates the content, takes its tag and applies its rules. */
static int look(struct check *check)
{
    const uint8_t *bytes;
    size_t len;
    int code = io_read(&check->content, check->arguments->file,
                       FRANK_CONTENT_MAX_BYTES);

    if (code != EXIT_DONE || check->error != FRANK_OK) {
        return code;
    }
    bytes = check->content.data;
    len = check->content.len;
    check->error = frank_locate(&check->located, bytes, len, &check->fault);
    if (check->error == FRANK_OK) {
        check->error = frank_tag(check->tag, bytes, len, &check->fault);
    }
    if (check->error == FRANK_OK) {
        check->error =
            frank_validate(&check->findings, bytes, len, &check->fault);
    }
    if (check->error == FRANK_OK && check->arguments->has_tag &&
        sodium_memcmp(check->tag, check->arguments->tag, sizeof check->tag) !=
            0) {
        check->error = check->fault.error = FRANK_ERR_TAG;
        check->fault.field = "--tag";
    }
    return code;
}

static bool is_named(const struct frank_uri *uri, const char *name)
{
    return name == NULL || (uri->len == strlen(name) &&
                            memcmp(uri->bytes, name, uri->len) == 0);
}

/* The stamp against one reading of the content. */
static int check_reading(struct check *check)
{
    const struct stamp_arguments *arguments = check->arguments;
    struct stamp_claim claim = {
        .tag = check->tag,
        .context = {describe_uri(&check->located.sender),
                    describe_uri(&check->located.room), arguments->time},
        .frank = check->frank,
        .ordered = arguments->has_seq,
        .order = arguments->order};

    check->fault = (struct frank_fault){0};
    if (!is_named(&check->located.sender, arguments->sender)) {
        check->fault.error = FRANK_ERR_SENDER;
        check->fault.field = "--sender";
        return FRANK_ERR_SENDER;
    }
    if (!is_named(&check->located.room, arguments->room)) {
        check->fault.error = FRANK_ERR_ROOM;
        check->fault.field = "--room";
        return FRANK_ERR_ROOM;
    }
    if (check->stamper == NULL) {
        return hub_public_check(&check->hub, &claim.frank, &claim.context,
                                &check->fault);
    }
    memcpy(claim.transcript_frank, check->transcript_frank, FRANK_MAC_BYTES);
    return stamper_check(check->stamper, &claim, &check->fault);
}

static void check_readings(struct check *check)
{
    unsigned readings = check->located.readings;
    unsigned next = 1;

    do {
        check->error = check_reading(check);
    } while (check->error != FRANK_OK && next < readings &&
             frank_locate_reading(&check->located, check->content.data,
                                  check->content.len, next++,
                                  NULL) == FRANK_OK);
}

/* The draft's signature does not cover the tag: without the hub's key or the
 * tag that came with the message, only the stamp is proven. */
static bool is_tied(const struct check *check)
{
    return check->stamper != NULL || check->arguments->has_tag;
}

static const char *verdict_of(const struct check *check)
{
    if (check->error != FRANK_OK) {
        return "not valid";
    }
    return is_tied(check) ? "valid" : "stamp valid, content not checked";
}

static int put_check_json(const struct check *check)
{
    char reason[FRANK_FAULT_TEXT_BYTES];
    json_t *line = json_object();

    io_json_set(line, "verdict", json_string(verdict_of(check)));
    if (check->error != FRANK_OK) {
        frank_fault_text(reason, sizeof reason, &check->fault);
        io_json_set(line, "reason", json_string(reason));
    }
    io_json_set(line, "accepted_timestamp",
                io_json_time(check->arguments->time));
    if (check->located.readings > 0) {
        describe_content_json(line, &check->located,
                              io_blob_span(&check->content));
        io_json_set(line, "content_checked",
                    json_boolean(check->error == FRANK_OK && is_tied(check)));
        io_json_set(line, "malformed",
                    describe_findings_json(&check->findings));
        io_json_set(line, "parts", json_integer(check->located.parts));
        io_json_set(
            line, "parts_withheld",
            json_integer(__builtin_popcountll(check->located.withheld)));
    }
    return io_put_json(line);
}

static void put_check_text(const struct check *check)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    char time[IO_TIME_BYTES];

    if (check->error != FRANK_OK) {
        frank_fault_text(text, sizeof text, &check->fault);
        (void)printf("not valid: %s\n", text);
        return;
    }
    io_time(time, check->arguments->time);
    (void)printf("%s: from ", verdict_of(check));
    io_put_text(stdout, describe_uri(&check->located.sender));
    (void)printf(" in ");
    io_put_text(stdout, describe_uri(&check->located.room));
    (void)printf(" at %s\n", time);
    if (check->arguments->has_seq) {
        (void)printf("order: message %" PRIu64 " of the room; its author had "
                     "received up to %" PRIu64 "\n",
                     check->arguments->order.room_seq,
                     check->arguments->order.seen_seq);
    }
    if (check->located.withheld != 0) {
        (void)printf("parts withheld: %d of %u\n",
                     __builtin_popcountll(check->located.withheld),
                     check->located.parts);
    }
    if (check->findings.broken != 0) {
        (void)printf("proven, malformed: ");
        describe_findings_text(&check->findings);
        (void)putchar('\n');
    }
    if (!is_tied(check)) {
        (void)puts("The hub's signature does not cover the franking tag: that "
                   "this is the content\nwhich was stamped is not shown. Give "
                   "--tag, as it came with the message.");
    }
}

int check_command(const struct command *self, int argc, char **argv)
{
    struct stamp_arguments arguments;
    struct check check = {.arguments = &arguments};
    int code =
        stamp_arguments_parse(&arguments, self, argc, argv, check_options);

    if (code == EXIT_DONE) {
        code = check_check_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = load_keys(&check);
    }
    if (code == EXIT_DONE) {
        code = load_stamps(&check);
    }
    if (code == EXIT_DONE) {
        code = look(&check);
    }
    if (code == EXIT_DONE) {
        if (check.error == FRANK_OK) {
            check_readings(&check);
        }
        if (arguments.json) {
            code = put_check_json(&check);
        } else {
            put_check_text(&check);
            code = io_finish(EXIT_DONE);
        }
    }
    if (code == EXIT_DONE && check.error != FRANK_OK) {
        code = EXIT_REFUSED;
    }
    stamper_free(check.stamper);
    io_free(&check.content);
    return code;
}
