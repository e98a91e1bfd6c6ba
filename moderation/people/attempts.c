/* SPDX-License-Identifier: Apache-2.0 */
#include "attempts.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_MS UINT64_C(600000)
#define SLOTS ((size_t)4096)

struct attempts {
    struct rates *accounts;
    struct rates *addresses;
};

int attempts_new(struct attempts **out, struct frank_fault *fault)
{
    struct attempts *a = calloc(1, sizeof *a);
    int error = FRANK_ERR_MEMORY;

    if (a != NULL) {
        error = rates_new(&a->accounts, ATTEMPTS_OF_ACCOUNT, WINDOW_MS, SLOTS,
                          fault);
    }
    if (error == FRANK_OK) {
        error = rates_new(&a->addresses, ATTEMPTS_OF_ADDRESS, WINDOW_MS, SLOTS,
                          fault);
    }
    if (error == FRANK_OK) {
        *out = a;
        a = NULL; /* transferred */
    }
    attempts_free(a);
    return error;
}

void attempts_free(struct attempts *a)
{
    if (a != NULL) {
        rates_free(a->accounts);
        rates_free(a->addresses);
        free(a);
    }
}

/* Of IPv6 a network counts, as whoever has one address there has all. */
static struct frank_span network(const uint8_t address[static 16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0,    0,
                                       0, 0, 0, 0, 0xff, 0xff};

    return (struct frank_span){
        address, memcmp(address, mapped, sizeof mapped) == 0 ? 16 : 8};
}

uint64_t attempts_take(struct attempts *a, struct frank_span account,
                       const uint8_t address[static 16], uint64_t now)
{
    uint64_t first = rates_take(a->accounts, account, now);
    uint64_t second;

    if (first != 0) {
        return first;
    }
    second = rates_take(a->addresses, network(address), now);
    if (second != 0) {
        rates_give_back(a->accounts, account, now);
    }
    return second;
}

void attempts_good(struct attempts *a, struct frank_span account,
                   const uint8_t address[static 16], uint64_t now)
{
    rates_give_back(a->accounts, account, now);
    rates_give_back(a->addresses, network(address), now);
}
