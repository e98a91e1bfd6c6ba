/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "describe.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SENDER = 1, OPT_ROOM, OPT_MEDIA_TYPE, OPT_PART, OPT_JSON };

static const struct option build_options[] = {
    {"sender", required_argument, NULL, OPT_SENDER},
    {"room", required_argument, NULL, OPT_ROOM},
    {"media-type", required_argument, NULL, OPT_MEDIA_TYPE},
    {NULL, 0, NULL, 0}};

struct names {
    const char *sender;
    const char *room;
    const char *media_type;
};

static int parse_names(struct names *out, const struct command *self, int argc,
                       char **argv)
{
    int option;

    *out = (struct names){NULL, NULL, NULL};
    while ((option = command_option(self, argc, argv, build_options)) != -1) {
        switch (option) {
        case OPT_SENDER:
            out->sender = optarg;
            break;
        case OPT_ROOM:
            out->room = optarg;
            break;
        case OPT_MEDIA_TYPE:
            out->media_type = optarg;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (out->sender == NULL || out->room == NULL) {
        return command_usage(self, "--sender and --room are needed");
    }
    return EXIT_DONE;
}

int content_plain_command(const struct command *self, int argc, char **argv)
{
    struct names names;
    struct blob body = {NULL, 0};
    struct blob content = {NULL, 0};
    struct frank_fault fault;
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    size_t written = 0;
    int code = parse_names(&names, self, argc, argv);

    if (code == EXIT_DONE && optind != argc) {
        code = command_usage(self, "the body comes from standard input");
    }
    if (code == EXIT_DONE) {
        code = io_read(&body, "-", FRANK_CONTENT_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        code = io_alloc(&content, FRANK_CONTENT_MAX_BYTES);
    }
    randombytes_buf(salt, sizeof salt);
    if (code == EXIT_DONE) {
        code = frank_plain_build(
                   content.data, content.len, &written, salt,
                   io_span(names.sender), io_span(names.room),
                   io_span(names.media_type == NULL ? "text/plain"
                                                    : names.media_type),
                   (struct frank_span){body.data, body.len}, &fault) == FRANK_OK
                   ? io_put_bytes(content.data, written)
                   : io_fault("content", &fault);
    }
    sodium_memzero(salt, sizeof salt);
    io_free(&body);
    io_free(&content);
    return code;
}

/* ---- Parted ------------------------------------------------------------- */

struct parts {
    size_t count;
    struct frank_part part[FRANK_PARTS_MAX];
    struct blob body[FRANK_PARTS_MAX];
};

/* NAME[;TYPE]=FILE. Without a type, text if it is text. */
static int take_part(struct parts *parts, const struct command *self,
                     char *argument)
{
    struct frank_part *part = &parts->part[parts->count];
    struct blob *body = &parts->body[parts->count];
    char *file = strchr(argument, '=');
    char *type = strchr(argument, ';');
    int code;

    if (file == NULL) {
        return command_usage(self, "a part is NAME=FILE or NAME;TYPE=FILE");
    }
    *file++ = '\0';
    if (type != NULL && type < file) {
        *type++ = '\0';
    } else {
        type = NULL;
    }
    code = io_read(body, file, FRANK_CONTENT_MAX_BYTES);
    if (code != EXIT_DONE) {
        return code;
    }
    parts->count++;
    part->name = io_span(argument);
    part->body = (struct frank_span){body->data, body->len};
    part->media_type =
        io_span(type != NULL                ? type
                : utf8_is_valid(part->body) ? "text/plain;charset=utf-8"
                                            : "application/octet-stream");
    randombytes_buf(part->salt, sizeof part->salt);
    return EXIT_DONE;
}

static int build_parted(const struct names *names, const struct parts *parts)
{
    struct blob content = {NULL, 0};
    struct frank_fault fault;
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    size_t written = 0;
    int code = io_alloc(&content, FRANK_CONTENT_MAX_BYTES);

    randombytes_buf(salt, sizeof salt);
    if (code == EXIT_DONE) {
        code = frank_parted_build(content.data, content.len, &written, salt,
                                  io_span(names->sender), io_span(names->room),
                                  parts->part, parts->count, &fault) == FRANK_OK
                   ? io_put_bytes(content.data, written)
                   : io_fault("content", &fault);
    }
    sodium_memzero(salt, sizeof salt);
    io_free(&content);
    return code;
}

int content_parted_command(const struct command *self, int argc, char **argv)
{
    struct names names;
    struct parts *parts = sodium_malloc(sizeof *parts);
    int code = parse_names(&names, self, argc, argv);

    if (parts == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    memset(parts, 0, sizeof *parts);
    if (code == EXIT_DONE && names.media_type != NULL) {
        code = command_usage(self, "a part's type is given with the part");
    }
    if (code == EXIT_DONE &&
        (optind == argc || argc - optind > FRANK_PARTS_MAX)) {
        code = command_usage(self, "1 to %d parts are needed", FRANK_PARTS_MAX);
    }
    for (int i = optind; i < argc && code == EXIT_DONE; i++) {
        code = take_part(parts, self, argv[i]);
    }
    if (code == EXIT_DONE) {
        code = build_parted(&names, parts);
    }
    for (size_t i = 0; i < parts->count; i++) {
        io_free(&parts->body[i]);
    }
    sodium_free(parts);
    return code;
}

int content_withhold_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"part", required_argument, NULL, OPT_PART}, {NULL, 0, NULL, 0}};
    struct blob content = {NULL, 0};
    struct blob out = {NULL, 0};
    struct frank_fault fault;
    uint64_t mask = 0;
    uint64_t part = 0;
    size_t written = 0;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == '?' ||
            !io_number(&part, optarg, FRANK_PARTS_MAX - 1, "--part")) {
            return EXIT_USAGE;
        }
        mask |= (uint64_t)1 << part;
    }
    if (mask == 0 || optind + 1 != argc) {
        return command_usage(self, "--part and one FILE are needed");
    }
    code = io_read(&content, argv[optind], FRANK_CONTENT_MAX_BYTES);
    if (code == EXIT_DONE) {
        code = io_alloc(&out, FRANK_CONTENT_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        code = frank_parted_withhold(out.data, out.len, &written, content.data,
                                     content.len, mask, &fault) == FRANK_OK
                   ? io_put_bytes(out.data, written)
                   : io_fault(argv[optind], &fault);
    }
    io_free(&content);
    io_free(&out);
    return code;
}

