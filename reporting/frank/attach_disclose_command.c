/* SPDX-License-Identifier: Apache-2.0 */
/* frank attach disclose: what a reporter shows of a file, in a file for frank
 * report seal --attach. */
#include "attach_file.h"
#include "attach_work.h"
#include "disclosure_file.h"
#include "file_io.h"
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

/* What one entry is made of. */
struct entry {
    struct frank_range range; /* count 0: all of the file */
    struct blob keys;
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    size_t proof_count;
    struct blob sealed;
};

struct disclosing {
    const struct attach_arguments *arguments;
    struct attach_file file;
    struct progress progress;
    int in;
    size_t count;
    struct entry entries[FRANK_DISCLOSURES_MAX];
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
    if (arguments->enclose == (arguments->url != NULL)) {
        return command_usage(self, "either --enclose or --url");
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

/* ---- Their keys, proofs and bytes ---------------------------------------- */

static uint64_t sealed_at(const struct frank_attachment *attachment,
                          uint64_t chunk)
{
    return chunk *
           ((UINT64_C(1) << attachment->chunk_log2) + FRANK_CHUNK_TAG_BYTES);
}

static int read_at(const struct disclosing *d, struct blob *out,
                   uint64_t offset)
{
    struct frank_fault fault;

    return file_read(d->in, out->data, out->len, offset, "sealed file",
                     &fault) == FRANK_OK
               ? EXIT_DONE
               : io_fault(d->arguments->file, &fault);
}

/* One chunk, sealed and opened: a sender may have committed to bytes that
 * nobody can open, and then a reporter is to know it. */
static int try_chunk(const struct disclosing *d, struct blob *sealed,
                     struct blob *plain, uint64_t chunk)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    uint64_t at = sealed_at(attachment, chunk);
    struct frank_fault fault;
    int code;

    plain->len =
        (size_t)frank_range_bytes(attachment, (struct frank_range){chunk, 1});
    sealed->len = plain->len + FRANK_CHUNK_TAG_BYTES;
    code = read_at(d, sealed, at);
    if (code == EXIT_DONE &&
        frank_chunk_open(plain->data, attachment, d->file.key, chunk,
                         io_blob_span(sealed), &fault) != FRANK_OK) {
        fault.offset = (size_t)at;
        code = attach_fault(d->arguments->file, NULL, attachment, &fault);
    }
    return code;
}

static int take_keys(struct disclosing *d, struct entry *entry)
{
    size_t full = (size_t)1 << d->file.attachment.chunk_log2;
    size_t room = full + FRANK_CHUNK_TAG_BYTES;
    struct blob sealed = {NULL, 0};
    struct blob plain = {NULL, 0};
    int code = io_alloc(&sealed, room);

    if (code == EXIT_DONE) {
        code = io_alloc(&plain, full);
    }
    if (code == EXIT_DONE) {
        code = io_alloc(&entry->keys,
                        (size_t)entry->range.count * FRANK_CHUNK_KEY_BYTES);
    }
    for (uint64_t i = 0; code == EXIT_DONE && i < entry->range.count; i++) {
        code = try_chunk(d, &sealed, &plain, entry->range.first + i);
        frank_chunk_key(entry->keys.data + i * FRANK_CHUNK_KEY_BYTES,
                        d->file.key, entry->range.first + i);
    }
    plain.len = plain.data != NULL ? full : 0; /* all of it is wiped */
    io_free(&sealed);
    io_free(&plain);
    return code;
}

/* Against the descriptor: a run of chunks by its proof, all by itself. */
static int prove(struct disclosing *d, struct entry *entry)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    struct frank_fault fault;
    struct frank_work work =
        attach_work(&d->progress, d->arguments, "proving", attachment->size);
    int error =
        entry->range.count == 0
            ? frank_file_open(-1, attachment, d->in, d->file.key, &work, &fault)
            : frank_file_prove(entry->proof, &entry->proof_count, attachment,
                               entry->range, d->in, d->file.key, &work, &fault);

    progress_end(&d->progress, error == FRANK_OK);
    return error == FRANK_OK
               ? EXIT_DONE
               : attach_fault(d->arguments->file, NULL, attachment, &fault);
}

static int enclose(struct disclosing *d, struct entry *entry)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    uint64_t bytes = entry->range.count == 0
                         ? frank_attachment_sealed_bytes(attachment)
                         : frank_range_bytes(attachment, entry->range) +
                               FRANK_CHUNK_TAG_BYTES * entry->range.count;
    int code = io_alloc(&entry->sealed, (size_t)bytes);

    return code == EXIT_DONE
               ? read_at(d, &entry->sealed,
                         sealed_at(attachment, entry->range.first))
               : code;
}

/* Before anything is read, as it may be much. */
static int check_enclosed(const struct disclosing *d)
{
    const struct frank_attachment *attachment = &d->file.attachment;
    uint64_t total = 0;

    for (size_t i = 0; i < d->count; i++) {
        struct frank_range range = d->entries[i].range;

        total += range.count == 0 ? frank_attachment_sealed_bytes(attachment)
                                  : frank_range_bytes(attachment, range) +
                                        FRANK_CHUNK_TAG_BYTES * range.count;
    }
    return d->arguments->enclose && total > FRANK_ENCLOSED_MAX_BYTES
               ? io_say(EXIT_REFUSED,
                        "%s: too much to be enclosed, which is 8 MiB in all of "
                        "a report: --url says where it can be fetched",
                        d->arguments->file)
               : EXIT_DONE;
}

static int take_entry(struct disclosing *d, struct entry *entry)
{
    int code = prove(d, entry);

    if (code == EXIT_DONE && entry->range.count > 0) {
        code = take_keys(d, entry);
    }
    if (code == EXIT_DONE && d->arguments->enclose) {
        code = enclose(d, entry);
    }
    return code;
}

/* ---- The file ------------------------------------------------------------ */

static void write_entries(struct wire_writer *w, const struct disclosing *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct entry *entry = &d->entries[i];
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
        struct attach_bytes bytes = {0, attachment->size};

        if (range.count > 0) {
            bytes = attach_bytes_of(attachment, range);
        }
        (void)fprintf(stderr, "will be readable: ");
        attach_bytes_text(stderr, bytes);
        (void)fprintf(stderr, "%s\n",
                      range.count == 0 ? ", all of it, by the key in the "
                                         "message"
                                       : "");
        io_json_append(list, attach_bytes_json(bytes));
    }
    if (!d->arguments->json) {
        json_decref(list);
        return EXIT_DONE;
    }
    line = json_object();
    attach_file_json(line, attachment);
    io_json_set(line, "disclosed", list);
    io_json_set(line, "enclosed", json_boolean(d->arguments->enclose));
    return io_put_json(line);
}

static int disclose(struct disclosing *d)
{
    uint64_t sealed = 0;
    int code = attach_file_load(&d->file, d->arguments);

    if (code == EXIT_DONE && !d->file.has_key) {
        code = attach_file_no_key(d->arguments);
    }
    if (code == EXIT_DONE) {
        code = attach_open(&d->in, &sealed, d->arguments->file);
    }
    if (code == EXIT_DONE) {
        code = find_ranges(d);
    }
    if (code == EXIT_DONE) {
        code = check_enclosed(d);
    }
    for (size_t i = 0; code == EXIT_DONE && i < d->count; i++) {
        code = take_entry(d, &d->entries[i]);
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
        io_free(&d->entries[i].keys);
        io_free(&d->entries[i].sealed);
    }
    if (d->in >= 0) {
        (void)close(d->in);
    }
    attach_file_free(&d->file);
    free(d);
    return progress_exit(code);
}
