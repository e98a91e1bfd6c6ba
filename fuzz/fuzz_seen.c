/* SPDX-License-Identifier: Apache-2.0 */
/* What the relay says about devices: acknowledgements, and who left. */
#include "fuzz.h"
#include "seen_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[HUB_NAME_BYTES] = {1};
    struct seen seen;

    if (seen_read(&seen, (struct frank_span){data, size}, key, NULL) !=
        FRANK_OK) {
        HOLDS(seen.places == NULL && seen.acks == 0 && seen.leaving == 0);
        return 0;
    }
    HOLDS(seen.acks + seen.leaving > 0);
    HOLDS(seen.acks + seen.leaving <= SEEN_MAX);
    for (size_t i = 0; i < seen.acks + seen.leaving; i++) {
        HOLDS(seen.places[i].has_device);
        HOLDS(seen.places[i].seen_seq <= INT64_MAX);
        HOLDS(i < seen.acks || seen.places[i].seen_seq == 0);
    }
    free(seen.places);
    return 0;
}