/* ---- Showing ------------------------------------------------------------ */

static json_t *part_json(const struct frank_part *part, unsigned index)
{
    json_t *object = json_object();

    io_json_set(object, "part", json_integer(index));
    io_json_set(object, "withheld", json_boolean(part->withheld));
    io_json_set(object, "digest",
                io_json_hex(part->digest, sizeof part->digest));
    if (!part->withheld) {
        io_json_set(object, "name", io_json_text(part->name));
        io_json_set(object, "media_type", io_json_text(part->media_type));
        io_json_set(object, "body",
                    io_json_hex(part->body.data, part->body.len));
    }
    return object;
}

static int show_json(const struct frank_content *located,
                     const struct frank_findings *findings,
                     const struct blob *content)
{
    json_t *line = json_object();
    json_t *parts = json_array();
    struct frank_part part;

    describe_content_json(line, located, io_blob_span(content));
    io_json_set(line, "media_type", io_json_text(located->media_type));
    if (located->format == FRANK_FORMAT_PARTED) {
        for (unsigned i = 0; i < located->parts; i++) {
            if (frank_part_read(&part, content->data, content->len, i, NULL) ==
                FRANK_OK) {
                io_json_append(parts, part_json(&part, i));
            }
        }
        io_json_set(line, "parts", parts);
    } else {
        json_decref(parts);
        io_json_set(line, "body",
                    io_json_hex(located->body.data, located->body.len));
    }
    io_json_set(line, "malformed", describe_findings_json(findings));
    return io_put_json(line);
}

int content_show_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, OPT_JSON}, {NULL, 0, NULL, 0}};
    struct blob content = {NULL, 0};
    struct frank_content located;
    struct frank_findings findings = {0};
    struct frank_fault fault;
    bool json = false;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == '?') {
            return EXIT_USAGE;
        }
        json = true;
    }
    if (optind + 1 != argc) {
        return command_usage(self, "one FILE is needed");
    }
    code = io_read(&content, argv[optind], FRANK_CONTENT_MAX_BYTES);
    if (code == EXIT_DONE &&
        (frank_locate(&located, content.data, content.len, &fault) !=
             FRANK_OK ||
         frank_validate(&findings, content.data, content.len, &fault) !=
             FRANK_OK)) {
        code = io_fault(argv[optind], &fault);
    }
    if (code == EXIT_DONE && json) {
        code = show_json(&located, &findings, &content);
    } else if (code == EXIT_DONE) {
        describe_content_text(&located, &findings, io_blob_span(&content));
        code = io_finish(EXIT_DONE);
    }
    io_free(&content);
    return code;
}
