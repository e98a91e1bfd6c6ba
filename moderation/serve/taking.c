/* SPDX-License-Identifier: Apache-2.0 */
/* One entry: read, its chunks taken, proven. */
#include "taking.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* ---- Beginning ------------------------------------------------------------
 */

static enum taking_word because(struct taking *t, enum taking_word word,
                                const char *why)
{
    t->why = why;
    return word;
}

static bool is_proven(const struct looking *looking, size_t message)
{
    enum opening_state state = looking->verdicts[message].state;

    return state == OPENING_MATCHES || state == OPENING_MALFORMED;
}

/* The part that the entry is about, of a message that is proven. */
static enum taking_word find_part(struct taking *t)
{
    const struct frank_disclosure *d = t->disclosure;
    const struct opening_verdict *v = &t->looking->verdicts[d->message];
    const struct frank_span content =
        opening_body(t->looking->opening)->openings[d->message].content;

    if (!is_proven(t->looking, d->message)) {
        return because(t, TAKING_REFUSED, "the message is not proven");
    }
    t->parts = calloc(1, sizeof *t->parts);
    if (t->parts == NULL ||
        parts_read(t->parts, content.data, content.len, NULL) != FRANK_OK) {
        return because(t, TAKING_LATER, "out of memory");
    }
    if (d->part < t->parts->count) {
        t->part = &t->parts->items[d->part];
        t->kind = attachment_kind(t->part, v->format);
    }
    return t->kind == ATTACHMENT_FRANK || t->kind == ATTACHMENT_MIMI
               ? TAKING_MORE
               : because(t, TAKING_REFUSED, "the part is no attachment");
}

/* What an entry is known to take of the disk: a run of chunks as many as it is
 * long; a file of MIMI's, whose size nobody can be believed, what is kept of
 * it. */
static uint64_t bytes_of(const struct taking *t, size_t entry)
{
    const struct frank_report_body *body = opening_body(t->looking->opening);
    const struct frank_disclosure *d = &body->disclosures[entry];
    char name[TAKING_NAME_BYTES];
    struct disclosed_file file;
    struct stat kept;
    uint64_t bytes;

    if (!is_proven(t->looking, d->message)) {
        return 0;
    }
    if (disclosure_read(&file, d, body->openings[d->message].content, NULL) ==
        FRANK_OK) {
        bytes = attachment_sealed_bytes(&file);
        sodium_memzero(&file, sizeof file);
        return bytes;
    }
    taking_name(name, t->row.report, (unsigned)entry);
    return fstatat(t->mod->attachments, name, &kept, AT_SYMLINK_NOFOLLOW) == 0
               ? (uint64_t)kept.st_size
               : 0;
}

/* Whether `bytes` of this entry, with what the report discloses besides, are
 * within attachment-max: else many entries of large files would fill the disk.
 * Runs of chunks count in the order of the list, so that the same ones come
 * each time. */
static bool is_within_max(const struct taking *t, uint64_t bytes)
{
    const struct frank_report_body *body = opening_body(t->looking->opening);
    size_t count =
        t->kind == ATTACHMENT_FRANK ? t->row.entry : body->disclosure_count;
    uint64_t sum = bytes;

    for (size_t i = 0; i < count; i++) {
        sum += i != t->row.entry ? bytes_of(t, i) : 0;
    }
    return sum <= t->mod->settings->attachment_max;
}

static enum taking_word too_much(struct taking *t)
{
    return because(t, TAKING_ABSENT,
                   "the report's files are larger than attachment-max");
}

static enum taking_word read_frank(struct taking *t)
{
    const struct frank_span content = opening_body(t->looking->opening)
                                          ->openings[t->disclosure->message]
                                          .content;
    int error = disclosure_read(&t->file, t->disclosure, content, NULL);

    if (error == FRANK_OK &&
        !is_within_max(t, attachment_sealed_bytes(&t->file))) {
        return too_much(t);
    }
    if (error == FRANK_OK) {
        error = aead_new(&t->aead, t->file.attachment.aead, NULL);
    }
    return error == FRANK_OK
               ? TAKING_MORE
               : because(t,
                         error == FRANK_ERR_MEMORY ? TAKING_LATER
                                                   : TAKING_REFUSED,
                         frank_strerror(error));
}

static enum taking_word read_mimi(struct taking *t)
{
    int error = frank_external_check(&t->part->external, NULL);

