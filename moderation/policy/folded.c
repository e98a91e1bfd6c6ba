/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Up to 64 MiB of disclosed texts are folded for each statement, so this is
 * made for speed: 16 bytes at once where each becomes one.
 */
#include "folded.h"

#include "wording.h"

#include <string.h>

#define BLOCK 16

typedef uint8_t block __attribute__((vector_size(BLOCK)));

static block load(const uint8_t *at)
{
    block bytes;

    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static bool is_any(block mask)
{
    uint64_t halves[2];

    memcpy(halves, &mask, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static block is_space(block bytes)
{
    return (block)((bytes == ' ') | (bytes - '\t' < 5));
}

/* Where a white space that is not ASCII's may begin: U+0085, U+00A0, U+1680,
 * U+2000 and on, U+3000. */
static block may_be_wide(block bytes, block next)
{
    const block two = (block)((bytes == 0xc2) & (next <= 0xa0));
    const block three = (block)(((bytes == 0xe1) & (next == 0x9a)) |
                                ((bytes == 0xe2) & (next <= 0x81)) |
                                ((bytes == 0xe3) & (next == 0x80)));

    return two | three;
}

/* A whole block, if nothing in it is dropped: most of any text. Reads one byte
 * beyond it. */
static bool fold_block(uint8_t *out, const uint8_t *in)
{
    const block bytes = load(in);
    const block next = load(in + 1);
    const block spaces = is_space(bytes);
    const block letters = (block)(bytes - 'A' < 26) & 0x20;
    const block folded = ((bytes | letters) & ~spaces) | (spaces & ' ');

    if (is_any((spaces & is_space(next)) | may_be_wide(bytes, next))) {
        return false;
    }
    memcpy(out, &folded, sizeof folded);
    return true;
}

/* One character; 1 or, within a run of white space, 0 bytes come of it. */
static size_t fold_one(struct folded_reader *reader, uint8_t *out)
{
    const uint8_t *in = reader->text.data + reader->at;
    uint8_t c = *in;
    bool was = reader->space;
    size_t wide = c == 0xc2 || (c >= 0xe1 && c <= 0xe3)
                      ? wording_space(in, reader->text.len - reader->at)
                      : 0;

    reader->space = c == ' ' || (uint8_t)(c - '\t') < 5 || wide > 0;
    reader->at += wide > 0 ? wide : 1;
    c |= (uint8_t)(((uint8_t)(c - 'A') < 26) << 5);
    *out = reader->space ? ' ' : c;
    return was && reader->space ? 0 : 1;
}

size_t folded_read(struct folded_reader *reader, uint8_t *out, size_t capacity,
                   uint16_t *places)
{
    struct folded_reader own = *reader; /* in registers */
    size_t len = own.text.len;
    size_t written = 0;
    size_t slow = 0; /* up to here no block is tried */

    while (own.at < len && written < capacity) {
        if (places != NULL) {
            places[written] = (uint16_t)own.at;
        } else if (!own.space && own.at >= slow && len - own.at > BLOCK &&
                   capacity - written >= BLOCK) {
            if (fold_block(out + written, own.text.data + own.at)) {
                own.at += BLOCK;
                written += BLOCK;
                own.space = out[written - 1] == ' ';
                continue;
            }
            slow = own.at + BLOCK;
        }
        written += fold_one(&own, out + written);
    }
    *reader = own;
    return written;
}
