/* SPDX-License-Identifier: Apache-2.0 */
/* The quorum's key as a JSON file and as a signed record: what is decoded is
 * encoded to the same, and a record is of nobody who never signed. */
#include "fuzz.h"
#include "quorum.h"
#include "quorum_public.h"

#include <sodium.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    HOLDS(sodium_init() >= 0);
    return 0;
}

static void try_json(const uint8_t *data, size_t size)
{
    struct frank_quorum quorum;
    struct frank_quorum again;
    struct frank_fault fault;
    char *text;
    int error = quorum_public_decode(&quorum, (const char *)data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    HOLDS(frank_quorum_check(&quorum, NULL) == FRANK_OK);
    text = quorum_public_encode(&quorum);
    HOLDS(text != NULL);
    HOLDS(quorum_public_decode(&again, text, strlen(text), NULL) == FRANK_OK);
    HOLDS(memcmp(&quorum, &again, sizeof quorum) == 0);
    free(text);
}

static void try_record(const uint8_t *data, size_t size)
{
    static const uint8_t nobody[FRANK_PUBLIC_KEY_BYTES] = {9};
    struct quorum_record record;
    struct frank_quorum quorum;
    struct frank_fault fault;
    struct wire_writer w;
    uint8_t out[QUORUM_RECORD_MAX_BYTES];
    int error = quorum_record_decode(&record, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
    } else {
        wire_write_init(&w, out, sizeof out);
        quorum_key_write(&w, &record);
        HOLDS(w.len <= size && memcmp(out, data, w.len) == 0);
    }
    HOLDS(frank_quorum_open(&quorum, NULL, data, size, nobody,
                            record.not_before, NULL) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_json(data, size);
    try_record(data, size);
    return 0;
}
