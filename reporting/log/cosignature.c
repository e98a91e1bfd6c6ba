/* SPDX-License-Identifier: Apache-2.0 */
#include "cosignature.h"

#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_BYTES 8
#define HEAD_MAX_BYTES (sizeof "cosignature/v1\ntime \n" + 20)

int cosigner_read(struct cosigner *out, const char *vkey,
                  struct frank_fault *fault)
{
    struct note_key key;
    int error = note_vkey_read(&key, NOTE_COSIGNATURE, vkey, fault);

    memcpy(out->name, key.name, sizeof out->name);
    memcpy(out->public_key, key.public_key, sizeof out->public_key);
    return error;
}

void cosigner_vkey(char out[static NOTE_VKEY_MAX_BYTES],
                   const struct cosigner *cosigner)
{
    note_vkey_write(out, cosigner->name, NOTE_COSIGNATURE,
                    cosigner->public_key);
}

/* The message that is signed: the head, then the checkpoint's text. Bodies can
 * be as long as a note. NULL without memory. */
static uint8_t *message(size_t *len, uint64_t time_s, struct frank_span body)
{
    char *bytes = malloc(HEAD_MAX_BYTES + body.len);

    if (bytes != NULL) {
        *len = (size_t)snprintf(bytes, HEAD_MAX_BYTES,
                                "cosignature/v1\ntime %" PRIu64 "\n", time_s);
        memcpy(bytes + *len, body.data, body.len);
        *len += body.len;
    }
    return (uint8_t *)bytes;
}

size_t cosignature_sign(char out[static COSIGNATURE_LINE_MAX_BYTES],
                        const struct cosigner *who,
                        const uint8_t secret[static 64], const char *body,
                        size_t body_len, uint64_t time_s)
{
    uint8_t signature[COSIGNATURE_BYTES];
    uint8_t id[NOTE_KEY_ID_BYTES];
    struct wire_writer w;
    size_t len = 0;
    uint8_t *bytes =
        time_s > COSIGNATURE_TIME_MAX
            ? NULL
            : message(&len, time_s,
                      (struct frank_span){(const uint8_t *)body, body_len});

    if (bytes == NULL) {
        abort();
    }
    wire_write_init(&w, signature, TIME_BYTES);
    wire_write_u64(&w, time_s);
    (void)crypto_sign_detached(signature + TIME_BYTES, NULL, bytes, len,
                               secret);
    free(bytes);
    note_key_id(id, who->name, NOTE_COSIGNATURE, who->public_key);
    return note_line_write(out, COSIGNATURE_LINE_MAX_BYTES, who->name, id,
                           signature, sizeof signature);
}

/* One line of his. SIGNER, MEMORY. */
static int check_line(uint64_t *time_s, const struct cosigner *who,
                      const struct note_signature *line, struct frank_span body,
                      size_t offset, struct frank_fault *fault)
{
    uint8_t *bytes = NULL;
    struct wire_reader r;
    size_t len = 0;
    uint64_t time;
    bool holds;

    wire_read_init(&r, (struct frank_span){line->bytes, line->len}, 0);
    time = wire_read_u64(&r, "time");
    if (line->len != COSIGNATURE_BYTES || time > COSIGNATURE_TIME_MAX) {
        return wire_fault(fault, FRANK_ERR_SIGNER, "cosignature", offset, 0, 0);
    }
    bytes = message(&len, time, body);
    if (bytes == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "cosignature", 0, 0, 0);
    }
    holds = crypto_sign_verify_detached(line->bytes + TIME_BYTES, bytes, len,
                                        who->public_key) == 0;
    free(bytes);
    if (!holds) {
        return wire_fault(fault, FRANK_ERR_SIGNER, "cosignature", offset, 0, 0);
    }
    *time_s = time;
    return FRANK_OK;
}

int cosignature_of(uint64_t *time_s, const struct cosigner *who,
                   const struct note *note, struct frank_fault *fault)
{
    const size_t base = note->body.len + 1;
    struct note_signature line;
    uint8_t id[NOTE_KEY_ID_BYTES];
    uint64_t latest = 0;
    bool found = false;
    size_t at = 0;

    note_key_id(id, who->name, NOTE_COSIGNATURE, who->public_key);
    while (note_next(&line, note, &at)) {
        uint64_t time = 0;
        int error;

        if (!note_signature_is_of(&line, who->name, id)) {
            continue;
        }
        error = check_line(&time, who, &line, note->body,
                           base + at - line.line.len, fault);
        if (error != FRANK_OK) {
            return error;
        }
        latest = time > latest ? time : latest;
        found = true;
    }
    if (!found) {
        return wire_fault(fault, FRANK_ERR_MISSING, "cosignature", base, 0, 0);
    }
    *time_s = latest;
    return FRANK_OK;
}

int cosignature_check(uint64_t *time_s, const struct cosigner *who,
                      const char *note, size_t len, struct frank_fault *fault)
{
    struct note read;
    int error = note_read(&read, note, len, fault);

    return error == FRANK_OK ? cosignature_of(time_s, who, &read, fault)
                             : error;
}
