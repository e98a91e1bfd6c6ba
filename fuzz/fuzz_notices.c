/* SPDX-License-Identifier: Apache-2.0 */
/* What the moderation side sends: acknowledgements, notices, "after". */
#include "feed_read.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct frank_span body = {data, size};
    struct hub_notice *notices = NULL;
    char text[256];
    uint64_t number = 0;
    size_t count = 0;

    if (feed_read_ack(&number, body, NULL) == FRANK_OK) {
        HOLDS(number <= INT64_MAX);
    }
    if (feed_read_notices(&notices, &count, body, NULL) == FRANK_OK) {
        for (size_t i = 0; i < count; i++) {
            /* what goes into answers as it is */
            HOLDS(strspn(notices[i].outcome, "abcdefghijklmnopqrstuvwxyz_") ==
                  strlen(notices[i].outcome));
        }
        free(notices);
    }
    if (size < sizeof text) {
        memcpy(text, data, size);
        text[size] = '\0';
        if (feed_read_after(&number, text)) {
            HOLDS(number <= INT64_MAX);
        }
    }
    return 0;
}
