/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_rooms.h"

#include "hub_inside.h"

#define ROOM(place) DB_BLOB((place)->room, sizeof(place)->room)
#define DEVICE(place) DB_BLOB((place)->device, sizeof(place)->device)

/* The first column of the one row there may be; otherwise 0. */
static uint64_t number_of(struct db *db, size_t statement,
                          const struct db_value *values, size_t count)
{
    uint64_t number = 0;

    if (db_row(db, statement, values, count)) {
        number = db_int(db, statement, 0);
        db_done(db, statement);
    }
    return number;
}

void hub_number(struct db *db, struct hub_place *place, uint64_t above)
{
    place->room_seq =
        number_of(db, TAKE_NUMBER, DB_VALUES(ROOM(place), DB_INT(above)));
    place->seen_seq =
        place->has_device
            ? number_of(db, FIND_SEEN, DB_VALUES(ROOM(place), DEVICE(place)))
            : 0;
}

bool hub_seen(struct db *db, const struct hub_place *place, uint64_t above)
{
    uint64_t last = number_of(db, FIND_LAST, DB_VALUES(ROOM(place)));

    if (place->seen_seq > (last > above ? last : above)) {
        return false;
    }
    (void)db_run(
        db, SET_SEEN,
        DB_VALUES(ROOM(place), DEVICE(place), DB_INT(place->seen_seq)));
    return true;
}

void hub_forget(struct db *db, const struct hub_place *place)
{
    (void)db_run(db, FORGET_DEVICE, DB_VALUES(ROOM(place), DEVICE(place)));
}
