/* SPDX-License-Identifier: Apache-2.0 */
#include "showing_files.h"

#include "gathered.h"
#include "taking.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES ((uint64_t)65536)

void shown_files_read(struct shown_files *out, struct call *call,
                      const struct looking *looking, const char *ticket)
{
    struct db *db = call_read(call);

    out->mod = call->mod;
    out->looking = looking;
    out->ticket = ticket;
    out->now = call->now;
    out->count = files_of(db, looking->report.number, out->rows);
    call_read_end(call);
}

/* ---- How each entry stands -------------------------------------------------
 */

static const struct files_row *row_of(const struct shown_files *files,
                                      size_t entry)
{
    for (size_t i = 0; i < files->count; i++) {
        if (files->rows[i].entry == entry) {
            return &files->rows[i];
        }
    }
    return NULL;
}

static enum attachment_state state_of(const struct files_row *row, uint64_t now)
{
    if (row == NULL) {
        return ATTACHMENT_WAITING;
    }
    switch (row->state) {
    case FILES_THERE:
        return ATTACHMENT_THERE;
    case FILES_REFUSED:
        return ATTACHMENT_REFUSED;
    case FILES_ABSENT:
        return ATTACHMENT_ABSENT;
    default:
        return row->next > now ? ATTACHMENT_WAITING : ATTACHMENT_FETCHING;
    }
}

/* Sealed bytes of a run that came already. */
static uint64_t have_of(const struct shown_files *files,
                        const struct files_row *row,
                        const struct disclosed_file *file)
{
    struct evidence_file *kept = NULL;
    char name[TAKING_NAME_BYTES];
    uint8_t key[FILES_KEY_BYTES];
    uint64_t records = 0;

    taking_name(name, row->report, row->entry);
    if (files_key(key, &files->mod->cases, row) == FRANK_OK &&
        evidence_file_open(&kept, files->mod->attachments, name, key, NULL) ==
            FRANK_OK) {
        records = evidence_file_records(kept);
    }
    sodium_memzero(key, sizeof key);
    evidence_file_close(kept);
    return records == 0 ? 0
                        : attachment_chunk(file, records - 1).last + 1 -
                              attachment_sealed_begin(file);
}

static void fill_frank(struct attachment_entry *out,
                       const struct shown_files *files,
                       const struct files_row *row,
                       const struct frank_disclosure *d,
                       struct frank_span content)
{
    struct disclosed_file file;

    if (disclosure_read(&file, d, content, NULL) != FRANK_OK) {
        return;
    }
    out->run = (struct attachment_run){file.begin, file.begin + file.bytes};
    out->want = attachment_sealed_bytes(&file);
    if (out->state == ATTACHMENT_THERE) {
        out->have = out->want;
    } else if (row != NULL && (out->state == ATTACHMENT_FETCHING ||
                               out->state == ATTACHMENT_WAITING)) {
        out->have = have_of(files, row, &file);
    }
    sodium_memzero(&file, sizeof file);
}

static void fill_entry(struct attachment_entry *out,
                       const struct shown_files *files, size_t entry,
                       uint64_t size)
{
    const struct frank_report_body *body =
        opening_body(files->looking->opening);
    const struct frank_disclosure *d = &body->disclosures[entry];
    const struct files_row *row = row_of(files, entry);
    const struct frank_span content = body->openings[d->message].content;

    *out = (struct attachment_entry){.state = state_of(row, files->now)};
    if (row != NULL && row->why[0] != '\0') {
        out->why = row->why;
    }
    if (files->looking->verdicts[d->message].format == FRANK_FORMAT_PLAIN ||
        files->looking->verdicts[d->message].format == FRANK_FORMAT_PARTED) {
        fill_frank(out, files, row, d, content);
    } else {
        out->run.end = size;
        out->want = size;
        out->have = out->state == ATTACHMENT_THERE ? size : 0;
    }
}

/* ---- What is said of it ----------------------------------------------------
 */

