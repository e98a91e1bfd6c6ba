/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file that was disclosed, or a range of them, sent as they are
 * read. */
#include "clock.h"
#include "gathered.h"
#include "looks.h"
#include "range.h"
#include "showing_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After so many bytes it is asked again whether they may be seen. */
#define ASK_AGAIN_BYTES ((uint64_t)1 << 20)

struct sending {
    struct mod *mod;
    uint8_t session[TOKEN_HASH_BYTES];
    uint64_t report;
    uint64_t second_look;
    struct gathered *gathered;
    uint64_t at;
    uint64_t left;
    uint64_t unasked; /* bytes that went since it was asked */
};

/* A film is read for as long as its reader likes: past the end of his session
 * or claim, and past the purge, which has said that it is gone. */
static bool may_still(struct sending *s)
{
    struct db *db = store_reader_lock(&s->mod->store, STORE_SHORT);
    uint64_t now = clock_wall();
    struct actor who;
    uint64_t used;
    bool may =
        session_find(&who, &used, db, s->session, &s->mod->session_rules,
                     now) &&
        looks_may(db, &who, s->report, s->second_look, now).what == CASES_DONE;

    store_reader_unlock(&s->mod->store, STORE_SHORT);
    s->unasked = 0;
    return may;
}

static size_t send_some(void *context, uint8_t *out, size_t most)
{
    struct sending *s = context;
    size_t got;

    if (s->unasked >= ASK_AGAIN_BYTES && !may_still(s)) {
        return 0;
    }
    got = gathered_read(s->gathered, s->at, out,
                        most < s->left ? most : (size_t)s->left);
    s->at += got;
    s->left -= got;
    s->unasked += got;
    return got;
}

static void end_sending(void *context)
{
    struct sending *s = context;

    gathered_close(s->gathered);
    free(s);
}

static void answer_range(struct call *call, const struct ticket *ticket,
                         struct gathered *gathered, struct byte_range range,
                         bool is_part)
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
    *s = (struct sending){.mod = call->mod,
                          .report = ticket->report,
                          .second_look = ticket->second_look,
                          .gathered = gathered,
                          .at = range.first,
                          .left = range.last - range.first + 1};
    memcpy(s->session, ticket->session, sizeof s->session);
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

static void answer_gathered(struct call *call, const struct ticket *ticket,
                            struct gathered *gathered)
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
        answer_range(call, ticket, gathered, range, true);
        break;
    default:
        answer_range(call, ticket, gathered, range, false);
    }
}

bool answer_file(struct call *call, const struct ticket *ticket, size_t message,
                 size_t part)
{
    struct files_row rows[FILES_OF_REPORT_MAX];
    struct gathered *gathered = NULL;
    struct db *db = call_read(call);
    size_t count = files_of(db, ticket->report, rows);
    bool is_one;

    call_read_end(call);
    is_one = gathered_open(&gathered, call->mod, rows, count, (unsigned)message,
                           (unsigned)part);
    if (is_one && gathered_type(gathered)[0] != '\0' &&
        gathered_size(gathered) > 0) {
        answer_gathered(call, ticket, gathered);
    } else {
        gathered_close(gathered);
    }
    return is_one;
}
