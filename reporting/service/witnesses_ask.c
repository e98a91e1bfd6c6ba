/* SPDX-License-Identifier: Apache-2.0 */
/* One witness is asked. It must know the tree from which the proof leads: one
 * that knows another says which, and is asked again with the proof from there.
 */
#include "witnesses_inside.h"

#include "clock.h"
#include "journal.h"
#include "note_text.h"
#include "proofs.h"
#include "wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Once with the size that we know, once with the one that it says, and once
 * more as it may have been asked by another meanwhile. */
#define TRIES 3
#define CONNECT_MS 5000
#define AHEAD_S 3600 /* of our clock */

/* ---- What is said --------------------------------------------------------
 */

size_t witnesses_request(char out[static WITNESSES_REQUEST_MAX_BYTES],
                         uint64_t old,
                         const uint8_t (*proof)[MERKLE_HASH_BYTES],
                         size_t count, const char *note, size_t note_len)
{
    size_t len = (size_t)snprintf(out, WITNESSES_REQUEST_MAX_BYTES,
                                  "old %" PRIu64 "\n", old);

    for (size_t i = 0; i < count; i++) {
        (void)sodium_bin2base64(out + len, WITNESSES_REQUEST_MAX_BYTES - len,
                                proof[i], MERKLE_HASH_BYTES, NOTE_BASE64);
        len += strlen(out + len);
        out[len++] = '\n';
    }
    out[len++] = '\n';
    memcpy(out + len, note, note_len);
    return len + note_len;
}

/* Its first line; the note was read, and what is his holds. */
static void take_line(char line[static COSIGNATURE_LINE_MAX_BYTES],
                      const struct cosigner *who, const struct note *note)
{
    struct note_signature signature;
    uint8_t id[NOTE_KEY_ID_BYTES];
    size_t at = 0;

    note_key_id(id, who->name, NOTE_COSIGNATURE, who->public_key);
    while (note_next(&signature, note, &at)) {
        if (note_signature_is_of(&signature, who->name, id)) {
            memcpy(line, signature.line.data, signature.line.len);
            line[signature.line.len] = '\0';
            return;
        }
    }
}

int witnesses_answer_read(char line[static COSIGNATURE_LINE_MAX_BYTES],
                          const struct cosigner *who, const char *note,
                          size_t note_len, struct frank_span answer,
                          uint64_t now, struct frank_fault *fault)
{
    struct note read;
    uint64_t time = 0;
    char *whole = malloc(note_len + answer.len);
    int error;

    if (whole == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "answer", 0, 0, 0);
    }
    memcpy(whole, note, note_len);
    memcpy(whole + note_len, answer.data, answer.len);
    error = note_read(&read, whole, note_len + answer.len, fault);
    if (error == FRANK_OK &&
        read.signatures.data >= (const uint8_t *)whole + note_len) {
        /* an empty line of the answer's, so that another text is read */
        error = wire_fault(fault, FRANK_ERR_VALUE, "answer", 0, 0, 0);
    }
    error =
        error == FRANK_OK ? cosignature_of(&time, who, &read, fault) : error;
    if (error == FRANK_OK && time > now / 1000 + AHEAD_S) {
        error = wire_fault(fault, FRANK_ERR_TIME, "cosignature", 0, time,
                           now / 1000);
    }
    if (error == FRANK_OK) {
        take_line(line, who, &read);
    }
    free(whole);
    return error;
}

bool witnesses_size_read(uint64_t *out, struct frank_span answer)
{
    return answer.len > 0 && answer.data[answer.len - 1] == '\n' &&
           note_number_read(out,
                            (struct frank_span){answer.data, answer.len - 1},
                            MERKLE_SIZE_MAX);
}

/* ---- Asking ---------------------------------------------------------------
 */

struct reading {
    const struct tiles *tiles;
    uint64_t size;
};

static int read_tile(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                     unsigned level, uint64_t index, unsigned width,
                     struct frank_fault *fault)
{
    const struct reading *reading = context;
    unsigned got = 0;
    int error = tiles_read(out, &got, reading->tiles, level, index,
                           reading->size, fault);

    if (error == FRANK_OK && got < width) {
        error = wire_fault(fault, FRANK_ERR_TRUNCATED, "tile", 0, got, width);
    }
    return error;
}

static enum witnesses_result say(const struct witnesses_one *one,
                                 enum witnesses_result result, const char *why,
                                 uint64_t status)
{
    JOURNAL(JOURNAL_WARNING, "witness-trouble",
            JOURNAL_TEXT("witness", one->who->name),
            JOURNAL_TEXT("result", witnesses_results[result]),
            JOURNAL_TEXT("why", why), JOURNAL_NUMBER("status", status));
    return result;
}

