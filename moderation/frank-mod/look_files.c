/* SPDX-License-Identifier: Apache-2.0 */
#include "look_files.h"

#include "describe_file.h"

#include <inttypes.h>
#include <string.h>

/* ---- Which there are ----------------------------------------------------- */

/* Nothing is proven by a message that is not what was stamped. */
static bool matches(const struct look *look, size_t message)
{
    enum opening_state state = look->verdicts[message].state;

    return state == OPENING_MATCHES || state == OPENING_MALFORMED;
}

/* Opened too: its sender may have committed to what nobody can open. */
static int open_bytes(struct look_file *out, int *code)
{
    out->bytes = sodium_malloc((size_t)out->file.bytes);
    if (out->bytes == NULL) {
        *code = io_say(EXIT_TROUBLE, "out of memory");
        return FRANK_ERR_MEMORY;
    }
    return disclosure_open(out->bytes, &out->file, out->disclosure,
                           &out->fault);
}

/* An exit code. */
static int judge(struct look_file *out, const struct look *look)
{
    const struct frank_disclosure *d = out->disclosure;
    struct frank_span content =
        opening_body(look->opening)->openings[out->message].content;
    int code = EXIT_DONE;
    int error;

    if (!matches(look, out->message)) {
        out->state = LOOK_FILE_REFUSED;
        out->fault =
            (struct frank_fault){.error = FRANK_ERR_TAG, .field = "message"};
        return EXIT_DONE;
    }
    error = disclosure_read(&out->file, d, content, &out->fault);
    if (error == FRANK_OK && d->enclosed) {
        /* No more than is enclosed is taken for it. */
        error = disclosure_open(NULL, &out->file, d, &out->fault);
    }
    if (error == FRANK_OK && d->enclosed) {
        error = open_bytes(out, &code);
    }
    out->state = error != FRANK_OK ? LOOK_FILE_REFUSED
                 : d->enclosed     ? LOOK_FILE_THERE
                                   : LOOK_FILE_ABSENT;
    return code;
}

/* Whether part `part` describes a file; of one that nothing is disclosed of. */
static bool find_withheld(struct look_file *out, const struct look *look)
{
    const struct frank_report_body *body = opening_body(look->opening);
    struct frank_span content = body->openings[out->message].content;

    for (size_t i = 0; i < body->disclosure_count; i++) {
        if (body->disclosures[i].message == out->message &&
            body->disclosures[i].part == out->part) {
            return false;
        }
    }
    out->state = LOOK_FILE_WITHHELD;
    return frank_attachment_read(&out->file.attachment, out->file.key,
                                 &out->file.has_key, content.data, content.len,
                                 out->part, NULL) == FRANK_OK;
}

static int visit(const struct look *look, struct look_file *file,
                 look_file_visitor *visitor, void *context)
{
    int code = visitor(context, look, file);

    sodium_free(file->bytes); /* wipes */
    sodium_memzero(file, sizeof *file);
    return code;
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
                code = visit(look, &file, visitor, context);
            }
        }
    }
    return code;
}

static int each_withheld(const struct look *look, size_t message,
                         look_file_visitor *visitor, void *context)
{
    unsigned parts = look->verdicts[message].parts;
    int code = EXIT_DONE;

    for (unsigned part = 0; part < (parts > 0 ? parts : 1); part++) {
        struct look_file file = {.message = message, .part = part};

        if (code == EXIT_DONE && matches(look, message) &&
            find_withheld(&file, look)) {
            code = visit(look, &file, visitor, context);
        }
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
        if (code == EXIT_DONE) {
            code = each_withheld(look, i, visitor, context);
        }
    }
    return code;
}

void look_file_name(char out[static LOOK_NAME_BYTES],
                    const struct look_file *file)
{
    const struct disclosed_file *found = &file->file;

    if (found->bytes == found->attachment.size) {
        (void)snprintf(out, LOOK_NAME_BYTES, "message-%zu-part-%u.file",
                       file->message, file->part);
    } else {
        (void)snprintf(out, LOOK_NAME_BYTES,
                       "message-%zu-part-%u.from-%" PRIu64, file->message,
                       file->part, found->begin);
    }
}

/* ---- Printing ------------------------------------------------------------ */

static const char *const states[] = {
    [LOOK_FILE_THERE] = "there",
    [LOOK_FILE_ABSENT] = "absent",
    [LOOK_FILE_REFUSED] = "refused",
    [LOOK_FILE_WITHHELD] = "withheld",
};

static void put_state_text(const struct look_file *file)
{
    char reason[FRANK_FAULT_TEXT_BYTES];

    switch (file->state) {
    case LOOK_FILE_THERE:
        describe_run_text(&file->file);
        (void)printf(": what the message commits to");
        break;
    case LOOK_FILE_ABSENT:
        describe_run_text(&file->file);
        (void)printf(": not enclosed; is at ");
        io_put_text(stdout, file->disclosure->url);
        break;
    case LOOK_FILE_REFUSED:
        frank_fault_text(reason, sizeof reason, &file->fault);
        (void)printf("refused: %s", reason);
        break;
    case LOOK_FILE_WITHHELD:
        (void)printf("withheld");
        break;
    }
}

static int put_text(void *context, const struct look *look,
                    const struct look_file *file)
{
    (void)context;
    (void)look;
    (void)printf("file of message %zu, part %u: ", file->message, file->part);
    if (file->file.attachment.aead != 0) { /* there is one */
        describe_file_text(&file->file.attachment);
        (void)printf("\n  ");
    }
    put_state_text(file);
    (void)putchar('\n');
    return EXIT_DONE;
}

int look_files_put_text(const struct look *look)
{
    return look_files_each(look, put_text, NULL);
}

static void set_file_json(json_t *line, const struct disclosed_file *file)
{
    const struct frank_attachment *attachment = &file->attachment;

    io_json_set(line, "name", io_json_text(attachment->filename));
    io_json_set(line, "media_type", io_json_text(attachment->media_type));
    io_json_set(line, "size", io_json_time(attachment->size));
    io_json_set(line, "key_withheld", json_boolean(!file->has_key));
}

static int put_json(void *context, const struct look *look,
                    const struct look_file *file)
{
    const bool *filed = context;
    const struct disclosed_file *found = &file->file;
    char reason[FRANK_FAULT_TEXT_BYTES];
    char name[LOOK_NAME_BYTES];
    json_t *line = json_object();

    (void)look;
    io_json_set(line, "attachment", json_string(states[file->state]));
    io_json_set(line, "message", json_integer((json_int_t)file->message));
    io_json_set(line, "part", json_integer(file->part));
    if (found->attachment.aead != 0) {
        set_file_json(line, found);
    }
    if (file->state == LOOK_FILE_THERE || file->state == LOOK_FILE_ABSENT) {
        io_json_set(line, "begin", io_json_time(found->begin));
        io_json_set(line, "end", io_json_time(found->begin + found->bytes));
    }
    if (file->state == LOOK_FILE_ABSENT) {
        io_json_set(line, "url", io_json_text(file->disclosure->url));
    }
    if (file->state == LOOK_FILE_REFUSED) {
        frank_fault_text(reason, sizeof reason, &file->fault);
        io_json_set(line, "why", json_string(reason));
    }
    if (file->state == LOOK_FILE_THERE && *filed) {
        look_file_name(name, file);
        io_json_set(line, "file", json_string(name));
    }
    return io_put_json(line);
}

int look_files_put_json(const struct look *look, bool filed)
{
    return look_files_each(look, put_json, &filed);
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
