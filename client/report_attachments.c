/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ReportBody's attachments: what a reporter discloses of files. The list is
 * held to its own rules in one place, for who builds a report and who reads
 * one. Whether an entry is right for its message only who builds can refuse
 * here: a reader shows the rest of the report, and tells of this entry what is
 * wrong with it.
 */
#include "content.h"
#include "disclosure.h"
#include "report.h"

#include <sodium.h>
#include <string.h>

/* A run that ends beyond is of no file. */
#define CHUNKS_MAX (FRANK_FILE_MAX_BYTES >> FRANK_CHUNK_LOG2_MIN)
/* More would fill a report. */
#define KEYS_MAX (FRANK_REPORT_MAX_BYTES / FRANK_CHUNK_KEY_BYTES)

enum presence { ABSENT = 0, PRESENT = 1 };

/* ---- Writing ------------------------------------------------------------- */

void report_range_write(struct wire_writer *w, const struct frank_disclosure *d)
{
    wire_write_u64(w, d->first);
    wire_write_opaque(w, d->keys, FRANK_REPORT_MAX_BYTES, "chunk keys");
    wire_write_opaque(w, d->proof, FRANK_REPORT_MAX_BYTES, "proof");
    wire_write_u8(w, d->enclosed ? PRESENT : ABSENT);
    if (d->enclosed) {
        wire_write_opaque(w, d->ciphertext, FRANK_ENCLOSED_MAX_BYTES,
                          "ciphertext");
    }
    wire_write_opaque(w, d->url, FRANK_URL_MAX_BYTES, "url");
}

static void write_entry(struct wire_writer *w, const struct frank_disclosure *d)
{
    wire_write_u8(w, (uint8_t)d->message);
    wire_write_u16(w, (uint16_t)d->part);
    report_range_write(w, d);
}

void report_attachments_write(struct wire_writer *w,
                              const struct frank_report *report)
{
    struct wire_writer list;

    wire_write_init(&list, NULL, 0);
    for (size_t i = 0; i < report->disclosure_count; i++) {
        write_entry(&list, &report->disclosures[i]);
    }
    wire_write_length(w, list.len, "attachments");
    for (size_t i = 0; i < report->disclosure_count; i++) {
        write_entry(w, &report->disclosures[i]);
    }
}

/* ---- The list's own rules ------------------------------------------------ */

static int check_hashes(struct frank_span hashes, size_t most,
                        const char *field, struct frank_fault *fault)
{
    if (hashes.len > most * FRANK_HASH_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, field, 0, hashes.len,
                          most * FRANK_HASH_BYTES);
    }
    if (hashes.len % FRANK_HASH_BYTES != 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, field, 0, hashes.len,
                          hashes.len / FRANK_HASH_BYTES * FRANK_HASH_BYTES);
    }
    return FRANK_OK;
}

static int check_chunks(const struct frank_disclosure *d,
                        struct frank_fault *fault)
{
    uint64_t count = d->keys.len / FRANK_CHUNK_KEY_BYTES;
    int error = check_hashes(d->keys, KEYS_MAX, "chunk keys", fault);

    if (error == FRANK_OK) {
        error = check_hashes(d->proof, FRANK_RANGE_PROOF_MAX, "proof", fault);
    }
    if (error != FRANK_OK) {
        return error;
    }
    if (count == 0 && d->first != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE,
                          "first chunk, of a whole file", 0, d->first, 0);
    }
    if (count == 0 && d->proof.len != 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "proof, of a whole file", 0,
                          d->proof.len, 0);
    }
    if (d->first > CHUNKS_MAX - count) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "first chunk", 0, d->first,
                          CHUNKS_MAX - count);
    }
    return FRANK_OK;
}

/* It goes into a request as it is: no space, no control character. */
static int check_url(const struct frank_disclosure *d,
                     struct frank_fault *fault)
{
    if (d->url.len > FRANK_URL_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "url", 0, d->url.len,
                          FRANK_URL_MAX_BYTES);
    }
    if (d->enclosed && d->url.len > 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "url, of what is enclosed",
                          0, d->url.len, 0);
    }
    for (size_t i = 0; i < d->url.len; i++) {
        if (d->url.data[i] <= 0x20 || d->url.data[i] > 0x7e) {
            return wire_fault(fault, FRANK_ERR_VALUE, "url", 0, d->url.data[i],
                              0);
        }
    }
    return FRANK_OK;
}

