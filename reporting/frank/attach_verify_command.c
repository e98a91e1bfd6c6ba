/* SPDX-License-Identifier: Apache-2.0 */
/* frank attach verify: what is proven of a file, and what is not; by its key
 * all of it, by a disclosure what that shows. */
#include "attach_check.h"
#include "attach_work.h"
#include "disclosure_file.h"
#include "part_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option verify_options[] = {
    {"descriptor", required_argument, NULL, ATTACH_DESCRIPTOR},
    {"key", required_argument, NULL, ATTACH_KEY},
    {"content", required_argument, NULL, ATTACH_CONTENT},
    {"part", required_argument, NULL, ATTACH_PART},
    {"disclosure", required_argument, NULL, ATTACH_DISCLOSURE},
    {"threads", required_argument, NULL, ATTACH_THREADS},
    {"out", required_argument, NULL, ATTACH_OUT},
    {"quiet", no_argument, NULL, ATTACH_QUIET},
    {"json", no_argument, NULL, ATTACH_JSON},
    {NULL, 0, NULL, 0}};

/* What was looked at, in the order of the file. */
struct item {
    struct attach_bytes bytes;
    char why[FRANK_FAULT_TEXT_BYTES]; /* empty: it is proven */
};

struct verifying {
    const struct attach_arguments *arguments;
    struct attach_file file;
    struct progress progress;
    struct part_file out_file;
    int in; /* or -1 */
    uint64_t in_size;
    struct blob bytes; /* of the disclosure */
    struct frank_disclosure disclosures[FRANK_DISCLOSURES_MAX];
    size_t count;
    struct item items[FRANK_DISCLOSURES_MAX];
};

static int check_arguments(const struct command *self,
                           const struct attach_arguments *arguments)
{
    int code = attach_arguments_name(arguments, self);

    if (code != EXIT_DONE) {
        return code;
    }
    if (arguments->descriptor != NULL && arguments->key == NULL &&
        arguments->disclosure == NULL) {
        return command_usage(self, "--key or --disclosure is needed");
    }
    if (arguments->file == NULL && arguments->disclosure == NULL) {
        return command_usage(self, "the sealed file is needed");
    }
    if (arguments->out != NULL && arguments->disclosure == NULL) {
        return command_usage(self, "--out goes with --disclosure; all of the "
                                   "file is for attach open");
    }
    return EXIT_DONE;
}

/* ---- Looking at it ------------------------------------------------------- */

/* What is not right is a finding, told with the others; trouble ends it. */
static int find(const struct verifying *v, struct item *item, int error,
                const struct frank_fault *fault)
{
    if (error == FRANK_OK) {
        return EXIT_DONE;
    }
    if (progress_was_stopped() || error == FRANK_ERR_FILE ||
        error == FRANK_ERR_MEMORY) {
        return attach_fault(v->in >= 0 ? v->arguments->file
                                       : v->arguments->disclosure,
                            v->out_file.part, &v->file.attachment, fault);
    }
    attach_fault_text(item->why, &v->file.attachment, fault);
    return EXIT_DONE;
}

static int by_disclosure(struct verifying *v)
{
    struct frank_fault fault;
    int code = EXIT_DONE;

    for (size_t i = 0; i < v->count && code == EXIT_DONE; i++) {
        const struct frank_disclosure *d = &v->disclosures[i];

        if (!d->enclosed && v->in < 0) {
            return io_say(EXIT_USAGE, "the sealed file is needed: it is not "
                                      "enclosed");
        }
        v->items[i].bytes = attach_check_bytes(&v->file, d, v->in_size);
        code = find(v, &v->items[i],
                    attach_check(&v->file, d, v->in, v->out_file.fd, &fault),
                    &fault);
    }
    return code;
}

/* An external part is looked at as a disclosure of all of it would be. */
static int by_external(struct verifying *v)
{
    v->disclosures[0] = (struct frank_disclosure){0};
    v->count = 1;
    return by_disclosure(v);
}

static int by_key(struct verifying *v)
{
    const struct frank_attachment *attachment = &v->file.attachment;
    struct frank_fault fault;
    struct frank_work work =
        attach_work(&v->progress, v->arguments, "checking", attachment->size);
    int error =
        frank_file_open(-1, attachment, v->in, v->file.key, &work, &fault);

    progress_end(&v->progress, error == FRANK_OK);
    v->count = 1;
    v->items[0].bytes = (struct attach_bytes){0, attachment->size};
    return find(v, &v->items[0], error, &fault);
}

/* ---- Telling ------------------------------------------------------------- */

static bool all_proven(const struct verifying *v)
{
    for (size_t i = 0; i < v->count; i++) {
        if (v->items[i].why[0] != '\0') {
            return false;
        }
    }
    return true;
}

/* Bytes of the file from *at on that no item is about, up to item `index`. */
static bool find_withheld(struct attach_bytes *out, const struct verifying *v,
                          uint64_t *at, size_t index)
{
    uint64_t size = v->file.attachment.size;
    struct attach_bytes next = {size, size};

    if (index < v->count) {
        next = v->items[index].bytes;
    }
    *out = (struct attach_bytes){*at, next.begin};
    *at = next.end > *at ? next.end : *at;
    return out->end > out->begin;
}

