/* SPDX-License-Identifier: Apache-2.0 */
/* Any content: what is located is tagged, validated and proven; withholding
 * parts keeps the tag; what is not located is refused with its place. */
#include "fuzz.h"

static void withhold(const uint8_t *data, size_t size,
                     const struct frank_content *located,
                     const uint8_t tag[FRANK_TAG_BYTES])
{
    uint64_t all =
        located->parts == 64 ? UINT64_MAX : ((uint64_t)1 << located->parts) - 1;
    uint64_t mask = all & (uint64_t)data[size - 1] * 0x0101010101010101;
    uint8_t *out = malloc(size);
    uint8_t again[FRANK_TAG_BYTES];
    struct frank_part part;
    size_t written = 0;

    HOLDS(out != NULL);
    HOLDS(frank_parted_withhold(out, size, &written, data, size, mask, NULL) ==
          FRANK_OK);
    HOLDS(written <= size);
    HOLDS(frank_tag(again, out, written, NULL) == FRANK_OK);
    HOLDS(memcmp(tag, again, sizeof again) == 0);
    for (unsigned i = 0; i < located->parts; i++) {
        HOLDS(frank_part_read(&part, out, written, i, NULL) == FRANK_OK);
        HOLDS(part.withheld == (((mask | located->withheld) >> i & 1) != 0));
    }
    free(out);
}

static void prove(const uint8_t *data, size_t size,
                  const struct frank_content *located)
{
    uint8_t tag[FRANK_TAG_BYTES];
    uint8_t id[FRANK_MESSAGE_ID_BYTES];
    struct frank_findings findings;
    struct frank_content reading;

    HOLDS(frank_tag(tag, data, size, NULL) == FRANK_OK);
    HOLDS(frank_validate(&findings, data, size, NULL) == FRANK_OK);
    for (unsigned i = 0; i < FRANK_RULE_COUNT; i++) {
        HOLDS((findings.broken >> i & 1) == 0 || findings.offset[i] <= size);
    }
    HOLDS((frank_message_id(id, data, size, NULL) == FRANK_OK) ==
          (located->format <= FRANK_FORMAT_MIMI_FRAMED));
    for (unsigned i = 0; i < located->readings; i++) {
        struct frank_context context;

        HOLDS(frank_locate_reading(&reading, data, size, i, NULL) == FRANK_OK);
        context.sender.data = reading.sender.bytes;
        context.sender.len = reading.sender.len;
        context.room.data = reading.room.bytes;
        context.room.len = reading.room.len;
        HOLDS(frank_opening_check(NULL, data, size, tag, &context, NULL) ==
              FRANK_OK);
    }
    if (located->format == FRANK_FORMAT_PARTED) {
        withhold(data, size, located, tag);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct frank_content none;
    struct frank_content located;
    struct frank_fault fault;
    int error = frank_locate(&located, data, size, &fault);

    if (error == FRANK_OK) {
        prove(data, size, &located);
    } else {
        holds_fault(error, &fault, size);
        HOLDS(located.sender.len == 0 && located.readings == none.readings);
    }
    return 0;
}
