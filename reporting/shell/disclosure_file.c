/* SPDX-License-Identifier: Apache-2.0 */
#include "disclosure_file.h"

#include <string.h>

#define PROOF_MAX_BYTES ((size_t)FRANK_RANGE_PROOF_MAX * FRANK_HASH_BYTES)

void disclosure_file_write(struct wire_writer *w,
                           const struct frank_disclosure *disclosure)
{
    wire_write_u64(w, disclosure->first);
    wire_write_opaque(w, disclosure->keys, FRANK_REPORT_MAX_BYTES,
                      "chunk keys");
    wire_write_opaque(w, disclosure->proof, PROOF_MAX_BYTES, "proof");
    wire_write_u8(w, disclosure->enclosed ? 1 : 0);
    if (disclosure->enclosed) {
        wire_write_opaque(w, disclosure->ciphertext, FRANK_ENCLOSED_MAX_BYTES,
                          "ciphertext");
    }
    wire_write_opaque(w, disclosure->url, FRANK_URL_MAX_BYTES, "url");
}

static void read_one(struct frank_disclosure *out, struct wire_reader *r)
{
    size_t start;
    uint8_t enclosed;

    memset(out, 0, sizeof *out);
    out->first = wire_read_u64(r, "first chunk");
    out->keys = wire_read_opaque(r, FRANK_REPORT_MAX_BYTES, "chunk keys");
    out->proof = wire_read_opaque(r, PROOF_MAX_BYTES, "proof");
    start = r->pos;
    enclosed = wire_read_u8(r, "ciphertext");
    if (enclosed > 1) {
        wire_read_fail(r, FRANK_ERR_VALUE, "ciphertext", start, enclosed, 1);
    }
    out->enclosed = enclosed == 1;
    if (out->enclosed) {
        out->ciphertext =
            wire_read_opaque(r, FRANK_ENCLOSED_MAX_BYTES, "ciphertext");
    }
    out->url = wire_read_opaque(r, FRANK_URL_MAX_BYTES, "url");
}

/* It goes into a request as it is: no space, no control character. */
static bool is_url(struct frank_span url)
{
    for (size_t i = 0; i < url.len; i++) {
        if (url.data[i] <= 0x20 || url.data[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* What holds of each by itself, and of two in a row. start is its place. */
static void check_one(struct wire_reader *r, size_t start,
                      const struct frank_disclosure *d,
                      const struct frank_disclosure *before)
{
    uint64_t ended = before == NULL ? 0
                                    : before->first + before->keys.len /
                                                          FRANK_CHUNK_KEY_BYTES;
    bool is_whole = d->keys.len == 0;

    if (d->keys.len % FRANK_CHUNK_KEY_BYTES != 0) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "chunk keys", start, d->keys.len,
                       d->keys.len / FRANK_CHUNK_KEY_BYTES *
                           FRANK_CHUNK_KEY_BYTES);
    } else if (d->proof.len % FRANK_HASH_BYTES != 0 ||
               (is_whole && d->proof.len > 0)) {
        wire_read_fail(
            r, FRANK_ERR_LENGTH, "proof", start, d->proof.len,
            is_whole ? 0 : d->proof.len / FRANK_HASH_BYTES * FRANK_HASH_BYTES);
    } else if (d->first > FRANK_FILE_MAX_BYTES || (is_whole && d->first > 0)) {
        wire_read_fail(r, FRANK_ERR_VALUE, "first chunk", start, d->first, 0);
    } else if (before != NULL &&
               (is_whole || before->keys.len == 0 || d->first < ended)) {
        wire_read_fail(r, FRANK_ERR_ORDER, "first chunk", start, d->first,
                       ended);
    } else if (!is_url(d->url) || (d->enclosed && d->url.len > 0)) {
        wire_read_fail(r, FRANK_ERR_VALUE, "url", start, 0, 0);
    }
}

int disclosure_file_read(
    struct frank_disclosure out[static FRANK_DISCLOSURES_MAX], size_t *count,
    struct frank_span bytes, struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    *count = 0;
    wire_read_init(&r, bytes, 0);
    if (bytes.len == 0) {
        wire_read_fail(&r, FRANK_ERR_MISSING, "disclosure", 0, 0, 1);
    }
    while (wire_read_ok(&r) && r.pos < r.len) {
        size_t start = r.pos;

        if (*count == FRANK_DISCLOSURES_MAX) {
            wire_read_fail(&r, FRANK_ERR_LIMIT, "disclosures", start,
                           FRANK_DISCLOSURES_MAX + 1, FRANK_DISCLOSURES_MAX);
            break;
        }
        read_one(&out[*count], &r);
        if (wire_read_ok(&r)) {
            check_one(&r, start, &out[*count],
                      *count > 0 ? &out[*count - 1] : NULL);
        }
        (*count)++;
    }
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        *count = 0;
    }
    return error;
}