/* The file as its sender tells of it. */
struct told {
    const char *kind;
    struct frank_span name;
    struct frank_span media_type;
    bool has_size;
    uint64_t size;
    bool key_withheld;
    const char *wrong; /* NULL, or why it cannot be read */
};

static void tell_frank(struct told *out, struct frank_span content,
                       unsigned part)
{
    struct frank_attachment attachment;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key;
    int error = frank_attachment_read(&attachment, key, &has_key, content.data,
                                      content.len, part, NULL);

    sodium_memzero(key, sizeof key);
    *out = (struct told){.kind = "frank"};
    if (error != FRANK_OK) {
        out->wrong = frank_strerror(error);
        return;
    }
    out->name = attachment.filename;
    out->media_type = attachment.media_type;
    out->has_size = true;
    out->size = attachment.size;
    out->key_withheld = !has_key;
}

/* The draft leaves open what a MIMI file's size counts: of one that is here, it
 * is that of what was opened. */
static void tell_mimi(struct told *out, const struct shown_files *files,
                      size_t message, size_t which, const struct part *part)
{
    struct gathered *gathered = NULL;

    *out = (struct told){.kind = "mimi",
                         .name = part->name,
                         .media_type = part->media_type,
                         .has_size = part->size != 0 &&
                                     part->size <= FRANK_FILE_MAX_BYTES,
                         .size = part->size};
    if (!out->has_size) {
        out->size = 0;
    }
    if (gathered_open(&gathered, files->mod, files->rows, files->count,
                      (unsigned)message, (unsigned)which)) {
        out->has_size = true;
        out->size = gathered_size(gathered);
    }
    gathered_close(gathered);
}

static json_t *runs_json(const struct attachment_sum *sum)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sum->count; i++) {
        (void)json_array_append_new(
            list,
            json_pack("{s:I,s:I}", "begin", (json_int_t)sum->runs[i].begin,
                      "end", (json_int_t)sum->runs[i].end));
    }
    return list;
}

/* Runs that were disclosed and are not here, each with why; NULL: none. */
static json_t *missing_json(const struct attachment_entry *entries,
                            size_t count)
{
    json_t *list = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct attachment_entry *e = &entries[i];

        if (e->state != ATTACHMENT_THERE) {
            list = list != NULL ? list : json_array();
            (void)json_array_append_new(
                list,
                json_pack("{s:I,s:I,s:s,s:s*}", "begin",
                          (json_int_t)e->run.begin, "end",
                          (json_int_t)e->run.end, "state",
                          attachment_state_text(e->state), "why", e->why));
        }
    }
    return list;
}

static void put_text(json_t *out, const char *name, struct frank_span text)
{
    if (text.len > 0) {
        (void)json_object_set_new(out, name, call_span(text));
    }
}

static void put(json_t *out, const char *name, uint64_t value)
{
    (void)json_object_set_new(out, name, json_integer((json_int_t)value));
}

/* A short text is shown as one. */
static void put_file_text(json_t *out, struct gathered *gathered)
{
    uint64_t size = gathered_size(gathered);
    uint8_t *text = size <= TEXT_MAX_BYTES ? malloc((size_t)size + 1) : NULL;
    uint64_t at = 0;
    size_t got = 1;

    while (text != NULL && got > 0 && at < size) {
        got = gathered_read(gathered, at, text + at, (size_t)(size - at));
        at += got;
    }
    if (text != NULL && at == size) {
        (void)json_object_set_new(
            out, "text",
            call_readable((struct frank_span){text, (size_t)size}));
    }
    if (text != NULL) {
        sodium_memzero(text, (size_t)size);
    }
    free(text);
}

