/* SPDX-License-Identifier: Apache-2.0 */
/* frank attach disclose: what a reporter shows of a file, in a file for frank
 * report seal --attach. */
#include "attach_check.h"
#include "attach_entry.h"
#include "attach_work.h"
#include "disclosure_file.h"
#include "secret_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option disclose_options[] = {
    {"descriptor", required_argument, NULL, ATTACH_DESCRIPTOR},
    {"key", required_argument, NULL, ATTACH_KEY},
    {"content", required_argument, NULL, ATTACH_CONTENT},
    {"part", required_argument, NULL, ATTACH_PART},
    {"range", required_argument, NULL, ATTACH_RANGE},
    {"all", no_argument, NULL, ATTACH_ALL},
    {"enclose", no_argument, NULL, ATTACH_ENCLOSE},
    {"url", required_argument, NULL, ATTACH_URL},
    {"threads", required_argument, NULL, ATTACH_THREADS},
    {"out", required_argument, NULL, ATTACH_OUT},
    {"quiet", no_argument, NULL, ATTACH_QUIET},
    {"json", no_argument, NULL, ATTACH_JSON},
    {NULL, 0, NULL, 0}};

struct disclosing {
    const struct attach_arguments *arguments;
    struct attach_file file;
    int in;
    uint64_t in_size;
    size_t count;
    struct attach_entry entries[FRANK_DISCLOSURES_MAX];
};

static int check_arguments(const struct command *self,
                           const struct attach_arguments *arguments)
{
    int code = attach_arguments_name(arguments, self);

    if (code != EXIT_DONE) {
        return code;
    }
    if (arguments->file == NULL || arguments->out == NULL) {
        return command_usage(self, "--out and the sealed file are needed");
    }
    if (arguments->descriptor != NULL && arguments->key == NULL) {
        return command_usage(self, "--key is needed");
    }
    if (arguments->all == (arguments->range_count > 0)) {
        return command_usage(self, "either --range or --all");
    }
    if (arguments->enclose && arguments->url != NULL) {
        return command_usage(self, "--enclose or --url, not both");
    }
    return EXIT_DONE;
}

/* ---- Which chunks -------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct frank_range *left = a;
    const struct frank_range *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

static int find_range(struct frank_range *out, const struct disclosing *d,
                      size_t index)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    struct attach_bytes bytes = d->arguments->ranges[index];
    struct frank_fault fault;

    if (bytes.end == UINT64_MAX && bytes.begin < attachment->size) {
        bytes.end = attachment->size;
    }
    return frank_range_of(out, attachment, bytes.begin, bytes.end - bytes.begin,
                          &fault) == FRANK_OK
               ? EXIT_DONE
               : io_fault("--range", &fault);
}

/* Rounded to chunks, two ranges may overlap, or have nothing between them: then
 * they become one. */
static int find_ranges(struct disclosing *d)
{
    struct frank_range ranges[FRANK_DISCLOSURES_MAX];
    size_t count = d->arguments->range_count;

    if (d->file.is_external && !d->arguments->all) {
        return io_say(EXIT_USAGE, "a file of a MIMI message has no chunks: "
                                  "--all");
    }
    if (d->arguments->all) {
        d->entries[0].range = (struct frank_range){0, 0};
        d->count = 1;
        return EXIT_DONE;
    }
    for (size_t i = 0; i < count; i++) {
        int code = find_range(&ranges[i], d, i);

        if (code != EXIT_DONE) {
            return code;
        }
    }
    qsort(ranges, count, sizeof ranges[0], compare);
    for (size_t i = 0; i < count; i++) {
        struct frank_range *last =
            d->count > 0 ? &d->entries[d->count - 1].range : NULL;
        uint64_t end = ranges[i].first + ranges[i].count;

        if (last == NULL || ranges[i].first > last->first + last->count) {
            d->entries[d->count++].range = ranges[i];
        } else if (end > last->first + last->count) {
            last->count = end - last->first;
        }
    }
    return EXIT_DONE;
}

/* Before anything is read, as it may be much. */
static int check_size(const struct disclosing *d)
{
    uint64_t total = 0;
    uint64_t keys = 0;

    for (size_t i = 0; i < d->count; i++) {
        total +=
            attach_entry_sealed_bytes(&d->entries[i], &d->file, d->in_size);
        keys += d->entries[i].range.count * FRANK_CHUNK_KEY_BYTES;
    }
    if (keys > DISCLOSURE_FILE_MAX_BYTES) {
        return io_say(EXIT_REFUSED,
                      "--range: more chunks than a report has room for keys "
                      "of: --all shows them by the key in the message");
    }
    return d->arguments->enclose && total > FRANK_ENCLOSED_MAX_BYTES
               ? io_say(EXIT_REFUSED,
                        "%s: too much to be enclosed, which is 8 MiB in all of "
                        "a report: --url says where it can be fetched",
                        d->arguments->file)
               : EXIT_DONE;
}

/* ---- The file ------------------------------------------------------------ */

