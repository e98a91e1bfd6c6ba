/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_file.h"

#include "secret_file.h"
#include "size.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

/* MIMI's key is part of the external part. */
static int read_content(struct attach_file *out, unsigned part,
                        struct frank_fault *fault)
{
    struct frank_content located;
    int error = frank_locate(&located, out->bytes.data, out->bytes.len, fault);

    if (error != FRANK_OK) {
        return error;
    }
    out->is_external = located.format == FRANK_FORMAT_MIMI ||
                       located.format == FRANK_FORMAT_MIMI_FRAMED;
    out->is_plain = located.format == FRANK_FORMAT_PLAIN;
    sodium_memzero(&located, sizeof located);
    if (!out->is_external) {
        return frank_attachment_read(&out->attachment, out->key, &out->has_key,
                                     out->bytes.data, out->bytes.len, part,
                                     fault);
    }
    out->has_key = true;
    error = frank_external_read(&out->external, out->scratch.data,
                                out->bytes.data, out->bytes.len, part, fault);
    return error == FRANK_OK ? frank_external_check(&out->external, fault)
                             : error;
}

static int load_content(struct attach_file *out,
                        const struct attach_arguments *arguments)
{
    struct frank_fault fault;
    int code =
        io_read(&out->bytes, arguments->content, FRANK_CONTENT_MAX_BYTES);

    if (code == EXIT_DONE) {
        code = io_alloc(&out->scratch, out->bytes.len);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    switch (read_content(out, arguments->part, &fault)) {
    case FRANK_OK:
        return EXIT_DONE;
    case FRANK_ERR_NO_FILE:
        return io_say(EXIT_REFUSED,
                      "%s: part %u stands for no file: --part names another "
                      "(frank content show lists them)",
                      arguments->content, arguments->part);
    default:
        return io_fault(arguments->content, &fault);
    }
}

static int load_descriptor(struct attach_file *out,
                           const struct attach_arguments *arguments)
{
    struct frank_fault fault;
    int code =
        io_read(&out->bytes, arguments->descriptor, FRANK_ATTACHMENT_MAX_BYTES);

    if (code == EXIT_DONE &&
        frank_attachment_decode(&out->attachment, out->bytes.data,
                                out->bytes.len, &fault) != FRANK_OK) {
        code = io_fault(arguments->descriptor, &fault);
    }
    if (code == EXIT_DONE && arguments->key != NULL) {
        out->has_key = true;
        if (secret_file_key(out->key, arguments->key, &fault) != FRANK_OK) {
            code = io_key_fault(arguments->key, &fault);
        }
    }
    return code;
}

int attach_file_load(struct attach_file *out,
                     const struct attach_arguments *arguments)
{
    memset(out, 0, sizeof *out);
    return arguments->content != NULL ? load_content(out, arguments)
                                      : load_descriptor(out, arguments);
}

int attach_file_no_key(const struct attach_arguments *arguments)
{
    return io_say(EXIT_REFUSED,
                  "%s: does not hold the file's key, or it is withheld",
                  arguments->content);
}

void attach_file_free(struct attach_file *file)
{
    io_free(&file->bytes);
    io_free(&file->scratch);
    sodium_memzero(file, sizeof *file);
}

/* ---- In words and in JSON ------------------------------------------------ */

static void names_text(struct frank_span name, struct frank_span media_type)
{
    (void)printf("name        ");
    io_put_text(stdout, name);
    (void)printf("\nmedia type  ");
    io_put_text(stdout, media_type);
    (void)putchar('\n');
}

void attach_file_text(const struct attach_file *file)
{
    const struct frank_attachment *attachment = &file->attachment;
    char size[SIZE_TEXT_BYTES];
    char chunk[SIZE_TEXT_BYTES];
    uint64_t chunks;

    if (file->is_external) {
        names_text(file->external.filename, file->external.media_type);
        return;
    }
    chunks = frank_attachment_chunks(attachment);
    size_text(size, attachment->size);
    size_text(chunk, UINT64_C(1) << attachment->chunk_log2);
    names_text(attachment->filename, attachment->media_type);
    (void)printf("size        %s: %" PRIu64 " bytes in %" PRIu64
                 " chunk%s of %s, %s\n",
                 size, attachment->size, chunks, chunks == 1 ? "" : "s", chunk,
                 attach_aead_name(attachment->aead));
}

static json_t *count_json(uint64_t count)
{
    return json_integer((json_int_t)count); /* at most 2^41 */
}

static void names_json(json_t *object, const char *kind, struct frank_span name,
                       struct frank_span media_type)
{
    io_json_set(object, "kind", json_string(kind));
    io_json_set(object, "name", io_json_text(name));
    io_json_set(object, "media_type", io_json_text(media_type));
}

void attach_file_json(json_t *object, const struct attach_file *file)
{
    const struct frank_attachment *attachment = &file->attachment;

    if (file->is_external) {
        names_json(object, "mimi", file->external.filename,
                   file->external.media_type);
        return;
    }
    names_json(object, "frank", attachment->filename, attachment->media_type);
    io_json_set(object, "size", count_json(attachment->size));
    io_json_set(object, "chunk_size",
                count_json(UINT64_C(1) << attachment->chunk_log2));
    io_json_set(object, "chunks",
                count_json(frank_attachment_chunks(attachment)));
    io_json_set(object, "sealed_size",
                count_json(frank_attachment_sealed_bytes(attachment)));
    io_json_set(object, "aead",
                json_string(attach_aead_name(attachment->aead)));
    io_json_set(object, "root",
                io_json_hex(attachment->root, sizeof attachment->root));
}

struct attach_bytes attach_bytes_of(const struct frank_attachment *attachment,
                                    struct frank_range range)
{
    uint64_t begin = range.first << attachment->chunk_log2;

    return (struct attach_bytes){begin,
                                 begin + frank_range_bytes(attachment, range)};
}

void attach_bytes_text(FILE *out, struct attach_bytes bytes)
{
    char size[SIZE_TEXT_BYTES];

    size_text(size, bytes.end - bytes.begin);
    (void)fprintf(out, "bytes %" PRIu64 "-%" PRIu64 " (%s)", bytes.begin,
                  bytes.end, size);
}

json_t *attach_bytes_json(struct attach_bytes bytes)
{
    json_t *object = json_object();

    io_json_set(object, "begin", count_json(bytes.begin));
    io_json_set(object, "end", count_json(bytes.end));
    return object;
}