/* Where its bytes are, and of a text these. */
static void put_bytes(json_t *out, const struct shown_files *files,
                      size_t message, size_t which, const struct told *told,
                      bool is_whole)
{
    struct gathered *gathered = NULL;
    char address[160];

    if (!gathered_open(&gathered, files->mod, files->rows, files->count,
                       (unsigned)message, (unsigned)which)) {
        return;
    }
    if (gathered_type(gathered)[0] != '\0' && gathered_size(gathered) > 0) {
        (void)snprintf(
            address, sizeof address, "/v1/evidence/%" PRIu64 "/%zu/%zu/%s",
            files->looking->report.number, message, which, files->ticket);
        (void)json_object_set_new(out, "evidence", json_string(address));
    } else if (is_whole && told->media_type.len > 0 &&
               part_is_text(told->media_type)) {
        put_file_text(out, gathered);
    }
    gathered_close(gathered);
}

/* What its sender tells. */
static json_t *told_json(const struct told *told)
{
    json_t *out = json_object();

    (void)json_object_set_new(out, "kind", json_string(told->kind));
    put_text(out, "name", told->name);
    put_text(out, "media_type", told->media_type);
    if (told->has_size) {
        put(out, "size", told->size);
    }
    (void)json_object_set_new(out, "key_withheld",
                              json_boolean(told->key_withheld));
    return out;
}

static json_t *file_json(const struct shown_files *files, size_t message,
                         size_t which, const struct told *told)
{
    const struct frank_report_body *body =
        opening_body(files->looking->opening);
    struct attachment_entry entries[FRANK_DISCLOSURES_MAX];
    size_t list[FRANK_DISCLOSURES_MAX];
    size_t count = told->wrong == NULL
                       ? attachment_entries(list, body, message, which)
                       : 0;
    struct attachment_sum sum;
    json_t *out = told_json(told);
    json_t *missing;

    for (size_t i = 0; i < count; i++) {
        fill_entry(&entries[i], files, list[i], told->size);
    }
    attachment_sum(&sum, entries, count, told->size);
    if (told->wrong != NULL) {
        sum.state = ATTACHMENT_REFUSED;
        sum.why = told->wrong;
    }
    (void)json_object_set_new(out, "state",
                              json_string(attachment_state_text(sum.state)));
    if (sum.why != NULL) {
        (void)json_object_set_new(out, "why", json_string(sum.why));
    }
    (void)json_object_set_new(out, "disclosed", runs_json(&sum));
    missing = missing_json(entries, count);
    if (missing != NULL) {
        (void)json_object_set_new(out, "missing", missing);
    }
    put(out, "have", sum.have);
    put(out, "want", sum.want);
    if (sum.state == ATTACHMENT_THERE || sum.state == ATTACHMENT_PARTIAL) {
        put_bytes(out, files, message, which, told,
                  sum.state == ATTACHMENT_THERE);
    }
    return out;
}

json_t *show_file(const struct shown_files *files, size_t message, size_t which,
                  const struct part *part)
{
    const struct frank_report_body *body =
        opening_body(files->looking->opening);
    const struct opening_verdict *v = &files->looking->verdicts[message];
    size_t list[FRANK_DISCLOSURES_MAX];
    struct told told = {.kind = "frank", .wrong = "the part is no attachment"};

    switch (attachment_kind(part, v->format)) {
    case ATTACHMENT_FRANK:
        tell_frank(&told, body->openings[message].content, (unsigned)which);
        break;
    case ATTACHMENT_MIMI:
        tell_mimi(&told, files, message, which, part);
        break;
    default:
        if (attachment_entries(list, body, message, which) == 0) {
            return NULL;
        }
    }
    return file_json(files, message, which, &told);
}

json_t *show_stray_files(const struct shown_files *files, size_t message,
                         size_t parts)
{
    const struct frank_report_body *body =
        opening_body(files->looking->opening);
    json_t *list = NULL;

    for (size_t i = 0; i < body->disclosure_count; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];

        if (d->message == message && d->part >= parts) {
            list = list != NULL ? list : json_array();
            (void)json_array_append_new(
                list, json_pack("{s:I,s:s}", "part", (json_int_t)d->part, "why",
                                "the message has no such part"));
        }
    }
    return list;
}