/* In rising order, none over another. A whole file takes all that there is. */
static bool is_behind(const struct frank_disclosure *d,
                      const struct frank_disclosure *before)
{
    uint64_t count = before->keys.len / FRANK_CHUNK_KEY_BYTES;

    if (d->message != before->message) {
        return d->message > before->message;
    }
    if (d->part != before->part) {
        return d->part > before->part;
    }
    return count > 0 && d->keys.len > 0 && d->first >= before->first + count;
}

int report_range_check(const struct frank_disclosure *list, size_t index,
                       size_t *enclosed, struct frank_fault *fault)
{
    const struct frank_disclosure *d = &list[index];
    int error = check_chunks(d, fault);

    if (error == FRANK_OK) {
        error = check_url(d, fault);
    }
    if (error == FRANK_OK && index > 0 && !is_behind(d, d - 1)) {
        error = wire_fault(fault, FRANK_ERR_ORDER, "attachments", 0, index, 0);
    }
    if (error == FRANK_OK && d->enclosed) {
        if (d->ciphertext.len > FRANK_ENCLOSED_MAX_BYTES - *enclosed) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "enclosed ciphertext", 0,
                              *enclosed + d->ciphertext.len,
                              FRANK_ENCLOSED_MAX_BYTES);
        }
        *enclosed += d->ciphertext.len;
    }
    return error;
}

/* ---- Reading ------------------------------------------------------------- */

static void read_ciphertext(struct frank_disclosure *out, struct wire_reader *r)
{
    size_t start = r->pos;
    uint8_t presence = wire_read_u8(r, "ciphertext's presence");

    if (presence > PRESENT) {
        wire_read_fail(r, FRANK_ERR_VALUE, "ciphertext's presence", start,
                       presence, PRESENT);
    }
    out->enclosed = presence == PRESENT;
    if (out->enclosed) {
        out->ciphertext =
            wire_read_opaque(r, FRANK_ENCLOSED_MAX_BYTES, "ciphertext");
    }
}

void report_range_read(struct frank_disclosure *out, struct wire_reader *r)
{
    out->first = wire_read_u64(r, "first chunk");
    out->keys = wire_read_opaque(r, FRANK_REPORT_MAX_BYTES, "chunk keys");
    out->proof = wire_read_opaque(r, FRANK_REPORT_MAX_BYTES, "proof");
    read_ciphertext(out, r);
    out->url = wire_read_opaque(r, FRANK_REPORT_MAX_BYTES, "url");
}

/* The offset is that of the entry. */
static void check_read(struct frank_report_body *body, size_t *enclosed,
                       struct wire_reader *r, size_t start)
{
    size_t index = body->disclosure_count;
    unsigned message = body->disclosures[index].message;
    struct frank_fault fault;

    if (message >= body->count) {
        wire_read_fail(r, FRANK_ERR_VALUE, "evidence", start, message,
                       body->count - 1);
    } else if (!body->openings[message].disclosed) {
        wire_read_fail(r, FRANK_ERR_WITHHELD, "evidence", start, message, 0);
    } else if (report_range_check(body->disclosures, index, enclosed, &fault) !=
               FRANK_OK) {
        wire_read_fail(r, fault.error, fault.field, start, fault.found,
                       fault.expected);
    }
}

void report_attachments_read(struct frank_report_body *out,
                             struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, FRANK_REPORT_MAX_BYTES, "attachments");
    size_t enclosed = 0;

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct frank_disclosure *d = &out->disclosures[out->disclosure_count];
        size_t start = list.pos;

        if (out->disclosure_count == FRANK_DISCLOSURES_MAX) {
            wire_read_fail(&list, FRANK_ERR_LIMIT, "attachments", start,
                           FRANK_DISCLOSURES_MAX + 1, FRANK_DISCLOSURES_MAX);
            break;
        }
        d->message = wire_read_u8(&list, "evidence");
        d->part = wire_read_u16(&list, "part");
        report_range_read(d, &list);
        if (wire_read_ok(&list)) {
            check_read(out, &enclosed, &list, start);
            out->disclosure_count++;
        }
    }
    wire_read_join(r, &list);
}

