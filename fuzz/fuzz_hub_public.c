/* SPDX-License-Identifier: Apache-2.0 */
/* The public part of a hub's keys: what is decoded is encoded, and decoded to
 * the same. */
#include "fuzz.h"
#include "hub_public.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct hub_public hub;
    static struct hub_public again;
    struct frank_fault fault;
    char *text;
    int error = hub_public_decode(&hub, (const char *)data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return 0;
    }
    text = hub_public_encode(&hub);
    HOLDS(text != NULL);
    HOLDS(hub_public_decode(&again, text, strlen(text), NULL) == FRANK_OK);
    HOLDS(memcmp(&hub, &again, sizeof hub) == 0);
    free(text);
    return 0;
}
