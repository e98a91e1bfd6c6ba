/* SPDX-License-Identifier: Apache-2.0 */
/* frank attach open: the file, once it is proven to be the one that its message
 * commits to. */
#include "attach_check.h"
#include "attach_external.h"
#include "attach_work.h"
#include "part_file.h"
#include "size.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

static const struct option open_options[] = {
    {"descriptor", required_argument, NULL, ATTACH_DESCRIPTOR},
    {"key", required_argument, NULL, ATTACH_KEY},
    {"content", required_argument, NULL, ATTACH_CONTENT},
    {"part", required_argument, NULL, ATTACH_PART},
    {"threads", required_argument, NULL, ATTACH_THREADS},
    {"out", required_argument, NULL, ATTACH_OUT},
    {"quiet", no_argument, NULL, ATTACH_QUIET},
    {"json", no_argument, NULL, ATTACH_JSON},
    {NULL, 0, NULL, 0}};

struct opening {
    const struct attach_arguments *arguments;
    struct attach_file file;
    struct progress progress;
    struct part_file out_file;
    int in;
};

static int check_arguments(const struct command *self,
                           const struct attach_arguments *arguments)
{
    int code = attach_arguments_name(arguments, self);

    if (code != EXIT_DONE) {
        return code;
    }
    if (arguments->file == NULL) {
        return command_usage(self, "the sealed file is needed");
    }
    if (arguments->descriptor != NULL && arguments->key == NULL) {
        return command_usage(self, "--key is needed");
    }
    if (arguments->out == NULL && arguments->json) {
        return command_usage(self, "--json needs --out");
    }
    return EXIT_DONE;
}

/* ---- To a file ----------------------------------------------------------- */

static int put_result(const struct opening *o)
{
    json_t *line;

    if (!o->arguments->json) {
        return EXIT_DONE;
    }
    line = json_object();
    io_json_set(line, "verdict", json_string("valid"));
    attach_file_json(line, &o->file);
    io_json_set(line, "resumed_from",
                json_integer((json_int_t)o->out_file.found));
    return io_put_json(line);
}

/* What is refused is not kept: nobody is to take it for the file. */
static int end_refused(struct opening *o, const struct frank_fault *fault)
{
    const char *part = o->out_file.part;
    int code =
        attach_fault(o->arguments->file, part, &o->file.attachment, fault);

    if (code == EXIT_REFUSED) {
        part_file_remove(&o->out_file);
        return strcmp(fault->field, "out") != 0
                   ? code
                   : io_say(code,
                            "%s was of another file, and is removed: the "
                            "same command begins anew",
                            part);
    }
    return io_say(code, "%s stays: the same command goes on with it",
                  o->out_file.part);
}

/* An external part is hashed as a whole: it cannot be gone on with. */
static int do_open(struct opening *o, struct frank_fault *fault)
{
    const struct frank_disclosure all = {0};
    struct frank_work work;
    int error;

    if (o->file.is_external) {
        return attach_check(&o->file, &all, o->in, o->out_file.fd, fault);
    }
    work = attach_work(&o->progress, o->arguments, "opening",
                       o->file.attachment.size);
    error = frank_file_open(o->out_file.fd, &o->file.attachment, o->in,
                            o->file.key, &work, fault);
    progress_end(&o->progress, error == FRANK_OK);
    return error;
}

static int open_to_file(struct opening *o)
{
    struct frank_fault fault;
    char there[SIZE_TEXT_BYTES];
    int code;

    if (part_file_is_taken(o->arguments->out)) {
        return EXIT_TROUBLE;
    }
    code = part_file_open(&o->out_file, o->arguments->out, 0600, o->in);
    if (code != EXIT_DONE) {
        return code;
    }
    if (o->out_file.found > 0 && !o->file.is_external) {
        size_text(there, o->out_file.found);
        (void)io_say(EXIT_DONE, "goes on with %s: %s are there",
                     o->out_file.part, there);
    }
    code = do_open(o, &fault) == FRANK_OK ? part_file_publish(&o->out_file)
                                          : end_refused(o, &fault);
    part_file_close(&o->out_file);
    return code == EXIT_DONE ? put_result(o) : code;
}

/* ---- To standard output -------------------------------------------------- */

/* Nothing goes out before all of it is proven, so it is read twice. */
static int open_to_output(struct opening *o, uint64_t sealed)
{
    const char *path = o->arguments->file;
    struct frank_stream *stream = NULL;
    struct frank_fault fault;
    struct frank_work work = attach_work(&o->progress, o->arguments, "checking",
                                         o->file.attachment.size);
    int error = frank_file_open(-1, &o->file.attachment, o->in, o->file.key,
                                &work, &fault);
    int code;

    progress_end(&o->progress, error == FRANK_OK);
    if (error == FRANK_OK) {
        error = frank_stream_open(&stream, &o->file.attachment, o->file.key,
                                  &fault);
    }
    if (error != FRANK_OK) {
        return attach_fault(path, NULL, &o->file.attachment, &fault);
    }
    work = attach_work(&o->progress, o->arguments, "opening", sealed);
    code =
        attach_stream(stream, &o->file.attachment, o->in, path, &work, sealed);
    progress_end(&o->progress, code == EXIT_DONE);
    frank_stream_free(stream);
    return code;
}

static int open_external_to_output(struct opening *o, uint64_t fetched)
{
    struct attach_map in = {NULL, 0};
    struct attach_map opened = {NULL, 0};
    struct frank_fault fault;
    int error = attach_map_input(&in, o->in, fetched, &fault);
    int code;

    if (error == FRANK_OK) {
        error = attach_external_open(&opened, &o->file.external,
                                     (struct frank_span){in.data, in.len}, -1,
                                     &fault);
    }
    code = error == FRANK_OK ? io_put_bytes(opened.data, opened.len)
                             : attach_fault(o->arguments->file, NULL,
                                            &o->file.attachment, &fault);
    attach_map_free(&opened);
    attach_map_free(&in);
    return code;
}

static int open_it(struct opening *o)
{
    uint64_t sealed = 0;
    int code = attach_file_load(&o->file, o->arguments);

    if (code == EXIT_DONE && !o->file.has_key) {
        code = attach_file_no_key(o->arguments);
    }
    if (code == EXIT_DONE) {
        code = attach_open(&o->in, &sealed, o->arguments->file);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (o->arguments->out != NULL) {
        return open_to_file(o);
    }
    return o->file.is_external ? open_external_to_output(o, sealed)
                               : open_to_output(o, sealed);
}

int attach_open_command(const struct command *self, int argc, char **argv)
{
    struct attach_arguments arguments;
    struct opening o = {.arguments = &arguments, .in = -1};
    int code =
        attach_arguments_parse(&arguments, self, argc, argv, open_options);

    o.out_file.fd = -1;
    if (code == EXIT_DONE) {
        code = check_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = open_it(&o);
    }
    if (o.in >= 0) {
        (void)close(o.in);
    }
    attach_file_free(&o.file);
    return progress_exit(code);
}
