/* SPDX-License-Identifier: Apache-2.0 */
#include "rates.h"

#include "wire.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW ((size_t)8) /* slots in which a key may be */

/* level counts tokens times per_ms, so that nothing is lost in refilling. */
struct bucket {
    uint64_t hash; /* of the key; 0: empty */
    uint64_t level;
    uint64_t time;
};

struct rates {
    pthread_mutex_t lock;
    uint64_t count;
    uint64_t per_ms;
    size_t slots;
    uint8_t key[crypto_shorthash_KEYBYTES];
    struct bucket buckets[];
};

int rates_new(struct rates **out, uint64_t count, uint64_t per_ms, size_t slots,
              struct frank_fault *fault)
{
    struct rates *rates = NULL;

    per_ms = per_ms > 0 ? per_ms : 1;
    /* A full bucket twice over must fit, as refilling adds before it cuts. */
    if (count > UINT64_MAX / 2 / per_ms) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "rate", 0, count,
                          UINT64_MAX / 2 / per_ms);
    }
    if (slots == 0 || (slots & (slots - 1)) != 0) {
        abort(); /* a number of ours */
    }
    if (slots <= (SIZE_MAX - sizeof *rates) / sizeof(struct bucket)) {
        rates = calloc(1, sizeof *rates + slots * sizeof(struct bucket));
    }
    if (rates == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "rate limits", 0, 0, 0);
    }
    (void)pthread_mutex_init(&rates->lock, NULL);
    rates->count = count;
    rates->per_ms = per_ms;
    rates->slots = slots;
    crypto_shorthash_keygen(rates->key);
    *out = rates;
    return FRANK_OK;
}

void rates_free(struct rates *rates)
{
    if (rates != NULL) {
        (void)pthread_mutex_destroy(&rates->lock);
        sodium_memzero(rates->key, sizeof rates->key);
        free(rates);
    }
}

static void refill(const struct rates *rates, struct bucket *bucket,
                   uint64_t now)
{
    uint64_t full = rates->count * rates->per_ms;
    uint64_t passed = now > bucket->time ? now - bucket->time : 0;

    if (passed >= rates->per_ms) {
        bucket->level = full;
    } else {
        bucket->level += passed * rates->count;
        bucket->level = bucket->level > full ? full : bucket->level;
    }
    bucket->time = now > bucket->time ? now : bucket->time;
}

/* The bucket of a key, filled up to now: its own, an empty one, or that of its
 * neighbours which limits least. */
static struct bucket *find(struct rates *rates, struct frank_span key,
                           uint64_t now)
{
    uint64_t hash;
    struct bucket *best = NULL;

    (void)crypto_shorthash((uint8_t *)&hash, key.data, key.len, rates->key);
    hash = hash == 0 ? 1 : hash;
    for (size_t i = 0; i < WINDOW; i++) {
        struct bucket *at = &rates->buckets[(hash + i) & (rates->slots - 1)];

        if (at->hash == hash) {
            refill(rates, at, now);
            return at;
        }
        if (at->hash == 0) {
            best = best != NULL && best->hash == 0 ? best : at;
        } else {
            refill(rates, at, now);
            if (best == NULL || (best->hash != 0 && at->level > best->level)) {
                best = at;
            }
        }
    }
    *best = (struct bucket){hash, rates->count * rates->per_ms, now};
    return best;
}

uint64_t rates_take(struct rates *rates, struct frank_span key, uint64_t now)
{
    struct bucket *bucket;
    uint64_t wait = 0;

    if (rates->count == 0) {
        return 0;
    }
    (void)pthread_mutex_lock(&rates->lock);
    bucket = find(rates, key, now);
    if (bucket->level >= rates->per_ms) {
        bucket->level -= rates->per_ms;
    } else {
        wait =
            (rates->per_ms - bucket->level + rates->count - 1) / rates->count;
    }
    (void)pthread_mutex_unlock(&rates->lock);
    return wait;
}

void rates_give_back(struct rates *rates, struct frank_span key, uint64_t now)
{
    struct bucket *bucket;

    if (rates->count == 0) {
        return;
    }
    (void)pthread_mutex_lock(&rates->lock);
    bucket = find(rates, key, now);
    if (bucket->level < rates->count * rates->per_ms) {
        bucket->level += rates->per_ms;
    }
    (void)pthread_mutex_unlock(&rates->lock);
}
