/* SPDX-License-Identifier: Apache-2.0 */
/* Consents, receipts and share files: what is decoded is encoded to the same,
 * and none of them proves anything about a quorum that has never been. */
#include "consent.h"
#include "fuzz.h"

#include <sodium.h>

static struct frank_quorum quorum;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    uint8_t random[2 * SHARE_RANDOM_BYTES];
    struct share shares[3];

    (void)argc;
    (void)argv;
    HOLDS(sodium_init() >= 0);
    memset(random, 7, sizeof random);
    random[0] = 1;
    HOLDS(share_deal(&quorum, shares, 2, 3, random, NULL) == FRANK_OK);
    return 0;
}

static void try_consent(const uint8_t *data, size_t size)
{
    static struct sealed_report report; /* of another quorum */
    struct consent consent;
    struct frank_fault fault;
    uint8_t out[CONSENT_BYTES];
    int error = consent_decode(&consent, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    consent_encode(out, &consent);
    HOLDS(size == sizeof out && memcmp(out, data, size) == 0);
    frank_quorum_id(report.seal.quorum_id, &quorum);
    HOLDS(consent_check(&consent, &report, &quorum, NULL) < 0);
}

static void try_receipt(const uint8_t *data, size_t size)
{
    struct receipt receipt;
    struct frank_fault fault;
    uint8_t out[RECEIPT_BYTES];
    int error = receipt_decode(&receipt, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    receipt_encode(out, &receipt);
    HOLDS(size == sizeof out && memcmp(out, data, size) == 0);
    frank_quorum_id(receipt.quorum_id, &quorum);
    HOLDS(receipt_check(&receipt, &quorum, NULL) < 0);
}

static void try_share(const uint8_t *data, size_t size)
{
    struct share share;
    struct share again;
    struct frank_fault fault;
    char text[SHARE_TEXT_MAX_BYTES];
    int error = share_decode(&share, (const char *)data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    share_encode(text, &share);
    HOLDS(share_decode(&again, text, strlen(text), NULL) == FRANK_OK);
    HOLDS(memcmp(&share, &again, sizeof share) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_consent(data, size);
    try_receipt(data, size);
    try_share(data, size);
    return 0;
}
