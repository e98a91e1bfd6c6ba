/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frank attach seal: a file, its key and its descriptor.
 *
 * A key that is used for two files gives both away, so a key gets its name only
 * when the one file is whole that it seals: until then it is KEY.part, beside
 * OUT.part, and both are taken up by the next run. Without bytes in OUT.part
 * the next run draws a new one. The names are given in the order descriptor,
 * key, sealed file; a run that was ended between them has left a descriptor,
 * whose root binds the key to the sealed file, so that the next run can tell
 * that they belong together.
 */
#include "attach_file.h"
#include "attach_work.h"
#include "part_file.h"
#include "secret_file.h"
#include "size.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static const struct option seal_options[] = {
    {"aead", required_argument, NULL, ATTACH_AEAD},
    {"chunk", required_argument, NULL, ATTACH_CHUNK},
    {"type", required_argument, NULL, ATTACH_TYPE},
    {"name", required_argument, NULL, ATTACH_NAME},
    {"threads", required_argument, NULL, ATTACH_THREADS},
    {"key-out", required_argument, NULL, ATTACH_KEY_OUT},
    {"descriptor-out", required_argument, NULL, ATTACH_DESCRIPTOR_OUT},
    {"out", required_argument, NULL, ATTACH_OUT},
    {"quiet", no_argument, NULL, ATTACH_QUIET},
    {"json", no_argument, NULL, ATTACH_JSON},
    {NULL, 0, NULL, 0}};

struct sealing {
    const struct attach_arguments *arguments;
    struct attach_file file; /* its descriptor and key */
    struct progress progress;
    struct part_file key_file;
    struct part_file out_file;
    int in;
};

static int check_arguments(const struct command *self,
                           const struct attach_arguments *arguments)
{
    if (arguments->file == NULL || arguments->key_out == NULL ||
        arguments->descriptor_out == NULL) {
        return command_usage(
            self, "--key-out, --descriptor-out and a FILE are needed");
    }
    if (arguments->out == NULL && arguments->json) {
        return command_usage(self, "--json needs --out");
    }
    if (arguments->out == NULL && isatty(STDOUT_FILENO)) {
        return command_usage(self, "--out is needed on a terminal");
    }
    return EXIT_DONE;
}

/* What the descriptor will say but for the root, and that it can be said. */
static int describe(struct sealing *s)
{
    const struct attach_arguments *arguments = s->arguments;
    const char *slash = strrchr(arguments->file, '/');
    const char *base = slash != NULL ? slash + 1 : arguments->file;
    struct frank_fault fault;
    size_t written;

    s->file.attachment.media_type = io_span(
        arguments->type != NULL ? arguments->type : "application/octet-stream");
    s->file.attachment.filename =
        io_span(arguments->name != NULL ? arguments->name : base);
    s->file.attachment.chunk_log2 = arguments->chunk_log2;
    s->file.attachment.aead = arguments->aead;
    return frank_attachment_encode(NULL, 0, &written, &s->file.attachment,
                                   &fault) == FRANK_ERR_SPACE
               ? EXIT_DONE
               : io_fault(arguments->file, &fault);
}

/* ---- Its descriptor ------------------------------------------------------ */

/* Whether the file at path is these bytes. */
static bool holds(const char *path, const uint8_t *bytes, size_t len)
{
    struct blob found = {NULL, 0};
    bool same =
        io_read(&found, path, FRANK_ATTACHMENT_MAX_BYTES) == EXIT_DONE &&
        found.len == len && memcmp(found.data, bytes, len) == 0;

    io_free(&found);
    return same;
}

/* It is there already if a run ended between the names. */
static int put_descriptor(const struct sealing *s)
{
    const char *path = s->arguments->descriptor_out;
    uint8_t bytes[FRANK_ATTACHMENT_MAX_BYTES];
    struct frank_fault fault;
    size_t len;

    if (frank_attachment_encode(bytes, sizeof bytes, &len, &s->file.attachment,
                                &fault) != FRANK_OK) {
        return io_fault(path, &fault);
    }
    if (access(path, F_OK) == 0) {
        return holds(path, bytes, len)
                   ? EXIT_DONE
                   : io_say(EXIT_TROUBLE, "%s: is of another file", path);
    }
    return secret_file_create(path, bytes, len, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_fault(path, &fault);
}

/* ---- Its key ------------------------------------------------------------- */

static int write_key(const struct sealing *s)
{
    int fd = s->key_file.fd;

    if (ftruncate(fd, 0) != 0 ||
        pwrite(fd, s->file.key, sizeof s->file.key, 0) !=
            (ssize_t)sizeof s->file.key ||
        fsync(fd) != 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", s->key_file.part,
                      strerror(errno));
    }
    return EXIT_DONE;
}

