/* SPDX-License-Identifier: Apache-2.0 */
#include "look_files.h"

#include "disclosure.h"
#include "wire.h"

#include <inttypes.h>
#include <string.h>

/* Takes guarded memory; false after a message. One byte more: of nothing, there
 * is a pointer too. */
static bool take(uint8_t **out, size_t len)
{
    *out = sodium_malloc(len + 1);
    if (*out == NULL) {
        (void)io_say(EXIT_TROUBLE, "out of memory");
    }
    return *out != NULL;
}

/* ---- Our own ------------------------------------------------------------- */

static void describe(struct look_file *out,
                     const struct frank_attachment *attachment)
{
    out->is_described = true;
    out->name = attachment->filename;
    out->media_type = attachment->media_type;
    out->size = attachment->size;
}

static int open_ours(struct look_file *out, const struct disclosed_file *file)
{
    /* No more than is enclosed is taken for it. */
    int error = disclosure_open(NULL, file, out->disclosure, &out->fault);

    if (error != FRANK_OK) {
        return error;
    }
    /* Opened too: its sender may have committed to what nobody can open. */
    return take(&out->bytes, (size_t)out->len)
               ? disclosure_open(out->bytes, file, out->disclosure, &out->fault)
               : FRANK_ERR_MEMORY;
}

static int judge_ours(struct look_file *out, struct frank_span content)
{
    struct disclosed_file file;
    int error = disclosure_read(&file, out->disclosure, content, &out->fault);

    if (error == FRANK_OK) {
        describe(out, &file.attachment);
        out->has_key = file.has_key;
        out->url = out->disclosure->url;
        out->begin = file.begin;
        out->len = file.bytes;
        out->is_whole = file.bytes == file.attachment.size;
    }
    if (error == FRANK_OK && out->disclosure->enclosed) {
        error = open_ours(out, &file);
    }
    sodium_memzero(&file, sizeof file);
    return error;
}

/* NO_FILE: the part describes none. */
static int find_ours(struct look_file *out, struct frank_span content)
{
    struct frank_attachment attachment;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    int error =
        frank_attachment_read(&attachment, key, &out->has_key, content.data,
                              content.len, out->part, &out->fault);

    sodium_memzero(key, sizeof key);
    if (error == FRANK_OK) {
        describe(out, &attachment);
    }
    return error == FRANK_OK ? error : FRANK_ERR_NO_FILE;
}

/* ---- External parts ------------------------------------------------------ */

static int find_external(struct look_file *out, struct frank_external *external,
                         struct frank_span content)
{
    int error;

    if (!take(&out->memory, content.len)) {
        return FRANK_ERR_MEMORY;
    }
    error = frank_external_read(external, out->memory, content.data,
                                content.len, out->part, &out->fault);
    if (error == FRANK_OK) {
        out->is_described = true;
        out->name = external->filename;
        out->media_type = external->media_type;
        out->url = external->url;
        out->size = external->size;
        out->has_key = true;
    }
    return error;
}

static int judge_external(struct look_file *out, struct frank_span content)
{
    const struct frank_disclosure *d = out->disclosure;
    struct frank_external external;
    int error = find_external(out, &external, content);

    if (error == FRANK_OK && d->keys.len > 0) {
        error = wire_fault(&out->fault, FRANK_ERR_LENGTH, "chunk keys", 0,
                           d->keys.len, 0);
    }
    if (error == FRANK_OK) {
        error = frank_external_check(&external, &out->fault);
    }
    if (error == FRANK_OK) {
        out->is_whole = true;
    }
    if (error == FRANK_OK && d->enclosed) {
        out->len = frank_external_bytes(&external, d->ciphertext.len);
        error =
            take(&out->bytes, (size_t)out->len)
                ? frank_external_open(out->bytes, &external, d->ciphertext.data,
                                      d->ciphertext.len, &out->fault)
                : FRANK_ERR_MEMORY;
    }
    sodium_memzero(&external, sizeof external);
    return error;
}

/* ---- Which there are ----------------------------------------------------- */

static struct frank_span content_of(const struct look *look, size_t message)
{
    return opening_body(look->opening)->openings[message].content;
}

/* Nothing is proven by a message that is not what was stamped. */
static bool matches(const struct look *look, size_t message)
{
    enum opening_state state = look->verdicts[message].state;

    return state == OPENING_MATCHES || state == OPENING_MALFORMED;
}