/* false: the tiles cannot be read, after a line in the journal. */
static bool make_request(char out[static WITNESSES_REQUEST_MAX_BYTES],
                         size_t *len, const struct witnesses_one *one,
                         const struct witnesses_round *round)
{
    const struct cosigned *checkpoint = round->checkpoint;
    struct reading reading = {round->tiles, checkpoint->size};
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    struct frank_fault fault;
    size_t count = 0;

    if (proof_consistency(proof, &count, one->size, checkpoint->size, read_tile,
                          &reading, &fault) != FRANK_OK) {
        journal_fault(JOURNAL_WARNING, "witness-trouble", "tiles", &fault);
        return false;
    }
    *len = witnesses_request(out, one->size,
                             (const uint8_t(*)[MERKLE_HASH_BYTES])proof, count,
                             checkpoint->text, checkpoint->len);
    return true;
}

static int post(struct fetch_answer *answer, struct fetch_trouble *trouble,
                const struct witnesses_one *one,
                const struct witnesses_round *round, struct frank_span body,
                uint64_t ms)
{
    char url[FETCH_URL_MAX_BYTES];
    const char *prefix = one->who->url;
    size_t len = strlen(prefix);
    const struct fetch_request request = {
        .url = url,
        .method = "POST",
        .type = "text/plain; charset=utf-8",
        .body = body,
        .ca_file = round->ca,
        .connect_ms = ms < CONNECT_MS ? ms : CONNECT_MS,
        .total_ms = ms,
        .max_bytes = WITNESSES_ANSWER_MAX_BYTES,
        .allowed = round->networks,
        .stop = round->stop,
    };

    while (len > 0 && prefix[len - 1] == '/') {
        len--;
    }
    (void)snprintf(url, sizeof url, "%.*s/add-checkpoint", (int)len, prefix);
    return fetch(answer, &request, trouble);
}

static enum witnesses_result take(struct witnesses_one *one,
                                  const struct witnesses_round *round,
                                  const struct fetch_answer *answer)
{
    const struct cosigned *checkpoint = round->checkpoint;
    const struct frank_span body = {(const uint8_t *)answer->body, answer->len};
    struct frank_fault fault;

    if (answer->status != 200) {
        return say(one, WITNESSES_REFUSED, "it does not cosign",
                   answer->status);
    }
    if (witnesses_answer_read(one->line, &one->who->cosigner, checkpoint->text,
                              checkpoint->len, body, clock_wall(),
                              &fault) != FRANK_OK) {
        return say(one, WITNESSES_BAD, frank_strerror(fault.error),
                   answer->status);
    }
    one->size = checkpoint->size;
    return WITNESSES_COSIGNED;
}

static bool is_conflict(const struct fetch_answer *answer, uint64_t *size)
{
    return answer->status == 409 &&
           strcmp(answer->media, "text/x.tlog.size") == 0 &&
           witnesses_size_read(
               size,
               (struct frank_span){(const uint8_t *)answer->body, answer->len});
}

/* One request, within the time. true: it stands at another size, which is
 * one->size from now on, and is to be asked again; else *result is set. */
static bool ask_once(enum witnesses_result *result, struct witnesses_one *one,
                     const struct witnesses_round *round, uint64_t ms)
{
    char request[WITNESSES_REQUEST_MAX_BYTES];
    struct fetch_trouble trouble = {0};
    struct fetch_answer answer = {0};
    struct frank_span body = {(const uint8_t *)request, 0};
    uint64_t size = 0;
    bool again;

    *result = WITNESSES_AWAY;
    if (!make_request(request, &body.len, one, round)) {
        return false;
    }
    if (post(&answer, &trouble, one, round, body, ms) != FRANK_OK) {
        if (trouble.failure == FETCH_LARGE) {
            *result = WITNESSES_BAD;
        }
        if (trouble.failure != FETCH_STOPPED) {
            (void)say(one, *result, trouble.text, 0);
        }
        return false;
    }
    again = is_conflict(&answer, &size) && size != one->size;
    if (again && size > round->checkpoint->size) {
        *result = say(one, WITNESSES_AHEAD,
                      "it has cosigned a larger tree of this log", 409);
        again = false;
    } else if (again) {
        one->size = size;
    } else {
        *result = take(one, round, &answer);
    }
    fetch_answer_free(&answer);
    return again;
}

enum witnesses_result witnesses_ask(struct witnesses_one *one,
                                    const struct witnesses_round *round)
{
    uint64_t until = clock_monotonic() + round->timeout;

    for (unsigned i = 0; i < TRIES; i++) {
        enum witnesses_result result;
        uint64_t now = clock_monotonic();

        if (now >= until) {
            return say(one, WITNESSES_AWAY, "not in time", 0);
        }
        if (!ask_once(&result, one, round, until - now)) {
            return result;
        }
    }
    return say(one, WITNESSES_BAD, "it says another size each time", 409);
}
