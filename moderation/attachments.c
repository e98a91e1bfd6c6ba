/* SPDX-License-Identifier: Apache-2.0 */
#include "attachments.h"

#include "chunk.h"

#include <sodium.h>
#include <string.h>

/* ---- Which files there are ----------------------------------------------- */

static bool is_type(struct frank_span type, const char *wanted)
{
    return type.len == strlen(wanted) &&
           memcmp(type.data, wanted, type.len) == 0;
}

enum attachment_kind attachment_kind(const struct part *part,
                                     enum frank_format format)
{
    if (part->state == PART_EXTERNAL) {
        return ATTACHMENT_MIMI;
    }
    if (part->state != PART_THERE ||
        (format != FRANK_FORMAT_PLAIN && format != FRANK_FORMAT_PARTED)) {
        return ATTACHMENT_NONE;
    }
    if (is_type(part->media_type, FRANK_ATTACHMENT_TYPE)) {
        return ATTACHMENT_FRANK;
    }
    return format == FRANK_FORMAT_PARTED &&
                   is_type(part->media_type, FRANK_ATTACHMENT_KEY_TYPE)
               ? ATTACHMENT_KEY
               : ATTACHMENT_NONE;
}

size_t attachment_entries(size_t out[static FRANK_DISCLOSURES_MAX],
                          const struct frank_report_body *body, size_t message,
                          size_t part)
{
    size_t count = 0;

    for (size_t i = 0; i < body->disclosure_count; i++) {
        if (body->disclosures[i].message == message &&
            body->disclosures[i].part == part) {
            out[count++] = i;
        }
    }
    return count;
}

/* ---- How it stands --------------------------------------------------------
 */

const char *attachment_state_text(enum attachment_state state)
{
    static const char *const texts[ATTACHMENT_STATES] = {
        [ATTACHMENT_FETCHING] = "fetching", [ATTACHMENT_WAITING] = "waiting",
        [ATTACHMENT_REFUSED] = "refused",   [ATTACHMENT_ABSENT] = "absent",
        [ATTACHMENT_THERE] = "there",       [ATTACHMENT_PARTIAL] = "partial",
        [ATTACHMENT_WITHHELD] = "withheld"};

    return (unsigned)state < ATTACHMENT_STATES ? texts[state] : "unknown";
}

static void join(struct attachment_sum *out, struct attachment_run run)
{
    if (run.begin == run.end) {
        return;
    }
    if (out->count > 0 && out->runs[out->count - 1].end == run.begin) {
        out->runs[out->count - 1].end = run.end;
    } else {
        out->runs[out->count++] = run;
    }
}

/* The gravest state, its reason, and the bytes. true: a run is proven. */
static bool add_up(struct attachment_sum *out,
                   const struct attachment_entry *entries, size_t count)
{
    bool is_any_proven = false;

    for (size_t i = 0; i < count; i++) {
        const struct attachment_entry *e = &entries[i];

        if (i == 0 || e->state < out->state) {
            out->state = e->state;
            out->why = e->why;
        }
        out->have += e->have;
        out->want += e->want;
        is_any_proven |=
            e->state == ATTACHMENT_THERE && e->run.begin < e->run.end;
    }
    return is_any_proven;
}

void attachment_sum(struct attachment_sum *out,
                    const struct attachment_entry *entries, size_t count,
                    uint64_t size)
{
    *out = (struct attachment_sum){.state = count > 0 ? ATTACHMENT_THERE
                                                      : ATTACHMENT_WITHHELD};
    if (add_up(out, entries, count) && out->state > ATTACHMENT_FETCHING &&
        out->state < ATTACHMENT_THERE) {
        out->state = ATTACHMENT_PARTIAL;
    }
    for (size_t i = 0; i < count; i++) {
        if (out->state >= ATTACHMENT_THERE
                ? entries[i].state == ATTACHMENT_THERE
                : entries[i].state != ATTACHMENT_REFUSED) {
            join(out, entries[i].run);
        }
    }
    if (out->state == ATTACHMENT_THERE && size > 0 &&
        (out->count != 1 || out->runs[0].begin != 0 ||
         out->runs[0].end != size)) {
        out->state = ATTACHMENT_PARTIAL;
    }
}

/* ---- Chunks as they come --------------------------------------------------
 */

uint64_t attachment_sealed_begin(const struct disclosed_file *file)
{
    return chunk_offset(&file->attachment, file->range.first);
}

uint64_t attachment_sealed_bytes(const struct disclosed_file *file)
{
    return file->bytes + FRANK_CHUNK_TAG_BYTES * file->range.count;
}

struct byte_range attachment_chunk(const struct disclosed_file *file,
                                   uint64_t i)
{
    uint64_t begin = attachment_sealed_begin(file);
    uint64_t end = begin + attachment_sealed_bytes(file);
    uint64_t first = begin + chunk_offset(&file->attachment, i);
    uint64_t next = first + chunk_stride(&file->attachment);

    return (struct byte_range){first, (next < end ? next : end) - 1};
}

