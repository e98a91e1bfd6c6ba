/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file that was disclosed, or a range of them, sent as they are
 * read. */
#include "gathered.h"
#include "range.h"
#include "showing_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct sending {
    struct gathered *gathered;
    uint64_t at;
    uint64_t left;
};

static size_t send_some(void *context, uint8_t *out, size_t most)
{
    struct sending *s = context;
    size_t got = gathered_read(s->gathered, s->at, out,
                               most < s->left ? most : (size_t)s->left);

    s->at += got;
    s->left -= got;
    return got;
}

static void end_sending(void *context)
{
    struct sending *s = context;

    gathered_close(s->gathered);
    free(s);
}

static void answer_range(struct call *call, struct gathered *gathered,
                         struct byte_range range, bool is_part)
{
    struct sending *s = calloc(1, sizeof *s);
    char content_range[80];
    const struct http_field fields[] = {
        {"Content-Security-Policy", "default-src 'none'; sandbox"},
        {"Content-Disposition", "inline"},
        {"Accept-Ranges", "bytes"},
        {is_part ? "Content-Range" : NULL, content_range},
        {NULL, NULL}};
    char type[EVIDENCE_TYPE_BYTES];
    struct http_source source;

    if (s == NULL) {
        gathered_close(gathered);
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    (void)snprintf(content_range, sizeof content_range,
                   "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.first,
                   range.last, gathered_size(gathered));
    (void)snprintf(type, sizeof type, "%s", gathered_type(gathered));
    *s = (struct sending){gathered, range.first, range.last - range.first + 1};
    source = (struct http_source){s->left, send_some, end_sending, s};
    call->answered = true;
    http_answer(call->exchange,
                &(struct http_answer){.status = is_part ? 206 : 200,
                                      .type = type,
                                      .source = &source,
                                      .fields = fields});
}

/* Nothing of what was asked for is there. */
static void answer_none(struct call *call, uint64_t size)
{
    char content_range[48];
    const struct http_field fields[] = {{"Content-Range", content_range},
                                        {"Accept-Ranges", "bytes"},
                                        {NULL, NULL}};

    (void)snprintf(content_range, sizeof content_range, "bytes */%" PRIu64,
                   size);
    call->answered = true;
    http_problem(call->exchange,
                 &(struct http_problem){.status = 416,
                                        .name = "range",
                                        .title = "The file ends before that",
                                        .evidence = SIZE_MAX,
                                        .fields = fields});
}

static void answer_gathered(struct call *call, struct gathered *gathered)
{
    /* We name no version of a file, so that none can be the one that it was. */
    const char *header = http_header(call->exchange, "if-range") == NULL
                             ? http_header(call->exchange, "range")
                             : NULL;
    uint64_t size = gathered_size(gathered);
    struct byte_range range = {0, size - 1};

    switch (range_asked(&range, header, size)) {
    case RANGE_NONE:
        gathered_close(gathered);
        answer_none(call, size);
        break;
    case RANGE_PART:
        answer_range(call, gathered, range, true);
        break;
    default:
        answer_range(call, gathered, range, false);
    }
}

bool answer_file(struct call *call, uint64_t report, size_t message,
                 size_t part)
{
    struct files_row rows[FILES_OF_REPORT_MAX];
    struct gathered *gathered = NULL;
    struct db *db = call_read(call);
    size_t count = files_of(db, report, rows);
    bool is_one = false;

    call_read_end(call);
    for (size_t i = 0; i < count; i++) {
        is_one |= rows[i].message == message && rows[i].part == part;
    }
    if (is_one && gathered_open(&gathered, call->mod, rows, count,
                                (unsigned)message, (unsigned)part)) {
        if (gathered_type(gathered)[0] != '\0' && gathered_size(gathered) > 0) {
            answer_gathered(call, gathered);
        } else {
            gathered_close(gathered);
        }
    }
    return is_one;
}
