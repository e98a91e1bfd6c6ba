/* SPDX-License-Identifier: Apache-2.0 */
#include "gathered.h"

#include "journal.h"
#include "taking.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PICTURE_MAX_BYTES ((uint64_t)64 << 20)

struct gathered {
    struct mod *mod;
    size_t count;
    struct files_row rows[FILES_OF_REPORT_MAX]; /* in the order of their runs */
    struct evidence_head heads[FILES_OF_REPORT_MAX];
    struct evidence_file *open; /* rows[which], or NULL */
    size_t which;
    bool has_record; /* chunk is that of record `record` */
    uint64_t record;
    struct frank_span chunk;
};

static bool trouble(const struct files_row *row, const char *why)
{
    JOURNAL(JOURNAL_ERROR, "attachment-not-read",
            JOURNAL_NUMBER("report", row->report),
            JOURNAL_NUMBER("entry", row->entry), JOURNAL_TEXT("why", why));
    return false;
}

static void close_run(struct gathered *g)
{
    evidence_file_close(g->open);
    g->open = NULL;
    g->has_record = false;
}

static bool open_run(struct gathered *g, size_t which)
{
    const struct files_row *row = &g->rows[which];
    char name[TAKING_NAME_BYTES];
    uint8_t key[FILES_KEY_BYTES];
    int error;

    if (g->open != NULL && g->which == which) {
        return true;
    }
    close_run(g);
    error = files_key(key, &g->mod->cases, row);
    if (error == FRANK_OK) {
        taking_name(name, row->report, row->entry);
        error =
            evidence_file_open(&g->open, g->mod->attachments, name, key, NULL);
    }
    sodium_memzero(key, sizeof key);
    g->which = which;
    return error == FRANK_OK || trouble(row, frank_strerror(error));
}

/* All runs are whole, and of the same file. */
static bool read_heads(struct gathered *g)
{
    for (size_t i = 0; i < g->count; i++) {
        if (!open_run(g, i)) {
            return false;
        }
        g->heads[i] = *evidence_file_head(g->open);
        if (evidence_file_records(g->open) != evidence_file_all(g->open) ||
            g->heads[i].size != g->heads[0].size ||
            (i > 0 && g->heads[i].begin < g->heads[i - 1].end)) {
            return trouble(&g->rows[i], "it is not whole");
        }
    }
    return true;
}

/* A browser holds all of a picture; a run of a few bytes can be of one that
 * says to be of 2^40. Films and sounds it reads in ranges. */
static bool is_too_large(const struct evidence_head *head)
{
    return head->size > PICTURE_MAX_BYTES &&
           strncmp(head->type, "image/", 6) == 0;
}

bool gathered_open(struct gathered **out, struct mod *mod,
                   const struct files_row *rows, size_t count, unsigned message,
                   unsigned part)
{
    struct gathered *g = calloc(1, sizeof *g);
    bool good;

    for (size_t i = 0; g != NULL && i < count; i++) {
        if (rows[i].message == message && rows[i].part == part &&
            rows[i].state == FILES_THERE) {
            g->rows[g->count++] = rows[i];
        }
    }
    good = g != NULL && g->count > 0;
    if (good) {
        g->mod = mod;
        good = read_heads(g);
    }
    if (!good) {
        gathered_close(g);
        g = NULL;
    }
    *out = g;
    return good;
}

void gathered_close(struct gathered *g)
{
    if (g != NULL) {
        close_run(g);
        sodium_memzero(g, sizeof *g);
        free(g);
    }
}

uint64_t gathered_size(const struct gathered *g)
{
    return g->heads[0].size;
}

const char *gathered_type(const struct gathered *g)
{
    return is_too_large(&g->heads[0]) ? "" : g->heads[0].type;
}

static size_t least(size_t most, uint64_t bytes)
{
    return bytes < most ? (size_t)bytes : most;
}

static size_t read_run(struct gathered *g, size_t which, uint64_t at,
                       uint8_t *out, size_t most)
{
    uint64_t offset = at - g->heads[which].begin;
    uint64_t record = offset >> g->heads[which].chunk_log2;
    uint8_t leaf[FRANK_HASH_BYTES];
    size_t from;
    int error;

    if (!open_run(g, which)) {
        return 0;
    }
    if (!g->has_record || g->record != record) {
        g->has_record = false;
        error = evidence_file_read(g->open, leaf, &g->chunk, record, NULL);
        if (error != FRANK_OK) {
            (void)trouble(&g->rows[which], frank_strerror(error));
            return 0;
        }
        g->has_record = true;
        g->record = record;
    }
    from = (size_t)(offset - (record << g->heads[which].chunk_log2));
    most = least(most, g->chunk.len - from);
    memcpy(out, g->chunk.data + from, most);
    return most;
}

size_t gathered_read(struct gathered *g, uint64_t at, uint8_t *out, size_t most)
{
    uint64_t next = gathered_size(g); /* where something stands again */

    for (size_t i = 0; i < g->count; i++) {
        if (at >= g->heads[i].begin && at < g->heads[i].end) {
            return read_run(g, i, at, out, most);
        }
        if (g->heads[i].begin > at && g->heads[i].begin < next) {
            next = g->heads[i].begin;
        }
    }
    if (at >= next) {
        return 0;
    }
    most = least(most, next - at);
    memset(out, 0, most);
    return most;
}
