/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_option.h"

#include "attach_file.h"
#include "disclosure.h"
#include "disclosure_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- The argument -------------------------------------------------------- */

/* I[.P] */
static bool take_place(uint64_t *message, uint64_t *part, char *text)
{
    char *point = strchr(text, '.');

    *part = 0;
    if (point != NULL) {
        *point = '\0';
        if (!io_number(part, point + 1, UINT16_MAX, "--attach PART")) {
            return false;
        }
    }
    return io_number(message, text, FRANK_MESSAGES_MAX - 1, "--attach MESSAGE");
}

static int too_many(void)
{
    return io_say(EXIT_REFUSED, "--attach: more than %d runs of chunks",
                  FRANK_DISCLOSURES_MAX);
}

static int take_file(struct attach_option *out, size_t *count,
                     struct frank_disclosure *list, const char *path)
{
    struct blob *file = &out->files[out->file_count];
    struct frank_fault fault;
    int code;

    if (out->file_count == FRANK_DISCLOSURES_MAX) {
        return too_many();
    }
    code = io_read(file, path, DISCLOSURE_FILE_MAX_BYTES);
    out->file_count++;
    if (code == EXIT_DONE &&
        disclosure_file_read(list, count, io_blob_span(file), &fault) !=
            FRANK_OK) {
        code = io_fault(path, &fault);
    }
    return code;
}

int attach_option_take(struct attach_option *out, char *argument)
{
    struct frank_disclosure list[FRANK_DISCLOSURES_MAX] = {0};
    size_t count = 1;
    char *path = strchr(argument, '=');
    uint64_t message;
    uint64_t part;
    int code = EXIT_DONE;

    if (path != NULL) {
        *path++ = '\0';
    }
    if (!take_place(&message, &part, argument)) {
        return EXIT_USAGE;
    }
    if (path != NULL) {
        code = take_file(out, &count, list, path);
    }
    if (code == EXIT_DONE && count > FRANK_DISCLOSURES_MAX - out->count) {
        code = too_many();
    }
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        list[i].message = (unsigned)message;
        list[i].part = (unsigned)part;
        out->list[out->count++] = list[i];
    }
    if (message > out->highest) {
        out->highest = (unsigned)message;
    }
    return code;
}

static int compare(const void *a, const void *b)
{
    const struct frank_disclosure *left = a;
    const struct frank_disclosure *right = b;

    if (left->message != right->message) {
        return left->message < right->message ? -1 : 1;
    }
    if (left->part != right->part) {
        return left->part < right->part ? -1 : 1;
    }
    return left->first < right->first ? -1 : left->first > right->first;
}

void attach_option_sort(struct attach_option *option)
{
    qsort(option->list, option->count, sizeof option->list[0], compare);
}

void attach_option_free(struct attach_option *option)
{
    for (size_t i = 0; i < option->file_count; i++) {
        io_free(&option->files[i]);
    }
}

/* ---- Preview ------------------------------------------------------------- */

static void put_file(const struct disclosed_file *file)
{
    io_put_text(stdout, file->attachment.filename);
    (void)printf(" (");
    io_put_text(stdout, file->attachment.media_type);
    (void)printf("), %" PRIu64 " bytes\n            ", file->attachment.size);
    if (file->bytes == file->attachment.size) {
        (void)printf("all of it");
    } else {
        attach_bytes_text(stdout, (struct attach_bytes){
                                      file->begin, file->begin + file->bytes});
    }
}

/* A report's entries are right; what is not ours is a MIMI file. */
static void preview(const struct frank_disclosure *d, struct frank_span content)
{
    struct disclosed_file file;

    (void)printf("file of message %u, part %u: ", d->message, d->part);
    if (disclosure_read(&file, d, content, NULL) == FRANK_OK) {
        put_file(&file);
    } else {
        (void)printf("all of it");
    }
    if (d->enclosed) {
        (void)printf("; enclosed");
    } else {
        (void)printf("; to be fetched from ");
        io_put_text(stdout, d->url.len > 0 ? d->url
                                           : io_span("where the message says"));
    }
    (void)putchar('\n');
    sodium_memzero(&file, sizeof file);
}

void attach_option_preview(const struct frank_report_body *body)
{
    for (size_t i = 0; i < body->disclosure_count; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];

        preview(d, body->openings[d->message].content);
    }
}

/* ---- What shows more than was asked for ---------------------------------- */

static bool shows_more(const struct frank_report_body *body,
                       const struct frank_disclosure *d)
{
    struct disclosed_file file;
    bool shows = disclosure_read(&file, d, body->openings[d->message].content,
                                 NULL) == FRANK_OK &&
                 !file.by_file_key && file.has_key &&
                 file.bytes < file.attachment.size;

    sodium_memzero(&file, sizeof file);
    return shows;
}

void attach_option_caution(const struct frank_report_body *body)
{
    const struct frank_disclosure *before = NULL;

    for (size_t i = 0; i < body->disclosure_count; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];

        if ((before == NULL || before->message != d->message ||
             before->part != d->part) &&
            shows_more(body, d)) {
            (void)io_say(EXIT_DONE,
                         "message %u, part %u: a part of the file is "
                         "disclosed, but the message shows the key of all of "
                         "it, with which whoever has the sealed file reads "
                         "it (--withhold-part leaves a part with a key out)",
                         d->message, d->part);
        }
        before = d;
    }
}
