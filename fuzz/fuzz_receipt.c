/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts: no input is one of a hub that has never been. */
#include "fuzz_hub.h"
#include "receipt.h"

static struct hub_public hub;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct keyring *ring = fuzz_ring();

    (void)argc;
    (void)argv;
    hub_public_from(&hub, ring);
    keyring_free(ring);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_receipt receipt;
    struct frank_fault fault;
    int error = receipt_open(&receipt, data, size, &hub, &fault);

    holds_fault(error, &fault, size);
    return 0;
}
