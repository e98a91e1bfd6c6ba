/* SPDX-License-Identifier: Apache-2.0 */
#include "room_names.h"

#include "hmac.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

/* With its length in front: two texts never run into one another. */
static void put(struct hmac *mac, struct frank_span text)
{
    uint8_t len[8];
    struct wire_writer w;

    wire_write_init(&w, len, sizeof len);
    wire_write_u64(&w, text.len);
    hmac_update(mac, len, sizeof len);
    hmac_update(mac, text.data, text.len);
}

void room_names(struct hub_place *place,
                const uint8_t key[static HUB_NAME_BYTES],
                struct frank_span room, struct frank_span device)
{
    struct hmac mac;
    struct hmac with_device;

    hmac_schedule(&mac, key, HUB_NAME_BYTES);
    put(&mac, room);
    with_device = mac;
    hmac_final(&mac, place->room);
    place->has_device = device.len > 0;
    memset(place->device, 0, sizeof place->device);
    if (place->has_device) {
        put(&with_device, device);
        hmac_final(&with_device, place->device);
    }
    sodium_memzero(&mac, sizeof mac);
    sodium_memzero(&with_device, sizeof with_device);
}
