/* SPDX-License-Identifier: Apache-2.0 */
/* Our walk over CBOR items against libcbor: the same inputs are well-formed,
 * and end at the same place. */
#include "fuzz.h"
#include "libcbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frank_span input = {data, size};
    struct cbor_load_result result = {0};
    struct wire_reader r;
    cbor_item_t *item;

    wire_read_init(&r, input, 0);
    cbor_skip(&r, "item");
    if (!wire_read_ok(&r)) {
        holds_fault(r.fault.error, &r.fault, size);
    }
    if (size > 4096 || has_large_count(input)) {
        return 0;
    }
    item = cbor_load(data, size, &result);
    if (item != NULL) {
        HOLDS(wire_read_ok(&r));
        HOLDS(r.pos == result.read);
        cbor_decref(&item);
    } else if (result.error.code != CBOR_ERR_MEMERROR) {
        HOLDS(!wire_read_ok(&r) ||
              is_beyond_libcbor((struct frank_span){data, r.pos}));
    }
    return 0;
}