/* That of the earlier run whose bytes are there, or a new one. */
static int take_part_key(struct sealing *s)
{
    int code = part_file_open(&s->key_file, s->arguments->key_out, 0600, s->in);

    if (code != EXIT_DONE) {
        return code;
    }
    if (s->out_file.found > 0 && s->key_file.found == sizeof s->file.key &&
        pread(s->key_file.fd, s->file.key, sizeof s->file.key, 0) ==
            (ssize_t)sizeof s->file.key) {
        return EXIT_DONE;
    }
    if (s->out_file.found > 0) {
        return io_say(EXIT_TROUBLE,
                      "%s: its key is gone, which was %s: remove it to begin "
                      "anew",
                      s->out_file.part, s->key_file.part);
    }
    randombytes_buf(s->file.key, sizeof s->file.key);
    return write_key(s);
}

/* A descriptor or a key that has its name already must be those of the sealed
 * file, which is then whole; put_descriptor() sees to the rest. */
static int take_key(struct sealing *s, uint64_t size)
{
    const struct attach_arguments *arguments = s->arguments;
    struct frank_attachment whole = s->file.attachment;
    struct frank_fault fault;
    bool has_descriptor = access(arguments->descriptor_out, F_OK) == 0;
    bool has_key = access(arguments->key_out, F_OK) == 0;

    whole.size = size;
    if (has_descriptor &&
        s->out_file.found != frank_attachment_sealed_bytes(&whole)) {
        (void)part_file_is_taken(arguments->descriptor_out);
        return EXIT_TROUBLE;
    }
    if (has_key && !has_descriptor) {
        (void)part_file_is_taken(arguments->key_out);
        return io_say(EXIT_TROUBLE, "a key seals one file alone");
    }
    if (!has_key) {
        return take_part_key(s);
    }
    return secret_file_key(s->file.key, arguments->key_out, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(arguments->key_out, &fault);
}

/* ---- Sealing ------------------------------------------------------------- */

static bool is_empty(const struct sealing *s)
{
    return lseek(s->out_file.fd, 0, SEEK_END) == 0;
}

static int say_resumed(const struct sealing *s, uint64_t size)
{
    struct frank_attachment whole = s->file.attachment;
    char there[SIZE_TEXT_BYTES];
    char all[SIZE_TEXT_BYTES];

    whole.size = size;
    size_text(there, s->out_file.found);
    size_text(all, frank_attachment_sealed_bytes(&whole));
    return io_say(EXIT_DONE, "goes on with %s: %s of %s are there",
                  s->out_file.part, there, all);
}

static int say_failed(const struct sealing *s, const struct frank_fault *fault)
{
    const struct attach_arguments *arguments = s->arguments;
    const char *part = s->out_file.part;
    const char *key =
        s->key_file.fd >= 0 ? s->key_file.part : arguments->key_out;
    int code;

    if ((fault->error == FRANK_ERR_SEALED ||
         fault->error == FRANK_ERR_LENGTH) &&
        !progress_was_stopped()) {
        return io_say(EXIT_REFUSED,
                      "%s: not the beginning of %s, sealed with these options "
                      "and the key in %s: remove it to begin anew",
                      part, arguments->file, key);
    }
    code = attach_fault(arguments->file, part, &s->file.attachment, fault);
    return is_empty(s) ? code
                       : io_say(code,
                                "%s and %s stay: the same command goes on with "
                                "them, and needs them both",
                                part, key);
}

static int put_result(const struct sealing *s)
{
    json_t *line;

    if (!s->arguments->json) {
        return EXIT_DONE;
    }
    line = json_object();
    attach_file_json(line, &s->file);
    io_json_set(line, "resumed_from",
                json_integer((json_int_t)s->out_file.found));
    return io_put_json(line);
}

static int give_names(struct sealing *s)
{
    int code;

    /* Whoever finds a descriptor takes OUT.part to be whole. */
    if (fsync(s->out_file.fd) != 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", s->out_file.part,
                      strerror(errno));
    }
    code = put_descriptor(s);
    if (code == EXIT_DONE && s->key_file.fd >= 0) {
        code = part_file_publish(&s->key_file);
    }
    if (code == EXIT_DONE) {
        code = part_file_publish(&s->out_file);
    }
    return code == EXIT_DONE ? put_result(s) : code;
}