static void write_entries(struct wire_writer *w, const struct disclosing *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct attach_entry *entry = &d->entries[i];
        struct frank_disclosure disclosure = {
            .first = entry->range.first,
            .keys = io_blob_span(&entry->keys),
            .proof = {entry->proof[0], entry->proof_count * FRANK_HASH_BYTES},
            .enclosed = d->arguments->enclose,
            .ciphertext = io_blob_span(&entry->sealed)};

        if (d->arguments->url != NULL) {
            disclosure.url = io_span(d->arguments->url);
        }
        disclosure_file_write(w, &disclosure);
    }
}

static int write_file(const struct disclosing *d)
{
    struct blob out = {NULL, 0};
    struct frank_disclosure read[FRANK_DISCLOSURES_MAX];
    struct frank_fault fault;
    struct wire_writer w;
    size_t count;
    int code;

    wire_write_init(&w, NULL, 0);
    write_entries(&w, d);
    code = io_alloc(&out, w.len);
    if (code != EXIT_DONE) {
        return code;
    }
    wire_write_init(&w, out.data, out.len);
    write_entries(&w, d);
    if (wire_write_result(&w, &count, &fault) != FRANK_OK ||
        disclosure_file_read(read, &count, io_blob_span(&out), &fault) !=
            FRANK_OK ||
        secret_file_create(d->arguments->out, out.data, out.len, &fault) !=
            FRANK_OK) {
        code = io_fault(d->arguments->out, &fault);
    }
    io_free(&out);
    return code;
}

static int say_disclosed(const struct disclosing *d)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    json_t *list = json_array();
    json_t *line;

    for (size_t i = 0; i < d->count; i++) {
        struct frank_range range = d->entries[i].range;
        struct frank_disclosure all = {0};
        struct attach_bytes bytes =
            range.count > 0 ? attach_bytes_of(attachment, range)
                            : attach_check_bytes(&d->file, &all, d->in_size);

        (void)fprintf(stderr, "will be readable: ");
        attach_bytes_text(stderr, bytes);
        (void)fprintf(stderr, "%s\n",
                      range.count == 0 ? ", all of it, by the key in the "
                                         "message"
                                       : "");
        io_json_append(list, attach_bytes_json(bytes));
    }
    if (d->file.is_plain && !d->arguments->all) {
        (void)fprintf(stderr, "but the message itself shows the key of all of "
                              "it, to whom it is disclosed\n");
    }
    if (!d->arguments->json) {
        json_decref(list);
        return EXIT_DONE;
    }
    line = json_object();
    attach_file_json(line, &d->file);
    io_json_set(line, "disclosed", list);
    io_json_set(line, "enclosed", json_boolean(d->arguments->enclose));
    return io_put_json(line);
}

/* Moderators must come to the bytes. Where a MIMI file lies, its message says,
 * and nothing else is believed. */
static int check_place(const struct disclosing *d)
{
    bool placed = d->arguments->enclose || d->arguments->url != NULL;

    if (!placed && !d->file.is_external) {
        return io_say(EXIT_USAGE, "either --enclose or --url");
    }
    if (d->arguments->url != NULL && d->file.is_external) {
        return io_say(EXIT_USAGE, "a MIMI message says itself where its file "
                                  "lies: no --url");
    }
    return EXIT_DONE;
}

static int disclose(struct disclosing *d)
{
    int code = attach_file_load(&d->file, d->arguments);

    if (code == EXIT_DONE && !d->file.has_key) {
        code = attach_file_no_key(d->arguments);
    }
    if (code == EXIT_DONE) {
        code = attach_open(&d->in, &d->in_size, d->arguments->file);
    }
    if (code == EXIT_DONE) {
        code = check_place(d);
    }
    if (code == EXIT_DONE) {
        code = find_ranges(d);
    }
    if (code == EXIT_DONE) {
        code = check_size(d);
    }
    for (size_t i = 0; code == EXIT_DONE && i < d->count; i++) {
        code = attach_entry_take(&d->entries[i], &d->file, d->arguments, d->in,
                                 d->in_size);
    }
    if (code == EXIT_DONE) {
        code = write_file(d);
    }
    return code == EXIT_DONE ? say_disclosed(d) : code;
}

int attach_disclose_command(const struct command *self, int argc, char **argv)
{
    struct attach_arguments arguments;
    struct disclosing *d = calloc(1, sizeof *d);
    int code =
        attach_arguments_parse(&arguments, self, argc, argv, disclose_options);

    if (d == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    d->arguments = &arguments;
    d->in = -1;
    if (code == EXIT_DONE) {
        code = check_arguments(self, &arguments);
    }
    if (code == EXIT_DONE) {
        code = disclose(d);
    }
    for (size_t i = 0; i < d->count; i++) {
        attach_entry_free(&d->entries[i]);
    }
    if (d->in >= 0) {
        (void)close(d->in);
    }
    attach_file_free(&d->file);
    free(d);
    return progress_exit(code);
}