static bool is_mimi(const struct look *look, size_t message)
{
    enum frank_format format = look->verdicts[message].format;

    return format == FRANK_FORMAT_MIMI || format == FRANK_FORMAT_MIMI_FRAMED;
}

/* An exit code. */
static int judge(struct look_file *out, const struct look *look)
{
    struct frank_span content = content_of(look, out->message);
    int error;

    if (!matches(look, out->message)) {
        error = wire_fault(&out->fault, FRANK_ERR_TAG, "message", 0, 0, 0);
    } else if (is_mimi(look, out->message)) {
        error = judge_external(out, content);
    } else {
        error = judge_ours(out, content);
    }
    if (error != FRANK_OK) {
        out->state = LOOK_FILE_REFUSED;
    } else {
        out->state =
            out->disclosure->enclosed ? LOOK_FILE_THERE : LOOK_FILE_ABSENT;
    }
    return error == FRANK_ERR_MEMORY ? EXIT_TROUBLE : EXIT_DONE;
}

static void forget(struct look_file *file)
{
    sodium_free(file->bytes); /* wipes */
    sodium_free(file->memory);
}

static int each_entry(const struct look *look, size_t message,
                      look_file_visitor *visitor, void *context)
{
    const struct frank_report_body *body = opening_body(look->opening);
    int code = EXIT_DONE;

    for (size_t i = 0; i < body->disclosure_count && code == EXIT_DONE; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];
        struct look_file file = {
            .message = message, .part = d->part, .disclosure = d};

        if (d->message == message) {
            code = judge(&file, look);
            if (code == EXIT_DONE) {
                code = visitor(context, look, &file);
            }
            forget(&file);
        }
    }
    return code;
}

static bool is_disclosed(const struct frank_report_body *body, size_t message,
                         unsigned part)
{
    for (size_t i = 0; i < body->disclosure_count; i++) {
        if (body->disclosures[i].message == message &&
            body->disclosures[i].part == part) {
            return true;
        }
    }
    return false;
}

/* Of a MIMI content they are counted as they are read: VALUE behind them. */
static unsigned part_limit(const struct look *look, size_t message)
{
    unsigned parts = look->verdicts[message].parts;

    return is_mimi(look, message) ? UINT16_MAX : parts > 0 ? parts : 1;
}

/* Files of which nothing is disclosed. */
static int each_withheld(const struct look *look, size_t message,
                         look_file_visitor *visitor, void *context)
{
    struct frank_span content = content_of(look, message);
    unsigned limit = part_limit(look, message);
    int error = FRANK_OK;
    int code = EXIT_DONE;

    for (unsigned part = 0;
         part < limit && code == EXIT_DONE && error != FRANK_ERR_VALUE;
         part++) {
        struct look_file file = {
            .message = message, .part = part, .state = LOOK_FILE_WITHHELD};
        struct frank_external external;

        error = is_mimi(look, message)
                    ? find_external(&file, &external, content)
                    : find_ours(&file, content);
        if (error == FRANK_ERR_MEMORY) {
            code = EXIT_TROUBLE;
        } else if (error == FRANK_OK &&
                   !is_disclosed(opening_body(look->opening), message, part)) {
            code = visitor(context, look, &file);
        }
        forget(&file);
    }
    return code;
}

int look_files_each(const struct look *look, look_file_visitor *visitor,
                    void *context)
{
    size_t count = opening_body(look->opening)->count;
    int code = EXIT_DONE;

    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = each_entry(look, i, visitor, context);
        if (code == EXIT_DONE && matches(look, i)) {
            code = each_withheld(look, i, visitor, context);
        }
    }
    return code;
}

void look_file_name(char out[static LOOK_NAME_BYTES],
                    const struct look_file *file)
{
    if (file->is_whole) {
        (void)snprintf(out, LOOK_NAME_BYTES, "message-%zu-part-%u.file",
                       file->message, file->part);
    } else {
        (void)snprintf(out, LOOK_NAME_BYTES,
                       "message-%zu-part-%u.from-%" PRIu64, file->message,
                       file->part, file->begin);
    }
}

static int find_refused(void *context, const struct look *look,
                        const struct look_file *file)
{
    bool *refused = context;

    (void)look;
    *refused |= file->state == LOOK_FILE_REFUSED;
    return EXIT_DONE;
}

bool look_files_refused(const struct look *look)
{
    bool refused = false;

    (void)look_files_each(look, find_refused, &refused);
    return refused;
}
