/* SPDX-License-Identifier: Apache-2.0 */
#include "externals.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static void put_head(FILE *out, unsigned major, uint64_t value)
{
    if (value < 24) {
        (void)fprintf(out, "%02x", major << 5 | (unsigned)value);
    } else if (value <= UINT8_MAX) {
        (void)fprintf(out, "%02x%02" PRIx64, major << 5 | 24, value);
    } else if (value <= UINT16_MAX) {
        (void)fprintf(out, "%02x%04" PRIx64, major << 5 | 25, value);
    } else if (value <= UINT32_MAX) {
        (void)fprintf(out, "%02x%08" PRIx64, major << 5 | 26, value);
    } else {
        (void)fprintf(out, "%02x%016" PRIx64, major << 5 | 27, value);
    }
}

static void put_number(FILE *out, uint64_t value)
{
    if (value == FRANK_EXTERNAL_ABSENT) {
        (void)fprintf(out, "f6");
    } else {
        put_head(out, 0, value);
    }
}

static void put_string(FILE *out, unsigned major, struct frank_span span)
{
    put_head(out, major, span.len);
    for (size_t i = 0; i < span.len; i++) {
        (void)fprintf(out, "%02x", span.data[i]);
    }
}

const char *external_part(const struct frank_external *external)
{
    enum { BYTES = 2, TEXT = 3 };
    char *text = NULL;
    const char *kept;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    (void)fprintf(out, "8f 06 60 02 "); /* attachment, no language */
    put_string(out, TEXT, external->media_type);
    put_string(out, TEXT, external->url);
    put_number(out, external->expires);
    put_number(out, external->size);
    put_number(out, external->aead);
    put_string(out, BYTES, external->key);
    put_string(out, BYTES, external->nonce);
    put_string(out, BYTES, external->aad);
    put_number(out, external->hash);
    put_string(out, BYTES, external->content_hash);
    put_string(out, TEXT, external->description);
    put_string(out, TEXT, external->filename);
    assert_int_equal(fclose(out), 0);
    kept = (const char *)support_copy((const uint8_t *)text, size + 1);
    free(text);
    return kept;
}

struct frank_span external_message(const struct frank_external *external)
{
    return support_mimi(&(struct support_mimi){.part = external_part(external)},
                        NULL);
}

struct frank_external external_of(uint8_t hash[static 32], uint16_t aead,
                                  struct frank_span key,
                                  struct frank_span nonce,
                                  struct frank_span aad,
                                  struct frank_span fetched)
{
    (void)crypto_hash_sha256(hash, fetched.data, fetched.len);
    return (struct frank_external){
        .media_type = support_text("application/octet-stream"),
        .url = support_text("https://store.example/file"),
        .aead = aead,
        .key = key,
        .nonce = nonce,
        .aad = aad,
        .hash = FRANK_HASH_SHA_256,
        .content_hash = {hash, 32},
        .filename = support_text("file")};
}

struct frank_external external_example(void)
{
    return (struct frank_external){.media_type = support_text("image/png"),
                                   .url =
                                       support_text("https://store.example/1"),
                                   .expires = 4000000000,
                                   .size = (uint64_t)1 << 33,
                                   .aead = 2,
                                   .key = support_bytes("(11)*32"),
                                   .nonce = support_bytes("(22)*12"),
                                   .aad = support_bytes("33"),
                                   .hash = 1,
                                   .content_hash = support_bytes("(44)*32"),
                                   .description = support_text("a picture"),
                                   .filename = support_text("a.png")};
}

int external_read(struct frank_external *out, struct frank_span content,
                  unsigned part, struct frank_fault *fault)
{
    uint8_t *scratch = support_zeros(content.len);
    int error = frank_external_read(out, scratch, content.data, content.len,
                                    part, fault);

    if (error != FRANK_OK) {
        assert_true(support_is_zero(scratch, content.len));
        assert_true(support_is_zero(out, sizeof *out));
    }
    return error;
}