static void put_line(const char *name, struct attach_bytes bytes,
                     const char *why)
{
    (void)printf("%-12s", name);
    attach_bytes_text(stdout, bytes);
    (void)printf("%s%s\n", why[0] != '\0' ? ": " : "", why);
}

static int tell_text(const struct verifying *v)
{
    struct attach_bytes withheld;
    uint64_t at = 0;

    (void)printf("%s\n", all_proven(v) ? "valid" : "not valid");
    attach_file_text(&v->file);
    for (size_t i = 0; i <= v->count; i++) {
        if (find_withheld(&withheld, v, &at, i)) {
            put_line("withheld", withheld, "");
        }
        if (i < v->count) {
            put_line(v->items[i].why[0] == '\0' ? "proven" : "refused",
                     v->items[i].bytes, v->items[i].why);
        }
    }
    return io_finish(EXIT_DONE);
}

static int tell_json(const struct verifying *v)
{
    json_t *line = json_object();
    json_t *proven = json_array();
    json_t *refused = json_array();
    json_t *withheld = json_array();
    struct attach_bytes bytes;
    uint64_t at = 0;

    for (size_t i = 0; i <= v->count; i++) {
        if (find_withheld(&bytes, v, &at, i)) {
            io_json_append(withheld, attach_bytes_json(bytes));
        }
        if (i < v->count) {
            const struct item *item = &v->items[i];
            json_t *object = attach_bytes_json(item->bytes);

            if (item->why[0] != '\0') {
                io_json_set(object, "why", json_string(item->why));
            }
            io_json_append(item->why[0] != '\0' ? refused : proven, object);
        }
    }
    io_json_set(line, "verdict",
                json_string(all_proven(v) ? "valid" : "not valid"));
    attach_file_json(line, &v->file);
    io_json_set(line, "proven", proven);
    io_json_set(line, "refused", refused);
    io_json_set(line, "withheld", withheld);
    return io_put_json(line);
}

/* ---- All of it ----------------------------------------------------------- */

static int load(struct verifying *v)
{
    const struct attach_arguments *arguments = v->arguments;
    struct frank_fault fault;
    int code = attach_file_load(&v->file, arguments);

    if (code == EXIT_DONE && arguments->disclosure == NULL &&
        !v->file.has_key) {
        code = attach_file_no_key(arguments);
    }
    if (code == EXIT_DONE && arguments->file != NULL) {
        code = attach_open(&v->in, &v->in_size, arguments->file);
    }
    if (code == EXIT_DONE && arguments->disclosure != NULL) {
        code = io_read(&v->bytes, arguments->disclosure,
                       DISCLOSURE_FILE_MAX_BYTES);
        if (code == EXIT_DONE &&
            disclosure_file_read(v->disclosures, &v->count,
                                 io_blob_span(&v->bytes), &fault) != FRANK_OK) {
            code = io_fault(arguments->disclosure, &fault);
        }
    }
    return code;
}

/* A file as long as the whole one: bytes that are withheld are zeros in it. */
static int open_out(struct verifying *v)
{
    int code;

    if (v->arguments->out == NULL) {
        return EXIT_DONE;
    }
    if (part_file_is_taken(v->arguments->out)) {
        return EXIT_TROUBLE;
    }
    code = part_file_open(&v->out_file, v->arguments->out, 0600, v->in);
    /* Nothing of an earlier run, which may have been of another file. */
    if (code == EXIT_DONE &&
        (ftruncate(v->out_file.fd, 0) != 0 ||
         ftruncate(v->out_file.fd, (off_t)v->file.attachment.size) != 0)) {
        code = io_say(EXIT_TROUBLE, "%s: cannot be made so long",
                      v->out_file.part);
    }
    return code;
}

static int verify(struct verifying *v)
{
    int code = load(v);

    if (code == EXIT_DONE) {
        code = open_out(v);
    }
    if (code == EXIT_DONE) {
        code = v->arguments->disclosure != NULL ? by_disclosure(v)
               : v->file.is_external            ? by_external(v)
                                                : by_key(v);
    }
    if (code == EXIT_DONE && v->out_file.fd >= 0 && all_proven(v)) {
        code = part_file_publish(&v->out_file);
    }
    part_file_remove(&v->out_file);
    if (code == EXIT_DONE) {
        code = v->arguments->json ? tell_json(v) : tell_text(v);
    }
    return code == EXIT_DONE && !all_proven(v) ? EXIT_REFUSED : code;
}

int attach_verify_command(const struct command *self, int argc, char **argv)
{
    struct attach_arguments arguments;
    struct verifying *v = calloc(1, sizeof *v);
    int code =
        attach_arguments_parse(&arguments, self, argc, argv, verify_options);

    if (v == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    v->arguments = &arguments;
    v->in = -1;
    v->out_file.fd = -1;
    if (code == EXIT_DONE) {
        code = check_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = verify(v);
    }
    if (v->in >= 0) {
        (void)close(v->in);
    }
    io_free(&v->bytes);
    attach_file_free(&v->file);
    free(v);
    return progress_exit(code);
}
