/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for a room and its devices in the store of a hub that counts:
 * keyed hashes, so that a stolen database names none of them, and does not show
 * that one device is in two rooms. Pure. */
#ifndef REPORTING_FRANKD_ROOM_NAMES_H
#define REPORTING_FRANKD_ROOM_NAMES_H

#include "hub_rooms.h"

/* Sets place's room, device, has_device. A device of length 0 is none. */
void room_names(struct hub_place *place,
                const uint8_t key[static HUB_NAME_BYTES],
                struct frank_span room, struct frank_span device);

#endif
