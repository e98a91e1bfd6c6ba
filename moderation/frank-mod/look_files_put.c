/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a report discloses, told. */
#include "look_files.h"
#include "size.h"

#include <inttypes.h>

static const char *const states[] = {
    [LOOK_FILE_THERE] = "there",
    [LOOK_FILE_ABSENT] = "absent",
    [LOOK_FILE_REFUSED] = "refused",
    [LOOK_FILE_WITHHELD] = "withheld",
};

static void put_run(const struct look_file *file)
{
    char size[SIZE_TEXT_BYTES];

    if (file->is_whole) {
        (void)printf("all of it");
    } else {
        size_text(size, file->len);
        (void)printf("bytes %" PRIu64 "-%" PRIu64 " (%s)", file->begin,
                     file->begin + file->len, size);
    }
}

static void put_state(const struct look_file *file)
{
    char reason[FRANK_FAULT_TEXT_BYTES];

    switch (file->state) {
    case LOOK_FILE_THERE:
        put_run(file);
        (void)printf(": what the message commits to");
        break;
    case LOOK_FILE_ABSENT:
        put_run(file);
        (void)printf(": not enclosed; is at ");
        io_put_text(stdout, file->url);
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
    if (file->is_described) {
        io_put_text(stdout, file->name);
        (void)printf(" (");
        io_put_text(stdout, file->media_type);
        (void)printf("), %" PRIu64 " bytes\n  ", file->size);
    }
    put_state(file);
    (void)putchar('\n');
    return EXIT_DONE;
}

int look_files_put_text(const struct look *look)
{
    return look_files_each(look, put_text, NULL);
}

static void set_description(json_t *line, const struct look_file *file)
{
    io_json_set(line, "name", io_json_text(file->name));
    io_json_set(line, "media_type", io_json_text(file->media_type));
    io_json_set(line, "size", io_json_time(file->size));
    io_json_set(line, "key_withheld", json_boolean(!file->has_key));
}

static void set_run(json_t *line, const struct look_file *file)
{
    if (file->len > 0) {
        io_json_set(line, "begin", io_json_time(file->begin));
        io_json_set(line, "end", io_json_time(file->begin + file->len));
    }
    io_json_set(line, "whole", json_boolean(file->is_whole));
}

static int put_json(void *context, const struct look *look,
                    const struct look_file *file)
{
    const bool *filed = context;
    char reason[FRANK_FAULT_TEXT_BYTES];
    char name[LOOK_NAME_BYTES];
    json_t *line = json_object();

    (void)look;
    io_json_set(line, "attachment", json_string(states[file->state]));
    io_json_set(line, "message", json_integer((json_int_t)file->message));
    io_json_set(line, "part", json_integer(file->part));
    if (file->is_described) {
        set_description(line, file);
    }
    if (file->state == LOOK_FILE_THERE || file->state == LOOK_FILE_ABSENT) {
        set_run(line, file);
    }
    if (file->state == LOOK_FILE_ABSENT) {
        io_json_set(line, "url", io_json_text(file->url));
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