/* ---- Against their messages ---------------------------------------------- */

static bool is_withheld(const struct frank_kept *kept, unsigned part)
{
    return part < FRANK_PARTS_MAX && (kept->withhold_parts >> part & 1) != 0;
}

/* Keys that are not the file's would show nothing. They can be compared where
 * the reporter has the file's, also when he withholds that. */
static int check_keys(const struct disclosed_file *file,
                      const struct frank_disclosure *d,
                      struct frank_fault *fault)
{
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    int error = FRANK_OK;

    for (size_t i = 0; i * sizeof key < d->keys.len && file->has_key; i++) {
        frank_chunk_key(key, file->key, d->first + i);
        if (sodium_memcmp(key, d->keys.data + i * sizeof key, sizeof key) !=
            0) {
            error = wire_fault(fault, FRANK_ERR_FILE_HASH, "chunk keys",
                               i * sizeof key, 0, 0);
            break;
        }
    }
    sodium_memzero(key, sizeof key);
    return error;
}

/* One whose bytes are neither enclosed nor somewhere helps nobody. */
static int check_bytes(const struct disclosed_file *file,
                       const struct frank_disclosure *d,
                       struct frank_fault *fault)
{
    if (d->enclosed) {
        return disclosure_open(NULL, file, d, fault);
    }
    if (d->url.len == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "url", 0, 0, 1);
    }
    return FRANK_OK;
}

static int check_ours(const struct frank_disclosure *d,
                      const struct frank_kept *kept, struct frank_fault *fault)
{
    struct disclosed_file file;
    int error = disclosure_read(&file, d, kept->content, fault);
    if (error == FRANK_OK && file.by_file_key &&
        is_withheld(kept, d->part + 1)) {
        error = wire_fault(fault, FRANK_ERR_WITHHELD, "file key", 0,
                           d->part + 1, 0);
    }
    if (error == FRANK_OK) {
        error = check_keys(&file, d, fault);
    }
    if (error == FRANK_OK) {
        error = check_bytes(&file, d, fault);
    }
    sodium_memzero(&file, sizeof file);
    return error;
}

/* The message was checked, so that its first byte tells its format. */
static int check_kept(const struct frank_disclosure *d,
                      const struct frank_kept *kept, struct frank_fault *fault)
{
    uint8_t format = kept->content.data[0];

    if (kept->withhold || is_withheld(kept, d->part)) {
        return wire_fault(fault, FRANK_ERR_WITHHELD, "attachment", 0, d->part,
                          0);
    }
    return format == CONTENT_PLAIN || format == CONTENT_PARTED
               ? check_ours(d, kept, fault)
               : report_external_check(d, kept->content, fault);
}

int report_attachments_check(size_t *message, const struct frank_report *report,
                             struct frank_fault *fault)
{
    size_t enclosed = 0;
    int error = FRANK_OK;

    if (report->disclosure_count > FRANK_DISCLOSURES_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "attachments", 0,
                          report->disclosure_count, FRANK_DISCLOSURES_MAX);
    }
    for (size_t i = 0; i < report->disclosure_count && error == FRANK_OK; i++) {
        const struct frank_disclosure *d = &report->disclosures[i];

        if (d->message >= report->count || d->part > UINT16_MAX) {
            return wire_fault(fault, FRANK_ERR_VALUE, "attachments", 0,
                              d->message, report->count - 1);
        }
        error = report_range_check(report->disclosures, i, &enclosed, fault);
        if (error == FRANK_OK) {
            error = check_kept(d, &report->messages[d->message], fault);
        }
        if (error != FRANK_OK && message != NULL) {
            *message = d->message;
        }
    }
    return error;
}
