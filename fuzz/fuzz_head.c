/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request: whatever its bytes, the answer is one of three, and
 * what was said of the first bytes holds for all of them. */
#include "fuzz.h"
#include "head.h"

static void holds_whole(const struct head *head, const uint8_t *data,
                        size_t size)
{
    HOLDS(head->len <= size && head->len <= HEAD_MAX_BYTES && head->len >= 4);
    HOLDS(memcmp(data + head->len - 4, "\r\n\r\n", 4) == 0);
    HOLDS(memchr(data, 0, head->len) == NULL);
    HOLDS(head->status == 0 && head->reason == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct head all;
    struct head part;
    enum head_result result = head_look(&all, data, size);
    size_t half = size / 2;

    switch (result) {
    case HEAD_WHOLE:
        holds_whole(&all, data, size);
        HOLDS(head_look(&part, data, all.len) == HEAD_WHOLE);
        HOLDS(part.content_length == all.content_length);
        HOLDS(head_look(&part, data, all.len - 1) == HEAD_MORE);
        break;
    case HEAD_BAD:
        HOLDS(all.status >= 400 && all.status <= 505 && all.reason != NULL);
        break;
    default:
        HOLDS(size < HEAD_MAX_BYTES);
        HOLDS(head_look(&part, data, half) == HEAD_MORE);
        break;
    }
    if (head_look(&part, data, half) == HEAD_BAD) {
        HOLDS(result == HEAD_BAD);
    }
    return 0;
}
