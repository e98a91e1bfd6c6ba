/* SPDX-License-Identifier: Apache-2.0 */
#include "log_tree.h"

#include <string.h>

unsigned log_tile_width(unsigned level, uint64_t index, uint64_t size)
{
    uint64_t nodes = level < LOG_LEVELS ? size >> (TILES_HEIGHT * level) : 0;
    uint64_t full = nodes / TILES_WIDTH;

    if (index < full) {
        return TILES_WIDTH;
    }
    return index == full ? (unsigned)(nodes % TILES_WIDTH) : 0;
}

/* The root over count hashes, a power of two up to 256. */
static void perfect(log_hash out, const log_hash *hashes, size_t count)
{
    log_hash level[TILES_WIDTH / 2];

    for (; count > 1; count /= 2) {
        for (size_t i = 0; i < count / 2; i++) {
            merkle_node(level[i], hashes[2 * i], hashes[2 * i + 1]);
        }
        hashes = (const log_hash *)level;
    }
    memcpy(out, hashes[0], sizeof(log_hash));
}

void log_tile_root(log_hash out, const log_hash *hashes)
{
    perfect(out, hashes, TILES_WIDTH);
}

/* From the smallest perfect subtree, on the right, to the largest. */
void log_tree_root(log_hash out, const struct log_tree *tree)
{
    struct merkle_range empty = {0};
    bool any = false;

    for (unsigned level = 0; level < LOG_LEVELS; level++) {
        size_t end = tree->levels[level].nodes % TILES_WIDTH;

        for (size_t count = 1; end > 0; count *= 2) {
            log_hash left;

            if ((end & count) == 0) {
                continue;
            }
            end -= count;
            perfect(left, (const log_hash *)tree->levels[level].hashes + end,
                    count);
            if (any) {
                merkle_node(out, left, out);
            } else {
                memcpy(out, left, sizeof left);
            }
            any = true;
        }
    }
    if (!any) {
        merkle_root(out, &empty);
    }
}
