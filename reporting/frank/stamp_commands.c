/* SPDX-License-Identifier: Apache-2.0 */
/* tag and stamp: what a sender and a hub do. */
#include "describe.h"
#include "stamp_arguments.h"

#include <errno.h>
#include <string.h>

static const struct option tag_options[] = {
    {"json", no_argument, NULL, OPT_JSON}, {NULL, 0, NULL, 0}};

static const struct option stamp_options[] = {
    {"keyring", required_argument, NULL, OPT_KEYRING},
    {"time", required_argument, NULL, OPT_TIME},
    {"suite", required_argument, NULL, OPT_SUITE},
    {"key", required_argument, NULL, OPT_KEY},
    {"tag", required_argument, NULL, OPT_TAG},
    {"sender", required_argument, NULL, OPT_SENDER},
    {"room", required_argument, NULL, OPT_ROOM},
    {"seq", required_argument, NULL, OPT_SEQ},
    {"seen", required_argument, NULL, OPT_SEEN},
    {"transcript-out", required_argument, NULL, OPT_TRANSCRIPT_OUT},
    {"json", no_argument, NULL, OPT_JSON},
    {NULL, 0, NULL, 0}};

static int read_content(struct blob *content, struct frank_content *located,
                        const char *file)
{
    struct frank_fault fault;
    int code = io_read(content, file, FRANK_CONTENT_MAX_BYTES);

    if (code == EXIT_DONE && frank_locate(located, content->data, content->len,
                                          &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    return code;
}

/* ---- tag ---------------------------------------------------------------- */

int tag_command(const struct command *self, int argc, char **argv)
{
    struct stamp_arguments arguments;
    struct blob content = {NULL, 0};
    struct frank_content located;
    struct frank_fault fault;
    uint8_t tag[FRANK_TAG_BYTES];
    int code = stamp_arguments_parse(&arguments, self, argc, argv, tag_options);

    if (code == EXIT_DONE && arguments.file == NULL) {
        code = command_usage(self, "a FILE, or -, is needed");
    }
    if (code == EXIT_DONE) {
        code = read_content(&content, &located, arguments.file);
    }
    if (code == EXIT_DONE &&
        frank_tag(tag, content.data, content.len, &fault) != FRANK_OK) {
        code = io_fault(arguments.file, &fault);
    }
    if (code == EXIT_DONE && arguments.json) {
        json_t *line = json_object();

        describe_content_json(line, &located, io_blob_span(&content));
        code = io_put_json(line);
    } else if (code == EXIT_DONE) {
        code = io_put_bytes(tag, sizeof tag);
    }
    io_free(&content);
    return code;
}

/* ---- stamp -------------------------------------------------------------- */

static int check_stamp_arguments(const struct command *self,
                                 const struct stamp_arguments *arguments)
{
    bool named = arguments->has_tag && arguments->sender != NULL &&
                 arguments->room != NULL;
    bool any = arguments->has_tag || arguments->sender != NULL ||
               arguments->room != NULL;

    if (arguments->keyring == NULL || !arguments->has_time) {
        return command_usage(self, "--keyring and --time are needed");
    }
    if (arguments->file != NULL ? any : !named) {
        return command_usage(
            self, "either a FILE, or --tag, --sender and --room, is needed");
    }
    if (arguments->has_seq && !arguments->json &&
        arguments->transcript_file == NULL) {
        return command_usage(self, "--seq needs --transcript-out, or --json");
    }
    if (!arguments->has_seq && arguments->transcript_file != NULL) {
        return command_usage(self, "--transcript-out needs --seq and --seen");
    }
    return EXIT_DONE;
}

static int put_file(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *file = fopen(path, "wbe");
    bool good = file != NULL && fwrite(bytes, 1, len, file) == len;

    if (file != NULL && fclose(file) != 0) {
        good = false;
    }
    return good ? EXIT_DONE
                : io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
}

static int put_stamp_json(const struct stamp_request *request,
                          const struct stamp *stamp)
{
    json_t *line = json_object();
    uint8_t frank[FRANK_FRANK_BYTES];
    uint8_t context[FRANK_CONTEXT_MAX_BYTES];
    size_t len = 0;

    frank_frank_encode(frank, &stamp->frank);
    if (frank_context_encode(context, sizeof context, &len, &request->context,
                             NULL) != FRANK_OK) {
        len = 0; /* cannot be: it was stamped */
    }
    io_json_set(line, "franking_tag",
                io_json_hex(request->tag, sizeof request->tag));
    io_json_set(line, "sender", io_json_text(request->context.sender));
    io_json_set(line, "room", io_json_text(request->context.room));
    io_json_set(line, "accepted_timestamp",
                io_json_time(request->context.accepted_timestamp));
    io_json_set(line, "context", io_json_hex(context, len));
    io_json_set(line, "suite", json_integer(stamp->frank.suite));
    io_json_set(line, "frank", io_json_hex(frank, sizeof frank));
    if (request->ordered) {
        io_json_set(line, "room_seq", io_json_time(request->order.room_seq));
        io_json_set(line, "seen_seq", io_json_time(request->order.seen_seq));
        io_json_set(line, "transcript_frank",
                    io_json_hex(stamp->transcript_frank,
                                sizeof stamp->transcript_frank));
    }
    return io_put_json(line);
}

static int put_stamp(const struct stamp_arguments *arguments,
                     const struct stamp_request *request,
                     const struct stamp *stamp)
{
    uint8_t frank[FRANK_FRANK_BYTES];
    int code = EXIT_DONE;

    if (arguments->transcript_file != NULL) {
        code = put_file(arguments->transcript_file, stamp->transcript_frank,
                        sizeof stamp->transcript_frank);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (arguments->json) {
        return put_stamp_json(request, stamp);
    }
    frank_frank_encode(frank, &stamp->frank);
    return io_put_bytes(frank, sizeof frank);
}

/* Tag, sender and room from the content, or from the arguments. */
static int fill_request(struct stamp_request *out, struct blob *content,
                        struct frank_content *located,
                        const struct stamp_arguments *arguments)
{
    struct frank_fault fault;
    int code;

    *out = (struct stamp_request){.suite = (uint16_t)arguments->suite,
                                  .key_id = (uint32_t)arguments->key,
                                  .ordered = arguments->has_seq,
                                  .order = arguments->order};
    out->context.accepted_timestamp = arguments->time;
    if (arguments->file == NULL) {
        memcpy(out->tag, arguments->tag, sizeof out->tag);
        out->context.sender = io_span(arguments->sender);
        out->context.room = io_span(arguments->room);
        return EXIT_DONE;
    }
    code = read_content(content, located, arguments->file);
    if (code == EXIT_DONE &&
        frank_tag(out->tag, content->data, content->len, &fault) != FRANK_OK) {
        code = io_fault(arguments->file, &fault);
    }
    out->context.sender = describe_uri(&located->sender);
    out->context.room = describe_uri(&located->room);
    return code;
}

int stamp_command(const struct command *self, int argc, char **argv)
{
    struct stamp_arguments arguments;
    struct stamper *stamper = NULL;
    struct blob content = {NULL, 0};
    struct frank_content located = {0};
    struct stamp_request request;
    struct stamp stamp;
    struct frank_fault fault;
    int code =
        stamp_arguments_parse(&arguments, self, argc, argv, stamp_options);

    if (code == EXIT_DONE) {
        code = check_stamp_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = keyring_load_stamper(&stamper, arguments.keyring);
    }
    if (code == EXIT_DONE) {
        code = fill_request(&request, &content, &located, &arguments);
    }
    if (code == EXIT_DONE) {
        code = stamper_stamp(stamper, &stamp, &request, &fault) == FRANK_OK
                   ? put_stamp(&arguments, &request, &stamp)
                   : io_fault("stamp", &fault);
    }
    stamper_free(stamper);
    io_free(&content);
    return code;
}