    if (error == FRANK_OK && t->disclosure->keys.len > 0) {
        error = FRANK_ERR_VALUE;
    }
    return error == FRANK_OK
               ? TAKING_MORE
               : because(t, TAKING_REFUSED, frank_strerror(error));
}

/* Trouble with the file that it is kept in. */
static enum taking_word file_trouble(struct taking *t, int error,
                                     const struct frank_fault *fault)
{
    if (error == FRANK_ERR_FILE &&
        (fault->found == ENOSPC || fault->found == EDQUOT)) {
        return because(t, TAKING_FULL, "the disk is full");
    }
    return because(t, TAKING_LATER, "it cannot be kept on the disk");
}

static void set_type(struct evidence_head *head, struct frank_span media_type)
{
    const char *type = part_shown_type(media_type);

    (void)snprintf(head->type, sizeof head->type, "%s",
                   type != NULL ? type : "");
}

/* Opens the file that it is kept in; one of other sizes begins anew. */
static enum taking_word open_kept(struct taking *t, struct evidence_head *head,
                                  struct frank_span media_type)
{
    char name[TAKING_NAME_BYTES];
    uint8_t key[FILES_KEY_BYTES];
    struct frank_fault fault = {0};
    int error = files_key(key, &t->mod->cases, &t->row);

    if (error != FRANK_OK) {
        return because(t, TAKING_ABSENT,
                       "its key cannot be had: another service.key");
    }
    set_type(head, media_type);
    taking_name(name, t->row.report, t->row.entry);
    error = evidence_file_make(&t->kept, t->mod->attachments, name, key, head,
                               &fault);
    sodium_memzero(key, sizeof key);
    return error == FRANK_OK ? TAKING_MORE : file_trouble(t, error, &fault);
}

static enum taking_word open_kept_frank(struct taking *t)
{
    struct evidence_head head = {
        .size = t->file.attachment.size,
        .begin = t->file.begin,
        .end = t->file.begin + t->file.bytes,
        .chunk_log2 = t->file.attachment.chunk_log2,
    };

    return open_kept(t, &head, t->file.attachment.media_type);
}

enum taking_word taking_begin(struct taking *t, struct mod *mod,
                              const struct files_row *row)
{
    const struct frank_report_body *body;
    enum taking_word word;

    *t = (struct taking){.mod = mod, .row = *row};
    t->looking = looking_open(mod, row->report);
    if (t->looking == NULL) {
        return because(t, TAKING_LATER, "the report cannot be opened again");
    }
    body = opening_body(t->looking->opening);
    if (row->entry >= body->disclosure_count) {
        return because(t, TAKING_REFUSED, "the report does not disclose it");
    }
    t->disclosure = &body->disclosures[row->entry];
    word = find_part(t);
    if (word == TAKING_MORE) {
        word = t->kind == ATTACHMENT_FRANK ? read_frank(t) : read_mimi(t);
    }
    return word == TAKING_MORE && t->kind == ATTACHMENT_FRANK
               ? open_kept_frank(t)
               : word;
}

/* ---- Chunks ---------------------------------------------------------------
 */

bool taking_has_room(const struct taking *t, size_t bytes)
{
    struct statvfs disk;

    return fstatvfs(t->mod->attachments, &disk) != 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >=
               t->mod->settings->min_free + bytes;
}

static enum taking_word take_chunk(struct taking *t, uint8_t *plain,
                                   struct frank_span sealed)
{
    uint8_t leaf[FRANK_HASH_BYTES];
    struct frank_fault fault;
    struct frank_span chunk = {plain, sealed.len - FRANK_CHUNK_TAG_BYTES};
    int error = attachment_open(plain, leaf, &t->file, t->disclosure, t->aead,
                                evidence_file_records(t->kept), sealed);

    if (error == FRANK_ERR_MEMORY) {
        return because(t, TAKING_LATER, "out of memory");
    }
    if (error != FRANK_OK) {
        return because(t, TAKING_REFUSED,
                       "a chunk is not what the sender sealed");
    }
    error = evidence_file_add(t->kept, leaf, chunk, &fault);
    return error == FRANK_OK ? TAKING_MORE : file_trouble(t, error, &fault);
}

enum taking_word taking_chunks(struct taking *t, struct frank_span bytes)
{
    uint8_t *plain;
    enum taking_word word = TAKING_MORE;

