/* SPDX-License-Identifier: Apache-2.0 */
#include "log_bundle.h"

#include "wire.h"

int log_bundle_split(struct frank_span *out, size_t *left,
                     struct frank_span bundle, size_t count,
                     struct frank_fault *fault)
{
    struct wire_reader r;

    wire_read_init(&r, bundle, 0);
    for (size_t i = 0; i < count; i++) {
        uint16_t len = wire_read_u16(&r, "entry");

        out[i] = wire_read_span(&r, len, "entry");
        if (!wire_read_ok(&r)) {
            return wire_fault(fault, FRANK_ERR_TRUNCATED, "entries", r.pos, i,
                              count);
        }
    }
    if (left != NULL) {
        *left = r.len - r.pos;
    }
    return FRANK_OK;
}
