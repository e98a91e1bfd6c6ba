/* SPDX-License-Identifier: Apache-2.0 */
#include "folded.h"

#include "wording.h"

#include <string.h>

#define BLOCK 32

static uint8_t lower(uint8_t c)
{
    return (uint8_t)(c | ((c >= 'A' && c <= 'Z') ? 0x20 : 0));
}

/* Whether a white space other than " " may begin with the byte. */
static bool may_be_space(uint8_t c)
{
    return c < 0x20 || c == 0xc2 || c == 0xe1 || c == 0xe2 || c == 0xe3;
}

/* A whole block, if nothing in it is folded but letters: most of any text. The
 * loops are such that a compiler makes a few instructions of each. */
static bool fold_block(uint8_t *out, const uint8_t *in)
{
    uint8_t unlike = 0;

    for (size_t i = 0; i < BLOCK; i++) {
        unlike |= may_be_space(in[i]);
    }
    for (size_t i = 0; i + 1 < BLOCK; i++) {
        unlike |= (in[i] == ' ') & (in[i + 1] == ' ');
    }
    if (unlike != 0) {
        return false;
    }
    for (size_t i = 0; i < BLOCK; i++) {
        out[i] = lower(in[i]);
    }
    return true;
}

/* One character; 1 or, within a run of white space, 0 bytes come of it. */
static size_t fold_one(struct folded_reader *reader, uint8_t *out)
{
    const uint8_t *in = reader->text.data + reader->at;
    size_t size = 0;
    bool was = reader->space;

    if (*in == ' ') {
        size = 1;
    } else if (may_be_space(*in)) {
        size = wording_space(in, reader->text.len - reader->at);
    }
    reader->space = size > 0;
    if (size == 0) {
        reader->at++;
        *out = lower(*in);
        return 1;
    }
    reader->at += size;
    *out = ' ';
    return was ? 0 : 1;
}

size_t folded_read(struct folded_reader *reader, uint8_t *out, size_t capacity,
                   uint16_t *places)
{
    const uint8_t *in = reader->text.data;
    size_t len = reader->text.len;
    size_t written = 0;
    size_t slow = 0; /* up to here no block is tried */

    while (reader->at < len && written < capacity) {
        if (places == NULL && !reader->space && reader->at >= slow &&
            len - reader->at >= BLOCK && capacity - written >= BLOCK) {
            if (fold_block(out + written, in + reader->at)) {
                reader->at += BLOCK;
                written += BLOCK;
                reader->space = out[written - 1] == ' ';
                continue;
            }
            slow = reader->at + BLOCK;
        }
        if (places != NULL) {
            places[written] = (uint16_t)reader->at;
        }
        written += fold_one(reader, out + written);
    }
    return written;
}
