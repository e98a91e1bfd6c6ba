/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "folded.h"

#include <stdlib.h>
#include <string.h>

#define PROBE 16
#define STEP (RUNS_BYTES - PROBE + 1)
#define PROBE_BITS 20
#define SLOT_BITS 16
#define CHUNK 32768

_Static_assert(RUNS_TEXT_MAX_BYTES < 1 << SLOT_BITS, "there is a free slot");
_Static_assert(RUNS_TEXT_MAX_BYTES <= UINT16_MAX, "places are 16 bits");

struct runs {
    size_t len;
    uint8_t text[RUNS_TEXT_MAX_BYTES];
    uint16_t places[RUNS_TEXT_MAX_BYTES];
    bool passed_over[RUNS_TEXT_MAX_BYTES]; /* of the run that begins there */
    uint16_t slots[1 << SLOT_BITS];        /* begin of a run, plus 1; 0: free */
    uint8_t probes[(1 << PROBE_BITS) / 8];
    uint8_t chunk[CHUNK];
};

static uint64_t load(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

/* Odd constants without a pattern: digits of pi. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = a * 0x243f6a8885a308d3 + b * 0x13198a2e03707345;

    h ^= h >> 32;
    return h * 0xa4093822299f31d1;
}

static size_t probe_bit(const uint8_t *at)
{
    return (size_t)(mix(load(at), load(at + 8)) >> (64 - PROBE_BITS));
}

static bool may_hold(const struct runs *runs, const uint8_t *at)
{
    size_t bit = probe_bit(at);

    return (runs->probes[bit / 8] >> (bit % 8) & 1) != 0;
}

/* The slot of the run at `at`, or the free one where it would be. */
static uint16_t *slot_of(struct runs *runs, const uint8_t *at)
{
    uint64_t h = mix(mix(load(at), load(at + 8)), load(at + 16));
    size_t i = (size_t)(h >> (64 - SLOT_BITS));

    while (runs->slots[i] != 0 &&
           memcmp(runs->text + runs->slots[i] - 1, at, RUNS_BYTES) != 0) {
        i = (i + 1) % (1 << SLOT_BITS);
    }
    return &runs->slots[i];
}

struct runs *runs_new(struct frank_span text)
{
    struct folded_reader reader = {.text = text};
    struct runs *runs = calloc(1, sizeof *runs);

    if (runs == NULL) {
        return NULL;
    }
    runs->len =
        folded_read(&reader, runs->text, sizeof runs->text, runs->places);
    for (size_t i = 0; i + PROBE <= runs->len; i++) {
        size_t bit = probe_bit(runs->text + i);

        runs->probes[bit / 8] |= (uint8_t)(1 << (bit % 8));
    }
    for (size_t i = 0; i + RUNS_BYTES <= runs->len; i++) {
        uint16_t *slot = slot_of(runs, runs->text + i);

        if (*slot == 0) {
            *slot = (uint16_t)(i + 1);
        }
    }
    return runs;
}

void runs_free(struct runs *runs)
{
    free(runs);
}

struct frank_span runs_folded(const struct runs *runs)
{
    return (struct frank_span){runs->text, runs->len};
}

size_t runs_place(const struct runs *runs, size_t folded)
{
    return runs->places[folded];
}

/* The runs of the chunk that hold the probe at `probe`: passes over them, or
 * finds one; SIZE_MAX: none. */
static size_t look_around(struct runs *runs, size_t probe, size_t len,
                          bool pass_over)
{
    size_t from = probe < STEP ? 0 : probe - (STEP - 1);

    for (size_t i = from; i <= probe && i + RUNS_BYTES <= len; i++) {
        uint16_t slot = *slot_of(runs, runs->chunk + i);

        if (slot != 0 && pass_over) {
            runs->passed_over[slot - 1] = true;
        } else if (slot != 0 && !runs->passed_over[slot - 1]) {
            return slot - 1U;
        }
    }
    return SIZE_MAX;
}

/* Goes through a long text chunk by chunk; the end of one is the beginning of
 * the next, so that no run is cut. */
static size_t look_through(struct runs *runs, struct frank_span text,
                           bool pass_over)
{
    struct folded_reader reader = {.text = text};
    size_t kept = 0;
    size_t read = 1;

    while (read > 0) {
        size_t len;

        read = folded_read(&reader, runs->chunk + kept, CHUNK - kept, NULL);
        len = kept + read;
        for (size_t i = 0; i + PROBE <= len; i += STEP) {
            size_t found = may_hold(runs, runs->chunk + i)
                               ? look_around(runs, i, len, pass_over)
                               : SIZE_MAX;

            if (found != SIZE_MAX) {
                return found;
            }
        }
        kept = len < RUNS_BYTES - 1 ? len : RUNS_BYTES - 1;
        memmove(runs->chunk, runs->chunk + len - kept, kept);
    }
    return SIZE_MAX;
}

void runs_pass_over(struct runs *runs, struct frank_span text)
{
    (void)look_through(runs, text, true);
}

bool runs_find(size_t *place, struct runs *runs, struct frank_span text)
{
    size_t found = look_through(runs, text, false);

    if (found == SIZE_MAX) {
        return false;
    }
    *place = runs->places[found];
    return true;
}
