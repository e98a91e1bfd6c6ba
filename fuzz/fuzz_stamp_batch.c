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
    uint8_t ordered = wire_read_u8(r, "transcript");
    struct frank_frank decoded;

    (void)wire_read_span(r, ordered * FRANK_MAC_BYTES, "transcript");
    HOLDS(wire_read_ok(r));
    HOLDS(ordered <= 1);
    if (error != 0) {
        HOLDS(time == 0 && ordered == 0 && is_zero(frank));
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[STAMP_BATCH_ANSWERS_MAX_BYTES];
    struct frank_fault fault;
    size_t len = 1;
    size_t count = 1;
    size_t failed = 1;
    int error;

    if (size > SIGNED_MAX_BYTES && (data[1] & STAMP_BATCH_MAC_ONLY) == 0) {
        return 0;
    }
    error = stamp_batch(out, sizeof out, &len, &count, &failed, stamper, data,
                        size, &window, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(len == 0 && count == 0 && failed == 0);
        return 0;
    }
    HOLDS(count > 0 && failed <= count);
    read_answers((struct frank_span){out, len}, data[1], count, failed);
    return 0;
}