    if (!taking_has_room(t, bytes.len)) {
        return because(t, TAKING_FULL, "the disk is full");
    }
    plain = malloc(EVIDENCE_CHUNK_MAX_BYTES);
    if (plain == NULL) {
        return because(t, TAKING_LATER, "out of memory");
    }
    while (word == TAKING_MORE && bytes.len > 0 &&
           evidence_file_records(t->kept) < t->file.range.count) {
        struct byte_range place =
            attachment_chunk(&t->file, evidence_file_records(t->kept));
        size_t len = (size_t)(place.last - place.first + 1);

        if (len > bytes.len) {
            break;
        }
        word = take_chunk(t, plain, (struct frank_span){bytes.data, len});
        bytes.data += len;
        bytes.len -= len;
    }
    sodium_memzero(plain, EVIDENCE_CHUNK_MAX_BYTES);
    free(plain);
    return word;
}

/* ---- Proving --------------------------------------------------------------
 */

struct leaves {
    struct taking *t;
    uint64_t bad; /* the record that could not be read */
};

static int read_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    struct leaves *l = context;
    struct frank_span plain;

    l->bad = chunk - l->t->file.range.first;
    return evidence_file_read(l->t->kept, leaf, &plain, l->bad, NULL);
}

enum taking_word taking_prove(struct taking *t)
{
    struct leaves leaves = {t, 0};
    struct frank_fault fault;
    int error = t->kind == ATTACHMENT_FRANK
                    ? attachment_prove(&t->file, t->disclosure, read_leaf,
                                       &leaves, NULL)
                    : FRANK_OK;

    if (error == FRANK_ERR_SEALED || error == FRANK_ERR_FILE) {
        error = evidence_file_cut(t->kept, leaves.bad, &fault);
        return error == FRANK_OK ? TAKING_MORE : file_trouble(t, error, &fault);
    }
    if (error != FRANK_OK) {
        return because(t, TAKING_REFUSED, frank_strerror(error));
    }
    error = evidence_file_sync(t->kept, &fault);
    if (error == FRANK_OK && fsync(t->mod->attachments) != 0) {
        error = FRANK_ERR_FILE;
    }
    if (error != FRANK_OK) {
        /* What is on the disk is not known after that. */
        (void)!evidence_file_cut(t->kept, 0, NULL);
        return because(t, TAKING_LATER, "it cannot be kept on the disk");
    }
    return TAKING_THERE;
}

/* ---- MIMI's ----------------------------------------------------------------
 */

static enum taking_word keep_whole(struct taking *t, struct frank_span plain)
{
    struct evidence_head head = {
        .size = plain.len, .end = plain.len, .chunk_log2 = TAKING_MIMI_LOG2};
    static const uint8_t no_leaf[FRANK_HASH_BYTES];
    enum taking_word word = open_kept(t, &head, t->part->media_type);
    struct frank_fault fault = {0};
    int error = FRANK_OK;

    if (word == TAKING_MORE) {
        error = evidence_file_cut(t->kept, 0, &fault);
    }
    for (size_t at = 0;
         word == TAKING_MORE && error == FRANK_OK && at < plain.len;) {
        size_t left = plain.len - at;
        size_t len = left < (size_t)1 << TAKING_MIMI_LOG2
                         ? left
                         : (size_t)1 << TAKING_MIMI_LOG2;

        error = evidence_file_add(t->kept, no_leaf,
                                  (struct frank_span){plain.data + at, len},
                                  &fault);
        at += len;
    }
    if (error != FRANK_OK) {
        word = file_trouble(t, error, &fault);
    }
    return word == TAKING_MORE ? taking_prove(t) : word;
}

enum taking_word taking_whole(struct taking *t, struct frank_span fetched)
{
    const struct frank_external *external = &t->part->external;
    size_t bytes = (size_t)frank_external_bytes(external, fetched.len);
    enum taking_word word;
    uint8_t *plain;
    int error;

    if (!is_within_max(t, bytes)) {
        return too_much(t);
    }
    if (!taking_has_room(t, bytes)) {
        return because(t, TAKING_FULL, "the disk is full");
    }
    plain = malloc(bytes > 0 ? bytes : 1);
    if (plain == NULL) {
        return because(t, TAKING_LATER, "out of memory");
    }
    error =
        frank_external_open(plain, external, fetched.data, fetched.len, NULL);
    if (error == FRANK_OK) {
        word = keep_whole(t, (struct frank_span){plain, bytes});
    } else {
        word = because(
            t, error == FRANK_ERR_MEMORY ? TAKING_LATER : TAKING_REFUSED,
            frank_strerror(error));
    }
    sodium_memzero(plain, bytes);
    free(plain);
    return word;
}
