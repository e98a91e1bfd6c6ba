/* SPDX-License-Identifier: Apache-2.0 */
/* External parts of any message: their numbers are those of the list of parts,
 * their strings stand in the input or the scratch, and no bytes open but those
 * that the message commits to. */
#include "fuzz.h"
#include "parts.h"

/* What lies at each URL; a seed commits to it. */
static const uint8_t fetched[] = "the file that a message commits to";

static void holds_span(struct frank_span span, const uint8_t *data,
                       const uint8_t *scratch, size_t size)
{
    const uint8_t *begin = data;

    if (span.len == 0) {
        return;
    }
    if (span.data >= scratch && span.data < scratch + size) {
        begin = scratch;
    }
    HOLDS(span.data >= begin && span.len <= size &&
          span.data - begin <= (ptrdiff_t)(size - span.len));
}

static void holds_external(const struct frank_external *external,
                           const uint8_t *data, const uint8_t *scratch,
                           size_t size)
{
    uint8_t out[sizeof fetched];
    struct frank_fault fault;
    int error;

    holds_span(external->media_type, data, scratch, size);
    holds_span(external->url, data, scratch, size);
    holds_span(external->key, data, scratch, size);
    holds_span(external->nonce, data, scratch, size);
    holds_span(external->aad, data, scratch, size);
    holds_span(external->content_hash, data, scratch, size);
    holds_span(external->description, data, scratch, size);
    holds_span(external->filename, data, scratch, size);
    error = frank_external_check(external, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
    } else {
        HOLDS(external->content_hash.len >= 32);
    }
    error =
        frank_external_open(out, external, fetched, sizeof fetched - 1, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
    } else if (external->aead == FRANK_AEAD_NONE) {
        HOLDS(memcmp(out, fetched, sizeof fetched - 1) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parts parts;
    uint8_t *scratch = malloc(size + 1);
    struct frank_external external;
    struct frank_fault fault;
    bool listed = parts_read(&parts, data, size, NULL) == FRANK_OK;
    unsigned count = listed ? (unsigned)parts.count : 0;

    HOLDS(scratch != NULL);
    for (unsigned i = 0; i <= count && i < 8; i++) {
        int error =
            frank_external_read(&external, scratch, data, size, i, &fault);

        HOLDS((error == FRANK_OK) ==
              (i < count && parts.items[i].state == PART_EXTERNAL));
        if (error == FRANK_OK) {
            HOLDS(external.url.len == parts.items[i].url.len);
            holds_external(&external, data, scratch, size);
        } else {
            holds_fault(error, &fault, size);
        }
    }
    if (listed) {
        parts_free(&parts);
    }
    free(scratch);
    return 0;
}
