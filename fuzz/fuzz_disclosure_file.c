/* SPDX-License-Identifier: Apache-2.0 */
/* Disclosure files: what is read is written as it was, and its runs of chunks
 * rise. */
#include "disclosure_file.h"
#include "fuzz.h"

static void check_order(const struct frank_disclosure *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct frank_disclosure *before = &list[i - 1];

        HOLDS(before->keys.len > 0 && list[i].keys.len > 0);
        HOLDS(list[i].first >=
              before->first + before->keys.len / FRANK_CHUNK_KEY_BYTES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct frank_disclosure list[FRANK_DISCLOSURES_MAX];
    static uint8_t again[1 << 16];
    struct frank_fault fault;
    struct wire_writer w;
    size_t count;
    size_t written;
    int error = disclosure_file_read(list, &count,
                                     (struct frank_span){data, size}, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(count == 0);
        return 0;
    }
    HOLDS(count > 0 && count <= FRANK_DISCLOSURES_MAX);
    check_order(list, count);
    wire_write_init(&w, again, sizeof again);
    for (size_t i = 0; i < count; i++) {
        disclosure_file_write(&w, &list[i]);
    }
    HOLDS(wire_write_result(&w, &written, NULL) == FRANK_OK);
    HOLDS(written == size && memcmp(again, data, size) == 0);
    return 0;
}