void attachment_next(struct attachment_piece *out,
                     const struct disclosed_file *file, uint64_t done,
                     size_t most)
{
    uint64_t count = most / chunk_stride(&file->attachment);
    uint64_t left = file->range.count - done;

    out->chunk = done;
    out->count = count < 1 ? 1 : count > left ? left : count;
    out->bytes = attachment_chunk(file, done);
    out->bytes.last = attachment_chunk(file, done + out->count - 1).last;
}

static void find_key(uint8_t key[static FRANK_CHUNK_KEY_BYTES],
                     const struct disclosed_file *file,
                     const struct frank_disclosure *d, uint64_t i)
{
    if (file->by_file_key) {
        frank_chunk_key(key, file->key, i);
    } else {
        memcpy(key, d->keys.data + i * FRANK_CHUNK_KEY_BYTES,
               FRANK_CHUNK_KEY_BYTES);
    }
}

int attachment_open(uint8_t *out, uint8_t leaf[static FRANK_HASH_BYTES],
                    const struct disclosed_file *file,
                    const struct frank_disclosure *d, struct aead *aead,
                    uint64_t i, struct frank_span sealed)
{
    const struct byte_range place = attachment_chunk(file, i);
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    int error;

    if (sealed.len != place.last - place.first + 1) {
        return FRANK_ERR_LENGTH;
    }
    find_key(key, file, d, i);
    frank_chunk_leaf(leaf, file->range.first + i, key, sealed);
    error = chunk_open_by(out, aead, key, sealed);
    sodium_memzero(key, sizeof key);
    return error;
}

int attachment_prove(const struct disclosed_file *file,
                     const struct frank_disclosure *d,
                     frank_leaf_reader *reader, void *context,
                     struct frank_fault *fault)
{
    static const struct frank_disclosure nothing;

    if (file->range.count == 0) { /* by the root of the empty tree */
        return disclosure_open(NULL, file, &nothing, fault);
    }
    return frank_range_check(&file->attachment, file->range,
                             (const uint8_t(*)[FRANK_HASH_BYTES])d->proof.data,
                             d->proof.len / FRANK_HASH_BYTES, reader, context,
                             fault);
}

/* ---- What a store answers -------------------------------------------------
 */

/* Answers without bytes. */
static enum attachment_word judge_refusal(const char **why, unsigned status)
{
    switch (status) {
    case 404:
    case 410:
        *why = "the store does not have it";
        return ATTACHMENT_GIVE_UP;
    case 401:
    case 403:
        *why = "the store does not give it to us";
        return ATTACHMENT_GIVE_UP;
    case 416:
        *why = "what the store has is shorter";
        return ATTACHMENT_REFUSE;
    case 408:
    case 425:
    case 429:
        *why = "the store is busy";
        return ATTACHMENT_AGAIN;
    default:
        break;
    }
    if (status >= 300 && status < 400) {
        *why = "the store leads elsewhere, which is not followed";
        return ATTACHMENT_GIVE_UP;
    }
    *why = "the store answers with an error";
    return status >= 500 ? ATTACHMENT_AGAIN : ATTACHMENT_GIVE_UP;
}

/* A part may end before all that was asked for: what there is of it counts. */
static enum attachment_word judge_part(const char **why, uint64_t all,
                                       const struct attachment_piece *piece,
                                       const char *content_range, size_t len)
{
    struct byte_range given;
    uint64_t total;

    if (!range_given(&given, &total, content_range) ||
        given.first != piece->bytes.first || given.last > piece->bytes.last ||
        len != given.last - given.first + 1) {
        *why = "the store gives other bytes than it was asked for";
        return ATTACHMENT_GIVE_UP;
    }
    if (total != UINT64_MAX && total != all) {
        *why = "what the store has is of another size";
        return ATTACHMENT_REFUSE;
    }
    return ATTACHMENT_TAKE;
}

enum attachment_word attachment_judge(size_t *skip, const char **why,
                                      const struct disclosed_file *file,
                                      const struct attachment_piece *piece,
                                      unsigned status,
                                      const char *content_range, size_t len)
{
    uint64_t all;

    *skip = 0;
    if (status != 200 && (status != 206 || piece == NULL)) {
        return judge_refusal(why, status);
    }
    if (piece == NULL) {
        return ATTACHMENT_TAKE;
    }
    all = frank_attachment_sealed_bytes(&file->attachment);
    if (status == 206) {
        return judge_part(why, all, piece, content_range, len);
    }
    if (len != all) {
        *why = "what the store has is of another size";
        return ATTACHMENT_REFUSE;
    }
    *skip = (size_t)piece->bytes.first;
    return ATTACHMENT_TAKE;
}
