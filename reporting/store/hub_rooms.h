/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of rooms' messages, where the hub counts them itself, and what
 * each device acknowledged. Rooms and devices are keyed hashes: no name is in
 * here. A number is given within the writer's transaction, and may be told only
 * after its commit: a number that was told is never given again.
 *
 * `above` stands in all of these for a number that every room has passed
 * (setting room-numbers-above): rows that an older copy of the database has too
 * low, or not at all, cannot bring an old number back.
 */
#ifndef REPORTING_STORE_HUB_ROOMS_H
#define REPORTING_STORE_HUB_ROOMS_H

#include "db.h"

#define HUB_NAME_BYTES 32

struct hub_place {
    uint8_t room[HUB_NAME_BYTES];
    uint8_t device[HUB_NAME_BYTES]; /* of this room; nowhere else the same */
    bool has_device;
    uint64_t room_seq;
    uint64_t seen_seq;
};

/* Gives the message its number, one above the last of its room, from 1; and the
 * highest that its device acknowledged before, 0 without one. */
void hub_number(struct db *db, struct hub_place *place, uint64_t above);

/* The device acknowledges all of its room through place's seen_seq; what it
 * acknowledged before stays where that is higher. false: there is no such
 * number in the room yet; nothing was changed. */
bool hub_seen(struct db *db, const struct hub_place *place, uint64_t above);

/* The device left the room: it has acknowledged nothing. */
void hub_forget(struct db *db, const struct hub_place *place);

#endif
