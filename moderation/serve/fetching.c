/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that lie at the messenger's store, fetched once their report was
 * opened: only below the configured prefixes, without redirects, the disclosed
 * chunks alone, a piece at a time, each round another file's. What came is on
 * the disk when the next piece is asked for; a fetch that was cut off goes on
 * behind it. No address is said to anyone but the store.
 */
#include "clock.h"
#include "fetch.h"
#include "journal.h"
#include "mod_metrics.h"
#include "store_url.h"
#include "taking.h"
#include "threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY_MS UINT64_C(500)
#define CONNECT_MS 10000
#define PIECE_MS 120000
#define WHOLE_MS 900000
/* Four chunks of the largest. */
#define PIECE_BYTES (4 * ((size_t)1 << FRANK_CHUNK_LOG2_MAX) + 64)

static enum taking_word because(struct taking *t, enum taking_word word,
                                const char *why)
{
    t->why = why;
    return word;
}

/* The address, closed by a zero, if it is one of the store's. */
static enum taking_word find_url(char out[static FETCH_URL_MAX_BYTES + 1],
                                 struct taking *t)
{
    const struct option_list *store = &t->mod->settings->attachment_store;
    struct frank_span url =
        t->kind == ATTACHMENT_MIMI ? t->part->url : t->disclosure->url;

    if (url.len == 0) {
        return because(t, TAKING_ABSENT,
                       "the report has neither its bytes nor an address");
    }
    for (size_t i = 0; i < store->count; i++) {
        if (url.len <= FETCH_URL_MAX_BYTES &&
            store_url_is_below(url, store->items[i])) {
            memcpy(out, url.data, url.len);
            out[url.len] = '\0';
            return TAKING_MORE;
        }
    }
    return because(t, TAKING_ABSENT,
                   "its address is not one of the messenger's store");
}

static enum taking_word judge_failure(struct taking *t,
                                      const struct fetch_trouble *trouble)
{
    switch (trouble->failure) {
    case FETCH_STOPPED:
        return TAKING_GONE;
    case FETCH_REQUEST:
        return because(t, TAKING_ABSENT, "its address cannot be used");
    case FETCH_ADDRESS:
        return because(t, TAKING_ABSENT,
                       "its address leads into a network that is not allowed");
    case FETCH_LARGE:
        return because(t, TAKING_ABSENT,
                       t->kind == ATTACHMENT_MIMI
                           ? "it is larger than attachment-external-max"
                           : "the store gives more than it was asked for");
    case FETCH_MEMORY:
        return because(t, TAKING_LATER, "out of memory");
    case FETCH_TLS:
        return because(t, TAKING_LATER,
                       "the store is not the one that it "
                       "should be (TLS)");
    default:
        return because(t, TAKING_LATER, "the store does not answer");
    }
}

static enum taking_word take(struct taking *t,
                             const struct attachment_piece *piece,
                             const struct fetch_answer *answer)
{
    size_t skip = 0;
    struct frank_span bytes;

    switch (attachment_judge(&skip, &t->why, &t->file, piece, answer->status,
                             answer->range, answer->len)) {
    case ATTACHMENT_AGAIN:
        t->least_wait = UINT64_C(1000) * answer->retry_after;
        return TAKING_LATER;
    case ATTACHMENT_GIVE_UP:
        return TAKING_ABSENT;
    case ATTACHMENT_REFUSE:
        return TAKING_REFUSED;
    default:
        break;
    }
    metric_add(&mod_fetched, 0, answer->len);
    bytes = (struct frank_span){(const uint8_t *)answer->body + skip,
                                answer->len - skip};
    return piece != NULL ? taking_chunks(t, bytes) : taking_whole(t, bytes);
}

/* Asks for a piece (NULL: for all that there is), and takes it. */
static enum taking_word ask(struct threads *threads, struct taking *t,
                            const struct attachment_piece *piece)
{
    const struct mod_settings *s = t->mod->settings;
    char url[FETCH_URL_MAX_BYTES + 1];
    char range[64] = "";
    const struct fetch_header headers[] = {{"Range", range}, {NULL, NULL}};
    const struct fetch_request request = {
        .url = url,
        .bearer = threads->attachment_token[0] != '\0'
                      ? threads->attachment_token
                      : NULL,
        .method = "GET",
        .headers = piece != NULL ? headers : NULL,
        .ca_file = s->attachment_ca[0] != '\0' ? s->attachment_ca : NULL,
        .connect_ms = CONNECT_MS,
        .total_ms = piece != NULL ? PIECE_MS : WHOLE_MS,
        .max_bytes =
            piece != NULL ? PIECE_BYTES : (size_t)s->attachment_external_max,
        .allowed = &threads->attachment_networks,
        .stop = &t->mod->stopping,
    };
    struct fetch_trouble trouble;
    struct fetch_answer answer;
    enum taking_word word = find_url(url, t);

    if (word != TAKING_MORE) {
        return word;
    }
    if (piece != NULL) {
        (void)snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64,
                       piece->bytes.first, piece->bytes.last);
    }
    word = fetch(&answer, &request, &trouble) == FRANK_OK
               ? take(t, piece, &answer)
               : judge_failure(t, &trouble);
    fetch_answer_free(&answer);
    return word;
}

static enum taking_word fetch_piece(struct threads *threads, struct taking *t)
{
    struct attachment_piece piece;
    uint64_t done = evidence_file_records(t->kept);
    enum taking_word word = TAKING_MORE;

    if (done < t->file.range.count) {
        attachment_next(&piece, &t->file, done, PIECE_BYTES);
        if (!taking_has_room(t, piece.bytes.last - piece.bytes.first + 1)) {
            return because(t, TAKING_FULL, "the disk is full");
        }
        word = ask(threads, t, &piece);
        if (word == TAKING_MORE && evidence_file_records(t->kept) == done) {
            return because(t, TAKING_LATER,
                           "the store gives less than a "
                           "chunk");
        }
    }
    return word == TAKING_MORE &&
                   evidence_file_records(t->kept) == t->file.range.count
               ? taking_prove(t)
               : word;
}

uint64_t fetching_round(struct threads *threads)
{
    struct mod *mod = threads->mod;
    struct files_row *at = &threads->fetched;
    struct db *db = store_reader_lock(&mod->store, STORE_SHORT);
    bool found =
        files_next(at, db, true, at->report, at->entry, clock_wall()) ||
        files_next(at, db, true, 0, 0, clock_wall());
    enum taking_word word;
    struct taking t;

    store_reader_unlock(&mod->store, STORE_SHORT);
    if (!found) {
        return LOOK_EVERY_MS;
    }
    word = taking_begin(&t, mod, at);
    if (word == TAKING_MORE) {
        word = t.kind == ATTACHMENT_MIMI ? ask(threads, &t, NULL)
                                         : fetch_piece(threads, &t);
    }
    return taking_end(&t, word) ? 0 : LOOK_EVERY_MS;
}
