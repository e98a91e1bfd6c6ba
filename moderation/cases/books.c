/* SPDX-License-Identifier: Apache-2.0 */
#include "books.h"

#include "schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool copy(char **text, size_t *len, struct frank_span from)
{
    *text = malloc(from.len + 1);
    if (*text == NULL) {
        return false;
    }
    memcpy(*text, from.data, from.len);
    (*text)[from.len] = '\0';
    *len = from.len;
    return true;
}

bool books_newest(uint64_t *version, char **text, size_t *len, struct db *db)
{
    bool ok;

    if (!db_row(db, NEWEST_BOOK, NULL, 0)) {
        return false;
    }
    *version = db_int(db, NEWEST_BOOK, 0);
    ok = copy(text, len, db_blob(db, NEWEST_BOOK, 1));
    db_done(db, NEWEST_BOOK);
    return ok;
}

bool books_version(char **text, size_t *len, struct db *db, uint64_t version)
{
    bool ok;

    if (!db_row(db, READ_BOOK, DB_VALUES(DB_INT(version)))) {
        return false;
    }
    ok = copy(text, len, db_blob(db, READ_BOOK, 0));
    db_done(db, READ_BOOK);
    return ok;
}

static uint64_t newest(struct db *db)
{
    uint64_t version = 0;

    if (db_row(db, NEWEST_BOOK, NULL, 0)) {
        version = db_int(db, NEWEST_BOOK, 0);
        db_done(db, NEWEST_BOOK);
    }
    return version;
}

struct cases_answer books_add(struct cases *cases, struct db *db,
                              const struct actor *who, uint64_t after,
                              const char *text, size_t len, uint64_t *version,
                              uint64_t now)
{
    char rest[64];

    if (newest(db) != after) {
        return cases_conflict("changed",
                              "Somebody else changed it meanwhile: look again");
    }
    *version = 0;
    if (db_row(db, ADD_BOOK,
               DB_VALUES(DB_INT(now),
                         who->number != 0 ? DB_INT(who->number) : DB_NULL,
                         DB_BLOB(text, len)))) {
        *version = db_int(db, ADD_BOOK, 0);
        db_done(db, ADD_BOOK);
    }
    (void)snprintf(rest, sizeof rest,
                   ",\"action\":\"book\",\"version\":%" PRIu64, *version);
    cases_log(cases, db, who, "account", rest, now);
    return CASES_OK;
}