static int seal_out(struct sealing *s, uint64_t size)
{
    struct frank_work work;
    struct frank_fault fault;
    int error;

    if (s->out_file.found > 0) {
        (void)say_resumed(s, size);
    }
    work = attach_work(&s->progress, s->arguments, "sealing", size);
    error = frank_file_seal(s->out_file.fd, &s->file.attachment, s->in,
                            s->file.key, &work, &fault);
    progress_end(&s->progress, error == FRANK_OK);
    return error == FRANK_OK ? give_names(s) : say_failed(s, &fault);
}

/* Before a byte is sealed, nothing is left behind. */
static void leave(struct sealing *s)
{
    if (s->out_file.fd >= 0 && is_empty(s)) {
        part_file_remove(&s->key_file);
        part_file_remove(&s->out_file);
    }
    part_file_close(&s->key_file);
    part_file_close(&s->out_file);
}

static int seal_to_file(struct sealing *s)
{
    uint64_t size = 0;
    int code;

    if (part_file_is_taken(s->arguments->out)) {
        return EXIT_TROUBLE;
    }
    code = attach_open(&s->in, &size, s->arguments->file);
    if (code == EXIT_DONE) {
        code = part_file_open(&s->out_file, s->arguments->out, 0644, s->in);
    }
    if (code == EXIT_DONE) {
        code = take_key(s, size);
    }
    if (code == EXIT_DONE) {
        code = seal_out(s, size);
    }
    leave(s);
    return code;
}

/* ---- To standard output -------------------------------------------------- */

static int stream_out(struct sealing *s, uint64_t size)
{
    const struct attach_arguments *arguments = s->arguments;
    struct frank_stream *stream = NULL;
    struct frank_fault fault;
    struct frank_work work;
    int code;

    if (frank_stream_seal(&stream, arguments->aead, arguments->chunk_log2,
                          s->file.key, &fault) != FRANK_OK) {
        return io_fault(arguments->file, &fault);
    }
    work = attach_work(&s->progress, arguments, "sealing", size);
    code = attach_stream(stream, &s->file.attachment, s->in, arguments->file,
                         &work, size);
    progress_end(&s->progress, code == EXIT_DONE);
    frank_stream_free(stream);
    return code == EXIT_DONE ? put_descriptor(s) : code;
}

/* What went out cannot be gone on with: the key has its name from the
 * beginning, or, if it came to nothing, none. */
static int seal_to_output(struct sealing *s)
{
    const struct attach_arguments *arguments = s->arguments;
    struct frank_fault fault;
    uint64_t size = 0;
    int code = attach_open(&s->in, &size, arguments->file);

    if (code != EXIT_DONE || part_file_is_taken(arguments->descriptor_out)) {
        return EXIT_TROUBLE;
    }
    randombytes_buf(s->file.key, sizeof s->file.key);
    if (secret_file_create(arguments->key_out, s->file.key, sizeof s->file.key,
                           &fault) != FRANK_OK) {
        return io_fault(arguments->key_out, &fault);
    }
    code = stream_out(s, size);
    if (code != EXIT_DONE) {
        (void)unlink(arguments->key_out);
    }
    return code;
}

int attach_seal_command(const struct command *self, int argc, char **argv)
{
    struct attach_arguments arguments;
    struct sealing s = {.arguments = &arguments, .in = -1};
    int code =
        attach_arguments_parse(&arguments, self, argc, argv, seal_options);

    s.key_file.fd = -1;
    s.out_file.fd = -1;
    if (code == EXIT_DONE) {
        code = check_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = describe(&s);
    }
    if (code == EXIT_DONE) {
        code = arguments.out != NULL ? seal_to_file(&s) : seal_to_output(&s);
    }
    if (s.in >= 0) {
        (void)close(s.in);
    }
    sodium_memzero(&s, sizeof s);
    return progress_exit(code);
}
