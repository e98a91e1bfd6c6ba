/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_entry.h"

#include "attach_check.h"
#include "attach_work.h"
#include "chunk.h"
#include "file_io.h"
#include "wire.h"

uint64_t attach_entry_sealed_bytes(const struct attach_entry *entry,
                                   const struct attach_file *file,
                                   uint64_t in_size)
{
    const struct frank_attachment *attachment = &file->attachment;

    if (file->is_external) {
        return in_size;
    }
    return entry->range.count == 0
               ? frank_attachment_sealed_bytes(attachment)
               : frank_range_bytes(attachment, entry->range) +
                     FRANK_CHUNK_TAG_BYTES * entry->range.count;
}

/* Against what the message says: all of the file, or the run of chunks. */
static int prove(struct attach_entry *entry, const struct attach_file *file,
                 const struct attach_arguments *arguments, int in,
                 struct frank_fault *fault)
{
    const struct frank_attachment *attachment = &file->attachment;
    const struct frank_disclosure all = {0};
    struct progress progress;
    struct frank_work work;
    int error;

    if (file->is_external) {
        return attach_check(file, &all, in, -1, fault);
    }
    work = attach_work(&progress, arguments, "proving", attachment->size);
    error =
        entry->range.count == 0
            ? frank_file_open(-1, attachment, in, file->key, &work, fault)
            : frank_file_prove(entry->proof, &entry->proof_count, attachment,
                               entry->range, in, file->key, &work, fault);
    progress_end(&progress, error == FRANK_OK);
    return error;
}

/* A sender may have committed to bytes that nobody can open, and then a
 * reporter is to know it: so the entry is checked as moderators will. */
static int try_it(const struct attach_entry *entry,
                  const struct attach_file *file, int in,
                  struct frank_fault *fault)
{
    const struct frank_disclosure own = {
        .first = entry->range.first,
        .keys = io_blob_span(&entry->keys),
        .proof = {entry->proof[0], entry->proof_count * FRANK_HASH_BYTES}};

    return attach_check(file, &own, in, -1, fault);
}

static int take_keys(struct attach_entry *entry, const struct attach_file *file)
{
    int code = io_alloc(&entry->keys,
                        (size_t)entry->range.count * FRANK_CHUNK_KEY_BYTES);

    for (uint64_t i = 0; code == EXIT_DONE && i < entry->range.count; i++) {
        frank_chunk_key(entry->keys.data + i * FRANK_CHUNK_KEY_BYTES, file->key,
                        entry->range.first + i);
    }
    return code;
}

static int take_sealed(struct attach_entry *entry,
                       const struct attach_file *file, int in, uint64_t in_size,
                       struct frank_fault *fault)
{
    uint64_t bytes = attach_entry_sealed_bytes(entry, file, in_size);

    if (io_alloc(&entry->sealed, (size_t)bytes) != EXIT_DONE) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "sealed file", 0, 0, 0);
    }
    return file_read(in, entry->sealed.data, entry->sealed.len,
                     chunk_offset(&file->attachment, entry->range.first),
                     "sealed file", fault);
}

int attach_entry_take(struct attach_entry *entry,
                      const struct attach_file *file,
                      const struct attach_arguments *arguments, int in,
                      uint64_t in_size)
{
    struct frank_fault fault;
    bool is_run = entry->range.count > 0;
    int error;

    if (is_run && take_keys(entry, file) != EXIT_DONE) {
        return EXIT_TROUBLE;
    }
    error = prove(entry, file, arguments, in, &fault);
    if (error == FRANK_OK && is_run) {
        error = try_it(entry, file, in, &fault);
    }
    if (error == FRANK_OK && arguments->enclose) {
        error = take_sealed(entry, file, in, in_size, &fault);
    }
    return error == FRANK_OK
               ? EXIT_DONE
               : attach_fault(arguments->file, NULL, &file->attachment, &fault);
}

void attach_entry_free(struct attach_entry *entry)
{
    io_free(&entry->keys);
    io_free(&entry->sealed);
}
