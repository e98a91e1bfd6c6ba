/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of stamps: a batch that is refused leaves nothing, and the answers to
 * another are read back to their end. */
#include "fuzz_hub.h"
#include "stamp.h"
#include "stamp_batch.h"

/* Signing takes long: a large batch is stamped with MACs alone. */
#define SIGNED_MAX_BYTES 512

static const struct stamp_window window = {UINT64_C(1700000000000), UINT64_MAX,
                                           3600000};
static struct stamper *stamper;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    stamper = fuzz_stamper();
    return 0;
}

static bool is_zero(struct frank_span bytes)
{
    return sodium_is_zero(bytes.data, bytes.len);
}

/* One answer; whether the request was refused. */
static bool read_answer(struct wire_reader *r, uint8_t flags)
{
    bool mac_only = (flags & STAMP_BATCH_MAC_ONLY) != 0;
    uint8_t error = wire_read_u8(r, "error");
    uint64_t time = wire_read_u64(r, "time");
    struct frank_span frank = wire_read_span(
        r, mac_only ? FRANK_MAC_BYTES : FRANK_FRANK_BYTES, "frank");
    uint8_t kind = wire_read_u8(r, "kind");
    struct frank_frank decoded;

    (void)wire_read_span(r, kind == 2 ? 16 : 0, "numbers");
    (void)wire_read_span(r, kind > 0 ? FRANK_MAC_BYTES : 0, "transcript");
    HOLDS(wire_read_ok(r));
    HOLDS(kind <= 2);
    if (error != 0) {
        HOLDS(time == 0 && kind == 0 && is_zero(frank));
        return true;
    }
    HOLDS(time != 0 && !is_zero(frank));
    HOLDS(mac_only || frank_frank_decode(&decoded, frank.data, frank.len,
                                         NULL) == FRANK_OK);
    return false;
}

static void read_answers(struct frank_span bytes, uint8_t flags, size_t count,
                         size_t failed)
{
    struct wire_reader r;
    struct wire_reader list;

    wire_read_init(&r, bytes, 0);
    HOLDS(wire_read_u8(&r, "version") == 1);
    HOLDS(wire_read_u8(&r, "flags") == flags);
    list = wire_read_vector(&r, WIRE_VECTOR_MAX, "answers");
    wire_read_end(&r, "answers");
    HOLDS(wire_read_ok(&r));
    while (list.pos < list.len) {
        failed -= read_answer(&list, flags);
        count--;
    }
    HOLDS(count == 0 && failed == 0);
}

/* Each message that the hub counts has a place of its own in the answers. */
static void number(uint8_t *out, size_t len,
                   const struct stamp_counting *counting)
{
    size_t end = 0;

    for (size_t i = 0; i < counting->count; i++) {
        struct stamp_counted *item = &counting->items[i];

        HOLDS(item->at > end && item->at + 48 <= len);
        HOLDS(item->device.len <= STAMP_DEVICE_MAX_BYTES);
        HOLDS(out[item->at - 1] == 2 && sodium_is_zero(out + item->at, 48));
        item->request.order = (struct stamp_order){i + 1, i};
        HOLDS(stamp_batch_number(out, item, stamper, NULL) == FRANK_OK);
        end = item->at + 48;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[STAMP_BATCH_ANSWERS_MAX_BYTES];
    static struct stamp_counted items[STAMP_BATCH_MAX];
    struct stamp_counting counting = {items, 1};
    /* who counts, by a bit that says nothing else: of the first tag */
    bool hub_counts = size > 5 && data[5] % 2 == 1;
    struct frank_fault fault;
    size_t len = 1;
    size_t count = 1;
    size_t failed = 1;
    int error;

    if (size > SIGNED_MAX_BYTES && (data[1] & STAMP_BATCH_MAC_ONLY) == 0) {
        return 0;
    }
    error = stamp_batch(out, sizeof out, &len, &count, &failed, stamper, data,
                        size, &window, hub_counts ? &counting : NULL, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(len == 0 && count == 0 && failed == 0);
        HOLDS(counting.count == (hub_counts ? 0 : 1));
        return 0;
    }
    HOLDS(count > 0 && failed <= count);
    if (hub_counts) {
        HOLDS(counting.count <= count - failed);
        number(out, len, &counting);
    }
    read_answers((struct frank_span){out, len}, data[1], count, failed);
    return 0;
}
