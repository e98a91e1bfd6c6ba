/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence.h"

#include "commands.h"
#include "file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* What is asked for at once: a film need not fit into memory. */
#define PIECE_BYTES ((uint64_t)8 << 20)
#define PATH_BYTES (FOLDER_MAX + 96)

struct source {
    const char *folder;
    const struct service *service;
    json_int_t message;
    size_t part;
    const json_t *file; /* "attachment" of the part */
};

static uint64_t number_of(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));

    return value > 0 ? (uint64_t)value : 0;
}

static int not_an_answer(const struct source *s)
{
    return io_say(EXIT_TROUBLE, "%s: not an answer of the service",
                  s->service->where);
}

/* ---- One run of bytes ---------------------------------------------------- */

static int copy_run(const struct source *s, int out, const char *path,
                    uint64_t begin, uint64_t end)
{
    const char *address =
        json_string_value(json_object_get(s->file, "evidence"));
    struct frank_fault fault;
    int code = EXIT_DONE;

    for (uint64_t at = begin; code == EXIT_DONE && at < end;) {
        uint64_t to = end - at > PIECE_BYTES ? at + PIECE_BYTES : end;
        struct blob piece = {NULL, 0};

        code = service_range(&piece, s->service, address, at, to);
        if (code == EXIT_DONE &&
            file_write(out, piece.data, piece.len, at - begin, "out", &fault) !=
                FRANK_OK) {
            code = io_fault(path, &fault);
        }
        io_free(&piece);
        at = to;
    }
    return code;
}

/* It gets its name when it is whole. */
static int put_run(const struct source *s, uint64_t begin, uint64_t end)
{
    bool is_whole = begin == 0 && end == number_of(s->file, "size");
    char path[PATH_BYTES];
    char part[PATH_BYTES + sizeof ".part"];
    char from[32] = "file";
    int code;
    int out;

    if (!is_whole) {
        (void)snprintf(from, sizeof from, "from-%" PRIu64, begin);
    }
    (void)snprintf(path, sizeof path,
                   "%s/message-%" JSON_INTEGER_FORMAT "-part-%zu.%s", s->folder,
                   s->message, s->part, from);
    (void)snprintf(part, sizeof part, "%s.part", path);
    out = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
               S_IRUSR | S_IWUSR);
    if (out < 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", part, strerror(errno));
    }
    code = copy_run(s, out, path, begin, end);
    if (close(out) != 0 && code == EXIT_DONE) {
        code = io_say(EXIT_TROUBLE, "%s: %s", part, strerror(errno));
    }
    if (code == EXIT_DONE && rename(part, path) != 0) {
        code = io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
    }
    if (code != EXIT_DONE) {
        (void)unlink(part);
    }
    return code;
}

/* ---- All of a look ------------------------------------------------------- */

static int put_file(const struct source *s)
{
    const char *address =
        json_string_value(json_object_get(s->file, "evidence"));
    const json_t *runs = json_object_get(s->file, "disclosed");
    int code = EXIT_DONE;

    if (address == NULL) {
        return EXIT_DONE; /* withheld, refused, or not there yet */
    }
    if (address[0] != '/') {
        return not_an_answer(s);
    }
    if (number_of(s->file, "size") == 0) {
        return put_run(s, 0, 0);
    }
    for (size_t i = 0; code == EXIT_DONE && i < json_array_size(runs); i++) {
        const json_t *run = json_array_get(runs, i);

        code = put_run(s, number_of(run, "begin"), number_of(run, "end"));
    }
    return code;
}

int evidence_put(const char *folder, const struct service *service,
                 const json_t *look)
{
    const json_t *messages = json_object_get(look, "messages");
    struct source s = {.folder = folder, .service = service};
    int code = EXIT_DONE;

    for (size_t i = 0; i < json_array_size(messages); i++) {
        const json_t *message = json_array_get(messages, i);
        const json_t *parts = json_object_get(message, "parts");

        s.message = json_integer_value(json_object_get(message, "message"));
        for (s.part = 0; code == EXIT_DONE && s.part < json_array_size(parts);
             s.part++) {
            s.file =
                json_object_get(json_array_get(parts, s.part), "attachment");
            code = put_file(&s);
        }
    }
    return code;
}
